//! The typifications of a campaign: rows of a version, versions, and what is wrong with rows that cannot be
//! used.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One typification: what a call was, what it counts as, and when the person is called again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TypificationRow {
    /// Stable code: 1 to 16 capital letters, digits, `-` or `_`.
    pub code: String,
    /// The tree: one to three levels.
    pub levels: Vec<String>,
    /// Who may set it: `A` (advisor), `S` (system) or `S A`.
    pub origin: String,
    /// When the system sets it by itself: outcomes such as `busy`, or `untyped`, `key_call_back`, `key_opt_out`.
    pub set_on: Vec<String>,
    /// A human being was on the line.
    pub human: bool,
    /// It was someone other than the holder.
    pub third_party: bool,
    /// It was the holder.
    pub holder: bool,
    /// Holder reached and offer made.
    pub effective_contact: bool,
    /// The holder accepted a sale.
    pub accepted_sale: bool,
    /// The record is done with.
    pub closes_record: bool,
    /// The person must never be called again.
    pub suppresses: bool,
    /// Of a record's typifications the one of highest rank is its best, 0 to 100; absent: by the flags.
    pub rank: Option<u8>,
    /// Least wait before the next attempt, in minutes.
    pub wait_min: u64,
    /// Which phone is next: `same`, `next`, or `best`: the one on which calls came furthest.
    pub next_phone: String,
    /// Try hours of the day in which the person was not tried yet.
    pub other_hours: bool,
    /// How often in a row before the phone is left alone.
    pub times_max: Option<u8>,
    /// The phone is no good for this person.
    pub invalidates_phone: bool,
    /// The call costs nothing of what the person may be called.
    pub free: bool,
    /// It promises a call: `personal` (the advisor's own) or `anyone`.
    pub call_back: Option<String>,
    /// Nobody sets it any more.
    pub retired: bool,
    /// What is to be done next, in words.
    pub next_action: String,
}

/// A version of a campaign's typifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Typifications {
    /// Names the version among all; attempts bear it.
    pub catalogue: i64,
    /// Its number among those of the campaign.
    pub version: u32,
    /// Its rows, in the order of the tree.
    pub rows: Vec<TypificationRow>,
}

/// Rows to put into force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypificationsForm {
    /// All of them, in the order of the tree.
    pub rows: Vec<TypificationRow>,
    /// Why, for whoever looks at the versions.
    #[serde(default)]
    pub note: String,
}

/// A version that was put into force, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TypificationsPut {
    /// Names the version; absent where it was only checked.
    pub catalogue: Option<i64>,
    /// Its number among those of the campaign.
    pub version: Option<u32>,
    /// How many rows it has.
    pub rows: usize,
    /// Codes that were left out and are kept as retired, because calls bear them.
    pub retired: Vec<String>,
}

/// A version there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TypificationsVersion {
    /// Names the version.
    pub catalogue: i64,
    /// Its number among those of the campaign.
    pub version: u32,
    /// Whether it is the house's own, in force while the campaign has none.
    pub of_house: bool,
    /// In force for calls that begin from then on, in ms since 1970 UTC.
    pub at: i64,
    /// Who put it into force.
    pub by: String,
    /// Why.
    pub note: String,
    /// How many rows it has.
    pub rows: u32,
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProblemRow {
    /// Line of the file, the headings being 1; of rows in JSON the first is 2.
    pub line: u64,
    /// Heading of the column.
    pub column: String,
    /// Code of the row; may be empty. Of a field of a sheet: what is wrong with it, in a word.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a supervisor says a call was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionForm {
    /// Code of the typifications the call began with.
    pub code: String,
    /// Why; it stays in the record.
    pub why: String,
    /// When the customer asked to be called again, in ms since 1970 UTC.
    #[serde(default)]
    pub callback_at: Option<i64>,
    /// Whether they asked never to be called again, whatever else the call was.
    #[serde(default)]
    pub opt_out: bool,
}

/// A correction, and what it changed in the figures of the day and hour of its call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Correction {
    /// When it was said, in ms since 1970 UTC.
    pub at: i64,
    /// Of which attempt.
    pub attempt: i64,
    /// To which record.
    pub contact: i64,
    /// When the call's INVITE left: the day and hour whose figures change, in ms since 1970 UTC.
    pub placed_at: Option<i64>,
    /// The agent who corrected their own call.
    pub agent: Option<i64>,
    /// The user who corrected in an agent's stead.
    pub user: Option<String>,
    /// Why.
    pub why: String,
    /// Said before.
    pub before: String,
    /// Said now.
    pub after: String,
    /// What it changed: `answered`, `effective`, `sales`, `closed`, `suppressed`, each -1, 0 or 1.
    pub delta: CorrectionDelta,
}

/// Signed changes of figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CorrectionDelta {
    /// Calls in which a person was heard.
    pub answered: i32,
    /// Effective contacts.
    pub effective: i32,
    /// Accepted sales.
    pub sales: i32,
    /// Records closed.
    pub closed: i32,
    /// People never to be called again.
    pub suppressed: i32,
}

/// A call whose typification contradicts what the system saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contradiction {
    /// Which attempt.
    pub attempt: i64,
    /// When its INVITE left, in ms since 1970 UTC.
    pub placed_at: i64,
    /// Who took it.
    pub agent: Option<i64>,
    /// What was said of it.
    pub code: String,
    /// How the system saw it end.
    pub outcome: Option<String>,
    /// How long customer and agent heard each other, in seconds.
    pub talk_s: u64,
    /// The rule that finds a contradiction.
    pub rule: String,
    /// The same for people.
    pub message: String,
}

/// A version of the rules that find contradictions in a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContradictionRules {
    /// Its number among those of the campaign; 0: the house's.
    pub version: u32,
    /// Since when, in ms since 1970 UTC; absent for the house's.
    pub at: Option<i64>,
    /// Who put it into force.
    pub by: String,
    /// Why.
    pub note: String,
    /// How many rules it has.
    pub rules: usize,
    /// The table as CSV: `rule` to `words`; a cell left empty asks nothing.
    pub csv: String,
}

/// Contradictions of a campaign within a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Contradictions {
    /// Version of the campaign's rules that looked; 0: the house's.
    pub rules_version: u32,
    /// Attempts looked at.
    pub attempts: u64,
    /// Those found, in order; 1,000 at most.
    pub found: Vec<Contradiction>,
    /// How many each rule found, the commonest first.
    pub by_rule: Vec<(String, u64)>,
}
