//! The abandon ledger of a campaign.

use serde::Serialize;
use utoipa::ToSchema;

/// A period of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AbandonPeriod {
    /// Name of the campaign.
    pub campaign: String,
    /// When it begins, in ms since 1970 UTC.
    pub from: i64,
    /// When the next one does, in ms since 1970 UTC.
    pub to: i64,
    /// Whether it is over.
    pub over: bool,
    /// Calls answered by people.
    pub live: u64,
    /// Of those, abandoned.
    pub abandoned: u64,
    /// Share of them that may be: the stricter of the law's and the campaign's.
    pub limit: f64,
    /// How many more may be: `floor(limit * live) - abandoned`; negative: overdrawn.
    pub left: i64,
    /// Whether the ledger holds each call: where the pack says from how many answers on, and so many there were.
    pub binds: bool,
    /// Share abandoned; absent while nobody answered.
    pub rate: Option<f64>,
    /// What that share stays under with 95 % certainty, by the exact bound of Clopper and Pearson.
    pub bound: Option<f64>,
    /// The rule of the limit.
    pub rule: String,
    /// Its pack and version.
    pub pack: String,
}
