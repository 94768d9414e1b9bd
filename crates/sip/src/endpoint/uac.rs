//! The caller's side: INVITE, its answers, forks and late answers (RFC 3261 section 13.2, RFC 6026).

use super::call::{Call, Calling, Challenges, Credentials, Owner, Phase, Stop, sdp_of_response};
use super::compose::ALLOW;
use super::early::session_of;
use super::{Alarm, CALLS_MAX, CallEvent, CallHandle, Endpoint, NewCall, Transmit};
use crate::dialog::Dialog;
use crate::message::{Message, Method, Request, Response};
use crate::transaction::ClientId;
use std::time::{Duration, Instant};

/// More requests than a fork gets before it answers.
const CSEQ_GAP: u32 = 1000;

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
        let request = self.compose_invite(handle, &call);
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
            cseq: 1,
            flow: call.flow,
            early: Vec::new(),
            provisional: false,
            progress_told: false,
            ring_max: Some(ring_max),
            stop: None,
            cancel_sent: false,
            answered: Challenges::default(),
        })));
        state.local_sdp = Some(call.offer.into());
        state.credentials = call
            .credentials
            .map(|(user, password)| Credentials { user, password });
        self.calls.insert(handle, Box::new(state));
        self.alarms
            .set(Alarm::RingTimeout(handle), Some(now + ring_max));
        self.tell(handle, CallEvent::Sent);
        handle
    }

    fn compose_invite(&mut self, handle: CallHandle, call: &NewCall) -> Request {
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
        headers.push("Supported", self.supported());
        self.push_timer(handle, &mut request);
        let headers = &mut request.headers;
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
        let stopping = calling.stop.is_some();
        let news = self.on_early(now, id, handle, response);
        if stopping {
            self.send_cancel(now, handle);
            return;
        }
        let (Some(sdp), Some(calling)) = (news, self.calling(handle, id)) else {
            return;
        };
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
        let invite = self.clients.request(id);
        let (Some(invite), Some(flow)) = (invite, self.clients.flow(id)) else {
            return;
        };
        let Some(mut dialog) = Dialog::of_caller(&invite, response, flow) else {
            return;
        };
        if !self.clients.takes_forks(id) {
            return;
        }
        self.acknowledge(id, &invite, &dialog);
        let Some(calling) = self.calling(handle, id) else {
            self.end_stray(now, handle, dialog);
            return;
        };
        let stop = calling.stop.take();
        self.alarms.set(Alarm::RingTimeout(handle), None);
        self.alarms.set(Alarm::CancelLimit(handle), None);
        // The route is that of the final response; requests go on counting (section 13.2.2.4).
        let early = self.take_early(handle, &dialog.id);
        let allow = &response.headers;
        let takes_update = if allow.contains("Allow") {
            allow.lists("Allow", "UPDATE")
        } else {
            early.as_ref().is_some_and(|early| early.takes_update)
        };
        if let Some(early) = &early {
            dialog.local_cseq = dialog.local_cseq.max(early.dialog.local_cseq);
            dialog.remote_cseq = early.dialog.remote_cseq;
        }
        let sdp = session_of(early, sdp_of_response(response));
        self.enter_dialog(handle, dialog);
        let over = self.calls.get(&handle).is_none_or(|call| call.silent);
        match stop {
            Some(Stop::HangUp { reason }) => self.end_picked_up(now, handle, reason.as_deref()),
            _ if over => self.end_picked_up(now, handle, None),
            // A person who picks up while our CANCEL is on its way is there to be talked to.
            None | Some(Stop::RingTimeout) => {
                self.set_phase(handle, Phase::Up);
                if let Some(call) = self.calls.get_mut(&handle) {
                    call.takes_update = takes_update;
                }
                self.take_timer(now, handle, response);
                self.tell(handle, CallEvent::Answered { sdp });
                self.go_on_renewing(now, handle);
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
    fn end_stray(&mut self, now: Instant, of: CallHandle, mut dialog: Dialog) {
        // Its early dialog is forgotten, and with it how many requests it got.
        dialog.local_cseq += CSEQ_GAP;
        let handle = CallHandle(self.handle());
        let mut call = Call::new(Call::ending(None));
        call.silent = true;
        let first = self.calls.get(&of);
        call.credentials = first.and_then(|first| first.credentials.clone());
        self.calls.insert(handle, Box::new(call));
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
        if !stopping && self.invite_for_longer(now, id, handle, response) {
            return;
        }
        let q850 = response.headers.q850_cause();
        let by_us = stopping && matches!(status, 401 | 407 | 487);
        let blocked = response.blocked_by_analytics();
        let retry_after = response.headers.retry_after();
        let failed = CallEvent::Failed {
            status,
            by_us,
            q850,
            blocked,
            text: response.words(),
            retry_after: retry_after.filter(|_| matches!(status, 500 | 503)),
        };
        self.tell(handle, failed);
        self.finish(handle);
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

    /// A call failed without a word from the other side, or with one that says no more.
    pub(super) fn tell_failed(&mut self, handle: CallHandle, status: u16, by_us: bool) {
        let event = CallEvent::Failed {
            status,
            by_us,
            q850: None,
            blocked: false,
            text: None,
            retry_after: None,
        };
        self.tell(handle, event);
    }

    /// The calling phase of a call, if its current INVITE is `id`.
    pub(super) fn calling(&mut self, handle: CallHandle, id: ClientId) -> Option<&mut Calling> {
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
