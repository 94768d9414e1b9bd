//! What is known of a leg's two streams, for the call record and for the metrics.

/// Figures of one leg since it was opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LegStats {
    /// RTP packets accepted from the far side.
    pub packets_in: u64,
    /// RTP packets sent to the far side.
    pub packets_out: u64,
    /// Payload bytes accepted.
    pub bytes_in: u64,
    /// Payload bytes sent.
    pub bytes_out: u64,
    /// Packets that never came, by sequence number (RFC 3550, A.3).
    pub lost: u64,
    /// Packets that came after a later one.
    pub out_of_order: u64,
    /// Interarrival jitter (RFC 3550, 6.4.1), in milliseconds.
    pub jitter_ms: f64,
    /// Packets that came twice or far out of their sequence: dropped.
    pub duplicates: u64,
    /// Packets from a source that may not be heard: dropped.
    pub foreign_dropped: u64,
    /// Packets that came before the far side was known by signalling, or while its source was
    /// being learned: dropped.
    pub early_dropped: u64,
    /// Packets of a protected stream whose tag was wrong, or that came again: dropped.
    pub unauthentic: u64,
    /// Datagrams that are not RTP or RTCP: skipped.
    pub malformed: u64,
    /// Well-formed packets of a payload type that was not negotiated: skipped.
    pub unsupported: u64,
    /// Times the far side started a new stream (another SSRC) under the same address.
    pub ssrc_changes: u64,
    /// Digits heard (RFC 4733).
    pub digits: u64,
    /// RTCP packets accepted.
    pub rtcp_in: u64,
    /// RTCP packets sent.
    pub rtcp_out: u64,
    /// Round trip by RTCP (RFC 3550, 6.4.1), in milliseconds.
    pub rtt_ms: Option<f64>,
    /// Packets of ours the far side says it lost; negative when it counts duplicates.
    pub remote_lost: Option<i32>,
    /// Jitter the far side measures on our stream, in milliseconds.
    pub remote_jitter_ms: Option<f64>,
    /// Datagrams the kernel did not take.
    pub send_errors: u64,
    /// Frames a slow listener of a tap did not get.
    pub tap_dropped: u64,
}
