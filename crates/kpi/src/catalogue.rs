//! Every indicator, once: name, formula, unit, target, variants. A variant has
//! its own entry, named after what it varies.

use crate::AttemptSet;

/// Version of these definitions; reports carry it.
pub const VERSION: &str = "2026-11";

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// From 0 to 1.
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

/// One indicator, or a variant of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Definition {
    /// Stable id; a variant's begins with its indicator's.
    pub id: &'static str,
    /// Name in Spanish, as the floor says it.
    pub name: &'static str,
    /// Name in English.
    pub name_en: &'static str,
    /// The formula in words.
    pub formula: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// What is agreed, where something is.
    pub target: Option<f64>,
    /// The calls of the numerator, to drill down to.
    pub drill: Option<AttemptSet>,
}

macro_rules! catalogue {
    ($($id:literal, $name:literal, $name_en:literal, $formula:literal, $unit:ident, $target:expr, $drill:expr;)*) => {
        /// The indicators in the order of reports.
        pub const CATALOGUE: &[Definition] = &[$(Definition {
            id: $id, name: $name, name_en: $name_en, formula: $formula,
            unit: Unit::$unit, target: $target, drill: $drill,
        },)*];
    };
}

catalogue! {
    "contactabilidad", "Contactabilidad", "Contactability", "contestadas por una persona / intentos", Share, Some(0.70), Some(AttemptSet::Answered);
    "contactabilidad.system", "Contactabilidad (según el sistema)", "Contactability (system outcome)", "contestadas según el sistema / intentos", Share, None, None;
    "contactabilidad.network", "Contactabilidad (contesta la red, incluye buzón)", "Contactability (network answered, machines too)", "contestadas por la red / intentos", Share, None, Some(AttemptSet::NetworkAnswered);
    "contactabilidad.records", "Contactabilidad (por registro)", "Contactability (per record)", "registros contestados / registros gestionados", Share, None, None;
    "contacto_efectivo", "Contacto efectivo", "Effective contact", "contactos efectivos / contestadas por una persona", Share, Some(0.60), Some(AttemptSet::Effective);
    "contacto_efectivo.conversion", "Conversión", "Conversion", "ventas aceptadas / contactos efectivos", Share, None, Some(AttemptSet::Sale);
    "efectividad", "Efectividad", "Effectiveness", "ventas aceptadas / intentos", Share, Some(0.02), Some(AttemptSet::Sale);
    "efectividad.record", "Efectividad (por registro)", "Effectiveness (per record)", "ventas aceptadas / registros gestionados", Share, None, Some(AttemptSet::Sale);
    "efectividad.answered", "Efectividad (por contestada)", "Effectiveness (per answered call)", "ventas aceptadas / contestadas por una persona", Share, None, Some(AttemptSet::Sale);
    "efectividad.neta", "Efectividad neta", "Net effectiveness", "ventas legalizadas / intentos", Share, None, None;
    "efectividad.neta_record", "Efectividad neta (por registro)", "Net effectiveness (per record)", "ventas legalizadas / registros gestionados", Share, None, None;
    "gestion_base", "Gestión de base", "Base worked", "registros gestionados / (recibidos - exclusiones deducibles)", Share, Some(0.85), Some(AttemptSet::Worked);
    "gestion_base.gross", "Gestión de base (bruta)", "Base worked (gross)", "registros gestionados / recibidos", Share, None, Some(AttemptSet::Worked);
    "cumplimiento", "Cumplimiento de meta", "Goal attainment", "ventas aceptadas / meta", Share, Some(0.80), Some(AttemptSet::Sale);
    "cumplimiento.legalised", "Cumplimiento de meta (legalizadas)", "Goal attainment (legalised)", "ventas legalizadas / meta", Share, None, None;
    "ratio", "Ratio", "Sales per advisor-day", "ventas aceptadas / días-asesor (horas conectadas / turno)", Number, None, Some(AttemptSet::Sale);
    "ratio.sph", "Ventas por hora", "Sales per hour", "ventas aceptadas / horas conectadas", Number, None, Some(AttemptSet::Sale);
    "productividad", "Productividad", "Productivity", "valor vendido / días-asesor", Money, None, Some(AttemptSet::Sale);
    "productividad.hour", "Productividad por hora", "Productivity per hour", "valor vendido / horas conectadas", Money, None, Some(AttemptSet::Sale);
    "productividad.ticket", "Ticket promedio", "Mean ticket", "valor vendido / ventas aceptadas", Money, None, Some(AttemptSet::Sale);
    "productividad.records_hour", "Registros por hora", "Records per hour", "registros gestionados / horas conectadas", Number, None, None;
    "abandono", "Abandono", "Abandon rate", "abandonadas / contestadas por una persona", Share, Some(0.03), Some(AttemptSet::Abandoned);
    "abandono.bound", "Abandono (cota superior 95 %)", "Abandon rate (95 % upper bound)", "cota exacta de una cola de Clopper y Pearson", Share, None, Some(AttemptSet::Abandoned);
    "utilizacion", "Utilización", "Utilisation", "(en llamada + tipificando) / (disponible + reservado + en llamada + tipificando)", Share, None, None;
    "tmo", "Tiempo medio de operación", "Average handle time", "(conversación + tipificación) / conectadas", Seconds, None, Some(AttemptSet::Connected);
    "espera", "Espera hasta el asesor", "Answer to advisor", "espera entre contestar y el asesor / conectadas", Seconds, None, Some(AttemptSet::Connected);
}

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
}
