//! RFC 3261 without sockets, clock or async.
