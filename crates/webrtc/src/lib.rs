//! The leg of a browser, by str0m: ICE-lite, DTLS and SRTP as a value. An offer, datagrams and an
//! `Instant` in; an answer, datagrams and plain RTP as crate `media` understands it out.
//!
//! No socket and no clock here, but no pure crate either: keys and certificates are random, and the
//! wall clock is read once for reports (RFC 3550). The browser offers and this side answers
//! (RFC 8829); it waits for no candidate, since one that is lite needs none (RFC 8445, section 2.5).

mod codecs;
mod figures;
mod frames;
mod identity;
mod peer;
mod stun;

pub use codecs::{Agreed, OFFER_MAX, OfferError};
pub use figures::Figures;
pub use frames::{FRAME_MAX, Frames, TooLong, framed};
pub use identity::Identity;
pub use peer::{Heard, Over, Path, Peer, Place, Told};
pub use stun::{User, user_of};
