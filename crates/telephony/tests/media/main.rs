//! The media pool over real sockets of 127.0.0.1: phones are plain UDP sockets that send and
//! record RTP. One file per subject; `rig.rs` is the vocabulary.

mod bridge;
mod browsers;
mod browsers_by_tcp;
mod capture;
mod page;
mod playback;
mod pool;
mod reports;
mod rig;
mod source;
mod supervision;
