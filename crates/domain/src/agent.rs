//! An agent as configured: who they are, which campaigns they serve, which
//! phone is theirs. What they are doing now lives in `agents`.

use crate::{AgentId, CampaignId};

/// How customers reach an agent's ear. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum LineMode {
    /// The engine calls the phone once at log-in and keeps it up all shift:
    /// an answered customer is heard at once.
    NailedUp = 1,
    /// The phone rings for each call.
    PerCall = 2,
}

/// An agent as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentProfile {
    /// Who.
    pub id: AgentId,
    /// Name on screens.
    pub name: String,
    /// User part of the phone's address of record; registers with digest.
    pub sip_user: String,
    /// Campaigns they take calls for.
    pub campaigns: Vec<CampaignId>,
    /// How calls reach them.
    pub line: LineMode,
}
