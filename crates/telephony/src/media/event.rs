//! What the media threads tell the rest.

use std::time::{Duration, Instant};

use ::media::detect::Heard;
use ::media::{LegId, LegStats};

/// A fact about a leg.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaEvent {
    /// The far side's first packet that may be heard; once a leg.
    FirstPacket {
        /// The leg.
        leg: LegId,
        /// When it came.
        at: Instant,
    },
    /// No packet for the silence timeout; once until it resumes.
    Silent {
        /// The leg.
        leg: LegId,
        /// How long it has been silent.
        for_: Duration,
    },
    /// A silent leg is heard again.
    Resumed {
        /// The leg.
        leg: LegId,
    },
    /// A playback that was not to repeat has been sent whole; silence (or the bridge) follows.
    PlaybackDone {
        /// The leg.
        leg: LegId,
    },
    /// A key was pressed (RFC 4733).
    Digit {
        /// The leg.
        leg: LegId,
        /// `0` to `9`, `*`, `#`, `A` to `D`.
        digit: char,
    },
    /// The network said something in a tone; once, where that was asked for.
    Tone {
        /// The leg.
        leg: LegId,
        /// What.
        heard: Heard,
    },
    /// A browser's leg carries audio both ways from now on, or again.
    Connected {
        /// The leg.
        leg: LegId,
    },
    /// A browser does not answer any more, and may come back.
    Unreachable {
        /// The leg.
        leg: LegId,
    },
    /// A browser ended its leg, or cannot go on with it.
    Left {
        /// The leg.
        leg: LegId,
    },
    /// The leg is closed; the last event of it.
    Closed {
        /// The leg.
        leg: LegId,
        /// Its figures, for the call record.
        stats: LegStats,
    },
}
