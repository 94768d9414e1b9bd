//! Recordings of every kind that people bring, and what is refused with a reason.

use std::f64::consts::TAU;
use std::process::Command;

use intake::sound::{SoundError, read_recording};
use media::resample::VOICE_RMS;
use media::tone::share_at;
use proptest::prelude::*;

/// A second and a half of 1 kHz in stereo at 48 kHz, written by sox 14.4.2 (libvorbis): soft, so that it must be levelled.
const VORBIS: &[u8] = include_bytes!("sounds/tone_1000.ogg");
/// The same, and a sentence at 16 kHz by espeak-ng, as a memo of a phone is: by opusenc 0.1.10 (libopus 1.3.1).
const OPUS: &[u8] = include_bytes!("sounds/tone_1000.opus");
const MEMO: &[u8] = include_bytes!("sounds/voice.opus");

/// A WAV file of so many seconds of a tone.
fn wav(tag: u16, channels: u16, rate: u32, bits: u16, hertz: f64, seconds: u32) -> Vec<u8> {
    let mut data = Vec::new();
    for n in 0..rate * seconds {
        let value = (TAU * hertz * f64::from(n) / f64::from(rate)).sin() * 0.1;
        for _ in 0..channels {
            match (tag, bits) {
                (3, 32) => data.extend((value as f32).to_le_bytes()),
                (3, _) => data.extend(value.to_le_bytes()),
                (_, 8) => data.push((value * 127.0 + 128.0) as u8),
                (_, 16) => data.extend(((value * 32_767.0) as i16).to_le_bytes()),
                (_, 24) => data.extend(&((value * 8_388_607.0) as i32).to_le_bytes()[..3]),
                _ => data.extend(((value * 2_147_483_647.0) as i32).to_le_bytes()),
            }
        }
    }
    let block = channels * bits / 8;
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    file.extend(tag.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend(block.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

fn rms(samples: &[i16]) -> f32 {
    let sum: f32 = samples.iter().map(|s| f32::from(*s).powi(2)).sum();
    (sum / samples.len() as f32).sqrt()
}

/// One second from the middle is 1 kHz, as loud as a voice.
fn expect_a_voice_of_1000_hertz(file: &[u8], what: &str) {
    let samples = read_recording(file).unwrap_or_else(|error| panic!("{what}: {error}"));
    let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
    assert!(share_at(1_000, middle) > 0.98, "{what}");
    let loud = rms(middle) / VOICE_RMS;
    assert!((0.9..1.1).contains(&loud), "{what}: {loud} of a voice");
}

#[test]
fn every_kind_that_is_promised_becomes_a_voice_on_the_telephone() {
    for (tag, bits) in [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)] {
        for channels in [1, 2] {
            for rate in [8_000, 11_025, 44_100, 48_000] {
                let what = format!("{tag}, {bits} bits, {channels} channels, {rate} Hz");
                expect_a_voice_of_1000_hertz(&wav(tag, channels, rate, bits, 1_000.0, 1), &what);
            }
        }
    }
    expect_a_voice_of_1000_hertz(VORBIS, "Ogg Vorbis");
    expect_a_voice_of_1000_hertz(OPUS, "Ogg Opus");
}

/// Runs a program of opus-tools; false where they are not installed.
fn opus_tool(name: &str, arguments: &[&str]) -> bool {
    let done = Command::new(name).arg("--quiet").args(arguments).status();
    done.inspect(|status| assert!(status.success(), "{name} {arguments:?}"))
        .is_ok()
}

/// How much louder one is than what the other differs by, in decibels.
fn likeness(one: &[i16], other: &[i16]) -> f32 {
    let apart: Vec<i16> = one
        .iter()
        .zip(other)
        .map(|(one, other)| one.saturating_sub(*other))
        .collect();
    20.0 * (rms(one) / rms(&apart).max(0.01)).log10()
}

#[test]
fn opus_is_heard_as_its_own_decoder_hears_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (memo, heard) = (path("memo.opus"), path("heard.wav"));
    std::fs::write(&memo, MEMO).expect("ours");
    if !opus_tool("opusdec", &["--no-dither", &memo, &heard]) {
        eprintln!("skipped: opus-tools are not installed; see deploy/dev/install-tools");
        return;
    }
    // Of each mode of Opus, by how many bits a second it has; in packets of every common length.
    let voice = heard;
    let tone = path("tone.wav");
    std::fs::write(&tone, wav(1, 2, 48_000, 16, 700.0, 2)).expect("ours");
    let (coded, decoded) = (path("coded.opus"), path("decoded.wav"));
    for (source, rates) in [
        (&voice, ["8", "16", "24", "48"]),
        (&tone, ["16", "32", "64", "96"]),
    ] {
        for (rate, length) in rates
            .iter()
            .flat_map(|rate| ["2.5", "20", "60"].map(|it| (rate, it)))
        {
            let made = ["--bitrate", rate, "--framesize", length, source, &coded];
            opus_tool("opusenc", &made);
            let plain = ["--no-dither", "--rate", "48000"];
            opus_tool("opusdec", &[&plain[..], &[&coded, &decoded]].concat());
            let read = |path: &str| {
                let file = std::fs::read(path).expect("made above");
                read_recording(&file).unwrap_or_else(|error| panic!("{made:?}: {error}"))
            };
            let (ours, theirs) = (read(&coded), read(&decoded));
            assert_eq!(ours.len(), theirs.len(), "{made:?}");
            // Of packets of 2.5 ms at few bits libopus 1.3 makes something else than 1.6, which ours follows.
            let least = if length == "2.5" { 25.0 } else { 60.0 };
            let likeness = likeness(&theirs, &ours);
            assert!(likeness > least, "{made:?}: {likeness} dB");
        }
    }
}

#[test]
fn what_the_telephone_cannot_carry_is_gone() {
    // Its sudden begin and end are clicks, which are heard; between them is nothing, however much it is levelled.
    match read_recording(&wav(1, 1, 48_000, 16, 7_000.0, 1)) {
        Ok(samples) => assert!(rms(&samples[400..7_600]) < 20.0),
        Err(refused) => assert!(matches!(refused, SoundError::Silent), "{refused}"),
    }
}

#[test]
fn what_is_no_recording_is_refused_with_a_reason_and_a_remedy() {
    let refusal = |file: &[u8]| read_recording(file).expect_err("refused").to_string();
    assert!(
        refusal(b"ID3\x03 an mp3 file").contains("neither WAV nor Ogg (Vorbis or Opus); save it")
    );
    assert!(refusal(b"").contains("neither"));
    assert!(refusal(&OPUS[..OPUS.len() / 2]).contains("Ogg Opus file cannot be read"));
    assert!(refusal(b"OggS and nothing else").contains("neither Vorbis nor Opus"));
    assert!(refusal(&VORBIS[..3_000]).contains("cannot be read") || VORBIS.len() < 3_000);
    assert!(refusal(&wav(1, 1, 8_000, 16, 1_000.0, 601)).contains("ten minutes"));
    assert!(refusal(&wav(1, 6, 8_000, 16, 1_000.0, 1)).contains("6 channels"));
    assert!(refusal(&wav(1, 1, 8_000, 16, 0.0, 1)).contains("no sound"));
    let mut large = wav(1, 1, 8_000, 16, 1_000.0, 1);
    large.resize(64 * 1024 * 1024 + 1, 0);
    assert!(refusal(&large).contains("64 MiB"));
}

proptest! {
    #[test]
    fn no_damaged_file_panics_or_is_longer_than_it_may_be(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
        kind in prop::sample::select(&[VORBIS, OPUS, MEMO][..]),
    ) {
        let mut file = kind.to_vec();
        for (at, byte) in &changes {
            let at = at.index(file.len());
            file[at] = *byte;
        }
        let whole = file.len();
        file.truncate(whole - end.index(whole) / 4);
        if let Ok(samples) = read_recording(&file) {
            prop_assert!(samples.len() <= 600 * 8_000);
        }
    }
}
