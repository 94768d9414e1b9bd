//! The audit log: what people did, and whether it is as it was written.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// From 1, without a gap since there are hashes.
    pub id: i64,
    /// In ms since 1970 UTC.
    pub at: i64,
    /// Who; none: the program itself, or who has its machine.
    pub user_id: Option<i64>,
    /// Their name then.
    pub user: String,
    /// From where.
    pub source: String,
    /// What.
    pub action: String,
    /// With what.
    pub subject: String,
    /// The particulars: words, or of a change of settings JSON of `{column: [before, now]}`.
    pub detail: String,
    /// SHA-256 of the entry and of the hash before it, in hexadecimal; none: from before there were any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
}

/// The audit log, a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// In order.
    pub entries: Vec<AuditEntry>,
    /// Cursor of the next page; none: this is the last.
    pub next: Option<i64>,
}

/// What going through the audit log found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditCheck {
    /// Nothing is wrong.
    pub whole: bool,
    /// Entries there are.
    pub entries: u64,
    /// Number of the last one.
    pub last: i64,
    /// Its SHA-256 in hexadecimal: kept elsewhere, it shows later that nothing up to it changed.
    pub sha256: String,
    /// What is wrong, a hundred at most.
    pub faults: Vec<AuditFault>,
}

/// An entry that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditFault {
    /// Its number.
    pub number: i64,
    /// What is wrong, in words that follow the number.
    pub what: String,
}
