//! How many calls to place now, and why.
//!
//! A [`Pacer`] serves one campaign. The engine tells it every [`Fact`] as it
//! happens, from which it learns how often and how fast people answer and how
//! long agents are busy; once a second it hands over a [`Snapshot`] of the
//! floor and gets a [`Decision`]. No I/O, no clock, no randomness: the same
//! facts and snapshots give the same decisions, bit for bit.

mod decision;
mod fact;
mod limits;
mod pacer;
mod snapshot;

pub use decision::{Binding, Decision};
pub use fact::Fact;
pub use pacer::{Pacer, PacerConfig};
pub use snapshot::{Snapshot, SnapshotCall, SnapshotTalk, SnapshotWrapUp};
