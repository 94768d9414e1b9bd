//! A person across lists and campaigns.

use domain::{
    AttemptId, CampaignId, Contact, Gate, Listing, PersonConsent, PersonId, PhoneNumber, PriorCall,
    Promise, Timestamp, WorkState,
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
    /// Their numbers that were found to be no good.
    pub retired_numbers: Vec<RetiredNumber>,
    /// What they agreed to and nobody ended.
    pub consents: Vec<PersonConsent>,
}

/// A number that is no good for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetiredNumber {
    /// Which.
    pub phone: PhoneNumber,
    /// The attempt that found so.
    pub attempt: AttemptId,
    /// When.
    pub at: Timestamp,
    /// In which words.
    pub code: String,
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
    /// What they were promised.
    pub promise: Option<Promise>,
    /// The rule that made them wait, or ended the work.
    pub because: Option<Gate>,
}
