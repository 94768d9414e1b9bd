//! Why a campaign dialed, or did not, at a time.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// Why a campaign dialed, or did not, at a time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    /// Name of the campaign.
    pub campaign: String,
    /// The instant asked about, in ms since 1970 UTC.
    pub at: i64,
    /// Why, in one sentence.
    pub sentence: String,
    /// Which rule keeps calls from leaving at that hour; absent when open.
    pub hours_closed: Option<String>,
    /// What the campaign was; absent when it had not been started by then.
    pub state: Option<ExplainedState>,
    /// The decision in force; absent when none was made in the 30 s before.
    pub decision: Option<ExplainedDecision>,
    /// Intents of the 30 s before that did not become calls.
    pub refused: Vec<ExplainedRefusal>,
}

/// What a campaign was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedState {
    /// Since, in ms since 1970 UTC.
    pub since: i64,
    /// `running`, `paused`, `stopped` or `finished`.
    pub state: String,
    /// Why, in words.
    pub reason: String,
}

/// A recorded pacing decision.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ExplainedDecision {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Calls placed.
    pub dial: u32,
    /// The limit that bound.
    pub binding: String,
    /// Why, in words.
    pub why: String,
    /// Named inputs and intermediate figures.
    pub inputs: BTreeMap<String, f64>,
}

/// An intent that did not become a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExplainedRefusal {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Which.
    pub attempt: i64,
    /// The rule that refused it.
    pub rule: String,
    /// Of which rule pack, or `engine`.
    pub pack: String,
}
