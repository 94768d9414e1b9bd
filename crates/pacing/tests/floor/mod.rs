//! A small floor for tests and measurements: agents, people and a clock, all
//! from one seed. Coarse (one trunk, no breaks, no detection) but honest: it
//! calls no more than it is told, and an answer without an agent is abandoned
//! after two seconds.

#![allow(dead_code, reason = "a test may need a part of it")]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use domain::{AgentId, AttemptId, DialMode, Timestamp};
use pacing::{Fact, Snapshot, SnapshotCall, SnapshotTalk, SnapshotWrapUp};

/// How long a live call waits for an agent.
const WAIT_MS: i64 = 2_000;
/// How long the far end may ring.
const RING_MS: i64 = 25_000;
/// Agents come to work within so long, each when they come.
const COMING_MS: f64 = 600_000.0;

/// What a floor is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) agents: usize,
    /// Share of calls that a person answers.
    pub(crate) answer: f64,
    /// Mean talk and wrap-up, in seconds.
    pub(crate) talk: f64,
    pub(crate) wrap_up: f64,
}

/// What became of the calls and of the agents' time, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) placed: u64,
    pub(crate) live: u64,
    pub(crate) abandoned: u64,
    pub(crate) failed: u64,
    pub(crate) ready_ms: i64,
    pub(crate) talk_ms: i64,
    pub(crate) wrap_up_ms: i64,
    /// From coming to leaving, of all agents.
    pub(crate) on_shift_ms: i64,
}

#[derive(Clone, Copy, Debug)]
enum Doing {
    Away,
    Ready,
    Talk,
    WrapUp { talked: i64 },
}

#[derive(Clone, Copy, Debug)]
struct Agent {
    doing: Doing,
    since: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Comes(usize),
    Rings(usize),
    Answers(usize),
    Fails(usize),
    GivesUp(usize, i64),
    TalkEnds(usize),
    WrapUpEnds(usize),
}

#[derive(Clone, Copy, Debug)]
struct Call {
    id: i64,
    snapshot: SnapshotCall,
    waits: bool,
}

/// The floor, with its own clock in milliseconds.
pub(crate) struct Floor {
    pub(crate) shape: Shape,
    pub(crate) tally: Tally,
    now: i64,
    random: u64,
    agents: Vec<Agent>,
    ready: VecDeque<usize>,
    calls: Vec<Option<Call>>,
    unused: Vec<usize>,
    waiting: VecDeque<(usize, i64)>,
    coming: BinaryHeap<Reverse<(i64, Next)>>,
    calls_begun: i64,
}

impl Floor {
    pub(crate) fn new(shape: Shape, seed: u64, now: i64) -> Floor {
        Floor {
            shape,
            tally: Tally::default(),
            now,
            random: seed | 1,
            agents: vec![
                Agent {
                    doing: Doing::Away,
                    since: now,
                };
                shape.agents
            ],
            ready: VecDeque::new(),
            calls: Vec::new(),
            unused: Vec::new(),
            waiting: VecDeque::new(),
            coming: BinaryHeap::new(),
            calls_begun: 0,
        }
    }

    /// Everybody comes to work within the next minutes.
    pub(crate) fn open(&mut self) {
        for agent in 0..self.agents.len() {
            let late = self.uniform() * COMING_MS;
            self.later(late as i64, Next::Comes(agent));
        }
    }

    /// The clock goes on to `until`; what happens meanwhile is told in order.
    pub(crate) fn run(&mut self, until: i64, tell: &mut impl FnMut(Timestamp, Fact)) {
        while let Some(Reverse((at, next))) = self.coming.peek().copied()
            && at <= until
        {
            self.coming.pop();
            self.now = at;
            self.happens(next, tell);
        }
        self.now = until;
    }

    /// Everything under way ends without another call, and everybody leaves.
    pub(crate) fn close(&mut self, tell: &mut impl FnMut(Timestamp, Fact)) {
        while let Some(Reverse((at, _))) = self.coming.peek() {
            let at = *at;
            self.run(at, tell);
        }
        for agent in 0..self.agents.len() {
            self.turn(agent, Doing::Away);
            tell(
                self.at(),
                Fact::AgentLeft {
                    agent: agent_id(agent),
                },
            );
        }
        self.ready.clear();
        self.tally.on_shift_ms += self.now * self.agents.len() as i64;
    }

    pub(crate) fn dial(&mut self, calls: u32, tell: &mut impl FnMut(Timestamp, Fact)) {
        for _ in 0..calls {
            let slot = self.unused.pop().unwrap_or_else(|| {
                self.calls.push(None);
                self.calls.len() - 1
            });
            self.calls_begun += 1;
            self.tally.placed += 1;
            self.calls[slot] = Some(Call {
                id: self.calls_begun,
                snapshot: SnapshotCall {
                    placed: self.at(),
                    ringing: None,
                    answered: None,
                },
                waits: false,
            });
            tell(
                self.at(),
                Fact::CallPlaced {
                    call: AttemptId::new(self.calls_begun),
                },
            );
            let dead = self.uniform() < 0.1;
            let setup = self.about(2_500.0);
            self.later(
                setup,
                if dead {
                    Next::Fails(slot)
                } else {
                    Next::Rings(slot)
                },
            );
        }
    }

    /// The floor as the pacer sees it, into a snapshot used before.
    pub(crate) fn look(&self, snapshot: &mut Snapshot, closes: i64) {
        snapshot.now = self.at();
        snapshot.mode = DialMode::Predictive;
        snapshot.talking.clear();
        snapshot.wrap_up.clear();
        for agent in &self.agents {
            let since = Timestamp::from_millis(agent.since);
            match agent.doing {
                Doing::Talk => snapshot.talking.push(SnapshotTalk {
                    since,
                    leaving: false,
                }),
                Doing::WrapUp { talked } => snapshot.wrap_up.push(SnapshotWrapUp {
                    since,
                    talked: Duration::from_millis(talked.unsigned_abs()),
                    until: None,
                    leaving: false,
                }),
                Doing::Ready | Doing::Away => {}
            }
        }
        let flying = self.calls.iter().flatten().filter(|call| !call.waits);
        snapshot.calls.clear();
        snapshot.calls.extend(flying.map(|call| call.snapshot));
        snapshot.agents_ready = u32::try_from(self.ready.len()).unwrap_or(u32::MAX);
        snapshot.waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        snapshot.channels_free = u32::MAX;
        snapshot.calls_now_max = u32::MAX;
        snapshot.hopper = u32::MAX;
        let left = u64::try_from(closes - self.now).unwrap_or(0);
        snapshot.window_closes_in = Some(Duration::from_millis(left));
    }

    fn happens(&mut self, next: Next, tell: &mut impl FnMut(Timestamp, Fact)) {
        match next {
            Next::Comes(agent) => {
                self.tally.on_shift_ms -= self.now;
                self.get_ready(agent, tell);
            }
            Next::Rings(slot) => self.rings(slot, tell),
            Next::Answers(slot) => self.answers(slot, tell),
            Next::Fails(slot) => {
                let call = self.drop_call(slot);
                self.tally.failed += 1;
                tell(self.at(), Fact::Failed { call });
            }
            Next::GivesUp(slot, id) => self.gives_up(slot, id, tell),
            Next::TalkEnds(agent) => {
                let talked = self.now - self.agents[agent].since;
                self.turn(agent, Doing::WrapUp { talked });
                tell(
                    self.at(),
                    Fact::TalkEnded {
                        agent: agent_id(agent),
                    },
                );
                let wrap_up = self.about(self.shape.wrap_up * 1_000.0);
                self.later(wrap_up, Next::WrapUpEnds(agent));
            }
            Next::WrapUpEnds(agent) => {
                tell(
                    self.at(),
                    Fact::WrapUpEnded {
                        agent: agent_id(agent),
                    },
                );
                self.get_ready(agent, tell);
            }
        }
    }

    fn rings(&mut self, slot: usize, tell: &mut impl FnMut(Timestamp, Fact)) {
        let at = self.at();
        let call = self.calls[slot]
            .as_mut()
            .expect("a call that rings is there");
        call.snapshot.ringing = Some(at);
        let id = AttemptId::new(call.id);
        tell(at, Fact::Ringing { call: id });
        let rings = self.about(8_000.0);
        if self.uniform() < self.shape.answer / 0.87 && rings < RING_MS {
            self.later(rings, Next::Answers(slot));
        } else {
            let patience = self.about(20_000.0).min(RING_MS);
            self.later(patience, Next::Fails(slot));
        }
    }

    fn answers(&mut self, slot: usize, tell: &mut impl FnMut(Timestamp, Fact)) {
        let call = self.calls[slot]
            .as_mut()
            .expect("a call that is answered is there");
        call.waits = true;
        let id = call.id;
        self.tally.live += 1;
        tell(
            self.at(),
            Fact::Answered {
                call: AttemptId::new(id),
            },
        );
        tell(
            self.at(),
            Fact::Live {
                call: AttemptId::new(id),
            },
        );
        if let Some(agent) = self.ready.pop_front() {
            self.bridge(agent, slot, tell);
        } else {
            self.waiting.push_back((slot, id));
            self.later(WAIT_MS, Next::GivesUp(slot, id));
        }
    }

    fn gives_up(&mut self, slot: usize, id: i64, tell: &mut impl FnMut(Timestamp, Fact)) {
        if self.waiting.front() == Some(&(slot, id)) {
            self.waiting.pop_front();
            let call = self.drop_call(slot);
            self.tally.abandoned += 1;
            tell(self.at(), Fact::Abandoned { call });
        }
    }

    fn bridge(&mut self, agent: usize, slot: usize, tell: &mut impl FnMut(Timestamp, Fact)) {
        let call = self.drop_call(slot);
        self.turn(agent, Doing::Talk);
        tell(
            self.at(),
            Fact::Bridged {
                call,
                agent: agent_id(agent),
            },
        );
        let talk = self.about(self.shape.talk * 1_000.0);
        self.later(talk, Next::TalkEnds(agent));
    }

    fn get_ready(&mut self, agent: usize, tell: &mut impl FnMut(Timestamp, Fact)) {
        self.turn(agent, Doing::Ready);
        tell(
            self.at(),
            Fact::AgentReady {
                agent: agent_id(agent),
            },
        );
        match self.waiting.pop_front() {
            Some((slot, _)) => self.bridge(agent, slot, tell),
            None => self.ready.push_back(agent),
        }
    }

    fn turn(&mut self, agent: usize, doing: Doing) {
        let was = &mut self.agents[agent];
        let spent = self.now - was.since;
        match was.doing {
            Doing::Ready => self.tally.ready_ms += spent,
            Doing::Talk => self.tally.talk_ms += spent,
            Doing::WrapUp { .. } => self.tally.wrap_up_ms += spent,
            Doing::Away => {}
        }
        *was = Agent {
            doing,
            since: self.now,
        };
    }

    fn drop_call(&mut self, slot: usize) -> AttemptId {
        let call = self.calls[slot].take().expect("a call that ends is there");
        self.unused.push(slot);
        AttemptId::new(call.id)
    }

    fn later(&mut self, in_ms: i64, next: Next) {
        self.coming.push(Reverse((self.now + in_ms, next)));
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }

    /// Around a mean as the sum of two waits is: seldom near zero, with a tail.
    fn about(&mut self, mean: f64) -> i64 {
        let product = self.uniform().max(1e-12) * self.uniform().max(1e-12);
        (-product.ln() * mean / 2.0) as i64 + 1
    }

    /// Marsaglia's xorshift with a multiplier; enough for a floor.
    fn uniform(&mut self) -> f64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn agent_id(agent: usize) -> AgentId {
    AgentId::new(agent as i64)
}
