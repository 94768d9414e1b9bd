//! The keys of one direction, and what is done with them, whatever the suite.

use super::counter::CounterMode;
use super::derive::Purpose;
use super::gcm::{self, Gcm};
use super::{INDEX, MasterKey, RTCP_HEADER, Suite};

const TAG_80: usize = 10;
const TAG_32: usize = 4;

/// The bit of a report's index that says that it is encrypted (RFC 3711, 3.4).
const ENCRYPTED: u32 = 1 << 31;

/// What protects RTP, or RTCP, of one direction.
pub(super) enum SessionKeys {
    CounterMode(CounterMode),
    Gcm(Gcm),
}

/// A protected report and what is behind it.
pub(super) struct SealedReport<'a> {
    pub(super) packet: &'a mut [u8],
    word: [u8; INDEX],
    tag: &'a [u8],
}

impl SessionKeys {
    pub(super) fn derive(master: &MasterKey, purpose: Purpose) -> SessionKeys {
        let counter = |tag| SessionKeys::CounterMode(CounterMode::derive(master, purpose, tag));
        match (master.suite, purpose) {
            (Suite::AesCm128HmacSha1Tag80, _) => counter(TAG_80),
            (Suite::AesCm128HmacSha1Tag32, Purpose::Rtp) => counter(TAG_32),
            (Suite::AesCm128HmacSha1Tag32, Purpose::Rtcp) => counter(TAG_80),
            (Suite::AeadAes128Gcm, _) => SessionKeys::Gcm(Gcm::derive_128(master, purpose)),
            (Suite::AeadAes256Gcm, _) => SessionKeys::Gcm(Gcm::derive_256(master, purpose)),
        }
    }

    /// Bytes of the tag.
    pub(super) fn tag(&self) -> usize {
        match self {
            SessionKeys::CounterMode(keys) => keys.tag(),
            SessionKeys::Gcm(_) => gcm::TAG,
        }
    }

    /// Protects a packet whose payload begins at `header`, and writes its tag.
    pub(super) fn seal_rtp(
        &self,
        (ssrc, index): (u32, u64),
        packet: &mut [u8],
        header: usize,
        tag: &mut [u8],
    ) {
        match self {
            SessionKeys::CounterMode(keys) => {
                keys.apply(ssrc, index, &mut packet[header..]);
                keys.sign(packet, rollover(index), tag);
            }
            SessionKeys::Gcm(keys) => {
                let (clear, payload) = packet.split_at_mut(header);
                keys.seal((ssrc, index), clear, payload, tag);
            }
        }
    }

    /// Opens a packet, if its tag is right.
    pub(super) fn open_rtp(
        &self,
        (ssrc, index): (u32, u64),
        packet: &mut [u8],
        header: usize,
        tag: &[u8],
    ) -> bool {
        match self {
            SessionKeys::CounterMode(keys) => {
                let right = keys.is_tag(packet, rollover(index), tag);
                if right {
                    keys.apply(ssrc, index, &mut packet[header..]);
                }
                right
            }
            SessionKeys::Gcm(keys) => {
                let (clear, payload) = packet.split_at_mut(header);
                keys.open((ssrc, index), clear, payload, tag)
            }
        }
    }

    /// Protects a report of at least its header under this number.
    pub(super) fn seal_rtcp(&self, ssrc: u32, number: u32, report: &mut Vec<u8>) {
        let word = (number | ENCRYPTED).to_be_bytes();
        let index = u64::from(number);
        let mut tag = [0; gcm::TAG];
        let tag = &mut tag[..self.tag()];
        match self {
            SessionKeys::CounterMode(keys) => {
                keys.apply(ssrc, index, &mut report[RTCP_HEADER..]);
                keys.sign(report, word, tag);
                report.extend(word);
                report.extend_from_slice(tag);
            }
            SessionKeys::Gcm(keys) => {
                let (header, body) = report.split_at_mut(RTCP_HEADER);
                keys.seal((ssrc, index), &clear_of(header, word), body, tag);
                report.extend_from_slice(tag);
                report.extend(word);
            }
        }
    }

    /// Takes a protected report apart; `None` if it is too short.
    pub(super) fn parts<'a>(&self, datagram: &'a mut [u8]) -> Option<SealedReport<'a>> {
        let length = datagram.len().checked_sub(INDEX + self.tag())?;
        if length < RTCP_HEADER {
            return None;
        }
        let (packet, behind) = datagram.split_at_mut(length);
        let (word, tag) = match self {
            SessionKeys::CounterMode(_) => behind.split_at(INDEX),
            SessionKeys::Gcm(_) => {
                let (tag, word) = behind.split_at(gcm::TAG);
                (word, tag)
            }
        };
        let word = word.try_into().ok()?;
        Some(SealedReport { packet, word, tag })
    }

    /// Opens a report, if its tag is right.
    pub(super) fn open_rtcp(&self, ssrc: u32, report: &mut SealedReport<'_>) -> bool {
        let (index, encrypted) = (u64::from(report.number()), report.is_encrypted());
        let SealedReport { packet, word, tag } = report;
        match (self, encrypted) {
            (SessionKeys::CounterMode(keys), _) => {
                let right = keys.is_tag(packet, *word, tag);
                if right && encrypted {
                    keys.apply(ssrc, index, &mut packet[RTCP_HEADER..]);
                }
                right
            }
            (SessionKeys::Gcm(keys), true) => {
                let (header, body) = packet.split_at_mut(RTCP_HEADER);
                keys.open((ssrc, index), &clear_of(header, *word), body, tag)
            }
            // All of it is in clear (RFC 7714, 9.2).
            (SessionKeys::Gcm(keys), false) => {
                let clear = [packet, &word[..]].concat();
                keys.open((ssrc, index), &clear, &mut [], tag)
            }
        }
    }
}

impl SealedReport<'_> {
    /// Its number, of 31 bits.
    pub(super) fn number(&self) -> u32 {
        u32::from_be_bytes(self.word) & !ENCRYPTED
    }

    fn is_encrypted(&self) -> bool {
        u32::from_be_bytes(self.word) & ENCRYPTED != 0
    }
}

/// What of an encrypted report is only signed (RFC 7714, 9.2).
fn clear_of(header: &[u8], word: [u8; INDEX]) -> [u8; RTCP_HEADER + INDEX] {
    let mut clear = [0; RTCP_HEADER + INDEX];
    clear[..RTCP_HEADER].copy_from_slice(header);
    clear[RTCP_HEADER..].copy_from_slice(&word);
    clear
}

/// How often the sequence number has begun anew: what of the index is not on the wire.
fn rollover(index: u64) -> [u8; 4] {
    ((index >> 16) as u32).to_be_bytes()
}

/// Nothing of them is for any log.
impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKeys(…)")
    }
}
