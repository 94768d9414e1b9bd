//! A person across lists and campaigns.

use domain::{
    AgentId, CampaignId, Contact, Listing, PersonId, PhoneNumber, PriorCall, Timestamp, WorkState,
};

/// Whom somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PersonSought {
    /// Whoever has this number.
    Phone(PhoneNumber),
    /// Whoever has this document, normalised.
    Document(String),
    /// This very person.
    Person(PersonId),
}

/// A person with everything known of them but their calls.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonRow {
    /// Which.
    pub person: PersonId,
    /// Asked not to be called.
    pub suppressed: bool,
    /// Their records, the oldest first.
    pub records: Vec<PersonRecord>,
    /// Their numbers that must not be called: since when, and why.
    pub suppressed_numbers: Vec<(PhoneNumber, Timestamp, String)>,
}

/// A record of a person in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonRecord {
    /// The record.
    pub contact: Contact,
    /// Its list.
    pub list_name: String,
    /// When it was loaded.
    pub loaded_at: Timestamp,
    /// SHA-256 of the file it came in.
    pub file_sha256: String,
    /// Row of the file.
    pub line: u64,
    /// What campaigns have to do with it.
    pub work: Vec<PersonWork>,
    /// What left for them lately.
    pub prior: Vec<PriorCall>,
    /// Which of their numbers are in a register.
    pub listed: Vec<Listing>,
}

/// The work of a campaign with a record.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonWork {
    /// Which campaign.
    pub campaign: CampaignId,
    /// Where it stands.
    pub state: WorkState,
    /// Due again at.
    pub next_at: Timestamp,
    /// Attempts spent.
    pub attempts: u16,
    /// What was last said.
    pub code: Option<String>,
    /// For whom a promised call is reserved.
    pub callback_agent: Option<AgentId>,
}
