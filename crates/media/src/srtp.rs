//! SRTP and SRTCP (RFC 3711) with the suites that our peers have: those of SDES keys (RFC 4568, 6.2),
//! AES in counter mode and HMAC-SHA1 with tags of 80 or 32 bits; and those that browsers prefer, AES-GCM
//! (RFC 7714). The keys come from outside; how they were agreed on is signalling's, or DTLS's. Not
//! here: key derivation rates, master key identifiers.

mod counter;
mod derive;
mod gcm;
mod index;
mod keys;
mod receiver;
mod sender;
#[cfg(test)]
mod tests;

pub use receiver::Unprotect;
pub use sender::Protect;

/// What a packet may grow by: the index and the tag of SRTCP.
pub const GROWTH_MAX: usize = INDEX + gcm::TAG;

/// Bytes of the index of a report, with the bit that says whether it is encrypted.
const INDEX: usize = 4;
/// Bytes of an RTP header without contributing sources and extension.
const RTP_HEADER: usize = 12;
/// What of a report stays in clear.
const RTCP_HEADER: usize = 8;

/// What a stream is protected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// `AES_CM_128_HMAC_SHA1_80` (RFC 4568, 6.2; RFC 5764, 4.1.2).
    AesCm128HmacSha1Tag80,
    /// `AES_CM_128_HMAC_SHA1_32`; its reports carry 80 bits all the same.
    AesCm128HmacSha1Tag32,
    /// `AEAD_AES_128_GCM` (RFC 7714, 14.1).
    AeadAes128Gcm,
    /// `AEAD_AES_256_GCM`.
    AeadAes256Gcm,
}

impl Suite {
    /// Bytes of a master key.
    pub const fn key_length(self) -> usize {
        match self {
            Suite::AeadAes256Gcm => 32,
            Suite::AesCm128HmacSha1Tag80 | Suite::AesCm128HmacSha1Tag32 | Suite::AeadAes128Gcm => {
                16
            }
        }
    }

    /// Bytes of a master salt.
    pub const fn salt_length(self) -> usize {
        match self {
            Suite::AesCm128HmacSha1Tag80 | Suite::AesCm128HmacSha1Tag32 => 14,
            Suite::AeadAes128Gcm | Suite::AeadAes256Gcm => 12,
        }
    }
}

/// A master key with its salt, for one suite.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MasterKey {
    suite: Suite,
    key: [u8; 32],
    salt: [u8; 14],
}

impl MasterKey {
    /// The key followed by its salt, as `inline:` carries them (RFC 4568, 6.1); `None` if there are not as many
    /// bytes as the suite wants.
    pub fn new(suite: Suite, key_and_salt: &[u8]) -> Option<MasterKey> {
        let (key, salt) = key_and_salt.split_at_checked(suite.key_length())?;
        if salt.len() != suite.salt_length() {
            return None;
        }
        let mut master = MasterKey {
            suite,
            key: [0; 32],
            salt: [0; 14],
        };
        master.key[..key.len()].copy_from_slice(key);
        // One of 96 bits is followed by zeros (RFC 7714, 11).
        master.salt[..salt.len()].copy_from_slice(salt);
        Some(master)
    }

    /// What it is for.
    pub fn suite(&self) -> Suite {
        self.suite
    }
}

/// It is a secret: not for any log.
impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The keys of a leg: each side has one that it sends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// What we send with.
    pub ours: MasterKey,
    /// What the peer sends with.
    pub theirs: MasterKey,
}

/// Why a packet is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too short to be protected, or its header says more than there is.
    Malformed,
    /// Its tag is wrong.
    Forged,
    /// It came before, or is older than what is remembered.
    Replayed,
    /// More streams under one key than any phone makes.
    TooManyStreams,
}
