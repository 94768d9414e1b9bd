//! Reads a WAV file (RIFF, Microsoft 1991, with the extensible header of 1999) from memory into
//! linear samples, and writes one. People send these files: whatever they hold, it is an error, not a
//! panic, and not more memory than the file deserves.

use crate::codec::SAMPLE_RATE;
use crate::resample::{self, RATES};
use crate::{Codec, PromptError, g711};

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xFFFE;

/// Nobody listens to a prompt for longer; a larger file is the wrong file.
pub const SECONDS_MAX: usize = 600;

/// What a recording holds: one channel on the scale of 16 bits, so many samples a second.
#[derive(Debug, Clone, PartialEq)]
pub struct Sound {
    /// The samples.
    pub samples: Vec<f32>,
    /// How many a second.
    pub rate: u32,
}

impl Sound {
    /// As the telephone has it: 8000 samples a second.
    pub fn to_telephone(&self) -> Vec<f32> {
        resample::to_telephone(&self.samples, self.rate)
    }
}

#[derive(Debug, Clone, Copy)]
struct Format {
    tag: u16,
    channels: usize,
    rate: u32,
    bits: u16,
}

/// The sound of a file, mixed to one channel.
pub fn read(bytes: &[u8]) -> Result<Sound, PromptError> {
    let (format, data) = chunks(bytes)?;
    let sample_bytes = check(format)?;
    let frame = sample_bytes * format.channels;
    if data.len() / frame > SECONDS_MAX * format.rate as usize {
        return Err(unsupported("the recording is longer than ten minutes"));
    }
    let mono = data
        .chunks_exact(frame)
        .map(|frame| mix(format, frame.chunks_exact(sample_bytes)));
    Ok(Sound {
        samples: mono.collect(),
        rate: format.rate,
    })
}

/// A file of such samples: one channel, 16 bits, 8000 a second.
pub fn write(samples: &[i16]) -> Vec<u8> {
    let data = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX);
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend(b"RIFF");
    file.extend(data.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(PCM.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(SAMPLE_RATE.to_le_bytes());
    file.extend((SAMPLE_RATE * 2).to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
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
    if !RATES.contains(&format.rate) {
        return Err(unsupported(format!(
            "it has {} samples a second",
            format.rate
        )));
    }
    match (format.tag, format.bits) {
        (PCM, 8 | 16 | 24 | 32) => Ok(usize::from(format.bits / 8)),
        (FLOAT, 32 | 64) => Ok(usize::from(format.bits / 8)),
        (A_LAW | MU_LAW, 8) => Ok(1),
        (PCM | FLOAT | A_LAW | MU_LAW, bits) => {
            Err(unsupported(format!("its samples have {bits} bits")))
        }
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
        (FLOAT, [a, b, c, d]) => full_scale(f32::from_le_bytes([*a, *b, *c, *d])),
        (FLOAT, bytes) => match bytes.try_into() {
            Ok(bytes) => full_scale(f64::from_le_bytes(bytes) as f32),
            Err(_) => 0.0,
        },
        (_, [byte]) => (f32::from(*byte) - 128.0) * 256.0,
        (_, [a, b]) => f32::from(i16::from_le_bytes([*a, *b])),
        (_, [a, b, c]) => i32::from_le_bytes([0, *a, *b, *c]) as f32 / 65_536.0,
        (_, [a, b, c, d]) => i32::from_le_bytes([*a, *b, *c, *d]) as f32 / 65_536.0,
        // `check` lets no other width through.
        _ => 0.0,
    }
}

/// A sample of which 1 is the largest; what is no number is silence.
pub fn full_scale(sample: f32) -> f32 {
    match sample.is_finite() {
        true => sample.clamp(-4.0, 4.0) * 32_768.0,
        false => 0.0,
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
