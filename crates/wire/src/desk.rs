//! The advisor's desk: what they are doing, whom they talk to, what they may
//! say it was.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The desk now.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Desk {
    /// When this was so, in ms since 1970 UTC.
    pub now: i64,
    /// The agent's id.
    pub agent: i64,
    /// Name on screens.
    pub name: String,
    /// `offline`, `ready`, `reserved`, `talking`, `wrap_up`, `break` or `lost`.
    pub status: String,
    /// Since when, in ms since 1970 UTC.
    pub since: i64,
    /// Break reason, or why the line is lost.
    pub reason: Option<String>,
    /// Whether the line can carry a customer.
    pub line_up: bool,
    /// Whether a phone is registered.
    pub registered: bool,
    /// The attempt they are on, or typify.
    pub attempt: Option<i64>,
    /// How their call stands, while they are on one.
    pub on_call: Option<DeskCall>,
    /// End of wrap-up, in ms since 1970 UTC.
    pub deadline: Option<i64>,
    /// The call they typify was cut, and they may call the customer once more.
    pub may_redial: bool,
    /// Booked for after the call: a break reason, or `logout`.
    pub booked: Option<String>,
    /// Whom they talk to.
    pub contact: Option<DeskContact>,
}

/// How an advisor's call stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeskCall {
    /// `talking`, `held`, `consulting`, `three_way`, or `consulted` for an
    /// advisor who was asked about another's call.
    pub stands: String,
    /// The other advisor or the destination, where there is one.
    pub with: Option<String>,
    /// Whether they have answered.
    pub answered: bool,
    /// When the call has lasted as long as its campaign lets it, in ms since
    /// 1970 UTC. A beep on the line warns a minute before.
    pub ends: Option<i64>,
    /// `awaited` (the customer's consent), `on` or `paused`; none: it is not recorded.
    pub recording: Option<String>,
}

/// The person on the line.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DeskContact {
    /// The record.
    pub id: i64,
    /// Campaign name.
    pub campaign: String,
    /// Campaign id, for its typifications.
    pub campaign_id: i64,
    /// The version of them that the call began with.
    pub catalogue: i64,
    /// The customer's time zone (IANA), where it is known.
    pub zone: Option<String>,
    /// Whether they called us.
    pub inbound: bool,
    /// Name as the base writes it.
    pub name: String,
    /// Identity document.
    pub document: String,
    /// Segment.
    pub segment: String,
    /// Phones in dialing order.
    pub phones: Vec<DeskPhone>,
    /// The remaining columns of the base.
    pub attributes: Vec<(String, String)>,
}

/// One phone of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeskPhone {
    /// In E.164.
    pub number: String,
    /// Whether it is the one on the line.
    pub current: bool,
}

/// A typification the advisor may choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeskDisposition {
    /// Stable code.
    pub code: String,
    /// The tree: one to three levels.
    pub levels: Vec<String>,
    /// An accepted sale.
    pub sale: bool,
    /// It promises a call, `personal` or `anyone`: ask when.
    pub call_back: Option<String>,
    /// What is to be done next, in words.
    pub next_action: String,
}

/// What an advisor did today, by the same definitions as the floor's.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DeskDay {
    /// When the day began by the clock of their campaigns, in ms since 1970 UTC.
    pub from: i64,
    /// Calls they were joined to.
    pub calls: u64,
    /// Of which effective contacts.
    pub contacts: u64,
    /// Of which accepted sales.
    pub sales: u64,
    /// Sales of contacts; absent without contacts.
    pub conversion: Option<f64>,
    /// Accepted sales agreed for them today; absent where nothing was.
    pub goal: Option<f64>,
    /// Time with customers.
    pub talking_ms: i64,
    /// Time ready, or with a call on its way to them.
    pub ready_ms: i64,
    /// Time spent typifying.
    pub wrap_up_ms: i64,
    /// Time on breaks.
    pub break_ms: i64,
}

/// How a call sounded at the page that was its phone, as the browser counted it.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PageQualityForm {
    /// Which attempt.
    pub attempt: i64,
    /// RTP packets that came.
    pub received: u32,
    /// Packets that never came.
    pub lost: u32,
    /// Interarrival jitter.
    pub jitter_ms: f64,
    /// Round trip; absent where it is not known.
    #[serde(default)]
    pub rtt_ms: Option<f64>,
    /// Packets of the page that did not come here.
    #[serde(default)]
    pub remote_lost: Option<u32>,
    /// Share of what was played that had to be made up.
    pub made_up: f64,
    /// Transmission rating (ITU-T G.107): 0 to 93.2.
    pub r_factor: f64,
}

/// Something a supervisor writes to an advisor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskMessageForm {
    /// What it says: 300 characters at most.
    pub words: String,
}

/// Something a supervisor wrote to an advisor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DeskMessage {
    /// Its number.
    pub id: i64,
    /// To which agent.
    pub agent: i64,
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Who wrote it.
    pub by: String,
    /// What it says.
    pub words: String,
    /// When the advisor said that they had seen it, in ms since 1970 UTC.
    pub seen_at: Option<i64>,
}

/// What the call was.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TypifyForm {
    /// Which attempt.
    pub attempt: i64,
    /// Catalogue code.
    pub code: String,
    /// Free text.
    #[serde(default)]
    pub note: String,
    /// When the customer asked to be called again, in ms since 1970 UTC.
    #[serde(default)]
    pub callback_at: Option<i64>,
    /// The same by the clock of the customer, such as `2026-12-01T09:30`; instead of `callback_at`.
    #[serde(default)]
    pub callback_local: Option<String>,
    /// Whether they asked never to be called again, whatever else the call was.
    #[serde(default)]
    pub opt_out: bool,
}
