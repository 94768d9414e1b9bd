//! A carrier, phones and advisors for the demo, the tests and rehearsals: real
//! SIP and RTP on real sockets, a public API used like anyone would use it.
//!
//! Nothing here is known to the engine, and the engine's internals are not
//! known here: it is the other side of the wire. Only loopback is served.

mod advisor;
mod callee;
mod carrier;
mod mix;
mod phone;
mod sound;
mod stats;
mod user_agent;

pub use advisor::{Advisor, AdvisorError, AdvisorHabits, AdvisorReport};
pub use carrier::{Carrier, CarrierConfig, CarrierError};
pub use mix::{InvalidMix, Mix};
pub use phone::{Phone, PhoneConfig, PhoneState};
pub use stats::CarrierStats;
