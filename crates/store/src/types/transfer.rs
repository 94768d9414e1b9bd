//! What the record says of calls that are handed on.

use domain::{AgentId, AttemptId, SignallingRecord, Timestamp, TransferRoute};

/// A second leg that was called and of whose end the record knows nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenSide {
    /// Which call's.
    pub attempt: AttemptId,
    /// Which transfer of it.
    pub number: u32,
    /// What was dialed; `None` for a phone of ours.
    pub route: Option<TransferRoute>,
    /// How to end its dialog, once answered.
    pub signalling: Option<SignallingRecord>,
}

/// A step of a call in an agent's hands: hold, transfer, keys, note.
#[derive(Clone, Debug, PartialEq)]
pub struct CallStepRow {
    /// Its place in the record.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Whose doing.
    pub agent: Option<AgentId>,
    /// `held`, `resumed`, `transfer_intended`, `transfer_answered`, `transfer_failed`,
    /// `three_way`, `transferred`, `digits_sent` or `noted`.
    pub step: &'static str,
    /// The rest of it, as JSON.
    pub body: String,
}
