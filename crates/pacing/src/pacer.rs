//! One campaign's pacing: learns from facts, decides on snapshots.

use std::collections::VecDeque;
use std::time::Duration;

use domain::{DialMode, Rate, Timestamp};

use crate::budget::Budget;
use crate::call_book::CallBook;
use crate::clock::Clock;
use crate::decision::{Binding, Decision, Grounds};
use crate::fact::Fact;
use crate::forecast::Outlook;
use crate::learnt::{Learnt, weight_of};
use crate::ledger::Beginning;
use crate::limits;
use crate::predictive;
use crate::snapshot::Snapshot;
use crate::super_progressive;
use crate::talk_book::TalkBook;

/// What a campaign asks of its pacing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PacerConfig {
    /// Share of live calls abandoned to aim at.
    pub target: Rate,
    /// Share never to exceed in the long run.
    pub limit: Rate,
    /// How sure to be that the rate of the month stays under the limit, at the
    /// end of each of its days; `None`: the target is met on average.
    pub sure: Option<Rate>,
    /// How long a live call may wait for an agent.
    pub wait_limit: Duration,
    /// How long the far end may ring.
    pub ring_timeout: Duration,
}

/// How the abandon period stands where a pacer begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Calls answered by people since the day of calls began.
    pub live: u64,
    /// Of those, abandoned.
    pub abandoned: u64,
    /// Both of the month before that day; they count where one wants to be
    /// sure of the month's rate.
    pub earlier: (u64, u64),
}

/// One campaign's pacing.
#[derive(Clone, Debug)]
pub struct Pacer {
    pub(crate) config: PacerConfig,
    pub(crate) calls: CallBook,
    pub(crate) talks: TalkBook,
    pub(crate) budget: Budget,
    /// Risks of the calls just decided, until they are placed.
    pub(crate) decided: VecDeque<f64>,
    pub(crate) outlook: Outlook,
    clock: Clock,
    counted: Option<i64>,
}

impl Pacer {
    /// A pacer that knows nothing yet.
    pub fn new(config: PacerConfig) -> Pacer {
        Pacer {
            config,
            calls: CallBook::new(),
            talks: TalkBook::new(),
            budget: Budget::new(&config),
            decided: VecDeque::new(),
            outlook: Outlook::default(),
            clock: Clock::default(),
            counted: None,
        }
    }

    /// A pacer that starts from what an earlier one had learnt so long ago:
    /// worth the less the older it is, and outweighed soon where today
    /// differs. The balance of the period is not part of it.
    pub fn from_history(config: PacerConfig, learnt: &Learnt, age: Duration) -> Pacer {
        let weight = weight_of(age);
        let mut pacer = Pacer::new(config);
        pacer.calls = CallBook::from_history(&learnt.calls, weight);
        pacer.talks = TalkBook::from_history(&learnt.talks, weight);
        pacer.budget.start_from(&learnt.budget, weight);
        pacer
    }

    /// A pacer that begins as told.
    pub fn begin(beginning: &Beginning) -> Pacer {
        let mut pacer = match &beginning.history {
            Some((learnt, age)) => Pacer::from_history(beginning.config, learnt, *age),
            None => Pacer::new(beginning.config),
        };
        pacer.budget.restore(&beginning.balance);
        pacer
    }

    /// Live calls that what it knows is worth, earlier days included.
    pub fn known_from(&self) -> u64 {
        self.budget.learnt_from() as u64
    }

    /// Calls in flight and calls just decided, and the chances of each to be abandoned if somebody answers it,
    /// summed up.
    pub fn in_flight(&self) -> (f64, f64) {
        let (calls, risk) = self.calls.in_flight();
        let decided: f64 = self.decided.iter().sum();
        (calls + self.decided.len() as f64, risk + decided)
    }

    /// What was learnt so far, earlier days included, to be kept for a later one.
    pub fn learnt(&self) -> Learnt {
        Learnt::new(self.calls.kept(), self.talks.kept(), self.budget.learnt())
    }

    /// Takes one fact, in order of time.
    pub fn observe(&mut self, now: Timestamp, fact: Fact) {
        let now = self.advance(now);
        match fact {
            Fact::CallPlaced { call } => {
                let risk = self.decided.pop_front().unwrap_or(0.0);
                self.calls.placed(now, call, risk);
            }
            Fact::Ringing { call } => self.calls.rings(now, call),
            Fact::Answered { call } => self.calls.answered(now, call),
            Fact::Live { call } => self.live(now, call),
            Fact::Bridged { call, agent } => {
                self.live(now, call);
                self.calls.forget(now, call);
                self.talks.bridged(now, agent);
            }
            Fact::Abandoned { call } => {
                self.live(now, call);
                if self.calls.is_live(call) {
                    self.budget.abandoned_one();
                }
                self.calls.forget(now, call);
            }
            Fact::Failed { call } => self.calls.failed(now, call),
            Fact::Cancelled { call } | Fact::Ended { call } => self.calls.forget(now, call),
            Fact::AgentReady { agent } => self.talks.ready(now, agent),
            Fact::AgentLeft { agent } => self.talks.left(now, agent),
            Fact::TalkEnded { agent } => self.talks.talk_ended(now, agent),
            Fact::WrapUpEnded { agent } => self.talks.wrap_up_ended(now, agent),
        }
    }

    /// How many calls to place now. Ask about once a second.
    pub fn decide(&mut self, snapshot: &Snapshot) -> Decision {
        let now = self.advance(snapshot.now);
        self.count(now);
        self.decided.clear();
        if let Some(held) = limits::closed(snapshot) {
            return held;
        }
        match snapshot.mode {
            DialMode::Preview => Decision::none(Binding::Mode, "preview: agents start the calls"),
            DialMode::Progressive => fixed_lines(snapshot, 1.0),
            DialMode::Power => fixed_lines(snapshot, snapshot.power_ratio),
            DialMode::SuperProgressive => super_progressive::decide(self, snapshot),
            DialMode::Predictive => predictive::decide(self, snapshot),
        }
    }

    /// A decision that came to nothing and left nothing behind but the time it
    /// was made at: what [`crate::Replay`] does in its place.
    pub(crate) fn pass(&mut self, now: Timestamp) {
        let now = self.advance(now);
        self.count(now);
        self.decided.clear();
    }

    /// Bytes it holds, itself included: whoever runs it for months may look
    /// that they do not grow.
    pub fn footprint(&self) -> usize {
        size_of::<Pacer>()
            + self.calls.footprint()
            + self.talks.footprint()
            + self.budget.footprint()
            + self.outlook.footprint()
            + self.decided.capacity() * size_of::<f64>()
    }

    fn live(&mut self, now: i64, call: domain::AttemptId) {
        if let Some(risk) = self.calls.live(now, call) {
            self.budget.answered(risk);
        }
    }

    /// Time goes on for the books: what is in them was exposed to it.
    fn advance(&mut self, now: Timestamp) -> i64 {
        let (now, jumped) = self.clock.read(now);
        if jumped {
            self.calls.restart(now);
            self.talks.restart(now);
        }
        self.calls.advance(now);
        self.talks.advance(now);
        now
    }

    /// A decision is due: takes in what was seen since the last one.
    fn count(&mut self, now: i64) {
        let passed = self.counted.map_or(0, |at| now.saturating_sub(at)).max(0);
        self.calls.count(now);
        self.talks.count(now);
        self.budget.passed(passed as f64 * 1e-3, self.talks.busy());
        self.counted = Some(now);
    }
}

/// A fixed number of lines per ready agent, calls on their way included.
fn fixed_lines(snapshot: &Snapshot, lines: f64) -> Decision {
    let lines = if lines.is_finite() {
        lines.clamp(1.0, 10.0)
    } else {
        1.0
    };
    let wanted = (f64::from(snapshot.agents_ready) * lines).floor() as u32;
    let busy = u32::try_from(snapshot.calls.len())
        .unwrap_or(u32::MAX)
        .saturating_add(snapshot.waiting);
    let wanted = wanted.saturating_sub(busy);
    let (room, limit) = limits::room(snapshot);
    let binding = if wanted > room { limit } else { Binding::Mode };
    Decision {
        dial: wanted.min(room),
        binding: binding.word(),
        grounds: Grounds::Lines {
            lines,
            ready: snapshot.agents_ready,
            busy,
        },
    }
}
