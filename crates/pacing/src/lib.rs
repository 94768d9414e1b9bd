//! How many calls to place now, and why.
//!
//! A [`Pacer`] serves one campaign. The engine tells it every [`Fact`] as it
//! happens, from which it learns how often and how fast people answer and how
//! long agents are busy; once a second it hands over a [`Snapshot`] of the
//! floor and gets a [`Decision`]. No I/O, no clock, no randomness: the same
//! facts and snapshots give the same decisions, bit for bit.

mod agents_ahead;
mod budget;
mod call_book;
mod call_curves;
mod certainty;
mod clock;
mod cohorts;
mod curve;
mod decision;
mod elsewhere;
mod exp;
mod fact;
mod figures;
mod forecast;
mod freshness;
mod hazard;
mod hours;
mod lately;
mod learnt;
mod leaving;
mod ledger;
mod level;
mod limits;
mod numbers;
mod pacer;
mod predictive;
mod replay;
mod returns;
mod risk;
mod snapshot;
mod super_progressive;
mod talk_book;

pub use certainty::upper_bound;
pub use decision::{Binding, Decision};
pub use elsewhere::Elsewhere;
pub use fact::Fact;
pub use learnt::Learnt;
pub use ledger::{Beginning, Ledger, Page, Unreadable};
pub use pacer::{Balance, Pacer, PacerConfig};
pub use replay::Replay;
pub use snapshot::{Snapshot, SnapshotCall, SnapshotTalk, SnapshotWrapUp};
