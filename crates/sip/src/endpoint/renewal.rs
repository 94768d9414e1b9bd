//! What we change in a session that is up: a new offer by re-INVITE, or by UPDATE before the answer
//! (RFC 3261 section 14.1, RFC 3311 section 5.1), and the refreshes of RFC 4028. One at a time;
//! whatever stands in the way of one delays it.

use super::call::{Call, Challenges, Owner, Phase};
use super::compose::ALLOW;
use super::{CallHandle, Endpoint};
use crate::dialog::DialogId;
use crate::message::{Method, Request};
use crate::transaction::ClientId;
use std::time::Instant;

/// A change of ours that is under way or waits to be.
#[derive(Debug)]
pub(super) struct Renewal {
    /// The new offer; `None`: all stays as it is, and is only said again.
    pub(super) offer: Option<Box<str>>,
    /// The request out there, if one is.
    pub(super) client: Option<ClientId>,
    /// Whether that describes the session.
    describes: bool,
    /// Whether the alarm says when to try again.
    pub(super) wait: bool,
    pub(super) tries: u8,
    pub(super) answered: Challenges,
}

impl Renewal {
    pub(super) fn of(offer: Option<Box<str>>) -> Self {
        Self {
            offer,
            client: None,
            describes: false,
            wait: false,
            tries: 0,
            answered: Challenges::default(),
        }
    }

    /// Whether it waits for its answer.
    pub(super) fn is_out(&self) -> bool {
        self.client.is_some()
    }

    /// Whether it describes the session, so that nobody else may before it is answered.
    pub(super) fn offers(&self) -> bool {
        self.is_out() && self.describes
    }
}

impl Endpoint {
    /// Offers another session within a call: hold, resume, other codecs. `OfferAnswered` or
    /// `OfferRefused` tells what came of it, unless the call ends before. A later offer takes the place
    /// of one that could not leave yet.
    pub fn reoffer(&mut self, now: Instant, call: CallHandle, sdp: String) {
        let Some(state) = self.calls.get_mut(&call) else {
            return;
        };
        match &mut state.renewal {
            Some(renewal) if renewal.is_out() => state.next_offer = Some(sdp.into()),
            Some(renewal) => renewal.offer = Some(sdp.into()),
            None => state.renewal = Some(Box::new(Renewal::of(Some(sdp.into())))),
        }
        self.go_on_renewing(now, call);
    }

    /// Says again that the session is there (RFC 4028 section 10).
    pub(super) fn refresh(&mut self, now: Instant, handle: CallHandle) {
        if let Some(call) = self.calls.get_mut(&handle)
            && call.renewal.is_none()
        {
            call.renewal = Some(Box::new(Renewal::of(None)));
            self.go_on_renewing(now, handle);
        }
    }

    pub(super) fn on_renewal_due(&mut self, now: Instant, handle: CallHandle) {
        let call = self.calls.get_mut(&handle);
        if let Some(renewal) = call.and_then(|call| call.renewal.as_mut()) {
            renewal.wait = false;
            self.go_on_renewing(now, handle);
        }
    }

    /// Sends what waits, if nothing is in its way any more: no INVITE without its ACK, no offer
    /// without its answer, either way (RFC 3261 section 14.1, RFC 3264 section 4).
    pub(super) fn go_on_renewing(&mut self, now: Instant, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let blocked = call.unacked.is_some() || call.offered.is_some();
        let Some(renewal) = &call.renewal else { return };
        if blocked || renewal.wait || renewal.is_out() {
            return;
        }
        let offer = renewal.offer.clone();
        let Some((id, takes_update)) = call.renewable() else {
            // Not answered, and no fork has agreed on a session that could be changed.
            if !matches!(call.phase, Phase::Ringing(_) | Phase::Calling(_)) {
                call.renewal = None;
            }
            return;
        };
        let is_up = matches!(call.phase, Phase::Up);
        // RFC 3311 section 5.1: a person may have to be asked about an offer, for which UPDATE has no
        // time; a mere refresh goes by it (RFC 4028 section 7.4).
        let method = if is_up && (offer.is_some() || !takes_update) {
            Method::Invite
        } else {
            Method::Update
        };
        let body = match (&method, offer) {
            (Method::Invite, None) => call.local_sdp.clone(),
            (_, offer) => offer,
        };
        let Some(dialog) = call.dialog_mut(&id) else {
            return;
        };
        let flow = dialog.next_hop();
        let mut request = dialog.request(method);
        let (user, begun) = (dialog.local.uri.user_decoded(), dialog.flow);
        let contact = self.contact(user.as_deref(), begun, &request.uri.scheme);
        request.headers.push("Contact", contact);
        request.headers.push("Allow", ALLOW);
        self.push_timer(handle, &mut request);
        if let Some(body) = body {
            request.set_body("application/sdp", body.as_ref());
        }
        self.send_renewal(now, handle, request, flow);
    }

    pub(super) fn send_renewal(
        &mut self,
        now: Instant,
        handle: CallHandle,
        mut request: Request,
        flow: super::Flow,
    ) {
        self.stamp(&mut request, flow);
        let describes = !request.body.is_empty() || request.method == Method::Invite;
        let owner = Owner::Renewal(handle);
        let client = self
            .clients
            .start(now, &mut self.transmits, request, flow, owner);
        if let Some(renewal) = self.renewal_mut(handle) {
            renewal.client = Some(client);
            renewal.describes = describes;
            renewal.tries += 1;
        }
    }

    pub(super) fn renewal_mut(&mut self, handle: CallHandle) -> Option<&mut Renewal> {
        self.calls.get_mut(&handle)?.renewal.as_deref_mut()
    }
}

impl Call {
    /// The dialog whose session can be changed now, and whether its other side takes UPDATE: the one
    /// that is up, else the one that has answered our offer reliably and takes UPDATE.
    fn renewable(&self) -> Option<(DialogId, bool)> {
        match &self.phase {
            Phase::Up => Some((self.dialog.as_ref()?.id.clone(), self.takes_update)),
            Phase::Calling(calling) => {
                let mut forks = calling.early.iter();
                let agreed = forks.find(|early| early.answered && early.takes_update)?;
                Some((agreed.dialog.id.clone(), true))
            }
            Phase::Ringing(ringing) => {
                let agreed = ringing.has_agreed() && self.takes_update;
                let dialog = self.dialog.as_ref().filter(|_| agreed)?;
                Some((dialog.id.clone(), true))
            }
            Phase::Ending(_) => None,
        }
    }
}
