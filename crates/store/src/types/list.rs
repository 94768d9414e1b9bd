//! Lists and their loads.

use std::fmt;

use domain::{ListId, PhoneNumber, SegmentId, Timestamp, WorkState};

/// A load under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImportId(pub i64);

/// Where a load goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListTarget {
    /// A new list of this name.
    New(String),
    /// More contacts for a list that exists.
    Existing(ListId),
}

/// A contact to be staged: clean already.
#[derive(Clone, PartialEq, Eq)]
pub struct NewContact {
    /// Identity document, normalised; empty when there is none.
    pub document: String,
    /// Name as the base writes it.
    pub name: String,
    /// Segment; may be empty.
    pub segment: String,
    /// Phones in dialing order, at least one, none twice.
    pub phones: Vec<PhoneNumber>,
    /// Remaining columns under their headings.
    pub attributes: Vec<(String, String)>,
    /// Which data row it is, from 1; unique within a load.
    pub record: u64,
    /// Physical line or sheet row, from 1.
    pub line: u64,
}

/// Personal data stays out of logs.
impl fmt::Debug for NewContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewContact")
            .field("record", &self.record)
            .field("line", &self.line)
            .field("phones", &self.phones)
            .finish_non_exhaustive()
    }
}

/// What became of a staged contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Kept.
    Accepted,
    /// Kept; somebody else has one of its numbers too.
    Shared,
    /// The list has someone with this document.
    DuplicateDocument,
    /// The list has whoever has all of these numbers, both without a document.
    DuplicatePhone,
}

impl Verdict {
    /// Whether the contact is one now.
    pub fn is_kept(self) -> bool {
        matches!(self, Verdict::Accepted | Verdict::Shared)
    }
}

/// A list as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactList {
    /// Which.
    pub id: ListId,
    /// Unique name people use.
    pub name: String,
    /// First load begun.
    pub created_at: Timestamp,
    /// Contacts visible.
    pub contacts: u64,
}

/// The work of a campaign that is ready, and what is being called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkDue {
    /// Ready and due.
    pub due: u64,
    /// Ready, and due later.
    pub waiting: u64,
    /// When the first of those is due.
    pub next: Option<Timestamp>,
    /// Being called.
    pub open: u64,
}

/// Contacts of a campaign that are alike in what was tried with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkStock {
    /// Where the work stands.
    pub state: WorkState,
    /// Attempts made with each.
    pub attempts: u16,
    /// Phones each has that may be dialed.
    pub phones: u8,
    /// Their segment: none where the campaign has none, 0 of who fits none, -1 of who was not parted yet.
    pub segment: Option<SegmentId>,
    /// How many they are.
    pub contacts: u64,
}
