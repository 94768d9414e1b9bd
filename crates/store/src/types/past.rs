//! What the record knows of a history that came from another system.

use domain::{
    AgentId, AttemptId, CampaignId, CatalogueId, ContactId, ContactPhone, ListId, PersonId, SaleId,
    Timestamp, WorkState,
};
use sales::Stage;

/// What a key of the other system names. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i16)]
pub enum PastKind {
    /// A contact; ours is its id.
    Contact = 1,
    /// An attempt; ours is its id.
    Attempt = 2,
    /// Something said of an attempt; ours is its place in the journal.
    Typification = 3,
    /// An agent's state; ours is its place in the journal.
    AgentState = 4,
    /// A move of a sale; ours is the sale.
    SaleMove = 5,
}

impl PastKind {
    pub(crate) const fn number(self) -> i64 {
        self as i64
    }
}

/// A key of the other system and what it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastKey {
    /// What it names.
    pub kind: PastKind,
    /// As the other system has it.
    pub name: String,
    /// Ours.
    pub id: i64,
}

/// A contact as a history goes on with it.
#[derive(Clone, Debug, PartialEq)]
pub struct PastContact {
    /// Which.
    pub contact: ContactId,
    /// Of which list.
    pub list: ListId,
    /// Who.
    pub person: PersonId,
    /// Segment of the record.
    pub segment: String,
    /// Its phones, in order.
    pub phones: Vec<ContactPhone>,
    /// Where the work with it stands.
    pub state: WorkState,
    /// Attempts charged.
    pub attempts: u16,
    /// What was said last.
    pub code: Option<String>,
}

/// An attempt as a history goes on with it.
#[derive(Clone, Debug, PartialEq)]
pub struct PastAttempt {
    /// Which.
    pub id: AttemptId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// Of which contact.
    pub contact: ContactId,
    /// Who took it.
    pub agent: Option<AgentId>,
    /// When it was over.
    pub ended_at: Timestamp,
    /// The typifications it began with.
    pub catalogue: CatalogueId,
    /// Somebody said something of it.
    pub is_typified: bool,
    /// No later attempt of its contact in the campaign is known.
    pub is_last: bool,
}

/// A move that a sale made in another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastMove {
    /// The sale.
    pub sale: SaleId,
    /// Where it went; where it stands already, only its value is told.
    pub to: Stage,
    /// When.
    pub at: Timestamp,
    /// Why, in a word of ours.
    pub reason: Option<String>,
    /// By whom, as the other system has it.
    pub user: String,
    /// What it is worth, where that is told with the move.
    pub value: Option<i64>,
}
