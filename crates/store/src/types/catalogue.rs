//! Versions of typifications, and what was said of calls by them.

use domain::{
    AgentId, AttemptId, CampaignId, CatalogueId, ContactId, Disposition, Timestamp, WorkState,
};

/// A version to be put into force.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCatalogue {
    /// Whose.
    pub campaign: CampaignId,
    /// Its rows, in the order of the tree; they were checked.
    pub rows: Vec<Disposition>,
    /// Who does so.
    pub by: String,
    /// Why, in words; may be empty.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// A version there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueVersion {
    /// Which.
    pub id: CatalogueId,
    /// Its number among those of the campaign.
    pub version: u32,
    /// Whether it is the house's.
    pub of_house: bool,
    /// Since when.
    pub at: Timestamp,
    /// Who put it into force.
    pub by: String,
    /// Why.
    pub note: String,
    /// How many rows it has.
    pub rows: u32,
}

/// Rules that find contradictions, as a campaign has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContradictionSet {
    /// Whose.
    pub campaign: CampaignId,
    /// Its number among those of the campaign, from 1.
    pub version: u32,
    /// Since when.
    pub at: Timestamp,
    /// Who put it into force.
    pub by: String,
    /// Why, in words; may be empty.
    pub note: String,
    /// The table as it was put.
    pub text: String,
}

/// What was said of a call, and when it began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Managed {
    /// Of which attempt.
    pub attempt: AttemptId,
    /// When it was decided on.
    pub at: Timestamp,
    /// What it was.
    pub code: String,
}

/// The last and the best that was said of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Management {
    /// Of the last call.
    pub last: Option<Managed>,
    /// Of highest rank; the latest of several as good.
    pub best: Option<Managed>,
}

/// Contacts whom one rule holds back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldByRule {
    /// Where the work with them stands; of those who are ready, only those who wait.
    pub state: WorkState,
    /// The rule; empty where none was written down.
    pub rule: String,
    /// How many.
    pub contacts: u64,
    /// When the first may be called, of those who wait; to the minute.
    pub first: Timestamp,
}

/// A correction.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectionRow {
    /// Its place in the journal.
    pub seq: u64,
    /// When it was said.
    pub at: Timestamp,
    /// Of which attempt.
    pub attempt: AttemptId,
    /// To which record.
    pub contact: ContactId,
    /// When the INVITE left, which is the day and hour whose figures change.
    pub placed_at: Option<Timestamp>,
    /// The agent who corrected, where it was the call's own.
    pub agent: Option<AgentId>,
    /// The user who did, in an agent's stead.
    pub user: Option<String>,
    /// Why.
    pub why: String,
    /// The version both codes are of.
    pub catalogue: CatalogueId,
    /// What was said before.
    pub before: String,
    /// What is said now.
    pub after: String,
}
