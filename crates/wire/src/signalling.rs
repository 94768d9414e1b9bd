//! Signalling as it passes, for those who watch.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "one at a time, on its way out")]
pub enum TraceLine {
    /// A message passed.
    Message(TracedMessage),
    /// A packet of a call's audio passed, where that was asked for.
    Packet(TracedPacket),
    /// Nothing passed for a while, or some did that were missed: each few seconds.
    Beat {
        /// When, in ms since 1970 UTC.
        at: i64,
        /// Messages missed so far, because whoever watches was slow.
        dropped: u64,
        /// Packets missed so far, likewise.
        #[serde(default)]
        packets_dropped: u64,
    },
}

/// A SIP message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TracedMessage {
    /// When, in microseconds since 1970 UTC.
    pub at_us: i64,
    /// `out`: we said it; `in`: the other side did.
    pub direction: String,
    /// UDP, TCP, TLS, WS or WSS.
    pub transport: String,
    /// Our address.
    pub local: String,
    /// The other side's.
    pub remote: String,
    /// The trunk, by name, of a customer's call or of the other side's address.
    pub trunk: Option<String>,
    /// The attempt, where it is a customer's call.
    pub attempt: Option<i64>,
    /// Call-ID.
    pub call_id: String,
    /// Request line or status line.
    pub start: String,
    /// The method of a request.
    pub method: Option<String>,
    /// The status of a response.
    pub status: Option<u16>,
    /// CSeq.
    pub cseq: String,
    /// Whether the very same message passed before: a retransmission.
    pub again: bool,
    /// The message; masked unless asked for otherwise by somebody who may. At most 8 KiB.
    pub text: String,
    /// How many bytes it had.
    pub length: u64,
    /// Whether numbers and secrets are masked.
    pub masked: bool,
}

/// A packet of RTP or RTCP on a leg of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TracedPacket {
    /// When, in microseconds since 1970 UTC.
    pub at_us: i64,
    /// `out`: we said it; `in`: the other side did.
    pub direction: String,
    /// Our address, as the other side was told.
    pub local: String,
    /// The other side's.
    pub remote: String,
    /// The attempt whose call it is.
    pub attempt: i64,
    /// `customer`, or `agent`: whoever talks to them.
    pub side: String,
    /// Tells the legs of one side apart.
    pub leg: u64,
    /// Whether it is protected (SRTP) as it stands here.
    pub sealed: bool,
    /// Whether what it carries is hidden: a key, or sound while the recording pauses.
    pub hidden: bool,
    /// The packet, in base64.
    pub bytes: String,
}
