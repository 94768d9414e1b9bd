//! What can go wrong with a recording, and what to do about it.

use std::io;
use std::path::PathBuf;

/// Why the master keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the master keys of recordings in {0}")]
    File(PathBuf, #[source] io::Error),
    /// Others may read it.
    #[error(
        "{0} can be read by others than its owner; `chmod 600` it, and think of its keys as known"
    )]
    Open(PathBuf),
    /// A line of it is none.
    #[error("{0}, line {1}, is no key: 64 digits 0-9 a-f are")]
    Line(PathBuf, usize),
    /// There is none in it.
    #[error("{0} holds no key; put its copy back")]
    Empty(PathBuf),
}

/// Why a recording cannot be heard.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// Reading or writing failed.
    #[error("the file of the recording")]
    File(#[from] io::Error),
    /// Not one of ours.
    #[error("this is no recording of this program: {0}")]
    NotOurs(&'static str),
    /// A master key that we have not.
    #[error(
        "it is sealed with the master key {0}, which is not in the file of keys; put that key back"
    )]
    OtherKey(String),
    /// Somebody changed it, or the disk did.
    #[error(
        "second {0} was changed after it was written, or is of another recording; it is not played"
    )]
    Changed(u64),
    /// The head, or its key, was changed.
    #[error("its head was changed after it was written; it is not played")]
    HeadChanged,
    /// The archive has it, and does not give it.
    #[error("the archive does not give it")]
    Away(#[source] Box<ArchiveError>),
    /// Anything else of the way to the archive.
    #[error("{0}")]
    Archive(String),
}

/// Why the archive does not take or give something.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Its folder cannot be made.
    #[error("the archive's folder {0}")]
    Folder(PathBuf, #[source] io::Error),
    /// The file of authorities is none.
    #[error("{0} holds no certificate of an authority in PEM")]
    Authorities(PathBuf),
    /// What lies in the spool cannot be read: no fault of the archive.
    #[error(transparent)]
    Recording(RecordingError),
    /// The store is away, full, or refuses.
    #[error("the archive")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was sent is not what is there.
    #[error("{0} was read back from the archive and is not what was sent")]
    Differs(String),
    /// A thread of ours ended by a panic.
    #[error("packing a recording broke off")]
    Broke,
}

impl ArchiveError {
    /// Whether it would be the same with the next recording, so that all of them wait.
    pub fn is_of_the_store(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Differs(_) | Self::Folder(..))
    }

    /// Whether the archive knows nothing of the object.
    pub fn is_not_found(&self) -> bool {
        let Self::Store(fault) = self else {
            return false;
        };
        let fault = fault.downcast_ref::<object_store::Error>();
        fault.is_some_and(|fault| matches!(fault, object_store::Error::NotFound { .. }))
    }
}

impl From<object_store::Error> for ArchiveError {
    fn from(fault: object_store::Error) -> ArchiveError {
        ArchiveError::Store(Box::new(fault))
    }
}

impl From<RecordingError> for ArchiveError {
    fn from(fault: RecordingError) -> ArchiveError {
        ArchiveError::Recording(fault)
    }
}

impl From<ArchiveError> for RecordingError {
    fn from(fault: ArchiveError) -> RecordingError {
        match fault {
            ArchiveError::Recording(fault) => fault,
            fault => RecordingError::Away(Box::new(fault)),
        }
    }
}
