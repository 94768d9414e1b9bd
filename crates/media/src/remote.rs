//! Whom a leg talks to: what signalling (and only signalling) says about the far side.

use std::net::{IpAddr, SocketAddr};

use crate::Codec;
use crate::srtp::Keys;

/// One side of a call as media knows it; never reused within a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LegId(pub u64);

impl std::fmt::Display for LegId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "leg-{}", self.0)
    }
}

/// How far a leg trusts the address in the SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LearnMode {
    /// The source must be the SDP address itself: a public trunk.
    Sdp,
    /// A phone that may sit behind a NAT: its source is learned once, then locked. The SDP
    /// address is preferred while learning, any other may win.
    Nat,
    /// As [`LearnMode::Nat`], but only from this host: the one its authenticated signalling
    /// came from. The safest choice for registered phones.
    NatFrom(IpAddr),
}

/// The far side of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remote {
    /// Address and port of the SDP. An unspecified address or port 0 means hold: nothing is sent.
    pub addr: SocketAddr,
    /// The codec we send.
    pub codec: Codec,
    /// The payload type that codec was negotiated under.
    pub payload_type: u8,
    /// The payload type of `telephone-event/8000` (RFC 4733), if negotiated.
    pub telephone_event: Option<u8>,
    /// How the source of its packets is learned.
    pub learn: LearnMode,
    /// What packets are protected with, both ways; plain RTP without.
    pub keys: Option<Keys>,
}

impl Remote {
    /// A far side with the static payload type of `codec`, no telephone-event, strict source, plain RTP.
    pub fn new(addr: SocketAddr, codec: Codec) -> Remote {
        Remote {
            addr,
            codec,
            payload_type: codec.payload_type(),
            telephone_event: None,
            learn: LearnMode::Sdp,
            keys: None,
        }
    }

    /// Whether the SDP asked us to send nothing (RFC 3264, section 8.4, and the older 0.0.0.0).
    pub fn is_held(&self) -> bool {
        self.addr.ip().is_unspecified() || self.addr.port() == 0
    }
}
