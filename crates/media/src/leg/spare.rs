//! Silence towards a page: while nothing is to be heard there is no talk spurt, and nothing need be sent but
//! what keeps the way open (RFC 3551, section 4.1). A page's line is idle for most of a shift.

use std::time::Duration;

/// Between two frames of silence. Shorter than the 2.5 s after which browsers hold a way for weak, and
/// than any NAT forgets it.
const EVERY: Duration = Duration::from_millis(400);

/// Frames of silence after a sound, 200 ms: a listener that was left in the middle of a word conceals
/// what does not come by more of that word.
const TAIL: u8 = 10;

/// How sparingly silence is sent at the moment.
#[derive(Debug, Default)]
pub(super) struct Spare {
    wanted: bool,
    /// Frames of silence in a row, as far as they matter.
    quiet: u8,
}

impl Spare {
    pub(super) fn wanted() -> Spare {
        Spare {
            wanted: true,
            quiet: 0,
        }
    }

    /// Whether frames are left out between the last one and the next.
    pub(super) fn is_resting(&self) -> bool {
        self.quiet > TAIL
    }

    /// A frame is made; says how long after it the next one follows, if some are left out.
    pub(super) fn rest(&mut self, silence: bool) -> Option<Duration> {
        self.quiet = match silence && self.wanted {
            true => self.quiet.saturating_add(1),
            false => 0,
        };
        self.is_resting().then_some(EVERY)
    }

    /// Something is to be heard.
    pub(super) fn end(&mut self) {
        self.quiet = 0;
    }
}
