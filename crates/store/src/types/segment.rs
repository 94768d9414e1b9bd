//! Segments of a campaign as kept, and what they are held against.

use campaigns::{SegmentTally, Segmentation};
use domain::{Contact, ContactId, ListId, SegmentId, Timestamp, WorkState};

/// The segments in force of a campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentSet {
    /// Rises by one with each change.
    pub version: u32,
    /// Since when.
    pub saved_at: Timestamp,
    /// By whom.
    pub saved_by: String,
    /// The segments.
    pub segmentation: Segmentation,
    /// What makes contacts be looked at again.
    pub speaks_of: SpeaksOf,
    /// How far the contacts were looked at.
    pub walk: SegmentWalk,
}

impl SegmentSet {
    /// Whether contacts are still being looked at by them.
    pub const fn walk_is_on(&self) -> bool {
        self.walk.after.is_some()
    }
}

/// What the rules and orders of segments speak of that changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpeaksOf {
    /// What was done with contacts.
    pub history: bool,
    /// What day it is.
    pub today: bool,
}

/// How far the contacts of a campaign were looked at by its segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentWalk {
    /// The last contact that was; `None`: all were.
    pub after: Option<ContactId>,
    /// On which day (counted from 1970).
    pub day: i64,
    /// By which lists.
    pub lists: Vec<ListId>,
}

/// A version of the segments of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentVersion {
    /// Which.
    pub version: u32,
    /// Since when.
    pub saved_at: Timestamp,
    /// By whom.
    pub saved_by: String,
    /// How many segments it has.
    pub segments: u32,
}

/// Which contacts of a campaign are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subjects {
    /// All in order of id, after this one.
    After(Option<ContactId>),
    /// Those of one list, likewise.
    OfList(ListId, Option<ContactId>),
    /// Those whose segment must be found: new ones, and those whose history changed.
    Unparted,
}

/// A contact of a campaign, and what was done with them.
#[derive(Clone, Debug, PartialEq)]
pub struct SegmentSubject {
    /// The contact, without phones.
    pub contact: Contact,
    /// How many phones it has.
    pub phones: u32,
    /// Whether its list is one of the campaign's.
    pub attached: bool,
    /// Where the work stands.
    pub state: WorkState,
    /// Attempts spent in this pass.
    pub spent: u16,
    /// Times the last typification came in a row.
    pub repeats: u8,
    /// The last typification.
    pub code: Option<String>,
    /// What was tried.
    pub history: History,
    /// The segment it is in; `None`: not looked at yet, or its list was let go.
    pub segment: Option<SegmentId>,
    /// The segment a person gave it.
    pub pinned: Option<SegmentId>,
    /// Which pass of the base this is, from 1.
    pub pass: u16,
    /// Another campaign is done with this person over the same base; only where contacts of a list are asked for.
    pub closed_elsewhere: bool,
}

/// What was tried with a contact in a campaign, over all passes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Calls that left.
    pub attempts: u32,
    /// When the last did.
    pub last_at: Option<Timestamp>,
    /// Those a person picked up.
    pub answered: u32,
    /// When the last of those was.
    pub answered_at: Option<Timestamp>,
    /// The best that was said of it, by rank; the latest of several as good.
    pub best_code: Option<String>,
}

/// Where a contact belongs, and what it was like when that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentPlace {
    /// Which contact.
    pub contact: ContactId,
    /// Its segment; 0 the rest, `None` none at all.
    pub segment: Option<SegmentId>,
    /// Its rank there.
    pub rank: i64,
    /// As it was read: who changed meanwhile is looked at again.
    pub spent: u16,
    /// As it was read.
    pub repeats: u8,
    /// As it was read.
    pub pinned: Option<SegmentId>,
}

/// What a segment has and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentStanding {
    /// Which; 0 the rest.
    pub segment: SegmentId,
    /// Contacts in it.
    pub contacts: u64,
    /// Those never called and ready.
    pub fresh: u64,
    /// Those to be called again.
    pub again: u64,
    /// Calls of today.
    pub today: SegmentTally,
    /// Calls in all.
    pub in_all: SegmentTally,
}

/// Contacts as text.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactTexts {
    /// The last of them.
    pub last: ContactId,
    /// Parted by [`ContactTexts::LINE`]. Each has number, phones, document, name, segment and attributes (JSON), parted by
    /// [`ContactTexts::FIELD`]. Where a base has these very signs in a name, a line has too many parts.
    pub lines: String,
}

impl ContactTexts {
    /// Between contacts.
    pub const LINE: char = '\u{1e}';
    /// Between their parts.
    pub const FIELD: char = '\u{1f}';
}

/// Personal data stays out of logs.
impl std::fmt::Debug for ContactTexts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ContactTexts")
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
