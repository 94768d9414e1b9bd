//! The pacer's own clock: it never runs backwards, and it knows a jump when
//! it sees one. Clocks of servers are set, and machines sleep.

use domain::Timestamp;

/// A longer silence is a clock that jumped, in milliseconds.
const SILENCE_MAX: i64 = 300_000;
/// Facts told this late are taken as of now; a clock further back was set.
const LATE_MAX: i64 = 5_000;

/// The latest instant there was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    at: Option<i64>,
}

impl Clock {
    /// The instant in milliseconds, and whether the clock jumped to it.
    pub(crate) fn read(&mut self, now: Timestamp) -> (i64, bool) {
        let now = now.as_millis();
        let passed = self.at.map(|at| now.saturating_sub(at));
        let jumped = passed.is_none_or(|ms| !(-LATE_MAX..=SILENCE_MAX).contains(&ms));
        let at = self.at.filter(|_| !jumped).map_or(now, |at| at.max(now));
        self.at = Some(at);
        (at, jumped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_still_for_late_facts_and_follows_a_clock_that_was_set() {
        let mut clock = Clock::default();
        let mut read = |millis| clock.read(Timestamp::from_millis(millis));
        assert_eq!(read(10_000), (10_000, true));
        assert_eq!(read(12_000), (12_000, false));
        assert_eq!(read(9_000), (12_000, false));
        assert_eq!(read(1_000), (1_000, true));
        assert_eq!(read(301_000), (301_000, false));
        assert_eq!(read(700_000), (700_000, true));
        assert_eq!(read(i64::MIN), (i64::MIN, true));
        assert_eq!(read(i64::MAX), (i64::MAX, true));
    }
}
