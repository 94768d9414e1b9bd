//! What people ask as is their right, and what is done about it.

use domain::{PersonId, PhoneNumber, Timestamp};

/// A request that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// Whose data; none: nobody here is known under what they gave.
    pub person: Option<PersonId>,
    /// `consulta`, `reclamo`, or another that the pack has a term for.
    pub kind: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// Who took it.
    pub received_by: String,
    /// How it came: a call, mail, the client.
    pub channel: String,
    /// What they ask.
    pub words: String,
    /// Pack and version of the term.
    pub pack: String,
    /// The rule of the term.
    pub rule: String,
    /// Last day for the answer, as `2026-12-15`.
    pub due_on: String,
    /// The end of that day.
    pub due_at: Timestamp,
}

/// A request, open or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    /// Its number.
    pub id: i64,
    /// What came in; the term as it is now.
    pub request: NewRequest,
    /// When more time was taken, and what the person was told.
    pub extended: Option<(Timestamp, String)>,
    /// When it was answered, by whom, and how.
    pub closed: Option<(Timestamp, String, String)>,
    /// SHA-256 of what was handed over, where something was.
    pub sha256: Option<String>,
}

/// What is put right about a person; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rectification {
    /// Their name.
    pub name: Option<String>,
    /// Their document, normalised.
    pub document: Option<String>,
    /// A number of theirs that is another.
    pub phone: Option<(PhoneNumber, PhoneNumber)>,
}

/// What was erased of a person, and what stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErasedPerson {
    /// Records whose name, document, columns and numbers are gone.
    pub records: u64,
    /// Numbers that are never called again.
    pub numbers: u64,
    /// Notes and other words about their calls that are gone.
    pub notes: u64,
    /// Attempts that stay, under the number of the person alone.
    pub attempts: u64,
    /// Of those, calls that the journal has from when it still held numbers and words (ADR 34).
    pub in_old_journal: u64,
}
