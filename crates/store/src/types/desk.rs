//! What belongs to an advisor's desk.

use domain::{AgentId, AttemptId, Timestamp};

/// How a call sounded by the count of the advisor's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageQuality {
    /// Of which call.
    pub attempt: AttemptId,
    /// Packets that came.
    pub received: u32,
    /// Packets that never came.
    pub lost: u32,
    /// Interarrival jitter, in microseconds.
    pub jitter_us: u32,
    /// Round trip, in microseconds, where it is known.
    pub rtt_us: Option<u32>,
    /// Packets of the page's own that did not come here.
    pub remote_lost: Option<u32>,
    /// How much of what was played had to be made up, in millionths.
    pub made_up_ppm: u32,
    /// Transmission rating, in tenths: 0 to 932.
    pub r_tenths: u16,
}

/// Something a supervisor wrote to an advisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskMessageRow {
    /// Its number.
    pub id: i64,
    /// To whom.
    pub agent: AgentId,
    /// When.
    pub at: Timestamp,
    /// The user who wrote it.
    pub by: String,
    /// What it says.
    pub words: String,
    /// When the advisor said that they had seen it.
    pub seen_at: Option<Timestamp>,
}
