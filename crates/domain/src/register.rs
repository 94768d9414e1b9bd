//! Registers of numbers that must not be called, as they were when somebody fetched them.

use std::fmt;
use std::sync::Arc;

use crate::PhoneNumber;

/// A register as it was on a day: the one in force of its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterSnapshot {
    /// Number of the snapshot.
    pub id: i64,
    /// Which register: `rne`, `dnc`, or one of a house's own.
    pub register: String,
    /// The day it tells of, as `2026-11-30`.
    pub as_of: String,
    /// SHA-256 of the file it came in, in hexadecimal.
    pub sha256: String,
    /// A manager lets it be used although it is not of today.
    pub overridden: bool,
}

impl fmt::Display for RegisterSnapshot {
    /// As evidence, such as `rne@2026-11-30#ab12cd34ef56`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = self.sha256.get(..12).unwrap_or(&self.sha256);
        write!(f, "{}@{}#{hash}", self.register, self.as_of)
    }
}

/// A number that is in a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Which number.
    pub number: PhoneNumber,
    /// In which register.
    pub snapshot: Arc<RegisterSnapshot>,
}
