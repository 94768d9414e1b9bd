//! One call of an endpoint, caller's or callee's side.
//!
//! ```text
//!  invite()                         INVITE came
//!     v                                 v
//!  Calling --- refused, lost ---> gone <--- refused, cancelled --- Ringing
//!     | 2xx: ACK                                                      | answer()
//!     v                                                               v
//!     Up <------------------------- ACK came ------------- Up, its 2xx unacknowledged
//!     | hang_up(): BYE          | BYE came
//!     v                         v
//!   Ending -- answer, lost --> gone
//! ```
//!
//! A call may outlive its last event: `Ending` awaits the answer to a BYE, and `Calling` with
//! `silent` awaits what becomes of an INVITE that nobody wants any more.

use super::early::Early;
use super::refer::Refer;
use super::reliable::Reliable;
use super::renewal::Renewal;
use super::session_timer::SessionTimer;
use super::{CallHandle, Flow, ReferHandle};
use crate::dialog::Dialog;
use crate::endpoint::Transmit;
use crate::message::{Headers, Request, Response, multipart};
use crate::transaction::{ClientId, ServerId};
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Call {
    pub(super) phase: Phase,
    /// Whether we called: then the Call-ID is ours.
    pub(super) is_caller: bool,
    /// Absent while calling: the forks have theirs.
    pub(super) dialog: Option<Dialog>,
    /// Whether the other side lists UPDATE in Allow.
    pub(super) takes_update: bool,
    /// What to answer challenges with.
    pub(super) credentials: Option<Credentials>,
    /// The last event was told: nothing more is said about this call.
    pub(super) silent: bool,
    /// A 2xx of ours that awaits its ACK.
    pub(super) unacked: Option<Unacked>,
    /// A re-INVITE or UPDATE of theirs that awaits `answer_reinvite`.
    pub(super) offered: Option<Box<Offered>>,
    /// A change of ours that is under way, and the offer that comes after it.
    pub(super) renewal: Option<Box<Renewal>>,
    pub(super) next_offer: Option<Box<str>>,
    /// What we said of our side of the session last: what a refresh by re-INVITE says again.
    pub(super) local_sdp: Option<Box<str>>,
    /// How often the session is refreshed, and by whom.
    pub(super) timer: Option<SessionTimer>,
    /// The shortest interval that the other side stands, in seconds; zero if it has not said.
    pub(super) min_se: u32,
    /// Their wishes for a transfer whose outcome is not told yet.
    pub(super) refers: Vec<Refer>,
}

#[derive(Debug)]
pub(super) enum Phase {
    Calling(Box<Calling>),
    Ringing(Box<Ringing>),
    Up,
    Ending(Ending),
}

/// An INVITE of ours without final response.
#[derive(Debug)]
pub(super) struct Calling {
    pub(super) invite: ClientId,
    /// Its CSeq, which PRACKs name.
    pub(super) cseq: u32,
    pub(super) flow: Flow,
    /// The forks that answered provisionally.
    pub(super) early: Vec<Early>,
    /// A 1xx came: CANCEL may be sent.
    pub(super) provisional: bool,
    /// `Trying` or `Ringing` was told.
    pub(super) progress_told: bool,
    /// How long it may ring; `None` once it does.
    pub(super) ring_max: Option<Duration>,
    /// Why we want to stop.
    pub(super) stop: Option<Stop>,
    pub(super) cancel_sent: bool,
    pub(super) answered: Challenges,
}

/// Why an INVITE of ours is being cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    RingTimeout,
    HangUp { reason: Option<String> },
}

impl Stop {
    /// The status that `Failed` tells.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::RingTimeout => 408,
            Self::HangUp { .. } => 487,
        }
    }
}

/// An INVITE of theirs that we have not finally answered.
#[derive(Debug)]
pub(super) struct Ringing {
    pub(super) invite: ServerId,
    pub(super) request: Request,
    /// Whether it offered a session: else the offer is ours to make.
    pub(super) offered: bool,
    /// What was promised, if it required that.
    pub(super) reliable: Option<Box<Reliable>>,
    /// When it came: nobody rings for ever.
    pub(super) since: Instant,
}

impl Ringing {
    /// Whether both sides have agreed on a session before the answer.
    pub(super) fn has_agreed(&self) -> bool {
        let reliable = self.reliable.as_ref();
        reliable.is_some_and(|reliable| reliable.has_agreed())
    }
}

/// A call that is over for the application.
#[derive(Debug)]
pub(super) struct Ending {
    /// Reason header of a BYE that waits for the ACK of our 2xx (RFC 3261 section 15).
    pub(super) waiting: Option<Option<String>>,
    pub(super) answered: Challenges,
}

/// A 2xx to an INVITE, repeated until its ACK comes (RFC 3261 section 13.3.1.4).
#[derive(Debug)]
pub(super) struct Unacked {
    pub(super) cseq: u32,
    pub(super) transmit: Transmit,
    pub(super) interval: Duration,
    pub(super) repeat_at: Instant,
    pub(super) give_up_at: Instant,
    /// Whether it answers the first INVITE, not a re-INVITE.
    pub(super) first: bool,
    /// Whether it offered a session, so that the ACK brings the answer.
    pub(super) offers: bool,
}

/// A new offer of theirs.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) server: ServerId,
    pub(super) request: Request,
    /// Their description; without one, our answer is the offer.
    pub(super) offer: Option<Box<str>>,
}

#[derive(Clone)]
pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) password: String,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Which challenges a request has answered: one of each kind, and each once more if stale.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Challenges {
    pub(super) user: u8,
    pub(super) proxy: u8,
}

impl Call {
    pub(super) fn new(phase: Phase) -> Self {
        Self {
            is_caller: matches!(phase, Phase::Calling(_)),
            phase,
            dialog: None,
            takes_update: false,
            credentials: None,
            silent: false,
            unacked: None,
            offered: None,
            renewal: None,
            next_offer: None,
            local_sdp: None,
            timer: None,
            min_se: 0,
            refers: Vec::new(),
        }
    }

    /// The call is over for the application; a BYE is on its way or waits for an ACK.
    pub(super) fn ending(waiting: Option<Option<String>>) -> Phase {
        Phase::Ending(Ending {
            waiting,
            answered: Challenges::default(),
        })
    }
}

/// Whom a response concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Invite(CallHandle),
    Bye(CallHandle),
    /// A re-INVITE or UPDATE of ours.
    Renewal(CallHandle),
    /// PRACK.
    Prack(CallHandle),
    /// CANCEL: its answer means nothing, since the INVITE tells the rest.
    Cancel,
    /// INFO: its answer means nothing, since a key cannot be pressed again.
    Info,
    /// What is told about a transfer.
    Notify(ReferHandle),
    Registration(super::RegistrationHandle),
    Options(super::OptionsHandle),
}

/// The SDP body of a response, if it has one.
pub(super) fn sdp_of_response(response: &Response) -> Option<String> {
    sdp(&response.headers, &response.body)
}

/// The SDP body of a request, if it has one.
pub(super) fn sdp_of_request(request: &Request) -> Option<String> {
    sdp(&request.headers, &request.body)
}

fn sdp(headers: &Headers, body: &[u8]) -> Option<String> {
    let sdp = multipart::part(headers.get("Content-Type"), body, "application/sdp")?;
    (!sdp.is_empty()).then(|| String::from_utf8_lossy(sdp).into_owned())
}
