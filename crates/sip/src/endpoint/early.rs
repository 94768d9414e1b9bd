//! The forks of our INVITE before its final answer: an early dialog each (RFC 3261 section 12.1),
//! with its own reliable responses (RFC 3262) and its own view of the session.

use super::call::{Call, Calling, Owner, Phase, sdp_of_response};
use super::{CallHandle, Endpoint};
use crate::dialog::{Dialog, DialogId};
use crate::message::{Method, Response};
use crate::transaction::ClientId;
use std::time::Instant;

/// Early dialogs of one INVITE at a time; responses of further forks are only progress.
const FORKS_MAX: usize = 16;

/// A fork that rings.
#[derive(Debug)]
pub(super) struct Early {
    pub(super) dialog: Dialog,
    /// RSeq of its latest reliable response.
    rseq: Option<u32>,
    /// What it said of its side of the session last.
    pub(super) sdp: Option<Box<str>>,
    /// Whether that came in a reliable response: then it is the answer to our offer, and whatever
    /// description comes later in a response to the INVITE is ignored (RFC 3261 section 13.2.1).
    pub(super) answered: bool,
    /// Whether it lists UPDATE in Allow.
    pub(super) takes_update: bool,
}

/// What a reliable response is in the order of its dialog (RFC 3262 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// It promises nothing.
    Unreliable,
    /// The next one.
    Next(u32),
    /// Again, or too early: not for us to act upon.
    Misplaced,
}

impl Endpoint {
    /// Enters a provisional response into its early dialog and acknowledges it if that is asked. Gives
    /// back whether it is news, and what it says of the session that counts.
    pub(super) fn on_early(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) -> Option<Option<String>> {
        let sdp = sdp_of_response(response);
        let Some(place) = self.early_place(id, handle, response) else {
            // No tag, or one fork too many: it still is progress.
            return (order_of(None, response) == Order::Unreliable).then_some(sdp);
        };
        let early = &mut self.calling_mut(handle)?.early[place];
        let order = order_of(early.rseq, response);
        if order == Order::Misplaced {
            return None;
        }
        let allows = response.headers.contains("Allow");
        if allows {
            early.takes_update = response.headers.lists("Allow", "UPDATE");
        }
        let counts = sdp.filter(|_| !early.answered);
        if let Some(sdp) = &counts {
            early.sdp = Some(sdp.as_str().into());
            early.answered = order != Order::Unreliable;
        }
        if let Order::Next(rseq) = order {
            early.rseq = Some(rseq);
            self.send_prack(now, handle, place, rseq);
        }
        Some(counts)
    }

    /// PRACK in the early dialog (RFC 3262 section 4). It repeats itself until it is answered, so a
    /// repeated response needs no other.
    fn send_prack(&mut self, now: Instant, handle: CallHandle, place: usize, rseq: u32) {
        let Some(calling) = self.calling_mut(handle) else {
            return;
        };
        let invite = calling.cseq;
        let dialog = &mut calling.early[place].dialog;
        let flow = dialog.next_hop();
        let mut prack = dialog.request(Method::Prack);
        prack
            .headers
            .push("RAck", format!("{rseq} {invite} INVITE"));
        self.stamp(&mut prack, flow);
        let owner = Owner::Prack(handle);
        self.clients
            .start(now, &mut self.transmits, prack, flow, owner);
    }

    /// Where the early dialog of a response stands; it is begun if it is new.
    fn early_place(
        &mut self,
        id: ClientId,
        handle: CallHandle,
        response: &Response,
    ) -> Option<usize> {
        let to = response.headers.to().ok()?;
        let tag = to.tag()?;
        let calling = self.calling_mut(handle)?;
        let found = calling
            .early
            .iter()
            .position(|early| early.dialog.id.remote_tag == tag);
        if found.is_some() {
            return found;
        }
        let (place, flow) = (calling.early.len(), calling.flow);
        if place >= FORKS_MAX || response.status.code() == 100 {
            return None;
        }
        let invite = self.clients.request(id)?;
        let dialog = Dialog::of_caller(&invite, response, flow)?;
        self.dialogs.insert(dialog.id.clone(), handle);
        self.calling_mut(handle)?.early.push(Early {
            dialog,
            rseq: None,
            sdp: None,
            answered: false,
            takes_update: false,
        });
        Some(place)
    }

    /// Takes a fork that answered out of the early ones and forgets the others: what they still send
    /// belongs to no dialog of ours.
    pub(super) fn take_early(&mut self, handle: CallHandle, id: &DialogId) -> Option<Early> {
        let forks = std::mem::take(&mut self.calling_mut(handle)?.early);
        let mut taken = None;
        for early in forks {
            self.dialogs.remove(&early.dialog.id);
            if early.dialog.id == *id {
                taken = Some(early);
            }
        }
        taken
    }

    /// Forgets all forks.
    pub(super) fn drop_early(&mut self, handle: CallHandle) {
        let calling = self.calling_mut(handle);
        let forks = calling.map(|calling| std::mem::take(&mut calling.early));
        for early in forks.into_iter().flatten() {
            self.dialogs.remove(&early.dialog.id);
        }
    }

    fn calling_mut(&mut self, handle: CallHandle) -> Option<&mut Calling> {
        match &mut self.calls.get_mut(&handle)?.phase {
            Phase::Calling(calling) => Some(calling),
            Phase::Ringing(_) | Phase::Up | Phase::Ending(_) => None,
        }
    }
}

impl Call {
    /// The dialog of this call that a request names.
    pub(super) fn dialog_mut(&mut self, id: &DialogId) -> Option<&mut Dialog> {
        if let Phase::Calling(calling) = &mut self.phase {
            let mut forks = calling.early.iter_mut().map(|early| &mut early.dialog);
            return forks.find(|dialog| dialog.id == *id);
        }
        self.dialog.as_mut().filter(|dialog| dialog.id == *id)
    }

    /// The fork that a request names, if none has answered yet.
    pub(super) fn early_mut(&mut self, id: &DialogId) -> Option<&mut Early> {
        let Phase::Calling(calling) = &mut self.phase else {
            return None;
        };
        let mut forks = calling.early.iter_mut();
        forks.find(|early| early.dialog.id == *id)
    }
}

/// RSeq begins anywhere and rises by one (RFC 3262 sections 3 and 4).
fn order_of(latest: Option<u32>, response: &Response) -> Order {
    let headers = &response.headers;
    if !headers.lists("Require", "100rel") || response.status.code() == 100 {
        return Order::Unreliable;
    }
    match (headers.rseq(), latest) {
        (Some(rseq), None) => Order::Next(rseq),
        (Some(rseq), Some(latest)) if latest.checked_add(1) == Some(rseq) => Order::Next(rseq),
        (Some(_), Some(_)) | (None, _) => Order::Misplaced,
    }
}

/// What of the session counts once `answer` came: what the fork said reliably before, else what is
/// said now, else what it said in passing, as gateways do that leave it out of the 200.
pub(super) fn session_of(early: Option<Early>, answer: Option<String>) -> Option<String> {
    let (told, reliably) = early.map_or((None, false), |early| (early.sdp, early.answered));
    let told = told.map(String::from);
    if reliably { told } else { answer.or(told) }
}
