//! A recording in the archive, read by range: of a call of an hour no more is fetched and opened than
//! what somebody hears.

use std::ops::Range;
use std::sync::Arc;

use media::flac;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _};

use super::frames::{COUNT, Frames, index_of};
use crate::error::{ArchiveError, RecordingError};
use crate::file_key::FileKey;
use crate::sealed::{CHUNK, CHUNKS_MAX, Content, HEAD, Head, SEALED, Sealer, offset_of};

/// An object of the archive that was opened.
pub(crate) struct Stored {
    store: Arc<dyn ObjectStore>,
    path: Path,
    size: u64,
    head: Head,
    sealer: Sealer,
    /// Bytes of what is in it.
    length: u64,
    frames: Option<Frames>,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored")
            .field("path", &self.path)
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

impl Stored {
    pub(super) async fn open(
        store: Arc<dyn ObjectStore>,
        path: Path,
        key: &FileKey,
    ) -> Result<Stored, RecordingError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(0..HEAD as u64)),
            ..GetOptions::default()
        };
        let got = store.get_opts(&path, options).await;
        let got = got.map_err(ArchiveError::from)?;
        let size = got.meta.size;
        let head = Head::read(&got.bytes().await.map_err(ArchiveError::from)?)?;
        let mut stored = Stored {
            sealer: Sealer::new(&head, key),
            store,
            path,
            size,
            head,
            length: 0,
            frames: None,
        };
        stored.find_end().await?;
        if let Content::Flac(_) = stored.head.content {
            stored.find_frames().await?;
        }
        Ok(stored)
    }

    /// The last chunk says how long all is, and that nothing was cut off.
    async fn find_end(&mut self) -> Result<(), RecordingError> {
        let sealed = self.size.saturating_sub(HEAD as u64);
        let last = sealed.div_ceil(SEALED as u64);
        let last = last.checked_sub(1).filter(|last| *last < CHUNKS_MAX);
        let last = last.ok_or(RecordingError::NotOurs("it is too short"))?;
        let chunk = self.fetch(offset_of(last)..self.size).await?;
        let chunk = self.sealer.open(last, &chunk)?;
        if !chunk.flags.last {
            return Err(RecordingError::Changed(last));
        }
        self.length = last * CHUNK as u64 + chunk.bytes.len() as u64;
        Ok(())
    }

    async fn find_frames(&mut self) -> Result<(), RecordingError> {
        let later = || RecordingError::NotOurs("its frames are where another version put them");
        let count_at = self.length.checked_sub(COUNT).ok_or_else(later)?;
        let count = self.content(count_at..self.length).await?;
        let count = count.try_into().map_err(|_| later())?;
        let index_at = index_of(self.length, count).ok_or_else(later)?;
        let index = self.content(index_at.clone()).await?;
        let head = self.content(0..flac::HEAD as u64).await?;
        let frames = Frames::read(&head, &index, index_at.start).ok_or_else(later)?;
        self.frames = Some(frames);
        Ok(())
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// Samples of each side.
    pub(crate) fn pairs(&self) -> u64 {
        match &self.frames {
            Some(frames) => frames.pairs,
            None => self.length / 2,
        }
    }

    /// Bytes of it as a FLAC file, where it is one.
    pub(crate) fn flac(&self) -> Option<u64> {
        self.frames.as_ref().map(Frames::file)
    }

    /// Some of the pairs of codes, as bytes.
    pub(crate) async fn codes(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        let Some(frames) = &self.frames else {
            return self.content(range).await;
        };
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let (wanted, place) = frames.of(&(range.start / 2..range.end.div_ceil(2)));
        let bytes = self.content(place).await?;
        let first = wanted.start as u64 * 2 * flac::FRAME as u64;
        let mut codes = frames.decode(wanted, &bytes, self.head.content.law())?;
        codes.truncate((range.end - first) as usize);
        codes.drain(..(range.start - first) as usize);
        Ok(codes)
    }

    /// Some of what is in it.
    pub(crate) async fn content(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        let first = range.start / CHUNK as u64;
        let end = range.end.div_ceil(CHUNK as u64);
        let sealed = self
            .fetch(offset_of(first)..offset_of(end).min(self.size))
            .await?;
        let mut bytes = Vec::with_capacity(sealed.len());
        for (place, chunk) in (first..).zip(sealed.chunks(SEALED)) {
            bytes.extend(self.sealer.open(place, chunk)?.bytes);
        }
        let skip = (range.start - first * CHUNK as u64) as usize;
        let wanted = (range.end - range.start) as usize;
        let part = bytes.get(skip..skip + wanted);
        Ok(part.ok_or(RecordingError::Changed(first))?.to_vec())
    }

    async fn fetch(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        let got = self.store.get_range(&self.path, range).await;
        Ok(got.map_err(ArchiveError::from)?.to_vec())
    }
}
