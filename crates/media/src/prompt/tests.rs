//! Recordings of every form that is taken, and of forms that must be refused politely.

use proptest::prelude::*;

use super::*;
use crate::tone::{ToneKind, share_at};

/// A WAV file of one second of 440 Hz.
fn wav(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let mut data = Vec::new();
    for n in 0..rate {
        let phase = std::f64::consts::TAU * 440.0 * f64::from(n) / f64::from(rate);
        let value = phase.sin() * 10_000.0;
        for _ in 0..channels {
            match (tag, bits) {
                (6, _) => data.push(g711::encode(Codec::Pcma, value as i16)),
                (7, _) => data.push(g711::encode(Codec::Pcmu, value as i16)),
                (3, 32) => data.extend(((value / 32_768.0) as f32).to_le_bytes()),
                (3, _) => data.extend((value / 32_768.0).to_le_bytes()),
                (_, 8) => data.push((value / 256.0 + 128.0) as u8),
                (_, 16) => data.extend((value as i16).to_le_bytes()),
                (_, 24) => data.extend(&((value * 256.0) as i32).to_le_bytes()[..3]),
                _ => data.extend(((value * 65_536.0) as i32).to_le_bytes()),
            }
        }
    }
    riff(tag, channels, rate, bits, &data, data.len() as u32)
}

fn riff(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8], stated: u32) -> Vec<u8> {
    let block = channels * bits / 8;
    let mut file = b"RIFF\0\0\0\0WAVEfmt ".to_vec();
    file.extend(16u32.to_le_bytes());
    file.extend(tag.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend(block.to_le_bytes());
    file.extend(bits.to_le_bytes());
    // A chunk of odd length that nobody knows: programs write their name here.
    file.extend(b"LIST\x03\0\0\0abc\0data");
    file.extend(stated.to_le_bytes());
    file.extend(data);
    file
}

fn expect_one_second_of_440(file: &[u8], what: &str) {
    let prompt = Prompt::from_wav(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(prompt.duration(), Duration::from_secs(1), "{what}");
    for law in [Codec::Pcma, Codec::Pcmu] {
        let samples = g711::decode_all(law, prompt.bytes(law));
        assert!(share_at(440, &samples) > 0.95, "{what} {law:?}");
    }
}

#[test]
fn every_form_that_is_promised_is_read() {
    for bits in [8, 16, 24, 32] {
        for channels in [1, 2] {
            for rate in [8_000, 16_000, 48_000] {
                let what = format!("{bits} bits, {channels} channels, {rate} Hz");
                expect_one_second_of_440(&wav(1, channels, rate, bits), &what);
            }
        }
    }
    for rate in [11_025, 22_050, 44_100] {
        expect_one_second_of_440(&wav(1, 2, rate, 16), &format!("{rate} Hz"));
    }
    expect_one_second_of_440(&wav(3, 2, 44_100, 32), "float");
    expect_one_second_of_440(&wav(3, 1, 16_000, 64), "double");
    expect_one_second_of_440(&wav(6, 1, 8_000, 8), "A-law");
    expect_one_second_of_440(&wav(7, 1, 8_000, 8), "mu-law");
}

#[test]
fn what_is_written_is_read_again() {
    let tone: Vec<i16> = (0..800).map(|n| ToneKind::Beep.sample(n)).collect();
    let sound = wav::read(&wav::write(&tone)).expect("a good file");
    assert_eq!(sound.rate, 8_000);
    assert!(
        sound
            .samples
            .iter()
            .zip(&tone)
            .all(|(a, b)| *a == f32::from(*b))
    );
}

#[test]
fn what_is_no_number_is_silence() {
    let odd = [f32::NAN, f32::INFINITY, -f32::INFINITY, 1e30];
    let data: Vec<u8> = odd.iter().flat_map(|odd| odd.to_le_bytes()).collect();
    let sound = wav::read(&riff(3, 1, 8_000, 32, &data, 16)).expect("a good file");
    assert_eq!(sound.samples[..3], [0.0; 3]);
    assert!(sound.samples[3].is_finite());
}

#[test]
fn a_file_from_a_pipe_ends_where_it_ends() {
    let mut file = wav(1, 1, 8_000, 16);
    let length_at = file.len() - 16_000 - 4;
    file[length_at..length_at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    expect_one_second_of_440(&file, "unknown length");
}

#[test]
fn what_the_telephone_cannot_carry_does_not_come_back_as_a_low_note() {
    let samples: Vec<u8> = (0..48_000)
        .map(|n| (std::f64::consts::TAU * 7_500.0 * f64::from(n) / 48_000.0).sin() * 10_000.0)
        .flat_map(|value| (value as i16).to_le_bytes())
        .collect();
    let file = riff(1, 1, 48_000, 16, &samples, samples.len() as u32);
    let prompt = Prompt::from_wav(&file).expect("a good file");
    let heard = g711::decode_all(Codec::Pcma, prompt.bytes(Codec::Pcma));
    let loudest = heard[200..7_800].iter().map(|s| s.abs()).max();
    assert!(loudest < Some(200), "{loudest:?}");
}

#[test]
fn other_forms_are_refused_with_a_remedy() {
    let refusal = |file: &[u8]| Prompt::from_wav(file).expect_err("refused").to_string();
    assert!(refusal(&wav(1, 1, 3_999, 16)).contains("3999 samples a second; save it as WAV"));
    assert!(refusal(&riff(1, 6, 8_000, 16, &[0; 24], 24)).contains("6 channels"));
    assert!(refusal(&riff(2, 1, 8_000, 32, &[0; 8], 8)).contains("encoding (number 2)"));
    assert!(refusal(&riff(1, 1, 8_000, 12, &[0; 8], 8)).contains("12 bits"));
    assert!(refusal(b"ID3\x03 an mp3 file").contains("not a WAV file"));
    assert!(refusal(&riff(1, 1, 8_000, 16, &[], 0)).contains("empty"));
    assert!(matches!(
        Prompt::from_g711(Codec::Pcma, &[]),
        Err(PromptError::Empty)
    ));
}

#[test]
fn the_built_in_messages_are_speech_of_some_seconds() {
    for message in [Prompt::abandon_es(), Prompt::abandon_en()] {
        assert!((5..15).contains(&message.duration().as_secs()));
        let samples = g711::decode_all(Codec::Pcma, message.bytes(Codec::Pcma));
        assert!(samples.iter().any(|s| s.abs() > 8_000), "audible");
        assert!(share_at(425, &samples) < 0.1, "not a tone");
    }
    assert_ne!(Prompt::abandon_es(), Prompt::abandon_en());
}

#[test]
fn both_laws_sound_alike() {
    let tone: Vec<i16> = (0..8_000)
        .map(|n| ToneKind::Steady(700).sample(n))
        .collect();
    let prompt = Prompt::from_pcm(&tone).expect("not empty");
    let again = Prompt::from_g711(Codec::Pcmu, prompt.bytes(Codec::Pcmu)).expect("not empty");
    let samples = g711::decode_all(Codec::Pcma, again.bytes(Codec::Pcma));
    assert!(share_at(700, &samples) > 0.95);
}

proptest! {
    #[test]
    fn no_file_panics(mut file in proptest::collection::vec(any::<u8>(), 0..300), whole: bool) {
        if whole {
            file.splice(0..0, riff(1, 1, 8_000, 16, &[1; 40], 40));
            let at = file.len() / 3;
            file[at] ^= 0x5A;
        }
        let _ = Prompt::from_wav(&file);
    }

    #[test]
    fn no_header_panics(tag: u16, channels: u16, rate: u32, bits: u16, stated: u32) {
        let mut file = riff(1, 1, 8_000, 16, &[7; 64], stated);
        file[20..22].copy_from_slice(&tag.to_le_bytes());
        file[22..24].copy_from_slice(&channels.to_le_bytes());
        file[24..28].copy_from_slice(&rate.to_le_bytes());
        file[34..36].copy_from_slice(&bits.to_le_bytes());
        let _ = Prompt::from_wav(&file);
    }
}
