//! Customers' calls: placed, answered, bridged, told the message, ended.
//!
//! ```text
//! Calling ──answer──▶ Answered ──BYE either way──▶ gone
//!    └──refusal, timeout, CANCEL──▶ gone
//! ```
//! A call that we end after the answer is gone at once: RFC 3261 (15.1.1) has the session over
//! when the BYE is sent, and an agent must not wait for a far end that may be dead. A call that we
//! cancel is gone only when the network agrees, because until then somebody may still pick up.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::{self, CallEvent, CallHandle, NewCall};
use ::sip::message::NameAddr;
use domain::{AgentId, AttemptId, Cause, EndedBy, Outcome, PhoneNumber, SignallingRecord, TrunkId};
use engine::CallProgress;

use crate::exchange::{Exchange, Owner};
use crate::ids::CallIds;
use crate::media::{LearnMode, Playback};
use crate::outcome::{Refusal, WhoEnded, outcome_of};
use crate::session::Session;
use crate::{Report, trunk};

/// No customer talks longer: what does is a call whose end got lost.
const CALL_LENGTH_MAX: Duration = Duration::from_secs(4 * 3600);
/// Keys pressed by INFO at once, and for how long each is said to be held.
const KEYS_MAX: usize = 64;
const KEY_HELD: Duration = Duration::from_millis(160);
/// How much longer than its sound a message may take before the call is ended without it.
const MESSAGE_GRACE: Duration = Duration::from_secs(5);

/// A call to be placed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placement {
    pub(crate) attempt: AttemptId,
    pub(crate) trunk: TrunkId,
    pub(crate) phone: PhoneNumber,
    pub(crate) caller_id: PhoneNumber,
    pub(crate) ring_timeout: Duration,
}

/// A customer's call.
#[derive(Debug)]
pub(crate) struct CustomerCall {
    pub(crate) handle: CallHandle,
    pub(crate) session: Session,
    /// The trunk, and which of its addresses the INVITE went to.
    target: (TrunkId, SocketAddr),
    phase: Phase,
    /// Whether the network said anything: any 1xx.
    heard: bool,
    /// Whether 180 or 183 was reported.
    rang: bool,
    /// Whether we were told to end it.
    given_up: bool,
}

#[derive(Debug)]
enum Phase {
    Calling,
    Answered {
        /// When the datagram that said so came.
        since: Instant,
        with: Option<AgentId>,
        /// Until when the message may play, if it does.
        message: Option<Instant>,
    },
}

impl CustomerCall {
    /// When it was answered, if it was.
    pub(crate) fn answered(&self) -> Option<Instant> {
        match self.phase {
            Phase::Calling => None,
            Phase::Answered { since, .. } => Some(since),
        }
    }

    pub(crate) fn set_with(&mut self, agent: Option<AgentId>) {
        if let Phase::Answered { with, .. } = &mut self.phase {
            *with = agent;
        }
    }

    fn with(&self) -> Option<AgentId> {
        match self.phase {
            Phase::Calling => None,
            Phase::Answered { with, .. } => with,
        }
    }
}

impl Exchange {
    pub(crate) fn place_call(&mut self, now: Instant, placement: Placement) {
        let attempt = placement.attempt;
        if self.calls.contains_key(&attempt) {
            tracing::error!(%attempt, "ordered twice; the second order is ignored");
            return;
        }
        let placed = self.new_call(now, placement);
        let Some((session, call)) = placed else {
            let outcome = Outcome::Congestion;
            let cause = Cause::default();
            self.report_call(attempt, CallProgress::Failed { outcome, cause });
            return;
        };
        let target = (placement.trunk, call.flow.remote);
        let handle = self.endpoint.invite(now, call);
        self.owners.insert(handle, Owner::Customer(attempt));
        let call = CustomerCall {
            handle,
            target,
            session,
            phase: Phase::Calling,
            heard: false,
            rang: false,
            given_up: false,
        };
        self.calls.insert(attempt, call);
    }

    /// The INVITE and its leg; `None`, with a word in the log, where there is no way to send it.
    fn new_call(&mut self, now: Instant, placement: Placement) -> Option<(Session, NewCall)> {
        let Placement { attempt, trunk, .. } = placement;
        let refuse = |why: &str| tracing::warn!(%attempt, %trunk, why, "call not placed");
        if self.stopping {
            refuse("telephony is stopping");
            return None;
        }
        let state = self.trunks.get(&trunk);
        let flow = state.and_then(|state| state.flow(now, attempt));
        let (Some(state), Some(flow)) = (state, flow) else {
            refuse("the trunk is unknown or its host has no address");
            return None;
        };
        let Some(request_uri) = trunk::request_uri(&state.trunk, placement.phone) else {
            refuse("the trunk's host is no host");
            return None;
        };
        let credentials = state.trunk.credentials.as_ref();
        let credentials = credentials.map(|(user, word)| (user.clone(), word.expose().to_owned()));
        let session = self
            .open_session(Owner::Customer(attempt), flow.remote.ip())
            .inspect_err(|error| tracing::error!(%attempt, %error, "no media port is free"))
            .ok()?;
        let from = trunk::caller(placement.caller_id, &self.address.domain);
        let ids = CallIds::of(&self.secret, attempt, &self.address.domain.to_string());
        let call = NewCall {
            flow,
            to: NameAddr::new(request_uri.clone()),
            request_uri,
            headers: vec![("P-Asserted-Identity".to_owned(), from.to_string())],
            from,
            call_id: Some(ids.call_id),
            from_tag: Some(ids.from_tag),
            branch: Some(ids.branch),
            offer: session.offer(),
            credentials,
            ring_timeout: placement.ring_timeout,
        };
        Some((session, call))
    }

    pub(crate) fn customer_event(&mut self, now: Instant, attempt: AttemptId, event: CallEvent) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        match event {
            CallEvent::Sent => {
                self.meters.invites_sent.count();
                self.report_call(attempt, CallProgress::Placed);
            }
            CallEvent::Trying => call.heard = true,
            CallEvent::Ringing { sdp } => {
                call.heard = true;
                if let Some(sdp) = sdp {
                    self.hear_early(attempt, &sdp);
                }
                let Some(call) = self.calls.get_mut(&attempt) else {
                    return;
                };
                if !std::mem::replace(&mut call.rang, true) {
                    self.report_call(attempt, CallProgress::Ringing);
                }
            }
            CallEvent::Answered { sdp } => self.customer_answered(now, attempt, sdp.as_deref()),
            CallEvent::PickedUp => self.picked_up(now, attempt),
            CallEvent::Failed { .. } if call.answered().is_some() => {
                self.owners.remove(&call.handle);
                self.customer_gone(now, attempt, EndedBy::System, None);
            }
            CallEvent::Failed {
                status,
                by_us,
                q850,
                blocked,
            } => {
                self.judge_target(now, attempt, status, by_us || blocked);
                self.customer_failed(attempt, by_us, (status, q850, blocked));
            }
            CallEvent::Reinvite { offer } => {
                let renewed = call.session.renew(offer.as_deref(), LearnMode::Sdp);
                let (handle, leg) = (call.handle, call.session.leg.id);
                self.answer_reinvite(now, handle, leg, renewed);
            }
            CallEvent::Ended { by, q850 } => {
                let by = match by {
                    endpoint::EndedBy::Remote => EndedBy::Customer,
                    endpoint::EndedBy::Us => EndedBy::System,
                    endpoint::EndedBy::Failure => EndedBy::Network,
                };
                self.owners.remove(&call.handle);
                self.customer_gone(now, attempt, by, q850);
            }
            CallEvent::OfferAnswered { sdp } => {
                let leg = call.session.leg.id;
                let settled = call.session.settle(sdp.as_deref(), LearnMode::Sdp);
                self.session_settled(leg, settled);
            }
            // The session is as it was.
            CallEvent::OfferRefused { .. } => {}
            CallEvent::Dtmf { digit } => self.report_call(attempt, CallProgress::Key(digit)),
            // A customer's carrier may not send us to anybody.
            CallEvent::Referred { refer, .. } => self.decline_refer(now, refer),
            CallEvent::Confirmed | CallEvent::Cancelled => {}
        }
    }

    fn customer_answered(&mut self, now: Instant, attempt: AttemptId, sdp: Option<&str>) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        let remote = match call.session.settle(sdp, LearnMode::Sdp) {
            Ok(remote) => remote,
            Err(error) => {
                tracing::warn!(%attempt, %error, "answered without audio we can speak");
                self.let_go(now, attempt);
                let outcome = Outcome::Congestion;
                let cause = Cause {
                    sip_status: Some(488),
                    q850: None,
                };
                self.report_call(attempt, CallProgress::Failed { outcome, cause });
                return;
            }
        };
        self.media.set_remote(call.session.leg.id, remote);
        self.picked_up(now, attempt);
    }

    /// Early media of whichever fork is received, for analysis: nobody is bridged before the answer.
    fn hear_early(&mut self, attempt: AttemptId, sdp: &str) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        let settled = call.session.settle(Some(sdp), LearnMode::Sdp);
        let leg = call.session.leg.id;
        self.session_settled(leg, settled);
    }

    /// A person is there, be it only to hear us hang up.
    fn picked_up(&mut self, now: Instant, attempt: AttemptId) {
        if let Some(call) = self.calls.get_mut(&attempt) {
            call.phase = Phase::Answered {
                since: now,
                with: None,
                message: None,
            };
            let record = self.endpoint.dialog_record(call.handle).unwrap_or_default();
            self.report_call(attempt, CallProgress::Answered(SignallingRecord(record)));
        }
    }

    /// 503, and silence without a word: the next calls go elsewhere (RFC 3263 section 4.3), unless
    /// we gave up or somebody else did not want the call.
    fn judge_target(&mut self, now: Instant, attempt: AttemptId, status: u16, excused: bool) {
        let Some(call) = self.calls.get(&attempt) else {
            return;
        };
        if !excused && (status == 503 || (status == 408 && !call.heard)) {
            let (trunk, at) = call.target;
            self.target_failed(now, trunk, at);
        }
    }

    fn customer_failed(
        &mut self,
        attempt: AttemptId,
        by_us: bool,
        (status, q850, blocked): (u16, Option<u16>, bool),
    ) {
        let Some(call) = self.calls.remove(&attempt) else {
            return;
        };
        self.owners.remove(&call.handle);
        self.close_session(&call.session);
        let by = match (by_us, call.given_up) {
            (false, _) => WhoEnded::Network,
            (true, true) => WhoEnded::Order,
            (true, false) => WhoEnded::RingTimeout,
        };
        let (outcome, cause) = outcome_of(&Refusal {
            status,
            q850,
            blocked,
            heard: call.heard,
            by,
        });
        self.report_call(attempt, CallProgress::Failed { outcome, cause });
    }

    /// Joins customer and agent: at once where the line is up, else the agent's phone rings.
    pub(crate) fn bridge(&mut self, now: Instant, attempt: AttemptId, agent: AgentId) {
        if self
            .calls
            .get(&attempt)
            .is_none_or(|call| call.answered().is_none())
        {
            // It ended while the order was under way; its end is reported already.
            return;
        }
        match self.lines.get(&agent).and_then(|line| line.up_leg()) {
            Some(_) => self.join(attempt, agent),
            None => self.ring_for(now, attempt, agent),
        }
    }

    /// Joins the legs of an answered call and a line that is up.
    pub(crate) fn join(&mut self, attempt: AttemptId, agent: AgentId) {
        let leg = self.lines.get(&agent).and_then(|line| line.up_leg());
        let (Some(call), Some(leg)) = (self.calls.get_mut(&attempt), leg) else {
            return;
        };
        let Some(since) = call.answered() else { return };
        self.media.bridge(call.session.leg.id, leg);
        let took = since.elapsed();
        call.set_with(Some(agent));
        if let Some(line) = self.lines.get_mut(&agent) {
            line.set_with(Some(attempt));
        }
        self.meters.bridges.count();
        self.report(Report::BridgeTook { attempt, took });
    }

    pub(crate) fn play_message(&mut self, now: Instant, attempt: AttemptId) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        if let Phase::Answered { message, .. } = &mut call.phase {
            *message = Some(now + self.message.duration() + MESSAGE_GRACE);
            let prompt = Playback::Prompt(self.message.clone());
            self.media.play(call.session.leg.id, prompt, false);
        }
    }

    pub(crate) fn message_done(&mut self, now: Instant, attempt: AttemptId) {
        let played = self.calls.get(&attempt).is_some_and(|call| {
            matches!(
                call.phase,
                Phase::Answered {
                    message: Some(_),
                    ..
                }
            )
        });
        if played {
            self.meters.messages_played.count();
            self.report_call(attempt, CallProgress::MessagePlayed);
            self.end_answered(now, attempt, EndedBy::System);
        }
    }

    /// Ends a call whatever its state.
    pub(crate) fn hang_up(&mut self, now: Instant, attempt: AttemptId) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        if call.answered().is_some() {
            self.end_answered(now, attempt, EndedBy::System);
        } else {
            call.given_up = true;
            self.endpoint.hang_up(now, call.handle, None);
        }
    }

    /// Ends an answered call and says so.
    pub(crate) fn end_answered(&mut self, now: Instant, attempt: AttemptId, by: EndedBy) {
        if let Some(call) = self.calls.get(&attempt) {
            let handle = call.handle;
            self.owners.insert(handle, Owner::Ghost(None));
            self.endpoint.hang_up(now, handle, None);
            self.customer_gone(now, attempt, by, None);
        }
    }

    /// Ends an answered call of which nothing is to be said, or something else.
    fn let_go(&mut self, now: Instant, attempt: AttemptId) {
        if let Some(call) = self.calls.remove(&attempt) {
            self.owners.insert(call.handle, Owner::Ghost(None));
            self.endpoint.hang_up(now, call.handle, None);
            self.close_session(&call.session);
        }
    }

    /// An answered call is over: frees its leg, parts its agent, says so.
    fn customer_gone(&mut self, now: Instant, attempt: AttemptId, by: EndedBy, q850: Option<u16>) {
        let Some(call) = self.calls.remove(&attempt) else {
            return;
        };
        self.close_session(&call.session);
        if let Some(agent) = call.with() {
            self.customer_left(now, agent, attempt);
        }
        let cause = Cause {
            sip_status: None,
            q850,
        };
        self.report_call(attempt, CallProgress::Ended { by, cause });
    }

    pub(crate) fn press_keys(&mut self, now: Instant, attempt: AttemptId, keys: &str) {
        let Some(call) = self.calls.get(&attempt) else {
            return;
        };
        if call.answered().is_none() {
            return;
        }
        if call.session.takes_keys {
            self.media.press(call.session.leg.id, keys);
            return;
        }
        for key in keys.chars().take(KEYS_MAX) {
            self.endpoint.send_digit(now, call.handle, key, KEY_HELD);
        }
    }

    pub(crate) fn customer_silent(&mut self, now: Instant, attempt: AttemptId) {
        let dead = self
            .calls
            .get(&attempt)
            .is_some_and(|call| call.answered().is_some() && !call.session.held);
        if dead {
            tracing::info!(%attempt, "no audio from the customer's side; hung up");
            self.meters.silent_legs.count();
            self.end_answered(now, attempt, EndedBy::System);
        }
    }

    /// Ends calls whose message or whose end got lost.
    pub(crate) fn end_overdue_calls(&mut self, now: Instant) {
        let overdue = |call: &CustomerCall| match call.phase {
            Phase::Calling => false,
            Phase::Answered { since, message, .. } => {
                now.duration_since(since) > CALL_LENGTH_MAX
                    || message.is_some_and(|until| until < now)
            }
        };
        let late: Vec<_> = self
            .calls
            .iter()
            .filter_map(|(attempt, call)| overdue(call).then_some(*attempt))
            .collect();
        for attempt in late {
            tracing::warn!(%attempt, "overdue; hung up");
            self.end_answered(now, attempt, EndedBy::System);
        }
    }
}
