//! What a restarted engine must know.

use domain::{AgentId, Intent, SignallingRecord, Timestamp, WorkState};

/// Where numbering goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// The next attempt's id.
    pub next_attempt: i64,
    /// The next event's place in the record.
    pub next_seq: u64,
}

/// An attempt without an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenAttempt {
    /// What was decided.
    pub intent: Intent,
    /// When.
    pub since: Timestamp,
    /// Whether its INVITE is known to have left.
    pub placed: bool,
    /// How to end its dialog, once answered.
    pub signalling: Option<SignallingRecord>,
    /// Whether it was answered.
    pub answered: bool,
    /// The agent it was bridged to.
    pub agent: Option<AgentId>,
    /// They called us: where the work with them stands.
    pub came_in: Option<WorkState>,
}

/// A registered phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// User part of the address of record.
    pub user: String,
    /// The binding as `telephony` writes it, one line of text.
    pub line: String,
    /// Void from.
    pub expires_at: Timestamp,
}
