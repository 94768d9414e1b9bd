//! Customers' calls: placed (`placing.rs`), answered, bridged, told the message
//! (`message.rs`), ended (`ending.rs`); what tones say of them is in `tones.rs`.
//!
//! ```text
//! Calling ──answer──▶ Answered ──BYE either way──▶ gone
//!    └──refusal, timeout, CANCEL──▶ gone
//! ```
//! A call that we end after the answer is gone at once: RFC 3261 (15.1.1) has the session over
//! when the BYE is sent, and an agent must not wait for a far end that may be dead. A call that we
//! cancel is gone only when the network agrees, because until then somebody may still pick up.

mod ending;
mod message;
mod placing;
mod tones;

pub(crate) use placing::Placement;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ::media::detect::Heard;
use ::sip::endpoint::{self, CallEvent, CallHandle};
use domain::{
    AgentId, AttemptId, CampaignId, Cause, EndedBy, Outcome, SignallingRecord, Supervision,
};
use engine::{CallProgress, Party};

use crate::exchange::Exchange;
use crate::media::LearnMode;
use crate::outcome::{Refusal, WhoEnded, outcome_of};
use crate::session::Session;

/// Keys pressed by INFO at once, and for how long each is said to be held.
const KEYS_MAX: usize = 64;
const KEY_HELD: Duration = Duration::from_millis(160);

/// A customer's call.
#[derive(Debug)]
pub(crate) struct CustomerCall {
    pub(crate) handle: CallHandle,
    pub(crate) session: Session,
    /// How it was placed; `None`: they called us.
    placement: Option<Placement>,
    /// Whose call it is.
    pub(crate) campaign: Option<CampaignId>,
    /// Since when it has been tried, or rang with us.
    placed: Instant,
    /// The addresses of its trunk that an INVITE went to, the last of them now.
    tried: Vec<SocketAddr>,
    /// What was heard before an answer, and what that means.
    early: Option<(Heard, Outcome)>,
    phase: Phase,
    /// Who is to hear each other once it is answered.
    pub(crate) talk: Vec<Party>,
    /// The supervisor who hears them, and how they are heard.
    pub(crate) supervisor: Option<(AgentId, Supervision)>,
    /// Whether anybody has heard the customer.
    pub(crate) joined: bool,
    /// Whether they are being told that the call is recorded.
    pub(crate) announcing: bool,
    /// Whether its recording pauses.
    pub(crate) paused: bool,
    /// Whether the network said anything: any 1xx.
    heard: bool,
    /// Whether 180 or 183 was reported.
    rang: bool,
    /// Whether we were told to end it before it had rung out.
    given_up: bool,
}

#[derive(Debug)]
enum Phase {
    Calling,
    Answered {
        /// When the datagram that said so came.
        since: Instant,
        /// Until when the message may play, if it does.
        message: Option<Instant>,
    },
}

impl CustomerCall {
    /// A call that somebody made to us, answered now.
    pub(crate) fn received(
        handle: CallHandle,
        session: Session,
        campaign: Option<CampaignId>,
        now: Instant,
    ) -> CustomerCall {
        CustomerCall {
            handle,
            session,
            placement: None,
            campaign,
            placed: now,
            tried: Vec::new(),
            early: None,
            phase: Phase::Answered {
                since: now,
                message: None,
            },
            talk: Vec::new(),
            supervisor: None,
            joined: false,
            announcing: false,
            paused: false,
            heard: true,
            rang: true,
            given_up: false,
        }
    }

    /// When it was answered, if it was.
    pub(crate) fn answered(&self) -> Option<Instant> {
        match self.phase {
            Phase::Calling => None,
            Phase::Answered { since, .. } => Some(since),
        }
    }
}

impl Exchange {
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
                text,
                retry_after,
            } => {
                let bad = self.judge_target(now, attempt, status, by_us || blocked);
                if bad && self.try_next_address(now, attempt) {
                    return;
                }
                let retry_after = retry_after.map(|secs| Duration::from_secs(secs.into()));
                let cause = Cause {
                    sip_status: Some(status),
                    q850,
                    text,
                    retry_after,
                };
                self.customer_failed(attempt, by_us, blocked, cause);
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
                    text: Some(error.to_string()),
                    ..Cause::default()
                };
                self.report_call(attempt, CallProgress::Failed { outcome, cause });
                return;
            }
        };
        self.media.listen_for_tones(call.session.leg.id, None);
        self.media.set_remote(call.session.leg.id, remote);
        self.picked_up(now, attempt);
    }

    /// A person is there, be it only to hear us hang up.
    fn picked_up(&mut self, now: Instant, attempt: AttemptId) {
        if let Some(call) = self.calls.get_mut(&attempt) {
            call.phase = Phase::Answered {
                since: now,
                message: None,
            };
            let record = self.endpoint.dialog_record(call.handle).unwrap_or_default();
            self.report_call(attempt, CallProgress::Answered(SignallingRecord(record)));
        }
    }

    /// 503, and silence without a word: the next calls go elsewhere (RFC 3263 section 4.3), unless
    /// we gave up or somebody else did not want the call. Says whether it was so.
    fn judge_target(
        &mut self,
        now: Instant,
        attempt: AttemptId,
        status: u16,
        excused: bool,
    ) -> bool {
        let Some(call) = self.calls.get(&attempt) else {
            return false;
        };
        let bad = !excused && (status == 503 || (status == 408 && !call.heard));
        if let (true, Some(at), Some(placement)) = (bad, call.tried.last(), call.placement) {
            self.target_failed(now, placement.trunk, *at);
        }
        bad
    }

    fn customer_failed(&mut self, attempt: AttemptId, by_us: bool, blocked: bool, cause: Cause) {
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
        let refusal = Refusal {
            status: cause.sip_status.unwrap_or(0),
            q850: cause.q850,
            blocked,
            heard: call.heard,
            by,
        };
        let outcome = outcome_of(&self.causes, &refusal);
        let (outcome, cause) = match call.early.filter(|_| by == WhoEnded::RingTimeout) {
            Some((heard, meant)) => {
                let text = Some(heard.word().to_owned());
                (meant, Cause { text, ..cause })
            }
            None => (outcome, cause),
        };
        self.report_call(attempt, CallProgress::Failed { outcome, cause });
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
}
