//! Ogg Opus (RFC 7845) into samples, by opus-rs. Pages, headers, what is to be left out at the beginning and
//! at the end, and the gain are read here; the decoder sees packets alone, each with room for all that one
//! may hold, and no more of them than ten minutes.

use std::io::Cursor;

use media::wav::{SECONDS_MAX, Sound, full_scale};
use ogg::PacketReader;
use opus_rs::OpusDecoder;

use crate::sound::SoundError;

/// What Opus decodes to, whatever went in.
const RATE: usize = 48_000;
/// No packet holds more (RFC 6716, 3.2.5): 120 ms.
const PACKET_SAMPLES_MAX: usize = RATE * 120 / 1_000;
/// The marks of the first and second packet of a stream.
pub(crate) const HEAD: &[u8] = b"OpusHead";
const TAGS: &[u8] = b"OpusTags";

/// What the first packet says (RFC 7845, 5.1).
struct Head {
    channels: usize,
    /// Samples at the beginning that belong to nothing.
    skip: usize,
    /// What all samples are multiplied by.
    gain: f32,
}

/// The sound in a file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Sound, SoundError> {
    let mut packets = PacketReader::new(Cursor::new(bytes));
    let mut header = || packets.read_packet_expected().map_err(|e| damaged(&e));
    let first = header()?;
    let head = Head::read(&first.data)?;
    if !header()?.data.starts_with(TAGS) {
        return Err(damaged(&"its headers are damaged"));
    }
    let mut decoder = OpusDecoder::new(RATE as i32, head.channels).map_err(|e| damaged(&e))?;
    let mut heard = vec![0.0; PACKET_SAMPLES_MAX * head.channels];
    let (mut samples, mut ends) = (Vec::new(), None);
    while let Some(packet) = packets.read_packet().map_err(|e| damaged(&e))? {
        if packet.stream_serial() != first.stream_serial() {
            if packet.first_in_stream() {
                return Err(damaged(&"it holds several recordings, one after another"));
            }
            continue;
        }
        let count = decoder.decode(&packet.data, PACKET_SAMPLES_MAX, &mut heard);
        let count = count.map_err(|e| damaged(&e))?;
        let frames = heard.chunks_exact(head.channels).take(count);
        let share = head.gain / head.channels as f32;
        samples.extend(frames.map(|frame| full_scale(frame.iter().sum::<f32>() * share)));
        if samples.len() > SECONDS_MAX * RATE {
            return Err(SoundError::TooLong);
        }
        if packet.last_in_stream() {
            ends = usize::try_from(packet.absgp_page()).ok();
        }
    }
    // The last packet is longer than what was said in it.
    if let Some(ends) = ends.filter(|ends| *ends > 0) {
        samples.truncate(ends);
    }
    samples.drain(..head.skip.min(samples.len()));
    let rate = RATE as u32;
    Ok(Sound { samples, rate })
}

impl Head {
    fn read(packet: &[u8]) -> Result<Head, SoundError> {
        let fields = packet.strip_prefix(HEAD).unwrap_or_default();
        let [
            version,
            channels,
            low,
            high,
            _,
            _,
            _,
            _,
            gain_low,
            gain_high,
            family,
            ..,
        ] = *fields
        else {
            return Err(damaged(&"its headers are damaged"));
        };
        // The upper half of the version is what changes how a stream is read.
        if version >> 4 != 0 {
            return Err(damaged(&"it is of a newer kind of Opus"));
        }
        if family != 0 || !(1..=2).contains(&channels) {
            return Err(damaged(&format!(
                "it has {channels} channels, arranged for more than two ears"
            )));
        }
        let decibels = f32::from(i16::from_le_bytes([gain_low, gain_high])) / 256.0;
        Ok(Head {
            channels: usize::from(channels),
            skip: usize::from(u16::from_le_bytes([low, high])),
            gain: 10.0_f32.powf(decibels / 20.0),
        })
    }
}

fn damaged(what: &dyn std::fmt::Display) -> SoundError {
    SoundError::Opus(what.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(version: u8, channels: u8, gain: i16, family: u8) -> Vec<u8> {
        let gain = gain.to_le_bytes();
        let fields = [
            version, channels, 0x38, 1, 0, 0, 0, 0, gain[0], gain[1], family,
        ];
        [HEAD, &fields].concat()
    }

    #[test]
    fn a_head_says_how_a_stream_is_heard() {
        let read = Head::read(&head(1, 2, 6 * 256, 0)).expect("sound");
        assert_eq!((read.channels, read.skip), (2, 312));
        assert!((read.gain - 1.995).abs() < 0.01, "{}", read.gain);
        for wrong in [
            head(0x10, 1, 0, 0),
            head(1, 0, 0, 0),
            head(1, 6, 0, 1),
            head(1, 2, 0, 255),
            head(1, 1, 0, 0)[..12].to_vec(),
            b"OpusTags".to_vec(),
        ] {
            assert!(Head::read(&wrong).is_err(), "{wrong:?}");
        }
    }
}
