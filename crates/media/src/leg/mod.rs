//! A leg in two halves: what its peer says ([`Incoming`]) and what its peer hears ([`Outgoing`]).
//!
//! ```text
//!   datagram ─▶ Incoming ─▶ Audio / Keys ─▶ Outgoing of the other leg ─▶ datagram
//!               source lock,                one stream: own SSRC, sequence
//!               reception figures           and timestamps, whatever the source
//! ```
//! A [`Reporter`] looks at both and exchanges RTCP with the peer. The halves know nothing of each other, so that two threads may hold them.

mod fade;
mod incoming;
mod keys;
mod latch;
mod outgoing;
mod reception;
mod reporter;
mod spare;
mod stream;

pub use incoming::{Incoming, Judged, What};
pub use outgoing::{Outgoing, Tick};
pub use reporter::Reporter;

/// SplitMix64 (Steele, Lea, Flood 2014): near seeds give far numbers.
fn scramble(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
