//! Ogg Vorbis into samples, by lewton. It takes a file at its word where it says how much is to come: a
//! few bytes of a codebook claim eighty gigabytes, and that ends the program. What a file claims is
//! added up here before lewton hears of it (Vorbis I, sections 3.2.1 and 4.2).

use std::io::Cursor;

use lewton::audio::{PreviousWindowRight, read_audio_packet_generic};
use lewton::header::{read_header_ident, read_header_setup};
use media::resample::RATES;
use media::wav::{SECONDS_MAX, Sound, full_scale};
use ogg::PacketReader;

use crate::sound::SoundError;

/// Numbers that the codebooks of a stream may expand to: encoders make a twentieth of it.
const NUMBERS_MAX: u64 = 1 << 22;
/// What a codebook begins with.
const SYNC: u32 = 0x56_4342;
/// The marks of the second and third packet of a stream.
const COMMENT: &[u8] = b"\x03vorbis";
const SETUP: &[u8] = b"\x05vorbis";

/// The sound in a file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Sound, SoundError> {
    let damaged = |what: &dyn std::fmt::Display| SoundError::Vorbis(what.to_string());
    let mut packets = PacketReader::new(Cursor::new(bytes));
    let mut header = || packets.read_packet_expected().map_err(|e| damaged(&e));
    let first = header()?;
    let ident = read_header_ident(&first.data).map_err(|e| damaged(&e))?;
    let (rate, channels) = (ident.audio_sample_rate, ident.audio_channels);
    if !RATES.contains(&rate) {
        return Err(damaged(&format!("it has {rate} samples a second")));
    }
    if !(1..=2).contains(&channels) {
        return Err(damaged(&format!("it has {channels} channels")));
    }
    // What its comments say, and how many they claim to be, is nothing to us.
    let (comment, setup) = (header()?, header()?);
    if !comment.data.starts_with(COMMENT) || !books_are_bounded(&setup.data) {
        return Err(damaged(&"its headers are damaged"));
    }
    let sizes = (ident.blocksize_0, ident.blocksize_1);
    let setup = read_header_setup(&setup.data, channels, sizes).map_err(|e| damaged(&e))?;

    let mut window = PreviousWindowRight::new();
    let (mut samples, mut ends) = (Vec::new(), None);
    while let Some(packet) = packets.read_packet().map_err(|e| damaged(&e))? {
        if packet.stream_serial() != first.stream_serial() {
            if packet.first_in_stream() {
                return Err(damaged(&"it holds several recordings, one after another"));
            }
            continue;
        }
        let heard: Vec<Vec<f32>> =
            read_audio_packet_generic(&ident, &setup, &packet.data, &mut window)
                .map_err(|e| damaged(&e))?;
        let length = heard.iter().map(Vec::len).min().unwrap_or(0);
        let share = heard.len().max(1) as f32;
        let mixed =
            (0..length).map(|at| heard.iter().map(|c| full_scale(c[at])).sum::<f32>() / share);
        samples.extend(mixed);
        if samples.len() > SECONDS_MAX * rate as usize {
            return Err(SoundError::TooLong);
        }
        if packet.last_in_stream() {
            ends = usize::try_from(packet.absgp_page()).ok();
        }
    }
    // The last block is longer than what was said in it.
    if let Some(ends) = ends.filter(|ends| *ends > 0) {
        samples.truncate(ends);
    }
    Ok(Sound { samples, rate })
}

/// Whether the codebooks of a setup header can be held.
fn books_are_bounded(packet: &[u8]) -> bool {
    packet
        .strip_prefix(SETUP)
        .and_then(|books| {
            count(&mut Bits {
                bytes: books,
                at: 0,
            })
        })
        .is_some_and(|numbers| numbers <= NUMBERS_MAX)
}

/// The numbers that all codebooks expand to; `None` where one is damaged, or they are too many.
fn count(bits: &mut Bits<'_>) -> Option<u64> {
    let mut numbers = 0;
    for _ in 0..=bits.take(8)? {
        if bits.take(24)? != SYNC {
            return None;
        }
        let (dimensions, entries) = (bits.take(16)?, bits.take(24)?);
        let expanded = u64::from(entries) * u64::from(dimensions.max(1));
        numbers += expanded;
        if numbers > NUMBERS_MAX {
            return None;
        }
        pass_lengths(bits, entries)?;
        let values = match bits.take(4)? {
            0 => continue,
            1 => u64::from(lookup_values(entries, dimensions)),
            2 => expanded,
            _ => return None,
        };
        bits.pass(64)?;
        let each = u64::from(bits.take(4)?) + 1;
        bits.pass(1 + values * each)?;
    }
    Some(numbers)
}

/// Passes over the lengths of a codebook's words.
fn pass_lengths(bits: &mut Bits<'_>, entries: u32) -> Option<()> {
    if bits.take(1)? == 1 {
        bits.pass(5)?;
        let mut known = 0;
        // No word is longer than 32 bits, so that they have as many lengths.
        for _ in 0..=32 {
            if known >= entries {
                return Some(());
            }
            let width = u32::BITS - (entries - known).leading_zeros();
            known += bits.take(width)?;
        }
        return None;
    }
    let sparse = bits.take(1)? == 1;
    for _ in 0..entries {
        if !sparse || bits.take(1)? == 1 {
            bits.pass(5)?;
        }
    }
    Some(())
}

/// The greatest number whose power to the dimensions is no more than the entries (section 9.2.3).
fn lookup_values(entries: u32, dimensions: u32) -> u32 {
    let fits = |root: &u32| {
        let power = (0..dimensions).try_fold(1_u32, |power, _| power.checked_mul(*root));
        power.is_some_and(|power| power <= entries)
    };
    // Of no dimension, or of one number, any root would do: lewton takes one.
    if dimensions == 0 || entries == 0 {
        return entries.min(1);
    }
    (1..=entries).take_while(fits).last().unwrap_or(0)
}

/// Bits from the lowest of the first byte on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Bits<'_> {
    fn take(&mut self, count: u32) -> Option<u32> {
        let mut value = 0;
        for n in 0..count {
            let byte = self.bytes.get(usize::try_from(self.at / 8).ok()?)?;
            value |= u32::from(byte >> (self.at % 8) & 1) << n;
            self.at += 1;
        }
        Some(value)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        self.at = self.at.checked_add(count)?;
        (self.at <= self.bytes.len() as u64 * 8).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of so many bits, packed as Vorbis packs them.
    fn packed(fields: &[(u32, u32)]) -> Vec<u8> {
        let bits = fields
            .iter()
            .flat_map(|(value, count)| (0..*count).map(move |n| (value >> n & 1) as u8));
        let bits: Vec<u8> = bits.collect();
        let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | bit);
        [SETUP, &bits.chunks(8).map(byte).collect::<Vec<u8>>()].concat()
    }

    /// One codebook of a single length for all its entries, with a table of few values.
    fn book(entries: u32, dimensions: u32) -> Vec<u8> {
        let width = u32::BITS - entries.leading_zeros();
        let mut fields = vec![(0, 8), (SYNC, 24), (dimensions, 16), (entries, 24)];
        fields.extend([(1, 1), (5, 5), (entries, width), (1, 4)]);
        fields.extend([(0, 32), (0, 32), (3, 4), (0, 1)]);
        fields.extend((0..lookup_values(entries, dimensions)).map(|_| (0, 4)));
        packed(&fields)
    }

    #[test]
    fn a_codebook_that_claims_more_than_any_encoder_makes_is_refused_before_it_is_read() {
        assert!(books_are_bounded(&book(6_561, 8)));
        assert!(!books_are_bounded(&book(16_000_000, 1_000)));
        assert!(!books_are_bounded(&book(16_000_000, 0)));
        let cut = book(6_561, 8);
        assert!(!books_are_bounded(&cut[..cut.len() - 2]));
        assert!(!books_are_bounded(b"\x05vorbis"));
    }

    #[test]
    fn roots_are_those_of_the_standard() {
        for (entries, dimensions, root) in [(6_561, 8, 3), (81, 4, 3), (80, 4, 2), (7, 1, 7)] {
            assert_eq!(
                lookup_values(entries, dimensions),
                root,
                "{entries} {dimensions}"
            );
        }
    }
}
