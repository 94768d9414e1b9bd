//! What an agent does with a live call that stays theirs: put it on hold, send
//! keys; and the note that whoever had it may leave. Handing it on is in
//! `transfer.rs`.

use domain::{AgentId, AttemptId, Event};

use crate::call::Phase;
use crate::command::Party;
use crate::transfer::{BUSY_HANDING, Refused};
use crate::{Command, Engine};

/// Most keys of one request: a card number and what follows it.
const DIGITS_MAX: usize = 32;
/// Longest note, in characters.
const NOTE_MAX: usize = 2_000;

impl Engine {
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
        self.mark_by_engine(attempt, "hold");
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
        self.mark_by_engine(attempt, "unhold");
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
}
