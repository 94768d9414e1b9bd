//! The server's side: nonces that carry their own time and source under a MAC, so that issuing one
//! costs no memory; counters of used nonces, so that none is replayed.
//!
//! A nonce is `time . serial . MAC(key, time . serial . source)`. Only a right password makes the
//! server remember one, so strangers cannot fill its memory. Whether the account of the digest may
//! do what the request asks, and whether its `uri` is that of the request, is the caller's matter.

use super::replay::Replay;
use super::{Algorithm, Authorization, Challenge, Ha1};
use crate::message::Method;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

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
    /// How many used nonces are remembered at most. Beyond it the oldest are no longer taken, which
    /// costs their owners one more challenge.
    pub capacity: usize,
    /// The hashes offered and taken, preferred first.
    pub algorithms: Vec<Algorithm>,
}

/// Issues nonces and checks digests over them.
pub struct Nonces {
    rules: NonceRules,
    epoch: Instant,
    /// How many were issued: the number of the last one.
    serial: u64,
    replay: Replay,
}

/// Time and number (8 bytes each), and half of an HMAC-SHA-256.
const NONCE_BYTES: usize = 32;
const MAC_BYTES: usize = 16;

/// What a nonce of ours says.
#[derive(Clone, Copy)]
struct Issued {
    /// Since the epoch.
    at: Duration,
    serial: u64,
}

impl Nonces {
    /// The times inside nonces count from `now`.
    pub fn new(rules: NonceRules, now: Instant) -> Self {
        Self {
            epoch: now,
            serial: 0,
            replay: Replay::new(rules.capacity),
            rules,
        }
    }

    /// The challenges for one refusal, one for each hash allowed, in that order (RFC 8760).
    /// They are alike for known and unknown accounts.
    pub fn challenges(&mut self, now: Instant, source: IpAddr, stale: bool) -> Vec<Challenge> {
        let nonce = self.issue(now, source);
        let challenge = |algorithm: &Algorithm| Challenge {
            realm: self.rules.realm.clone(),
            nonce: nonce.clone(),
            algorithm: *algorithm,
            qop_auth: true,
            stale,
            opaque: None,
        };
        self.rules.algorithms.iter().map(challenge).collect()
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
        if !self.rules.algorithms.contains(&authorization.algorithm) {
            return Verdict::Refused;
        }
        if authorization.realm != self.rules.realm || !is_right(authorization, method, ha1) {
            return Verdict::Refused;
        }
        let Some(issued) = self.read(now, source, &authorization.nonce) else {
            return Verdict::Stale;
        };
        let lifetime = self.rules.lifetime;
        let elapsed = self.since_epoch(now);
        self.replay.forget(|at| at + lifetime < elapsed);
        // The older form has no counter: there a nonce is good for one request.
        let count = authorization.qop.as_ref().map(|qop| qop.nc);
        if self.replay.is_first(issued.serial, issued.at, count) {
            Verdict::Accepted
        } else {
            Verdict::Stale
        }
    }

    /// Whether `nonce` was given to `source` and has not expired: who sends it receives there.
    pub fn gave(&self, now: Instant, source: IpAddr, nonce: &str) -> bool {
        self.read(now, source, nonce).is_some()
    }

    /// How many used nonces are remembered.
    pub fn remembered(&self) -> usize {
        self.replay.len()
    }

    fn issue(&mut self, now: Instant, source: IpAddr) -> String {
        self.serial += 1;
        let mut nonce = [0; NONCE_BYTES];
        let millis = u64::try_from(self.since_epoch(now).as_millis()).unwrap_or(u64::MAX);
        nonce[..8].copy_from_slice(&millis.to_be_bytes());
        nonce[8..16].copy_from_slice(&self.serial.to_be_bytes());
        let mac = self.mac(&nonce[..16], source).finalize().into_bytes();
        nonce[16..].copy_from_slice(&mac[..MAC_BYTES]);
        BASE64.encode(nonce)
    }

    /// What `nonce` says if it is ours, was given to `source` and has not expired.
    fn read(&self, now: Instant, source: IpAddr, nonce: &str) -> Option<Issued> {
        let bytes: [u8; NONCE_BYTES] = BASE64.decode(nonce).ok()?.try_into().ok()?;
        let (said, mac) = bytes.split_at(NONCE_BYTES - MAC_BYTES);
        self.mac(said, source).verify_truncated_left(mac).ok()?;
        let (millis, serial) = said.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).ok();
        let issued = Issued {
            at: Duration::from_millis(number(millis)?),
            serial: number(serial)?,
        };
        (self.since_epoch(now) <= issued.at + self.rules.lifetime).then_some(issued)
    }

    fn mac(&self, said: &[u8], source: IpAddr) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.rules.key)
            .expect("HMAC takes a key of any length");
        mac.update(said);
        // The address last: what stands before it has a fixed length.
        match source.to_canonical() {
            IpAddr::V4(ip) => mac.update(&ip.octets()),
            IpAddr::V6(ip) => mac.update(&ip.octets()),
        }
        mac
    }

    fn since_epoch(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.epoch)
    }
}

/// Whether the digest was made with the password. Takes the same steps whether the account exists
/// or not, and compares in constant time.
fn is_right(authorization: &Authorization, method: &Method, ha1: Option<&Ha1>) -> bool {
    let nobody = Ha1 {
        md5: [0; 16],
        sha256: [0; 32],
    };
    let expected = ha1.unwrap_or(&nobody).response(
        authorization.algorithm,
        &authorization.nonce,
        method.as_str(),
        &authorization.uri,
        authorization.qop.as_ref(),
    );
    let given = authorization.response.to_ascii_lowercase();
    let right = expected.as_bytes().ct_eq(given.as_bytes());
    bool::from(right) & ha1.is_some()
}

/// The key stays out of logs.
impl fmt::Debug for NonceRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NonceRules")
            .field("realm", &self.realm)
            .field("lifetime", &self.lifetime)
            .field("capacity", &self.capacity)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Nonces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nonces")
            .field("rules", &self.rules)
            .field("issued", &self.serial)
            .field("remembered", &self.replay.len())
            .finish_non_exhaustive()
    }
}
