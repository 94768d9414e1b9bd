//! The signalling of an attempt, as whoever writes it packs it.

use domain::AttemptId;

/// The messages of one attempt's call, opaque to the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedLadder {
    /// Which attempt.
    pub attempt: AttemptId,
    /// Its messages.
    pub packed: Vec<u8>,
}
