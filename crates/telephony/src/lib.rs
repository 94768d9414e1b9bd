//! Sockets and clocks that drive sip and media for the engine.
