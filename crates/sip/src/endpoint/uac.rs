//! The caller's side: INVITE, its answers, ring timeout, CANCEL, forks and late answers
//! (RFC 3261 sections 9.1, 13.2, RFC 6026).

use super::call::{Call, Calling, Challenges, Credentials, Owner, Phase, Stop, sdp_of_response};
use super::compose::ALLOW;
use super::{Alarm, CALLS_MAX, CallEvent, CallHandle, Endpoint, NewCall, Transmit};
use crate::dialog::Dialog;
use crate::message::{Message, Method, Request, Response};
use crate::transaction::ClientId;
use std::time::{Duration, Instant};

/// No phone rings for longer, whatever the application says.
const RING_TIMEOUT_MAX: Duration = Duration::from_secs(24 * 3600);

impl Endpoint {
    /// Calls somebody.
    pub fn invite(&mut self, now: Instant, call: NewCall) -> CallHandle {
        let handle = CallHandle(self.handle());
        if self.calls.len() >= CALLS_MAX {
            self.tell_failed(handle, 503, true);
            return handle;
        }
        let request = self.compose_invite(&call);
        let invite = self.clients.start(
            now,
            &mut self.transmits,
            request,
            call.flow,
            Owner::Invite(handle),
        );
        let ring_max = call.ring_timeout.min(RING_TIMEOUT_MAX);
        let mut state = Call::new(Phase::Calling(Box::new(Calling {
            invite,
            flow: call.flow,
            provisional: false,
            progress_told: false,
            ring_max: Some(ring_max),
            stop: None,
            cancel_sent: false,
            answered: Challenges::default(),
        })));
        state.credentials = call
            .credentials
            .map(|(user, password)| Credentials { user, password });
        self.calls.insert(handle, state);
        self.alarms
            .set(Alarm::RingTimeout(handle), Some(now + ring_max));
        self.tell(handle, CallEvent::Sent);
        handle
    }

    fn compose_invite(&mut self, call: &NewCall) -> Request {
        let mut request = Request::new(Method::Invite, call.request_uri.clone());
        let mut from = call.from.clone();
        let tag = call.from_tag.clone().unwrap_or_else(|| self.token());
        from.set_tag(&tag);
        let call_id = call.call_id.clone().unwrap_or_else(|| self.token());
        let user = call.from.uri.user_decoded();
        let contact = self.contact(user.as_deref(), call.flow, &call.request_uri.scheme);
        let headers = &mut request.headers;
        headers.push("Max-Forwards", "70");
        headers.push("From", from.to_string());
        headers.push("To", call.to.to_string());
        headers.push("Call-ID", call_id);
        headers.push("CSeq", "1 INVITE");
        headers.push("Contact", contact);
        headers.push("Allow", ALLOW);
        for (name, value) in &call.headers {
            // The application names what the trunk wants; what cannot be sent is left out.
            let _ = headers.try_push(name, value.as_str());
        }
        request.set_body("application/sdp", call.offer.as_str());
        let branch = match &call.branch {
            Some(branch) if !self.clients.knows_invite(branch) => branch.clone(),
            _ => self.branch(),
        };
        self.stamp_with(&mut request, call.flow, &branch);
        request
    }

    pub(super) fn on_invite_response(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) {
        match response.status.code() {
            ..200 => self.on_provisional(now, id, handle, response),
            200..300 => self.on_accepted(now, id, handle, response),
            300.. => self.on_refused(now, id, handle, response),
        }
    }

    fn on_provisional(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) {
        let Some(calling) = self.calling(handle, id) else {
            return;
        };
        calling.provisional = true;
        if calling.stop.is_some() {
            self.send_cancel(now, handle);
            return;
        }
        // A 100 that was overtaken, or came twice, is no news.
        let is_news = !calling.progress_told;
        calling.progress_told = true;
        match response.status.code() {
            100 if is_news => self.tell(handle, CallEvent::Trying),
            180..=183 => {
                // What the network took to find the phone is not time the phone rang.
                if let Some(ring_max) = calling.ring_max.take() {
                    self.alarms
                        .set(Alarm::RingTimeout(handle), Some(now + ring_max));
                }
                let sdp = sdp_of_response(response);
                self.tell(handle, CallEvent::Ringing { sdp });
            }
            _ => {}
        }
    }

    fn on_accepted(&mut self, now: Instant, id: ClientId, handle: CallHandle, response: &Response) {
        let to_tag = response.headers.to().ok();
        let to_tag = to_tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        if let Some(ack) = self.clients.ack_of(id, to_tag) {
            self.transmits.push_back(ack.clone());
            return;
        }
        let invite = self.clients.request(id).cloned();
        let (Some(invite), Some(flow)) = (invite, self.clients.flow(id)) else {
            return;
        };
        let Some(dialog) = Dialog::of_caller(&invite, response, flow) else {
            return;
        };
        if !self.clients.takes_forks(id) {
            return;
        }
        self.acknowledge(id, &invite, &dialog);
        let Some(calling) = self.calling(handle, id) else {
            self.end_stray(now, dialog);
            return;
        };
        let stop = calling.stop.take();
        self.alarms.set(Alarm::RingTimeout(handle), None);
        self.alarms.set(Alarm::CancelLimit(handle), None);
        self.enter_dialog(handle, dialog);
        let over = self.calls.get(&handle).is_none_or(|call| call.silent);
        match stop {
            Some(Stop::HangUp { reason }) => self.end_picked_up(now, handle, reason.as_deref()),
            _ if over => self.end_picked_up(now, handle, None),
            // A person who picks up while our CANCEL is on its way is there to be talked to.
            None | Some(Stop::RingTimeout) => {
                self.set_phase(handle, Phase::Up);
                let sdp = sdp_of_response(response);
                self.tell(handle, CallEvent::Answered { sdp });
            }
        }
    }

    /// The answer crossed our CANCEL, and nobody wants it any more.
    fn end_picked_up(&mut self, now: Instant, handle: CallHandle, reason: Option<&str>) {
        self.tell(handle, CallEvent::PickedUp);
        let status = Stop::HangUp { reason: None }.status();
        self.tell_failed(handle, status, true);
        self.set_phase(handle, Call::ending(None));
        self.send_bye(now, handle, reason);
    }

    /// Another fork answered, or the answer came after everybody had left: end it properly.
    fn end_stray(&mut self, now: Instant, dialog: Dialog) {
        let handle = CallHandle(self.handle());
        let mut call = Call::new(Call::ending(None));
        call.silent = true;
        self.calls.insert(handle, call);
        self.enter_dialog(handle, dialog);
        self.send_bye(now, handle, None);
    }

    fn acknowledge(&mut self, id: ClientId, invite: &Request, dialog: &Dialog) {
        let cseq = invite.headers.cseq().map_or(1, |cseq| cseq.number);
        let mut ack = dialog.ack(cseq);
        // The ACK answers the challenge that the INVITE answered (RFC 3261 section 22.1).
        for name in ["Authorization", "Proxy-Authorization"] {
            for value in invite.headers.get_all(name) {
                ack.headers.push(name, value);
            }
        }
        let flow = dialog.next_hop();
        self.stamp(&mut ack, flow);
        let bytes = Message::Request(ack).to_bytes();
        let transmit = Transmit { flow, bytes };
        self.clients
            .remember_ack(id, &dialog.id.remote_tag, transmit.clone());
        self.transmits.push_back(transmit);
    }

    fn on_refused(&mut self, now: Instant, id: ClientId, handle: CallHandle, response: &Response) {
        let Some(calling) = self.calling(handle, id) else {
            return;
        };
        let stopping = calling.stop.is_some();
        let status = response.status.code();
        if !stopping && self.invite_again(now, id, handle, response) {
            return;
        }
        let q850 = response.headers.q850_cause();
        let by_us = stopping && matches!(status, 401 | 407 | 487);
        let blocked = response.blocked_by_analytics();
        let failed = CallEvent::Failed {
            status,
            by_us,
            q850,
            blocked,
        };
        self.tell(handle, failed);
        self.finish(handle);
    }

    /// Answers a challenge; says whether there was one that can be answered.
    fn invite_again(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) -> bool {
        let Some(call) = self.calls.get(&handle) else {
            return false;
        };
        let (Some(credentials), Phase::Calling(calling)) = (call.credentials.clone(), &call.phase)
        else {
            return false;
        };
        let (flow, mut answered) = (calling.flow, calling.answered);
        let Some(request) = self.clients.request(id).cloned() else {
            return false;
        };
        let Some(mut again) = self.authorized(&request, response, &credentials, &mut answered)
        else {
            return false;
        };
        self.stamp(&mut again, flow);
        let owner = Owner::Invite(handle);
        let invite = self
            .clients
            .start(now, &mut self.transmits, again, flow, owner);
        if let Some(calling) = self.calling(handle, id) {
            calling.invite = invite;
            calling.answered = answered;
            calling.provisional = false;
        }
        true
    }

    pub(super) fn on_invite_lost(&mut self, id: ClientId, handle: CallHandle, status: u16) {
        let Some(calling) = self.calling(handle, id) else {
            return;
        };
        let stop = calling.stop.take();
        let by_us = stop.is_some();
        let status = stop.map_or(status, |stop| stop.status());
        self.tell_failed(handle, status, by_us);
        self.finish(handle);
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
    fn send_cancel(&mut self, now: Instant, handle: CallHandle) {
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
        let mut cancel = cancel_of(invite);
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

    /// A call failed without a word from the other side, or with one that says no more.
    pub(super) fn tell_failed(&mut self, handle: CallHandle, status: u16, by_us: bool) {
        let event = CallEvent::Failed {
            status,
            by_us,
            q850: None,
            blocked: false,
        };
        self.tell(handle, event);
    }

    /// The calling phase of a call, if its current INVITE is `id`.
    fn calling(&mut self, handle: CallHandle, id: ClientId) -> Option<&mut Calling> {
        match &mut self.calls.get_mut(&handle)?.phase {
            Phase::Calling(calling) if calling.invite == id => Some(calling),
            Phase::Calling(_) | Phase::Ringing(_) | Phase::Up | Phase::Ending(_) => None,
        }
    }

    pub(super) fn set_phase(&mut self, handle: CallHandle, phase: Phase) {
        if let Some(call) = self.calls.get_mut(&handle) {
            call.phase = phase;
        }
    }

    /// Gives a call its dialog.
    pub(super) fn enter_dialog(&mut self, handle: CallHandle, dialog: Dialog) {
        self.dialogs.insert(dialog.id.clone(), handle);
        if let Some(call) = self.calls.get_mut(&handle) {
            call.dialog = Some(dialog);
        }
    }
}

/// The CANCEL of an INVITE (RFC 3261 section 9.1): same Via, From, To, Call-ID, CSeq number.
pub(super) fn cancel_of(invite: &Request) -> Request {
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
