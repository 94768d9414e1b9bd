//! One day of a floor in virtual time: advisors, contacts and calls. It places
//! as many calls as the policy says and no others; an answer without an
//! advisor is abandoned after two seconds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::time::Duration;

use domain::{AgentId, AttemptId, DialMode, Timestamp};
use pacing::{Fact, Snapshot, SnapshotCall, SnapshotTalk, SnapshotWrapUp};

use crate::day::Day;
use crate::people::{Base, Contact, Dice, Fate, Order, Shape, fate, pace, talk};
use crate::usual::Policy;

const DAY_MS: i64 = 8 * 3_600_000;
const WAIT_MS: i64 = 2_000;
/// Calls that have rung so long may be given up.
const GIVEN_UP_MS: i64 = 15_000;
/// Who picks up within this of our giving up hears us hang up: abandoned.
const CROSSING_MS: i64 = 200;

#[derive(Clone, Copy, Debug)]
enum Doing {
    Away,
    Ready,
    Talk { wrap_up_ms: i64 },
    WrapUp { talked: i64 },
}

#[derive(Clone, Copy, Debug)]
struct Agent {
    doing: Doing,
    since: i64,
    pace: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Comes(usize),
    Rings(i64),
    PickedUp(i64),
    Fails(i64),
    Heard(i64),
    GivesUp(i64),
    TalkEnds(usize),
    WrapUpEnds(usize),
}

struct Call {
    contact: Contact,
    fate: Fate,
    snapshot: SnapshotCall,
}

struct Floor<'a> {
    seed: u64,
    now: i64,
    policy: &'a mut dyn Policy,
    base: Base,
    dice: Dice,
    agents: Vec<Agent>,
    ready: VecDeque<usize>,
    calls: BTreeMap<i64, Call>,
    waiting: VecDeque<(i64, Contact)>,
    coming: BinaryHeap<Reverse<(i64, Next)>>,
    day: Day,
}

/// One day of a floor under a policy.
pub(crate) fn live_through(shape: &Shape, order: Order, seed: u64, policy: &mut dyn Policy) -> Day {
    let agent = |agent| Agent {
        doing: Doing::Away,
        since: 0,
        pace: pace(seed, agent, shape.advisors),
    };
    let mut floor = Floor {
        seed,
        now: 0,
        policy,
        base: Base::new(shape, order),
        dice: Dice::new(seed, 30, 0),
        agents: (0..shape.agents).map(agent).collect(),
        ready: VecDeque::new(),
        calls: BTreeMap::new(),
        waiting: VecDeque::new(),
        coming: BinaryHeap::new(),
        day: Day::default(),
    };
    for agent in 0..shape.agents {
        let late = floor.dice.share() * 120_000.0;
        floor.later(late as i64, Next::Comes(agent));
    }
    for second in 0..DAY_MS / 1_000 {
        floor.run(second * 1_000);
        let snapshot = floor.look();
        let wanted = floor.policy.decide(&snapshot);
        if floor.policy.gives_up() {
            floor.give_up();
        }
        let free = i64::from(snapshot.agents_ready) - i64::from(snapshot.waiting);
        let free = free - snapshot.calls.len() as i64;
        (0..i64::from(wanted)).for_each(|line| floor.dial(line < free));
    }
    floor.run(DAY_MS);
    (0..shape.agents).for_each(|agent| floor.turn(agent, Doing::Away));
    floor.day
}

impl Floor<'_> {
    fn run(&mut self, until: i64) {
        while let Some(Reverse((at, next))) = self.coming.peek().copied()
            && at <= until
        {
            self.coming.pop();
            self.now = at;
            self.happens(next);
        }
        self.now = until;
    }

    fn dial(&mut self, free: bool) {
        let Some(contact) = self.base.next(self.now, free, &mut self.dice) else {
            return;
        };
        self.day.placed += 1;
        let id = self.day.placed as i64;
        let fate = fate(self.seed, &contact);
        let snapshot = SnapshotCall {
            placed: self.at(),
            ringing: None,
            answered: None,
        };
        let call = Call {
            contact,
            fate,
            snapshot,
        };
        self.calls.insert(id, call);
        self.tell(Fact::CallPlaced { call: attempt(id) });
        let next = if fate.dead {
            Next::Fails(id)
        } else {
            Next::Rings(id)
        };
        self.later(fate.setup_ms, next);
    }

    /// Gives up what has rung long: the contact was called in vain.
    fn give_up(&mut self) {
        let long = |call: &Call| {
            let rung = call.snapshot.ringing.map(|at| self.now - at.as_millis());
            call.snapshot.answered.is_none() && rung.is_some_and(|rung| rung >= GIVEN_UP_MS)
        };
        let given_up: Vec<i64> = self
            .calls
            .iter()
            .filter(|(_, call)| long(call))
            .map(|(id, _)| *id)
            .collect();
        for id in given_up {
            let call = self.calls.remove(&id).expect("found above");
            self.day.given_up += 1;
            let rang = call.snapshot.ringing.expect("it rings").as_millis();
            if call.fate.person && rang + call.fate.ring_ms < self.now + CROSSING_MS {
                self.tell(Fact::Live { call: attempt(id) });
                self.day.live += 1;
                self.abandoned(id);
            } else {
                self.base.in_vain(self.now, &call.contact);
                self.tell(Fact::Cancelled { call: attempt(id) });
            }
        }
    }

    fn happens(&mut self, next: Next) {
        match next {
            Next::Comes(agent) => self.get_ready(agent),
            Next::Rings(id) => {
                let at = self.at();
                if let Some(call) = self.calls.get_mut(&id) {
                    call.snapshot.ringing = Some(at);
                    let fate = call.fate;
                    let picked_up = fate.person || fate.machine;
                    let next = if picked_up {
                        Next::PickedUp
                    } else {
                        Next::Fails
                    };
                    self.later(fate.ring_ms, next(id));
                    self.tell(Fact::Ringing { call: attempt(id) });
                }
            }
            Next::PickedUp(id) => {
                let at = self.at();
                if let Some(call) = self.calls.get_mut(&id) {
                    call.snapshot.answered = Some(at);
                    let detect = call.fate.detect_ms;
                    let person = call.fate.person;
                    let next = if person { Next::Heard } else { Next::Fails };
                    self.later(detect, next(id));
                    self.tell(Fact::Answered { call: attempt(id) });
                }
            }
            Next::Fails(id) => {
                if let Some(call) = self.calls.remove(&id) {
                    self.base.in_vain(self.now, &call.contact);
                    self.tell(Fact::Failed { call: attempt(id) });
                }
            }
            Next::Heard(id) => self.heard(id),
            Next::GivesUp(id) => {
                if let Some(place) = self.waiting.iter().position(|(waits, _)| *waits == id) {
                    self.waiting.remove(place);
                    self.abandoned(id);
                }
            }
            Next::TalkEnds(agent) => {
                let Doing::Talk { wrap_up_ms } = self.agents[agent].doing else {
                    return;
                };
                let talked = self.now - self.agents[agent].since;
                self.turn(agent, Doing::WrapUp { talked });
                self.tell(Fact::TalkEnded { agent: who(agent) });
                self.later(wrap_up_ms, Next::WrapUpEnds(agent));
            }
            Next::WrapUpEnds(agent) => {
                self.tell(Fact::WrapUpEnded { agent: who(agent) });
                self.get_ready(agent);
            }
        }
    }

    fn heard(&mut self, id: i64) {
        let Some(call) = self.calls.remove(&id) else {
            return;
        };
        self.day.live += 1;
        self.tell(Fact::Live { call: attempt(id) });
        if let Some(agent) = self.ready.pop_front() {
            self.bridge(agent, id, &call.contact);
        } else {
            self.waiting.push_back((id, call.contact));
            self.later(WAIT_MS, Next::GivesUp(id));
        }
    }

    fn abandoned(&mut self, id: i64) {
        self.day.abandoned += 1;
        self.day.settled.push((self.now, true));
        self.tell(Fact::Abandoned { call: attempt(id) });
    }

    fn bridge(&mut self, agent: usize, id: i64, contact: &Contact) {
        let talk = talk(self.seed, contact.id, self.agents[agent].pace);
        let wrap_up_ms = talk.wrap_up_ms;
        self.turn(agent, Doing::Talk { wrap_up_ms });
        self.day.settled.push((self.now, false));
        let (call, agent_id) = (attempt(id), who(agent));
        self.tell(Fact::Bridged {
            call,
            agent: agent_id,
        });
        self.later(talk.talk_ms, Next::TalkEnds(agent));
    }

    fn get_ready(&mut self, agent: usize) {
        self.turn(agent, Doing::Ready);
        self.tell(Fact::AgentReady { agent: who(agent) });
        match self.waiting.pop_front() {
            Some((id, contact)) => self.bridge(agent, id, &contact),
            None => self.ready.push_back(agent),
        }
    }

    fn turn(&mut self, agent: usize, doing: Doing) {
        let was = &mut self.agents[agent];
        let spent = self.now - was.since;
        match was.doing {
            Doing::Ready => self.day.ready_ms += spent,
            Doing::Talk { .. } | Doing::WrapUp { .. } => self.day.busy_ms += spent,
            Doing::Away => {}
        }
        (was.doing, was.since) = (doing, self.now);
    }

    /// The floor as a policy sees it.
    fn look(&self) -> Snapshot {
        let mut snapshot = Snapshot::empty(self.at(), DialMode::Predictive);
        for agent in &self.agents {
            let since = Timestamp::from_millis(agent.since);
            match agent.doing {
                Doing::Talk { .. } => snapshot.talking.push(SnapshotTalk {
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
        snapshot.calls = self.calls.values().map(|call| call.snapshot).collect();
        snapshot.agents_ready = self.ready.len() as u32;
        snapshot.waiting = self.waiting.len() as u32;
        snapshot.channels_free = u32::MAX;
        snapshot.calls_now_max = u32::MAX;
        snapshot.hopper = u32::MAX;
        let left = (DAY_MS - self.now).unsigned_abs();
        snapshot.window_closes_in = Some(Duration::from_millis(left));
        snapshot
    }

    fn tell(&mut self, fact: Fact) {
        self.policy.told(self.at(), fact);
    }

    fn later(&mut self, in_ms: i64, next: Next) {
        self.coming.push(Reverse((self.now + in_ms, next)));
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(self.now)
    }
}

fn attempt(id: i64) -> AttemptId {
    AttemptId::new(id)
}

fn who(agent: usize) -> AgentId {
    AgentId::new(agent as i64)
}
