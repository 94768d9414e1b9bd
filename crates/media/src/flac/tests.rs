//! Written here, read by `claxon`: every code comes back, and speech takes less room.

use std::io::Cursor;

use proptest::prelude::*;

use super::{FRAME, code, frame, head, lattice};
use crate::{Codec, g711};

const LAWS: [Codec; 2] = [Codec::Pcma, Codec::Pcmu];

/// A whole file of pairs of codes.
fn file(codec: Codec, pairs: &[u8]) -> Vec<u8> {
    let mut all = head(pairs.len() as u64 / 2).to_vec();
    for (number, pairs) in (0..).zip(pairs.chunks(2 * FRAME)) {
        all.extend(frame(number, codec, pairs));
    }
    all
}

fn read(codec: Codec, file: &[u8]) -> Vec<u8> {
    let mut reader = claxon::FlacReader::new(Cursor::new(file)).expect("a FLAC file");
    let info = reader.streaminfo();
    assert_eq!((info.sample_rate, info.channels), (8_000, 2));
    let samples = reader.samples().map(|sample| sample.expect("as written"));
    samples.map(|sample| code(codec, sample)).collect()
}

/// Codes that mean the same: mu-law has two zeros.
fn meaning(codec: Codec, codes: &[u8]) -> Vec<i16> {
    g711::decode_all(codec, codes)
}

#[test]
fn every_code_of_both_laws_comes_back_from_its_place_on_the_lattice() {
    for codec in LAWS {
        for known in 0..=255 {
            let sample = lattice(codec, known);
            let meant = g711::decode(codec, known);
            assert_eq!(g711::decode(codec, code(codec, sample)), meant);
            assert!((0..16).contains(&(i32::from(meant) - sample)));
        }
    }
}

#[test]
fn others_read_what_is_written_whatever_it_is() {
    for codec in LAWS {
        let silence = vec![codec.silence(); 2 * 8_000];
        let mut tone = Vec::new();
        for n in 0..9_001 {
            let sample = crate::ToneKind::Steady(440).sample(n);
            tone.extend([g711::encode(codec, sample), codec.silence()]);
        }
        // Every code beside every other: nothing to be guessed.
        let noise: Vec<u8> = (0..20_000_u32)
            .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        for pairs in [silence, tone, noise, vec![0x55, 0x2A], vec![0, 255, 255, 0]] {
            let read = read(codec, &file(codec, &pairs));
            assert_eq!(meaning(codec, &read), meaning(codec, &pairs));
        }
    }
}

#[test]
fn silence_takes_next_to_nothing_and_noise_hardly_more_than_itself() {
    let silence = file(Codec::Pcma, &[Codec::Pcma.silence(); 2 * FRAME]);
    assert!(silence.len() < 80, "{} bytes", silence.len());
    let noise: Vec<u8> = (0..2 * FRAME as u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let written = file(Codec::Pcma, &noise).len();
    assert!(written < 2 * noise.len(), "{written} bytes");
}

proptest! {
    #[test]
    fn any_codes_come_back(pairs in prop::collection::vec(any::<[u8; 2]>(), 1..6_000)) {
        let pairs = pairs.concat();
        for codec in LAWS {
            let read = read(codec, &file(codec, &pairs));
            prop_assert_eq!(meaning(codec, &read), meaning(codec, &pairs));
        }
    }
}
