//! Endpoints talking to each other, and to scripted peers, over a network in virtual time.

mod basic;
mod early;
mod flows;
mod guessing;
mod hostile;
mod races;
mod refer;
mod registering;
mod reliable;
mod renewal;
mod script;
mod session_timer;
mod soak;
mod timing;
mod within;
#[allow(dead_code, reason = "a vocabulary, not all of which every test needs")]
mod world;
