//! What happened on a day of a campaign.

use std::fmt;

use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, ContactId, ListId, PersonId, PhoneNumber, SaleId,
    Timestamp,
};
use sales::Stage;

use super::ImportId;

/// A day of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DaySpan {
    /// Which campaign.
    pub campaign: CampaignId,
    /// When the day begins,
    pub from: Timestamp,
    /// and the next one.
    pub to: Timestamp,
}

/// A record that was called on a day, or came on it.
#[derive(Clone, PartialEq, Eq)]
pub struct DayContact {
    /// Which.
    pub id: ContactId,
    /// Who it is.
    pub person: PersonId,
    /// Of which list.
    pub list: ListId,
    /// By which load.
    pub import: ImportId,
    /// Which data row of its file, from 1.
    pub record: u64,
    /// When its load was finished.
    pub received_at: Timestamp,
    /// Document; may be empty.
    pub document: String,
    /// Name.
    pub name: String,
    /// What its base says.
    pub segment: String,
    /// Its phones, in order.
    pub phones: Vec<PhoneNumber>,
    /// Calls to it that left on the day.
    pub attempts: u32,
}

/// Personal data stays out of logs.
impl fmt::Debug for DayContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DayContact")
            .field("id", &self.id)
            .field("list", &self.list)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// A state that an agent was in on a day, as far as it lies on the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentTimeRow {
    /// Place in the journal of the change to it.
    pub seq: u64,
    /// Who.
    pub agent: AgentId,
    /// In which.
    pub status: AgentStatus,
    /// From then,
    pub from: Timestamp,
    /// until then.
    pub to: Timestamp,
    /// Break reason, or why the line was lost.
    pub reason: Option<String>,
    /// The attempt they were on.
    pub attempt: Option<AttemptId>,
}

/// A move of a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySaleMove {
    /// Of which sale.
    pub sale: SaleId,
    /// Its place among the moves of the sale, from 1.
    pub n: u32,
    /// The call it was accepted in.
    pub attempt: AttemptId,
    /// The record.
    pub contact: ContactId,
    /// Who sold it.
    pub agent: Option<AgentId>,
    /// By which typification.
    pub code: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it was moved.
    pub at: Timestamp,
    /// From where; none: accepted.
    pub from: Option<Stage>,
    /// To where.
    pub to: Stage,
    /// By whom.
    pub doer: String,
    /// Why, in a word of the program.
    pub reason: Option<String>,
    /// What it is worth by its sheet now; none while it has no sheet.
    pub value: Option<i64>,
}
