//! What becomes of calls on this network, as shares and times: data, so that a
//! rehearsal can look like the floor it is for.

use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};

/// Shares of what becomes of a call (their sum is what counts, not its value)
/// and the times people take. The defaults are a Colombian mobile base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mix {
    /// A person answers.
    pub person: f64,
    /// An answering machine answers.
    pub machine: f64,
    /// It rings until the caller gives up.
    pub no_answer: f64,
    /// 486.
    pub busy: f64,
    /// 480: switched off or out of coverage.
    pub unreachable: f64,
    /// 404: no such number.
    pub invalid: f64,
    /// 503: the network is congested.
    pub congestion: f64,
    /// 603: the person refuses the call.
    pub rejected: f64,
    /// A person answers and hangs up within two seconds.
    pub hangs_up: f64,
    /// Mean ring before a person answers, in seconds.
    pub ring_mean_s: f64,
    /// Mean time a person stays on the line, in seconds.
    pub stay_mean_s: f64,
}

impl Default for Mix {
    fn default() -> Mix {
        Mix {
            person: 0.30,
            machine: 0.12,
            no_answer: 0.27,
            busy: 0.11,
            unreachable: 0.08,
            invalid: 0.05,
            congestion: 0.02,
            rejected: 0.03,
            hangs_up: 0.02,
            ring_mean_s: 7.0,
            stay_mean_s: 90.0,
        }
    }
}

/// A mix that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum InvalidMix {
    /// A share is negative or no number.
    #[error("the share of `{0}` is {1}; shares are numbers from 0 up")]
    Share(&'static str, f64),
    /// Nothing can happen.
    #[error("every share is 0; at least one kind of call must be possible")]
    Nothing,
    /// A time is out of bounds.
    #[error("`{0}` is {1} s; it must be between 0.1 s and 3600 s")]
    Time(&'static str, f64),
}

/// What one call will meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Answers after `ring`, stays `stay` unless the other side hangs up.
    Person { ring: Duration, stay: Duration },
    /// A machine speaks, then listens.
    Machine { ring: Duration },
    /// Rings for ever.
    NoAnswer,
    /// Refused with a status after a while, ringing before it or not.
    Refused {
        status: u16,
        after: Duration,
        rings: bool,
    },
}

impl Mix {
    fn shares(&self) -> [(&'static str, f64); 9] {
        [
            ("person", self.person),
            ("machine", self.machine),
            ("no_answer", self.no_answer),
            ("busy", self.busy),
            ("unreachable", self.unreachable),
            ("invalid", self.invalid),
            ("congestion", self.congestion),
            ("rejected", self.rejected),
            ("hangs_up", self.hangs_up),
        ]
    }

    /// Refuses what makes no sense.
    pub fn check(&self) -> Result<(), InvalidMix> {
        for (name, share) in self.shares() {
            if !share.is_finite() || share < 0.0 {
                return Err(InvalidMix::Share(name, share));
            }
        }
        if self.shares().iter().all(|(_, share)| *share == 0.0) {
            return Err(InvalidMix::Nothing);
        }
        for (name, time) in [
            ("ring_mean_s", self.ring_mean_s),
            ("stay_mean_s", self.stay_mean_s),
        ] {
            if !(0.1..=3600.0).contains(&time) {
                return Err(InvalidMix::Time(name, time));
            }
        }
        Ok(())
    }

    /// Draws what a call meets.
    pub(crate) fn fate(&self, rng: &mut StdRng) -> Fate {
        let ring = self.ring(rng);
        match self.kind(rng) {
            "person" => Fate::Person {
                ring,
                stay: exponential(rng, self.stay_mean_s).max(Duration::from_secs(3)),
            },
            "hangs_up" => Fate::Person {
                ring,
                stay: Duration::from_millis(rng.random_range(200..2_000)),
            },
            "machine" => Fate::Machine {
                ring: ring + Duration::from_secs(6),
            },
            "no_answer" => Fate::NoAnswer,
            "busy" => refused(486, 800, false),
            "unreachable" => refused(480, 2_500, false),
            "invalid" => refused(404, 1_200, false),
            "congestion" => refused(503, 150, false),
            _ => refused(603, 4_000, true),
        }
    }

    fn kind(&self, rng: &mut StdRng) -> &'static str {
        let shares = self.shares();
        let sum: f64 = shares.iter().map(|(_, share)| share).sum();
        let mut at = rng.random::<f64>() * sum;
        for (name, share) in shares {
            if at < share {
                return name;
            }
            at -= share;
        }
        "no_answer"
    }

    /// Ring before a pick-up: a fifth of the mean at least, then exponential,
    /// at most four times the mean.
    fn ring(&self, rng: &mut StdRng) -> Duration {
        let floor = Duration::from_secs_f64(self.ring_mean_s * 0.2);
        let longest = Duration::from_secs_f64(self.ring_mean_s * 4.0);
        (floor + exponential(rng, self.ring_mean_s * 0.8)).min(longest)
    }
}

fn refused(status: u16, after_ms: u64, rings: bool) -> Fate {
    Fate::Refused {
        status,
        after: Duration::from_millis(after_ms),
        rings,
    }
}

/// An exponential time of this mean, in seconds.
pub(crate) fn exponential(rng: &mut StdRng, mean_s: f64) -> Duration {
    let share: f64 = rng.random();
    Duration::from_secs_f64((-(1.0 - share).ln() * mean_s).clamp(0.0, 3_600.0))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn the_default_mix_draws_its_shares() {
        let mix = Mix::default();
        mix.check().expect("the default is sound");
        let mut rng = StdRng::seed_from_u64(1);
        let people = (0..20_000)
            .filter(|_| matches!(mix.fate(&mut rng), Fate::Person { .. }))
            .count();
        assert!((people as f64 / 20_000.0 - 0.32).abs() < 0.02, "{people}");
    }

    #[test]
    fn a_mix_without_calls_is_refused() {
        let none = Mix {
            person: 0.0,
            machine: 0.0,
            no_answer: 0.0,
            busy: 0.0,
            unreachable: 0.0,
            invalid: 0.0,
            congestion: 0.0,
            rejected: 0.0,
            hangs_up: 0.0,
            ..Mix::default()
        };
        assert_eq!(none.check(), Err(InvalidMix::Nothing));
        let negative = Mix {
            busy: -1.0,
            ..Mix::default()
        };
        assert_eq!(negative.check(), Err(InvalidMix::Share("busy", -1.0)));
    }
}
