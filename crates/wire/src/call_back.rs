//! Booked call-backs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A call that somebody was promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallBack {
    /// Whose campaign calls.
    pub campaign: i64,
    /// Its name.
    pub campaign_name: String,
    /// The record that is called.
    pub contact: i64,
    /// Whose it is.
    pub person: i64,
    /// Their name.
    pub name: String,
    /// The first number that may be called, in E.164; hidden but for its end from who is no administrator.
    pub phone: String,
    /// By whom; absent: anyone.
    pub agent: Option<i64>,
    /// Their name.
    pub agent_name: Option<String>,
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// The same by the customer's clock, RFC 3339.
    pub local: String,
    /// Whose clock that is (IANA).
    pub zone: String,
    /// Whether the law lets a call leave at that instant.
    pub lawful: bool,
    /// The hours open about it, or next, by the customer's clock.
    pub window: Option<CallBackWindow>,
    /// The rule that would keep it, with its pack and words.
    pub refused: Option<CallBackRefusal>,
    /// Attempts made so far.
    pub attempts: u16,
    /// What the last call was.
    pub code: Option<String>,
    /// It is being called, or waits for its advisor: it cannot be changed now.
    pub under_way: bool,
}

/// Hours in which a call may leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallBackWindow {
    /// From then on, RFC 3339 by the customer's clock.
    pub from: String,
    /// Until then, not included.
    pub to: String,
}

/// Why the law would keep a call-back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CallBackRefusal {
    /// The rule.
    pub rule: String,
    /// Its pack and version.
    pub pack: String,
    /// For people.
    pub words: String,
    /// When it would be allowed, in ms since 1970 UTC.
    pub opens_at: i64,
}

/// Another time for a call-back: one of the two.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallBackMoveForm {
    /// In ms since 1970 UTC.
    pub at: Option<i64>,
    /// By the customer's clock, such as `2026-12-01T09:30`.
    pub local: Option<String>,
    /// Why; it stays in the audit log.
    pub reason: String,
}

/// Somebody else for a call-back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallBackAssignForm {
    /// The advisor; absent: anyone.
    pub agent: Option<i64>,
    /// Why; it stays in the audit log.
    pub reason: String,
}

/// No call-back after all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallBackCancelForm {
    /// Why; it stays in the audit log.
    pub reason: String,
}
