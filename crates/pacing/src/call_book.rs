//! Calls in flight and what was learnt from them: how soon the far end rings,
//! at which ring age people pick up, machines do or it ends, and how long
//! detection takes.
//!
//! ```text
//! placed ──▶ ringing ──▶ answered ──▶ live      (a person)
//!    │           │           └──────▶ machine
//!    └───────────┴──▶ failed, rang out
//! ```

use std::collections::BTreeMap;

use domain::{AttemptId, Timestamp};

use crate::hazard::{Hazard, for_bins};
use crate::hours::Hours;
use crate::learnt::LearntCalls;
use crate::level::Level;

/// Ages on the wire and while ringing, in seconds.
const RING_UPPERS: &[f64] = &[
    1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0, 22.0, 24.0, 26.0, 30.0,
    35.0, 40.0, 50.0, 60.0,
];
/// Ages of detection, in seconds.
const DETECT_UPPERS: &[f64] = &[0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0];
/// Exits remembered per stage.
const MEMORY: f64 = 8_000.0;

/// Exits per stage that earlier days may count for: enough for the shapes, few
/// enough to be outweighed within the hour where today differs.
const HISTORY_MAX: f64 = 1_000.0;
/// Spread of the logarithm of how willingly people answer, from day to day.
const DAY_SPREAD: f64 = 0.15;

/// Nothing decided for so many seconds: another day, as far as answers go.
const NIGHT_MIN: f64 = 3.0 * 3_600.0;
/// Seconds after which no call rings any more.
const AGE_MAX: u32 = 80;

/// A longer silence than this is a clock that jumped, and teaches nothing.
pub(crate) const GAP_MAX: f64 = 300.0;

/// One call until it is live or over.
#[derive(Clone, Debug)]
struct Tracked {
    placed: Timestamp,
    ringing: Option<Timestamp>,
    answered: Option<Timestamp>,
    live: bool,
    /// Exposure is counted up to here.
    counted: Timestamp,
    /// Chance, seen when it was placed, that it would be abandoned.
    risk: f64,
}

/// Calls in flight, and the hazards of each stage.
#[derive(Clone, Debug)]
pub(crate) struct CallBook {
    open: BTreeMap<AttemptId, Tracked>,
    pub(crate) rings: Hazard,
    pub(crate) dies: Hazard,
    pub(crate) person: Hazard,
    pub(crate) machine: Hazard,
    pub(crate) rings_out: Hazard,
    pub(crate) detected: Hazard,
    level: Level,
    level_at: Option<Timestamp>,
    seen: f64,
    expected: f64,
    person_rates: Vec<f64>,
    hours: Hours,
}

impl CallBook {
    pub(crate) fn new() -> CallBook {
        let person = Hazard::new(RING_UPPERS, MEMORY, |age| match age {
            a if a < 1.0 => 0.02,
            a if a < 15.0 => 0.04,
            _ => 0.025,
        });
        let person_rates = person.rates();
        CallBook {
            open: BTreeMap::new(),
            rings: Hazard::new(
                RING_UPPERS,
                MEMORY,
                |age| {
                    if age < 1.0 { 0.15 } else { 0.4 }
                },
            ),
            dies: Hazard::new(RING_UPPERS, MEMORY, |_| 0.03),
            person,
            machine: Hazard::new(
                RING_UPPERS,
                MEMORY,
                |age| if age < 8.0 { 0.01 } else { 0.04 },
            ),
            rings_out: Hazard::new(
                RING_UPPERS,
                MEMORY,
                |age| if age < 15.0 { 0.002 } else { 0.02 },
            ),
            detected: Hazard::new(DETECT_UPPERS, MEMORY, |_| 0.8),
            level: Level::new(0.6),
            level_at: None,
            seen: 0.0,
            expected: 0.0,
            person_rates,
            hours: Hours::default(),
        }
    }

    /// What is to be kept.
    pub(crate) fn learnt(&self) -> LearntCalls {
        LearntCalls {
            rings: self.rings.counts(),
            dies: self.dies.counts(),
            person: self.person.counts(),
            machine: self.machine.counts(),
            rings_out: self.rings_out.counts(),
            detected: self.detected.counts(),
            hours: self.hours.kept(),
        }
    }

    /// A book that starts from earlier days, at part of their weight.
    pub(crate) fn from_history(learnt: &LearntCalls, weight: f64) -> CallBook {
        let mut book = CallBook::new();
        for (hazard, counts) in [
            (&mut book.rings, &learnt.rings),
            (&mut book.dies, &learnt.dies),
            (&mut book.person, &learnt.person),
            (&mut book.machine, &learnt.machine),
            (&mut book.rings_out, &learnt.rings_out),
            (&mut book.detected, &learnt.detected),
        ] {
            hazard.start_from(counts, HISTORY_MAX, weight);
        }
        book.person_rates = book.person.rates();
        book.hours = Hours::from_history(&learnt.hours, weight);
        book
    }

    pub(crate) fn placed(&mut self, now: Timestamp, call: AttemptId, risk: f64) {
        self.open.entry(call).or_insert(Tracked {
            placed: now,
            ringing: None,
            answered: None,
            live: false,
            counted: now,
            risk,
        });
    }

    pub(crate) fn ringing(&mut self, now: Timestamp, call: AttemptId) {
        self.count_one(now, call);
        let Some(tracked) = self.open.get_mut(&call) else {
            return;
        };
        if tracked.ringing.is_some() || tracked.answered.is_some() {
            return;
        }
        tracked.ringing = Some(now);
        self.rings.exit(seconds(tracked.placed, now));
        self.fade_dialing();
    }

    pub(crate) fn answered(&mut self, now: Timestamp, call: AttemptId) {
        self.ringing(now, call); // a far end that never said it rang
        self.count_one(now, call);
        if let Some(tracked) = self.open.get_mut(&call)
            && tracked.answered.is_none()
        {
            tracked.answered = Some(now);
        }
    }

    /// A person: hands back the risk seen when the call was placed; `None`
    /// where that was known or the call is not.
    pub(crate) fn live(&mut self, now: Timestamp, call: AttemptId) -> Option<f64> {
        if self.open.get(&call).is_none_or(|tracked| tracked.live) {
            return None;
        }
        self.answered(now, call);
        self.count_one(now, call);
        let tracked = self.open.get_mut(&call)?;
        tracked.live = true;
        let (rang, picked) = (tracked.ringing?, tracked.answered?);
        let risk = tracked.risk;
        self.person.exit(seconds(rang, picked));
        self.detected.exit(seconds(picked, now));
        self.detected.fade(1.0);
        self.fade_ringing();
        self.hours.ended(now, true);
        self.seen += 1.0;
        Some(risk)
    }

    /// Ended without a person.
    pub(crate) fn failed(&mut self, now: Timestamp, call: AttemptId) {
        self.count_one(now, call);
        let Some(tracked) = self.open.remove(&call) else {
            return;
        };
        if tracked.live {
            return;
        }
        self.hours.ended(now, false);
        match (tracked.ringing, tracked.answered) {
            (Some(rang), Some(picked)) => {
                self.machine.exit(seconds(rang, picked));
                self.detected.exit(seconds(picked, now));
                self.detected.fade(1.0);
                self.fade_ringing();
            }
            (Some(rang), None) => {
                self.rings_out.exit(seconds(rang, now));
                self.fade_ringing();
            }
            (None, _) => {
                self.dies.exit(seconds(tracked.placed, now));
                self.fade_dialing();
            }
        }
    }

    /// Forgets a call without drawing a conclusion.
    pub(crate) fn forget(&mut self, now: Timestamp, call: AttemptId) {
        self.count_one(now, call);
        self.open.remove(&call);
    }

    /// Counts the exposure of all calls in flight up to `now`, and lets the
    /// fast level follow.
    pub(crate) fn count(&mut self, now: Timestamp) {
        let mut open = std::mem::take(&mut self.open);
        for tracked in open.values_mut() {
            self.count_tracked(now, tracked);
        }
        self.open = open;
        let passed = self.level_at.map_or(0.0, |at| seconds(at, now));
        self.begin_day(now);
        self.level.update(passed, self.seen, self.expected);
        (self.seen, self.expected) = (0.0, 0.0);
        self.level_at = Some(now);
        self.person_rates = self.person.rates();
    }

    /// A day starts at the level that this hour usually has. From then on the
    /// level follows what is seen: moved by the clock it did worse.
    fn begin_day(&mut self, now: Timestamp) {
        match self.level_at {
            Some(before) if seconds(before, now) < NIGHT_MIN => return,
            Some(_) => self.hours.turn_day(),
            None => {}
        }
        if let Some(share) = self.hours.share() {
            let usual = share / self.answer_chance().max(1e-6);
            let hour = self.hours.at(now).exp();
            self.level.start_around(usual * hour, DAY_SPREAD);
        }
    }

    /// Chance, by the slow hazards alone, that a call reaches a person.
    fn answer_chance(&self) -> f64 {
        let reached = |wanted: &Hazard, others: &[&Hazard]| {
            let (wanted, others) = (wanted.rates(), others.iter().map(|other| other.rates()));
            let others: Vec<Vec<f64>> = others.collect();
            let (mut left, mut sum) = (1.0, 0.0);
            for age in 0..AGE_MAX {
                let bin = self.rings.bin(f64::from(age) + 0.5);
                let total = wanted[bin] + others.iter().map(|rates| rates[bin]).sum::<f64>();
                let leaves = left * (1.0 - (-total).exp());
                sum += leaves * wanted[bin] / total;
                left -= leaves;
            }
            sum
        };
        reached(&self.rings, &[&self.dies])
            * reached(&self.person, &[&self.machine, &self.rings_out])
    }

    /// Factor on the hazard of a person answering: mean, standard deviation.
    pub(crate) fn level(&self) -> (f64, f64) {
        self.level.mean_sd()
    }

    /// Slow hazard of a person answering, by bin.
    pub(crate) fn person_rates(&self) -> &[f64] {
        &self.person_rates
    }

    /// Whether the call reached a person and still waits for an agent.
    pub(crate) fn is_live(&self, call: AttemptId) -> bool {
        self.open.get(&call).is_some_and(|tracked| tracked.live)
    }

    fn count_one(&mut self, now: Timestamp, call: AttemptId) {
        if let Some(mut tracked) = self.open.remove(&call) {
            self.count_tracked(now, &mut tracked);
            self.open.insert(call, tracked);
        }
    }

    fn count_tracked(&mut self, now: Timestamp, tracked: &mut Tracked) {
        if tracked.live || now <= tracked.counted {
            return;
        }
        if seconds(tracked.counted, now) > GAP_MAX {
            tracked.counted = now;
            return;
        }
        let from_to = |since| (seconds(since, tracked.counted), seconds(since, now));
        match (tracked.ringing, tracked.answered) {
            (_, Some(picked)) => {
                let (from, to) = from_to(picked);
                self.detected.expose(from, to);
            }
            (Some(rang), None) => {
                let (from, to) = from_to(rang);
                for_bins(RING_UPPERS, from, to, |bin, span| {
                    self.person.expose_bin(bin, span);
                    self.machine.expose_bin(bin, span);
                    self.rings_out.expose_bin(bin, span);
                    self.expected += self.person_rates[bin] * span;
                });
            }
            (None, None) => {
                let (from, to) = from_to(tracked.placed);
                for_bins(RING_UPPERS, from, to, |bin, span| {
                    self.rings.expose_bin(bin, span);
                    self.dies.expose_bin(bin, span);
                });
            }
        }
        tracked.counted = now;
    }

    fn fade_dialing(&mut self) {
        self.rings.fade(1.0);
        self.dies.fade(1.0);
    }

    fn fade_ringing(&mut self) {
        self.person.fade(1.0);
        self.machine.fade(1.0);
        self.rings_out.fade(1.0);
    }
}

/// Seconds from one instant to a later one, never negative.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.since(from).as_secs_f64()
}
