//! A piece of what a leg receives, copied for those who listen: recorders, detectors, tests. Of a
//! fixed size, so that copying one takes no memory from anybody; a longer packet is several.

use std::time::Instant;

use crate::codec::FRAME_SAMPLES;
use crate::rtp::Packet;
use crate::{Codec, LegId};

/// At most 20 ms of audio as received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapFrame {
    /// The leg that received it.
    pub leg: LegId,
    /// The law of its codes.
    pub codec: Codec,
    /// Who sent it (RFC 3550).
    pub ssrc: u32,
    /// RTP timestamp of its first code, 8000 a second.
    pub timestamp: u32,
    /// Sequence number of the packet it is from.
    pub sequence: u16,
    /// When it came.
    pub at: Instant,
    length: u8,
    codes: [u8; FRAME_SAMPLES],
}

impl TapFrame {
    /// The frames of a packet, in order.
    pub fn of<'a>(
        leg: LegId,
        codec: Codec,
        at: Instant,
        packet: &'a Packet<'_>,
    ) -> impl Iterator<Item = TapFrame> + 'a {
        let parts = packet.payload.chunks(FRAME_SAMPLES).zip(0_u32..);
        parts.map(move |(part, number)| {
            let mut codes = [0; FRAME_SAMPLES];
            codes[..part.len()].copy_from_slice(part);
            TapFrame {
                leg,
                codec,
                ssrc: packet.ssrc,
                timestamp: packet.timestamp.wrapping_add(number * FRAME_SAMPLES as u32),
                sequence: packet.sequence,
                at,
                length: part.len() as u8,
                codes,
            }
        })
    }

    /// G.711 codes, one a sample.
    pub fn codes(&self) -> &[u8] {
        &self.codes[..usize::from(self.length)]
    }
}
