//! The callee's side: INVITEs that come in, ringing, answering, refusing, being cancelled
//! (RFC 3261 sections 9.2, 13.3).

use super::call::{Call, Phase, Ringing, Unacked, sdp_of_request};
use super::compose::{ALLOW, outline};
use super::outside::Arrived;
use super::reliable::{Reliable, is_required};
use super::{Alarm, CALLS_MAX, CallEvent, CallHandle, Endpoint, Event, Flow};
use crate::dialog::{Dialog, DialogId};
use crate::message::{Request, Response, Status};
use crate::transaction::ServerId;
use std::time::{Duration, Instant};

/// Ringing is repeated once a minute, so that no proxy takes it for dead (section 13.3.1.1).
const KEEP_RINGING: Duration = Duration::from_secs(60);

/// After this an application that neither answers nor refuses has forgotten the call.
const RINGING_MAX: Duration = Duration::from_secs(600);

impl Endpoint {
    /// An INVITE outside dialogs that passed all checks.
    pub(super) fn on_incoming(&mut self, now: Instant, arrived: Arrived, user: Option<String>) {
        if self.calls.len() >= CALLS_MAX {
            self.refuse_for_now(now, &arrived, 503);
            return;
        }
        if self.refuses_timer(now, &arrived) {
            return;
        }
        let tag = self.token();
        let Some(dialog) = Dialog::of_callee(&arrived.request, &tag, arrived.reply) else {
            self.refuse(now, &arrived, 400);
            return;
        };
        let Arrived {
            from,
            reply,
            key,
            request,
        } = arrived;
        let invite = self.servers.open(key, &request, reply);
        let trying = Response::to_request(&request, Status::TRYING);
        self.respond(now, invite, trying);
        let handle = CallHandle(self.handle());
        let offer = sdp_of_request(&request);
        let reliable = is_required(&request).then(Box::<Reliable>::default);
        let mut call = Call::new(Phase::Ringing(Box::new(Ringing {
            invite,
            request: outline(&request),
            offered: offer.is_some(),
            reliable,
            since: now,
        })));
        call.takes_update = request.headers.lists("Allow", "UPDATE");
        self.calls.insert(handle, Box::new(call));
        self.enter_dialog(handle, dialog);
        self.pending.insert(invite, handle);
        self.alarms
            .set(Alarm::KeepRinging(handle), Some(now + KEEP_RINGING));
        self.events.push_back(Event::Incoming {
            call: handle,
            from,
            user,
            request: Box::new(request),
            offer,
        });
    }

    /// Callee: 180, or 183 with early media; reliably for a caller who requires that (RFC 3262).
    pub fn ring(&mut self, now: Instant, call: CallHandle, early_sdp: Option<String>) {
        let Some((invite, request)) = self.ringing(call) else {
            return;
        };
        let code = if early_sdp.is_some() { 183 } else { 180 };
        let status = Status::new(code).expect("180 and 183 are in range");
        let mut response = self.dialog_response(call, &request, status);
        if is_required(&request) {
            self.ring_reliably(now, call, response, early_sdp);
            return;
        }
        if let Some(sdp) = early_sdp {
            response.set_body("application/sdp", sdp);
        }
        self.respond(now, invite, response);
    }

    /// Callee: 200, repeated until acknowledged.
    pub fn answer(&mut self, now: Instant, call: CallHandle, sdp: String) {
        let Some((invite, request)) = self.ringing(call) else {
            return;
        };
        if self.answer_waits(call, &sdp) {
            return;
        }
        let (offered, described) = self.described(call);
        let mut response = self.dialog_response(call, &request, Status::OK);
        self.grant_timer(now, call, &request, &mut response);
        if !described {
            // What was said reliably before is not said again (RFC 3261 section 13.2.1).
            response.set_body("application/sdp", sdp.as_str());
        }
        self.respond(now, invite, response);
        self.pending.remove(&invite);
        self.alarms.set(Alarm::KeepRinging(call), None);
        self.alarms.set(Alarm::Unpracked(call), None);
        self.set_phase(call, Phase::Up);
        if let Some(state) = self.calls.get_mut(&call) {
            state.local_sdp = Some(sdp.into());
        }
        let offers = !offered && !described;
        self.await_ack(now, call, invite, &request, (true, offers));
    }

    /// Whether the INVITE of a ringing call described the session, and whether we have.
    fn described(&self, handle: CallHandle) -> (bool, bool) {
        match self.calls.get(&handle).map(|call| &call.phase) {
            Some(Phase::Ringing(ringing)) => {
                let reliable = ringing.reliable.as_ref();
                let described = reliable.is_some_and(|reliable| reliable.described);
                (ringing.offered, described)
            }
            _ => (false, false),
        }
    }

    /// Callee: refuses the call with a final status from 300.
    pub fn reject(&mut self, now: Instant, call: CallHandle, status: Status) {
        let status = if status.code() < 300 {
            Status::new(480).expect("480 is in range")
        } else {
            status
        };
        if self.end_ringing(now, call, status, None) {
            self.tell_failed(call, status.code(), true);
            self.finish(call);
        }
    }

    /// Sends the final refusal of a ringing call; says whether it was ringing.
    pub(super) fn end_ringing(
        &mut self,
        now: Instant,
        call: CallHandle,
        status: Status,
        reason: Option<&str>,
    ) -> bool {
        let Some((invite, request)) = self.ringing(call) else {
            return false;
        };
        let mut response = self.dialog_response(call, &request, status);
        if let Some(reason) = reason {
            let _ = response.headers.try_push("Reason", reason);
        }
        self.drop_offered(now, call);
        self.respond(now, invite, response);
        self.pending.remove(&invite);
        true
    }

    /// A CANCEL came (section 9.2).
    pub(super) fn on_cancel(&mut self, now: Instant, arrived: &Arrived) {
        let Some((invite, answered)) = self.servers.find(&arrived.key.of_cancelled_invite()) else {
            self.refuse(now, arrived, 481);
            return;
        };
        let call = self.pending.get(&invite).copied();
        let mut ok = self.response(&arrived.request, Status::OK);
        if let Some(call) = call {
            self.tag(call, &arrived.request, &mut ok);
        }
        let server = self
            .servers
            .open(arrived.key.clone(), &arrived.request, arrived.reply);
        self.respond(now, server, ok);
        let Some(call) = call.filter(|_| !answered) else {
            return;
        };
        let terminated = Status::new(487).expect("487 is in range");
        if self.end_ringing(now, call, terminated, None) {
            self.tell(call, CallEvent::Cancelled);
            self.finish(call);
        } else {
            self.drop_offered(now, call);
        }
    }

    pub(super) fn on_keep_ringing(&mut self, now: Instant, handle: CallHandle) {
        let Some(Phase::Ringing(ringing)) = self.calls.get(&handle).map(|call| &call.phase) else {
            return;
        };
        if now >= ringing.since + RINGING_MAX {
            self.reject(now, handle, Status::new(480).expect("480 is in range"));
            return;
        }
        if let Some(latest) = self.servers.latest(ringing.invite) {
            self.transmits.push_back(latest);
        }
        self.alarms
            .set(Alarm::KeepRinging(handle), Some(now + KEEP_RINGING));
    }

    /// Repeats the 2xx just sent to the INVITE of `server` until its ACK comes.
    pub(super) fn await_ack(
        &mut self,
        now: Instant,
        handle: CallHandle,
        server: ServerId,
        request: &Request,
        (first, offers): (bool, bool),
    ) {
        let timers = self.config.timers;
        let Some(transmit) = self.servers.latest(server) else {
            return;
        };
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        call.unacked = Some(Unacked {
            cseq: request.headers.cseq().map_or(0, |cseq| cseq.number),
            transmit,
            interval: timers.t1,
            repeat_at: now + timers.t1,
            give_up_at: now + timers.timeout,
            first,
            offers,
        });
        self.alarms
            .set(Alarm::Unacked(handle), Some(now + timers.t1));
    }

    pub(super) fn on_unacked(&mut self, now: Instant, handle: CallHandle) {
        let t2 = self.config.timers.t2;
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Some(unacked) = &mut call.unacked else {
            return;
        };
        if unacked.give_up_at <= now {
            call.unacked = None;
            self.on_never_acked(now, handle);
            return;
        }
        if unacked.repeat_at <= now {
            self.transmits.push_back(unacked.transmit.clone());
            unacked.interval = (unacked.interval * 2).min(t2);
            unacked.repeat_at = now + unacked.interval;
        }
        let next = unacked.repeat_at.min(unacked.give_up_at);
        self.alarms.set(Alarm::Unacked(handle), Some(next));
    }

    /// The INVITE and request of a call that rings.
    fn ringing(&self, handle: CallHandle) -> Option<(ServerId, Request)> {
        match &self.calls.get(&handle)?.phase {
            Phase::Ringing(ringing) => Some((ringing.invite, ringing.request.clone())),
            Phase::Calling(_) | Phase::Up | Phase::Ending(_) => None,
        }
    }

    /// A response within the dialog of a call: its To tag, our Contact, the route as it came.
    pub(super) fn dialog_response(
        &mut self,
        handle: CallHandle,
        request: &Request,
        status: Status,
    ) -> Response {
        let mut response = self.response(request, status);
        self.tag(handle, request, &mut response);
        if status.code() < 300 {
            for route in request.headers.get_all("Record-Route") {
                response.headers.push("Record-Route", route);
            }
            if let Some(flow) = self.flow_of(handle, request) {
                let user = request.uri.user_decoded();
                let contact = self.contact(user.as_deref(), flow, &request.uri.scheme);
                response.headers.push("Contact", contact);
            }
            response.headers.push("Allow", ALLOW);
            response.headers.push("Supported", self.supported());
        }
        response
    }

    /// How the dialog of a request began.
    fn flow_of(&mut self, handle: CallHandle, request: &Request) -> Option<Flow> {
        let call = self.calls.get_mut(&handle)?;
        if let Some(dialog) = &call.dialog {
            return Some(dialog.flow);
        }
        let id = DialogId::of_request(request)?;
        call.dialog_mut(&id).map(|dialog| dialog.flow)
    }

    /// Puts the tag of our side of the dialog into To.
    fn tag(&self, handle: CallHandle, request: &Request, response: &mut Response) {
        let dialog = self
            .calls
            .get(&handle)
            .and_then(|call| call.dialog.as_ref());
        if let (Some(dialog), Ok(mut to)) = (dialog, request.headers.to()) {
            to.set_tag(&dialog.id.local_tag);
            response.headers.set("To", to.to_string());
        }
    }

    /// Sends a response of ours.
    pub(super) fn respond(&mut self, now: Instant, server: ServerId, response: Response) -> bool {
        self.servers
            .respond(now, &mut self.transmits, server, response)
    }
}
