//! Recordings that people bring (WAV, Ogg Vorbis, Ogg Opus) into what a call can play: one channel, 8000 samples a second, as loud
//! as a voice. Strangers made these files: each is bounded in bytes and in time, and what cannot be read is refused with
//! a reason and a remedy.

use std::panic::catch_unwind;

use media::PromptError;
use media::resample;
use media::wav::{self, Sound};

use crate::{opus, vorbis};

/// Most bytes of a file: ten minutes of the largest WAV that is taken, and room for its cover.
pub const RECORDING_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why a file is no recording for us.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// More bytes than any recording of ten minutes needs.
    #[error(
        "the file is larger than 64 MiB; cut it to what is said, or save it with fewer samples a second"
    )]
    TooLarge,
    /// Neither WAV nor Ogg.
    #[error("the file is neither WAV nor Ogg (Vorbis or Opus); save it as one of them")]
    Unknown,
    /// Ogg with something else in it.
    #[error("the Ogg file holds neither Vorbis nor Opus; save it as WAV or one of these")]
    OtherOgg,
    /// Opus of a form that is not taken, or damaged.
    #[error("the Ogg Opus file cannot be read: {0}; save it anew, or as WAV")]
    Opus(String),
    /// Vorbis of a form that is not taken, or damaged.
    #[error("the Ogg Vorbis file cannot be read: {0}; save it anew, or as WAV")]
    Vorbis(String),
    /// WAV of a form that is not taken, or damaged.
    #[error(transparent)]
    Wav(#[from] PromptError),
    /// Longer than anybody listens.
    #[error("the recording is longer than ten minutes; cut it")]
    TooLong,
    /// Nothing is to be heard.
    #[error("there is no sound in the recording; was the microphone on?")]
    Silent,
}

/// The recording in a file, as the telephone has it.
pub fn read_recording(bytes: &[u8]) -> Result<Vec<i16>, SoundError> {
    if bytes.len() > RECORDING_BYTES_MAX {
        return Err(SoundError::TooLarge);
    }
    let sound = match bytes.get(..4) {
        Some(b"RIFF") => wav::read(bytes)?,
        Some(b"OggS") => read_ogg(bytes)?,
        _ => return Err(SoundError::Unknown),
    };
    resample::level(&sound.to_telephone()).ok_or(SoundError::Silent)
}

fn read_ogg(bytes: &[u8]) -> Result<Sound, SoundError> {
    let start = &bytes[..bytes.len().min(4_096)];
    let holds = |mark: &[u8]| start.windows(mark.len()).any(|part| part == mark);
    let (is_opus, is_vorbis) = (holds(opus::HEAD), holds(b"\x01vorbis"));
    // What is wrong with a file must end its reading and nothing else, whatever the decoder thinks of it.
    let broken = || "it is damaged".to_owned();
    match (is_opus, is_vorbis) {
        (true, _) => {
            catch_unwind(|| opus::decode(bytes)).unwrap_or_else(|_| Err(SoundError::Opus(broken())))
        }
        (false, true) => catch_unwind(|| vorbis::decode(bytes))
            .unwrap_or_else(|_| Err(SoundError::Vorbis(broken()))),
        (false, false) => Err(SoundError::OtherOgg),
    }
}

/// A file of a recording as it is kept: WAV, 16 bits, 8000 samples a second.
pub fn wav_of(samples: &[i16]) -> Vec<u8> {
    wav::write(samples)
}
