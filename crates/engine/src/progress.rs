//! A call goes on: what each report of signalling means in each phase.

use agents::Agent;
use domain::{AgentId, AttemptId, Cause, EndedBy, Event, LegQuality, Outcome, SignallingRecord};
use pacing::Fact;

use crate::call::{Call, Phase};
use crate::command::Party;
use crate::gates::own_gate;
use crate::side::Stage;
use crate::timers::{HANG_UP_WITHIN, RING_GRACE, Timer};
use crate::{CallProgress, Command, Engine};

impl Engine {
    pub(crate) fn call_went_on(&mut self, attempt: AttemptId, progress: CallProgress) {
        if self.strangers.contains_key(&attempt) {
            return self.stranger_went_on(attempt, &progress);
        }
        if self.calls.get(attempt).is_none() {
            // Given up for lost, yet alive: nobody waits for it any more.
            if matches!(progress, CallProgress::Answered(_) | CallProgress::Ringing) {
                self.order(Command::HangUp { attempt });
            }
            return;
        }
        match progress {
            CallProgress::Placed => self.call_placed(attempt),
            CallProgress::Ringing => self.call_rings(attempt),
            CallProgress::Answered(signalling) => self.call_answered(attempt, signalling),
            CallProgress::Failed { outcome, cause } => self.call_failed(attempt, outcome, cause),
            CallProgress::MessagePlayed => self.message_played(attempt),
            CallProgress::Announced => self.recording_announced(attempt),
            CallProgress::Key(key) => self.key_pressed(attempt, key),
            CallProgress::Ended { by, cause } => self.call_ended(attempt, by, cause),
        }
    }

    /// Of calls that are in the record, and where there was something to hear.
    pub(crate) fn call_measured(&mut self, attempt: AttemptId, legs: Vec<LegQuality>) {
        if self.calls.get(attempt).is_some() && !legs.is_empty() {
            self.emit(Event::CallMeasured { attempt, legs });
        }
    }

    pub(crate) fn call_placed(&mut self, attempt: AttemptId) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if call.phase != Phase::Ordered {
            return;
        }
        call.phase = Phase::Dialing;
        let again = call.placed.is_some();
        call.placed = call.placed.or(Some(now));
        let (campaign, given_up) = (call.intent.campaign, call.given_up);
        if let Some(run) = self.runs.get_mut(&campaign) {
            run.figures.attempts += u64::from(!again);
            run.period.placed(run.pack.as_deref(), now);
            if !given_up {
                let silent = now + run.campaign.ring_timeout + RING_GRACE;
                self.timers.set(Timer::Silence(attempt), silent);
            }
        }
        // Over a second trunk it is still the attempt that was placed.
        if again {
            return;
        }
        self.emit(Event::CallPlaced { attempt });
        self.contacted(attempt);
        self.observe(campaign, Fact::CallPlaced { call: attempt });
    }

    fn call_rings(&mut self, attempt: AttemptId) {
        // Who rings was placed, whatever was reported.
        self.call_placed(attempt);
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if call.phase != Phase::Dialing {
            return;
        }
        call.phase = Phase::Ringing;
        call.ringing = Some(now);
        let (campaign, trunk) = (call.intent.campaign, call.intent.trunk);
        let given_up = call.given_up;
        if !given_up && let Some(run) = self.runs.get(&campaign) {
            let silent = now + run.campaign.ring_timeout + RING_GRACE;
            self.timers.set(Timer::Silence(attempt), silent);
        }
        // The carrier took it: the trunk is well.
        self.trunks.judge(trunk, Outcome::NoAnswer, None, now);
        self.emit(Event::CallRinging { attempt });
        self.observe(campaign, Fact::Ringing { call: attempt });
    }

    fn call_answered(&mut self, attempt: AttemptId, signalling: SignallingRecord) {
        self.call_placed(attempt);
        let now = self.now;
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        if call.phase == Phase::Answering {
            return self.caller_is_through(attempt, signalling);
        }
        if !matches!(call.phase, Phase::Dialing | Phase::Ringing) {
            return;
        }
        let (campaign, given_up) = (call.intent.campaign, call.given_up);
        let trunk = call.intent.trunk;
        self.calls.wait(attempt, now);
        self.trunks.judge(trunk, Outcome::Connected, None, now);
        self.timers.clear(Timer::Silence(attempt));
        self.emit(Event::CallAnswered {
            attempt,
            signalling,
        });
        if let Some(run) = self.runs.get_mut(&campaign) {
            run.figures.answered(now);
            run.period.answered();
        }
        self.observe(campaign, Fact::Answered { call: attempt });
        self.observe(campaign, Fact::Live { call: attempt });
        self.decide_recording(attempt);
        if given_up {
            self.answered_after_all(attempt);
        } else {
            self.find_agent(attempt);
        }
    }

    /// Picked up while our CANCEL was on its way: a person heard us hang up,
    /// and that is an abandoned call.
    fn answered_after_all(&mut self, attempt: AttemptId) {
        self.mark_abandoned(attempt);
        self.timers
            .set(Timer::Silence(attempt), self.now + HANG_UP_WITHIN);
        self.order(Command::HangUp { attempt });
    }

    fn call_failed(&mut self, attempt: AttemptId, outcome: Outcome, cause: Cause) {
        if self.goes_on_elsewhere(attempt, outcome, &cause) {
            return;
        }
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        call.failed_with = cause.clone();
        match call.phase {
            Phase::Intended | Phase::Shown | Phase::Rerouting => {}
            // No INVITE left: not an attempt.
            Phase::Ordered => self.never_left(attempt, outcome, &cause),
            Phase::Dialing | Phase::Ringing => {
                let outcome = failure(call, outcome);
                self.close(attempt, outcome, cause, blame(outcome));
            }
            Phase::Waiting if matches!(outcome, Outcome::Machine | Outcome::Fax) => {
                self.close(attempt, outcome, cause, EndedBy::System);
            }
            // It spoke up to an agent already, or to the message that callers hear.
            Phase::Talking { .. } | Phase::Held { .. } if outcome == Outcome::Fax => {
                self.close(attempt, outcome, cause, EndedBy::System);
            }
            Phase::Message if outcome == Outcome::Fax && call.came_in.is_some() => {
                self.close(attempt, outcome, cause, EndedBy::System);
            }
            Phase::Answering
            | Phase::Waiting
            | Phase::Talking { .. }
            | Phase::Held { .. }
            | Phase::Consulting { .. }
            | Phase::ThreeWay { .. }
            | Phase::Passing
            | Phase::Handed
            | Phase::Message => {
                self.call_ended(attempt, EndedBy::Network, cause);
            }
        }
    }

    fn never_left(&mut self, attempt: AttemptId, outcome: Outcome, cause: &Cause) {
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        // Where an INVITE left over another trunk, the end of the attempt judges this one.
        if call.placed.is_none() {
            let trunk = call.intent.trunk;
            self.trunks
                .judge(trunk, outcome, cause.retry_after, self.now);
        }
        let later = self.now + std::time::Duration::from_secs(600);
        self.refuse(attempt, own_gate("trunk.failed"), later);
    }

    fn call_ended(&mut self, attempt: AttemptId, by: EndedBy, cause: Cause) {
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        match call.phase {
            Phase::Intended | Phase::Shown | Phase::Rerouting => {}
            Phase::Ordered => self.never_left(attempt, Outcome::Congestion, &cause),
            Phase::Dialing | Phase::Ringing => {
                let outcome = failure(call, Outcome::NoAnswer);
                self.close(attempt, outcome, cause, by);
            }
            Phase::Answering
            | Phase::Waiting
            | Phase::Talking { .. }
            | Phase::Held { .. }
            | Phase::Consulting { .. }
            | Phase::ThreeWay { .. }
            | Phase::Passing
            | Phase::Handed
            | Phase::Message => {
                let outcome = answered_outcome(call);
                self.close(attempt, outcome, cause, by);
            }
        }
    }

    fn message_played(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        if call.phase == Phase::Message {
            let outcome = answered_outcome(call);
            self.close(attempt, outcome, Cause::default(), EndedBy::System);
        }
    }

    /// Ends an answered call ourselves, or for its agent. It is over at once:
    /// nothing the far end may still say changes what it was.
    pub(crate) fn hang_up_answered(&mut self, attempt: AttemptId, by: EndedBy) {
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        let outcome = answered_outcome(call);
        self.order(Command::HangUp { attempt });
        self.close(attempt, outcome, Cause::default(), by);
    }

    /// Nothing was heard of a call for too long: it is ended, and when even
    /// that brings no word, it is over for us.
    pub(crate) fn call_is_silent(&mut self, attempt: AttemptId) {
        if self.strangers.contains_key(&attempt) {
            return self.dismiss_stranger(attempt);
        }
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        match call.phase {
            Phase::Intended
            | Phase::Shown
            | Phase::Rerouting
            | Phase::Waiting
            | Phase::Talking { .. }
            | Phase::Held { .. }
            | Phase::Consulting { .. }
            | Phase::ThreeWay { .. }
            | Phase::Passing
            | Phase::Handed => {}
            Phase::Answering | Phase::Message => {
                self.hang_up_answered(attempt, EndedBy::System);
            }
            Phase::Ordered | Phase::Dialing | Phase::Ringing if !call.given_up => {
                call.rang_out = call.phase == Phase::Ringing;
                self.give_up(attempt);
            }
            Phase::Ordered => self.refuse(attempt, own_gate("call.silent"), self.now),
            Phase::Dialing | Phase::Ringing => {
                let outcome = failure(call, Outcome::NoAnswer);
                self.close(attempt, outcome, Cause::default(), EndedBy::System);
            }
        }
    }

    /// The agent of a call lost their line while talking.
    pub(crate) fn rescue(&mut self, attempt: AttemptId) {
        let now = self.now;
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        let Some(lost) = call.agent() else {
            return;
        };
        match call.side.as_deref().map(|side| (side.stage, side.party())) {
            // Whom they were asking has heard enough to go on.
            Some((Stage::Up, _)) => self.hand_over(attempt, lost),
            // It may still be answered: then the customer goes there.
            Some((_, Party::Side)) => {
                self.set_phase(attempt, Phase::Passing);
                self.arrange(attempt, &[Party::Customer, Party::Side]);
            }
            Some(_) | None => {
                self.calls.wait(attempt, now);
                self.find_agent(attempt);
            }
        }
    }

    /// The agent promised to a call is gone, or the call is.
    pub(crate) fn release_reserved(&mut self, attempt: AttemptId, promised: Option<AgentId>) {
        let Some(agent) = promised else {
            return;
        };
        let theirs = self.roster.get(agent).is_some_and(|agent| {
            matches!(agent.state(), agents::State::Reserved { .. })
                && agent.attempt() == Some(attempt)
        });
        if theirs {
            self.act(agent, Agent::release);
        }
    }
}

/// What an unanswered call is closed as.
fn failure(call: &Call, said: Outcome) -> Outcome {
    match said {
        // Signalling cannot know these: nobody answered.
        Outcome::Connected
        | Outcome::Abandoned
        | Outcome::HungUpWaiting
        | Outcome::UnknownCrash
        | Outcome::Unserved
        | Outcome::Refused => Outcome::Congestion,
        Outcome::NoAnswer | Outcome::Cancelled if call.rang_out => Outcome::NoAnswer,
        Outcome::NoAnswer | Outcome::Cancelled if call.given_up => Outcome::Cancelled,
        other => other,
    }
}

/// What an answered call is closed as.
fn answered_outcome(call: &Call) -> Outcome {
    if call.heard_by.is_some() {
        Outcome::Connected
    } else if call.came_in.is_some() {
        Outcome::Unserved
    } else if call.abandoned {
        Outcome::Abandoned
    } else {
        Outcome::HungUpWaiting
    }
}

fn blame(outcome: Outcome) -> EndedBy {
    match outcome {
        Outcome::Busy | Outcome::Rejected | Outcome::Unwanted => EndedBy::Customer,
        Outcome::NoAnswer | Outcome::Cancelled | Outcome::Machine | Outcome::Fax => EndedBy::System,
        _ => EndedBy::Network,
    }
}
