//! The passport of a person: everything that was or was not done about them, by which rule, when.

use serde::Serialize;
use utoipa::ToSchema;

use crate::Attempt;

/// A person across lists and campaigns.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Passport {
    /// Which.
    pub person: i64,
    /// Asked never to be called again.
    pub opted_out: bool,
    /// Their numbers that must not be called.
    pub suppressed_numbers: Vec<SuppressedNumber>,
    /// Their numbers that were found to be no good: they are called on others.
    pub retired_numbers: Vec<RetiredNumber>,
    /// What they agreed to, the oldest first; also what was ended.
    pub consents: Vec<crate::Consent>,
    /// Their records, the oldest first.
    pub records: Vec<PassportRecord>,
    /// Their calls and those that were refused, the newest first, 1,000 of each record at most.
    pub attempts: Vec<Attempt>,
}

/// A number that must not be called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuppressedNumber {
    /// Digits of the number in E.164, without plus.
    pub phone: String,
    /// Since when, in ms since 1970 UTC.
    pub at: i64,
    /// Why.
    pub reason: String,
}

/// A number that is no good for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RetiredNumber {
    /// In E.164.
    pub phone: String,
    /// Since when, in ms since 1970 UTC.
    pub at: i64,
    /// The attempt that found so.
    pub attempt: i64,
    /// In which words.
    pub code: String,
}

/// A record of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PassportRecord {
    /// Which.
    pub contact: i64,
    /// Name of its list.
    pub list: String,
    /// When it was loaded, in ms since 1970 UTC.
    pub loaded_at: i64,
    /// SHA-256 of the file it came in.
    pub file_sha256: String,
    /// Row of that file.
    pub line: u64,
    /// Identity document; may be empty.
    pub document: String,
    /// Name.
    pub name: String,
    /// Segment of the base; may be empty.
    pub segment: String,
    /// Numbers in dialing order.
    pub phones: Vec<String>,
    /// What campaigns have to do with it.
    pub work: Vec<PassportWork>,
}

/// The work of a campaign with a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PassportWork {
    /// Name of the campaign.
    pub campaign: String,
    /// `ready`, `leased`, `closed`, `exhausted` or `suppressed`.
    pub state: String,
    /// Attempts spent.
    pub attempts: u16,
    /// What was last said.
    pub code: Option<String>,
    /// The first instant at which they may be called again by retries, hours and counts; only while `ready`.
    pub next_at: Option<i64>,
    /// The rule that says so, where it is the law's.
    pub rule: Option<String>,
    /// Its pack and version.
    pub pack: Option<String>,
    /// The same for people.
    pub words: Option<String>,
    /// The rule that made them wait until the work was last touched, or ended it, such as `NC01.other_hours`.
    pub because: Option<String>,
    /// Of what that rule is: `typifications 3`, `campaign`, or a law pack and its version.
    pub because_of: Option<String>,
    /// Whether they were promised the next call.
    pub promised: bool,
    /// The advisor who promised it, where it is theirs alone.
    pub promised_by: Option<i64>,
    /// What was said of the last call.
    pub last: Option<PassportSaid>,
    /// The best that was said: of highest rank, and the latest of several as good.
    pub best: Option<PassportSaid>,
}

/// What was said of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PassportSaid {
    /// Of which attempt.
    pub attempt: i64,
    /// When it was decided on, in ms since 1970 UTC.
    pub at: i64,
    /// What it was.
    pub code: String,
}
