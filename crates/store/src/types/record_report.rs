//! Records that clients sent, and what was done with them.

use std::fmt;
use std::time::Duration;

use domain::{
    AgentId, AttemptId, CampaignId, CatalogueId, ContactId, ListId, Outcome, PhoneNumber,
    Timestamp, WorkState,
};

use sales::Stage;

use super::ImportId;

/// Which records, and as they were when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordsWanted {
    /// In which campaign.
    pub campaign: CampaignId,
    /// Of which list.
    pub list: ListId,
    /// Of loads that were finished from then,
    pub received_from: Timestamp,
    /// until then, which is not included.
    pub received_to: Timestamp,
    /// Calls from then on are counted apart: those of the day.
    pub day: Timestamp,
    /// Calls that left before count.
    pub until: Timestamp,
    /// What the base says besides is wanted too.
    pub attributes: bool,
}

/// A record.
#[derive(Clone, PartialEq, Eq)]
pub struct ManagedRecord {
    /// Which contact it became.
    pub contact: ContactId,
    /// By which load.
    pub import: ImportId,
    /// Which data row of its file, from 1.
    pub record: u64,
    /// Its line or sheet row.
    pub line: u64,
    /// When its load was finished.
    pub received_at: Timestamp,
    /// Document; may be empty.
    pub document: String,
    /// The segment of the campaign it belongs to, else what its base says.
    pub segment: String,
    /// What the base says besides, by heading; empty where it was not asked for.
    pub attributes: Vec<(String, String)>,
    /// Its phones, in order.
    pub phones: Vec<PhoneNumber>,
    /// Where its work stands; none when the campaign has none with it.
    pub state: Option<WorkState>,
    /// The person must not be called.
    pub suppressed: bool,
    /// The rule that made it wait or closed it.
    pub rule: Option<String>,
    /// When it is due; 0 for at once.
    pub next_at: Option<Timestamp>,
    /// That is a time somebody was promised.
    pub promised: bool,
    /// Code that decided last.
    pub code: Option<String>,
    /// The calls with its person.
    pub calls: CallsMade,
}

/// Personal data stays out of logs.
impl fmt::Debug for ManagedRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedRecord")
            .field("contact", &self.contact)
            .field("record", &self.record)
            .field("state", &self.state)
            .field("code", &self.code)
            .field("calls", &self.calls)
            .finish_non_exhaustive()
    }
}

/// The calls of a campaign with a person that left before an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallsMade {
    /// All of them.
    pub total: u64,
    /// Those of the day.
    pub on_day: u64,
    /// When the first left.
    pub first_at: Option<Timestamp>,
    /// The last.
    pub last: Option<CallTold>,
    /// Of those with a code the one of highest rank, the last of equals.
    pub best: Option<CallTold>,
    /// The sale of the last that is one, as it stands now.
    pub sale: Option<SaleTold>,
    /// Others left afterwards.
    pub later: bool,
}

/// A sale, as reports tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleTold {
    /// Where it stands.
    pub stage: Stage,
    /// Codes of the portfolio on its sheet, with spaces between.
    pub items: String,
    /// What it is worth by its sheet, in the currency of the campaign; none while it has no sheet.
    pub value: Option<i64>,
}

/// A call, as reports tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTold {
    /// Which attempt.
    pub attempt: AttemptId,
    /// When it left.
    pub at: Timestamp,
    /// To which number.
    pub phone: PhoneNumber,
    /// What the network made of it.
    pub outcome: Option<Outcome>,
    /// What it is said to be, now.
    pub code: Option<String>,
    /// By which typifications that is to be read.
    pub catalogue: CatalogueId,
    /// Who spoke.
    pub agent: Option<AgentId>,
    /// For how long.
    pub talk: Duration,
    /// There is a recording of it.
    pub recorded: bool,
}
