//! The archive: where recordings go once their calls are over. A folder, or a bucket of an S3, by
//! `object_store`; which of them nothing else needs to know.
//!
//! A recording is sealed anew on its way, by a key of which only the record has the sealed copy: to
//! destroy that copy is to erase it, whatever copies of the object there are. The object has the
//! container of the spool ([`crate::sealed`]); what is in it is G.711, or FLAC whose frames can be
//! found ([`frames`]). Nothing is believed to be there before it was read back and is what was sent.

mod connector;
mod frames;
mod packing;
mod place;
mod stored;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use domain::{AttemptId, Timestamp};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};
use sha2::{Digest as _, Sha256};

use crate::error::{ArchiveError, RecordingError};
use crate::file_key::FileKey;
use crate::keys::{MasterKeys, hex};
use crate::sealed::Content;
use packing::{Packed, Packing};
pub use place::{Bucket, Place};
pub(crate) use stored::Stored;

/// What is sent at once: S3 wants 5 MiB at least of every part but the last.
const PART: usize = 8 << 20;
/// What is read back at once.
const PIECE: u64 = 4 << 20;

/// What recordings are in the archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveForm {
    /// FLAC: the same samples in less room.
    Flac,
    /// G.711, as they came.
    Codes,
}

/// The archive. Clones share it.
#[derive(Clone)]
pub struct Archive {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    form: ArchiveForm,
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Archive({}, {:?})", self.store, self.form)
    }
}

/// A recording that the archive has, and how it is found and opened there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// What is in the object.
    pub content: Content,
    /// Bytes of the recording as a WAV file of 16 bits.
    pub wav_bytes: u64,
    /// SHA-256 of that file, in hexadecimal.
    pub wav_sha256: String,
    /// The object's name.
    pub object: String,
    /// Its size.
    pub object_bytes: u64,
    /// Its SHA-256.
    pub object_sha256: String,
    /// Its key, sealed by a master key, in hexadecimal.
    pub sealed_key: String,
}

impl Archive {
    /// Opens it. Makes a folder that is not there; asks nothing of a bucket yet.
    pub fn open(place: &Place, form: ArchiveForm) -> Result<Archive, ArchiveError> {
        let (store, prefix) = place.open()?;
        Ok(Archive {
            store,
            prefix,
            form,
        })
    }

    /// Seals the recording in a file of the spool anew and puts it there, reads it back, and tells
    /// what the record must know. The file stays. What was put and does not count is overwritten by
    /// the next try.
    pub async fn take(
        &self,
        file: PathBuf,
        keys: Arc<MasterKeys>,
        attempt: AttemptId,
    ) -> Result<Archived, ArchiveError> {
        let packing = Packing::start(file, keys, attempt, self.form).await?;
        let path = self.path_of(attempt, packing.began);
        let packed = self.put(&path, packing).await?;
        self.read_back(&path, &packed).await?;
        Ok(Archived {
            content: packed.content,
            wav_bytes: packed.wav_bytes,
            wav_sha256: packed.wav_sha256,
            object: path.to_string(),
            object_bytes: packed.object_bytes,
            object_sha256: packed.object_sha256,
            sealed_key: packed.sealed_key,
        })
    }

    /// By the day the call began (UTC), so that people find their way.
    fn path_of(&self, attempt: AttemptId, began: Timestamp) -> Path {
        let began = chrono::DateTime::from_timestamp_millis(began.as_millis()).unwrap_or_default();
        let day = began.format("%Y/%m/%d");
        Path::from(format!("{}/{day}/{attempt}.rec", self.prefix))
    }

    async fn put(&self, path: &Path, mut packing: Packing) -> Result<Packed, ArchiveError> {
        let mut part = packing.part(PART).await;
        if part.len() < PART {
            // Only what came to its end is put, never the beginning of something that failed.
            let packed = packing.end().await?;
            self.store.put(path, part.into()).await?;
            return Ok(packed);
        }
        let mut upload = self.store.put_multipart(path).await?;
        let sent = async {
            while !part.is_empty() {
                upload.put_part(PutPayload::from(part)).await?;
                part = packing.part(PART).await;
            }
            let packed = packing.end().await?;
            upload.complete().await?;
            Ok(packed)
        };
        let sent = sent.await;
        if sent.is_err()
            && let Err(fault) = upload.abort().await
        {
            tracing::debug!(%fault, %path, "parts of a recording may lie in the archive");
        }
        sent
    }

    async fn read_back(&self, path: &Path, packed: &Packed) -> Result<(), ArchiveError> {
        let size = self.store.head(path).await?.size;
        let mut digest = Sha256::new();
        let mut at = 0;
        while at < size && size == packed.object_bytes {
            let end = size.min(at + PIECE);
            let piece = self.store.get_range(path, at..end).await?;
            at += piece.len() as u64;
            digest.update(&piece);
        }
        let same = hex(&digest.finalize()) == packed.object_sha256;
        match size == packed.object_bytes && same {
            true => Ok(()),
            false => Err(ArchiveError::Differs(path.to_string())),
        }
    }

    /// Opens an object with its key.
    pub(crate) async fn stored(
        &self,
        object: &str,
        key: &FileKey,
    ) -> Result<Stored, RecordingError> {
        let path = Path::parse(object).map_err(|fault| ArchiveError::Store(Box::new(fault)))?;
        Stored::open(Arc::clone(&self.store), path, key).await
    }

    /// Removes an object; one that is not there is removed already.
    pub async fn remove(&self, object: &str) -> Result<(), ArchiveError> {
        let path = Path::parse(object).map_err(|fault| ArchiveError::Store(Box::new(fault)))?;
        match self.store.delete(&path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }
}

#[cfg(test)]
mod tests;
