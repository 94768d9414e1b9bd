//! Who is there from when to when.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::text;

/// Agents who come and go together, since the start of the simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// How many.
    pub agents: u32,
    /// They log in.
    #[serde(with = "text::span")]
    pub from: Duration,
    /// They log out, after the call they are on.
    #[serde(with = "text::span")]
    pub to: Duration,
}

/// The most agents who are there at once.
pub fn agents_at_once(shifts: &[Shift]) -> u32 {
    let there = |at: Duration| {
        let now = shifts
            .iter()
            .filter(|shift| shift.from <= at && at < shift.to);
        now.map(|shift| shift.agents).fold(0, u32::saturating_add)
    };
    shifts
        .iter()
        .map(|shift| there(shift.from))
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_after_lunch_counts_once() {
        let shift = |agents, from, to| Shift {
            agents,
            from: Duration::from_secs(from),
            to: Duration::from_secs(to),
        };
        let shifts = [shift(3, 0, 4), shift(3, 5, 9), shift(2, 6, 9)];
        assert_eq!((agents_at_once(&shifts), agents_at_once(&[])), (5, 0));
    }
}
