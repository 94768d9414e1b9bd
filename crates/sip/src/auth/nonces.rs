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

/// How nonces are made and how long they hold.
#[derive(Clone)]
pub struct NonceRules {
    /// The realm of the challenges.
    pub realm: String,
    /// Random and secret: who has it can forge nonces.
    pub key: [u8; 32],
    /// How long a nonce may be used; 60 s is usual.
    pub lifetime: Duration,
    /// How many used nonces are remembered at most.
    pub capacity: usize,
    /// Whether MD5 is offered and taken besides SHA-256, for phones that know nothing better.
    pub md5: bool,
}

/// Issues nonces and checks digests over them.
pub struct Nonces {
    rules: NonceRules,
    epoch: Instant,
}

impl Nonces {
    /// The times inside nonces count from `now`.
    pub fn new(rules: NonceRules, now: Instant) -> Self {
        Self { rules, epoch: now }
    }

    /// The challenges for one refusal, strongest first (RFC 8760): SHA-256, then MD5 if allowed.
    /// They are alike for known and unknown accounts.
    pub fn challenges(&self, now: Instant, source: IpAddr, stale: bool) -> Vec<Challenge> {
        let _ = (now, source, stale, &self.rules.realm, self.epoch);
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
    ) -> Verdict {
        let _ = (now, source, authorization, method, ha1);
        Verdict::Refused
    }
}
