//! Callees, agents and carriers in virtual time, driving the same engine.
//!
//! [`simulate`] runs a [`Scenario`] against the real `engine::Engine`: an hour
//! of a call centre in a fraction of a second. Everything people and networks
//! do is drawn from one seed, so that the same scenario gives the same events,
//! told by the [`Report`]'s fingerprint. No sockets, no database: what the
//! store promises the engine (a lease, a commit that takes a moment) is played
//! by a shelf in memory.

mod agent;
mod callee;
mod dice;
mod promises;
mod report;
mod scenario;
mod shelf;
mod tally;
mod text;
mod world;

pub use report::Report;
pub use scenario::{InvalidScenario, Mix, Scenario};
pub use world::{record, simulate};
