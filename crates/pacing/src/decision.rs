//! How many calls to place, with the reason.

use domain::{CampaignId, PacingRecord};

use crate::figures::Figures;

/// Calls that have rung long are given up where one more would carry so many
/// times the risk allowed: a jump. At a third of it a quarter of all calls
/// would be given up, for little more.
const GIVES_UP_AT: f64 = 10.0;

/// What kept a decision from placing one call more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The chance that one more answered call finds no agent.
    Abandon,
    /// No free channel.
    Trunk,
    /// Calls per second.
    Cps,
    /// Calls may no longer leave.
    Window,
    /// No contact cleared for dialing.
    List,
    /// Nobody is there to take a call.
    NoAgents,
    /// The mode: preview, one line per agent, a fixed ratio, a cap.
    Mode,
    /// Nothing: more would not help.
    None,
}

impl Binding {
    /// The word kept in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Abandon => "abandon",
            Self::Trunk => "trunk",
            Self::Cps => "cps",
            Self::Window => "window",
            Self::List => "list",
            Self::NoAgents => "no agents",
            Self::Mode => "mode",
            Self::None => "none",
        }
    }
}

/// What to do now. The reasons are kept as figures: words are made of them
/// when somebody asks, which most decisions of a day never see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    /// Calls to place now.
    pub dial: u32,
    /// The limit that bound, as a word of the record ([`Binding::word`]).
    pub binding: &'static str,
    pub(crate) grounds: Grounds,
}

/// What a decision rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Grounds {
    /// Nothing may be dialed.
    Held(&'static str),
    /// A fixed number of lines per ready agent.
    Lines { lines: f64, ready: u32, busy: u32 },
    /// So many lines that all who answer find an agent who is free.
    Sure {
        free: u32,
        in_flight: u32,
        answer: f64,
        lines: u32,
    },
    /// Risk against budget.
    Risk(Figures),
}

impl Decision {
    /// Nothing, because of `binding`.
    pub(crate) const fn none(binding: Binding, why: &'static str) -> Decision {
        Decision {
            dial: 0,
            binding: binding.word(),
            grounds: Grounds::Held(why),
        }
    }

    /// Whether more calls would leave but for the risk that they find nobody.
    pub fn is_bound_by_risk(&self) -> bool {
        self.binding == Binding::Abandon.word()
    }

    /// The chance that a call placed now reaches a person, where it was reckoned.
    pub fn answer_chance(&self) -> Option<f64> {
        match &self.grounds {
            Grounds::Risk(figures) => Some(figures.answer_chance),
            Grounds::Sure { answer, .. } => Some(*answer),
            Grounds::Held(_) | Grounds::Lines { .. } => None,
        }
    }

    /// One sentence for people.
    pub fn why(&self) -> String {
        match &self.grounds {
            Grounds::Held(why) => (*why).to_owned(),
            Grounds::Lines { lines, ready, busy } => {
                format!("{lines:.1} lines per ready agent: {ready} ready, {busy} on their way")
            }
            Grounds::Sure {
                free,
                in_flight,
                answer,
                lines,
            } => format!(
                "{free} free, {in_flight} on their way; with {:.0} % answering at most, \
                 {lines} lines leave nobody without an agent",
                answer * 100.0
            ),
            Grounds::Risk(figures) => figures.why(self),
        }
    }

    /// Whether calls that have rung as long as the law asks are better given
    /// up: risk has jumped since they were placed, and few who let it ring so
    /// long still answer.
    pub fn gives_up(&self) -> bool {
        match &self.grounds {
            Grounds::Risk(figures) => {
                let most = GIVES_UP_AT * figures.allowance.theta;
                self.dial == 0 && figures.risk_next > most
            }
            Grounds::Held(_) | Grounds::Lines { .. } | Grounds::Sure { .. } => false,
        }
    }

    /// Named inputs and intermediate figures, all finite.
    pub fn inputs(&self) -> Vec<(&'static str, f64)> {
        match &self.grounds {
            Grounds::Held(_) => Vec::new(),
            Grounds::Lines { lines, ready, busy } => vec![
                ("ready", f64::from(*ready)),
                ("in_flight", f64::from(*busy)),
                ("lines_per_agent", *lines),
            ],
            Grounds::Sure {
                free,
                in_flight,
                answer,
                lines,
            } => vec![
                ("ready", f64::from(*free)),
                ("in_flight", f64::from(*in_flight)),
                ("answer_chance", *answer),
                ("lines", f64::from(*lines)),
            ],
            Grounds::Risk(figures) => figures.named().to_vec(),
        }
    }

    /// As it goes into the record.
    pub fn record(self, campaign: CampaignId) -> PacingRecord {
        PacingRecord {
            campaign,
            dial: self.dial,
            binding: self.binding,
            why: self.why(),
            inputs: self.inputs(),
            page: String::new(),
        }
    }
}
