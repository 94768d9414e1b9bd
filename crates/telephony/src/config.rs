//! What the signalling of a node is told at its start.

use std::fmt;
use std::net::SocketAddr;

use ::sip::auth::Algorithm;

use crate::media::{MediaConfig, Prompt};

/// How a node's telephony is set up.
#[derive(Clone)]
pub struct TelephonyConfig {
    /// Where SIP is heard: datagrams, and connections on the same port. Port 0 lets the system
    /// choose one.
    pub sip_bind: SocketAddr,
    /// What others are told to reach us at, where that is not `sip_bind` (NAT, or a bind to every
    /// address). Its IP also stands in the SDP.
    pub advertised: Option<SocketAddr>,
    /// Digest realm, and the host part of our addresses of record.
    pub domain: String,
    /// The digests offered to phones and taken from them, preferred first.
    pub digests: Vec<Algorithm>,
    /// The media threads.
    pub media: MediaConfig,
    /// A secret that outlives the process: the Call-ID and tags of an attempt follow from it, so
    /// that a call nobody answered yet can be cancelled after a crash.
    pub secret: [u8; 32],
    /// Played to a caller for whom nobody is free.
    pub message: Prompt,
    /// Seed of branches, tags and nonces: fresh for every start.
    pub seed: [u8; 32],
}

impl fmt::Debug for TelephonyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelephonyConfig")
            .field("sip_bind", &self.sip_bind)
            .field("advertised", &self.advertised)
            .field("domain", &self.domain)
            .field("digests", &self.digests)
            .field("media", &self.media)
            .finish_non_exhaustive()
    }
}
