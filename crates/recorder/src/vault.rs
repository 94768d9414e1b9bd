//! Where recordings are heard again: the spool, the archive, the keys, and the form they are played in.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use domain::AttemptId;
use sha2::{Digest as _, Sha256};

use crate::archive::{Archive, Archived, Stored};
use crate::error::{ArchiveError, RecordingError};
use crate::keys::{MasterKeys, SEALED_KEY, hex, unhex};
use crate::sealed::Head;
use crate::spool::{Spooled, path_of};
use crate::wav::{Form, Wav};

/// What is hashed at once.
const PIECE: u64 = 1 << 20;

/// Where recordings are, and how they are opened.
#[derive(Clone)]
pub struct Vault {
    /// Where they are made.
    pub spool: PathBuf,
    /// Where they are once they are over.
    pub archive: Archive,
    /// What opens them.
    pub keys: Arc<MasterKeys>,
    /// How they are played.
    pub form: Form,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("spool", &self.spool)
            .field("archive", &self.archive)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// A recording in the spool.
    pub async fn spooled(&self, attempt: AttemptId) -> Result<Playable, RecordingError> {
        let (path, keys) = (path_of(&self.spool, attempt), Arc::clone(&self.keys));
        let spooled = aside(move || Spooled::open(&path, &keys)).await?;
        let pairs = spooled.length() / 2;
        let head = spooled.head().clone();
        self.playable(attempt, &head, pairs, Sound::Spooled(Arc::new(spooled)))
    }

    /// A recording in the archive: its object, and its sealed key in hexadecimal.
    pub async fn stored(
        &self,
        attempt: AttemptId,
        object: &str,
        sealed_key: &str,
    ) -> Result<Playable, RecordingError> {
        let sealed: [u8; SEALED_KEY] = unhex(sealed_key).ok_or(RecordingError::HeadChanged)?;
        let key = self.keys.unseal(&sealed, attempt)?;
        let stored = self.archive.stored(object, &key).await?;
        let (head, pairs) = (stored.head().clone(), stored.pairs());
        self.playable(attempt, &head, pairs, Sound::Stored(Arc::new(stored)))
    }

    /// Brings a recording of the spool to the archive; its file stays.
    pub async fn store(&self, attempt: AttemptId) -> Result<Archived, ArchiveError> {
        let file = path_of(&self.spool, attempt);
        let keys = Arc::clone(&self.keys);
        self.archive.take(file, keys, attempt).await
    }

    fn playable(
        &self,
        attempt: AttemptId,
        head: &Head,
        pairs: u64,
        sound: Sound,
    ) -> Result<Playable, RecordingError> {
        if head.attempt != attempt {
            return Err(RecordingError::HeadChanged);
        }
        let wav = Wav {
            form: self.form,
            codec: head.content.law(),
            pairs,
        };
        Ok(Playable { wav, sound })
    }
}

/// A recording that can be played, as a WAV file. Clones read the same.
#[derive(Clone, Debug)]
pub struct Playable {
    wav: Wav,
    sound: Sound,
}

#[derive(Clone, Debug)]
enum Sound {
    Spooled(Arc<Spooled>),
    Stored(Arc<Stored>),
}

impl Playable {
    /// The file.
    pub fn wav(&self) -> &Wav {
        &self.wav
    }

    /// The same recording in another form.
    pub fn in_form(&self, form: Form) -> Playable {
        Playable {
            wav: Wav { form, ..self.wav },
            sound: self.sound.clone(),
        }
    }

    /// Some of its bytes.
    pub async fn read(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        let range = range.start.min(self.wav.len())..range.end.min(self.wav.len());
        let needed = self.wav.sound_of(&range);
        let sound = match &self.sound {
            Sound::Spooled(spooled) => {
                let spooled = Arc::clone(spooled);
                aside(move || spooled.read(needed)).await?
            }
            Sound::Stored(stored) => stored.codes(needed).await?,
        };
        Ok(self.wav.render(&range, &sound))
    }

    /// Bytes of it as a FLAC file, where the archive has it as one.
    pub fn flac(&self) -> Option<u64> {
        match &self.sound {
            Sound::Spooled(_) => None,
            Sound::Stored(stored) => stored.flac(),
        }
    }

    /// Some bytes of that file.
    pub async fn read_flac(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        match &self.sound {
            Sound::Stored(stored) => {
                let end = stored.flac().unwrap_or_default();
                stored
                    .content(range.start.min(end)..range.end.min(end))
                    .await
            }
            Sound::Spooled(_) => Ok(Vec::new()),
        }
    }

    /// SHA-256 of the whole file, in hexadecimal.
    pub async fn sha256(&self) -> Result<String, RecordingError> {
        let mut digest = Sha256::new();
        let mut at = 0;
        while at < self.wav.len() {
            let piece = self.read(at..at + PIECE).await?;
            at += piece.len() as u64;
            digest.update(&piece);
        }
        Ok(hex(&digest.finalize()))
    }
}

/// What waits for a disk, where others do not wait for it.
async fn aside<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, RecordingError> + Send + 'static,
) -> Result<T, RecordingError> {
    let done = tokio::task::spawn_blocking(read).await;
    done.map_err(|fault| RecordingError::Archive(fault.to_string()))?
}
