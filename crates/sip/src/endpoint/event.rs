//! What an endpoint tells: facts about calls, bindings, registrations and probes.

use super::{Binding, CallHandle, Flow, OptionsHandle, ReferHandle, RegistrationHandle};
use crate::message::{Replaces, Request, Status};
use crate::uri::Uri;
use std::time::Duration;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// To a call.
    Call {
        /// Which.
        call: CallHandle,
        /// What.
        event: CallEvent,
    },
    /// Somebody calls: `ring`, `answer` or `reject`.
    Incoming {
        /// The new call.
        call: CallHandle,
        /// Where it comes from.
        from: Flow,
        /// The user of ours whose phone it is, by login or by its flow; none for a trunk.
        user: Option<String>,
        /// The INVITE.
        request: Box<Request>,
        /// Its SDP offer; without one, the answer's SDP is an offer.
        offer: Option<String>,
    },
    /// A user registered or refreshed.
    Registered {
        /// Where the user is reached now.
        binding: Binding,
        /// Whether it is the first binding of the user.
        fresh: bool,
    },
    /// A binding was removed or ran out.
    Unregistered {
        /// Whose.
        user: String,
        /// Which.
        contact: Uri,
        /// Whether the user has none left.
        last: bool,
    },
    /// News of a registration that we keep up elsewhere.
    Registration {
        /// Which.
        handle: RegistrationHandle,
        /// What.
        state: RegistrationState,
    },
    /// An OPTIONS was answered or timed out.
    Options {
        /// Which.
        handle: OptionsHandle,
        /// Whether anything answered, whatever it said, short of 408 and 503.
        alive: bool,
        /// The answer, or why there is none.
        said: Result<OptionsAnswer, NoAnswer>,
    },
}

/// What somebody said to an OPTIONS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionsAnswer {
    /// The status.
    pub status: Status,
    /// The methods it allows, as many as anybody has.
    pub allow: Vec<String>,
    /// What it calls itself.
    pub server: Option<String>,
}

/// Why an OPTIONS is without answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody said anything in time.
    Silence,
    /// There was no way to send it, or it broke.
    Unreachable,
}

/// What happens to a call. `Failed`, `Cancelled` and `Ended` are final: the handle is gone then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallEvent {
    /// Caller: the INVITE was handed out for the first time.
    Sent,
    /// Caller: a 100 came.
    Trying,
    /// Caller: 180 to 183 came.
    Ringing {
        /// Early media, if it says something new of it. It is that fork's own: what holds once the call
        /// is answered comes with `Answered`.
        sdp: Option<String>,
    },
    /// Caller: a 2xx came, and was acknowledged.
    Answered {
        /// The answer to our offer, whichever response of that fork brought it.
        sdp: Option<String>,
    },
    /// Caller: a 2xx crossed the CANCEL of our `hang_up`. It was acknowledged and is ended with BYE;
    /// `Failed` is next.
    PickedUp,
    /// Final, before an answer.
    Failed {
        /// The status that came. Where none did: 408, also for a ring timeout, 487 for our
        /// hang-up, 503 for a dead transport.
        status: u16,
        /// Whether we gave up: ring timeout, `hang_up`, `reject`.
        by_us: bool,
        /// The Q.850 cause of a Reason header.
        q850: Option<u16>,
        /// Whether it says that analytics of the network blocked it
        /// ([`crate::message::Response::blocked_by_analytics`]).
        blocked: bool,
        /// The network's words: the text of a Reason header, else the reason phrase.
        text: Option<String>,
        /// How many seconds to leave the server alone that failed: the Retry-After of a 500 or 503
        /// (RFC 3261 section 21.5.4). That of other answers is about the person called.
        retry_after: Option<u32>,
    },
    /// Callee: the caller gave up; 487 was sent. Final.
    Cancelled,
    /// Callee: the ACK came.
    Confirmed,
    /// The other side wants to change the session, maybe while it still rings: `answer_reinvite`.
    Reinvite {
        /// Its SDP offer; without one, make an offer, which `OfferAnswered` answers.
        offer: Option<String>,
    },
    /// An offer of ours was answered: that of [`reoffer`](super::Endpoint::reoffer), or one that their
    /// request wanted.
    OfferAnswered {
        /// The answer.
        sdp: Option<String>,
    },
    /// The offer of [`reoffer`](super::Endpoint::reoffer) was refused; the session is as it was.
    OfferRefused {
        /// Why.
        status: u16,
    },
    /// A key was pressed, told by INFO. Those in the audio (RFC 4733) are the media's to hear.
    Dtmf {
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        digit: char,
    },
    /// The other side wants this answered call to go on with somebody else (RFC 3515):
    /// [`answer_refer`](super::Endpoint::answer_refer), then
    /// [`notify_refer`](super::Endpoint::notify_refer) until it is done.
    Referred {
        /// Which wish.
        refer: ReferHandle,
        /// With whom.
        refer_to: Box<Uri>,
        /// Which dialog of whom that is to take the place of: an attended transfer. Whether it is
        /// one of ours says [`call_named`](super::Endpoint::call_named).
        replaces: Option<Box<Replaces>>,
    },
    /// Final, after an answer.
    Ended {
        /// Who ended it.
        by: EndedBy,
        /// The Q.850 cause of a Reason header.
        q850: Option<u16>,
    },
}

/// Who ended an answered call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EndedBy {
    /// The other side sent BYE.
    Remote,
    /// We did.
    Us,
    /// Nobody: the other side went silent or its transport broke.
    Failure,
}

/// How a registration of ours stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationState {
    /// Registered or refreshed.
    Up {
        /// For how long.
        expires: Duration,
    },
    /// Refused or unanswered; tried again later.
    Failed {
        /// The answer; 408 if there was none.
        status: u16,
    },
    /// Unregistered as asked. Final.
    Down,
}
