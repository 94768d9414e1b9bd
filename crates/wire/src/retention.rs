//! How long recordings are kept: what is due, what somebody holds, what was erased.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Recordings of a campaign and class that were kept as long as they should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RetentionDue {
    /// Name of the campaign.
    pub campaign: String,
    /// Their class: how their typification begins, or `default`.
    pub class: String,
    /// How many may be erased.
    pub due: u64,
    /// How many more may not, for somebody holds them.
    pub held: u64,
    /// How long those are that may be erased.
    pub duration_ms: i64,
    /// Since when the first of them may be, in ms since 1970 UTC.
    pub since: i64,
}

/// A hold: the recording of an attempt, or all of a person, are not erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// Its number.
    pub id: i64,
    /// The recording of this attempt, or:
    pub attempt: Option<i64>,
    /// All of this person, also those that are still to come.
    pub person: Option<i64>,
    /// Why.
    pub reason: String,
    /// When it was placed, in ms since 1970 UTC.
    pub placed_at: i64,
    /// By whom.
    pub placed_by: String,
    /// When it was released, in ms since 1970 UTC.
    pub released_at: Option<i64>,
    /// By whom.
    pub released_by: Option<String>,
}

/// A hold to place: on an attempt, or on whoever is reached at a phone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldForm {
    /// The attempt's id, or:
    pub attempt: Option<i64>,
    /// A phone.
    pub phone: Option<String>,
    /// Why, in 1 to 500 characters.
    pub reason: String,
}

/// A certificate as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptCertificate {
    /// From 1, without a gap.
    pub number: i64,
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Whose recording.
    pub attempt: i64,
    /// SHA-256 of `text`.
    pub sha256: String,
    /// The certificate: JSON, to the letter, as it was hashed.
    pub text: String,
}

/// Certificates, a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CertificatePage {
    /// In order.
    pub certificates: Vec<KeptCertificate>,
    /// Cursor of the next page; none: this is the last.
    pub next: Option<i64>,
}
