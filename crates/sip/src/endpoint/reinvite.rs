//! What the other side changes in a session: re-INVITE (RFC 3261 section 14.2) and UPDATE (RFC 3311
//! section 5.2), and who has to wait when both change it at once.

use super::call::{Offered, Phase, sdp_of_request};
use super::compose::outline;
use super::outside::Arrived;
use super::{CallEvent, CallHandle, Endpoint};
use crate::dialog::DialogId;
use crate::message::{Method, Request, Response, Status};
use std::time::Instant;

/// Whether a new offer can be taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Theirs,
    /// One of theirs is not answered yet: 500, and later.
    Overlaps,
    /// One of ours is not: 491, and each tries again after a time of its own.
    Glare,
}

impl Endpoint {
    /// A re-INVITE.
    pub(super) fn on_reinvite(&mut self, now: Instant, handle: CallHandle, arrived: Arrived) {
        let Some(call) = self.calls.get(&handle) else {
            return;
        };
        let changing = call.renewal.as_ref().is_some_and(|ours| ours.offers());
        let turn = match &call.phase {
            Phase::Calling(_) => Turn::Glare,
            Phase::Ringing(_) => Turn::Overlaps,
            Phase::Up | Phase::Ending(_) if call.offered.is_some() => Turn::Overlaps,
            // A 200 of ours without its ACK is an INVITE that is not over either.
            Phase::Up | Phase::Ending(_) if changing || call.unacked.is_some() => Turn::Glare,
            Phase::Up | Phase::Ending(_) => Turn::Theirs,
        };
        self.take_offer(now, handle, arrived, turn);
    }

    /// An UPDATE. One without offer only refreshes the target and the session, and may come any time.
    pub(super) fn on_update(&mut self, now: Instant, handle: CallHandle, arrived: Arrived) {
        if sdp_of_request(&arrived.request).is_none() {
            if self.refuses_timer(now, &arrived) {
                return;
            }
            self.refresh_target(handle, &arrived.request);
            let mut ok = self.dialog_response(handle, &arrived.request, Status::OK);
            self.grant_timer(now, handle, &arrived.request, &mut ok);
            self.answer_at_once(now, &arrived, ok);
            return;
        }
        let id = DialogId::of_request(&arrived.request);
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let changing = call.renewal.as_ref().is_some_and(|ours| ours.offers());
        let agreed = id
            .and_then(|id| call.early_mut(&id))
            .is_some_and(|early| early.answered);
        let offers = call.unacked.as_ref().is_some_and(|unacked| unacked.offers);
        let turn = match &call.phase {
            _ if call.offered.is_some() => Turn::Overlaps,
            _ if changing || offers => Turn::Glare,
            // Our INVITE has an offer, and so far no answer.
            Phase::Calling(_) if !agreed => Turn::Glare,
            Phase::Ringing(ringing) if !ringing.has_agreed() && ringing.offered => Turn::Overlaps,
            Phase::Ringing(ringing) if !ringing.has_agreed() => Turn::Glare,
            Phase::Calling(_) | Phase::Ringing(_) | Phase::Up | Phase::Ending(_) => Turn::Theirs,
        };
        self.take_offer(now, handle, arrived, turn);
    }

    fn take_offer(&mut self, now: Instant, handle: CallHandle, arrived: Arrived, turn: Turn) {
        match turn {
            Turn::Overlaps => {
                self.refuse_overlapping(now, &arrived);
                return;
            }
            Turn::Glare => {
                self.refuse(now, &arrived, 491);
                return;
            }
            Turn::Theirs if self.refuses_timer(now, &arrived) => return,
            Turn::Theirs => {}
        }
        let Arrived {
            reply,
            key,
            request,
            ..
        } = arrived;
        let server = self.servers.open(key, &request, reply);
        if request.method == Method::Invite {
            let trying = Response::to_request(&request, Status::TRYING);
            self.respond(now, server, trying);
            self.pending.insert(server, handle);
        }
        let offer = sdp_of_request(&request);
        if let Some(call) = self.calls.get_mut(&handle) {
            call.offered = Some(Box::new(Offered {
                server,
                request: outline(&request),
                offer: offer.as_deref().map(Into::into),
            }));
        }
        self.tell(handle, CallEvent::Reinvite { offer });
    }

    /// Answers `CallEvent::Reinvite`; `None` refuses with 488 and leaves the session as it was.
    pub fn answer_reinvite(&mut self, now: Instant, call: CallHandle, sdp: Option<String>) {
        let state = self.calls.get_mut(&call);
        let Some(offered) = state.and_then(|state| state.offered.take()) else {
            return;
        };
        self.pending.remove(&offered.server);
        let request = &offered.request;
        let Some(sdp) = sdp else {
            let refused = Status::new(488).expect("488 is in range");
            let response = self.dialog_response(call, request, refused);
            self.respond(now, offered.server, response);
            self.go_on_renewing(now, call);
            return;
        };
        let mut response = self.dialog_response(call, request, Status::OK);
        if request.method != Method::Prack {
            self.refresh_target(call, request);
            self.grant_timer(now, call, request, &mut response);
        }
        response.set_body("application/sdp", sdp.as_str());
        self.respond(now, offered.server, response);
        let offers = offered.offer.is_none();
        self.note_session(call, request, offered.offer.clone(), sdp);
        if request.method == Method::Invite {
            self.await_ack(now, call, offered.server, request, (false, offers));
        }
        self.go_on_renewing(now, call);
    }

    /// Both sides of a session as it is now.
    fn note_session(
        &mut self,
        handle: CallHandle,
        request: &Request,
        theirs: Option<Box<str>>,
        ours: String,
    ) {
        let named = self
            .calls
            .get_mut(&handle)
            .zip(DialogId::of_request(request));
        let Some((call, id)) = named else {
            return;
        };
        match call.early_mut(&id) {
            Some(early) => early.sdp = theirs,
            None => call.local_sdp = Some(ours.into()),
        }
    }

    /// Ends a new offer that will not be answered any more.
    pub(super) fn drop_offered(&mut self, now: Instant, handle: CallHandle) {
        let call = self.calls.get_mut(&handle);
        let Some(offered) = call.and_then(|call| call.offered.take()) else {
            return;
        };
        self.pending.remove(&offered.server);
        let terminated = Status::new(487).expect("487 is in range");
        let response = self.dialog_response(handle, &offered.request, terminated);
        self.respond(now, offered.server, response);
    }

    /// Takes over their Contact.
    fn refresh_target(&mut self, handle: CallHandle, request: &Request) {
        let contacts = request.headers.contacts().unwrap_or_default();
        let call = self.calls.get_mut(&handle);
        let named = call.zip(DialogId::of_request(request));
        if let Some(dialog) = named.and_then(|(call, id)| call.dialog_mut(&id)) {
            dialog.refresh_target(contacts.first());
        }
    }
}
