//! What the machine answers: a change of state, a refusal in words, or what
//! ran out.

use domain::{AgentStatus, AttemptId};

/// An agent went from one state to another.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From.
    pub from: AgentStatus,
    /// To.
    pub to: AgentStatus,
    /// Break reason, or why the line was lost.
    pub reason: Option<String>,
    /// The attempt they were or are on.
    pub attempt: Option<AttemptId>,
}

/// What an agent asked for to happen when they are free.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Booked {
    /// A break, with its reason.
    Break(String),
    /// The end of the shift.
    LogOut,
}

impl Booked {
    /// The word for screens: the reason of the break, or `logout`.
    pub fn word(&self) -> &str {
        match self {
            Booked::Break(reason) => reason,
            Booked::LogOut => "logout",
        }
    }
}

/// A request that cannot be granted in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// They are not logged in.
    #[error("you are not logged in; log in first")]
    Offline,
    /// They are logged in already.
    #[error("you are logged in already")]
    LoggedIn,
    /// Their line cannot carry a customer.
    #[error("your phone line is down; check that your phone is on, it will be called again")]
    LineDown,
    /// The last call waits for its typification.
    #[error("the last call has no typification yet; type it first")]
    NotTypified,
    /// There is no wrap-up to extend.
    #[error("there is no wrap-up to extend")]
    NotInWrapUp,
    /// It was extended once.
    #[error("wrap-up was extended once for this call already")]
    ExtendedAlready,
    /// They have no call.
    #[error("you are not on a call")]
    NotOnACall,
    /// They are not waiting for a call.
    #[error("you are not waiting for a call")]
    NotReady,
}

impl Refusal {
    /// Stable code for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Refusal::Offline => "offline",
            Refusal::LoggedIn => "logged_in",
            Refusal::LineDown => "line_down",
            Refusal::NotTypified => "not_typified",
            Refusal::NotInWrapUp => "not_in_wrap_up",
            Refusal::ExtendedAlready => "extended_already",
            Refusal::NotOnACall => "not_on_a_call",
            Refusal::NotReady => "not_ready",
        }
    }
}

/// What the end of a state's time means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expired {
    /// The machine moved on by itself.
    Changed(Change),
    /// The line could not be raised in time; they are offline still.
    RaisingGaveUp,
    /// The reservation is over: give the contact back.
    Reservation(AttemptId),
    /// The longest call is over: hang it up.
    Talk(AttemptId),
    /// No typification in time: the system must set one.
    WrapUp(AttemptId),
    /// Nothing was due.
    Nothing,
}
