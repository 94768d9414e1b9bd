//! The life of one call: the intent that must be durable before its INVITE
//! leaves, what signalling must remember across a crash, and how it ended.

use std::sync::Arc;
use std::time::Duration;

use crate::{
    AgentId, AttemptId, CampaignId, CatalogueId, ContactId, LeavesUnder, ListId, PersonId,
    PhoneNumber, Purpose, TrunkId,
};

/// How a campaign dials. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum DialMode {
    /// The agent sees the contact and starts the call.
    Preview = 1,
    /// One line per ready agent.
    Progressive = 2,
    /// A fixed number of lines per ready agent.
    Power = 3,
    /// Paced by forecast.
    Predictive = 4,
    /// As many lines as can be answered with every answer finding a free agent.
    SuperProgressive = 5,
}

impl DialMode {
    /// Every mode.
    pub const ALL: [DialMode; 5] = [
        Self::Preview,
        Self::Progressive,
        Self::Power,
        Self::Predictive,
        Self::SuperProgressive,
    ];

    /// Every word, for whoever wrote none of them.
    pub const WORDS: &'static str = "preview, progressive, super-progressive, power or predictive";

    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<DialMode> {
        Self::ALL.into_iter().find(|mode| mode.number() == number)
    }

    /// The word used in configuration, the API and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Progressive => "progressive",
            Self::Power => "power",
            Self::Predictive => "predictive",
            Self::SuperProgressive => "super-progressive",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<DialMode> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// The decision to call one person on one phone: durable before the INVITE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Names the attempt and its call.
    pub attempt: AttemptId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// From which list.
    pub list: ListId,
    /// Which record.
    pub contact: ContactId,
    /// Which human being: one open attempt per person, everywhere.
    pub person: PersonId,
    /// Segment of the record, for rollups.
    pub segment: String,
    /// Which number: one open attempt per number, everywhere.
    pub phone: PhoneNumber,
    /// Its place among the contact's phones.
    pub ordinal: u8,
    /// Over which trunk.
    pub trunk: TrunkId,
    /// Shown to the called party.
    pub caller_id: PhoneNumber,
    /// How the campaign was dialing.
    pub mode: DialMode,
    /// What the call is for.
    pub purpose: Purpose,
    /// The attempt it serves: the one in which the person asked to be called back.
    pub serves: Option<AttemptId>,
    /// The agent it is reserved for (preview, personal call-back).
    pub agent: Option<AgentId>,
    /// The version of the typifications in force when it began, in which whatever is said of it is meant.
    pub catalogue: CatalogueId,
    /// Under which law, by which clock; none: a call made to us, or one of before this was noted.
    pub under: Option<Under>,
}

/// Under which law a call is made, and by which clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// Pack and version, such as `co@2026.11.30`.
    pub law: Arc<str>,
    /// IANA zone of the person called.
    pub zone: Arc<str>,
    /// How many minutes that zone is ahead of UTC at this instant.
    pub utc_offset_min: i32,
    /// The consents it needs to leave, as they stood when it was decided on.
    pub consents: LeavesUnder,
}

/// What signalling needs to end a dialog after a crash: opaque to everyone
/// but `telephony` (a `sip` dialog record as one line of text).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignallingRecord(pub String);

/// Who ended a call. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum EndedBy {
    /// The called party hung up.
    Customer = 1,
    /// The agent hung up, or their line fell.
    Agent = 2,
    /// We did: timeout, limit, watchdog, message played.
    System = 3,
    /// The network refused or failed it.
    Network = 4,
}

impl EndedBy {
    /// The number kept in the store.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// From the number kept in the store.
    pub fn from_number(number: i16) -> Option<EndedBy> {
        [Self::Customer, Self::Agent, Self::System, Self::Network]
            .into_iter()
            .find(|by| by.number() == number)
    }

    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::System => "system",
            Self::Network => "network",
        }
    }
}

/// What the network said, for those who ask why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// SIP status that ended it (RFC 3261 section 21), if any.
    pub sip_status: Option<u16>,
    /// Q.850 cause of the Reason header (RFC 3326), if any.
    pub q850: Option<u16>,
    /// The same in the network's words: the text of the Reason header, else the reason phrase.
    pub text: Option<String>,
    /// How long the carrier asks to be left alone, where it is the carrier that failed
    /// (RFC 3261 section 21.5.4).
    pub retry_after: Option<Duration>,
}

/// One pacing decision with its inputs and its binding limit, as journaled.
#[derive(Clone, Debug, PartialEq)]
pub struct PacingRecord {
    /// For which campaign.
    pub campaign: CampaignId,
    /// Calls to place now.
    pub dial: u32,
    /// The limit that bound: `abandon`, `trunk`, `cps`, `window`, `list`,
    /// `no agents`, `mode`, or `none`.
    pub binding: &'static str,
    /// One sentence for people.
    pub why: String,
    /// Named inputs and intermediate figures.
    pub inputs: Vec<(&'static str, f64)>,
    /// What pacing was told since the record before, and the floor it decided
    /// on: a page of its ledger, empty where none is kept.
    pub page: String,
}
