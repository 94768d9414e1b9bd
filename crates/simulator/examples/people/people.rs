//! People who differ: advisors with a pace of their own, talks that are a
//! refusal or a sale, contacts who answer more or less often. Whatever one of
//! them does is drawn from the seed and from who it is, so that two policies
//! on the same floor meet the same people.

use std::collections::VecDeque;
use std::ops::Range;

/// Milliseconds before somebody who did not answer may be called again.
const AGAIN_MS: i64 = 3_600_000;
/// Times a contact is called at most.
const TRIES_MAX: usize = 4;
/// Each earlier call in vain takes this factor off the chance of an answer.
const TRIED: f64 = 0.8;
/// How often the people of each segment answer, against the mean.
const SEGMENTS: [f64; 3] = [0.3, 0.9, 1.8];

/// What a floor is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) agents: usize,
    /// Share of calls that a person answers, when all are fresh.
    pub(crate) answer: f64,
    /// Spread of the advisors' mean talks over their mean.
    pub(crate) advisors: f64,
    /// Contacts of three segments, fewer answers with each try.
    pub(crate) contacts: bool,
    /// How many there are; nobody is short of contacts where they are alike.
    pub(crate) base: u64,
}

/// Chance, for one thing about one person.
pub(crate) struct Dice(u64);

/// What a call will be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    pub(crate) setup_ms: i64,
    /// It does not even ring.
    pub(crate) dead: bool,
    pub(crate) ring_ms: i64,
    pub(crate) person: bool,
    pub(crate) machine: bool,
    pub(crate) detect_ms: i64,
}

/// What a talk will be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Talk {
    pub(crate) talk_ms: i64,
    pub(crate) wrap_up_ms: i64,
}

/// Somebody to call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contact {
    pub(crate) id: u64,
    pub(crate) queue: usize,
    pub(crate) chance: f64,
}

/// In which order contacts are called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Order {
    /// As they come: any of those who are due.
    Mixed,
    /// Who most probably answers first.
    BestFirst,
    /// Every kind in its proportion, evenly spaced.
    Even,
    /// Those who answer for lines that have a free advisor, the rest for
    /// lines that only might.
    BestForFree,
}

/// All contacts, by segment and tries.
pub(crate) struct Base {
    order: Order,
    queues: Vec<Queue>,
}

struct Queue {
    chance: f64,
    /// Contacts never called, every third number of these.
    fresh: Range<u64>,
    /// Those to be called again, and when.
    again: VecDeque<(i64, u64)>,
    /// What it is owed when kinds are spaced evenly.
    owed: f64,
}

impl Dice {
    pub(crate) fn new(seed: u64, what: u64, which: u64) -> Dice {
        let mut dice = Dice(seed ^ what.wrapping_mul(0xA24B_AED4_963E_E407));
        dice.0 = dice.next() ^ which.wrapping_mul(0x9FB2_1C65_1E98_DF25);
        dice.next();
        dice
    }

    /// Splitmix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (one, two) = (self.share().max(1e-12), self.share());
        (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * two).cos()
    }

    /// `cv`: standard deviation over mean.
    fn lognormal(&mut self, mean: f64, cv: f64) -> f64 {
        let variance = (1.0 + cv * cv).ln();
        mean * (variance.sqrt() * self.normal() - variance / 2.0).exp()
    }

    /// A sum of so many waits.
    fn waits(&mut self, waits: u32, mean: f64) -> f64 {
        let sum: f64 = (0..waits).map(|_| -self.share().max(1e-12).ln()).sum();
        sum * mean / f64::from(waits)
    }
}

fn ms(seconds: f64) -> i64 {
    (seconds * 1_000.0) as i64 + 1
}

/// The pace of an advisor: a factor on the length of their talks.
pub(crate) fn pace(seed: u64, agent: usize, spread: f64) -> f64 {
    Dice::new(seed, 1, agent as u64).lognormal(1.0, spread)
}

pub(crate) fn fate(seed: u64, contact: &Contact) -> Fate {
    let tries = (contact.queue / SEGMENTS.len()) as u64;
    let mut dice = Dice::new(seed, 2 + tries, contact.id);
    let (who, other) = (dice.share(), dice.share());
    let setup = dice.lognormal(2.5, 0.4);
    let (person_ring, machine_ring) = (dice.waits(2, 8.0), dice.waits(16, 17.0));
    let person = who < contact.chance;
    let machine = !person && other < 0.4;
    let ring = match (person, machine) {
        (true, _) => person_ring,
        (_, true) => machine_ring,
        _ => f64::INFINITY,
    };
    let rings_out = ring > 25.0;
    Fate {
        setup_ms: ms(setup),
        dead: !person && !machine && other < 0.53,
        ring_ms: ms(ring.min(25.0)),
        person: person && !rings_out,
        machine: machine && !rings_out,
        detect_ms: ms(dice.waits(4, 1.2)),
    }
}

/// Two of three refuse in half a minute; a sale takes seven.
pub(crate) fn talk(seed: u64, contact: u64, pace: f64) -> Talk {
    let mut dice = Dice::new(seed, 20, contact);
    let (talk, cv, wrap_up) = match dice.share() {
        kind if kind < 0.65 => (25.0, 0.8, 5.0),
        kind if kind < 0.93 => (120.0, 0.7, 15.0),
        _ => (420.0, 0.5, 45.0),
    };
    Talk {
        talk_ms: ms(dice.lognormal(talk, cv) * pace),
        wrap_up_ms: ms(dice.waits(3, wrap_up)),
    }
}

impl Base {
    pub(crate) fn new(shape: &Shape, order: Order) -> Base {
        let kinds = SEGMENTS.len() * if shape.contacts { TRIES_MAX } else { 1 };
        let queue = |kind: usize| {
            let (tries, segment) = (kind / SEGMENTS.len(), kind % SEGMENTS.len());
            let factor = if shape.contacts {
                SEGMENTS[segment] * TRIED.powi(tries as i32)
            } else {
                1.0
            };
            let here = if tries == 0 { shape.base } else { 0 };
            Queue {
                chance: (shape.answer * factor).min(0.95),
                fresh: segment as u64..here.max(segment as u64),
                again: VecDeque::new(),
                owed: 0.0,
            }
        };
        Base {
            order,
            queues: (0..kinds).map(queue).collect(),
        }
    }

    /// The next to be called; `free`: for a line that has a free advisor.
    pub(crate) fn next(&mut self, now: i64, free: bool, dice: &mut Dice) -> Option<Contact> {
        let due: Vec<f64> = self.queues.iter().map(|queue| queue.due(now)).collect();
        let there = |kind: &usize| due[*kind] > 0.0;
        let kinds = 0..self.queues.len();
        let chance = |kind: &usize| self.queues[*kind].chance;
        let total: f64 = due.iter().sum();
        let kind = match self.order {
            Order::Mixed => {
                let mut left = dice.share() * total;
                kinds.filter(there).find(|kind| {
                    left -= due[*kind];
                    left < 0.0
                })
            }
            Order::Even => {
                for (queue, due) in self.queues.iter_mut().zip(&due) {
                    queue.owed += due / total.max(1.0);
                }
                let owed = |kind: &usize| self.queues[*kind].owed;
                let most = kinds
                    .filter(there)
                    .max_by(|a, b| owed(a).total_cmp(&owed(b)));
                most.inspect(|kind| self.queues[*kind].owed -= 1.0)
            }
            Order::BestForFree if !free => kinds
                .filter(there)
                .min_by(|a, b| chance(a).total_cmp(&chance(b))),
            Order::BestFirst | Order::BestForFree => kinds
                .filter(there)
                .max_by(|a, b| chance(a).total_cmp(&chance(b))),
        }?;
        let queue = &mut self.queues[kind];
        let id = match queue.again.front() {
            Some((at, _)) if *at <= now => queue.again.pop_front()?.1,
            _ => {
                let id = queue.fresh.start;
                queue.fresh.start += SEGMENTS.len() as u64;
                id
            }
        };
        Some(Contact {
            id,
            queue: kind,
            chance: queue.chance,
        })
    }

    /// Nobody answered: called again later, unless that was often enough.
    pub(crate) fn in_vain(&mut self, now: i64, contact: &Contact) {
        if let Some(next) = self.queues.get_mut(contact.queue + SEGMENTS.len()) {
            next.again.push_back((now + AGAIN_MS, contact.id));
        }
    }
}

impl Queue {
    /// Contacts who may be called now.
    fn due(&self, now: i64) -> f64 {
        let fresh = self.fresh.end.saturating_sub(self.fresh.start);
        let again = self.again.partition_point(|(at, _)| *at <= now);
        (fresh.div_ceil(SEGMENTS.len() as u64)) as f64 + again as f64
    }
}
