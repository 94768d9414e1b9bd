//! What an agent may do with a live call besides ending it: put it on hold,
//! send keys, and hand it on: to another advisor, or to a destination of the
//! administrator's list, blind or after a word with them, or all three at once.
//!
//! Who has the customer last says what the call was; who had it before may
//! leave a note.

use agents::{Agent, State};
use domain::{
    AgentId, AttemptId, DestinationPlace, Event, TransferIntent, TransferKind, TransferRoute,
    TransferTarget,
};

use crate::call::Phase;
use crate::command::Party;
use crate::side::{Side, Stage};
use crate::timers::{LENGTH_GRACE, LENGTH_WARNING, RING_GRACE, SIDE_RING, Timer};
use crate::{Command, Engine};

/// Most keys of one request: a card number and what follows it.
const DIGITS_MAX: usize = 32;
/// Longest note, in characters.
const NOTE_MAX: usize = 2_000;

type Refused = (&'static str, &'static str);

const NOT_ON_A_CALL: Refused = (
    "not_on_a_call",
    "you have no customer on the line; wait for a call",
);
const BUSY_HANDING: Refused = (
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
    fn call_had_by(&self, id: AgentId) -> Result<(AttemptId, Phase), Refused> {
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

    fn grant(&mut self, done: Result<(), Refused>) {
        if let Err((code, words)) = done {
            self.reject(code, words);
        }
    }

    pub(crate) fn hold(&mut self, id: AgentId) {
        let done = self.try_hold(id);
        self.grant(done);
    }

    fn try_hold(&mut self, id: AgentId) -> Result<(), Refused> {
        let (attempt, phase) = self.call_had_by(id)?;
        match phase {
            Phase::Held { .. } => return Ok(()),
            Phase::Talking { .. } => {}
            _ => return Err(BUSY_HANDING),
        }
        self.set_phase(attempt, Phase::Held { agent: id });
        self.emit(Event::CallHeld { attempt, agent: id });
        self.arrange(attempt, &[Party::Agent(id)]);
        Ok(())
    }

    pub(crate) fn resume(&mut self, id: AgentId) {
        let done = self.try_resume(id);
        self.grant(done);
    }

    fn try_resume(&mut self, id: AgentId) -> Result<(), Refused> {
        let (attempt, phase) = self.call_had_by(id)?;
        match phase {
            Phase::Talking { .. } => return Ok(()),
            Phase::Held { .. } => {}
            _ => return Err(BUSY_HANDING),
        }
        self.set_phase(attempt, Phase::Talking { agent: id });
        self.emit(Event::CallResumed { attempt, agent: id });
        self.arrange(attempt, &[Party::Customer, Party::Agent(id)]);
        Ok(())
    }

    pub(crate) fn send_digits(&mut self, id: AgentId, digits: &str) {
        let done = self.try_send_digits(id, digits);
        self.grant(done);
    }

    fn try_send_digits(&mut self, id: AgentId, digits: &str) -> Result<(), Refused> {
        let (attempt, phase) = self.call_had_by(id)?;
        if !matches!(phase, Phase::Talking { .. } | Phase::ThreeWay { .. }) {
            return Err(BUSY_HANDING);
        }
        let is_key = |c: char| c.is_ascii_digit() || "*#ABCD".contains(c);
        let count = digits.chars().count();
        if !(1..=DIGITS_MAX).contains(&count) || !digits.chars().all(is_key) {
            return Err((
                "bad_digits",
                "send 1 to 32 keys of 0 to 9, *, # and A to D at once",
            ));
        }
        self.emit(Event::DigitsSent {
            attempt,
            agent: id,
            count: u8::try_from(count).unwrap_or(u8::MAX),
        });
        self.order(Command::SendDigits {
            attempt,
            digits: digits.to_owned(),
        });
        Ok(())
    }

    pub(crate) fn note(&mut self, id: AgentId, attempt: AttemptId, note: &str) {
        let open = self.calls.get(attempt).map(|call| call.had.contains(&id));
        let theirs = open.unwrap_or_else(|| {
            let heard = self.past.get(attempt).and_then(|past| past.heard.as_ref());
            heard.is_some_and(|heard| heard.agent == id || heard.had.contains(&id))
        });
        if !theirs {
            return self.reject("not_your_call", "that call was not yours");
        }
        let note = note.trim();
        if note.is_empty() || note.chars().count() > NOTE_MAX {
            return self.reject("bad_note", "a note has 1 to 2000 characters");
        }
        self.emit(Event::CallNoted {
            attempt,
            agent: id,
            note: note.to_owned(),
        });
    }

    // --- handing on ------------------------------------------------------

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

    /// Longest an agent may be on a call: a little more than the call may last,
    /// so that it ends by its own timer.
    pub(crate) fn talk_limit(&self, attempt: AttemptId) -> std::time::Duration {
        self.call_max(attempt) + LENGTH_GRACE
    }

    fn call_max(&self, attempt: AttemptId) -> std::time::Duration {
        self.campaign_of(attempt)
            .and_then(|id| self.runs.get(&id))
            .map_or(std::time::Duration::from_secs(3_600), |run| {
                run.campaign.call_max
            })
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

    // --- how long --------------------------------------------------------

    /// The first agent hears the customer: from here the call's length counts.
    pub(crate) fn length_counts(&mut self, attempt: AttemptId) {
        let max = self.call_max(attempt);
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if call.ends.is_some() {
            return;
        }
        call.ends = Some(now + max);
        let first = max.checked_sub(LENGTH_WARNING).filter(|at| !at.is_zero());
        call.warned = first.is_none();
        self.timers
            .set(Timer::Length(attempt), now + first.unwrap_or(max));
    }

    /// A minute is left, or none.
    pub(crate) fn length_is_up(&mut self, attempt: AttemptId) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if std::mem::replace(&mut call.warned, true) {
            return self.hang_up_answered(attempt, domain::EndedBy::System);
        }
        call.ends = Some(now + LENGTH_WARNING);
        if let Some(agent) = call.agent() {
            self.order(Command::Warn { attempt, agent });
        }
        self.timers
            .set(Timer::Length(attempt), now + LENGTH_WARNING);
    }
}
