//! SIP (RFC 3261) without sockets, clock or async: bytes and time in, bytes and events out.
//!
//! The message layer (`message`, `uri`, `framing`, `sdp`, `auth`) knows nothing of transactions;
//! `endpoint` is a whole user agent and registrar on top of it.

pub mod auth;
mod dialog;
pub mod endpoint;
pub mod framing;
pub mod glance;
pub mod ladder;
pub mod masking;
pub mod message;
mod registrar;
mod registration;
pub mod sdp;
pub mod stun;
pub mod timers;
mod transaction;
pub mod uri;
