//! Calls that others make to us, as read back.

use serde::Serialize;
use utoipa::ToSchema;

/// Such a call. Times are in ms since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InboundCall {
    /// Which; `/api/v1/attempts/{id}/...` has its typifications, steps and ladder.
    pub id: i64,
    /// When it came.
    pub at: i64,
    /// Over which trunk.
    pub trunk: i64,
    /// Who called, in E.164; absent: they hid it.
    pub phone: Option<String>,
    /// The number of ours they called, in E.164.
    pub called: String,
    /// The campaign they are known from; absent: no list has their number.
    pub campaign: Option<i64>,
    /// The record they are in it.
    pub contact: Option<i64>,
    /// The agent who took it.
    pub agent: Option<i64>,
    /// Answered.
    pub answered_at: Option<i64>,
    /// Joined to the agent.
    pub bridged_at: Option<i64>,
    /// Over.
    pub ended_at: Option<i64>,
    /// `connected`, `unserved` or `unknown_crash`; absent while open.
    pub outcome: Option<String>,
    /// What the agent said it was, or their key asked for: `TI02` to be called back, `EX01` never to be
    /// called again.
    pub code: Option<String>,
    /// The agent who said so; absent: their key, or the system.
    pub coded_by: Option<i64>,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct InboundPage {
    /// In order of id.
    pub calls: Vec<InboundCall>,
    /// Give it as `after` for the next page; absent on the last.
    pub next: Option<i64>,
}
