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

use super::refer::Refer;
use super::{CallHandle, Flow, ReferHandle};
use crate::dialog::Dialog;
use crate::endpoint::Transmit;
use crate::message::{Headers, Request, Response, multipart};
use crate::transaction::{ClientId, ServerId};
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Call {
    pub(super) phase: Phase,
    /// Absent while calling.
    pub(super) dialog: Option<Dialog>,
    /// What to answer challenges with.
    pub(super) credentials: Option<Credentials>,
    /// The last event was told: nothing more is said about this call.
    pub(super) silent: bool,
    /// A 2xx of ours that awaits its ACK.
    pub(super) unacked: Option<Unacked>,
    /// A re-INVITE or UPDATE of theirs that awaits `answer_reinvite`.
    pub(super) offered: Option<Offered>,
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
    pub(super) flow: Flow,
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
    /// When it came: nobody rings for ever.
    pub(super) since: Instant,
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
}

/// A new offer of theirs.
#[derive(Debug)]
pub(super) struct Offered {
    pub(super) server: ServerId,
    pub(super) request: Request,
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
            phase,
            dialog: None,
            credentials: None,
            silent: false,
            unacked: None,
            offered: None,
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
