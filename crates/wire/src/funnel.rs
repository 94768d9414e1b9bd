//! Why nobody is called: how many contacts each gate lets through, and what opens next when.

use serde::Serialize;
use utoipa::ToSchema;

/// From the rows received to the phones that ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Funnel {
    /// Name of the campaign.
    pub campaign: String,
    /// The instant it is of, in ms since 1970 UTC.
    pub at: i64,
    /// The first gate that lets nobody through, in one sentence; or that somebody may be called.
    pub sentence: String,
    /// The gates, in order. What one lets through is what the next one had before it.
    pub gates: Vec<FunnelGate>,
}

/// A rule that holds contacts back at a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunnelRule {
    /// Such as `NC01.other_hours` or `CO-2.gap`; empty where work of an earlier version names none.
    pub rule: String,
    /// How many it holds.
    pub contacts: u64,
    /// When the first of them may be called, in ms since 1970 UTC, to the minute; only of those who wait.
    pub opens_at: Option<i64>,
}

/// A gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FunnelGate {
    /// `received`, `valid`, `in_campaign`, `not_excluded`, `not_closed`, `under_budget`, `running`,
    /// `in_window`, `due`, `not_leased`, `ringing`.
    pub gate: String,
    /// Contacts that are through.
    pub through: u64,
    /// Contacts that are held here.
    pub held: u64,
    /// Why, where there is more to say.
    pub why: Option<String>,
    /// When it opens next for some of them, in ms since 1970 UTC.
    pub opens_at: Option<i64>,
    /// The rules that hold them, the commonest first: of `not_closed`, `under_budget` and `due`.
    pub rules: Vec<FunnelRule>,
}
