//! Wall-clock time that never runs backwards within a run: the wall is read
//! once, then the monotonic clock counts. A jump of the wall is noticed.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::Timestamp;

/// A jump of the wall clock larger than this is worth a word.
const JUMP: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Instant,
    started_at: Timestamp,
}

impl Clock {
    pub(crate) fn start() -> Clock {
        Clock {
            started: Instant::now(),
            started_at: wall(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.started_at + self.started.elapsed()
    }

    /// When `at` comes, on the clock that timers use.
    pub(crate) fn instant(&self, at: Timestamp) -> Instant {
        self.started + at.since(self.started_at)
    }

    /// Takes the wall's time over when it jumped. Durations of live calls are
    /// then wrong by the jump, but calling hours are right: the law comes first.
    pub(crate) fn follow_wall(&mut self) {
        let (ours, wall) = (self.now(), wall());
        let apart = wall.since(ours).max(ours.since(wall));
        if apart > JUMP {
            tracing::warn!(?apart, "the wall clock jumped; following it");
            *self = Clock::start();
        }
    }
}

pub(crate) fn wall() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
