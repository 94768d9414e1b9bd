//! What telephony tells the run loop.

use std::time::Duration;

use domain::{
    AgentId, AttemptId, LegQuality, OfferId, PhoneNumber, SignallingRecord, Timestamp,
    TransferTarget, TrunkId,
};
use engine::{CallProgress, LineEvent};

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// Somebody calls us over a trunk and hears it ring: to be answered with
    /// [`Command::TakeCall`](engine::Command::TakeCall) or `RefuseCall`.
    Offered {
        /// Which.
        offer: OfferId,
        /// Over which trunk.
        trunk: TrunkId,
        /// What they may have called, the likeliest first.
        called: Vec<PhoneNumber>,
        /// Who calls; `None`: they hide it.
        caller: Option<PhoneNumber>,
    },
    /// A customer's call went on, placed by us or taken in.
    Call {
        /// Which.
        attempt: AttemptId,
        /// How far.
        progress: CallProgress,
    },
    /// How a call sounded; just before its end is told.
    Measured {
        /// Which.
        attempt: AttemptId,
        /// Those of its legs that heard something.
        legs: Vec<LegQuality>,
    },
    /// The second leg of a call that is handed on went on.
    Side {
        /// Which call.
        attempt: AttemptId,
        /// Which transfer of it.
        number: u32,
        /// How far.
        progress: CallProgress,
    },
    /// An agent's phone wishes that their call goes on with somebody else: ask the engine, then
    /// [`Telephony::answer_refer`](crate::Telephony::answer_refer).
    Referred {
        /// Whose.
        agent: AgentId,
        /// With whom.
        to: TransferTarget,
    },
    /// Something about an agent's line. A line dropped by order says nothing.
    Line {
        /// Whose.
        agent: AgentId,
        /// What.
        event: LineEvent,
    },
    /// The dialog that an agent's line now is, to be kept durably so that a crash leaves no phone
    /// off the hook; `None`: there is none any more.
    LineDialog {
        /// Whose.
        agent: AgentId,
        /// For [`Telephony::restore_line`](crate::Telephony::restore_line).
        record: Option<SignallingRecord>,
    },
    /// Where a user's phones are now; none: nowhere. Kept in place of what was before, so that a
    /// restart need not wait for the next REGISTER.
    Phones {
        /// Whose.
        user: String,
        /// All of them.
        phones: Vec<BindingRecord>,
    },
    /// How a trunk stands with the carrier it registers with.
    TrunkRegistration {
        /// Which.
        trunk: TrunkId,
        /// How.
        state: TrunkRegistration,
    },
    /// Customer and agent hear each other.
    BridgeTook {
        /// Which call.
        attempt: AttemptId,
        /// From the datagram that said "answered" to the bridge.
        took: Duration,
    },
}

/// How a registration of ours stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrunkRegistration {
    /// The carrier knows us, for so long unless we refresh it (which we do).
    Up(Duration),
    /// It refused, with this status (408: it said nothing); tried again later.
    Failed(u16),
    /// Taken back.
    Down,
}

/// A registered phone as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingRecord {
    /// User part of the address of record.
    pub user: String,
    /// Where the phone is: opaque to everyone but telephony.
    pub line: String,
    /// When it lapses.
    pub expires_at: Timestamp,
}
