//! Recorded messages, held as G.711 in both laws so that playing one costs a copy.

use std::time::Duration;

use crate::{Codec, ToneKind, g711, wav};

/// A message ready to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    pcma: Vec<u8>,
    pcmu: Vec<u8>,
}

/// Why a recording cannot be a prompt.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// Not a WAV file, or a damaged one.
    #[error("this is not a WAV file that can be read: {0}")]
    NotWav(String),
    /// A WAV file of a form that is not taken.
    #[error("{0}; save it as WAV, 16 bit, mono")]
    Unsupported(String),
    /// A WAV file without sound.
    #[error("the recording is empty")]
    Empty,
}

impl Prompt {
    /// Reads a WAV file: PCM of 8, 16, 24 or 32 bits, float, A-law or mu-law, mono or stereo, of
    /// 4,000 to 192,000 samples a second; as loud as it is.
    pub fn from_wav(bytes: &[u8]) -> Result<Prompt, PromptError> {
        let samples = wav::read(bytes)?.to_telephone();
        let samples: Vec<i16> = samples.into_iter().map(|s| s as i16).collect();
        Prompt::from_pcm(&samples)
    }

    /// Takes headerless G.711.
    pub fn from_g711(codec: Codec, bytes: &[u8]) -> Result<Prompt, PromptError> {
        if bytes.is_empty() {
            return Err(PromptError::Empty);
        }
        let in_law = |law| {
            let mut codes = vec![0; bytes.len()];
            g711::transcode(codec, bytes, law, &mut codes);
            codes
        };
        Ok(Prompt {
            pcma: in_law(Codec::Pcma),
            pcmu: in_law(Codec::Pcmu),
        })
    }

    /// Takes linear samples, 8000 a second.
    pub fn from_pcm(samples: &[i16]) -> Result<Prompt, PromptError> {
        if samples.is_empty() {
            return Err(PromptError::Empty);
        }
        let in_law = |law| samples.iter().map(|s| g711::encode(law, *s)).collect();
        Ok(Prompt {
            pcma: in_law(Codec::Pcma),
            pcmu: in_law(Codec::Pcmu),
        })
    }

    /// The message played to an abandoned caller when the campaign has none of its own, in Spanish.
    pub fn abandon_es() -> Prompt {
        built_in(include_bytes!("../assets/abandon_es.wav"))
    }

    /// The same message in English.
    pub fn abandon_en() -> Prompt {
        built_in(include_bytes!("../assets/abandon_en.wav"))
    }

    /// That a call is recorded, in Spanish, where nobody chose another word for it.
    pub fn recording_es() -> Prompt {
        built_in(include_bytes!("../assets/recording_es.wav"))
    }

    /// The same in English.
    pub fn recording_en() -> Prompt {
        built_in(include_bytes!("../assets/recording_en.wav"))
    }

    /// So many short tones: something was understood.
    pub fn beeps(count: usize) -> Prompt {
        let beep = ToneKind::Beep;
        let one = (0..beep.cycle()).map(|at| beep.sample(at));
        let one: Vec<i16> = one.chain([0; 800]).collect();
        Prompt::from_pcm(&one.repeat(count.max(1))).expect("a tone is not empty")
    }

    /// The same, and then silence for so long.
    #[must_use]
    pub fn and_silence(mut self, span: Duration) -> Prompt {
        let samples = usize::try_from(span.as_millis()).unwrap_or(0) * 8;
        for (law, codes) in [(Codec::Pcma, &mut self.pcma), (Codec::Pcmu, &mut self.pcmu)] {
            codes.resize(codes.len() + samples, g711::encode(law, 0));
        }
        self
    }

    /// The audio in one law.
    pub fn bytes(&self, codec: Codec) -> &[u8] {
        match codec {
            Codec::Pcma => &self.pcma,
            Codec::Pcmu => &self.pcmu,
        }
    }

    /// How long it takes to say.
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.pcma.len() as u64 * 125)
    }
}

fn built_in(wav: &[u8]) -> Prompt {
    Prompt::from_wav(wav).expect("the tests read every message that is built in")
}

#[cfg(test)]
#[path = "prompt/tests.rs"]
mod tests;
