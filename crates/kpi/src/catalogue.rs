//! Every indicator and variant, once, as data: what is above the line and below it, which calls and records count, unit,
//! target, source, version. Formulas in words, headings, API and [`document`](crate::document) derive from it.

use crate::AttemptSet;
use crate::term::Term::{
    Abandoned, AdvisorDays, Answered, AnsweredBySystem, Attempts, BaseWorked, BaseWorkedByAdvisor,
    BridgeWait, Connected, ConnectedHours, Effective, Excluded, Goal, NetworkAnswered, Ready,
    Received, RecordsAnswered, RecordsEffective, RecordsNetworkAnswered, Reserved, Sales,
    SalesLegalised, SalesLegalisedInPeriod, Talk, Talking, ValueLegalised, ValueSold, Worked,
    WrapUp,
};
use crate::term::{Expr, Term};

/// Version of the catalogue; reports carry it. Each definition has its own besides.
pub const VERSION: &str = "2026-12";

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// From 0 to 1, or above where a goal was exceeded.
    Share,
    /// Sales, records, calls per something.
    Number,
    /// Seconds.
    Seconds,
    /// Money, in the currency of the campaign.
    Money,
}

impl Unit {
    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Share => "share",
            Unit::Number => "number",
            Unit::Seconds => "seconds",
            Unit::Money => "money",
        }
    }
}

/// What decides whether a call, record, sale or hour belongs to a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cutoff {
    /// Calendar: the instant of the INVITE.
    Invite,
    /// Cohort: records received, and what became of them by the end of the period.
    Received,
    /// Cohort: sales accepted in the period, and what became of them as of the report.
    Accepted,
    /// Calendar: the instant of the legalisation.
    Legalised,
    /// Calendar: advisors' time as it passes, calls by their INVITE.
    Clock,
}

impl Cutoff {
    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Cutoff::Invite => "invite",
            Cutoff::Received => "received",
            Cutoff::Accepted => "accepted",
            Cutoff::Legalised => "legalised",
            Cutoff::Clock => "clock",
        }
    }

    /// The same in Spanish and in English, as a report says it.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Cutoff::Invite => (
                "calendario, instante del INVITE",
                "calendar, instant of the INVITE",
            ),
            Cutoff::Received => (
                "cohorte de registros recibidos",
                "cohort of records received",
            ),
            Cutoff::Accepted => (
                "cohorte de ventas aceptadas, a la fecha del informe",
                "cohort of accepted sales, as of the report",
            ),
            Cutoff::Legalised => (
                "calendario, instante de la legalización",
                "calendar, instant of the legalisation",
            ),
            Cutoff::Clock => (
                "calendario, tiempo de los asesores",
                "calendar, advisors' time",
            ),
        }
    }
}

/// How a figure comes of what is above and below the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Divided.
    Quotient,
    /// The exact one-sided 95 % upper bound of the share (Clopper and Pearson).
    UpperBound,
}

/// Where a definition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The words of the client's procedure of 2021, taken literally.
    Procedure,
    /// The table of indicators agreed for this product.
    Table,
    /// A ruling on where that table left a choice, by its number.
    Ruling(u8),
    /// The house's own, for pacing and the floor.
    House,
}

impl Source {
    /// As a report says it.
    pub fn words(self) -> String {
        match self {
            Source::Procedure => "procedimiento 2021 (literal)".to_owned(),
            Source::Table => "tabla de indicadores".to_owned(),
            Source::Ruling(number) => format!("tabla de indicadores, decisión {number}"),
            Source::House => "propio".to_owned(),
        }
    }
}

/// One indicator, or a variant of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Definition {
    /// Stable id; a variant's begins with its indicator's and a full stop.
    pub id: &'static str,
    /// Name in Spanish, as the floor says it.
    pub name: &'static str,
    /// Name in English.
    pub name_en: &'static str,
    /// Above the line.
    pub numerator: Expr,
    /// Below the line.
    pub denominator: Expr,
    /// What is made of the two.
    pub method: Method,
    /// What belongs to a period.
    pub cutoff: Cutoff,
    /// What it counts.
    pub unit: Unit,
    /// Decimals shown; it is computed without rounding.
    pub decimals: u8,
    /// Where it comes from.
    pub source: Source,
    /// Rises when it changes its meaning.
    pub version: u16,
    /// What the numerator is a part of, whatever advisors do: the most that can be attained.
    pub limit: Option<Term>,
}

/// Begins a share by the instant of the INVITE, shown with one decimal.
const fn share(
    id: &'static str,
    names: (&'static str, &'static str),
    numerator: &'static [Term],
    denominator: &'static [Term],
    source: Source,
) -> Definition {
    Definition {
        id,
        name: names.0,
        name_en: names.1,
        numerator: Expr::sum(numerator),
        denominator: Expr::sum(denominator),
        method: Method::Quotient,
        cutoff: Cutoff::Invite,
        unit: Unit::Share,
        decimals: 1,
        source,
        version: 1,
        limit: None,
    }
}

impl Definition {
    const fn by(mut self, cutoff: Cutoff) -> Self {
        self.cutoff = cutoff;
        self
    }

    const fn counting(mut self, unit: Unit, decimals: u8) -> Self {
        self.unit = unit;
        self.decimals = decimals;
        self
    }

    const fn decimals(mut self, decimals: u8) -> Self {
        self.decimals = decimals;
        self
    }

    const fn below(mut self, denominator: Expr) -> Self {
        self.denominator = denominator;
        self
    }

    const fn at_most(mut self, limit: Term) -> Self {
        self.limit = Some(limit);
        self
    }

    const fn version(mut self, version: u16) -> Self {
        self.version = version;
        self
    }

    const fn bounded(mut self) -> Self {
        self.method = Method::UpperBound;
        self
    }

    /// The indicator it belongs to.
    pub fn indicator(&self) -> &'static str {
        self.id
            .split_once('.')
            .map_or(self.id, |(indicator, _)| indicator)
    }

    /// The formula in Spanish.
    pub fn formula(&self) -> String {
        self.words(|term| term.names().0, "cota superior exacta al 95 % de")
    }

    /// The formula in English.
    pub fn formula_en(&self) -> String {
        self.words(|term| term.names().1, "exact 95 % upper bound of")
    }

    fn words(&self, name: fn(Term) -> &'static str, bound: &str) -> String {
        let quotient = format!(
            "{} / {}",
            self.numerator.words(name),
            self.denominator.words(name)
        );
        match self.method {
            Method::Quotient => quotient,
            Method::UpperBound => format!("{bound} {quotient}"),
        }
    }

    /// The calls of the numerator.
    pub fn drill(&self) -> Option<AttemptSet> {
        self.numerator.set()
    }

    /// The definition with that id.
    pub fn of(id: &str) -> Option<&'static Definition> {
        CATALOGUE.iter().find(|definition| definition.id == id)
    }
}

/// What the base may be charged with: received, less what the contract deducts before the first attempt (rulings 7, 8).
const WORKABLE: Expr = Expr::less(&[Received], &[Excluded]);
const HANDLED: &[Term] = &[Talking, WrapUp];
const AVAILABLE: &[Term] = &[Ready, Reserved, Talking, WrapUp];

/// The indicators and their variants in the order of reports.
#[rustfmt::skip]
pub const CATALOGUE: &[Definition] = &[
    share("contactabilidad", ("Contactabilidad", "Contactability"), &[Answered], &[Attempts], Source::Procedure)
        .at_most(NetworkAnswered).version(2),
    share("contactabilidad.system", ("Contactabilidad (según el sistema)", "Contactability (system outcome)"),
        &[AnsweredBySystem], &[Attempts], Source::Ruling(3)).at_most(NetworkAnswered),
    share("contactabilidad.network", ("Contactabilidad (contesta la red, incluye buzón)", "Contactability (network answered, machines too)"),
        &[NetworkAnswered], &[Attempts], Source::Table),
    share("contactabilidad.records", ("Contactabilidad (por registro)", "Contactability (per record)"),
        &[RecordsAnswered], &[Worked], Source::Table).at_most(RecordsNetworkAnswered),
    share("contacto_efectivo", ("Contacto efectivo", "Effective contact"), &[Effective], &[Answered], Source::Table),
    share("contacto_efectivo.records", ("Contacto efectivo (por registro)", "Effective contact (per record)"),
        &[RecordsEffective], &[RecordsAnswered], Source::Ruling(1)),
    share("contacto_efectivo.literal", ("Contacto efectivo (literal: aceptadas por contestada)", "Effective contact (literal: accepted per answered)"),
        &[Sales], &[Answered], Source::Procedure).at_most(Effective),
    share("contacto_efectivo.conversion", ("Conversión", "Conversion"), &[Sales], &[Effective], Source::Ruling(19)),
    share("efectividad", ("Efectividad", "Effectiveness"), &[Sales], &[Attempts], Source::Procedure).at_most(Effective),
    share("efectividad.record", ("Efectividad (por registro)", "Effectiveness (per record)"), &[Sales], &[Worked], Source::Table)
        .at_most(RecordsEffective),
    share("efectividad.answered", ("Efectividad (por contestada)", "Effectiveness (per answered call)"),
        &[Sales], &[Answered], Source::Table).at_most(Effective),
    share("efectividad.neta", ("Efectividad neta", "Net effectiveness"), &[SalesLegalised], &[Attempts], Source::Ruling(6))
        .by(Cutoff::Accepted).decimals(2).at_most(Sales),
    share("efectividad.neta_record", ("Efectividad neta (por registro)", "Net effectiveness (per record)"),
        &[SalesLegalised], &[Worked], Source::Ruling(6)).by(Cutoff::Accepted).at_most(Sales),
    share("efectividad.neta_period", ("Efectividad neta (legalizadas en el período)", "Net effectiveness (legalised in the period)"),
        &[SalesLegalisedInPeriod], &[Attempts], Source::Ruling(6)).by(Cutoff::Legalised).decimals(2),
    share("gestion_base", ("Gestión de base", "Base worked"), &[BaseWorked], &[Received], Source::Ruling(8))
        .below(WORKABLE).by(Cutoff::Received).version(2),
    share("gestion_base.gross", ("Gestión de base (bruta)", "Base worked (gross)"), &[BaseWorked], &[Received], Source::Table)
        .by(Cutoff::Received).version(2),
    share("gestion_base.advisor", ("Gestión de base (tipificada por un asesor)", "Base worked (typified by an advisor)"),
        &[BaseWorkedByAdvisor], &[Received], Source::Ruling(2)).below(WORKABLE).by(Cutoff::Received),
    share("cumplimiento", ("Cumplimiento de meta", "Goal attainment"), &[Sales], &[Goal], Source::Table),
    share("cumplimiento.legalised", ("Cumplimiento de meta (legalizadas de las del período)", "Goal attainment (legalised of the period's)"),
        &[SalesLegalised], &[Goal], Source::Ruling(6)).by(Cutoff::Accepted),
    share("cumplimiento.legalised_period", ("Cumplimiento de meta (legalizadas en el período)", "Goal attainment (legalised in the period)"),
        &[SalesLegalisedInPeriod], &[Goal], Source::Ruling(6)).by(Cutoff::Legalised),
    share("ratio", ("Ratio", "Sales per advisor-day"), &[Sales], &[AdvisorDays], Source::Ruling(12))
        .by(Cutoff::Clock).counting(Unit::Number, 2),
    share("ratio.sph", ("Ventas por hora", "Sales per hour"), &[Sales], &[ConnectedHours], Source::Table)
        .by(Cutoff::Clock).counting(Unit::Number, 3),
    share("productividad", ("Productividad", "Productivity"), &[ValueSold], &[AdvisorDays], Source::Ruling(13))
        .by(Cutoff::Clock).counting(Unit::Money, 0),
    share("productividad.legalised", ("Productividad (legalizadas)", "Productivity (legalised)"),
        &[ValueLegalised], &[AdvisorDays], Source::Ruling(13)).by(Cutoff::Accepted).counting(Unit::Money, 0),
    share("productividad.hour", ("Productividad por hora", "Productivity per hour"),
        &[ValueSold], &[ConnectedHours], Source::Table).by(Cutoff::Clock).counting(Unit::Money, 0),
    share("productividad.ticket", ("Ticket promedio", "Mean ticket"), &[ValueSold], &[Sales], Source::Table)
        .counting(Unit::Money, 0),
    share("productividad.records_hour", ("Registros por hora", "Records per hour"), &[Worked], &[ConnectedHours], Source::Table)
        .by(Cutoff::Clock).counting(Unit::Number, 1),
    share("abandono", ("Abandono", "Abandon rate"), &[Abandoned], &[Answered], Source::Table).decimals(2),
    share("abandono.system", ("Abandono (según el sistema)", "Abandon rate (system outcome)"),
        &[Abandoned], &[AnsweredBySystem], Source::Ruling(3)).decimals(2),
    share("abandono.bound", ("Abandono (cota superior 95 %)", "Abandon rate (95 % upper bound)"),
        &[Abandoned], &[Answered], Source::Ruling(16)).bounded().decimals(2),
    share("utilizacion", ("Utilización", "Utilisation"), HANDLED, AVAILABLE, Source::House).by(Cutoff::Clock),
    share("tmo", ("Tiempo medio de operación", "Average handle time"), &[Talk, WrapUp], &[Connected], Source::House)
        .by(Cutoff::Clock).counting(Unit::Seconds, 1),
    share("espera", ("Espera hasta el asesor", "Answer to advisor"), &[BridgeWait], &[Connected], Source::House)
        .counting(Unit::Seconds, 1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_there_once() {
        let mut ids: Vec<_> = CATALOGUE.iter().map(|d| d.id).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    #[test]
    fn every_variant_follows_its_indicator() {
        for definition in CATALOGUE {
            assert!(
                Definition::of(definition.indicator()).is_some(),
                "{}",
                definition.id
            );
        }
    }

    #[test]
    fn formulas_are_put_together_from_the_names_of_their_terms() {
        let said = |id| {
            let definition = Definition::of(id).expect("it is in the catalogue");
            (definition.formula(), definition.formula_en())
        };
        let pair = |es: &str, en: &str| (es.to_owned(), en.to_owned());
        assert_eq!(
            said("gestion_base"),
            pair(
                "registros recibidos y gestionados / (registros recibidos - exclusiones deducibles)",
                "records received and worked / (records received - deductible exclusions)"
            )
        );
        assert_eq!(
            said("tmo").0,
            "(conversación + tipificando) / conectadas con un asesor"
        );
        assert_eq!(
            said("abandono.bound").0,
            "cota superior exacta al 95 % de abandonadas / contestadas por una persona"
        );
    }
}
