//! The leg of a browser but for its audio, by str0m: ICE-lite and DTLS as a value. An offer, datagrams and an
//! `Instant` in; an answer, datagrams and the keys of audio (RFC 5764) out. Audio itself goes past it:
//! crate `media` protects it with those keys as that of any other leg.
//!
//! No socket and no clock here, but no pure crate either: keys and certificates are random. The browser
//! offers and this side answers (RFC 8829); it waits for no candidate, since one that is lite needs none
//! (RFC 8445, section 2.5).

mod codecs;
mod frames;
mod identity;
mod keys;
mod peer;
mod sort;

pub use codecs::{Agreed, OFFER_MAX, OfferError};
pub use frames::{FRAME_MAX, Frames, TooLong, framed};
pub use identity::Identity;
pub use peer::{Over, Path, Peer, Place, Told};
pub use sort::{User, is_audio, user_of};
