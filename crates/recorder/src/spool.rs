//! A recording as a local file: made chunk by chunk, and read again.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use domain::AttemptId;

use crate::error::RecordingError;
use crate::file_key::FileKey;
use crate::keys::{MasterKeys, hex, sealed_by};
use crate::sealed::{CHUNK, CHUNKS_MAX, Chunk, Flags, HEAD, Head, SEALED, Sealer, offset_of};

/// Where the recording of an attempt is made.
pub fn path_of(folder: &Path, attempt: AttemptId) -> PathBuf {
    folder.join(format!("{}.rec", attempt.get()))
}

/// Whose recordings lie in a spool, and the names of the master keys that sealed theirs.
pub fn spool_keys(folder: &Path) -> io::Result<Vec<(AttemptId, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|end| end != "rec") {
            continue;
        }
        let mut bytes = [0; HEAD];
        let read = File::open(&path).and_then(|file| file.read_at(&mut bytes, 0));
        if let Ok(head) = Head::read(&bytes[..read.unwrap_or(0)]) {
            let sealed = hex(&head.sealed_key);
            found.push((head.attempt, sealed_by(&sealed).to_owned()));
        }
    }
    Ok(found)
}

/// A file that is being made.
pub(crate) struct SpoolFile {
    file: File,
    sealer: Sealer,
    next: u64,
    silence: u8,
    buffer: Vec<u8>,
}

impl SpoolFile {
    pub(crate) fn create(folder: &Path, head: &Head, key: &FileKey) -> io::Result<SpoolFile> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path_of(folder, head.attempt))?;
        file.write_all_at(&head.bytes(), 0)?;
        Ok(SpoolFile {
            file,
            sealer: Sealer::new(head, key),
            next: 0,
            silence: silence(head),
            buffer: Vec::with_capacity(SEALED),
        })
    }

    /// Writes the chunk of a place; silence stands for those before it that never came.
    pub(crate) fn write(&mut self, place: u64, bytes: &[u8], last: bool) -> io::Result<()> {
        let lost = Flags {
            lost: true,
            ..Flags::default()
        };
        let silence = vec![self.silence; CHUNK];
        while self.next < place.min(CHUNKS_MAX) {
            self.put(lost, &silence)?;
        }
        let flags = Flags {
            last,
            ..Flags::default()
        };
        self.put(flags, bytes)
    }

    fn put(&mut self, flags: Flags, bytes: &[u8]) -> io::Result<()> {
        self.buffer.clear();
        self.sealer.seal(self.next, flags, bytes, &mut self.buffer);
        self.file.write_all_at(&self.buffer, offset_of(self.next))?;
        self.next += 1;
        Ok(())
    }

    /// What was written stays written, whatever happens to the machine.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Takes back what a failed write left behind; says how many pairs are there.
    pub(crate) fn cut_to_whole(&self) -> u64 {
        // A file longer than it should be is read up to its last whole second all the same.
        let _ = self.file.set_len(offset_of(self.next));
        self.next * (CHUNK as u64 / 2)
    }
}

/// A file of a recording, to be read.
pub struct Spooled {
    file: File,
    head: Head,
    sealer: Sealer,
    chunks: u64,
    /// Bytes of sound.
    length: u64,
    finished: bool,
}

impl std::fmt::Debug for Spooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Spooled")
            .field("head", &self.head)
            .field("length", &self.length)
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}

impl Spooled {
    /// Opens one whose key is in its head.
    pub fn open(path: &Path, keys: &MasterKeys) -> Result<Spooled, RecordingError> {
        Spooled::open_with(path, |head| keys.unseal(&head.sealed_key, head.attempt))
    }

    /// Opens one whose key is elsewhere.
    pub fn open_with(
        path: &Path,
        key: impl FnOnce(&Head) -> Result<FileKey, RecordingError>,
    ) -> Result<Spooled, RecordingError> {
        let file = File::open(path)?;
        let mut bytes = [0; HEAD];
        let read = file.read_at(&mut bytes, 0)?;
        let head = Head::read(&bytes[..read])?;
        let sealer = Sealer::new(&head, &key(&head)?);
        let room = fs::metadata(path)?.len().saturating_sub(HEAD as u64);
        let chunks = (room / SEALED as u64).min(CHUNKS_MAX);
        let mut spooled = Spooled {
            file,
            head,
            sealer,
            chunks,
            length: chunks * CHUNK as u64,
            finished: false,
        };
        if let Some(last) = chunks.checked_sub(1) {
            let chunk = spooled.chunk(last)?;
            spooled.length = last * CHUNK as u64 + chunk.bytes.len() as u64;
            spooled.finished = chunk.flags.last;
        }
        Ok(spooled)
    }

    /// What it says of itself.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Bytes of sound in it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether it was brought to its end.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Some of the sound.
    pub fn read(&self, range: Range<u64>) -> Result<Vec<u8>, RecordingError> {
        let range = range.start..range.end.min(self.length);
        let mut bytes = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let (place, skip) = (at / CHUNK as u64, (at % CHUNK as u64) as usize);
            let chunk = self.chunk(place)?.bytes;
            // None but the last is shorter than a second, and what is shorter ends here.
            let wanted = usize::try_from(range.end - at).unwrap_or(CHUNK);
            let part = chunk.get(skip..).unwrap_or(&[]);
            let part = &part[..part.len().min(wanted)];
            if part.is_empty() {
                return Err(RecordingError::Changed(place));
            }
            bytes.extend_from_slice(part);
            at += part.len() as u64;
        }
        Ok(bytes)
    }

    /// Seconds that could not be written in time, and stand there as silence.
    pub fn lost_seconds(&self) -> Result<u64, RecordingError> {
        let mut lost = 0;
        for place in 0..self.chunks {
            lost += u64::from(self.chunk(place)?.flags.lost);
        }
        Ok(lost)
    }

    fn chunk(&self, place: u64) -> Result<Chunk, RecordingError> {
        let mut sealed = vec![0; SEALED];
        self.file.read_exact_at(&mut sealed, offset_of(place))?;
        self.sealer.open(place, &sealed)
    }
}

/// What ends an unfinished file whose whole chunks have been counted.
pub(crate) fn end_after_crash(path: &Path, spooled: &Spooled, whole: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    let flags = Flags {
        last: true,
        recovered: true,
        ..Flags::default()
    };
    let mut sealed = Vec::with_capacity(SEALED);
    spooled.sealer.seal(whole, flags, &[], &mut sealed);
    file.write_all_at(&sealed, offset_of(whole))?;
    file.set_len(offset_of(whole + 1))?;
    file.sync_all()
}

impl Spooled {
    /// Chunks from the first that are as they were written.
    pub(crate) fn whole_chunks(
        path: &Path,
        keys: &MasterKeys,
    ) -> Result<(u64, Spooled), RecordingError> {
        let file = File::open(path)?;
        let mut bytes = [0; HEAD];
        let read = file.read_at(&mut bytes, 0)?;
        let head = Head::read(&bytes[..read])?;
        let key = keys.unseal(&head.sealed_key, head.attempt)?;
        let room = fs::metadata(path)?.len().saturating_sub(HEAD as u64);
        let mut spooled = Spooled {
            sealer: Sealer::new(&head, &key),
            file,
            head,
            chunks: (room / SEALED as u64).min(CHUNKS_MAX),
            length: 0,
            finished: false,
        };
        // A machine that lost power may have grown the file before it wrote what is in it.
        while let Some(last) = spooled.chunks.checked_sub(1) {
            match spooled.chunk(last) {
                Ok(chunk) => {
                    spooled.length = last * CHUNK as u64 + chunk.bytes.len() as u64;
                    spooled.finished = chunk.flags.last;
                    break;
                }
                Err(_) => spooled.chunks = last,
            }
        }
        Ok((spooled.chunks, spooled))
    }
}

fn silence(head: &Head) -> u8 {
    head.content.law().silence()
}
