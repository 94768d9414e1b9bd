//! FLAC (RFC 9639), as far as telephone calls need it written: two channels of 16 bits, 8000 a
//! second, in frames of half a second that can be read each for itself. It loses nothing, every
//! player knows it, and it takes less room than G.711 because somebody is silent most of the time.
//!
//! Decoded G.711 lies on a coarse lattice: never closer than 16 (A-law) or 8 (mu-law) of 65,536. A
//! sample is written as the multiple below it, which FLAC then writes without its low bits
//! ("wasted bits"); the code comes back exactly by encoding that multiple. What a player hears is off
//! by at most 8 of 32,768, which is -72 dB.
//!
//! Reading is others' work: the tests have it read by `claxon`.

mod bits;
mod predict;

use crate::codec::SAMPLE_RATE;
use crate::{Codec, g711};
use bits::Bits;

/// Samples of a frame. Half a second: 4608 is the most that players of the streamable subset take.
pub const FRAME: usize = 4_000;
/// Bytes before the first frame.
pub const HEAD: usize = 42;
const BITS: u32 = 16;

/// What stands before the frames of so many samples a channel: the marker and STREAMINFO (RFC 9639,
/// sections 6 and 8.2). Sizes of frames and the digest of the samples are not known yet, and need
/// not be said.
pub fn head(samples: u64) -> [u8; HEAD] {
    let mut bits = Bits::default();
    bits.bytes(b"fLaC");
    // The only block of metadata, and so the last.
    bits.put(0x80, 8);
    bits.put(34, 24);
    bits.put(FRAME as u64, 16);
    bits.put(FRAME as u64, 16);
    bits.put(0, 24);
    bits.put(0, 24);
    bits.put(u64::from(SAMPLE_RATE), 20);
    bits.put(1, 3);
    bits.put(u64::from(BITS) - 1, 5);
    bits.put(samples & 0xF_FFFF_FFFF, 36);
    bits.bytes(&[0; 16]);
    let mut head = [0; HEAD];
    head.copy_from_slice(&bits.done());
    head
}

/// The frame of this number, of pairs of codes: left, right, left. All frames but the last have
/// [`FRAME`] samples a channel.
///
/// # Panics
/// When there are no pairs, or more than a frame has: the caller cuts them.
pub fn frame(number: u32, codec: Codec, pairs: &[u8]) -> Vec<u8> {
    let samples = pairs.len() / 2;
    assert!((1..=FRAME).contains(&samples), "{samples} samples a frame");
    let mut bits = Bits::default();
    // Sync and a fixed block size; the size follows at the end, 8 kHz, two channels, 16 bits.
    bits.put(0xFFF8, 16);
    bits.put(0b0111, 4);
    bits.put(0b0100, 4);
    bits.put(0b0001, 4);
    bits.put(0b1000, 4);
    bits.utf8(number);
    bits.put(samples as u64 - 1, 16);
    bits.crc8();
    for side in 0..2 {
        let codes = pairs.iter().skip(side).step_by(2);
        let channel: Vec<i32> = codes.map(|code| lattice(codec, *code)).collect();
        predict::subframe(&mut bits, &channel, BITS);
    }
    bits.align();
    bits.crc16();
    bits.done()
}

/// The sample that stands for a code: the multiple of the law's smallest step below what it means.
pub fn lattice(codec: Codec, code: u8) -> i32 {
    let step = match codec {
        Codec::Pcma => 16,
        Codec::Pcmu => 8,
    };
    i32::from(g711::decode(codec, code)) & -step
}

/// The code that a sample stands for.
pub fn code(codec: Codec, sample: i32) -> u8 {
    let sample = sample.clamp(i32::from(i16::MIN), i32::from(i16::MAX));
    g711::codes(codec).of(sample as i16)
}

#[cfg(test)]
mod tests;
