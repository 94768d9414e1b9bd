//! Where recordings are heard again: the spool, the keys, and the form they are played in.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use domain::AttemptId;
use media::Codec;
use sha2::{Digest as _, Sha256};

use crate::error::RecordingError;
use crate::keys::{MasterKeys, hex};
use crate::sealed::Content;
use crate::spool::{Spooled, path_of};
use crate::wav::{Form, Wav};

/// What is hashed at once.
const PIECE: u64 = 1 << 20;

/// Where recordings are, and how they are opened.
#[derive(Clone)]
pub struct Vault {
    /// Where they are made.
    pub spool: PathBuf,
    /// What opens them.
    pub keys: Arc<MasterKeys>,
    /// How they are played.
    pub form: Form,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("spool", &self.spool)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// A recording in the spool. Reads files: not for a thread that must not wait.
    pub fn spooled(&self, attempt: AttemptId) -> Result<Playable, RecordingError> {
        let spooled = Spooled::open(&path_of(&self.spool, attempt), &self.keys)?;
        if spooled.head().attempt != attempt {
            return Err(RecordingError::HeadChanged);
        }
        let codec = match spooled.head().content {
            Content::Pcma => Codec::Pcma,
            Content::Pcmu => Codec::Pcmu,
            Content::Flac => return Err(RecordingError::NotOurs("it is of the archive")),
        };
        let wav = Wav {
            form: self.form,
            codec,
            pairs: spooled.length() / 2,
        };
        Ok(Playable {
            wav,
            sound: Sound::Spooled(spooled),
        })
    }
}

/// A recording that can be played, as a WAV file.
#[derive(Debug)]
pub struct Playable {
    wav: Wav,
    sound: Sound,
}

#[derive(Debug)]
enum Sound {
    Spooled(Spooled),
}

impl Playable {
    /// The file.
    pub fn wav(&self) -> &Wav {
        &self.wav
    }

    /// Some of its bytes.
    pub fn read(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        let range = range.start.min(self.wav.len())..range.end.min(self.wav.len());
        let needed = self.wav.sound_of(&range);
        let sound = match &self.sound {
            Sound::Spooled(spooled) => spooled.read(needed)?,
        };
        Ok(self.wav.render(&range, &sound))
    }

    /// SHA-256 of the whole file, in hexadecimal.
    pub fn sha256(&self) -> Result<String, RecordingError> {
        let mut digest = Sha256::new();
        let mut at = 0;
        while at < self.wav.len() {
            let piece = self.read(at..at + PIECE)?;
            at += piece.len() as u64;
            digest.update(&piece);
        }
        Ok(hex(&digest.finalize()))
    }
}
