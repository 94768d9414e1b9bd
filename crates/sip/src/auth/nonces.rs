//! The server's side: nonces that carry their own time and source under a MAC, so that issuing one
//! costs no memory; counters of used nonces, so that none is replayed.

use super::{Authorization, Challenge, Ha1};
use crate::message::Method;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// What a digest is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Right account, right password, fresh nonce, first use of its counter.
    Accepted,
    /// Right password, but the nonce is old, foreign or used up: challenge again with `stale`.
    Stale,
    /// Anything else: challenge again, as for an account that does not exist.
    Refused,
}

/// Issues nonces and checks digests over them.
#[derive(Debug)]
pub struct Nonces {
    realm: String,
    epoch: Instant,
    lifetime: Duration,
}

impl Nonces {
    /// `key` must be random and secret; `lifetime` is how long a nonce may be used (60 s is usual);
    /// `capacity` bounds how many used nonces are remembered.
    pub fn new(
        realm: &str,
        key: [u8; 32],
        now: Instant,
        lifetime: Duration,
        capacity: usize,
    ) -> Self {
        let _ = (key, capacity);
        Self {
            realm: realm.to_owned(),
            epoch: now,
            lifetime,
        }
    }

    /// The challenges for one refusal, strongest first (RFC 8760): SHA-256, then MD5 if allowed.
    /// They are alike for known and unknown accounts.
    pub fn challenges(
        &self,
        now: Instant,
        source: IpAddr,
        md5: bool,
        stale: bool,
    ) -> Vec<Challenge> {
        let _ = (
            now,
            source,
            md5,
            stale,
            &self.realm,
            self.epoch,
            self.lifetime,
        );
        Vec::new()
    }

    /// Judges `authorization` for a request of `method`. `ha1: None` is an unknown account; it takes
    /// as long as a known one.
    pub fn verify(
        &mut self,
        now: Instant,
        source: IpAddr,
        authorization: &Authorization,
        method: &Method,
        ha1: Option<&Ha1>,
        md5_allowed: bool,
    ) -> Verdict {
        let _ = (now, source, authorization, method, ha1, md5_allowed);
        Verdict::Refused
    }
}
