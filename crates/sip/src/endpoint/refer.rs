//! Wishes for a transfer (RFC 3515): REFER inside an answered call, and the NOTIFYs of the
//! subscription that it implies. What comes of a wish is the application's to decide and to tell.

use super::call::{Call, Owner, Phase};
use super::compose::outline;
use super::outside::{Arrived, status};
use super::{Alarm, CallEvent, CallHandle, Endpoint, ReferHandle};
use crate::dialog::DialogId;
use crate::message::{Method, NameAddr, Replaces, Request, Response, Status};
use crate::transaction::ServerId;
use std::time::{Duration, Instant};

/// How long a wish stays open after the call is over, for its outcome to be told: less than the
/// 64 s after which nothing of a call may be left.
const TOLD_WITHIN: Duration = Duration::from_secs(60);

/// Wishes at a time in one call; a phone has one hand for them.
const REFERS_MAX: usize = 2;

/// A wish of the other side.
#[derive(Debug)]
pub(super) struct Refer {
    cseq: u32,
    /// The REFER, until it is answered.
    asked: Option<(ServerId, Request)>,
}

impl Endpoint {
    /// A REFER inside a call. Exactly one Refer-To must stand in it (RFC 3515 section 2.4.2).
    pub(super) fn on_refer(&mut self, now: Instant, handle: CallHandle, arrived: Arrived) {
        let Some((refer_to, replaces)) = wish(&arrived.request) else {
            self.refuse(now, &arrived, 400);
            return;
        };
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        if !matches!(call.phase, Phase::Up) || call.refers.len() >= REFERS_MAX {
            self.refuse_for_now(now, &arrived, 480);
            return;
        }
        let cseq = arrived.request.headers.cseq().map_or(0, |cseq| cseq.number);
        let server = self
            .servers
            .open(arrived.key, &arrived.request, arrived.reply);
        call.refers.push(Refer {
            cseq,
            asked: Some((server, outline(&arrived.request))),
        });
        let refer = ReferHandle { call: handle, cseq };
        let event = CallEvent::Referred {
            refer,
            refer_to: Box::new(refer_to),
            replaces: replaces.map(Box::new),
        };
        self.tell(handle, event);
    }

    /// Answers `CallEvent::Referred`. A 2xx takes it: 202, and a first NOTIFY that it is tried
    /// (RFC 3515 section 2.4.4); anything else refuses it. Harmless twice.
    pub fn answer_refer(&mut self, now: Instant, refer: ReferHandle, answer: Status) {
        let Some((server, request)) = self.refer_mut(refer).and_then(|known| known.asked.take())
        else {
            return;
        };
        let code = if answer.is_success() {
            202
        } else {
            answer.code().max(400)
        };
        let response = self.dialog_response(refer.call, &request, status(code));
        self.respond(now, server, response);
        if answer.is_success() {
            self.notify_refer(now, refer, Status::TRYING);
        } else {
            self.forget_refer(refer);
        }
    }

    /// Tells how a wish that was taken goes on: 1xx that it does, 200 that it is done, another final
    /// status that it failed; the last two end it. Whether the call is ended is up to its two ends.
    pub fn notify_refer(&mut self, now: Instant, refer: ReferHandle, how: Status) {
        let is_taken = |known: &mut Refer| known.asked.is_none();
        if !self.refer_mut(refer).is_some_and(is_taken) {
            return;
        }
        let Some(dialog) = self
            .calls
            .get_mut(&refer.call)
            .and_then(|call| call.dialog.as_mut())
        else {
            return;
        };
        let flow = dialog.next_hop();
        let mut notify = dialog.request(Method::Notify);
        let (user, begun) = (dialog.local.uri.user_decoded(), dialog.flow);
        let contact = self.contact(user.as_deref(), begun, &notify.uri.scheme);
        let headers = &mut notify.headers;
        headers.push("Contact", contact);
        headers.push("Event", format!("refer;id={}", refer.cseq));
        let state = if how.is_final() {
            "terminated;reason=noresource".to_owned()
        } else {
            format!("active;expires={}", TOLD_WITHIN.as_secs())
        };
        headers.push("Subscription-State", state);
        let fragment = format!("SIP/2.0 {} {}\r\n", how.code(), how.reason());
        notify.set_body("message/sipfrag;version=2.0", fragment);
        self.stamp(&mut notify, flow);
        let owner = Owner::Notify(refer);
        self.clients
            .start(now, &mut self.transmits, notify, flow, owner);
        if how.is_final() {
            self.forget_refer(refer);
        }
    }

    /// A phone that does not want to hear of a wish any more says so (RFC 6665 section 4.2.2).
    pub(super) fn on_notify_response(&mut self, refer: ReferHandle, response: &Response) {
        if matches!(response.status.code(), 404 | 405 | 410 | 481 | 489 | 501) {
            self.forget_refer(refer);
        }
    }

    /// The call that a Replaces of another dialog names: what an attended transfer joins with.
    pub fn call_named(&self, replaces: &Replaces) -> Option<CallHandle> {
        let id = DialogId {
            call_id: replaces.call_id.clone(),
            local_tag: replaces.to_tag.clone(),
            remote_tag: replaces.from_tag.clone(),
        };
        let handle = *self.dialogs.get(&id)?;
        let phase = &self.calls.get(&handle)?.phase;
        match phase {
            Phase::Up if replaces.early_only => None,
            Phase::Ending(_) => None,
            Phase::Up | Phase::Calling(_) | Phase::Ringing(_) => Some(handle),
        }
    }

    /// Forgets a call unless the outcome of a wish is still to be told in its dialog: a phone hangs
    /// up as soon as its wish is taken (RFC 5589 section 6.1).
    pub(super) fn finish_unless_referring(&mut self, now: Instant, handle: CallHandle) {
        self.drop_unanswered_refers(now, handle);
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        if call.refers.is_empty() {
            self.finish(handle);
            return;
        }
        call.phase = Call::ending(None);
        let limit = now + TOLD_WITHIN;
        self.alarms.set(Alarm::ReferLimit(handle), Some(limit));
    }

    /// The call is over: who still waits for an answer to a wish gets one.
    fn drop_unanswered_refers(&mut self, now: Instant, handle: CallHandle) {
        let Some(call) = self.calls.get_mut(&handle) else {
            return;
        };
        let (open, taken) = std::mem::take(&mut call.refers)
            .into_iter()
            .partition(|refer| refer.asked.is_some());
        call.refers = taken;
        let open: Vec<Refer> = open;
        for (server, request) in open.into_iter().filter_map(|refer| refer.asked) {
            let response = self.dialog_response(handle, &request, status(603));
            self.respond(now, server, response);
        }
    }

    fn refer_mut(&mut self, refer: ReferHandle) -> Option<&mut Refer> {
        let call = self.calls.get_mut(&refer.call)?;
        call.refers
            .iter_mut()
            .find(|known| known.cseq == refer.cseq)
    }

    /// The subscription is over; so is the call if it only waited for that.
    fn forget_refer(&mut self, refer: ReferHandle) {
        let Some(call) = self.calls.get_mut(&refer.call) else {
            return;
        };
        call.refers.retain(|known| known.cseq != refer.cseq);
        let waited = self.alarms.is_set(&Alarm::ReferLimit(refer.call));
        if waited && call.refers.is_empty() {
            self.finish(refer.call);
        }
    }
}

/// Whom a REFER names, and which dialog that one is to replace.
fn wish(request: &Request) -> Option<(crate::uri::Uri, Option<Replaces>)> {
    let mut values = request.headers.get_all("Refer-To");
    let (value, more) = (values.next()?, values.next());
    if more.is_some() {
        return None;
    }
    let mut refer_to = value.parse::<NameAddr>().ok()?.uri;
    let replaces = Replaces::take_from(&mut refer_to).ok()?;
    Some((refer_to, replaces))
}
