//! The signalling of an attempt, message by message, as it is drawn: a ladder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was said about an attempt's call, numbers and secrets masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ladder {
    /// Of which attempt.
    pub attempt: i64,
    /// Over which trunk, by its name then.
    pub trunk: String,
    /// Call-ID, as in traces and captures.
    pub call_id: String,
    /// When its first message left, in ms since 1970 UTC.
    pub began: i64,
    /// UDP, TCP, TLS, WS or WSS.
    pub transport: String,
    /// Our address.
    pub local: String,
    /// The other side's.
    pub remote: String,
    /// Every message in order.
    pub messages: Vec<LadderMessage>,
    /// Messages left out of the middle.
    pub elided: u32,
    /// After how many messages they are missing.
    pub elided_after: u32,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LadderMessage {
    /// Since the first one, in ms.
    pub ms: u64,
    /// `out`: we said it; `in`: the other side did.
    pub direction: String,
    /// Request line or status line.
    pub start: String,
    /// CSeq.
    pub cseq: String,
    /// Whether the very same message had passed before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// What its description of the session comes to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp: Option<String>,
    /// Header fields that explain it (Reason, Warning, Contact, ...); of those that come twice, both.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Vec<String>>,
}
