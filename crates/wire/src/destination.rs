//! Where live calls may be handed to, and handing them on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A destination to make or change; what is absent keeps its value. Exactly
/// one of `sip_user` and `number` says where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DestinationForm {
    /// Unique name.
    pub name: Option<String>,
    /// User part of the address of a phone that registers with us.
    pub sip_user: Option<String>,
    /// Password of that phone; generated for a new one when absent.
    pub sip_password: Option<String>,
    /// A number in E.164, reached over a trunk of the call's campaign.
    pub number: Option<String>,
}

/// A destination.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Destination {
    /// Which.
    pub id: i64,
    /// Name people use.
    pub name: String,
    /// User part of the phone's address, where it is one of ours.
    pub sip_user: Option<String>,
    /// Shown once, when it was generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_password: Option<String>,
    /// The number, where it is one.
    pub number: Option<String>,
}

/// Whom an advisor's call may be handed to at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TransferTargets {
    /// Advisors who are ready.
    pub agents: Vec<TransferTo>,
    /// Destinations of the list.
    pub destinations: Vec<TransferTo>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TransferTo {
    /// Which.
    pub id: i64,
    /// Name on screens.
    pub name: String,
}

/// Hand the call on: to an advisor or to a destination.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransferForm {
    /// An advisor's id.
    #[serde(default)]
    pub agent: Option<i64>,
    /// A destination's id.
    #[serde(default)]
    pub destination: Option<i64>,
    /// `blind` or `attended`.
    pub kind: String,
}

/// Keys to send to the customer's side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DigitsForm {
    /// 1 to 32 of 0 to 9, `*`, `#` and A to D.
    pub digits: String,
}

/// A note about a call that an advisor had.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteForm {
    /// Which attempt.
    pub attempt: i64,
    /// Free text.
    pub note: String,
}

/// A step of a call in an advisor's hands.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CallStep {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Whose doing.
    pub agent: Option<i64>,
    /// `held`, `resumed`, `transfer_intended`, `transfer_answered`,
    /// `transfer_failed`, `three_way`, `transferred`, `digits_sent`, `noted` or
    /// `supervised` (by whom, and how: `listen`, `whisper`, `barge`, `left`).
    pub step: String,
    /// The rest of it.
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}
