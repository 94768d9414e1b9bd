//! What the supervisor sees this second: a copy of the engine's state, cheap
//! to make and complete enough to draw the page.

use std::time::Duration;

use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, CampaignState, DialMode, LineKind, PacingRecord,
    Timestamp, TrunkId,
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
    /// Callers whom no contact has the number of, who hear the message.
    pub strangers: u32,
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
    /// What carries it, while it is up.
    pub line_kind: Option<LineKind>,
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
    /// The call they typify was cut, and they may call the customer once more.
    pub may_redial: bool,
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
    /// `awaited` (the customer's consent), `on` or `paused`; `None`: it is not recorded.
    pub recording: Option<&'static str>,
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
    /// How many more may be abandoned in the period of the law; negative: overdrawn. `None`: nobody has
    /// answered in it.
    pub abandons_left: Option<i64>,
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
    /// Whether it is left alone because its carrier fails.
    pub breaker: BreakerLive,
}

/// The breaker of a trunk now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerLive {
    /// What it does.
    pub state: BreakerState,
    /// Since when; `None`: since the start.
    pub since: Option<Timestamp>,
    /// While it is open: when the next call finds out.
    pub retry_at: Option<Timestamp>,
    /// Whether the carrier asked to be left alone until then (Retry-After).
    pub asked: bool,
}

/// What a breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Lets them out.
    Closed,
    /// Lets none out.
    Open,
    /// Lets one out, which finds out whether the carrier is back.
    HalfOpen,
}

impl BreakerState {
    /// Every one.
    pub const ALL: [BreakerState; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// As the API and the metrics say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
        }
    }
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
    /// Of all these, made to us and not by us.
    pub inbound: u32,
}
