//! What comes of a change of ours: its answer and the ACK, another try, or the end of a call that the
//! other side does not know any more (RFC 3261 sections 12.2.1.2 and 14.1).

use super::call::{Call, Phase, sdp_of_response};
use super::{Alarm, CallEvent, CallHandle, EndedBy, Endpoint, Transmit};
use crate::dialog::DialogId;
use crate::message::{Message, Method, Request, Response};
use crate::transaction::ClientId;
use rand::Rng;
use std::time::{Duration, Instant};

/// How often one change is tried: a far side that always has another one under way has won.
const TRIES_MAX: u8 = 6;

/// A far side that wants to be asked again later than this is not asked again.
const RETRY_AFTER_MAX: u32 = 10;

impl Endpoint {
    pub(super) fn on_renewal_response(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) {
        if response.status.is_provisional() {
            return;
        }
        if response.status.is_success() && !self.acknowledge_renewal(id, response) {
            return;
        }
        let is_current = self
            .renewal_mut(handle)
            .is_some_and(|renewal| renewal.client == Some(id));
        if !is_current {
            return;
        }
        match response.status.code() {
            200..300 => self.on_renewed(now, id, handle, response),
            401 | 407 if self.renew_again(now, id, handle, response) => {}
            422 if self.raise_min_se(handle, response) => self.retry_renewal(now, handle, None),
            491 => {
                let wait = self.glare_wait(handle);
                self.retry_renewal(now, handle, Some(wait));
            }
            // RFC 3261 section 12.2.1.2: there is no such dialog any more.
            408 | 481 => self.end_lapsed(now, handle),
            405 | 501 if self.is_update(id) => {
                if let Some(call) = self.calls.get_mut(&handle) {
                    call.takes_update = false;
                }
                self.retry_renewal(now, handle, None);
            }
            status => match response.headers.retry_after() {
                Some(seconds) if status >= 500 && seconds <= RETRY_AFTER_MAX => {
                    let wait = Duration::from_secs(seconds.into());
                    self.retry_renewal(now, handle, Some(wait));
                }
                _ => self.on_renewal_refused(now, handle, status),
            },
        }
    }

    /// Nothing came (RFC 3261 section 12.2.1.2), or nothing could be sent.
    pub(super) fn on_renewal_lost(&mut self, now: Instant, handle: CallHandle, status: u16) {
        match status {
            408 => self.end_lapsed(now, handle),
            _ => self.on_renewal_refused(now, handle, status),
        }
    }

    fn on_renewed(&mut self, now: Instant, id: ClientId, handle: CallHandle, response: &Response) {
        let sent = self.clients.request(id);
        let dialog = sent.and_then(|sent| DialogId::of_own(&sent));
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let renewal = call.renewal.take();
        let contacts = response.headers.contacts().unwrap_or_default();
        if let Some(dialog) = dialog.and_then(|id| call.dialog_mut(&id)) {
            dialog.refresh_target(contacts.first());
        }
        let offer = renewal.and_then(|renewal| renewal.offer);
        let offered = offer.is_some();
        if let Some(offer) = offer {
            call.local_sdp = Some(offer);
        }
        let sdp = sdp_of_response(response);
        self.take_timer(now, handle, response);
        if offered || sdp.is_some() {
            self.tell(handle, CallEvent::OfferAnswered { sdp });
        }
        self.begin_next_offer(now, handle);
    }

    fn on_renewal_refused(&mut self, now: Instant, handle: CallHandle, status: u16) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let renewal = call.renewal.take();
        // A refresh that failed is nothing yet: when the interval is over, so is the session.
        if renewal.is_some_and(|renewal| renewal.offer.is_some()) {
            self.tell(handle, CallEvent::OfferRefused { status });
        }
        self.begin_next_offer(now, handle);
    }

    fn begin_next_offer(&mut self, now: Instant, handle: CallHandle) {
        let call = self.calls.get_mut(&handle);
        if let Some(offer) = call.and_then(|call| call.next_offer.take()) {
            self.reoffer(now, handle, offer.into());
        }
    }

    /// Tries again, now or after a while; not for ever.
    fn retry_renewal(&mut self, now: Instant, handle: CallHandle, wait: Option<Duration>) {
        let Some(renewal) = self.renewal_mut(handle) else {
            return;
        };
        renewal.client = None;
        renewal.wait = wait.is_some();
        if renewal.tries >= TRIES_MAX {
            self.on_renewal_refused(now, handle, 491);
            return;
        }
        match wait {
            Some(wait) => self.alarms.set(Alarm::Renewal(handle), Some(now + wait)),
            None => self.go_on_renewing(now, handle),
        }
    }

    /// How long to wait after both sides changed the session at once, in steps of 10 ms: whoever
    /// made the Call-ID the longer (RFC 3261 section 14.1).
    fn glare_wait(&mut self, handle: CallHandle) -> Duration {
        let is_ours = self.calls.get(&handle).is_some_and(|call| call.is_caller);
        let (first, steps) = if is_ours { (210, 191) } else { (0, 201) };
        Duration::from_millis(10 * (first + self.rng.next_u64() % steps))
    }

    fn renew_again(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) -> bool {
        let Some(call) = self.calls.get(&handle) else {
            return false;
        };
        let (Some(credentials), Some(renewal)) = (call.credentials.clone(), &call.renewal) else {
            return false;
        };
        let mut answered = renewal.answered;
        let again = self.authorized(id, response, &credentials, &mut answered);
        let Some((again, flow)) = again else {
            return false;
        };
        let number = again.headers.cseq().map_or(0, |cseq| cseq.number);
        if let Some(call) = self.calls.get_mut(&handle) {
            if let Some(renewal) = &mut call.renewal {
                renewal.answered = answered;
            }
            if let Some(dialog) = &mut call.dialog {
                dialog.local_cseq = dialog.local_cseq.max(number);
            }
        }
        self.send_renewal(now, handle, again, flow);
        true
    }

    /// Sends the ACK of a 2xx to a re-INVITE, also where the call is over meanwhile. Says whether the
    /// response is new.
    fn acknowledge_renewal(&mut self, id: ClientId, response: &Response) -> bool {
        let Some(request) = self.clients.request(id) else {
            return false;
        };
        if request.method != Method::Invite {
            return true;
        }
        let tag = request.headers.to().ok();
        let tag = tag.as_ref().and_then(|to| to.tag()).unwrap_or("");
        if let Some(ack) = self.clients.ack_of(id, tag) {
            self.transmits.push_back(ack.clone());
            return false;
        }
        let Some(flow) = self.clients.flow(id) else {
            return false;
        };
        // Inside a dialog the route is as it was, and only the target may be another.
        let contacts = response.headers.contacts().unwrap_or_default();
        let uri = match contacts.into_iter().next() {
            Some(contact) if !request.headers.contains("Route") => contact.uri,
            _ => request.uri.clone(),
        };
        let mut ack = Request::new(Method::Ack, uri);
        ack.uri.headers.clear();
        let cseq = request.headers.cseq().map_or(1, |cseq| cseq.number);
        ack.headers.push("Max-Forwards", "70");
        for name in ["Route", "From", "To", "Call-ID"] {
            for value in request.headers.get_all(name) {
                ack.headers.push(name, value);
            }
        }
        ack.headers.push("CSeq", format!("{cseq} ACK"));
        for name in ["Authorization", "Proxy-Authorization"] {
            for value in request.headers.get_all(name) {
                ack.headers.push(name, value);
            }
        }
        self.stamp(&mut ack, flow);
        let bytes = Message::Request(ack).to_bytes();
        let transmit = Transmit { flow, bytes };
        self.clients.remember_ack(id, tag, transmit.clone());
        self.transmits.push_back(transmit);
        true
    }

    /// The far side does not know the call, or is not there: it is over, for us as well.
    pub(super) fn end_lapsed(&mut self, now: Instant, handle: CallHandle) {
        let is_up = self
            .calls
            .get(&handle)
            .is_some_and(|call| matches!(call.phase, Phase::Up));
        if !is_up {
            return;
        }
        self.drop_offered(now, handle);
        self.tell_ended(handle, EndedBy::Failure, None);
        self.set_phase(handle, Call::ending(None));
        self.send_bye(now, handle, None);
    }

    fn is_update(&self, id: ClientId) -> bool {
        self.clients
            .request(id)
            .is_some_and(|request| request.method == Method::Update)
    }
}
