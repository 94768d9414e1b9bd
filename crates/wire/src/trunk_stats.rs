//! What becomes of calls over each trunk.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A trunk's figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrunkStats {
    /// Which.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Calls on it now.
    pub channels_in_use: u32,
    /// Calls that leave, a second, over the last ten.
    pub calls_per_second: f64,
    /// Whether it is left alone because its carrier fails.
    pub breaker: TrunkBreaker,
    /// Over the last minute.
    pub minute: TrunkSpan,
    /// Over the last 15 minutes.
    pub quarter_hour: TrunkSpan,
    /// Since the engine started.
    pub since_start: TrunkSpan,
}

/// The breaker of a trunk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrunkBreaker {
    /// `closed`: calls leave; `open`: none does; `half_open`: one does, and finds out.
    pub state: String,
    /// Since when; absent: since the engine started.
    pub since: Option<i64>,
    /// While it is open: when the next call finds out.
    pub retry_at: Option<i64>,
    /// For how many seconds that still is.
    pub retry_after_s: Option<f64>,
    /// Whether the carrier asked to be left alone until then (Retry-After).
    pub asked: bool,
}

/// The figures of a span of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrunkSpan {
    /// Calls whose INVITE left.
    pub attempts: u64,
    /// Calls answered.
    pub answers: u64,
    /// Calls that came to nothing.
    pub failures: u64,
    /// Answers among calls that came to an end (ITU-T E.411); absent while none did.
    pub answer_seizure_ratio: Option<f64>,
    /// Calls that the network brought to where they should go, answered or not (ITU-T E.425).
    pub network_effectiveness_ratio: Option<f64>,
    /// From INVITE to the first ringing, in ms: the mean.
    pub post_dial_delay_ms: Option<u64>,
    /// The same: no longer than this for 95 in 100 calls, rounded up to a step of the histogram.
    pub post_dial_delay_p95_ms: Option<u64>,
    /// From INVITE to the answer, in ms: the mean.
    pub answer_delay_ms: Option<u64>,
    /// Failures by outcome.
    pub failures_by_outcome: BTreeMap<String, u64>,
    /// Failures by class of SIP status (`3xx` to `6xx`, `none`).
    pub failures_by_status: BTreeMap<String, u64>,
    /// Messages that we sent again.
    pub retransmissions_sent: u64,
    /// Messages that came again.
    pub retransmissions_received: u64,
}
