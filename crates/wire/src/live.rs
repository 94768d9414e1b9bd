//! The floor this second, as the live page and wallboards read it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// The floor at one instant.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Live {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Agents counted by status.
    pub agents_by_status: BTreeMap<String, u32>,
    /// Every agent.
    pub agents: Vec<LiveAgent>,
    /// Every campaign.
    pub campaigns: Vec<LiveCampaign>,
    /// Every trunk.
    pub trunks: Vec<LiveTrunk>,
    /// Callers whom no list knows, who hear the message.
    pub strangers: u32,
    /// True while the store does not commit: no new calls leave.
    pub store_stalled: bool,
    /// True once draining.
    pub draining: bool,
}

/// One agent.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LiveAgent {
    /// Who.
    pub id: i64,
    /// Name on screens.
    pub name: String,
    /// Doing what.
    pub status: String,
    /// Since when, in ms since 1970 UTC.
    pub since: i64,
    /// Break reason, or why the line is lost.
    pub reason: Option<String>,
    /// Whether the line can carry a customer.
    pub line_up: bool,
    /// What carries the line while it is up: `page`, or the signalling of a phone: `udp`, `tcp`, `tls`,
    /// `ws`, `wss`.
    pub line_kind: Option<String>,
    /// Whether a phone is registered.
    pub registered: bool,
    /// The attempt they are on, or typify.
    pub attempt: Option<i64>,
    /// End of wrap-up, in ms since 1970 UTC.
    pub deadline: Option<i64>,
    /// Booked for after the call.
    pub booked: Option<String>,
}

/// One trunk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LiveTrunk {
    /// Which.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Calls intended, placed or up.
    pub calls: u32,
    /// Calls at once it allows.
    pub channels_max: u32,
    /// Whether it may be used.
    pub enabled: bool,
    /// Whether the carrier knows us; absent where we do not register.
    pub registered: Option<bool>,
    /// The status it last refused to register us with (408: it said nothing).
    pub register_refused: Option<u16>,
    /// Until when it is left alone because its carrier fails, in ms since 1970 UTC.
    pub rests_until: Option<i64>,
}

/// One campaign.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LiveCampaign {
    /// Which.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: String,
    /// How it dials.
    pub mode: String,
    /// Calls by state.
    pub calls: LiveCalls,
    /// Contacts cleared for dialing now.
    pub hopper: u32,
    /// Attempts since the engine started.
    pub attempts: u64,
    /// Calls answered by people.
    pub live_answers: u64,
    /// Of which abandoned.
    pub abandoned: u64,
    /// How many more may be abandoned in the period of the law; negative: overdrawn. Absent: nobody has answered in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub abandons_left: Option<i64>,
    /// Share abandoned of answered by people; absent while nobody answered.
    pub abandon_rate: Option<f64>,
    /// Share of time agents talk or wrap up; absent while nobody worked.
    pub utilisation: Option<f64>,
    /// Mean wait from answer to bridge, in ms.
    pub bridge_wait_ms: Option<f64>,
    /// The last decision and its reason.
    pub pacing: Option<LivePacing>,
    /// Why nothing is dialed, when nothing is.
    pub held: Option<String>,
}

/// Calls of a campaign by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LiveCalls {
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

/// A pacing decision.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LivePacing {
    /// Calls to place now.
    pub dial: u32,
    /// The limit that bound.
    pub binding: String,
    /// One sentence for people.
    pub why: String,
    /// Named inputs and intermediate figures.
    pub inputs: BTreeMap<String, f64>,
}
