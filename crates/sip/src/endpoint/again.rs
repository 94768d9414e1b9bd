//! An INVITE or PRACK of ours that is sent again because it was asked for more: digest (RFC 3261 section
//! 22), or a longer session (RFC 4028 section 7.3).

use super::call::{Challenges, Owner, Phase};
use super::{CallHandle, Endpoint};
use crate::dialog::DialogId;
use crate::message::{Request, Response};
use crate::transaction::ClientId;
use std::time::Instant;

impl Endpoint {
    /// Answers a challenge to an INVITE; says whether there was one that can be answered.
    pub(super) fn invite_again(
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
        let mut answered = calling.answered;
        let again = self.authorized(id, response, &credentials, &mut answered);
        let Some((again, _)) = again else {
            return false;
        };
        self.resend_invite(now, id, handle, again);
        if let Some(Phase::Calling(calling)) = self.calls.get_mut(&handle).map(|c| &mut c.phase) {
            calling.answered = answered;
        }
        true
    }

    /// Asks for a session that lasts as long as a 422 wants; says whether that can be done.
    pub(super) fn invite_for_longer(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) -> bool {
        if response.status.code() != 422 || !self.raise_min_se(handle, response) {
            return false;
        }
        let Some(mut again) = self.clients.request(id) else {
            return false;
        };
        for name in ["Via", "User-Agent", "Session-Expires", "Min-SE"] {
            again.headers.remove(name);
        }
        let number = again.headers.cseq().map_or(1, |cseq| cseq.number) + 1;
        again.headers.set("CSeq", format!("{number} INVITE"));
        self.push_timer(handle, &mut again);
        self.resend_invite(now, id, handle, again);
        true
    }

    /// Sends the next INVITE of a call instead of the one refused, whose forks are over.
    fn resend_invite(
        &mut self,
        now: Instant,
        refused: ClientId,
        handle: CallHandle,
        mut again: Request,
    ) {
        let Some(flow) = self.clients.flow(refused) else {
            return;
        };
        self.stamp(&mut again, flow);
        let cseq = again.headers.cseq().map_or(1, |cseq| cseq.number);
        let owner = Owner::Invite(handle);
        let invite = self
            .clients
            .start(now, &mut self.transmits, again, flow, owner);
        self.drop_early(handle);
        if let Some(calling) = self.calling(handle, refused) {
            calling.invite = invite;
            calling.cseq = cseq;
            calling.provisional = false;
        }
    }

    /// What came of a PRACK is told by the INVITE; but a challenge to it has to be answered, once.
    pub(super) fn on_prack_response(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) {
        let Some(request) = self.clients.request(id) else {
            return;
        };
        let tried = |name| request.headers.contains(name);
        let Some(call) = self.calls.get(&handle) else {
            return;
        };
        let Some(credentials) = call.credentials.clone() else {
            return;
        };
        if tried("Authorization") || tried("Proxy-Authorization") {
            return;
        }
        let mut answered = Challenges::default();
        let again = self.authorized(id, response, &credentials, &mut answered);
        let Some((mut again, flow)) = again else {
            return;
        };
        let number = again.headers.cseq().map_or(0, |cseq| cseq.number);
        let call = self.calls.get_mut(&handle);
        let named = DialogId::of_own(&again);
        let dialog = call.zip(named).and_then(|(call, id)| call.dialog_mut(&id));
        if let Some(dialog) = dialog {
            dialog.local_cseq = dialog.local_cseq.max(number);
        }
        self.stamp(&mut again, flow);
        let owner = Owner::Prack(handle);
        self.clients
            .start(now, &mut self.transmits, again, flow, owner);
    }
}
