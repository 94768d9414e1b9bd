//! Registers of numbers that must not be called.

use domain::{RegisterSnapshot, Timestamp};

/// A snapshot somebody begins to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSnapshot {
    /// Of which register.
    pub register: String,
    /// The day it tells of, as `2026-11-30`.
    pub as_of: String,
    /// What its file is called.
    pub file_name: String,
    /// Who loads it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What a file held, once it was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotRead {
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Numbers that were there before in the file.
    pub repeated: u64,
    /// Lines that are no number.
    pub rejected: u64,
}

/// A snapshot, also one that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    /// Which, its day and its hash; whether a manager lets it be used.
    pub snapshot: RegisterSnapshot,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// When it came into force.
    pub loaded_at: Timestamp,
    /// Who loaded it.
    pub loaded_by: String,
    /// What its file was called.
    pub file_name: String,
    /// Numbers in it.
    pub numbers: u64,
    /// What its file held besides.
    pub repeated: u64,
    /// Lines that are no number.
    pub rejected: u64,
    /// Numbers of our contacts that were in it when it was loaded; none: not counted yet.
    pub hits: Option<u64>,
    /// When another took its place.
    pub replaced_at: Option<Timestamp>,
    /// The manager who lets it be used though it is late: when, who, why.
    pub overridden: Option<(Timestamp, String, String)>,
}

/// A law pack as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawText {
    /// Pack and version.
    pub pack: String,
    /// SHA-256 of the text, in hexadecimal.
    pub sha256: String,
    /// Since when it was used.
    pub seen_at: Timestamp,
    /// The text.
    pub text: String,
}
