//! Calls leave a trunk one after another, evenly over each second: carriers
//! count in windows of their own, and a burst at the start of a second is
//! refused by those whose window is short.

use std::collections::VecDeque;
use std::time::Duration;

use domain::{AttemptId, Timestamp};

/// When the next call may leave, and who waits to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spacing {
    /// In microseconds: a thirtieth of a second is no whole number of
    /// milliseconds, and what is lost by rounding adds up.
    next: Option<i64>,
    waiting: VecDeque<AttemptId>,
}

impl Spacing {
    /// Whether a call may leave at once; else it waits in line.
    pub(crate) fn goes_now(&mut self, attempt: AttemptId, now: Timestamp) -> bool {
        let free = self.waiting.is_empty() && self.at(now) <= now;
        if !free {
            self.waiting.push_back(attempt);
        }
        free
    }

    /// A call left: the next one so much later.
    pub(crate) fn left(&mut self, now: Timestamp, gap: Duration) {
        let now = micros(now);
        // The part of a millisecond by which this one had to be late is made up.
        let on_time = self.next.filter(|next| now.saturating_sub(*next) < 1_000);
        let gap = i64::try_from(gap.as_micros()).unwrap_or(i64::MAX);
        self.next = Some(on_time.unwrap_or(now).saturating_add(gap));
    }

    /// How many could leave in a span from now, so far apart.
    pub(crate) fn slots(&self, now: Timestamp, span: Duration, gap: Duration) -> u32 {
        let wait = self.at(now).since(now);
        let left = span.saturating_sub(wait).as_micros();
        let slots = left.div_ceil(gap.as_micros().max(1));
        u32::try_from(slots).unwrap_or(u32::MAX)
    }

    /// The first in line, if its time has come.
    pub(crate) fn pop(&mut self, now: Timestamp) -> Option<AttemptId> {
        (self.at(now) <= now).then(|| self.waiting.pop_front())?
    }

    /// When to look again, if anybody waits.
    pub(crate) fn due(&self, now: Timestamp) -> Option<Timestamp> {
        (!self.waiting.is_empty()).then(|| self.at(now))
    }

    pub(crate) fn clock_set_back(&mut self, span: Duration) {
        let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX);
        self.next = self.next.map(|next| next.saturating_sub(span));
    }

    /// The millisecond at which the next one may leave.
    fn at(&self, now: Timestamp) -> Timestamp {
        let up = |next: i64| next.div_euclid(1_000) + i64::from(next.rem_euclid(1_000) > 0);
        self.next
            .map_or(now, |next| Timestamp::from_millis(up(next)))
    }
}

fn micros(at: Timestamp) -> i64 {
    at.as_millis().saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_at_once_leaves_one_after_another_in_order() {
        let at = Timestamp::from_millis;
        let gap = Duration::from_millis(100);
        let [one, two, three] = [1, 2, 3].map(AttemptId::new);
        let mut spacing = Spacing::default();
        assert!(spacing.goes_now(one, at(0)));
        spacing.left(at(0), gap);
        assert!(!spacing.goes_now(two, at(0)) && !spacing.goes_now(three, at(150)));
        assert_eq!(spacing.due(at(20)), Some(at(100)));
        assert_eq!(spacing.pop(at(99)), None);
        assert_eq!(spacing.pop(at(150)), Some(two));
        spacing.left(at(150), gap);
        assert_eq!(spacing.pop(at(200)), None);
        assert_eq!(spacing.pop(at(250)), Some(three));
        assert_eq!(spacing.due(at(250)), None, "nobody waits");
    }

    #[test]
    fn there_are_as_many_slots_in_a_second_as_calls_may_leave() {
        let (at, millis) = (Timestamp::from_millis, Duration::from_millis);
        let second = millis(1_000);
        let mut spacing = Spacing::default();
        assert_eq!(spacing.slots(at(0), second, millis(100)), 10);
        spacing.left(at(0), millis(100));
        assert_eq!(spacing.slots(at(0), second, millis(100)), 9);
        assert_eq!(spacing.slots(at(50), second, millis(100)), 10);
        spacing.left(at(100), millis(2_000));
        assert_eq!(spacing.slots(at(100), second, millis(2_000)), 0);
        assert_eq!(spacing.slots(at(1_600), second, millis(2_000)), 1);
        assert_eq!(Spacing::default().slots(at(0), second, Duration::MAX), 1);
    }

    #[test]
    fn a_thirtieth_of_a_second_adds_up_to_thirty_calls() {
        let gap = Duration::from_secs(1) / 30;
        let mut spacing = Spacing::default();
        let (mut now, mut left) = (Timestamp::from_millis(0), 0);
        while now.as_millis() < 10_000 {
            if spacing.goes_now(AttemptId::new(1), now) {
                spacing.left(now, gap);
                left += 1;
            } else {
                let due = spacing.due(now).expect("one waits");
                assert!(due > now, "time goes on");
                now = due;
                assert!(spacing.pop(now).is_some());
            }
        }
        assert_eq!(left, 300);
    }
}
