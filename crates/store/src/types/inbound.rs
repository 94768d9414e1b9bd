//! Calls that others make to us, as read back.

use domain::{AgentId, AttemptId, CampaignId, ContactId, Outcome, PhoneNumber, Timestamp, TrunkId};

/// Which calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboundFilter {
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Cursor: ids above this one.
    pub after: Option<AttemptId>,
    /// At most so many, never more than 10,000.
    pub limit: u32,
}

/// Such a call.
#[derive(Clone, Debug, PartialEq)]
pub struct InboundRow {
    /// Which.
    pub id: AttemptId,
    /// When it came.
    pub at: Timestamp,
    /// Over which trunk.
    pub trunk: TrunkId,
    /// Who called; `None`: they hid it.
    pub phone: Option<PhoneNumber>,
    /// The number of ours they called.
    pub called: PhoneNumber,
    /// The campaign we know them from; `None`: a stranger.
    pub campaign: Option<CampaignId>,
    /// Who they are in it.
    pub contact: Option<ContactId>,
    /// Who took it.
    pub agent: Option<AgentId>,
    /// Answered.
    pub answered_at: Option<Timestamp>,
    /// Joined to the agent.
    pub bridged_at: Option<Timestamp>,
    /// Over.
    pub ended_at: Option<Timestamp>,
    /// What became of it; `None` while open.
    pub outcome: Option<Outcome>,
    /// What an agent said it was, or their key asked for.
    pub code: Option<String>,
    /// The agent who said so; `None`: the system.
    pub coded_by: Option<AgentId>,
}
