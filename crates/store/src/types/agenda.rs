//! Booked call-backs.

use domain::{AgentId, CampaignId, Contact, Timestamp};

/// Which call-backs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallBackFilter {
    /// Of this campaign only.
    pub campaign: Option<CampaignId>,
    /// Of this agent only; the inner `None`: those for anyone.
    pub agent: Option<Option<AgentId>>,
    /// At or after.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

/// A booked call-back.
#[derive(Clone, Debug, PartialEq)]
pub struct CallBackRow {
    /// Whose campaign calls.
    pub campaign: CampaignId,
    /// Whom.
    pub contact: Contact,
    /// When.
    pub at: Timestamp,
    /// By whom; `None`: anyone.
    pub agent: Option<AgentId>,
    /// Attempts made so far.
    pub attempts: u16,
    /// What the last call was.
    pub code: Option<String>,
    /// The engine has it: it is being called, or waits for its agent.
    pub under_way: bool,
}

/// What becomes of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallBackChange {
    /// Called at another time.
    Move(Timestamp),
    /// Called by another agent; `None`: by anyone.
    Assign(Option<AgentId>),
    /// Nothing is promised any more: the contact waits for its turn, from the same instant on.
    Cancel,
}
