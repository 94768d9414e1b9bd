//! A person on a list, and the piece of work a campaign has with them.

use std::fmt;

use crate::{
    AgentId, AttemptId, CampaignId, ContactId, ListId, Listing, PersonConsent, PersonId,
    PhoneNumber, PriorCall, Promise, Purpose, Timestamp,
};

/// One phone of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactPhone {
    /// Place in the base's columns: 0 is the first.
    pub ordinal: u8,
    /// The number.
    pub number: PhoneNumber,
    /// Attempts made on it in this campaign.
    pub attempts: u16,
    /// False once it was found not to exist or to belong to someone else.
    pub usable: bool,
}

/// One record of a list.
#[derive(Clone, PartialEq)]
pub struct Contact {
    /// The record.
    pub id: ContactId,
    /// The list it came in.
    pub list: ListId,
    /// The human being, across lists.
    pub person: PersonId,
    /// Identity document, normalised; empty when the base has none.
    pub document: String,
    /// Name as the base writes it.
    pub name: String,
    /// Segment of the base; empty when it has none.
    pub segment: String,
    /// Phones in dialing order.
    pub phones: Vec<ContactPhone>,
    /// Remaining columns of the base, for the agent's screen.
    pub attributes: Vec<(String, String)>,
}

/// Personal data stays out of logs: only ids are shown.
impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("id", &self.id)
            .field("list", &self.list)
            .field("person", &self.person)
            .field("phones", &self.phones)
            .finish_non_exhaustive()
    }
}

/// A contact cleared for dialing now, as the hopper receives it.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkItem {
    /// Whose work this is.
    pub campaign: CampaignId,
    /// The person's record and phones.
    pub contact: Contact,
    /// Attempts already spent on the contact in this campaign.
    pub attempts: u16,
    /// Consecutive times the last disposition occurred.
    pub repeats: u8,
    /// The disposition of the last attempt, if any.
    pub last_code: Option<String>,
    /// Which phone to dial (ordinal).
    pub next_phone: u8,
    /// Due since.
    pub due: Timestamp,
    /// Set when this person was promised a call.
    pub promise: Option<Promise>,
    /// Attempts spent on the person in this base, by whichever campaign.
    pub spent: u16,
    /// What left for this person lately, whoever's work it was; the newest first.
    pub prior: Vec<PriorCall>,
    /// Which of their numbers are in a register of numbers that must not be called.
    pub listed: Vec<Listing>,
    /// What they agreed to, as it stands.
    pub consents: Vec<PersonConsent>,
    /// The attempt that was cut and that the next call takes up again.
    pub resumes: Option<AttemptId>,
}

impl WorkItem {
    /// What the next call is for.
    pub const fn purpose(&self) -> Purpose {
        match self.resumes {
            Some(_) => Purpose::Resumed,
            None => Purpose::of_next(self.promise),
        }
    }

    /// The attempt that the next call serves: one that was cut, or in which they asked to be called back.
    pub fn serves(&self) -> Option<AttemptId> {
        let asked_in = || self.promise.and_then(|promise| promise.asked_in);
        self.resumes.or_else(asked_in)
    }

    /// The agent who promised the person a call, where it is that agent's own.
    pub fn promised_by(&self) -> Option<AgentId> {
        self.promise.and_then(|promise| promise.agent)
    }
}

/// Where the work with a contact stands. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum WorkState {
    /// May be dialed when due.
    Ready = 1,
    /// Leased to a hopper or being called.
    Leased = 2,
    /// Done with, by a disposition that closes.
    Closed = 3,
    /// No attempts or phones left.
    Exhausted = 4,
    /// Must not be called (opt-out, exclusion list).
    Suppressed = 5,
}

impl WorkState {
    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<WorkState> {
        [
            Self::Ready,
            Self::Leased,
            Self::Closed,
            Self::Exhausted,
            Self::Suppressed,
        ]
        .into_iter()
        .find(|state| state.number() == number)
    }
}

/// What an attempt or a typification changes in the work with a contact. The
/// decision is `campaigns::retry`'s; the store only writes it down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkUpdate {
    /// Whose work.
    pub campaign: CampaignId,
    /// Which contact.
    pub contact: ContactId,
    /// New state.
    pub state: WorkState,
    /// Due again at (meaningful while `Ready`).
    pub next_at: Timestamp,
    /// Ordinal of the phone to dial next.
    pub next_phone: u8,
    /// Attempts spent in all.
    pub attempts: u16,
    /// Consecutive times of `code`.
    pub repeats: u8,
    /// The disposition that led here.
    pub code: Option<String>,
    /// A phone found to be no good.
    pub invalid_phone: Option<u8>,
    /// Suppress the person and this number for the seller, at once.
    pub suppress: bool,
    /// The person waits for a call that was promised: they come before those who expect none.
    pub promise: Option<Promise>,
    /// The rule that decided so, for whoever asks why the person waits; `None`: as it was.
    pub because: Option<Gate>,
}

/// A gate a contact did not pass: why it is not dialed now. Kept as words so
/// that `explain` and the funnel can count them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gate {
    /// Stable id of the rule, such as `CO-1.hours`.
    pub rule: String,
    /// Version of the pack the rule came from.
    pub pack: String,
}
