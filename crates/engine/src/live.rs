//! What the supervisor sees this second: a copy of the engine's state, cheap
//! to make and complete enough to draw the page.

use std::time::Duration;

use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, CampaignState, DialMode, PacingRecord, Timestamp,
    TrunkId,
};

/// The floor at one instant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LiveState {
    /// When.
    pub at: Timestamp,
    /// Every agent known.
    pub agents: Vec<AgentLive>,
    /// Every campaign known.
    pub campaigns: Vec<CampaignLive>,
    /// Every trunk known.
    pub trunks: Vec<TrunkLive>,
    /// True while the store does not commit.
    pub store_stalled: bool,
    /// True once draining.
    pub draining: bool,
    /// Agents and calls that had lost each other, found by the reaper.
    pub reaped: u64,
}

/// One agent now.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentLive {
    /// Who.
    pub id: AgentId,
    /// Name on screens.
    pub name: String,
    /// Doing what.
    pub status: AgentStatus,
    /// Since when.
    pub since: Timestamp,
    /// Break reason, or why the line is lost.
    pub reason: Option<String>,
    /// Whether the line can carry a customer.
    pub line_up: bool,
    /// Whether a phone is registered.
    pub registered: bool,
    /// The attempt they are on, or typify.
    pub attempt: Option<AttemptId>,
    /// How their call stands, while they are on one.
    pub on_call: Option<OnCall>,
    /// End of wrap-up, where there is one.
    pub deadline: Option<Timestamp>,
    /// Booked for after the call: a break reason, or `logout`.
    pub booked: Option<String>,
}

/// How an agent's call stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    /// `talking`, `held`, `consulting`, `three_way`, or `consulted` for an agent
    /// who was asked about another's call.
    pub stands: &'static str,
    /// The other advisor or the destination, where there is one.
    pub with: Option<String>,
    /// Whether they have answered.
    pub answered: bool,
    /// When the call has lasted as long as it may.
    pub ends: Option<Timestamp>,
}

/// One campaign now.
#[derive(Clone, Debug, PartialEq)]
pub struct CampaignLive {
    /// Which.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: CampaignState,
    /// How it dials.
    pub mode: DialMode,
    /// Calls by state.
    pub calls: CallsLive,
    /// Contacts cleared for dialing now.
    pub hopper: u32,
    /// Attempts since the engine started.
    pub attempts: u64,
    /// Calls answered by people, in the abandon period.
    pub live_answers: u64,
    /// Of which abandoned.
    pub abandoned: u64,
    /// The last decision and its reason.
    pub pacing: Option<PacingRecord>,
    /// Why nothing is dialed, in words, when nothing is.
    pub held: Option<String>,
    /// Share of (talk + wrap-up) in (ready + talk + wrap-up) so far.
    pub utilisation: Option<f64>,
    /// Mean wait from answer to bridge.
    pub bridge_wait: Option<Duration>,
}

/// One trunk now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrunkLive {
    /// Which.
    pub id: TrunkId,
    /// Its name.
    pub name: String,
    /// Calls intended, placed or up.
    pub calls: u32,
    /// Calls at once it allows.
    pub channels_max: u32,
    /// Whether it may be used.
    pub enabled: bool,
    /// Whether the carrier knows us; `None` where we do not register.
    pub registered: Option<bool>,
    /// The status it last refused to register us with (408: it said nothing).
    pub register_refused: Option<u16>,
    /// Until when it is left alone, where its carrier fails.
    pub rests_until: Option<Timestamp>,
}

/// Calls of a campaign by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallsLive {
    /// Intents waiting for their commit.
    pub intended: u32,
    /// Sent, not ringing.
    pub dialing: u32,
    /// Ringing.
    pub ringing: u32,
    /// Answered, waiting for an agent.
    pub waiting: u32,
    /// Bridged.
    pub talking: u32,
    /// Hearing the message.
    pub message: u32,
}
