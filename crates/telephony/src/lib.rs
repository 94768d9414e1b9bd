//! Sockets and clocks that drive sip and media for the engine.

pub mod media;
