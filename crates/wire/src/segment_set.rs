//! The segments a campaign is called by: as they are set, what they would do, what they did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The segments of a campaign, in order: whoever fits several belongs to the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentSetForm {
    /// When contacts that fit no segment are called: `last` (when absent), or `never`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<String>,
    /// In order; 50 at most.
    pub segments: Vec<SegmentForm>,
}

/// One segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentForm {
    /// Unique in the campaign; what was done with a segment stays with its name.
    pub name: String,
    /// Whom it takes, such as `ciudad en ("Cali") y intentos < 3`; everybody when absent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// Names of the lists it applies to; every list of the campaign when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<String>,
    /// 1 (when absent) is called first; those of 2 when nobody of 1 is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
    /// Its part, in percent, of the calls of all segments with its priority; those must add up to 100. 100 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<u8>,
    /// Who comes first of those never called: `oldest` (when absent), `newest`, `score` (highest in `order_column`
    /// first), `best_hour` (by `order_column`, else by when they picked up last), `spread` (in no order).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The column of `score` and `best_hour`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_column: Option<String>,
    /// Whether those to be called again come before those never called. False when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries_first: Option<bool>,
    /// When it is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<SegmentQuota>,
    /// What of the portfolio it is for, by code or kind: while none of that is left or valid, nobody of it is called. Whatever
    /// there is when absent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sells: Vec<String>,
}

/// How much of a segment is enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentQuota {
    /// `sales`, `contacts` (effective ones) or `attempts` (calls that left).
    pub of: String,
    /// So many.
    pub most: u32,
    /// `day` (in Colombia), or `total` since the segment was first saved.
    pub per: String,
}

/// The segments of a campaign as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentSet {
    /// Rises by one with each change.
    pub version: u32,
    /// In force since, in ms since 1970 UTC.
    pub saved_at: i64,
    /// Saved by.
    pub saved_by: String,
    /// What was set.
    pub set: SegmentSetForm,
    /// False while contacts are still being looked at by them.
    pub settled: bool,
    /// What each has and did, in order; the rest last.
    pub standings: Vec<SegmentStanding>,
    /// Rules that cannot be read any more, since columns went: such a segment takes nobody.
    pub problems: Vec<SegmentProblem>,
    /// Versions there were, newest first.
    pub versions: Vec<SegmentVersion>,
}

/// What a segment has and did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentStanding {
    /// Its name; `resto` for who fits none.
    pub name: String,
    /// Contacts in it.
    pub contacts: u64,
    /// Those never called.
    pub fresh: u64,
    /// Those to be called again.
    pub again: u64,
    /// Why nobody of it is called now, where that is so: its quota, or nothing to sell.
    pub closed: Option<String>,
    /// Today.
    pub today: SegmentTally,
    /// Since the segment was first saved.
    pub in_all: SegmentTally,
}

/// Counts of calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentTally {
    /// Calls that left.
    pub attempts: u64,
    /// Effective contacts.
    pub contacts: u64,
    /// Accepted sales.
    pub sales: u64,
}

/// A version of a campaign's segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentVersion {
    /// Which.
    pub version: u32,
    /// In force since, in ms since 1970 UTC.
    pub saved_at: i64,
    /// By whom.
    pub saved_by: String,
    /// How many segments it has.
    pub segments: u32,
}

/// What is wrong with a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentProblem {
    /// Of which; absent where it is of all.
    pub segment: Option<String>,
    /// Where its rule is wrong, in bytes.
    pub from: Option<usize>,
    /// Up to where.
    pub to: Option<usize>,
    /// Why, and what to write instead.
    pub message: String,
    /// The same with a mark under what is wrong.
    pub pointed: String,
}

/// What segments would do, before they are saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentPreview {
    /// What is wrong; nothing is counted then.
    pub problems: Vec<SegmentProblem>,
    /// Contacts of the campaign.
    pub contacts: u64,
    /// What each segment would get, in order.
    pub segments: Vec<SegmentPreviewed>,
    /// Who fits several: they belong to the first.
    pub overlaps: Vec<SegmentOverlap>,
    /// Who fits none.
    pub rest: SegmentPreviewed,
}

/// What a segment would get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentPreviewed {
    /// Its name.
    pub name: String,
    /// Contacts that fit its rule.
    pub fits: u64,
    /// Those of them it would get: who fits none before it.
    pub gets: u64,
    /// Those of them who may still be called.
    pub callable: u64,
    /// A few it would get, with the cells its rule looks at.
    pub examples: Vec<crate::SegmentExample>,
}

/// Contacts that fit two segments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentOverlap {
    /// The first, to which they belong unless one before it takes them.
    pub first: String,
    /// The later one.
    pub later: String,
    /// How many.
    pub contacts: u64,
}

/// Whom a new pass over a list is for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecycleForm {
    /// Such as `contestadas = 0`; all on whom every attempt was spent when absent.
    #[serde(default)]
    pub rule: String,
    /// The count that was told: without it nothing is done, and with another one neither.
    #[serde(default)]
    pub confirm: Option<u64>,
}

/// A new pass over a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Recycled {
    /// Contacts of the list in the campaign.
    pub contacts: u64,
    /// Those still to be called in this pass: they stay as they are.
    pub in_work: u64,
    /// Those who never come back: closed by a typification, or not to be called.
    pub never: u64,
    /// Those on whom all attempts were spent.
    pub exhausted: u64,
    /// Those of them the rule takes.
    pub taken: u64,
    /// Those who have a new pass; absent where nothing was done.
    pub begun: Option<u64>,
}

/// What came of a workbook of segments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentSheetRead {
    /// Rows with a record.
    pub rows: u64,
    /// Those whose segment somebody changed.
    pub edited: u64,
    /// Contacts that were given another segment by it.
    pub changed: u64,
    /// Why nothing was changed: row by row, the first 100.
    pub problems: Vec<SegmentSheetProblem>,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentSheetProblem {
    /// Row of the sheet, from 1; 0 for the whole of it.
    pub row: u64,
    /// Why.
    pub message: String,
}
