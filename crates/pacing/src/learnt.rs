//! What a pacer knows, as a plain value to be kept from one day to the next:
//! counts, not rates, so that they can be made to weigh less the older they
//! are. Of a bounded size, and finite whatever is read into it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Rises when a count changes its meaning; another version is not believed.
const VERSION: u32 = 1;
/// After so long what was learnt weighs half.
const HALF_LIFE: Duration = Duration::from_secs(7 * 86_400);
/// No count is larger, whatever a file says.
const COUNT_MAX: f64 = 1e9;
/// The longest text read: several times what is ever written.
const TEXT_MAX: usize = 256 * 1_024;

/// What a pacer has learnt of a campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learnt {
    version: u32,
    pub(crate) calls: LearntCalls,
    pub(crate) talks: LearntTalks,
    pub(crate) budget: LearntBudget,
}

/// Exits, by kind, and exposure of one stage, by bin of age.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) exits: Vec<Vec<f64>>,
    pub(crate) exposure: Vec<f64>,
}

/// Of calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LearntCalls {
    pub(crate) dialing: Counts,
    pub(crate) ringing: Counts,
    pub(crate) detecting: Counts,
    /// By hour of the day, in universal time: calls that ended, and people.
    pub(crate) hours: Vec<(f64, f64)>,
}

/// Of talks and wrap-ups.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LearntTalks {
    pub(crate) talk: Counts,
    pub(crate) wrap_up: Counts,
    pub(crate) wrap_up_by_class: Vec<Counts>,
    /// Wrap-ups, and how many of them ended in a pause.
    pub(crate) returns: (f64, f64),
}

/// Of what became of the risk that was taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LearntBudget {
    /// Abandoned calls forecast, and those there were.
    pub(crate) forecast: f64,
    pub(crate) outcome: f64,
    /// Logarithm of theta over the mean risk.
    pub(crate) steer: f64,
    /// Live calls all of it was learnt from.
    pub(crate) live: f64,
}

impl Learnt {
    pub(crate) fn new(calls: LearntCalls, talks: LearntTalks, budget: LearntBudget) -> Learnt {
        Learnt {
            version: VERSION,
            calls,
            talks,
            budget,
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("counts are finite and keys are words")
    }

    /// From JSON; `None` where it is not what this version writes. What does
    /// not fit inside is left out when a pacer starts from it.
    pub fn from_json(text: &str) -> Option<Learnt> {
        if text.len() > TEXT_MAX {
            return None;
        }
        let learnt: Learnt = serde_json::from_str(text).ok()?;
        (learnt.version == VERSION).then_some(learnt)
    }
}

/// Part of their weight that counts of this age still have.
pub(crate) fn weight_of(age: Duration) -> f64 {
    (-age.as_secs_f64() / HALF_LIFE.as_secs_f64()).exp2()
}

impl Counts {
    /// The counts of so many kinds and bins, of at most `exits_max` exits and of
    /// `weight` times what was seen; `None` where they do not fit.
    pub(crate) fn weighed(
        &self,
        (kinds, bins): (usize, usize),
        exits_max: f64,
        weight: f64,
    ) -> Option<Counts> {
        let all = || self.exits.iter().chain([&self.exposure]);
        if self.exits.len() != kinds || all().any(|counts| counts.len() != bins) {
            return None;
        }
        let total: f64 = self.exits.iter().flatten().copied().map(sound).sum();
        let weight = weight * (exits_max / total.max(1e-9)).min(1.0);
        let weigh = |counts: &Vec<f64>| counts.iter().map(|c| sound(*c) * weight).collect();
        Some(Counts {
            exits: self.exits.iter().map(weigh).collect(),
            exposure: weigh(&self.exposure),
        })
    }
}

/// A count as it may be believed: finite, not negative, not beyond reason.
pub(crate) fn sound(count: f64) -> f64 {
    if count.is_finite() {
        count.clamp(0.0, COUNT_MAX)
    } else {
        0.0
    }
}

/// A count as it is kept: a thousandth more or less says nothing.
pub(crate) fn rounded(count: f64) -> f64 {
    (sound(count) * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(exits: f64) -> Counts {
        Counts {
            exits: vec![vec![exits; 2]],
            exposure: vec![exits * 10.0; 2],
        }
    }

    #[test]
    fn a_week_halves_what_it_is_worth() {
        assert_eq!(weight_of(Duration::ZERO), 1.0);
        assert_eq!(weight_of(HALF_LIFE), 0.5);
        assert_eq!(weight_of(Duration::MAX), 0.0);
    }

    #[test]
    fn long_days_count_for_no_more_than_they_may() {
        let kept = counts(500.0).weighed((1, 2), 100.0, 0.5).expect("it fits");
        assert_eq!(kept.exits.iter().flatten().sum::<f64>(), 50.0);
        assert_eq!(kept.exposure.iter().sum::<f64>(), 500.0, "the rate stays");
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(counts(5.0).weighed((1, 3), 100.0, 1.0), None);
        assert_eq!(counts(5.0).weighed((2, 2), 100.0, 1.0), None);
        let odd = Counts {
            exits: vec![vec![f64::NAN, -3.0]],
            exposure: vec![f64::INFINITY, 1e300],
        };
        let kept = odd.weighed((1, 2), 100.0, 1.0).expect("it fits");
        assert!(
            kept.exits
                .iter()
                .flatten()
                .chain(&kept.exposure)
                .all(|c| c.is_finite())
        );
    }

    #[test]
    fn only_its_own_version_is_read() {
        let learnt = Learnt::new(
            LearntCalls::default(),
            LearntTalks::default(),
            LearntBudget::default(),
        );
        let text = learnt.to_json();
        assert_eq!(Learnt::from_json(&text), Some(learnt));
        let other = text.replace("\"version\":1", "\"version\":2");
        assert_eq!(Learnt::from_json(&other), None);
        assert_eq!(Learnt::from_json("{}"), None);
    }
}
