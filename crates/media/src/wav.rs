//! Reads a WAV file (RIFF, Microsoft 1991, with the extensible header of 1999) from memory into
//! linear samples at 8 kHz. People send these files: whatever they hold, it is an error, not a
//! panic, and not more memory than the file deserves.

use std::f64::consts::PI;

use crate::codec::SAMPLE_RATE;
use crate::{Codec, PromptError, g711};

const PCM: u16 = 1;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xFFFE;

/// Nobody listens to a prompt for longer; a larger file is the wrong file.
const SECONDS_MAX: usize = 600;

#[derive(Debug, Clone, Copy)]
struct Format {
    tag: u16,
    channels: usize,
    rate: u32,
    bits: u16,
}

/// The samples of a file, mixed to one channel, 8000 a second.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<i16>, PromptError> {
    let (format, data) = chunks(bytes)?;
    let sample_bytes = check(format)?;
    let frame = sample_bytes * format.channels;
    if data.len() / frame > SECONDS_MAX * format.rate as usize {
        return Err(unsupported("the recording is longer than ten minutes"));
    }
    let mono = data
        .chunks_exact(frame)
        .map(|frame| mix(format, frame.chunks_exact(sample_bytes)))
        .collect();
    Ok(downsample(mono, (format.rate / SAMPLE_RATE) as usize))
}

/// Finds the format and the sound.
fn chunks(bytes: &[u8]) -> Result<(Format, &[u8]), PromptError> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(not_wav("it does not begin with RIFF and WAVE"));
    }
    let mut rest = &bytes[12..];
    let mut format = None;
    while let Some((header, body)) = rest.split_at_checked(8) {
        let name = &header[..4];
        let stated = u32_at(header, 4).unwrap_or(0) as usize;
        // A program that writes to a pipe does not know the length: the file's end decides.
        let chunk = &body[..stated.min(body.len())];
        match name {
            b"fmt " => format = Some(parse_format(chunk)?),
            b"data" => {
                let format = format.ok_or_else(|| not_wav("the sound comes before its format"))?;
                return Ok((format, chunk));
            }
            _ => {}
        }
        rest = body.get(stated.saturating_add(stated % 2)..).unwrap_or(&[]);
    }
    Err(not_wav("it holds no sound"))
}

fn parse_format(chunk: &[u8]) -> Result<Format, PromptError> {
    let short = || not_wav("its format is cut short");
    let mut tag = u16_at(chunk, 0).ok_or_else(short)?;
    if tag == EXTENSIBLE {
        // The real tag opens the sub-format's identifier.
        tag = u16_at(chunk, 24).ok_or_else(short)?;
    }
    Ok(Format {
        tag,
        channels: usize::from(u16_at(chunk, 2).ok_or_else(short)?),
        rate: u32_at(chunk, 4).ok_or_else(short)?,
        bits: u16_at(chunk, 14).ok_or_else(short)?,
    })
}

/// Says whether the form is taken, and how many bytes a sample has.
fn check(format: Format) -> Result<usize, PromptError> {
    if !(1..=2).contains(&format.channels) {
        return Err(unsupported(format!("it has {} channels", format.channels)));
    }
    if format.rate == 0 || !format.rate.is_multiple_of(SAMPLE_RATE) || format.rate > 192_000 {
        return Err(unsupported(format!(
            "it has {} samples a second",
            format.rate
        )));
    }
    match (format.tag, format.bits) {
        (PCM, 8 | 16 | 24 | 32) => Ok(usize::from(format.bits / 8)),
        (A_LAW | MU_LAW, 8) => Ok(1),
        (PCM | A_LAW | MU_LAW, bits) => Err(unsupported(format!("its samples have {bits} bits"))),
        (tag, _) => Err(unsupported(format!(
            "its encoding (number {tag}) is not taken"
        ))),
    }
}

fn mix<'a>(format: Format, samples: impl Iterator<Item = &'a [u8]>) -> f32 {
    let sum: f32 = samples.map(|bytes| sample(format.tag, bytes)).sum();
    sum / format.channels as f32
}

/// One sample on the scale of 16 bits.
fn sample(tag: u16, bytes: &[u8]) -> f32 {
    match (tag, bytes) {
        (A_LAW, [code]) => f32::from(g711::decode(Codec::Pcma, *code)),
        (MU_LAW, [code]) => f32::from(g711::decode(Codec::Pcmu, *code)),
        (_, [byte]) => (f32::from(*byte) - 128.0) * 256.0,
        (_, [a, b]) => f32::from(i16::from_le_bytes([*a, *b])),
        (_, [a, b, c]) => i32::from_le_bytes([0, *a, *b, *c]) as f32 / 65_536.0,
        (_, [a, b, c, d]) => i32::from_le_bytes([*a, *b, *c, *d]) as f32 / 65_536.0,
        // `check` lets no other width through.
        _ => 0.0,
    }
}

/// Keeps one sample in `factor`, after removing what the telephone cannot carry: a windowed-sinc
/// low-pass at 3600 Hz, so that high notes do not come back as low ones.
fn downsample(samples: Vec<f32>, factor: usize) -> Vec<i16> {
    if factor <= 1 {
        return samples.into_iter().map(|s| s as i16).collect();
    }
    let half = 16 * factor as isize;
    let cutoff = 3_600.0 / (f64::from(SAMPLE_RATE) * factor as f64);
    let mut taps: Vec<f64> = (-half..=half)
        .map(|n| {
            sinc(2.0 * cutoff * n as f64) * (0.54 + 0.46 * (PI * n as f64 / half as f64).cos())
        })
        .collect();
    let gain: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= gain);
    (0..samples.len())
        .step_by(factor)
        .map(|centre| {
            let sum: f64 = (-half..=half)
                .zip(&taps)
                .filter_map(|(n, tap)| {
                    let at = centre.checked_add_signed(n)?;
                    Some(f64::from(*samples.get(at)?) * tap)
                })
                .sum();
            sum as i16
        })
        .collect()
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else {
        (PI * x).sin() / (PI * x)
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn not_wav(why: &str) -> PromptError {
    PromptError::NotWav(why.to_owned())
}

fn unsupported(why: impl Into<String>) -> PromptError {
    PromptError::Unsupported(why.into())
}
