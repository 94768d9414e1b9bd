//! A leg in two halves: what its peer says ([`Incoming`]) and what its peer hears ([`Outgoing`]).
//!
//! ```text
//!   datagram ─▶ Incoming ─▶ Audio / Keys ─▶ Outgoing of the other leg ─▶ datagram
//!               source lock,                one stream: own SSRC, sequence
//!               reception figures           and timestamps, whatever the source
//! ```
//! The halves know nothing of each other, so that two threads may hold them.

mod incoming;
mod latch;
mod outgoing;
mod reception;
mod stream;

pub use incoming::{Incoming, Judged, What};
pub use outgoing::{Outgoing, Tick};
