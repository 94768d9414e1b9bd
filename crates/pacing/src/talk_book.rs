//! Agents at work and what was learnt from them: the hazard of a talk ending
//! by its age, then of wrap-up ending by its age and by how long the talk was
//! (a refusal is typified in seconds, a sale is not).

use std::collections::BTreeMap;

use domain::{AgentId, Timestamp};

use crate::call_book::{GAP_MAX, seconds};
use crate::hazard::Hazard;
use crate::learnt::LearntTalks;
use crate::leaving::Leaving;
use crate::level::Level;
use crate::returns::Returns;

/// Ages of talk, in seconds.
pub(crate) const TALK_UPPERS: &[f64] = &[
    2.0, 4.0, 6.0, 8.0, 10.0, 13.0, 16.0, 20.0, 25.0, 30.0, 36.0, 43.0, 52.0, 62.0, 75.0, 90.0,
    110.0, 130.0, 160.0, 190.0, 230.0, 280.0, 340.0, 400.0, 500.0, 600.0, 800.0, 1_000.0, 1_300.0,
];
/// Ages of wrap-up, in seconds.
const WRAP_UPPERS: &[f64] = &[
    1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0, 22.0, 27.0, 33.0, 40.0, 50.0, 60.0,
    80.0, 100.0, 150.0,
];
/// Talks up to these lengths share a wrap-up hazard.
const CLASS_UPPERS: &[f64] = &[12.0, 30.0, 60.0, 120.0, 240.0];
/// Talks remembered.
const MEMORY: f64 = 2_500.0;

/// Talks that earlier days may count for.
const HISTORY_MAX: f64 = 500.0;
/// Spread of the logarithm of how soon talks end, from day to day.
const DAY_SPREAD: f64 = 0.1;

/// What a tracked agent does.
#[derive(Clone, Copy, Debug)]
enum Doing {
    Talk { since: Timestamp },
    WrapUp { since: Timestamp, talked: f64 },
}

#[derive(Clone, Copy, Debug)]
struct Tracked {
    doing: Doing,
    counted: Timestamp,
}

/// Busy agents, and the hazards of their becoming free.
#[derive(Clone, Debug)]
pub(crate) struct TalkBook {
    busy: BTreeMap<AgentId, Tracked>,
    talk: Hazard,
    wrap: Hazard,
    wrap_by_class: Vec<Hazard>,
    talk_rates: Vec<f64>,
    level: Level,
    level_at: Option<Timestamp>,
    seen: f64,
    expected: f64,
    returns: Returns,
    leaving: Leaving,
}

impl TalkBook {
    pub(crate) fn new() -> TalkBook {
        let talk = Hazard::new(TALK_UPPERS, MEMORY, |age| match age {
            a if a < 4.0 => 0.01,
            a if a < 40.0 => 0.02,
            a if a < 120.0 => 0.012,
            _ => 0.008,
        });
        let wrap_up = || {
            Hazard::new(
                WRAP_UPPERS,
                MEMORY,
                |age| if age < 2.0 { 0.05 } else { 0.1 },
            )
        };
        TalkBook {
            busy: BTreeMap::new(),
            talk_rates: talk.rates(),
            talk,
            wrap: wrap_up(),
            wrap_by_class: (0..=CLASS_UPPERS.len()).map(|_| wrap_up()).collect(),
            level: Level::new(0.4),
            level_at: None,
            seen: 0.0,
            expected: 0.0,
            returns: Returns::default(),
            leaving: Leaving::default(),
        }
    }

    /// What is to be kept.
    pub(crate) fn learnt(&self) -> LearntTalks {
        LearntTalks {
            talk: self.talk.counts(),
            wrap_up: self.wrap.counts(),
            wrap_up_by_class: self.wrap_by_class.iter().map(Hazard::counts).collect(),
            returns: self.returns.counts(),
        }
    }

    /// A book that starts from earlier days, at part of their weight.
    pub(crate) fn from_history(learnt: &LearntTalks, weight: f64) -> TalkBook {
        let mut book = TalkBook::new();
        book.talk.start_from(&learnt.talk, HISTORY_MAX, weight);
        book.wrap.start_from(&learnt.wrap_up, HISTORY_MAX, weight);
        let classes = book.wrap_by_class.iter_mut();
        for (class, counts) in classes.zip(&learnt.wrap_up_by_class) {
            class.start_from(counts, HISTORY_MAX, weight);
        }
        book.returns.start_from(learnt.returns, weight);
        book.talk_rates = book.talk.rates();
        book.level.start_around(1.0, DAY_SPREAD);
        book
    }

    pub(crate) fn bridged(&mut self, now: Timestamp, agent: AgentId) {
        self.not_busy(now, agent);
        self.leaving.there(agent);
        let doing = Doing::Talk { since: now };
        self.busy.insert(
            agent,
            Tracked {
                doing,
                counted: now,
            },
        );
    }

    pub(crate) fn talk_ended(&mut self, now: Timestamp, agent: AgentId) {
        self.count_one(now, agent);
        let Some(tracked) = self.busy.get_mut(&agent) else {
            return;
        };
        let Doing::Talk { since } = tracked.doing else {
            return;
        };
        let talked = seconds(since, now);
        tracked.doing = Doing::WrapUp { since: now, talked };
        tracked.counted = now;
        self.talk.exit(talked);
        self.talk.fade(1.0);
        self.seen += 1.0;
    }

    pub(crate) fn wrap_up_ended(&mut self, now: Timestamp, agent: AgentId) {
        self.count_one(now, agent);
        let Some(Tracked {
            doing: Doing::WrapUp { since, talked },
            ..
        }) = self.busy.remove(&agent)
        else {
            return;
        };
        self.returns.wrapped_up(agent);
        let age = seconds(since, now);
        let by_class = &mut self.wrap_by_class[class(talked)];
        by_class.exit(age);
        by_class.fade(1.0);
        self.wrap.exit(age);
        self.wrap.fade(1.0);
    }

    /// Waits for a call.
    pub(crate) fn ready(&mut self, now: Timestamp, agent: AgentId) {
        self.not_busy(now, agent);
        self.returns.then(agent, true);
        self.leaving.there(agent);
    }

    /// Gone: a pause, a break, the log-out.
    pub(crate) fn left(&mut self, now: Timestamp, agent: AgentId) {
        self.not_busy(now, agent);
        self.returns.then(agent, false);
        self.leaving.left(now, agent);
    }

    /// Whatever was missed in between, the agent is not busy.
    fn not_busy(&mut self, now: Timestamp, agent: AgentId) {
        self.talk_ended(now, agent);
        self.wrap_up_ended(now, agent);
    }

    /// Counts the exposure of everyone busy up to `now`.
    pub(crate) fn count(&mut self, now: Timestamp) {
        let mut busy = std::mem::take(&mut self.busy);
        for tracked in busy.values_mut() {
            self.count_tracked(now, tracked);
        }
        self.busy = busy;
        let passed = self.level_at.map_or(0.0, |at| seconds(at, now));
        self.level.update(passed, self.seen, self.expected);
        (self.seen, self.expected) = (0.0, 0.0);
        self.level_at = Some(now);
        self.talk_rates = self.talk.rates();
    }

    /// Hazard of a talk ending, by bin of [`TALK_UPPERS`], as it is now.
    pub(crate) fn talk_rates(&self) -> Vec<f64> {
        let (level, _) = self.level.mean_sd();
        self.talk_rates.iter().map(|rate| rate * level).collect()
    }

    /// Factor on the hazard of a talk ending: mean, standard deviation.
    pub(crate) fn level(&self) -> (f64, f64) {
        self.level.mean_sd()
    }

    /// Share of agents who are ready after wrap-up.
    pub(crate) fn stay_share(&self) -> f64 {
        self.returns.share()
    }

    /// Agents leaving per second for each of those still there, while more go
    /// than a usual minute sees.
    pub(crate) fn leaving_rate(&self, staying: usize) -> Option<f64> {
        self.leaving.rate(self.level_at?, staying)
    }

    /// Agents busy now, as far as facts tell.
    pub(crate) fn busy(&self) -> usize {
        self.busy.len()
    }

    /// Share of wrap-ups of a class that still go on at each whole second.
    pub(crate) fn wrap_up_survival(&self, steps: usize) -> Vec<Vec<f64>> {
        let pooled = self.wrap.rates();
        self.wrap_by_class
            .iter()
            .map(|class| class.survival(&class.rates_leaning_on(&pooled), 1.0, steps))
            .collect()
    }

    fn count_one(&mut self, now: Timestamp, agent: AgentId) {
        if let Some(mut tracked) = self.busy.remove(&agent) {
            self.count_tracked(now, &mut tracked);
            self.busy.insert(agent, tracked);
        }
    }

    fn count_tracked(&mut self, now: Timestamp, tracked: &mut Tracked) {
        if now <= tracked.counted {
            return;
        }
        if seconds(tracked.counted, now) > GAP_MAX {
            tracked.counted = now;
            return;
        }
        match tracked.doing {
            Doing::Talk { since } => {
                let (from, to) = (seconds(since, tracked.counted), seconds(since, now));
                self.talk.expose(from, to);
                self.expected += self.talk.expected(&self.talk_rates, from, to);
            }
            Doing::WrapUp { since, talked } => {
                let (from, to) = (seconds(since, tracked.counted), seconds(since, now));
                self.wrap.expose(from, to);
                self.wrap_by_class[class(talked)].expose(from, to);
            }
        }
        tracked.counted = now;
    }
}

/// Which wrap-up hazard follows a talk of this length.
pub(crate) fn class(talked: f64) -> usize {
    CLASS_UPPERS.partition_point(|upper| *upper <= talked)
}
