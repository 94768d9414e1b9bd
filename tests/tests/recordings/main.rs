//! Recordings with everything real around them: a carrier, an advisor's phone, files on a disk, an
//! engine that is killed, a disk that is full, an archive that is away. What was said is heard again where it was said, by
//! whom it may be, and never without a word in the audit log.

mod archive;
mod call;
mod captured;
mod consent;
mod faults;
mod killed;
mod pack;
mod retention;

// Shared as a file: a user agent on real sockets that counts what it hears.
#[path = "../../../crates/telephony/tests/signalling/peer.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod peer;
