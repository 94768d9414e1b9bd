//! What agents ask for, and what happens to their lines.

use agents::{Agent, Booked, State};
use domain::{AgentId, AttemptId, EndedBy};

use crate::call::Phase;
use crate::gates::own_gate;
use crate::timers::{RAISE_EVERY, Timer};
use crate::typify::Said;
use crate::{AgentRequest, Command, Engine, LineEvent};

/// A contact not wanted now comes back after this: others are shown first.
const SKIPPED_FOR: std::time::Duration = std::time::Duration::from_secs(30 * 60);

impl Engine {
    pub(crate) fn agent_asks(&mut self, id: AgentId, request: AgentRequest) {
        if self.roster.get(id).is_none() {
            return self.reject("unknown_agent", "no such agent; ask your supervisor");
        }
        match request {
            AgentRequest::LogIn => self.log_in(id),
            AgentRequest::Ready => self.try_act(id, Agent::ready),
            AgentRequest::Break(reason) => {
                let reason = named(&reason);
                self.put_preview_back(id);
                self.try_act(id, |agent, now| agent.take_break(now, reason));
            }
            AgentRequest::LogOut => {
                self.put_preview_back(id);
                self.log_out(id);
            }
            AgentRequest::HangUp => self.agent_hangs_up(id),
            AgentRequest::Hold => self.hold(id),
            AgentRequest::Resume => self.resume(id),
            AgentRequest::SendDigits(digits) => self.send_digits(id, &digits),
            AgentRequest::Transfer { to, kind } => self.transfer(id, to, kind),
            AgentRequest::CompleteTransfer => self.complete_transfer(id),
            AgentRequest::CancelTransfer => self.cancel_transfer(id),
            AgentRequest::ThreeWay => self.three_way(id),
            AgentRequest::Supervise { of, mode } => self.supervise(id, of, mode),
            AgentRequest::LeaveSupervision => self.leave_supervision(id),
            AgentRequest::TakeOver => self.take_over(id),
            AgentRequest::Note { attempt, note } => self.note(id, attempt, &note),
            AgentRequest::Redial => self.redial(id),
            AgentRequest::ConsentToRecording => self.consent(id),
            AgentRequest::PauseRecording => self.pause_recording(id),
            AgentRequest::ResumeRecording => self.resume_recording(id),
            AgentRequest::MarkRecording { kind, text } => self.mark_recording(id, kind, text),
            AgentRequest::AcceptPreview => self.accept_preview(id),
            AgentRequest::SkipPreview => self.skip_preview(id),
            AgentRequest::Typify {
                attempt,
                code,
                note,
                callback_at,
                opt_out,
            } => self.typify(
                id,
                Said {
                    attempt,
                    code,
                    note,
                    callback_at,
                    opt_out,
                },
            ),
            AgentRequest::ExtendWrapUp(more) => {
                self.try_act(id, |agent, _| agent.extend(more).map(|()| None));
            }
        }
    }

    fn log_in(&mut self, id: AgentId) {
        self.try_act(id, Agent::log_in);
        let raising = self
            .roster
            .get(id)
            .is_some_and(|agent| matches!(agent.state(), State::Raising) && agent.wants_line());
        if raising {
            self.order(Command::RaiseLine { agent: id });
        }
    }

    fn log_out(&mut self, id: AgentId) {
        let raising = self
            .roster
            .get(id)
            .is_some_and(|agent| matches!(agent.state(), State::Raising));
        self.try_act(id, Agent::log_out);
        if raising {
            self.order(Command::DropLine { agent: id });
        }
    }

    /// A contact only looked at goes back when its agent leaves.
    fn put_preview_back(&mut self, id: AgentId) {
        if let Some(attempt) = self.previewed(id) {
            self.refuse(attempt, own_gate("preview.left"), self.now);
        }
    }

    /// The contact an agent is shown and has not accepted.
    fn previewed(&self, id: AgentId) -> Option<AttemptId> {
        let agent = self.roster.get(id)?;
        let State::Reserved { attempt } = agent.state() else {
            return None;
        };
        let call = self.calls.get(*attempt)?;
        (!call.accepted && !call.was_ordered()).then_some(*attempt)
    }

    fn accept_preview(&mut self, id: AgentId) {
        let Some(attempt) = self.previewed(id) else {
            return self.reject(
                "no_preview",
                "there is no contact to accept; wait for the next",
            );
        };
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if call.phase == Phase::Intended {
            return self.reject("not_yet", "the contact is being written down; try again");
        }
        let (campaign, trunk) = (call.intent.campaign, call.intent.trunk);
        if let Err(closed) = self.call_gate(attempt) {
            self.reject("gate_closed", &closed.words);
            if closed.gate.rule != "trunk.busy" {
                self.refuse(attempt, closed.gate, closed.until);
            }
            return;
        }
        // It took no channel yet, so that one more must be free.
        if !self.trunks.lets_out(trunk, false, self.now) {
            return self.reject("trunk_busy", "no channel is free; try again in a moment");
        }
        if let Some(call) = self.calls.get_mut(attempt) {
            call.accepted = true;
        }
        let limit = self.ring_max(campaign);
        self.act(id, |agent, now| {
            agent.hold_reservation(now, limit);
            None
        });
        self.place(attempt);
    }

    fn skip_preview(&mut self, id: AgentId) {
        match self.previewed(id) {
            Some(attempt) => {
                self.refuse(attempt, own_gate("preview.skipped"), self.now + SKIPPED_FOR);
            }
            None => self.reject("no_preview", "there is no contact to skip"),
        }
    }

    fn agent_hangs_up(&mut self, id: AgentId) {
        let Some(agent) = self.roster.get(id) else {
            return;
        };
        match *agent.state() {
            State::Talking { attempt } => {
                if !self.leaves_consultation(id, attempt, "they hung up") {
                    self.hang_up_answered(attempt, EndedBy::Agent);
                }
            }
            State::Reserved { attempt } if self.previewed(id).is_none() => self.give_up(attempt),
            _ => self.reject("not_on_a_call", "you are not on a call"),
        }
    }

    // --- lines -----------------------------------------------------------

    pub(crate) fn line_event(&mut self, id: AgentId, event: LineEvent) {
        match event {
            LineEvent::Registered => self.registered(id),
            LineEvent::Unregistered => {
                if let Some(agent) = self.roster.get_mut(id) {
                    agent.registered = false;
                }
            }
            LineEvent::CarriedBy(kind) => {
                if let Some(agent) = self.roster.get_mut(id) {
                    agent.line_kind = Some(kind);
                }
            }
            LineEvent::Up => self.line_up(id),
            LineEvent::HungUp => self.phone_hung_up(id),
            LineEvent::Down(why) => self.line_down(id, &why),
            // Agents order things on their page, not on their phone.
            LineEvent::Key(_) => {}
        }
    }

    fn registered(&mut self, id: AgentId) {
        let Some(agent) = self.roster.get_mut(id) else {
            return;
        };
        agent.registered = true;
        if agent.wants_line() {
            self.order(Command::RaiseLine { agent: id });
        }
    }

    fn line_up(&mut self, id: AgentId) {
        let Some(agent) = self.roster.get(id) else {
            return;
        };
        if *agent.state() == State::Offline {
            // Answered after the agent was gone.
            self.order(Command::DropLine { agent: id });
            return;
        }
        self.timers.clear(Timer::Raise(id));
        self.act(id, Agent::line_came_up);
    }

    pub(crate) fn line_down(&mut self, id: AgentId, why: &str) {
        let on = self.roster.get(id).and_then(Agent::attempt);
        let previewed = self.previewed(id);
        // First of all: an agent freed of a preview takes a waiting customer,
        // and this one would not hear them.
        self.act(id, |agent, now| agent.line_went_down(now, why));
        if let Some(attempt) = previewed {
            self.refuse(attempt, own_gate("preview.left"), self.now);
        }
        if let Some(attempt) = on {
            self.rescue_from(id, attempt);
        }
        let wants = self.roster.get(id).is_some_and(Agent::wants_line);
        if wants {
            self.timers.set(Timer::Raise(id), self.now + RAISE_EVERY);
        }
    }

    fn rescue_from(&mut self, id: AgentId, attempt: AttemptId) {
        if self.leaves_consultation(id, attempt, "their line fell") {
            return;
        }
        let theirs = self
            .calls
            .get(attempt)
            .is_some_and(|call| call.agent() == Some(id));
        if theirs {
            self.rescue(attempt);
        }
    }

    /// The receiver went down while several were on the call: who was asked is
    /// out of it; who has the customer has left it to the one who was.
    fn phone_hung_up(&mut self, id: AgentId) {
        let on = self.roster.get(id).and_then(Agent::attempt);
        let Some(attempt) = on else { return };
        if self.leaves_consultation(id, attempt, "they hung up") {
            return;
        }
        let call = self.calls.get(attempt);
        let up = call.and_then(|call| call.side.as_ref());
        if up.is_some_and(|side| side.stage == crate::side::Stage::Up) {
            self.hand_over(attempt, id);
        } else {
            self.agent_hangs_up(id);
        }
    }

    pub(crate) fn raise_again(&mut self, id: AgentId) {
        if self.roster.get(id).is_some_and(Agent::wants_line) {
            self.order(Command::RaiseLine { agent: id });
            self.timers.set(Timer::Raise(id), self.now + RAISE_EVERY);
        }
    }

    pub(crate) fn agent_removed(&mut self, id: AgentId) {
        self.line_down(id, "removed");
        // In wrap-up they keep their state: what they leave is noted as such.
        let typing = self.roster.get(id).and_then(|agent| match agent.state() {
            State::WrapUp { attempt, .. } => Some(*attempt),
            _ => None,
        });
        if let Some(attempt) = typing {
            self.typify_by_system(attempt);
            self.act(id, Agent::free);
        }
        self.act(id, |agent, now| agent.log_out(now).ok().flatten());
        self.timers.clear(Timer::Agent(id));
        self.timers.clear(Timer::Raise(id));
        self.roster.remove(id);
    }
}

/// A break without a name still needs one.
fn named(reason: &str) -> &str {
    let reason = reason.trim();
    if reason.is_empty() || reason == Booked::LogOut.word() {
        "break"
    } else {
        reason
    }
}
