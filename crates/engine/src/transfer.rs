//! An agent hands a live call on: to another advisor, or to a destination of the
//! administrator's list, blind or after a word with them, or all three at once.
//! What they do with a call that stays theirs is in `hold.rs`.
//!
//! Who has the customer last says what the call was; who had it before may
//! leave a note.

use agents::{Agent, State};
use domain::{
    AgentId, AttemptId, DestinationPlace, Event, TransferIntent, TransferKind, TransferRoute,
    TransferTarget,
};

use crate::Engine;
use crate::call::Phase;
use crate::command::Party;
use crate::side::{Side, Stage};
use crate::timers::{RING_GRACE, SIDE_RING, Timer};

/// Code and words.
pub(crate) type Refused = (&'static str, &'static str);

const NOT_ON_A_CALL: Refused = (
    "not_on_a_call",
    "you have no customer on the line; wait for a call",
);
pub(crate) const BUSY_HANDING: Refused = (
    "transfer_under_way",
    "the call is being handed on; complete that or take the customer back first",
);
const NO_TRANSFER: Refused = ("no_transfer", "the call is not being handed on");
const NOT_ANSWERED: Refused = (
    "not_answered_yet",
    "they have not answered yet; wait, or take the customer back",
);

impl Engine {
    /// The call an agent has, with its phase; not one they were only asked about.
    pub(crate) fn call_had_by(&self, id: AgentId) -> Result<(AttemptId, Phase), Refused> {
        let attempt = match self.roster.get(id).map(Agent::state) {
            Some(State::Talking { attempt }) => *attempt,
            _ => return Err(NOT_ON_A_CALL),
        };
        let call = self.calls.get(attempt).ok_or(NOT_ON_A_CALL)?;
        match call.agent() == Some(id) {
            true => Ok((attempt, call.phase)),
            false => Err(NOT_ON_A_CALL),
        }
    }

    pub(crate) fn set_phase(&mut self, attempt: AttemptId, phase: Phase) {
        if let Some(call) = self.calls.get_mut(attempt) {
            call.phase = phase;
        }
    }

    pub(crate) fn grant(&mut self, done: Result<(), Refused>) {
        if let Err((code, words)) = done {
            self.reject(code, words);
        }
    }

    pub(crate) fn transfer(&mut self, id: AgentId, to: TransferTarget, kind: TransferKind) {
        let done = self.try_transfer(id, to, kind);
        self.grant(done);
    }

    fn try_transfer(
        &mut self,
        id: AgentId,
        to: TransferTarget,
        kind: TransferKind,
    ) -> Result<(), Refused> {
        let (attempt, phase) = self.call_had_by(id)?;
        if !matches!(phase, Phase::Talking { .. } | Phase::Held { .. }) {
            return Err(BUSY_HANDING);
        }
        let route = match to {
            TransferTarget::Agent(other) => {
                self.may_be_asked(id, other)?;
                None
            }
            TransferTarget::Destination(_) => self.way_to(attempt, to)?,
        };
        let Some(call) = self.calls.get_mut(attempt) else {
            return Err(NOT_ON_A_CALL);
        };
        call.transfers += 1;
        call.back_to = Some(id);
        let number = call.transfers;
        let stage = match to {
            TransferTarget::Agent(_) => Stage::Up,
            TransferTarget::Destination(_) => Stage::Intended,
        };
        call.side = Some(Box::new(Side {
            number,
            by: id,
            to,
            route,
            stage,
        }));
        let now = self.now;
        if let Some(route) = route {
            self.trunks.hold(route.trunk, now);
        }
        if stage == Stage::Intended {
            // A store that does not commit must not keep a customer waiting.
            self.timers
                .set(Timer::Side(attempt), now + SIDE_RING + RING_GRACE);
        }
        self.emit(Event::TransferIntended(TransferIntent {
            attempt,
            number,
            by: id,
            to,
            kind,
            route,
        }));
        match (to, kind) {
            (TransferTarget::Agent(other), _) => {
                self.seat_consulted(attempt, other);
                self.emit(Event::TransferAnswered {
                    attempt,
                    signalling: None,
                });
                self.consult_or_pass(attempt, id, kind);
            }
            (TransferTarget::Destination(_), TransferKind::Attended) => {
                self.set_phase(attempt, Phase::Consulting { agent: id });
                self.arrange(attempt, &[Party::Agent(id), Party::Side]);
            }
            (TransferTarget::Destination(_), TransferKind::Blind) => {
                self.set_phase(attempt, Phase::Passing);
                self.arrange(attempt, &[Party::Customer, Party::Side]);
                self.leaves_call(id, attempt);
            }
        }
        Ok(())
    }

    /// An advisor's line is up: a word with them, or the customer, at once.
    fn consult_or_pass(&mut self, attempt: AttemptId, id: AgentId, kind: TransferKind) {
        match kind {
            TransferKind::Blind => self.hand_over(attempt, id),
            TransferKind::Attended => {
                self.set_phase(attempt, Phase::Consulting { agent: id });
                let side = self.calls.get(attempt).and_then(|call| call.side.as_ref());
                let Some(party) = side.map(|side| side.party()) else {
                    return;
                };
                self.arrange(attempt, &[Party::Agent(id), party]);
            }
        }
    }

    /// Whether another advisor can be given a call now.
    fn may_be_asked(&self, id: AgentId, other: AgentId) -> Result<(), Refused> {
        let Some(known) = self.roster.get(other) else {
            return Err(("unknown_agent", "there is no such advisor; choose another"));
        };
        let free = *known.state() == State::Ready && known.line_is_up();
        match other != id && free {
            true => Ok(()),
            false => Err((
                "target_not_ready",
                "that advisor is not free; choose one who is ready",
            )),
        }
    }

    /// The trunk to a destination's number; `None` for a phone of ours.
    fn way_to(
        &mut self,
        attempt: AttemptId,
        to: TransferTarget,
    ) -> Result<Option<TransferRoute>, Refused> {
        let destination = match to {
            TransferTarget::Destination(id) => self.destinations.get(&id),
            TransferTarget::Agent(_) => None,
        };
        let Some(destination) = destination else {
            return Err((
                "unknown_destination",
                "there is no such destination; choose one of the list",
            ));
        };
        if self.stalled || self.draining {
            return Err((
                "not_now",
                "no new call can be placed now; take the customer further yourself",
            ));
        }
        let DestinationPlace::Number(phone) = destination.place else {
            return Ok(None);
        };
        let call = self.calls.get(attempt).ok_or(NOT_ON_A_CALL)?;
        let (caller_id, now) = (call.intent.caller_id, self.now);
        let run = self.runs.get_mut(&call.intent.campaign);
        let trunk = run.and_then(|run| {
            let (trunks, loopback) = (&self.trunks, run.loopback_only());
            let open = |trunk| trunks.lets_out(trunk, loopback, now);
            run.routes.choose(phone, open)
        });
        let Some(trunk) = trunk else {
            return Err(("trunk_busy", "no channel is free; try again in a moment"));
        };
        Ok(Some(TransferRoute {
            trunk,
            phone,
            caller_id,
        }))
    }

    fn seat_consulted(&mut self, attempt: AttemptId, other: AgentId) {
        let limit = self.talk_limit(attempt);
        self.act(other, |agent, now| agent.talk(now, attempt, limit).ok());
    }

    /// The agent leaves; the side has the customer from now on.
    pub(crate) fn complete_transfer(&mut self, id: AgentId) {
        let done = self.side_is_up_for(id);
        let done = done.map(|attempt| self.hand_over(attempt, id));
        self.grant(done);
    }

    /// The call an agent is handing on, whose side has answered.
    fn side_is_up_for(&self, id: AgentId) -> Result<AttemptId, Refused> {
        let (attempt, _) = self.call_had_by(id)?;
        let call = self.calls.get(attempt).ok_or(NOT_ON_A_CALL)?;
        match &call.side {
            None => Err(NO_TRANSFER),
            Some(side) if side.stage != Stage::Up => Err(NOT_ANSWERED),
            Some(_) => Ok(attempt),
        }
    }

    /// The side, which is up, takes the customer over from `from`.
    pub(crate) fn hand_over(&mut self, attempt: AttemptId, from: AgentId) {
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        let Some(to) = call.side.as_ref().map(|side| side.to) else {
            return;
        };
        match to {
            TransferTarget::Agent(agent) => {
                call.side = None;
                call.phase = Phase::Talking { agent };
                call.heard_by = Some(agent);
                call.talking_since = Some(self.now);
                call.now_had_by(agent);
                self.emit(Event::CallTransferred { attempt, from, to });
                self.arrange(attempt, &[Party::Customer, Party::Agent(agent)]);
                self.act(from, |agent, now| {
                    matches!(agent.state(), State::Talking { .. })
                        .then(|| agent.free(now))
                        .flatten()
                });
            }
            TransferTarget::Destination(_) => {
                call.phase = Phase::Handed;
                self.emit(Event::CallTransferred { attempt, from, to });
                self.arrange(attempt, &[Party::Customer, Party::Side]);
                self.leaves_call(from, attempt);
            }
        }
    }

    /// The last agent of a call that goes on without them says what it was.
    fn leaves_call(&mut self, id: AgentId, attempt: AttemptId) {
        let typified = self.calls.get(attempt).is_some_and(|call| call.typified);
        let wrap_up = self.wrap_up_of(self.campaign_of(attempt));
        let talks = self.roster.get(id).is_some_and(
            |agent| matches!(agent.state(), State::Talking { attempt: on } if *on == attempt),
        );
        match (talks, typified) {
            (false, _) => {}
            (true, true) => self.act(id, Agent::free),
            (true, false) => self.act(id, |agent, now| agent.wrap_up(now, wrap_up)),
        }
    }

    /// The agent takes the customer back.
    pub(crate) fn cancel_transfer(&mut self, id: AgentId) {
        let done = self.call_had_by(id).and_then(|(attempt, _)| {
            let call = self.calls.get(attempt).ok_or(NOT_ON_A_CALL)?;
            call.side.as_ref().map(|_| attempt).ok_or(NO_TRANSFER)
        });
        let done = done.map(|attempt| self.side_is_over(attempt, "taken back"));
        self.grant(done);
    }

    /// All three hear each other.
    pub(crate) fn three_way(&mut self, id: AgentId) {
        let done = self.side_is_up_for(id).map(|attempt| {
            let side = self.calls.get(attempt).and_then(|call| call.side.as_ref());
            let Some(party) = side.map(|side| side.party()) else {
                return;
            };
            self.set_phase(attempt, Phase::ThreeWay { agent: id });
            self.emit(Event::ThreeWayStarted { attempt, agent: id });
            self.arrange(attempt, &[Party::Customer, Party::Agent(id), party]);
        });
        self.grant(done);
    }

    /// An agent hangs up who was only asked about the call; false where they
    /// were not.
    pub(crate) fn leaves_consultation(
        &mut self,
        id: AgentId,
        attempt: AttemptId,
        why: &str,
    ) -> bool {
        let asked = self
            .calls
            .get(attempt)
            .and_then(|call| call.side.as_ref())
            .is_some_and(|side| side.to == TransferTarget::Agent(id));
        if asked {
            self.side_is_over(attempt, why);
        }
        asked
    }
}
