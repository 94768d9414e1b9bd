//! SRTP and SRTCP (RFC 3711) with the suites every phone with SDES keys has (RFC 4568, 6.2):
//! AES in counter mode and HMAC-SHA1, tags of 80 or 32 bits. The keys come from outside; how they
//! were agreed on is signalling's. Not here: key derivation rates, master key identifiers, GCM.

mod index;
mod keys;
mod receiver;
mod sender;
#[cfg(test)]
mod tests;

pub use receiver::Unprotect;
pub use sender::Protect;

/// What a packet may grow by: the index and the tag of SRTCP.
pub const GROWTH_MAX: usize = 4 + TAG_80;

const TAG_80: usize = 10;
const TAG_32: usize = 4;

/// What a stream is protected with (RFC 4568, 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Suite {
    /// `AES_CM_128_HMAC_SHA1_80`.
    AesCm128HmacSha1Tag80,
    /// `AES_CM_128_HMAC_SHA1_32`; its reports carry 80 bits all the same.
    AesCm128HmacSha1Tag32,
}

impl Suite {
    /// Bytes of the tag behind an RTP packet.
    const fn tag(self) -> usize {
        match self {
            Suite::AesCm128HmacSha1Tag80 => TAG_80,
            Suite::AesCm128HmacSha1Tag32 => TAG_32,
        }
    }
}

/// A master key of 16 bytes with its salt of 14, as `inline:` carries them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MasterKey(pub [u8; MasterKey::LENGTH]);

impl MasterKey {
    /// Bytes of key and salt.
    pub const LENGTH: usize = 30;
}

/// It is a secret: not for any log.
impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// The keys of a leg: each side names the one it sends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Both ways the same (RFC 4568, 5.1.3).
    pub suite: Suite,
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
