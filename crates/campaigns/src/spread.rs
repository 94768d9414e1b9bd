//! How fast a segment that is spread over the day may be called: what is left of it today, over the legal hours that are
//! left today. The rule looks ahead only, so that a base loaded at noon is spread over the afternoon, and what a pause
//! left undone over the hours after it.
//!
//! A pace is a bucket: it fills at `left / hours left`, holds ten minutes of that, and is emptied by calls. It limits nobody
//! while nobody else is there to be called ([`Mix`](crate::Mix)): spreading a segment never leaves an advisor idle.

use std::time::Duration;

use domain::{Purpose, Timestamp};
use law::Pack;

/// A pace is reckoned anew so often: what is left is counted for it.
const EVERY: Duration = Duration::from_secs(10);
/// It holds what may be called in so long, and one contact more.
const HELD: Duration = Duration::from_secs(600);

/// The hours in which the law lets a campaign call on one day, by the clock of its pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegalDay(Vec<(Timestamp, Timestamp)>);

impl LegalDay {
    /// Those of the day of an instant; none where there is no such pack.
    pub fn of(pack: &str, at: Timestamp) -> LegalDay {
        let pack = Pack::by_id(pack).ok();
        let open = pack.map(|pack| pack.open_on_day_of(Purpose::Commercial, at));
        LegalDay(open.unwrap_or_default())
    }

    /// From one instant to another, whatever the law: the hours of a rehearsal.
    pub fn between(opens: Timestamp, closes: Timestamp) -> LegalDay {
        LegalDay(vec![(opens, closes)])
    }

    /// When the last of them is over.
    pub fn ends(&self) -> Option<Timestamp> {
        self.0.last().map(|(_, closes)| *closes)
    }

    /// How much of them lies after an instant, in milliseconds.
    fn left(&self, at: Timestamp) -> u64 {
        let after = |(opens, closes): &(Timestamp, Timestamp)| closes.since(at.max(*opens));
        millis(self.0.iter().map(after).sum())
    }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// What the pace of a segment allows, as it was reckoned last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpreadPace {
    /// When; 0 for never.
    pub reckoned: Timestamp,
    /// Contacts that may be called, in thousandths.
    pub thousandths: u64,
}

impl SpreadPace {
    /// Whether it is to be reckoned anew. Also where a clock was set back.
    pub fn is_due(self, now: Timestamp) -> bool {
        self.reckoned > now || now.since(self.reckoned) >= EVERY
    }

    /// The pace by now, with so many contacts of the segment left to be called today.
    pub fn reckon(self, day: &LegalDay, left: u64, now: Timestamp) -> SpreadPace {
        let begun = self.reckoned > Timestamp::default() && self.reckoned <= now;
        let from = if begun { self.reckoned } else { now };
        let (before, after) = (day.left(from), day.left(now));
        // A long way off what overflows: millions of contacts, and days of milliseconds.
        let left = left.saturating_mul(1_000);
        let since = left.saturating_mul(before - after).checked_div(before);
        let most = left.saturating_mul(millis(HELD)) / after.max(millis(HELD));
        let held = self.thousandths + since.unwrap_or(0);
        SpreadPace {
            reckoned: now,
            thousandths: held.min(most + 1_000),
        }
    }

    /// How many may be called before all others; no limit where no legal hour is left to spread them over.
    pub fn most(self, day: &LegalDay, now: Timestamp) -> u32 {
        match day.left(now) {
            0 => u32::MAX,
            _ => u32::try_from(self.thousandths / 1_000).unwrap_or(u32::MAX),
        }
    }

    /// The same after so many were taken. What was called beyond it, since nobody else was there, is not owed.
    pub fn after(self, taken: usize) -> SpreadPace {
        let taken = u64::try_from(taken).unwrap_or(u64::MAX);
        SpreadPace {
            thousandths: self.thousandths.saturating_sub(taken.saturating_mul(1_000)),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);
    const STEP: Duration = Duration::from_secs(15);

    /// Tuesday 24 November 2026 in Bogotá, at such an hour: calls leave from 7 to 19.
    fn hour(hour: u32) -> Timestamp {
        Timestamp::from_millis(1_795_496_400_000) + HOUR * hour
    }

    fn tuesday() -> LegalDay {
        LegalDay::of("co", hour(9))
    }

    /// A segment and a dialer that takes all it may, all the time.
    struct Floor {
        day: LegalDay,
        pace: SpreadPace,
        left: u64,
    }

    impl Floor {
        fn with(left: u64) -> Floor {
            Floor {
                day: tuesday(),
                pace: SpreadPace::default(),
                left,
            }
        }

        /// How many are called from one hour to another.
        fn called(&mut self, from: u32, to: u32) -> u64 {
            let (mut now, mut called) = (hour(from), 0);
            while now < hour(to) {
                if self.pace.is_due(now) {
                    self.pace = self.pace.reckon(&self.day, self.left, now);
                }
                let most = u64::from(self.pace.most(&self.day, now)).min(self.left);
                self.pace = self.pace.after(most as usize);
                self.left -= most;
                called += most;
                now = now + STEP;
            }
            called
        }
    }

    #[track_caller]
    fn about(found: u64, wanted: u64) {
        let off = found.abs_diff(wanted);
        assert!(off <= wanted / 50 + 1, "{found} instead of {wanted}");
    }

    #[test]
    fn each_hour_of_the_day_gets_as_many_and_the_last_contact_comes_before_the_end() {
        let mut floor = Floor::with(1_200);
        for hour in 7..19 {
            about(floor.called(hour, hour + 1), 100);
        }
        assert!(floor.left <= 1, "{}", floor.left);
    }

    #[test]
    fn what_comes_at_noon_is_spread_over_the_afternoon() {
        // Saved at noon, and looked at for the first time then.
        let mut floor = Floor::with(700);
        for hour in 12..19 {
            about(floor.called(hour, hour + 1), 100);
        }
        // Empty since the morning, and loaded at noon.
        let mut floor = Floor::with(0);
        assert_eq!(floor.called(7, 12), 0);
        floor.left = 700;
        for hour in 12..19 {
            about(floor.called(hour, hour + 1), 100);
        }
    }

    #[test]
    fn after_a_pause_no_more_than_ten_minutes_come_at_once() {
        let mut floor = Floor::with(1_200);
        about(floor.called(7, 9), 200);
        // Nothing ran for five hours: a thousand are left for five.
        let first = floor.pace.reckon(&floor.day, floor.left, hour(14));
        about(u64::from(first.most(&floor.day, hour(14))), 200 / 6);
        let hours: Vec<u64> = (14..19).map(|hour| floor.called(hour, hour + 1)).collect();
        about(hours[1], 193);
        assert!(floor.left <= 1, "{hours:?}");
    }

    #[test]
    fn nothing_is_allowed_at_the_first_instant_of_a_day_nor_kept_from_the_night() {
        let evening = SpreadPace {
            reckoned: hour(7) - HOUR * 12,
            thousandths: 0,
        };
        let morning = evening.reckon(&tuesday(), 1_200, hour(7));
        assert_eq!(morning.most(&tuesday(), hour(7)), 0);
        let later = evening.reckon(&tuesday(), 1_200, hour(7) + HOUR / 20);
        assert_eq!(later.most(&tuesday(), hour(7)), 5);
    }

    #[test]
    fn what_is_called_beyond_the_pace_is_not_owed() {
        let pace = SpreadPace {
            reckoned: hour(8),
            thousandths: 2_500,
        };
        assert_eq!(pace.after(2).thousandths, 500);
        assert_eq!(pace.after(50).thousandths, 0);
    }

    #[test]
    fn where_no_hour_is_left_nothing_is_held() {
        let pace = SpreadPace::default().reckon(&tuesday(), 500, hour(19));
        assert_eq!(pace.most(&tuesday(), hour(19)), u32::MAX);
        let closed = LegalDay::of("co", hour(9) + HOUR * 24 * 5);
        assert_eq!((closed.ends(), closed), (None, LegalDay::default()));
        assert_eq!(LegalDay::of("nobody's", hour(9)), LegalDay::default());
        assert_eq!(tuesday().ends(), Some(hour(19)));
    }

    #[test]
    fn a_clock_that_is_set_back_allows_nothing_at_once() {
        let ahead = SpreadPace {
            reckoned: hour(15),
            thousandths: 0,
        };
        assert!(ahead.is_due(hour(9)));
        assert_eq!(ahead.reckon(&tuesday(), 900, hour(9)).thousandths, 0);
    }
}
