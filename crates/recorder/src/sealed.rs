//! The container: a head in the clear, then chunks of one second, each sealed by itself
//! (XChaCha20-Poly1305) with the head and its place bound to it. All chunks are of one size, so that
//! a range of the sound is a range of the file; what was written before a crash can be heard; and
//! nothing can be changed, moved, taken out or cut off unseen: the last chunk says that it is. In the
//! archive the last one is as short as what is in it.
//!
//! ```text
//! head, 128 bytes: magic 8 · content 1 · channels 1 · 0 2 · rate 4 · attempt 8 · began 8 · nonce 16 · key 80
//! chunk, 16 020:   sealed(length 2 · flags 1 · 0 1 · 16 000 bytes, padded) · tag 16
//! ```

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use domain::{AttemptId, Timestamp};
use media::Codec;

use crate::error::RecordingError;
use crate::file_key::FileKey;
use crate::keys::SEALED_KEY;

const MAGIC: &[u8; 8] = b"CADREC01";
/// Bytes of the head.
pub(crate) const HEAD: usize = 48 + SEALED_KEY;
/// Bytes of sound in a chunk: a second of two channels of G.711.
pub const CHUNK: usize = 16_000;
const PLAIN: usize = 4 + CHUNK;
const TAG: usize = 16;
/// Bytes of a chunk in the file.
pub(crate) const SEALED: usize = PLAIN + TAG;
/// Chunks of a whole day; nobody talks longer.
pub(crate) const CHUNKS_MAX: u64 = 86_400;

/// What the bytes in the chunks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Pairs of A-law codes, left and right.
    Pcma,
    /// Pairs of mu-law codes.
    Pcmu,
    /// A FLAC file made of codes of this law, and where its frames are (`crate::archive`).
    Flac(Codec),
}

impl Content {
    /// Codes of this law, as they are.
    pub const fn codes(codec: Codec) -> Content {
        match codec {
            Codec::Pcma => Content::Pcma,
            Codec::Pcmu => Content::Pcmu,
        }
    }

    /// The law of its samples.
    pub const fn law(self) -> Codec {
        match self {
            Content::Pcma => Codec::Pcma,
            Content::Pcmu => Codec::Pcmu,
            Content::Flac(codec) => codec,
        }
    }

    const fn number(self) -> u8 {
        match self {
            Content::Pcma => 1,
            Content::Pcmu => 2,
            Content::Flac(Codec::Pcma) => 3,
            Content::Flac(Codec::Pcmu) => 4,
        }
    }

    /// The word used in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Content::Pcma => "pcma",
            Content::Pcmu => "pcmu",
            Content::Flac(_) => "flac",
        }
    }

    fn from_number(number: u8) -> Option<Content> {
        let all = [Codec::Pcma, Codec::Pcmu];
        let all = all.map(|law| [Content::codes(law), Content::Flac(law)]);
        all.into_iter()
            .flatten()
            .find(|content| content.number() == number)
    }
}

/// What a file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// What is in it.
    pub content: Content,
    /// Whose call.
    pub attempt: AttemptId,
    /// When it began.
    pub began: Timestamp,
    /// The key of the file, sealed; zeros where it is kept elsewhere.
    pub sealed_key: [u8; SEALED_KEY],
    nonce: [u8; 16],
}

impl Head {
    /// The head of a new file.
    pub fn new(
        content: Content,
        attempt: AttemptId,
        began: Timestamp,
        sealed_key: Option<[u8; SEALED_KEY]>,
    ) -> Head {
        Head {
            content,
            attempt,
            began,
            sealed_key: sealed_key.unwrap_or([0; SEALED_KEY]),
            nonce: rand::random(),
        }
    }

    pub(crate) fn bytes(&self) -> [u8; HEAD] {
        let mut bytes = [0; HEAD];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8] = self.content.number();
        bytes[9] = 2;
        bytes[12..16].copy_from_slice(&media::codec::SAMPLE_RATE.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.attempt.get().to_le_bytes());
        bytes[24..32].copy_from_slice(&self.began.as_millis().to_le_bytes());
        bytes[32..48].copy_from_slice(&self.nonce);
        bytes[48..].copy_from_slice(&self.sealed_key);
        bytes
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Head, RecordingError> {
        let no = RecordingError::NotOurs;
        let bytes: &[u8; HEAD] = bytes
            .get(..HEAD)
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(no("it is too short"))?;
        if &bytes[..8] != MAGIC {
            return Err(no("it does not begin as one"));
        }
        let content = Content::from_number(bytes[8]).ok_or(no("made by a later version"))?;
        let number = |at: usize| {
            let eight: [u8; 8] = std::array::from_fn(|n| bytes[at + n]);
            i64::from_le_bytes(eight)
        };
        let head = Head {
            content,
            attempt: AttemptId::new(number(16)),
            began: Timestamp::from_millis(number(24)),
            nonce: std::array::from_fn(|n| bytes[32 + n]),
            sealed_key: std::array::from_fn(|n| bytes[48 + n]),
        };
        // What says nothing yet must say just that.
        match head.bytes() == *bytes {
            true => Ok(head),
            false => Err(no("made by a later version")),
        }
    }
}

/// What a chunk says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    /// No other follows.
    pub(crate) last: bool,
    /// Silence in place of a second that could not be written.
    pub(crate) lost: bool,
    /// Written after a crash, to end the file.
    pub(crate) recovered: bool,
    /// Not filled up to the size of all others: the last one in the archive.
    pub(crate) short: bool,
}

impl Flags {
    fn bits(self) -> u8 {
        u8::from(self.last)
            | u8::from(self.lost) << 1
            | u8::from(self.recovered) << 2
            | u8::from(self.short) << 3
    }

    fn from_bits(bits: u8) -> Flags {
        Flags {
            last: bits & 1 != 0,
            lost: bits & 2 != 0,
            recovered: bits & 4 != 0,
            short: bits & 8 != 0,
        }
    }
}

/// A chunk that was opened.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) flags: Flags,
    pub(crate) bytes: Vec<u8>,
}

/// Seals and opens the chunks of one file.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    head: [u8; HEAD],
    nonce: [u8; 16],
}

impl Sealer {
    pub(crate) fn new(head: &Head, key: &FileKey) -> Sealer {
        Sealer {
            cipher: XChaCha20Poly1305::new(&key.0.into()),
            head: head.bytes(),
            nonce: head.nonce,
        }
    }

    /// Adds a sealed chunk to `out`. A place is sealed once: what ends a file after a crash has a
    /// nonce of its own, since what it replaces may have been seen.
    pub(crate) fn seal(&self, place: u64, flags: Flags, bytes: &[u8], out: &mut Vec<u8>) {
        debug_assert!(bytes.len() <= CHUNK, "a chunk holds a second");
        let start = out.len();
        out.extend_from_slice(&(bytes.len() as u16).to_le_bytes());
        out.extend_from_slice(&[flags.bits(), 0]);
        out.extend_from_slice(bytes);
        if !flags.short {
            out.resize(start + PLAIN, 0);
        }
        let nonce = self.nonce_of(place, flags.recovered);
        let tag =
            self.cipher
                .encrypt_inout_detached(&nonce, &self.head, out[start..].as_mut().into());
        out.extend_from_slice(&tag.expect("a chunk is never too long"));
    }

    /// Opens the chunk at a place.
    pub(crate) fn open(&self, place: u64, sealed: &[u8]) -> Result<Chunk, RecordingError> {
        let changed = || RecordingError::Changed(place);
        let end = sealed.len().checked_sub(TAG).filter(|end| *end >= 4);
        let (plain, tag) = sealed.split_at(end.ok_or_else(changed)?);
        let tag = Tag::try_from(tag).map_err(|_| changed())?;
        for recovered in [false, true] {
            let mut plain = plain.to_vec();
            let nonce = self.nonce_of(place, recovered);
            let opened = self.cipher.decrypt_inout_detached(
                &nonce,
                &self.head,
                plain.as_mut_slice().into(),
                &tag,
            );
            if opened.is_ok() {
                let length = usize::from(u16::from_le_bytes([plain[0], plain[1]]));
                let flags = Flags::from_bits(plain[2]);
                plain.drain(..4);
                plain.truncate(length.min(CHUNK));
                return Ok(Chunk {
                    flags,
                    bytes: plain,
                });
            }
        }
        Err(changed())
    }

    fn nonce_of(&self, place: u64, recovered: bool) -> XNonce {
        let mut nonce = [0; 24];
        nonce[..16].copy_from_slice(&self.nonce);
        nonce[16..].copy_from_slice(&(place | u64::from(recovered) << 63).to_le_bytes());
        XNonce::from(nonce)
    }
}

/// Where a chunk lies in the file.
pub(crate) const fn offset_of(place: u64) -> u64 {
    HEAD as u64 + place * SEALED as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> (Sealer, Vec<u8>) {
        let head = Head::new(
            Content::Pcma,
            AttemptId::new(3),
            Timestamp::from_millis(5),
            None,
        );
        let sealer = Sealer::new(&head, &FileKey::random());
        let mut out = Vec::new();
        sealer.seal(0, Flags::default(), &[7; CHUNK], &mut out);
        (sealer, out)
    }

    #[test]
    fn a_chunk_opens_in_its_place_and_nowhere_else() {
        let (sealer, out) = sealed();
        assert_eq!(out.len(), SEALED);
        assert_eq!(sealer.open(0, &out).expect("ours").bytes, [7; CHUNK]);
        let elsewhere = sealer.open(1, &out).expect_err("moved");
        assert!(elsewhere.to_string().contains("second 1 was changed"));
        assert!(sealer.open(0, &out[1..]).is_err());
        for length in [0, 16, 19, 40, SEALED - 1] {
            assert!(sealer.open(0, &out[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn the_last_chunk_of_the_archive_is_as_short_as_what_is_in_it() {
        let (sealer, _) = sealed();
        let last = Flags {
            last: true,
            short: true,
            ..Flags::default()
        };
        for bytes in [&[][..], &[1, 2, 3]] {
            let mut out = Vec::new();
            sealer.seal(7, last, bytes, &mut out);
            assert_eq!(out.len(), 4 + bytes.len() + TAG);
            let chunk = sealer.open(7, &out).expect("ours");
            assert_eq!((chunk.bytes.as_slice(), chunk.flags), (bytes, last));
        }
    }

    #[test]
    fn any_bit_changed_is_seen() {
        let (sealer, out) = sealed();
        for at in [0, 3, 4, PLAIN - 1, PLAIN, SEALED - 1] {
            let mut changed = out.clone();
            changed[at] ^= 0x40;
            assert!(sealer.open(0, &changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_head_comes_back_as_it_was_and_what_is_none_is_refused() {
        let head = Head::new(
            Content::Flac(Codec::Pcmu),
            AttemptId::new(-4),
            Timestamp::from_millis(9),
            Some([3; SEALED_KEY]),
        );
        let bytes = head.bytes();
        assert_eq!(Head::read(&bytes).expect("ours"), head);
        assert!(Head::read(&bytes[..HEAD - 1]).is_err());
        for at in [0, 8, 9, 10, 13] {
            let mut other = bytes;
            other[at] = 0xEE;
            assert!(Head::read(&other).is_err());
        }
    }
}
