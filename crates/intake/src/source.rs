//! A customer's file: something to read, with a name, of which the first bytes
//! can be looked at before it is read.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::IntakeError;

/// Bytes looked at to tell format, encoding, delimiter and headings.
pub(crate) const HEAD_BYTES: usize = 256 * 1024;

/// Something that can be read from any place.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// Where the bytes come from. Not consumed by [`crate::inspect`]: the same
/// source can then be read.
pub struct Source<'a> {
    pub(crate) file_name: String,
    pub(crate) bytes: Bytes<'a>,
    head: Option<Vec<u8>>,
}

pub(crate) enum Bytes<'a> {
    /// Any place can be read: needed for workbooks.
    File(Box<dyn ReadSeek + 'a>),
    /// From front to back only.
    Stream(Box<dyn Read + 'a>),
}

impl<'a> Source<'a> {
    /// A file on disk.
    pub fn open(path: impl AsRef<Path>) -> Result<Source<'static>, IntakeError> {
        let path = path.as_ref();
        let file_name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        let file = File::open(path).map_err(|source| IntakeError::Read {
            file: path.display().to_string(),
            source,
        })?;
        Ok(Source::seekable(file_name, file))
    }

    /// Bytes of which any place can be read, such as an upload kept in memory.
    pub fn seekable(file_name: impl Into<String>, bytes: impl ReadSeek + 'a) -> Source<'a> {
        Source {
            file_name: file_name.into(),
            bytes: Bytes::File(Box::new(bytes)),
            head: None,
        }
    }

    /// Bytes that come once, from front to back. Delimited text only.
    pub fn stream(file_name: impl Into<String>, bytes: impl Read + 'a) -> Source<'a> {
        Source {
            file_name: file_name.into(),
            bytes: Bytes::Stream(Box::new(bytes)),
            head: None,
        }
    }

    /// The first bytes, fewer than [`HEAD_BYTES`] only if there are no more.
    pub(crate) fn head(&mut self) -> Result<&[u8], IntakeError> {
        if self.head.is_none() {
            let mut head = Vec::new();
            let read = match &mut self.bytes {
                Bytes::File(file) => file
                    .seek(SeekFrom::Start(0))
                    .and_then(|_| file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)),
                Bytes::Stream(stream) => stream
                    .by_ref()
                    .take(HEAD_BYTES as u64)
                    .read_to_end(&mut head),
            };
            read.map_err(|source| self.unreadable(source))?;
            self.head = Some(head);
        }
        Ok(self.head.as_deref().unwrap_or_default())
    }

    /// The last bytes, where any place can be read.
    pub(crate) fn tail(&mut self) -> Result<Vec<u8>, IntakeError> {
        let length = self.len().unwrap_or(0);
        let mut tail = Vec::new();
        if let Bytes::File(file) = &mut self.bytes {
            let from = length.saturating_sub(HEAD_BYTES as u64);
            file.seek(SeekFrom::Start(from))
                .and_then(|_| file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut tail))
                .map_err(|source| IntakeError::Read {
                    file: self.file_name.clone(),
                    source,
                })?;
        }
        Ok(tail)
    }

    /// Size in bytes, when it can be known beforehand.
    pub(crate) fn len(&mut self) -> Option<u64> {
        match &mut self.bytes {
            Bytes::File(file) => file.seek(SeekFrom::End(0)).ok(),
            Bytes::Stream(_) => None,
        }
    }

    /// All bytes from the first on.
    pub(crate) fn reader(&mut self) -> Result<Box<dyn Read + '_>, IntakeError> {
        let name = self.file_name.clone();
        match &mut self.bytes {
            Bytes::File(file) => {
                file.seek(SeekFrom::Start(0))
                    .map_err(|source| IntakeError::Read { file: name, source })?;
                Ok(Box::new(file))
            }
            Bytes::Stream(stream) => Ok(Box::new(
                Cursor::new(self.head.take().unwrap_or_default()).chain(stream),
            )),
        }
    }

    pub(crate) fn unreadable(&self, source: io::Error) -> IntakeError {
        IntakeError::Read {
            file: self.file_name.clone(),
            source,
        }
    }
}
