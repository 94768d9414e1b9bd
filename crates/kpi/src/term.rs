//! The words formulas are made of. A term is one count, sum or length of time of [`Facts`](crate::Facts); its names are
//! written here and nowhere else, and what people read as a formula is put together from them.

use crate::AttemptSet;

/// One count, sum or length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Term {
    /// Calls whose INVITE left.
    Attempts,
    /// Calls that the network answered: people, machines, faxes.
    NetworkAnswered,
    /// Calls that a person answered, by the current typification.
    Answered,
    /// Calls that a person answered, as the system judged it.
    AnsweredBySystem,
    /// Calls with an effective contact.
    Effective,
    /// Calls answered by a person who found no advisor.
    Abandoned,
    /// Calls that an advisor took.
    Connected,
    /// Accepted sales.
    Sales,
    /// Of the sales accepted in the period, those legalised as of the report.
    SalesLegalised,
    /// Sales legalised in the period, whenever they were accepted.
    SalesLegalisedInPeriod,
    /// Value of the accepted sales.
    ValueSold,
    /// Value of those of them that are legalised as of the report.
    ValueLegalised,
    /// Records worked in the period.
    Worked,
    /// Records that an advisor typified in the period.
    WorkedByAdvisor,
    /// Records of which the network answered a call.
    RecordsNetworkAnswered,
    /// Records of which a person answered a call.
    RecordsAnswered,
    /// Records with an effective contact.
    RecordsEffective,
    /// Records of the cohort.
    Received,
    /// Of those, what the contract deducts.
    Excluded,
    /// Of those, worked by the end of the period.
    BaseWorked,
    /// Of those, typified by an advisor by the end of the period.
    BaseWorkedByAdvisor,
    /// Conversation, from the bridge to the end.
    Talk,
    /// Advisors' time on calls.
    Talking,
    /// Advisors' time after calls.
    WrapUp,
    /// Advisors' time free for a call.
    Ready,
    /// Advisors' time promised to a call.
    Reserved,
    /// Waits from the answer to the advisor.
    BridgeWait,
    /// Hours advisors were connected, breaks included.
    ConnectedHours,
    /// Hours connected by the hours of each advisor's shift.
    AdvisorDays,
    /// Accepted sales agreed for the period.
    Goal,
}

use Term::{
    Abandoned, AdvisorDays, Answered, AnsweredBySystem, Attempts, BaseWorked, BaseWorkedByAdvisor,
    BridgeWait, Connected, ConnectedHours, Effective, Excluded, Goal, NetworkAnswered, Ready,
    Received, RecordsAnswered, RecordsEffective, RecordsNetworkAnswered, Reserved, Sales,
    SalesLegalised, SalesLegalisedInPeriod, Talk, Talking, ValueLegalised, ValueSold, Worked,
    WorkedByAdvisor, WrapUp,
};

impl Term {
    /// Every term.
    pub const ALL: [Term; 30] = [
        Attempts,
        NetworkAnswered,
        Answered,
        AnsweredBySystem,
        Effective,
        Abandoned,
        Connected,
        Sales,
        SalesLegalised,
        SalesLegalisedInPeriod,
        ValueSold,
        ValueLegalised,
        Worked,
        WorkedByAdvisor,
        RecordsNetworkAnswered,
        RecordsAnswered,
        RecordsEffective,
        Received,
        Excluded,
        BaseWorked,
        BaseWorkedByAdvisor,
        Talk,
        Talking,
        WrapUp,
        Ready,
        Reserved,
        BridgeWait,
        ConnectedHours,
        AdvisorDays,
        Goal,
    ];

    /// What it is called in Spanish and in English.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Attempts => ("intentos", "attempts"),
            NetworkAnswered => (
                "contestadas por la red (incluye buzón)",
                "answered by the network (machines too)",
            ),
            Answered => ("contestadas por una persona", "answered by a person"),
            AnsweredBySystem => (
                "contestadas por una persona según el sistema",
                "answered by a person as the system judged",
            ),
            Effective => ("contactos efectivos", "effective contacts"),
            Abandoned => ("abandonadas", "abandoned"),
            Connected => ("conectadas con un asesor", "connected to an advisor"),
            Sales => ("ventas aceptadas", "accepted sales"),
            SalesLegalised => (
                "ventas aceptadas en el período y ya legalizadas",
                "sales accepted in the period and legalised by now",
            ),
            SalesLegalisedInPeriod => (
                "ventas legalizadas en el período",
                "sales legalised in the period",
            ),
            ValueSold => (
                "valor de las ventas aceptadas",
                "value of the accepted sales",
            ),
            ValueLegalised => (
                "valor de las ventas aceptadas y ya legalizadas",
                "value of the accepted sales legalised by now",
            ),
            Worked => ("registros gestionados", "records worked"),
            WorkedByAdvisor => (
                "registros tipificados por un asesor",
                "records typified by an advisor",
            ),
            RecordsNetworkAnswered => (
                "registros contestados por la red",
                "records answered by the network",
            ),
            RecordsAnswered => (
                "registros contestados por una persona",
                "records answered by a person",
            ),
            RecordsEffective => (
                "registros con contacto efectivo",
                "records with an effective contact",
            ),
            Received => ("registros recibidos", "records received"),
            Excluded => ("exclusiones deducibles", "deductible exclusions"),
            BaseWorked => (
                "registros recibidos y gestionados",
                "records received and worked",
            ),
            BaseWorkedByAdvisor => (
                "registros recibidos y tipificados por un asesor",
                "records received and typified by an advisor",
            ),
            Talk => ("conversación", "talk"),
            Talking => ("en llamada", "on calls"),
            WrapUp => ("tipificando", "after calls"),
            Ready => ("disponible", "ready"),
            Reserved => ("reservado", "reserved"),
            BridgeWait => (
                "espera entre contestar y el asesor",
                "wait from answer to advisor",
            ),
            ConnectedHours => ("horas conectadas", "hours connected"),
            AdvisorDays => (
                "días-asesor (horas conectadas / horas de su turno)",
                "advisor-days (hours connected / hours of their shift)",
            ),
            Goal => ("meta de ventas", "goal of sales"),
        }
    }

    /// The calls it counts, or whose records it counts, to drill down to.
    pub const fn set(self) -> Option<AttemptSet> {
        Some(match self {
            Attempts => AttemptSet::Placed,
            NetworkAnswered | RecordsNetworkAnswered => AttemptSet::NetworkAnswered,
            Answered | RecordsAnswered => AttemptSet::Answered,
            AnsweredBySystem => AttemptSet::AnsweredBySystem,
            Effective | RecordsEffective => AttemptSet::Effective,
            Abandoned => AttemptSet::Abandoned,
            Connected | Talk | BridgeWait => AttemptSet::Connected,
            Sales | ValueSold => AttemptSet::Sale,
            Worked | BaseWorked => AttemptSet::Worked,
            WorkedByAdvisor | BaseWorkedByAdvisor => AttemptSet::WorkedByAdvisor,
            SalesLegalised
            | SalesLegalisedInPeriod
            | ValueLegalised
            | Received
            | Excluded
            | Talking
            | WrapUp
            | Ready
            | Reserved
            | ConnectedHours
            | AdvisorDays
            | Goal => return None,
        })
    }

    /// Whether it counts records: the distinct ones of its calls, not the calls.
    pub const fn counts_records(self) -> bool {
        matches!(
            self,
            Worked
                | WorkedByAdvisor
                | RecordsNetworkAnswered
                | RecordsAnswered
                | RecordsEffective
                | Received
                | Excluded
                | BaseWorked
                | BaseWorkedByAdvisor
        )
    }
}

/// Terms added, less others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What is added.
    pub plus: &'static [Term],
    /// What is taken away.
    pub minus: &'static [Term],
}

impl Expr {
    /// A sum.
    pub const fn sum(plus: &'static [Term]) -> Expr {
        Expr { plus, minus: &[] }
    }

    /// A difference.
    pub const fn less(plus: &'static [Term], minus: &'static [Term]) -> Expr {
        Expr { plus, minus }
    }

    /// The calls behind it, where it is one term that has some.
    pub const fn set(&self) -> Option<AttemptSet> {
        match (self.plus, self.minus) {
            ([term], []) => term.set(),
            _ => None,
        }
    }

    /// As people read it: `a + b - c`, in brackets where it is more than a word.
    pub fn words(&self, name: fn(Term) -> &'static str) -> String {
        let plus: Vec<_> = self.plus.iter().map(|term| name(*term)).collect();
        let mut words = plus.join(" + ");
        for term in self.minus {
            words.push_str(" - ");
            words.push_str(name(*term));
        }
        match self.plus.len() + self.minus.len() {
            0 | 1 => words,
            _ => format!("({words})"),
        }
    }
}
