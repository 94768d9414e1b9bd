//! Which days a list's return file is due of: each day once it is over and the hour of the day after has come, and, where
//! that is wanted, again at that hour once calls of it were corrected. What went is told by the record; nothing is
//! remembered here, so that days missed while nothing ran are due like any other.

use domain::Timestamp;
use law::DayClock;

/// Most days that are caught up where nobody says since when: whoever turns it on over an old base, or was down for
/// longer, does not send a client hundreds of files nobody asked for.
pub const CAUGHT_UP_MAX: i64 = 31;

/// When return files go out by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnSchedule {
    /// Minutes after midnight on the day after, by the clock of the campaign's law pack.
    pub minute: u16,
    /// The first day of which one goes, counted from 1970; the last [`CAUGHT_UP_MAX`] where absent.
    pub since: Option<i64>,
    /// Whether days whose calls were corrected go again.
    pub restate: bool,
}

/// A file that went: the last version of a day's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrittenReturn {
    /// Which day, counted from 1970.
    pub day: i64,
    /// When it was written.
    pub at: Timestamp,
    /// When a call of that day was first corrected after that.
    pub corrected: Option<Timestamp>,
}

/// A day whose file is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueReturn {
    /// Which, counted from 1970.
    pub day: i64,
    /// Since when.
    pub since: Timestamp,
    /// It went already, and calls of it were corrected since.
    pub restates: bool,
}

impl ReturnSchedule {
    /// The days that are due, the oldest first. `first` is when the list was first loaded, before which it had no days;
    /// `written` what went of it. A file written before its day was over is not that of the whole day.
    pub fn due(
        &self,
        clock: DayClock,
        first: Timestamp,
        written: &[WrittenReturn],
        now: Timestamp,
    ) -> Vec<DueReturn> {
        let is_whole = |file: &&WrittenReturn| file.at >= clock.begins(file.day + 1);
        let today = clock.day(now);
        let since = self.since.unwrap_or(today - CAUGHT_UP_MAX);
        let over = (clock.day(first).max(since)..today).map(|day| DueReturn {
            day,
            since: clock.at(day + 1, self.minute),
            restates: false,
        });
        let went = |day: i64| {
            let mut files = written.iter().filter(is_whole);
            files.any(|file| file.day == day)
        };
        let mut due: Vec<DueReturn> = over
            .filter(|due| due.since <= now && !went(due.day))
            .collect();
        if self.restate {
            let corrected = written.iter().filter(is_whole).filter_map(|file| {
                let restated = DueReturn {
                    day: file.day,
                    since: self.turn_from(clock, file.corrected?),
                    restates: true,
                };
                Some(restated).filter(|due| due.since <= now)
            });
            due.extend(corrected);
            due.sort_by_key(|due| due.day);
        }
        due
    }

    /// The next instant at which something may become due.
    pub fn next(&self, clock: DayClock, now: Timestamp) -> Timestamp {
        self.turn_from(clock, now + std::time::Duration::from_millis(1))
    }

    /// The first time from an instant on that it is the hour.
    fn turn_from(&self, clock: DayClock, at: Timestamp) -> Timestamp {
        let day = clock.day(at);
        match clock.at(day, self.minute) {
            today if today >= at => today,
            _ => clock.at(day + 1, self.minute),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIX: ReturnSchedule = ReturnSchedule {
        minute: 360,
        since: None,
        restate: true,
    };
    const MIDNIGHT: ReturnSchedule = ReturnSchedule { minute: 0, ..SIX };

    /// A time by a pack's clock on a day of 2026 counted from 1 January, as `[day, hour, minute]`.
    fn at(clock: DayClock, [day, hour, minute]: [i64; 3]) -> Timestamp {
        let new_year = 20_454;
        clock.at(new_year + day, (hour * 60 + minute) as u16)
    }

    fn went(clock: DayClock, day: i64, time: [i64; 3]) -> WrittenReturn {
        WrittenReturn {
            day: 20_454 + day,
            at: at(clock, time),
            corrected: None,
        }
    }

    fn days(due: &[DueReturn]) -> Vec<(i64, bool)> {
        due.iter()
            .map(|due| (due.day - 20_454, due.restates))
            .collect()
    }

    fn due(
        schedule: ReturnSchedule,
        first: [i64; 3],
        written: &[WrittenReturn],
        now: [i64; 3],
    ) -> Vec<(i64, bool)> {
        let clock = DayClock::default();
        days(&schedule.due(clock, at(clock, first), written, at(clock, now)))
    }

    #[test]
    fn a_day_is_due_at_the_hour_of_the_day_after_and_not_a_minute_before() {
        assert_eq!(due(SIX, [3, 15, 0], &[], [3, 23, 59]), []);
        assert_eq!(due(SIX, [3, 15, 0], &[], [4, 5, 59]), []);
        assert_eq!(due(SIX, [3, 15, 0], &[], [4, 6, 0]), [(3, false)]);
        // At midnight the day is over at once.
        assert_eq!(due(MIDNIGHT, [3, 15, 0], &[], [3, 23, 59]), []);
        assert_eq!(due(MIDNIGHT, [3, 15, 0], &[], [4, 0, 0]), [(3, false)]);
        // A list that is to come has no days.
        assert_eq!(due(SIX, [9, 0, 0], &[], [4, 6, 0]), []);
    }

    #[test]
    fn missed_days_are_due_once_each_the_oldest_first() {
        let clock = DayClock::default();
        let written = [went(clock, 4, [5, 6, 0]), went(clock, 6, [7, 6, 0])];
        assert_eq!(
            due(SIX, [3, 15, 0], &written, [9, 12, 0]),
            [(3, false), (5, false), (7, false), (8, false)]
        );
        let all: Vec<_> = (3..9).map(|day| went(clock, day, [9, 6, 0])).collect();
        assert_eq!(due(SIX, [3, 15, 0], &all, [9, 12, 0]), []);
    }

    #[test]
    fn what_was_written_before_its_day_was_over_is_not_the_file_of_the_day() {
        let clock = DayClock::default();
        let noon = [went(clock, 3, [3, 12, 0])];
        assert_eq!(due(SIX, [3, 8, 0], &noon, [4, 6, 0]), [(3, false)]);
        // By hand between midnight and the hour: that was it.
        let night = [went(clock, 3, [4, 0, 0])];
        assert_eq!(due(SIX, [3, 8, 0], &night, [4, 6, 0]), []);
    }

    #[test]
    fn an_old_base_is_not_sent_from_its_first_day_unless_that_is_said() {
        let found = due(SIX, [0, 8, 0], &[], [100, 6, 0]);
        assert_eq!(found.len() as i64, CAUGHT_UP_MAX);
        assert_eq!(found.last(), Some(&(99, false)));
        let since = ReturnSchedule {
            since: Some(20_454 + 2),
            ..SIX
        };
        let found = due(since, [0, 8, 0], &[], [100, 6, 0]);
        assert_eq!((found.len(), found[0]), (98, (2, false)));
    }

    #[test]
    fn a_corrected_day_goes_again_at_the_next_hour_if_that_is_wanted() {
        let clock = DayClock::default();
        let corrected = |time| {
            [WrittenReturn {
                corrected: Some(at(clock, time)),
                ..went(clock, 3, [4, 6, 0])
            }]
        };
        let (noon, six) = (corrected([4, 12, 0]), corrected([5, 6, 0]));
        let others = [went(clock, 4, [5, 6, 0]), went(clock, 5, [6, 6, 0])];
        assert_eq!(due(SIX, [3, 8, 0], &noon, [4, 23, 0]), []);
        let both = [&noon[..], &others[..1]].concat();
        assert_eq!(due(SIX, [3, 8, 0], &both, [5, 5, 59]), []);
        assert_eq!(due(SIX, [3, 8, 0], &both, [5, 6, 0]), [(3, true)]);
        // Corrected at the very hour: with it, and not a day later.
        let both = [&six[..], &others[..1]].concat();
        assert_eq!(due(SIX, [3, 8, 0], &both, [5, 6, 0]), [(3, true)]);
        // With days that are due as well, by day.
        assert_eq!(
            due(SIX, [3, 8, 0], &noon, [6, 7, 0]),
            [(3, true), (4, false), (5, false)]
        );
        let off = ReturnSchedule {
            restate: false,
            ..SIX
        };
        let all = [&noon[..], &others[..]].concat();
        assert_eq!(due(off, [3, 8, 0], &all, [6, 7, 0]), []);
    }

    /// Half past one is skipped in London on 29 March 2026, and comes twice on 25 October.
    #[test]
    fn on_the_days_when_clocks_change_each_day_is_due_once() {
        let london = DayClock::of("uk");
        let schedule = ReturnSchedule { minute: 90, ..SIX };
        for changes in [87, 297] {
            let first = at(london, [changes - 2, 10, 0]);
            let mut written = Vec::new();
            let mut now = at(london, [changes - 1, 0, 0]);
            let end = at(london, [changes + 3, 0, 0]);
            while now < end {
                for due in schedule.due(london, first, &written, now) {
                    assert!(due.since <= now && !due.restates, "{due:?}");
                    written.push(WrittenReturn {
                        day: due.day,
                        at: now,
                        corrected: None,
                    });
                }
                now = now + std::time::Duration::from_secs(600);
            }
            let went: Vec<_> = written.iter().map(|file| file.day - 20_454).collect();
            assert_eq!(
                went,
                (changes - 2..changes + 2).collect::<Vec<_>>(),
                "{changes}"
            );
        }
        // The hour that is skipped is 02:30; of the two that are there, the second.
        let turn = schedule.next(london, at(london, [87, 0, 0]));
        assert_eq!(turn, at(london, [87, 2, 30]));
        let turn = schedule.next(london, at(london, [297, 0, 0]));
        assert_eq!(
            turn.since(at(london, [297, 0, 0])),
            std::time::Duration::from_secs(150 * 60)
        );
    }

    #[test]
    fn the_next_turn_is_ahead() {
        let clock = DayClock::default();
        let next = |now| SIX.next(clock, at(clock, now));
        assert_eq!(next([4, 5, 59]), at(clock, [4, 6, 0]));
        assert_eq!(next([4, 6, 0]), at(clock, [5, 6, 0]));
        assert_eq!(next([4, 23, 0]), at(clock, [5, 6, 0]));
    }
}
