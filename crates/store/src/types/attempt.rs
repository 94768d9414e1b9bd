//! Attempts and the logs around them, as read back.

use std::time::Duration;

use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, CatalogueId, Cause, ContactId, DialMode, EndedBy,
    Gate, ListId, Outcome, PersonId, PhoneNumber, Purpose, Timestamp, TrunkId, Under,
};

/// Which attempts. The instant of the INVITE (of the intent, where none left)
/// places an attempt in `from..to`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttemptFilter {
    /// Of this campaign.
    pub campaign: Option<CampaignId>,
    /// Of this list.
    pub list: Option<ListId>,
    /// To this contact.
    pub contact: Option<ContactId>,
    /// To this person.
    pub person: Option<PersonId>,
    /// To this number.
    pub phone: Option<PhoneNumber>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// Taken by this agent.
    pub agent: Option<AgentId>,
    /// Over this trunk.
    pub trunk: Option<TrunkId>,
    /// That showed this number.
    pub caller_id: Option<PhoneNumber>,
    /// With this current typification.
    pub code: Option<String>,
    /// Counted by an indicator (flags of the campaign's catalogue; needs
    /// `campaign` to use a catalogue other than the default).
    pub set: Option<kpi::AttemptSet>,
    /// Cursor: what comes after this one in the order asked for.
    pub after: Option<AttemptId>,
    /// From the newest down. Of a campaign and a time, or the newest of a campaign: by the instant of the intent; otherwise by id.
    pub newest_first: bool,
    /// At most so many; 0 means 100, never more than 10,000.
    pub limit: u32,
}

/// An attempt with everything known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptRow {
    /// Which.
    pub id: AttemptId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// From which list.
    pub list: ListId,
    /// To which record.
    pub contact: ContactId,
    /// To whom.
    pub person: PersonId,
    /// Segment of the record.
    pub segment: String,
    /// On which number.
    pub phone: PhoneNumber,
    /// Place of the number among the contact's.
    pub ordinal: u8,
    /// Over which trunk.
    pub trunk: TrunkId,
    /// Shown to them.
    pub caller_id: PhoneNumber,
    /// How the campaign was dialing.
    pub mode: DialMode,
    /// Who took it, or whom it was reserved for.
    pub agent: Option<AgentId>,
    /// Decided.
    pub intended_at: Timestamp,
    /// INVITE left.
    pub placed_at: Option<Timestamp>,
    /// Rang.
    pub ringing_at: Option<Timestamp>,
    /// Picked up.
    pub answered_at: Option<Timestamp>,
    /// Joined to the agent.
    pub bridged_at: Option<Timestamp>,
    /// From answer to bridge or to the abandonment.
    pub waited: Option<Duration>,
    /// Over.
    pub ended_at: Option<Timestamp>,
    /// What became of it; `None` while open.
    pub outcome: Option<Outcome>,
    /// What the network said.
    pub cause: Cause,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// Current typification, the system's where no agent said otherwise.
    pub code: Option<String>,
    /// Who said so; `None`: the system.
    pub coded_by: Option<AgentId>,
    /// The version of the typifications that the code is of.
    pub catalogue: CatalogueId,
    /// Why it never left.
    pub gate: Option<Gate>,
    /// What it was for.
    pub purpose: Purpose,
    /// The attempt it served: the one in which the person asked to be called back.
    pub serves: Option<AttemptId>,
    /// Under which law and clock it was made.
    pub under: Option<Under>,
    /// They called us: no attempt, and never placed; `caller_id` is the number they called.
    pub inbound: bool,
}

impl AttemptRow {
    /// Bridge to end.
    pub fn talk(&self) -> Option<Duration> {
        Some(self.ended_at?.since(self.bridged_at?))
    }
}

/// What a caller id did for a campaign in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerIdRow {
    /// For which campaign.
    pub campaign: CampaignId,
    /// Which number was shown.
    pub caller_id: PhoneNumber,
    /// Calls placed.
    pub calls: u64,
    /// Of which answered, by whatever.
    pub answered: u64,
    /// Of which by a person, as far as the system can tell.
    pub by_people: u64,
}

/// Something said of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct TypificationRow {
    /// Place in the journal.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Which attempt.
    pub attempt: AttemptId,
    /// By whom; `None`: the system.
    pub agent: Option<AgentId>,
    /// Catalogue code.
    pub code: String,
    /// Free text.
    pub note: String,
    /// Whether it replaced an earlier one.
    pub corrects: bool,
    /// The user who said so in an agent's stead; the note says why.
    pub user: Option<String>,
    /// Whether the person asked never to be called again.
    pub opt_out: bool,
}

/// A change of an agent's state.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentLogRow {
    /// Place in the journal.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub agent: AgentId,
    /// From.
    pub from: AgentStatus,
    /// To.
    pub to: AgentStatus,
    /// Break reason, or why the line was lost.
    pub reason: Option<String>,
    /// The attempt they were or are on.
    pub attempt: Option<AttemptId>,
}

/// A pacing decision as journaled.
#[derive(Clone, Debug, PartialEq)]
pub struct PacingRow {
    /// Place in the journal.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// For which campaign.
    pub campaign: CampaignId,
    /// Calls to place.
    pub dial: u32,
    /// The limit that bound.
    pub binding: String,
    /// One sentence for people.
    pub why: String,
    /// Named inputs and intermediate figures.
    pub inputs: Vec<(String, f64)>,
}

/// A change of a campaign's state as journaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignStateRow {
    /// When.
    pub at: Timestamp,
    /// To, as a word.
    pub state: String,
    /// Why, in words.
    pub reason: String,
}

/// A page of the pacing ledger, with the decision it led to.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerRow {
    /// Place in the journal.
    pub seq: u64,
    /// When: what the times on the page count from.
    pub at: Timestamp,
    /// What pacing was told; `None` of a record from before there was a ledger.
    pub page: Option<String>,
    /// What it decided; `None` of a page that was merely full.
    pub decision: Option<PacingRow>,
}

/// An intent that did not become a call.
#[derive(Clone, Debug, PartialEq)]
pub struct GateRow {
    /// When.
    pub at: Timestamp,
    /// Which attempt it would have been.
    pub attempt: AttemptId,
    /// For which campaign.
    pub campaign: CampaignId,
    /// To which record.
    pub contact: ContactId,
    /// On which number.
    pub phone: PhoneNumber,
    /// The rule that refused it.
    pub gate: Gate,
}

/// An invariant of the record that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which invariant, in words that do not change.
    pub invariant: &'static str,
    /// Where, with ids.
    pub detail: String,
}
