//! A call that may not leave now, and why: the evidence kept with it.

use domain::{Gate, Timestamp};

/// One refused dial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Stable id of the rule, such as `CO-1.hours`.
    pub rule: String,
    /// Pack and version the rule came from, such as `co@2026.11.24`.
    pub pack: String,
    /// First instant at which the same call would be allowed.
    pub opens: Timestamp,
    /// The same for people, in Spanish.
    pub words: String,
}

impl Refusal {
    /// The refusal as the funnel counts it.
    pub fn gate(&self) -> Gate {
        Gate {
            rule: self.rule.clone(),
            pack: self.pack.clone(),
        }
    }
}
