//! Agents at work and what was learnt from them: the hazard of a talk ending
//! by its age, then of wrap-up ending by its age and by how long the talk was
//! (a refusal is typified in seconds, a sale is not).

use domain::{AgentId, Keyed};

use crate::cohorts::Bins;
use crate::freshness::Freshness;
use crate::hazard::{Stage, times};
use crate::learnt::LearntTalks;
use crate::leaving::Leaving;
use crate::level::Level;
use crate::returns::Returns;

/// Bins of the age of a talk.
pub(crate) const TALK_BINS: usize = 30;
/// Bins of the age of a wrap-up.
pub(crate) const WRAP_BINS: usize = 21;

/// Ages of talk, in seconds.
pub(crate) static TALK: Bins<TALK_BINS> = Bins::new(
    1_000,
    &[
        2, 4, 6, 8, 10, 13, 16, 20, 25, 30, 36, 43, 52, 62, 75, 90, 110, 130, 160, 190, 230, 280,
        340, 400, 500, 600, 800, 1_000, 1_300,
    ],
);
/// Ages of wrap-up, in seconds.
pub(crate) static WRAP: Bins<WRAP_BINS> = Bins::new(
    1_000,
    &[
        1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 60, 80, 100, 150,
    ],
);
/// Talks up to these lengths, in seconds, share a wrap-up hazard.
const CLASS_UPPERS: [i64; CLASSES - 1] = [12, 30, 60, 120, 240];
/// Classes of talks by their length.
pub(crate) const CLASSES: usize = 6;
/// Talks remembered.
const MEMORY: f64 = 2_500.0;

/// Talks that earlier days may count for.
const HISTORY_MAX: f64 = 500.0;
/// Spread of the logarithm of how soon talks end, from day to day.
const DAY_SPREAD: f64 = 0.1;

/// What a tracked agent does. Instants are milliseconds of the pacer's clock.
#[derive(Clone, Copy, Debug)]
enum Doing {
    Talk { since: i64 },
    WrapUp { since: i64, class: usize },
}

#[derive(Clone, Copy, Debug)]
struct Tracked {
    doing: Doing,
    /// The count of jumps of the clock when that began.
    jumps: u32,
}

/// Exits per second by bin of age, as they stood when what was learnt had
/// last moved: decisions made again find the same, whenever they ask.
#[derive(Clone, Debug)]
pub(crate) struct LearntOfTalks {
    /// Another with each move.
    pub(crate) version: u64,
    /// Talks end.
    pub(crate) talk: [f64; TALK_BINS],
    /// Wrap-ups end, by class of the talk before.
    pub(crate) wrap: [[f64; WRAP_BINS]; CLASSES],
    /// Share of agents who are ready after wrap-up.
    pub(crate) stay_share: f64,
}

/// Busy agents, and the hazards of their becoming free.
#[derive(Clone, Debug)]
pub(crate) struct TalkBook {
    busy: Keyed<AgentId, Tracked>,
    talk: Stage<TALK_BINS, 1>,
    wrap: Stage<WRAP_BINS, 1>,
    wrap_by_class: [Stage<WRAP_BINS, 1>; CLASSES],
    level: Level,
    counted: Option<i64>,
    seen: f64,
    returns: Returns,
    leaving: Leaving,
    jumps: u32,
    fresh: Freshness,
    learnt: LearntOfTalks,
}

impl TalkBook {
    pub(crate) fn new() -> TalkBook {
        let talk = |age| match age {
            a if a < 4.0 => 0.01,
            a if a < 40.0 => 0.02,
            a if a < 120.0 => 0.012,
            _ => 0.008,
        };
        let wrap = || Stage::new(&WRAP, MEMORY, [|age| if age < 2.0 { 0.05 } else { 0.1 }]);
        let mut book = TalkBook {
            busy: Keyed::default(),
            talk: Stage::new(&TALK, MEMORY, [talk]),
            wrap: wrap(),
            wrap_by_class: std::array::from_fn(|_| wrap()),
            level: Level::new(0.4),
            counted: None,
            seen: 0.0,
            returns: Returns::default(),
            leaving: Leaving::default(),
            jumps: 0,
            fresh: Freshness::default(),
            learnt: LearntOfTalks {
                version: 0,
                talk: [0.0; TALK_BINS],
                wrap: [[0.0; WRAP_BINS]; CLASSES],
                stay_share: 1.0,
            },
        };
        book.learn();
        book
    }

    /// What is to be kept.
    pub(crate) fn kept(&self) -> LearntTalks {
        LearntTalks {
            talk: self.talk.counts(),
            wrap_up: self.wrap.counts(),
            wrap_up_by_class: self.wrap_by_class.iter().map(Stage::counts).collect(),
            returns: self.returns.counts(),
        }
    }

    /// A book that starts from earlier days, at part of their weight.
    pub(crate) fn from_history(kept: &LearntTalks, weight: f64) -> TalkBook {
        let mut book = TalkBook::new();
        book.talk.start_from(&kept.talk, HISTORY_MAX, weight);
        book.wrap.start_from(&kept.wrap_up, HISTORY_MAX, weight);
        let classes = book.wrap_by_class.iter_mut();
        for (class, counts) in classes.zip(&kept.wrap_up_by_class) {
            class.start_from(counts, HISTORY_MAX, weight);
        }
        book.returns.start_from(kept.returns, weight);
        book.level.start_around(1.0, DAY_SPREAD);
        book.learn();
        book
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        let classes = self.wrap_by_class.iter().map(Stage::footprint);
        let stages = self.talk.footprint() + self.wrap.footprint();
        let leaving = self.leaving.footprint();
        let busy = self.busy.capacity() * (size_of::<(AgentId, Tracked)>() + 1);
        busy + stages + leaving + classes.sum::<usize>()
    }

    /// Time goes on.
    pub(crate) fn advance(&mut self, now: i64) {
        self.talk.advance(now);
        self.wrap.advance(now);
        for class in &mut self.wrap_by_class {
            class.advance(now);
        }
    }

    /// The clock jumped: what agents are doing teaches nothing.
    pub(crate) fn restart(&mut self, now: i64) {
        self.talk.restart(now);
        self.wrap.restart(now);
        for class in &mut self.wrap_by_class {
            class.restart(now);
        }
        self.jumps += 1;
    }

    pub(crate) fn bridged(&mut self, now: i64, agent: AgentId) {
        self.not_busy(now, agent);
        self.leaving.there(agent);
        self.talk.enter(now);
        let doing = Doing::Talk { since: now };
        let jumps = self.jumps;
        self.busy.insert(agent, Tracked { doing, jumps });
    }

    pub(crate) fn talk_ended(&mut self, now: i64, agent: AgentId) {
        let Some(tracked) = self.busy.get_mut(&agent) else {
            return;
        };
        let Doing::Talk { since } = tracked.doing else {
            return;
        };
        let talked = now.saturating_sub(since).max(0);
        let class = class(talked);
        if tracked.jumps == self.jumps {
            self.talk.leave(since, now);
            self.talk.exit(0, talked);
            self.seen += 1.0;
        }
        self.wrap.enter(now);
        self.wrap_by_class[class].enter(now);
        let doing = Doing::WrapUp { since: now, class };
        let jumps = self.jumps;
        *tracked = Tracked { doing, jumps };
    }

    pub(crate) fn wrap_up_ended(&mut self, now: i64, agent: AgentId) {
        let Some(Tracked { doing, jumps }) = self.busy.remove(&agent) else {
            return;
        };
        match doing {
            Doing::Talk { since } if jumps == self.jumps => self.talk.leave(since, now),
            Doing::Talk { .. } => {}
            Doing::WrapUp { since, class } => {
                self.returns.wrapped_up(agent);
                if jumps == self.jumps {
                    for stage in [&mut self.wrap, &mut self.wrap_by_class[class]] {
                        stage.leave(since, now);
                        stage.exit(0, now - since);
                    }
                }
            }
        }
    }

    /// Waits for a call.
    pub(crate) fn ready(&mut self, now: i64, agent: AgentId) {
        self.not_busy(now, agent);
        self.returns.then(agent, true);
        self.leaving.there(agent);
    }

    /// Gone: a pause, a break, the log-out.
    pub(crate) fn left(&mut self, now: i64, agent: AgentId) {
        self.not_busy(now, agent);
        self.returns.then(agent, false);
        self.leaving.left(now, agent);
    }

    /// Whatever was missed in between, the agent is not busy.
    fn not_busy(&mut self, now: i64, agent: AgentId) {
        self.talk_ended(now, agent);
        self.wrap_up_ended(now, agent);
    }

    /// Lets the fast level follow what was exposed up to `now`.
    pub(crate) fn count(&mut self, now: i64) {
        let passed = self.counted.map_or(0, |at| now.saturating_sub(at)) as f64 * 1e-3;
        let expected = self.talk.take_expected();
        self.level.update(passed, self.seen, expected);
        self.seen = 0.0;
        self.counted = Some(now);
        if self.fresh.is_stale(now, self.level(), &[self.talk.exits()]) {
            self.learn();
        }
    }

    fn learn(&mut self) {
        let (level, _) = self.level();
        let pooled = self.wrap.rates(0);
        let wrap = self.wrap_by_class.each_ref();
        self.learnt = LearntOfTalks {
            version: self.learnt.version + 1,
            talk: times(self.talk.rates(0), level),
            wrap: wrap.map(|class| class.leaning_on(0, &pooled)),
            stay_share: self.returns.share(),
        };
        self.talk.refresh();
    }

    /// What there is to look ahead with.
    pub(crate) fn learnt(&self) -> &LearntOfTalks {
        &self.learnt
    }

    /// Factor on the hazard of a talk ending: mean, standard deviation.
    pub(crate) fn level(&self) -> (f64, f64) {
        self.level.mean_sd()
    }

    /// Agents leaving per second for each of those still there, while more go
    /// than a usual minute sees.
    pub(crate) fn leaving_rate(&self, staying: usize) -> Option<f64> {
        self.leaving.rate(self.counted?, staying)
    }

    /// Agents busy now, as far as facts tell.
    pub(crate) fn busy(&self) -> usize {
        self.busy.len()
    }
}

/// Which wrap-up hazard follows a talk of so many milliseconds.
pub(crate) fn class(talked: i64) -> usize {
    CLASS_UPPERS.partition_point(|upper| upper * 1_000 <= talked)
}
