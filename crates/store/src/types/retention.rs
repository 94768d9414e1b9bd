//! How long recordings are kept, what stands against erasing them, and that they were erased.

use domain::{AttemptId, CampaignId, PersonId, Timestamp};

/// What a hold keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The recording of this attempt.
    Attempt(AttemptId),
    /// All of this person, also those that are still to come.
    Person(PersonId),
}

/// A hold to place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHold {
    /// On what.
    pub held: Held,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
}

/// A hold: what it keeps is not erased, by nobody and no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldRow {
    /// Its number.
    pub id: i64,
    /// What was placed.
    pub hold: NewHold,
    /// When it was released, and by whom.
    pub released: Option<(Timestamp, String)>,
}

/// A certificate that a recording was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRow {
    /// From 1, without a gap.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Whose recording.
    pub attempt: AttemptId,
    /// The certificate: JSON, with its number and the hash of the one before.
    pub body: String,
    /// SHA-256 of that text, in hexadecimal.
    pub sha256: String,
}

/// Which certificates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateFilter {
    /// Of this attempt.
    pub attempt: Option<AttemptId>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Cursor: numbers above this one.
    pub after: Option<i64>,
    /// At most so many, never more than 10,000.
    pub limit: u32,
}

/// Recordings of a campaign and class that were kept as long as they should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionCount {
    /// Which campaign.
    pub campaign: CampaignId,
    /// Their class.
    pub class: String,
    /// How many may be erased.
    pub due: u64,
    /// How many more may not, for somebody holds them.
    pub held: u64,
    /// How long those are that may be erased, in milliseconds.
    pub duration_ms: i64,
    /// Since when the first of them may be.
    pub since: Timestamp,
}
