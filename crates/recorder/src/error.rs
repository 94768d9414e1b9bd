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
    /// Its key was destroyed.
    #[error("it was erased: its key is destroyed")]
    Erased,
    /// Anything else of the archive.
    #[error("{0}")]
    Archive(String),
}
