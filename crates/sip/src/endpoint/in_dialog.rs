//! Inside a dialog: hanging up either way, and what else arrives there (RFC 3261 sections 12.2, 15).

use super::call::{Call, Owner, Phase, Stop, sdp_of_request};
use super::outside::{Arrived, lacks_extension};
use super::{Alarm, CallEvent, CallHandle, EndedBy, Endpoint};
use crate::dialog::DialogId;
use crate::message::{Method, Request, Response, Status};
use crate::transaction::ClientId;
use std::time::Instant;

impl Endpoint {
    /// Ends a call whatever its state: CANCEL before the answer (once a 1xx allows it), BYE after;
    /// a refusal if it came in and was not answered. `reason` is the value of a Reason header.
    /// Harmless twice.
    pub fn hang_up(&mut self, now: Instant, call: CallHandle, reason: Option<&str>) {
        let Some(state) = self.calls.get(&call) else {
            return;
        };
        match &state.phase {
            Phase::Calling(_) => {
                let reason = reason.map(str::to_owned);
                self.stop_calling(now, call, Stop::HangUp { reason });
            }
            Phase::Ringing(_) => {
                let declined = Status::new(603).expect("603 is in range");
                self.end_ringing(now, call, declined, reason);
                self.tell_failed(call, declined.code(), true);
                self.finish(call);
            }
            Phase::Up => {
                let may_bye = state.unacked.is_none();
                self.drop_offered(now, call);
                self.tell_ended(call, EndedBy::Us, None);
                if may_bye {
                    self.set_phase(call, Call::ending(None));
                    self.send_bye(now, call, reason);
                } else {
                    let waiting = Some(reason.map(str::to_owned));
                    self.set_phase(call, Call::ending(waiting));
                }
            }
            Phase::Ending(_) => {}
        }
    }

    pub(super) fn send_bye(&mut self, now: Instant, handle: CallHandle, reason: Option<&str>) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let Some(dialog) = &mut call.dialog else {
            return;
        };
        let flow = dialog.next_hop();
        let mut bye = dialog.request(Method::Bye);
        if let Some(reason) = reason {
            let _ = bye.headers.try_push("Reason", reason);
        }
        self.stamp(&mut bye, flow);
        let owner = Owner::Bye(handle);
        self.clients
            .start(now, &mut self.transmits, bye, flow, owner);
    }

    pub(super) fn on_bye_response(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) {
        if response.status.is_final() && !self.bye_again(now, id, handle, response) {
            self.finish_unless_referring(now, handle);
        }
    }

    /// Answers the challenge to a BYE; says whether that was done.
    fn bye_again(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) -> bool {
        let Some(call) = self.calls.get(&handle) else {
            return false;
        };
        let (Some(credentials), Phase::Ending(ending)) = (call.credentials.clone(), &call.phase)
        else {
            return false;
        };
        let mut answered = ending.answered;
        let again = self.authorized(id, response, &credentials, &mut answered);
        let Some((mut again, flow)) = again else {
            return false;
        };
        self.stamp(&mut again, flow);
        if let Some(call) = self.calls.get_mut(&handle)
            && let Phase::Ending(ending) = &mut call.phase
        {
            ending.answered = answered;
        }
        let owner = Owner::Bye(handle);
        self.clients
            .start(now, &mut self.transmits, again, flow, owner);
        true
    }

    /// Our 2xx was never acknowledged: the other side is gone or deaf (section 13.3.1.4).
    pub(super) fn on_never_acked(&mut self, now: Instant, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let reason = match &mut call.phase {
            Phase::Ending(ending) => match ending.waiting.take() {
                Some(reason) => reason,
                None => return,
            },
            Phase::Calling(_) | Phase::Ringing(_) | Phase::Up => None,
        };
        self.tell_ended(handle, EndedBy::Failure, None);
        self.drop_offered(now, handle);
        self.set_phase(handle, Call::ending(None));
        self.send_bye(now, handle, reason.as_deref());
    }

    /// An ACK that belongs to a 2xx of ours.
    pub(super) fn on_ack(&mut self, now: Instant, request: &Request) {
        let handle = DialogId::of_request(request).and_then(|id| self.dialogs.get(&id).copied());
        let Some((handle, call)) =
            handle.and_then(|handle| Some((handle, self.calls.get_mut(&handle)?)))
        else {
            return;
        };
        let cseq = request.headers.cseq().map_or(0, |cseq| cseq.number);
        let Some(unacked) = call.unacked.take_if(|unacked| unacked.cseq == cseq) else {
            return;
        };
        let waiting = match &mut call.phase {
            Phase::Ending(ending) => ending.waiting.take(),
            Phase::Calling(_) | Phase::Ringing(_) | Phase::Up => None,
        };
        self.alarms.set(Alarm::Unacked(handle), None);
        if unacked.first {
            self.tell(handle, CallEvent::Confirmed);
        }
        let sdp = sdp_of_request(request).filter(|_| unacked.offers);
        if sdp.is_some() {
            self.tell(handle, CallEvent::OfferAnswered { sdp });
        }
        match waiting {
            Some(reason) => self.send_bye(now, handle, reason.as_deref()),
            None => self.go_on_renewing(now, handle),
        }
    }

    /// A request inside the dialog of a call.
    pub(super) fn on_dialog_request(&mut self, now: Instant, handle: CallHandle, arrived: Arrived) {
        if !self.takes_cseq(handle, &arrived.request) {
            self.refuse(now, &arrived, 500);
            return;
        }
        let request = &arrived.request;
        let phase = self.calls.get(&handle).map(|call| &call.phase);
        let over = matches!(phase, None | Some(Phase::Ending(_)));
        let calling = matches!(phase, Some(Phase::Calling(_)));
        match request.method {
            // Whom we call may refuse, but not hang up (section 15).
            Method::Bye if calling => self.refuse(now, &arrived, 481),
            Method::Bye => self.on_bye(now, handle, &arrived),
            _ if over => self.refuse(now, &arrived, 481),
            _ if lacks_extension(request) => self.refuse_extension(now, &arrived),
            Method::Invite => self.on_reinvite(now, handle, arrived),
            Method::Update => self.on_update(now, handle, arrived),
            Method::Prack => self.on_prack(now, handle, arrived),
            Method::Refer => self.on_refer(now, handle, arrived),
            Method::Info => self.on_info(now, handle, &arrived),
            // Of a subscription that is not there (RFC 6665 section 4.1.3).
            Method::Notify => self.refuse(now, &arrived, 481),
            Method::Options => {
                let ok = self.dialog_response(handle, &arrived.request, Status::OK);
                self.answer_at_once(now, &arrived, ok);
            }
            _ => self.refuse_method(now, &arrived),
        }
    }

    /// Keeps the order of their requests (section 12.2.2).
    fn takes_cseq(&mut self, handle: CallHandle, request: &Request) -> bool {
        let call = self
            .calls
            .get_mut(&handle)
            .zip(DialogId::of_request(request));
        let Some(dialog) = call.and_then(|(call, id)| call.dialog_mut(&id)) else {
            return true;
        };
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        if dialog.remote_cseq.is_some_and(|latest| number <= latest) {
            return false;
        }
        dialog.remote_cseq = Some(number);
        true
    }

    fn on_bye(&mut self, now: Instant, handle: CallHandle, arrived: &Arrived) {
        let ok = self.response(&arrived.request, Status::OK);
        self.answer_at_once(now, arrived, ok);
        self.drop_offered(now, handle);
        let terminated = Status::new(487).expect("487 is in range");
        if self.end_ringing(now, handle, terminated, None) {
            self.tell(handle, CallEvent::Cancelled);
        } else {
            let q850 = arrived.request.headers.q850_cause();
            self.tell_ended(handle, EndedBy::Remote, q850);
        }
        self.finish_unless_referring(now, handle);
    }

    pub(super) fn tell_ended(&mut self, handle: CallHandle, by: EndedBy, q850: Option<u16>) {
        self.tell(handle, CallEvent::Ended { by, q850 });
    }
}
