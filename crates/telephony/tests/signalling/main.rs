//! Telephony over real sockets on loopback: against a carrier and phones made of our own endpoint
//! (`peer.rs`), and against sipp, which others wrote.

mod asked;
mod attack;
mod authority;
mod calls;
mod far_end;
mod floor;
mod handed_on;
mod hiccup;
mod hostile;
mod inbound;
mod inbound_details;
mod ipv6;
mod library;
mod lines;
mod lossy;
mod names;
// Shared as a file with the tests of the media threads.
#[path = "../media/page.rs"]
#[allow(dead_code, reason = "what only those look at")]
mod page;
mod pages;
mod peer;
mod per_call;
mod phones;
// Shared as a file: the `tests` crate builds the whole program.
#[path = "../../../../tests/src/ports.rs"]
#[allow(unreachable_pub, reason = "another crate exports it")]
mod ports;
mod proxy;
mod replaces;
mod restart;
mod scripted;
mod secure_trunks;
mod sessions;
mod sipp;
mod sounds;
mod supervised;
mod talker;
mod text_carrier;
mod tls;
mod tones;
mod trunks;
mod websocket;
