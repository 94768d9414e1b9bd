//! Calls in flight and what was learnt from them: how soon the far end rings,
//! at which ring age people pick up, machines do or it ends, and how long
//! detection takes.
//!
//! ```text
//! placed ──▶ ringing ──▶ answered ──▶ live      (a person)
//!    │           │           └──────▶ machine
//!    └───────────┴──▶ failed, rang out
//! ```

use domain::{AttemptId, Keyed};

use crate::cohorts::Bins;
use crate::freshness::Freshness;
use crate::hazard::{Stage, times};
use crate::hours::Hours;
use crate::learnt::LearntCalls;
use crate::level::Level;

/// Bins of the age of a call before somebody picks up.
pub(crate) const RING_BINS: usize = 22;
/// Bins of the age of detection.
pub(crate) const DETECT_BINS: usize = 10;

/// Ages on the wire and while ringing, in seconds.
pub(crate) static RING: Bins<RING_BINS> = Bins::new(
    1_000,
    &[
        1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 30, 35, 40, 50, 60,
    ],
);
/// Ages of detection, in half seconds.
pub(crate) static DETECT: Bins<DETECT_BINS> = Bins::new(500, &[1, 2, 3, 4, 5, 6, 8, 10, 14]);
/// Exits remembered per stage.
const MEMORY: f64 = 8_000.0;

/// Exits per stage that earlier days may count for: enough for the shapes, few
/// enough to be outweighed within the hour where today differs.
const HISTORY_MAX: f64 = 1_000.0;
/// Spread of the logarithm of how willingly people answer, from day to day.
const DAY_SPREAD: f64 = 0.15;
/// Nothing decided for so many milliseconds: another day, as far as answers go.
const NIGHT_MIN: i64 = 3 * 3_600_000;
/// Seconds after which no call rings any more.
const AGE_MAX: usize = 80;

/// Exits of a call that does not ring yet.
const RINGS: usize = 0;
const DIES: usize = 1;
/// Exits of one that does.
const PERSON: usize = 0;
const MACHINE: usize = 1;
const RINGS_OUT: usize = 2;

/// Where a call stands. Instants are milliseconds of the pacer's clock.
#[derive(Clone, Copy, Debug)]
enum Stands {
    Dialing {
        placed: i64,
    },
    Ringing {
        rang: i64,
    },
    /// Picked up when it had rung so long, where that is known.
    Detecting {
        rung: Option<i64>,
        picked: i64,
    },
    Live,
}

/// One call until it is over.
#[derive(Clone, Copy, Debug)]
struct Tracked {
    stands: Stands,
    /// The count of jumps of the clock when it came to stand there.
    jumps: u32,
    /// Chance, seen when it was placed, that it would be abandoned.
    risk: f64,
}

/// Exits per second by bin of age, as they stood when what was learnt had
/// last moved: decisions made again find the same, whenever they ask.
#[derive(Clone, Debug)]
pub(crate) struct LearntOfCalls {
    /// Another with each move.
    pub(crate) version: u64,
    /// Of a call that does not ring yet: it rings, it ends.
    pub(crate) rings: [f64; RING_BINS],
    pub(crate) dies: [f64; RING_BINS],
    /// Of one that does: a person picks up, a machine does, it ends.
    pub(crate) person: [f64; RING_BINS],
    pub(crate) machine: [f64; RING_BINS],
    pub(crate) rings_out: [f64; RING_BINS],
    /// Of one that was picked up: it is known by whom.
    pub(crate) detected: [f64; DETECT_BINS],
}

/// Calls in flight, and the hazards of each stage.
#[derive(Clone, Debug)]
pub(crate) struct CallBook {
    open: Keyed<AttemptId, Tracked>,
    dialing: Stage<RING_BINS, 2>,
    ringing: Stage<RING_BINS, 3>,
    detecting: Stage<DETECT_BINS, 1>,
    level: Level,
    counted: Option<i64>,
    seen: f64,
    jumps: u32,
    fresh: Freshness,
    learnt: LearntOfCalls,
    hours: Hours,
}

impl LearntOfCalls {
    fn new(
        dialing: &Stage<RING_BINS, 2>,
        ringing: &Stage<RING_BINS, 3>,
        detecting: &Stage<DETECT_BINS, 1>,
        level: f64,
    ) -> LearntOfCalls {
        LearntOfCalls {
            version: 0,
            rings: dialing.rates(RINGS),
            dies: dialing.rates(DIES),
            person: times(ringing.rates(PERSON), level),
            machine: ringing.rates(MACHINE),
            rings_out: ringing.rates(RINGS_OUT),
            detected: detecting.rates(0),
        }
    }
}

impl CallBook {
    pub(crate) fn new() -> CallBook {
        let rings = |age| if age < 1.0 { 0.15 } else { 0.4 };
        let person = |age| match age {
            a if a < 1.0 => 0.02,
            a if a < 15.0 => 0.04,
            _ => 0.025,
        };
        let machine = |age| if age < 8.0 { 0.01 } else { 0.04 };
        let rings_out = |age| if age < 15.0 { 0.002 } else { 0.02 };
        let dialing = Stage::new(&RING, MEMORY, [rings, |_| 0.03]);
        let ringing = Stage::new(&RING, MEMORY, [person, machine, rings_out]);
        let detecting = Stage::new(&DETECT, MEMORY, [|_| 0.8]);
        CallBook {
            open: Keyed::default(),
            learnt: LearntOfCalls::new(&dialing, &ringing, &detecting, 1.0),
            dialing,
            ringing,
            detecting,
            level: Level::new(0.6),
            counted: None,
            seen: 0.0,
            jumps: 0,
            fresh: Freshness::default(),
            hours: Hours::default(),
        }
    }

    /// What is to be kept.
    pub(crate) fn kept(&self) -> LearntCalls {
        LearntCalls {
            dialing: self.dialing.counts(),
            ringing: self.ringing.counts(),
            detecting: self.detecting.counts(),
            hours: self.hours.kept(),
        }
    }

    /// A book that starts from earlier days, at part of their weight.
    pub(crate) fn from_history(kept: &LearntCalls, weight: f64) -> CallBook {
        let mut book = CallBook::new();
        book.dialing.start_from(&kept.dialing, HISTORY_MAX, weight);
        book.ringing.start_from(&kept.ringing, HISTORY_MAX, weight);
        book.detecting
            .start_from(&kept.detecting, HISTORY_MAX, weight);
        book.learnt = LearntOfCalls::new(&book.dialing, &book.ringing, &book.detecting, 1.0);
        book.hours = Hours::from_history(&kept.hours, weight);
        book
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        let stages = [self.dialing.footprint(), self.ringing.footprint()];
        let open = self.open.capacity() * (size_of::<(AttemptId, Tracked)>() + 1);
        open + stages.iter().sum::<usize>() + self.detecting.footprint()
    }

    /// Time goes on.
    pub(crate) fn advance(&mut self, now: i64) {
        self.dialing.advance(now);
        self.ringing.advance(now);
        self.detecting.advance(now);
    }

    /// The clock jumped: the stages of calls under way teach nothing.
    pub(crate) fn restart(&mut self, now: i64) {
        self.dialing.restart(now);
        self.ringing.restart(now);
        self.detecting.restart(now);
        self.jumps += 1;
    }

    pub(crate) fn placed(&mut self, now: i64, call: AttemptId, risk: f64) {
        let jumps = self.jumps;
        self.open.entry(call).or_insert_with(|| {
            self.dialing.enter(now);
            let stands = Stands::Dialing { placed: now };
            Tracked {
                stands,
                jumps,
                risk,
            }
        });
    }

    pub(crate) fn rings(&mut self, now: i64, call: AttemptId) {
        if let Some(mut tracked) = self.open.get(&call).copied()
            && let Stands::Dialing { .. } = tracked.stands
        {
            self.goes_on(now, &mut tracked);
            self.open.insert(call, tracked);
        }
    }

    /// Picked up; a far end that never said it rang did so now.
    pub(crate) fn answered(&mut self, now: i64, call: AttemptId) {
        if let Some(mut tracked) = self.open.get(&call).copied() {
            while matches!(
                tracked.stands,
                Stands::Dialing { .. } | Stands::Ringing { .. }
            ) {
                self.goes_on(now, &mut tracked);
            }
            self.open.insert(call, tracked);
        }
    }

    /// Calls not known to be live, and the chances of each to be abandoned if somebody answers it, summed up.
    pub(crate) fn in_flight(&self) -> (f64, f64) {
        let open = self.open.values();
        let unknown = open.filter(|call| !matches!(call.stands, Stands::Live));
        unknown.fold((0.0, 0.0), |(calls, risk), call| {
            (calls + 1.0, risk + call.risk)
        })
    }

    /// A person: hands back the risk seen when the call was placed; `None`
    /// where that was known or the call is not.
    pub(crate) fn live(&mut self, now: i64, call: AttemptId) -> Option<f64> {
        let mut tracked = self.open.get(&call).copied()?;
        if let Stands::Live = tracked.stands {
            return None;
        }
        while !matches!(tracked.stands, Stands::Live) {
            self.goes_on(now, &mut tracked);
        }
        self.open.insert(call, tracked);
        self.hours.ended(now, true);
        self.seen += 1.0;
        Some(tracked.risk)
    }

    /// Ended without a person.
    pub(crate) fn failed(&mut self, now: i64, call: AttemptId) {
        let Some(tracked) = self.open.remove(&call) else {
            return;
        };
        if !matches!(tracked.stands, Stands::Live) {
            self.hours.ended(now, false);
        }
        if !self.leaves(now, &tracked) {
            return;
        }
        match tracked.stands {
            Stands::Dialing { placed } => self.dialing.exit(DIES, now - placed),
            Stands::Ringing { rang } => self.ringing.exit(RINGS_OUT, now - rang),
            Stands::Detecting { rung, picked } => {
                self.picked_up(MACHINE, rung);
                self.detecting.exit(0, now - picked);
            }
            Stands::Live => {}
        }
    }

    /// Forgets a call without drawing a conclusion.
    pub(crate) fn forget(&mut self, now: i64, call: AttemptId) {
        if let Some(tracked) = self.open.remove(&call) {
            self.leaves(now, &tracked);
        }
    }

    /// Lets the fast level follow what was exposed up to `now`.
    pub(crate) fn count(&mut self, now: i64) {
        let passed = self.counted.map_or(0, |at| now.saturating_sub(at)) as f64 * 1e-3;
        let expected = self.ringing.take_expected();
        self.begin_day(now);
        self.level.update(passed, self.seen, expected);
        self.seen = 0.0;
        self.counted = Some(now);
        let exits = [self.dialing.exits(), self.ringing.exits()];
        if self.fresh.is_stale(now, self.level(), &exits) {
            let version = self.learnt.version + 1;
            let (level, _) = self.level();
            let learnt = LearntOfCalls::new(&self.dialing, &self.ringing, &self.detecting, level);
            self.learnt = LearntOfCalls { version, ..learnt };
            self.ringing.refresh();
        }
    }

    /// A day starts at the level that this hour usually has. From then on the
    /// level follows what is seen: moved by the clock it did worse.
    fn begin_day(&mut self, now: i64) {
        match self.counted {
            Some(before) if now.saturating_sub(before) < NIGHT_MIN => return,
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
        reached(RINGS, [RINGS, DIES].map(|exit| self.dialing.rates(exit)))
            * reached(
                PERSON,
                [PERSON, MACHINE, RINGS_OUT].map(|exit| self.ringing.rates(exit)),
            )
    }

    /// What there is to look ahead with.
    pub(crate) fn learnt(&self) -> &LearntOfCalls {
        &self.learnt
    }

    /// Factor on the hazard of a person answering: mean, standard deviation.
    pub(crate) fn level(&self) -> (f64, f64) {
        self.level.mean_sd()
    }

    /// Whether the call reached a person and still waits for an agent.
    pub(crate) fn is_live(&self, call: AttemptId) -> bool {
        let found = self.open.get(&call);
        found.is_some_and(|tracked| matches!(tracked.stands, Stands::Live))
    }

    /// One stage further on its way to a person.
    fn goes_on(&mut self, now: i64, tracked: &mut Tracked) {
        let teaches = self.leaves(now, tracked);
        tracked.stands = match tracked.stands {
            Stands::Dialing { placed } => {
                if teaches {
                    self.dialing.exit(RINGS, now - placed);
                }
                self.ringing.enter(now);
                Stands::Ringing { rang: now }
            }
            Stands::Ringing { rang } => {
                self.detecting.enter(now);
                let rung = teaches.then(|| now - rang);
                Stands::Detecting { rung, picked: now }
            }
            Stands::Detecting { rung, picked } => {
                if teaches {
                    self.picked_up(PERSON, rung);
                    self.detecting.exit(0, now - picked);
                }
                Stands::Live
            }
            Stands::Live => Stands::Live,
        };
        tracked.jumps = self.jumps;
    }

    fn picked_up(&mut self, by: usize, rung: Option<i64>) {
        if let Some(rung) = rung {
            self.ringing.exit(by, rung);
        }
    }

    /// It stands there no longer; true where that can teach anything.
    fn leaves(&mut self, now: i64, tracked: &Tracked) -> bool {
        if tracked.jumps != self.jumps {
            return false;
        }
        match tracked.stands {
            Stands::Dialing { placed } => self.dialing.leave(placed, now),
            Stands::Ringing { rang } => self.ringing.leave(rang, now),
            Stands::Detecting { picked, .. } => self.detecting.leave(picked, now),
            Stands::Live => {}
        }
        true
    }
}

/// Chance that a stage is left by this exit rather than by another.
fn reached<const EXITS: usize>(wanted: usize, rates: [[f64; RING_BINS]; EXITS]) -> f64 {
    let by_age = rates.map(|rates| RING.by_age(&rates, AGE_MAX));
    let (mut left, mut sum) = (1.0, 0.0);
    for age in 0..AGE_MAX {
        let total: f64 = by_age.iter().map(|rates| rates[age]).sum();
        let leaves = left * (1.0 - (-total).exp());
        sum += leaves * by_age[wanted][age] / total;
        left -= leaves;
    }
    sum
}
