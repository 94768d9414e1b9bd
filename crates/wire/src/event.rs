//! What other systems follow, and the web hooks that it is brought to. Of each event there is one shape, which is told by its `kind`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// In their order.
    pub events: Vec<Event>,
    /// Give it as `after` to go on; it may be further than the last event, where what follows was not asked for.
    pub next: String,
    /// Nothing came after that yet.
    pub is_end: bool,
}

/// What is sent to a web hook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventDelivery {
    /// Name of the web hook.
    pub hook: String,
    /// In their order.
    pub events: Vec<Event>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Names it for good, and is its place among all: whoever took one with this id before leaves it.
    pub id: String,
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Of which campaign; none where it is of none.
    pub campaign: Option<i64>,
    /// What.
    #[serde(flatten)]
    pub what: EventData,
}

/// What happened: a kind, and what there is to say of one of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "data")]
pub enum EventData {
    /// An attempt that left is over.
    #[serde(rename = "attempt.closed")]
    AttemptClosed(EventCall),
    /// A call that somebody we know made to us is over.
    #[serde(rename = "inbound.closed")]
    InboundClosed(EventCall),
    /// It was said what a call was.
    #[serde(rename = "typification.made")]
    TypificationMade(EventTypification),
    /// It was said anew: what was said before counts no more.
    #[serde(rename = "typification.corrected")]
    TypificationCorrected(EventTypification),
    /// Somebody is promised a call: newly, or still after a call that did not reach them.
    #[serde(rename = "call_back.booked")]
    CallBackBooked(EventCallBack),
    /// That call was moved, handed on or cancelled by a supervisor.
    #[serde(rename = "call_back.changed")]
    CallBackChanged(EventCallBackChange),
    /// A sale was accepted or came to another stage.
    #[serde(rename = "sale.moved")]
    SaleMoved(EventSaleMove),
    /// An advisor does something else.
    #[serde(rename = "agent.state")]
    AgentState(EventAgentState),
    /// A campaign was started, paused, stopped or ran out.
    #[serde(rename = "campaign.state")]
    CampaignState(EventCampaignState),
}

/// A call that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventCall {
    /// Which.
    pub attempt: i64,
    /// Of which list.
    pub list: i64,
    /// With which record.
    pub contact: i64,
    /// Its segment.
    pub segment: String,
    /// Which number; masked unless it may be seen.
    pub phone: String,
    /// Over which trunk.
    pub trunk: i64,
    /// How the campaign dialed.
    pub mode: String,
    /// What the call was for; none where they called us.
    pub purpose: Option<String>,
    /// Which advisor took it.
    pub agent: Option<i64>,
    /// When the INVITE left, or came.
    pub placed_at: Option<i64>,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// When customer and advisor heard each other.
    pub bridged_at: Option<i64>,
    /// What became of it, as attempts have it.
    pub outcome: String,
    /// What the network said.
    pub sip_status: Option<u16>,
    /// The same, by Q.850.
    pub q850: Option<u16>,
    /// `customer`, `agent`, `system` or `network`.
    pub ended_by: String,
}

/// What was said of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventTypification {
    /// Of which call.
    pub attempt: i64,
    /// With which record.
    pub contact: Option<i64>,
    /// The advisor who said so; none: the program, or `user`.
    pub agent: Option<i64>,
    /// The user who corrected it in an advisor's stead; for staff alone.
    pub user: Option<String>,
    /// The code.
    pub code: String,
    /// What had been said before.
    pub before: Option<String>,
}

/// A call that somebody is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventCallBack {
    /// Which record.
    pub contact: i64,
    /// When.
    pub due_at: i64,
    /// By which advisor; none: anyone.
    pub agent: Option<i64>,
    /// The call that it comes of.
    pub attempt: Option<i64>,
}

/// A promise that was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventCallBackChange {
    /// Which record.
    pub contact: i64,
    /// `moved`, `assigned` or `cancelled`.
    pub change: String,
    /// When the call is due now; none: it is cancelled.
    pub due_at: Option<i64>,
    /// By which advisor; none: anyone.
    pub agent: Option<i64>,
}

/// A move of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventSaleMove {
    /// Which.
    pub sale: i64,
    /// Its place among the moves of that sale, from 1.
    pub n: u32,
    /// The call it was accepted in.
    pub attempt: Option<i64>,
    /// Which record.
    pub contact: i64,
    /// The advisor who sold.
    pub agent: Option<i64>,
    /// From which stage; none: accepted.
    pub from: Option<String>,
    /// To which.
    pub to: String,
    /// As whom somebody moved it: `advisor`, `back_office`, `supervisor` or `program`.
    pub doer: String,
    /// Which user; for staff alone.
    pub user: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// What an advisor does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventAgentState {
    /// Who.
    pub agent: i64,
    /// `offline`, `ready`, `reserved`, `talking`, `wrap_up`, `break` or `lost`.
    pub from: String,
    /// The same.
    pub to: String,
    /// Break reason, or why the line was lost.
    pub reason: Option<String>,
    /// The call it is about.
    pub attempt: Option<i64>,
}

/// A change of a campaign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EventCampaignState {
    /// `stopped`, `running`, `paused` or `finished`.
    pub state: String,
    /// Why, in words.
    pub reason: String,
}

/// A web hook to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebHookForm {
    /// Unique name.
    pub name: String,
    /// A web hook that the configuration of the node names under `[delivery]`.
    pub place: String,
    /// Name of the campaign it is about; every campaign when absent.
    #[serde(default)]
    pub campaign: Option<String>,
    /// Of these kinds; of all when absent.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Most events in a request, 100 when absent; 1: each alone.
    #[serde(default)]
    pub batch: Option<u32>,
    /// What is after this id is sent: `end` (when absent) for what happens from now on, `begin` for everything.
    #[serde(default)]
    pub after: Option<String>,
    /// Numbers are not masked.
    #[serde(default)]
    pub clear: bool,
}

/// From where a web hook goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeliverForm {
    /// After this id, `begin` or `end`; where it stopped when absent.
    #[serde(default)]
    pub after: Option<String>,
}

/// A web hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebHook {
    /// Which.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where it goes, as the configuration of the node calls it.
    pub place: String,
    /// Whether this node has such a web hook.
    pub is_here: bool,
    /// Of which campaign; none: of all.
    pub campaign: Option<i64>,
    /// Of which kinds; none: of all.
    pub kinds: Vec<String>,
    /// Most events in a request.
    pub batch: u32,
    /// Numbers are not masked.
    pub clear: bool,
    /// `follows`, `fails` (it is tried again) or `dead` (somebody has to have it go on).
    pub state: String,
    /// Everything up to this id arrived.
    pub sent: String,
    /// How often what is under way was tried.
    pub tries: u32,
    /// When it is tried next, where it fails.
    pub next_at: Option<i64>,
    /// Why it failed last.
    pub fault: Option<String>,
    /// So many events arrived.
    pub events: u64,
    /// When the last did.
    pub arrived_at: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_told_by_its_kind() {
        let event = Event {
            id: "812.0".to_owned(),
            at: 1_767_272_400_000,
            campaign: Some(3),
            what: EventData::CampaignState(EventCampaignState {
                state: "paused".to_owned(),
                reason: "almuerzo".to_owned(),
            }),
        };
        let text = r#"{"id":"812.0","at":1767272400000,"campaign":3,"kind":"campaign.state","data":{"state":"paused","reason":"almuerzo"}}"#;
        assert_eq!(serde_json::to_string(&event).expect("plain"), text);
        assert_eq!(serde_json::from_str::<Event>(text).expect("plain"), event);
    }
}
