//! Endpoints talking to each other, and to scripted peers, over a network in virtual time.

mod basic;
mod guessing;
mod hostile;
mod races;
mod refer;
mod registering;
mod script;
mod soak;
mod within;
#[allow(dead_code, reason = "a vocabulary, not all of which every test needs")]
mod world;
