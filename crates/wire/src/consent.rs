//! What people agreed to beyond their contract, with the evidence of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A consent to be recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConsentForm {
    /// `hours`: to be called at other hours than the law's; `commercial`: to be called at all.
    pub kind: String,
    /// Of `hours`: such as `19:00-21:00`, by the clock of the person.
    pub hours: Option<String>,
    /// Of `hours`: the days of the week it names, such as `mon` and `sun`.
    pub days: Vec<String>,
    /// Of `hours`: whether it names holidays too.
    pub holidays: bool,
    /// For calls of these purposes: `commercial`, `requested-callback`, `resumed`, `sale-validation`, `delivery`.
    pub purposes: Vec<String>,
    /// When the contract was made that it is apart from, in ms since 1970 UTC.
    pub contract_at: Option<i64>,
    /// When the person agreed, in ms since 1970 UTC.
    pub signed_at: i64,
    /// In what they did: words or a reference that find it again, 1 to 300 characters.
    pub instrument: String,
    /// SHA-256 of the file that shows it, in hexadecimal.
    pub evidence_sha256: String,
}

/// End a consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndConsentForm {
    /// Why, in 1 to 300 characters.
    pub reason: String,
}

/// A consent, also one that was ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Consent {
    /// Its number: calls that leave under it name it.
    pub id: i64,
    /// Who agreed.
    pub person: i64,
    /// `hours` or `commercial`.
    pub kind: String,
    /// Of `hours`: such as `19:00-21:00`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hours: Option<String>,
    /// Of `hours`: the days of the week it names.
    pub days: Vec<String>,
    /// Of `hours`: whether it names holidays.
    pub holidays: bool,
    /// For calls of these purposes.
    pub purposes: Vec<String>,
    /// When the contract was made that it is apart from, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contract_at: Option<i64>,
    /// When the person agreed, in ms since 1970 UTC.
    pub signed_at: i64,
    /// In what they did.
    pub instrument: String,
    /// SHA-256 of the file that shows it.
    pub evidence_sha256: String,
    /// When it was recorded, in ms since 1970 UTC.
    pub recorded_at: i64,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was ended, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<i64>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_by: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_why: Option<String>,
    /// The law packs in force under which it lets calls leave that would not without it.
    pub heeded_by: Vec<String>,
}
