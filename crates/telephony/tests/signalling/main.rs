//! Telephony over real sockets on loopback: against a carrier and phones made of our own endpoint
//! (`peer.rs`), and against sipp, which others wrote.

mod calls;
mod floor;
mod hostile;
mod lines;
mod peer;
mod per_call;
mod restart;
mod sipp;
