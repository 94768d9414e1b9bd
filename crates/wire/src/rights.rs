//! Requests of people for their rights, and what is done about them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RightsForm {
    /// Whose data, by their number here; none: nobody is known under what they gave.
    #[serde(default)]
    pub person: Option<i64>,
    /// `consulta`, `reclamo`, or another that the pack has a term for.
    pub kind: String,
    /// How it came: a call, mail, the client.
    #[serde(default)]
    pub channel: String,
    /// What they ask.
    #[serde(default)]
    pub words: String,
    /// The law pack whose term and calendar count; `co` when absent.
    #[serde(default)]
    pub pack: Option<String>,
    /// The day it came in, such as `2026-11-30`; today when absent.
    #[serde(default)]
    pub received_on: Option<String>,
}

/// A request, open or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RightsRequest {
    /// Its number.
    pub id: i64,
    /// Whose data.
    pub person: Option<i64>,
    /// What kind.
    pub kind: String,
    /// When it came in, in ms since 1970 UTC.
    pub received_at: i64,
    /// Who took it.
    pub received_by: String,
    /// How it came.
    pub channel: String,
    /// What they ask.
    pub words: String,
    /// Pack and version of the term.
    pub pack: String,
    /// Its rule.
    pub rule: String,
    /// The last day for the answer, such as `2026-12-15`.
    pub due_on: String,
    /// Business days left, that one included; negative: late by so many.
    pub days_left: i64,
    /// It is open and its last day is over.
    pub overdue: bool,
    /// What the person was told when more time was taken.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<String>,
    /// When it was answered, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_at: Option<i64>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub closed_by: Option<String>,
    /// How.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub outcome: Option<String>,
    /// SHA-256 of what was handed over.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
}

/// The answer to a request, or what the person is told when more time is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RightsAnswerForm {
    /// In words, 1 to 2,000 characters.
    pub words: String,
    /// SHA-256 of what was handed over, where something was.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// What is put right about a person; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RectifyForm {
    /// Their name.
    pub name: Option<String>,
    /// Their document.
    pub document: Option<String>,
    /// A number that is not theirs.
    pub phone: Option<String>,
    /// The number that is, in its place.
    pub new_phone: Option<String>,
    /// Why.
    pub reason: String,
}

/// Erase a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasePersonForm {
    /// Why, in 1 to 500 characters.
    pub reason: String,
}

/// What was erased of a person, and what stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonErased {
    /// Whose.
    pub person: i64,
    /// Records whose name, document, columns and numbers are gone.
    pub records: u64,
    /// Numbers that are never called again.
    pub numbers: u64,
    /// Notes and other words about their calls that are gone.
    pub notes: u64,
    /// Attempts that stay without a name, for the law asks for them.
    pub attempts_kept: u64,
    /// Of those, calls that were written to the journal when it still held number and notes; there they stay.
    pub in_old_journal: u64,
    /// Attempts whose recordings were erased.
    pub recordings_erased: Vec<i64>,
    /// Attempts whose recordings are kept, with the class that says why.
    pub recordings_kept: Vec<(i64, String)>,
}

/// All that is known of a person, to hand over to them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PersonExport {
    /// When it was made, in ms since 1970 UTC.
    pub made_at: i64,
    /// Everything that was or was not done about them.
    pub passport: crate::Passport,
    /// Recordings of calls with them.
    pub recordings: Vec<crate::Recording>,
    /// What they asked before.
    pub requests: Vec<RightsRequest>,
    /// Who looked at or changed what is known of them.
    pub audit: Vec<crate::AuditEntry>,
}
