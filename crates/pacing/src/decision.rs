//! How many calls to place, with the reason.

use domain::{CampaignId, PacingRecord};

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

/// What to do now.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// Calls to place now.
    pub dial: u32,
    /// The limit that bound, as a word of the record ([`Binding::word`]).
    pub binding: &'static str,
    /// One sentence for people.
    pub why: String,
    /// Named inputs and intermediate figures, all finite.
    pub inputs: Vec<(&'static str, f64)>,
}

impl Decision {
    /// Nothing, because of `binding`.
    pub(crate) fn none(binding: Binding, why: impl Into<String>) -> Decision {
        Decision {
            dial: 0,
            binding: binding.word(),
            why: why.into(),
            inputs: Vec::new(),
        }
    }

    /// As it goes into the record.
    pub fn record(self, campaign: CampaignId) -> PacingRecord {
        PacingRecord {
            campaign,
            dial: self.dial,
            binding: self.binding,
            why: self.why,
            inputs: self.inputs,
            page: String::new(),
        }
    }
}
