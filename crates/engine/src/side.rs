//! The side of a call: whom it is being handed to, from the intent until they
//! have the customer or it came to nothing.
//!
//! ```text
//!  Intended ──committed──▶ Ordered ──▶ Ringing ──answered──▶ Up ──▶ has the customer
//!     └───────────────────────┴───────────┴─────────────────┴───▶ over: back to the advisor
//! ```
//! The side of an advisor is up at once: their line is. A destination's phone
//! rings, which waits for the commit of the intent.

use agents::Agent;
use std::time::Duration;

use domain::{
    AgentId, AttemptId, DestinationPlace, EndedBy, Event, Outcome, SignallingRecord, TransferRoute,
    TransferTarget,
};

use crate::call::Phase;
use crate::command::{Party, SidePlace};
use crate::timers::{RING_GRACE, SIDE_RING, Timer};
use crate::{CallProgress, Command, Engine};

/// Whom a call is being handed to.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    /// Which transfer of the call.
    pub(crate) number: u32,
    /// Who asked.
    pub(crate) by: AgentId,
    pub(crate) to: TransferTarget,
    /// Where it takes a channel of a trunk: which, and what is dialed.
    pub(crate) route: Option<TransferRoute>,
    pub(crate) stage: Stage,
}

/// How far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Intended,
    Ordered,
    Ringing,
    Up,
}

impl Side {
    /// Who it is, as one of those who hear each other.
    pub(crate) fn party(&self) -> Party {
        match self.to {
            TransferTarget::Agent(agent) => Party::Agent(agent),
            TransferTarget::Destination(_) => Party::Side,
        }
    }
}

impl Engine {
    fn side(&self, attempt: AttemptId) -> Option<&Side> {
        self.calls.get(attempt)?.side.as_deref()
    }

    fn side_mut(&mut self, attempt: AttemptId) -> Option<&mut Side> {
        self.calls.get_mut(attempt)?.side.as_deref_mut()
    }

    /// The intent is durable: the destination's phone may ring.
    pub(crate) fn transfer_committed(&mut self, attempt: AttemptId, number: u32) {
        let now = self.now;
        let Some(side) = self.side(attempt).cloned() else {
            return;
        };
        let TransferTarget::Destination(destination) = side.to else {
            return;
        };
        if side.number != number || side.stage != Stage::Intended {
            return;
        }
        let place = self.destinations.get(&destination).map(|to| &to.place);
        let place = match (place, side.route) {
            (Some(DestinationPlace::Phone(user)), _) => SidePlace::Phone(user.clone()),
            (Some(DestinationPlace::Number(_)), Some(route)) => SidePlace::Number(route),
            _ => return self.side_is_over(attempt, "the destination was removed"),
        };
        if let Some(route) = side.route {
            let campaign = self.campaign_of(attempt);
            let run = campaign.and_then(|id| self.runs.get(&id));
            let loopback = run.is_some_and(|run| run.loopback_only());
            if !self.trunks.may_order(route.trunk, loopback, now) {
                return self.side_is_over(attempt, "the trunk has no room left");
            }
            self.trunks.order(route.trunk, now);
        }
        if let Some(side) = self.side_mut(attempt) {
            side.stage = Stage::Ordered;
        }
        self.timers
            .set(Timer::Side(attempt), now + SIDE_RING + RING_GRACE);
        self.order(Command::CallSide {
            attempt,
            number,
            place,
            ring_timeout: SIDE_RING,
        });
    }

    /// Signalling has news of the second leg.
    pub(crate) fn side_went_on(&mut self, attempt: AttemptId, number: u32, progress: CallProgress) {
        if self.side(attempt).is_none_or(|side| side.number != number) {
            // Of one that is over for us already.
            return;
        }
        match progress {
            CallProgress::Placed
            | CallProgress::MessagePlayed
            | CallProgress::Announced
            | CallProgress::Key(_) => {}
            CallProgress::Ringing => self.side_rings(attempt),
            CallProgress::Answered(signalling) => self.side_answered(attempt, signalling),
            CallProgress::Failed { outcome, cause } => {
                self.judge_side(attempt, outcome, cause.retry_after);
                self.side_gone(attempt, side_words(outcome));
            }
            CallProgress::Ended { .. } => self.side_gone(attempt, "they hung up"),
        }
    }

    fn side_rings(&mut self, attempt: AttemptId) {
        if let Some(side) = self.side_mut(attempt)
            && side.stage == Stage::Ordered
        {
            side.stage = Stage::Ringing;
        }
    }

    fn side_answered(&mut self, attempt: AttemptId, signalling: SignallingRecord) {
        let Some(side) = self.side_mut(attempt) else {
            return;
        };
        if side.stage == Stage::Up {
            return;
        }
        side.stage = Stage::Up;
        let (from, to) = (side.by, side.to);
        self.timers.clear(Timer::Side(attempt));
        self.judge_side(attempt, Outcome::Connected, None);
        self.emit(Event::TransferAnswered {
            attempt,
            signalling: Some(signalling),
        });
        if let Some(call) = self.calls.get_mut(attempt)
            && call.phase == Phase::Passing
        {
            call.phase = Phase::Handed;
            self.emit(Event::CallTransferred { attempt, from, to });
        }
    }

    /// What became of the second leg tells how its trunk is, as of any call.
    fn judge_side(&mut self, attempt: AttemptId, outcome: Outcome, wait: Option<Duration>) {
        let route = self.side(attempt).and_then(|side| side.route);
        if let Some(route) = route {
            self.trunks.judge(route.trunk, outcome, wait, self.now);
        }
    }

    /// Nothing was heard of the second leg for too long.
    pub(crate) fn side_is_silent(&mut self, attempt: AttemptId) {
        self.side_is_over(attempt, "no answer");
    }

    /// Ends the side ourselves.
    pub(crate) fn side_is_over(&mut self, attempt: AttemptId, why: &str) {
        if let Some(side) = self.side(attempt)
            && side.party() == Party::Side
            && side.stage != Stage::Intended
        {
            let number = side.number;
            self.order(Command::DropSide { attempt, number });
        }
        self.side_gone(attempt, why);
    }

    /// The side is no more: the customer goes back to their agent, or, where
    /// that one has left, to whoever may take them.
    fn side_gone(&mut self, attempt: AttemptId, why: &str) {
        let Some(side) = self.take_side(attempt) else {
            return;
        };
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        let phase = call.phase;
        match phase {
            Phase::Consulting { agent } | Phase::ThreeWay { agent } => {
                call.phase = Phase::Talking { agent };
                self.transfer_failed(attempt, why);
                self.arrange(attempt, &[Party::Customer, Party::Agent(agent)]);
            }
            Phase::Passing => {
                self.transfer_failed(attempt, why);
                let now = self.now;
                self.calls.wait(attempt, now);
                self.find_agent(attempt);
            }
            Phase::Handed => self.hang_up_answered(attempt, EndedBy::Agent),
            Phase::Intended
            | Phase::Shown
            | Phase::Rerouting
            | Phase::Ordered
            | Phase::Dialing
            | Phase::Ringing
            | Phase::Answering
            | Phase::Waiting
            | Phase::Talking { .. }
            | Phase::Held { .. }
            | Phase::Message => {}
        }
        self.free_consulted(attempt, &side);
    }

    fn transfer_failed(&mut self, attempt: AttemptId, why: &str) {
        self.emit(Event::TransferFailed {
            attempt,
            why: why.to_owned(),
        });
    }

    /// Takes the side off its call; its channel is free again.
    fn take_side(&mut self, attempt: AttemptId) -> Option<Box<Side>> {
        let side = self.calls.get_mut(attempt)?.side.take()?;
        self.timers.clear(Timer::Side(attempt));
        self.free_side_channel(&side);
        Some(side)
    }

    fn free_side_channel(&mut self, side: &Side) {
        if let Some(route) = side.route {
            let was_intent = side.stage == Stage::Intended;
            self.trunks.free(route.trunk, was_intent);
        }
    }

    /// An advisor who was asked, and did not get the customer, is free again.
    fn free_consulted(&mut self, attempt: AttemptId, side: &Side) {
        if let TransferTarget::Agent(agent) = side.to {
            let theirs = self.roster.get(agent).is_some_and(|agent| {
                matches!(agent.state(), agents::State::Talking { attempt: on } if *on == attempt)
            });
            if theirs {
                self.act(agent, Agent::free);
            }
        }
    }

    /// The call is over, its side with it.
    pub(crate) fn side_ends_with(&mut self, attempt: AttemptId, side: Option<Box<Side>>) {
        let Some(side) = side else { return };
        self.timers.clear(Timer::Side(attempt));
        self.free_side_channel(&side);
        if side.party() == Party::Side && side.stage != Stage::Intended {
            let number = side.number;
            self.order(Command::DropSide { attempt, number });
        }
        self.free_consulted(attempt, &side);
    }

    /// Who hears whom on a call from now on.
    pub(crate) fn arrange(&mut self, attempt: AttemptId, talk: &[Party]) {
        let talk = talk.to_vec();
        self.order(Command::Arrange { attempt, talk });
    }
}

fn side_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NoAnswer | Outcome::Cancelled => "no answer",
        Outcome::Busy => "busy",
        Outcome::Rejected | Outcome::Unwanted => "declined",
        _ => "it cannot be reached",
    }
}
