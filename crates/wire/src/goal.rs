//! Goals and rosters.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A goal that was agreed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GoalRow {
    /// The day, as 2026-12-01.
    pub day: String,
    /// The hour of it, 0 to 23; absent: the whole day.
    pub hour: Option<u8>,
    /// The advisor; absent: everybody.
    pub agent: Option<String>,
    /// Accepted sales.
    pub sales: f64,
    /// Their value, in the currency of the campaign.
    pub value: Option<f64>,
}

/// A shift of an advisor.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RosterShift {
    /// The advisor.
    pub agent: String,
    /// The day, as 2026-12-01.
    pub day: String,
    /// From, as 08:00.
    pub from: String,
    /// Until.
    pub to: String,
    /// Breaks in it, as 10:00-10:15.
    pub breaks: Vec<String>,
}

/// How long a shift usually is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsualShift {
    /// Minutes; absent: not known.
    pub minutes: Option<u64>,
}
