//! Giving up a call that nobody answered: ring timeout, CANCEL, and what comes of one without effect
//! (RFC 3261 section 9.1).

use super::call::{Owner, Phase, Stop};
use super::{Alarm, CallHandle, Endpoint};
use crate::message::{Method, Request};
use std::time::Instant;

impl Endpoint {
    /// Whether a call of ours rang out or was hung up before an answer, and only its end is awaited.
    pub fn is_given_up(&self, call: CallHandle) -> bool {
        let phase = self.calls.get(&call).map(|call| &call.phase);
        matches!(phase, Some(Phase::Calling(calling)) if calling.stop.is_some())
    }

    pub(super) fn on_ring_timeout(&mut self, now: Instant, handle: CallHandle) {
        self.stop_calling(now, handle, Stop::RingTimeout);
    }

    /// Cancels an INVITE of ours, now or as soon as a 1xx allows it (RFC 3261 section 9.1).
    pub(super) fn stop_calling(&mut self, now: Instant, handle: CallHandle, stop: Stop) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Phase::Calling(calling) = &mut call.phase else {
            return;
        };
        if calling.stop.is_some() {
            return;
        }
        calling.stop = Some(stop);
        self.alarms.set(Alarm::RingTimeout(handle), None);
        self.send_cancel(now, handle);
    }

    /// Sends the CANCEL if that is allowed and has not been done.
    pub(super) fn send_cancel(&mut self, now: Instant, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Phase::Calling(calling) = &mut call.phase else {
            return;
        };
        if !calling.provisional || calling.cancel_sent {
            return;
        }
        let Some(invite) = self.clients.request(calling.invite) else {
            return;
        };
        let mut cancel = cancel_of(&invite);
        if let Some(Stop::HangUp {
            reason: Some(reason),
        }) = &calling.stop
        {
            let _ = cancel.headers.try_push("Reason", reason.as_str());
        }
        calling.cancel_sent = true;
        let flow = calling.flow;
        self.clients
            .start(now, &mut self.transmits, cancel, flow, Owner::Cancel);
        let limit = now + self.config.timers.timeout;
        self.alarms.set(Alarm::CancelLimit(handle), Some(limit));
    }

    /// The CANCEL had no effect. The call is over; its INVITE is watched over for as long again, so
    /// that a late answer is acknowledged and ended rather than left ringing in an ear.
    pub(super) fn on_cancel_limit(&mut self, now: Instant, handle: CallHandle) {
        let Some(call) = self.calls.get(&handle) else {
            return;
        };
        let Phase::Calling(calling) = &call.phase else {
            return;
        };
        if call.silent {
            self.clients.forget(calling.invite);
            self.finish(handle);
            return;
        }
        let status = calling.stop.as_ref().map_or(408, Stop::status);
        self.tell_failed(handle, status, true);
        let limit = now + self.config.timers.timeout;
        self.alarms.set(Alarm::CancelLimit(handle), Some(limit));
    }
}

/// The CANCEL of an INVITE (RFC 3261 section 9.1): same Via, From, To, Call-ID, CSeq number.
fn cancel_of(invite: &Request) -> Request {
    let mut cancel = Request::new(Method::Cancel, invite.uri.clone());
    if let Ok(via) = invite.headers.via_top() {
        cancel.headers.push("Via", via.to_string());
    }
    cancel.headers.push("Max-Forwards", "70");
    for name in ["Route", "From", "To", "Call-ID"] {
        for value in invite.headers.get_all(name) {
            cancel.headers.push(name, value);
        }
    }
    let number = invite.headers.cseq().map_or(1, |cseq| cseq.number);
    cancel.headers.push("CSeq", format!("{number} CANCEL"));
    cancel
}
