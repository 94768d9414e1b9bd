//! Callees, agents and carriers in virtual time, driving the same engine.
//!
//! [`simulate`] runs a [`Scenario`] against the real `engine::Engine`: an hour
//! of a call centre in a fraction of a second. Everything people and networks
//! do is drawn from one seed, so that the same scenario gives the same events,
//! told by the [`Report`]'s fingerprint. No sockets, no database: what the
//! store promises the engine (a lease, a commit that takes a moment) is played
//! by a shelf in memory.
//!
//! [`fit`] makes a scenario of what a campaign's own attempts show, [`rehearse`]
//! runs one from many seeds side by side, each on one of the days the fit leaves
//! possible, and [`BackTest`] says how well it fits.

mod agent;
mod attached;
mod back_test;
mod base;
mod callee;
mod dice;
mod doubt;
mod far_end;
mod fit;
mod mix;
mod model;
mod parts;
mod past;
mod people;
mod promises;
mod queued;
mod rehearse;
mod report;
mod roster;
mod rules;
mod run;
mod scenario;
mod segments;
mod setting;
mod shelf;
mod shells;
mod spread;
mod tally;
mod text;
mod world;

pub use attached::{Attached, Record, run_on};
pub use back_test::{BackTest, Judged};
pub use base::Stock;
pub use doubt::Doubt;
pub use fit::{ATTEMPTS_MIN, Basis, fit, roster};
pub use mix::Mix;
pub use model::{Model, Talk};
pub use past::{History, PastCall, PastChange};
pub use rehearse::{Expected, ExpectedSegment, Range, chance_of_sales, rehearse};
pub use report::{Report, SegmentReport};
pub use roster::{Shift, agents_at_once};
pub use rules::{Row, Rules};
pub use run::{events, record, simulate};
pub use scenario::{InvalidScenario, Scenario};
pub use segments::{Counted, Segment, SegmentQuota};
pub use spread::Spread;
