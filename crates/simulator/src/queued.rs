//! What will happen, in order of time; of two at one instant, the one that was
//! foreseen first.

use std::cmp::Ordering;

use domain::Timestamp;

use crate::world::Happening;

/// Something that will happen.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) at: Timestamp,
    /// How many were foreseen before it.
    pub(crate) place: u64,
    pub(crate) what: Happening,
}

impl Queued {
    fn key(&self) -> (Timestamp, u64) {
        (self.at, self.place)
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Queued) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Queued) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Queued) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Queued {}
