//! RTCP (RFC 3550, section 6): reports read and written. Only what a call's figures need: sender
//! and receiver reports, the canonical name, goodbye.

use std::time::{Duration, Instant};

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;
const GOODBYE: u8 = 203;

/// Wall-clock time in NTP's 64 bits (seconds since 1900, and their fraction), counted on from one
/// reading by a clock that never jumps.
#[derive(Debug, Clone, Copy)]
pub struct NtpClock {
    at: Instant,
    ntp: u64,
}

impl NtpClock {
    /// A clock that showed `ntp` at an instant.
    pub fn new(at: Instant, ntp: u64) -> NtpClock {
        NtpClock { at, ntp }
    }

    /// What it shows now.
    pub fn now(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.at);
        let fraction = (u64::from(passed.subsec_nanos()) << 32) / 1_000_000_000;
        self.ntp
            .wrapping_add(passed.as_secs() << 32)
            .wrapping_add(fraction)
    }
}

/// The middle 32 bits of an NTP time: 1/65536 s, as reports refer to each other.
pub fn middle(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

/// A span in the unit of [`middle`].
pub fn units(span: Duration) -> u32 {
    u32::try_from(span.as_micros() * 65_536 / 1_000_000).unwrap_or(u32::MAX)
}

/// What a sender says of its own stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderInfo {
    /// When the report was made.
    pub ntp: u64,
    /// The same instant on the stream's clock.
    pub timestamp: u32,
    /// Packets sent so far.
    pub packets: u32,
    /// Payload bytes sent so far.
    pub bytes: u32,
}

/// What a receiver says of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream.
    pub ssrc: u32,
    /// Share lost since the report before, in 256ths.
    pub fraction_lost: u8,
    /// Packets lost so far, of 24 bits; negative when duplicates outnumber them.
    pub lost: i32,
    /// Highest sequence number, with its wraps in the upper half.
    pub highest: u32,
    /// Interarrival jitter in timestamp units.
    pub jitter: u32,
    /// [`middle`] of the last sender report of that stream; 0 if none came.
    pub last_sender_report: u32,
    /// [`units`] since it came.
    pub delay: u32,
}

/// What a datagram of reports says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compound {
    /// The sender's stream and what it says of it.
    pub sender: Option<(u32, SenderInfo)>,
    /// What it says of streams it receives.
    pub blocks: Vec<ReportBlock>,
    /// It says goodbye.
    pub bye: bool,
}

/// Reads a datagram; `None` if it is not RTCP from end to end.
pub fn parse(bytes: &[u8]) -> Option<Compound> {
    let mut compound = Compound::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let [first, kind, high, low, ..] = *rest else {
            return None;
        };
        let length = (usize::from(u16::from_be_bytes([high, low])) + 1) * 4;
        let packet = rest.get(4..length).filter(|_| first >> 6 == 2)?;
        let count = usize::from(first & 0x1F);
        match kind {
            SENDER_REPORT => {
                compound.sender = Some((u32_at(packet, 0)?, parse_sender(packet)?));
                parse_blocks(packet.get(24..)?, count, &mut compound.blocks)?;
            }
            RECEIVER_REPORT => parse_blocks(packet.get(4..)?, count, &mut compound.blocks)?,
            GOODBYE => compound.bye = true,
            _ => {}
        }
        rest = &rest[length..];
    }
    Some(compound)
}

fn parse_sender(packet: &[u8]) -> Option<SenderInfo> {
    Some(SenderInfo {
        ntp: u64::from(u32_at(packet, 4)?) << 32 | u64::from(u32_at(packet, 8)?),
        timestamp: u32_at(packet, 12)?,
        packets: u32_at(packet, 16)?,
        bytes: u32_at(packet, 20)?,
    })
}

fn parse_blocks(bytes: &[u8], count: usize, blocks: &mut Vec<ReportBlock>) -> Option<()> {
    for n in 0..count {
        let block = bytes.get(n * 24..n * 24 + 24)?;
        let loss = u32_at(block, 4)?;
        blocks.push(ReportBlock {
            ssrc: u32_at(block, 0)?,
            fraction_lost: (loss >> 24) as u8,
            // 24 bits with a sign: shifted up and back, the sign fills the rest.
            lost: (loss << 8) as i32 >> 8,
            highest: u32_at(block, 8)?,
            jitter: u32_at(block, 12)?,
            last_sender_report: u32_at(block, 16)?,
            delay: u32_at(block, 20)?,
        });
    }
    Some(())
}

/// Writes a datagram: a sender report if there is something to say of the own stream, else a
/// receiver report; the canonical name; and goodbye if it is the last.
pub fn write(
    ssrc: u32,
    sender: Option<SenderInfo>,
    block: Option<ReportBlock>,
    name: &str,
    bye: bool,
) -> Vec<u8> {
    let mut report = ssrc.to_be_bytes().to_vec();
    if let Some(info) = sender {
        report.extend(info.ntp.to_be_bytes());
        for word in [info.timestamp, info.packets, info.bytes] {
            report.extend(word.to_be_bytes());
        }
    }
    if let Some(block) = block {
        let lost = (block.lost.clamp(-0x80_0000, 0x7F_FFFF) as u32) & 0xFF_FFFF;
        for word in [
            block.ssrc,
            u32::from(block.fraction_lost) << 24 | lost,
            block.highest,
            block.jitter,
            block.last_sender_report,
            block.delay,
        ] {
            report.extend(word.to_be_bytes());
        }
    }
    let kind = sender.map_or(RECEIVER_REPORT, |_| SENDER_REPORT);
    let mut bytes = packet(kind, u8::from(block.is_some()), &report);
    bytes.extend(packet(SOURCE_DESCRIPTION, 1, &description(ssrc, name)));
    if bye {
        bytes.extend(packet(GOODBYE, 1, &ssrc.to_be_bytes()));
    }
    bytes
}

fn packet(kind: u8, count: u8, body: &[u8]) -> Vec<u8> {
    let words = (body.len() / 4) as u16;
    let mut bytes = vec![0x80 | count, kind];
    bytes.extend(words.to_be_bytes());
    bytes.extend(body);
    bytes
}

/// One chunk with one item, CNAME (6.5.1), and at least one zero up to the next word.
fn description(ssrc: u32, name: &str) -> Vec<u8> {
    let name = &name.as_bytes()[..name.len().min(255)];
    let mut chunk = ssrc.to_be_bytes().to_vec();
    chunk.extend([1, name.len() as u8]);
    chunk.extend(name);
    chunk.resize((chunk.len() / 4 + 1) * 4, 0);
    chunk
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(lost: i32) -> ReportBlock {
        ReportBlock {
            ssrc: 9,
            fraction_lost: 128,
            lost,
            highest: 0x1_0002,
            jitter: 40,
            last_sender_report: 0xAABB_CCDD,
            delay: 65_536,
        }
    }

    #[test]
    fn reports_read_as_they_were_written() {
        let info = SenderInfo {
            ntp: 0x0102_0304_0506_0708,
            timestamp: 4,
            packets: 5,
            bytes: 6,
        };
        for lost in [0, 7, -7, 0x7F_FFFF, -0x80_0000] {
            let bytes = write(1, Some(info), Some(block(lost)), "name", true);
            assert_eq!(bytes.len() % 4, 0);
            let compound = parse(&bytes).expect("our own");
            assert_eq!(compound.sender, Some((1, info)));
            assert_eq!(compound.blocks, [block(lost)]);
            assert!(compound.bye);
        }
        let receiver = parse(&write(1, None, None, "", false)).expect("our own");
        assert_eq!(receiver, Compound::default());
    }

    #[test]
    fn a_report_that_claims_more_than_it_holds_is_refused() {
        let bytes = write(1, None, Some(block(0)), "name", false);
        let mut claims_two = bytes.clone();
        claims_two[0] = 0x82;
        assert_eq!(parse(&claims_two), None);
        let mut too_long = bytes.clone();
        too_long[3] += 40;
        assert_eq!(parse(&too_long), None);
        assert_eq!(parse(&bytes[..bytes.len() - 2]), None);
    }

    #[test]
    fn the_clock_counts_on_in_fractions() {
        let at = Instant::now();
        let clock = NtpClock::new(at, 5 << 32);
        let later = clock.now(at + Duration::from_millis(1_500));
        assert_eq!(later, (6 << 32) + (1 << 31));
        assert_eq!(
            middle(later).wrapping_sub(middle(5 << 32)),
            units(Duration::from_millis(1_500))
        );
    }

    proptest! {
        #[test]
        fn no_datagram_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..120), real: bool) {
            if real && bytes.len() > 4 {
                (bytes[0], bytes[1]) = (0x80 | bytes[0] & 0x1F, 200 + bytes[1] % 4);
                (bytes[2], bytes[3]) = (0, bytes[3] % 32);
            }
            let _ = parse(&bytes);
        }
    }
}
