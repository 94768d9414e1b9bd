//! Attempts as read back: what reporting jobs consume.

use serde::Serialize;
use utoipa::ToSchema;

/// One attempt. Times are in ms since 1970 UTC.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Attempt {
    /// Which.
    pub id: i64,
    /// For which campaign.
    pub campaign: i64,
    /// From which list.
    pub list: i64,
    /// To which record.
    pub contact: i64,
    /// Segment of the record.
    pub segment: String,
    /// On which number, in E.164.
    pub phone: String,
    /// Over which trunk.
    pub trunk: i64,
    /// Shown to them, in E.164.
    pub caller_id: String,
    /// How the campaign was dialing.
    pub mode: String,
    /// Who took it.
    pub agent: Option<i64>,
    /// Decided.
    pub intended_at: i64,
    /// INVITE left.
    pub placed_at: Option<i64>,
    /// Rang.
    pub ringing_at: Option<i64>,
    /// Picked up.
    pub answered_at: Option<i64>,
    /// Joined to the agent.
    pub bridged_at: Option<i64>,
    /// Over.
    pub ended_at: Option<i64>,
    /// From answer to bridge or abandonment.
    pub waited_ms: Option<i64>,
    /// What became of it, as the system saw it; absent while open.
    pub outcome: Option<String>,
    /// SIP status that ended it.
    pub sip_status: Option<u16>,
    /// Q.850 cause.
    pub q850: Option<u16>,
    /// The same in the network's words.
    pub cause_text: Option<String>,
    /// Current typification.
    pub code: Option<String>,
    /// The agent who said so; absent: the system.
    pub coded_by: Option<i64>,
    /// The version of the campaign's typifications that the code is of.
    pub catalogue: i64,
    /// The rule that kept it from leaving.
    pub gate: Option<String>,
    /// What it was for: `commercial`, `requested-callback`, ...
    pub purpose: String,
    /// The attempt it served: the one in which the person asked to be called back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serves: Option<i64>,
    /// The consent by which it left outside of the hours of the law.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_consent: Option<i64>,
    /// The consent to be called at all, where the law asks for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_consent: Option<i64>,
}

/// How one leg of an answered call sounded.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct LegQuality {
    /// `customer`; `agent`: while they were on this call; `page`: the same leg as the browser of the advisor's page counted it, which
    /// nobody else vouches for.
    pub leg: String,
    /// RTP packets that came from there.
    pub received: u32,
    /// Packets that never came.
    pub lost: u32,
    /// Interarrival jitter (RFC 3550, section 6.4.1).
    pub jitter_ms: f64,
    /// Round trip by RTCP; absent where the peer sends no reports.
    pub rtt_ms: Option<f64>,
    /// Packets of ours the peer says it lost.
    pub remote_lost: Option<u32>,
    /// Jitter the peer measures on our stream.
    pub remote_jitter_ms: Option<f64>,
    /// Transmission rating (ITU-T G.107) of what came: 0 to 93.2; below 70 many are dissatisfied.
    pub r_factor: f64,
    /// The mean opinion score it stands for: 1 to 4.5.
    pub mos: f64,
    /// Share of what was played that had to be made up; told by pages alone.
    pub made_up: Option<f64>,
}

/// A page of attempts.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct AttemptPage {
    /// In order of id.
    pub attempts: Vec<Attempt>,
    /// Give it as `after` for the next page; absent on the last.
    pub next: Option<i64>,
}

/// Something said of an attempt.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Typification {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// By which agent; absent: the system.
    pub agent: Option<i64>,
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
