//! What becomes of calls, as weights: only their proportions matter.

use domain::Outcome;
use serde::{Deserialize, Serialize};

use crate::callee::Callee;
use crate::dice::Dice;

/// What becomes of calls, as weights. An invalid number stays invalid; the rest
/// is drawn anew for each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mix {
    /// A person picks up.
    pub person: u32,
    /// A machine picks up, and the agent finds out.
    pub machine: u32,
    /// A machine picks up, and detection finds out.
    pub machine_detected: u32,
    /// It rings out.
    pub no_answer: u32,
    /// Busy.
    pub busy: u32,
    /// Switched off or out of coverage.
    pub unreachable: u32,
    /// The called party refuses.
    pub rejected: u32,
    /// The number does not exist.
    pub invalid: u32,
    /// The carrier refuses.
    pub congestion: u32,
}

impl Default for Mix {
    fn default() -> Mix {
        Mix {
            person: 30,
            machine: 8,
            no_answer: 42,
            busy: 11,
            invalid: 8,
            congestion: 1,
            ..Mix::EMPTY
        }
    }
}

impl Mix {
    /// Nothing ever happens.
    pub const EMPTY: Mix = Mix {
        person: 0,
        machine: 0,
        machine_detected: 0,
        no_answer: 0,
        busy: 0,
        unreachable: 0,
        rejected: 0,
        invalid: 0,
        congestion: 0,
    };

    /// The sum of all weights.
    pub fn total(&self) -> u64 {
        self.of_valid_numbers() + u64::from(self.invalid)
    }

    /// The sum of what may happen to a number that exists.
    pub fn of_valid_numbers(&self) -> u64 {
        self.parts()
            .iter()
            .map(|(weight, _)| u64::from(*weight))
            .sum()
    }

    /// Whom a call to a number that exists reaches.
    pub(crate) fn draw(&self, dice: &mut Dice) -> Callee {
        let mut drawn = dice.below(self.of_valid_numbers());
        for (weight, callee) in self.parts() {
            if drawn < u64::from(weight) {
                return callee;
            }
            drawn -= u64::from(weight);
        }
        // Every number is invalid.
        Callee::Nobody(Outcome::InvalidNumber)
    }

    fn parts(&self) -> [(u32, Callee); 8] {
        use Callee::{Machine, Nobody, Person};
        [
            (self.person, Person),
            (self.machine, Machine),
            (self.no_answer, Nobody(Outcome::NoAnswer)),
            (self.busy, Nobody(Outcome::Busy)),
            (self.congestion, Nobody(Outcome::Congestion)),
            (self.machine_detected, Nobody(Outcome::Machine)),
            (self.unreachable, Nobody(Outcome::Unreachable)),
            (self.rejected, Nobody(Outcome::Rejected)),
        ]
    }
}
