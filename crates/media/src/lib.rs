//! RTP and audio without sockets or clock.
