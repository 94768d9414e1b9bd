//! Watches every step of a floor and fails the test on the first broken
//! promise: what must hold on any history, whatever the scenario.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, DialMode, Event, Intent, PacingRecord, PersonId,
    PhoneNumber, Timestamp, TransferTarget, Trunk, TrunkId,
};
use engine::{Command, Step};
use pacing::{Page, Replay};

/// What was promised so far.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) trunks: BTreeMap<TrunkId, Trunk>,
    open: BTreeMap<AttemptId, Intent>,
    committed: BTreeSet<AttemptId>,
    ordered: BTreeMap<TrunkId, Vec<Timestamp>>,
    on_wire: BTreeSet<AttemptId>,
    placed: BTreeSet<AttemptId>,
    /// Made to us.
    received: BTreeSet<AttemptId>,
    /// By strangers, and not over.
    strangers: BTreeSet<AttemptId>,
    over: BTreeSet<AttemptId>,
    talking: BTreeMap<AgentId, AttemptId>,
    /// Calls being handed to an agent, who may then be on them too.
    asked: BTreeSet<(AttemptId, AgentId)>,
    /// Transfers whose intent is durable.
    transfers: BTreeSet<(AttemptId, u32)>,
    status: BTreeMap<AgentId, AgentStatus>,
    next_seq: u64,
    replays: BTreeMap<CampaignId, Replay>,
}

impl Oracle {
    /// The store made an intent durable.
    pub(crate) fn committed(&mut self, attempt: AttemptId) {
        self.committed.insert(attempt);
    }

    /// The store made the intent to hand a call on durable.
    pub(crate) fn transfer_committed(&mut self, attempt: AttemptId, number: u32) {
        self.transfers.insert((attempt, number));
    }

    pub(crate) fn is_transfer_committed(&self, attempt: AttemptId, number: u32) -> bool {
        self.transfers.contains(&(attempt, number))
    }

    /// Every placed call has ended in exactly one outcome.
    pub(crate) fn all_placed_are_closed(&self) -> bool {
        self.placed
            .iter()
            .all(|attempt| self.over.contains(attempt))
    }

    /// The same of calls to us, strangers' included.
    pub(crate) fn all_received_are_closed(&self) -> bool {
        let mut known = self.received.iter();
        self.strangers.is_empty() && known.all(|call| self.over.contains(call))
    }

    /// What left lately left lately by the new clock too.
    pub(crate) fn clock_set_back(&mut self, span: Duration) {
        for at in self.ordered.values_mut().flatten() {
            *at = *at - span;
        }
    }

    pub(crate) fn check(&mut self, now: Timestamp, step: &Step) {
        for recorded in &step.events {
            assert_eq!(recorded.seq, self.next_seq, "the record has no gaps");
            self.next_seq += 1;
            self.check_event(&recorded.event);
            self.replay(recorded.at, &recorded.event);
        }
        for command in &step.commands {
            self.check_command(now, command);
        }
    }

    fn check_event(&mut self, event: &Event) {
        match event {
            Event::AttemptIntended(intent) => self.intended(intent),
            Event::CallReceived(intent) => {
                self.intended(intent);
                self.received.insert(intent.attempt);
            }
            Event::StrangerCalled(stranger) => {
                assert!(self.strangers.insert(stranger.attempt), "called twice");
            }
            Event::StrangerLeft { attempt, .. } => {
                assert!(self.strangers.remove(attempt), "{attempt} left twice");
            }
            Event::CallPlaced { attempt } => {
                assert!(self.on_wire.contains(attempt), "placed without an order");
                assert!(self.placed.insert(*attempt), "{attempt} placed twice");
            }
            Event::AttemptRefused { attempt, .. } => {
                assert!(!self.placed.contains(attempt), "{attempt} was a call");
                self.end(*attempt);
            }
            Event::AttemptClosed { attempt, .. } => {
                let was_call = self.placed.contains(attempt) || self.received.contains(attempt);
                assert!(was_call, "{attempt} was no call");
                self.end(*attempt);
            }
            Event::CallBridged { attempt, agent, .. } => {
                let other = self.talking.get(agent);
                assert_eq!(other, Some(attempt), "{agent} hears another call");
            }
            Event::AgentStateChanged {
                agent,
                from,
                to,
                attempt,
                ..
            } => {
                let known = self.status.get(agent).copied();
                let known = known.unwrap_or(AgentStatus::Offline);
                assert_eq!(known, *from, "the log of {agent} has a gap");
                self.status.insert(*agent, *to);
                if *to == AgentStatus::Talking {
                    let attempt = attempt.expect("talking is talking to someone");
                    assert!(
                        self.talking.values().all(|on| *on != attempt)
                            || self.asked.contains(&(attempt, *agent)),
                        "{attempt} is heard by two agents"
                    );
                    self.talking.insert(*agent, attempt);
                } else {
                    self.talking.remove(agent);
                }
            }
            Event::CallRerouted {
                attempt, from, to, ..
            } => self.rerouted(*attempt, *from, *to),
            Event::TransferIntended(intent) => {
                if let TransferTarget::Agent(agent) = intent.to {
                    self.asked.insert((intent.attempt, agent));
                }
            }
            Event::CallTransferred { attempt, from, .. } => {
                assert!(self.open.contains_key(attempt), "{attempt} is over");
                self.asked.remove(&(*attempt, *from));
            }
            Event::CallHeld { attempt, .. }
            | Event::CallResumed { attempt, .. }
            | Event::TransferAnswered { attempt, .. }
            | Event::TransferFailed { attempt, .. }
            | Event::ThreeWayStarted { attempt, .. }
            | Event::DigitsSent { attempt, .. } => {
                assert!(self.open.contains_key(attempt), "{attempt} is over");
            }
            Event::CallAbandoned { attempt, .. } => {
                assert!(!self.received.contains(attempt), "{attempt} called us");
            }
            Event::CallNoted { .. }
            | Event::Recording { .. }
            | Event::CallMeasured { .. }
            | Event::CallSupervised { .. }
            | Event::CallRinging { .. }
            | Event::CallAnswered { .. }
            | Event::Typified(_)
            | Event::CampaignStateChanged { .. }
            | Event::PacingDecided(_)
            | Event::PacingTold { .. }
            | Event::PacingLearnt { .. } => {}
        }
    }

    /// Every decision can be made again from the record, bit for bit.
    fn replay(&mut self, at: Timestamp, event: &Event) {
        let (campaign, page, decided) = match event {
            Event::PacingDecided(record) => (record.campaign, &record.page, Some(record)),
            Event::PacingTold { campaign, page } => (*campaign, page, None),
            _ => return,
        };
        let read = Page::read(page, at).expect("a page just written is readable");
        let again = self.replays.entry(campaign).or_default().turn(&read);
        let again = again.map(|decision| PacingRecord {
            page: page.clone(),
            ..decision.record(campaign)
        });
        assert_eq!(again.as_ref(), decided, "replayed from {page}");
    }

    fn intended(&mut self, intent: &Intent) {
        let persons: Vec<PersonId> = self.open.values().map(|open| open.person).collect();
        let phones: Vec<PhoneNumber> = self.open.values().map(|open| open.phone).collect();
        assert!(
            !persons.contains(&intent.person),
            "a person called twice at once"
        );
        assert!(
            !phones.contains(&intent.phone),
            "a number called twice at once"
        );
        assert!(
            !self.over.contains(&intent.attempt),
            "an attempt id used twice"
        );
        self.open.insert(intent.attempt, intent.clone());
    }

    /// The first INVITE is over before the second may leave, which waits for its own commit.
    fn rerouted(&mut self, attempt: AttemptId, from: TrunkId, to: TrunkId) {
        assert!(
            self.on_wire.remove(&attempt),
            "{attempt} was not on its way"
        );
        assert!(self.committed.remove(&attempt), "{attempt} was not durable");
        let open = self.open.get_mut(&attempt).expect("it is not over");
        assert_eq!(open.trunk, from, "{attempt} left over another trunk");
        assert_ne!(from, to, "the trunk that failed was tried again");
        open.trunk = to;
    }

    fn end(&mut self, attempt: AttemptId) {
        assert!(
            self.open.remove(&attempt).is_some(),
            "{attempt} ended twice"
        );
        self.on_wire.remove(&attempt);
        self.over.insert(attempt);
    }

    fn check_command(&mut self, now: Timestamp, command: &Command) {
        if let Command::CallSide {
            attempt, number, ..
        } = command
        {
            assert!(
                self.transfers.contains(&(*attempt, *number)),
                "transfer {number} of {attempt} is not durable"
            );
        }
        let Command::PlaceCall { attempt, trunk, .. } = command else {
            return;
        };
        assert!(self.committed.contains(attempt), "{attempt} is not durable");
        assert!(self.open.contains_key(attempt), "{attempt} is over");
        assert!(self.on_wire.insert(*attempt), "{attempt} ordered twice");
        let line = &self.trunks[trunk];
        let received = self
            .received
            .iter()
            .filter(|call| self.open.contains_key(*call));
        let busy = self
            .on_wire
            .iter()
            .chain(received)
            .filter(|on| self.open[*on].trunk == *trunk);
        assert!(
            busy.count() <= line.channels_max as usize,
            "too many channels"
        );
        let ordered = self.ordered.entry(*trunk).or_default();
        let second = Duration::from_secs(1);
        let gap = Duration::from_secs_f64(1.0 / line.calls_per_second_max.floor().max(1.0));
        let last = ordered.last().filter(|last| **last <= now);
        let last = last.map_or(gap, |last| now.since(*last));
        // Who accepts a preview has waited long enough.
        let preview = self.open[attempt].mode == DialMode::Preview;
        assert!(
            preview || last + Duration::from_millis(1) >= gap,
            "a burst: {last:?}"
        );
        ordered.retain(|at| now.since(*at) < second);
        ordered.push(now);
        let lately = ordered.len();
        assert!(
            lately as f64 <= line.calls_per_second_max.max(1.0),
            "{lately} calls in a second"
        );
    }
}
