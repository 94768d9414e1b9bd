//! When a schedule is due. What ran is told by who asks, and nothing is remembered here: so what was missed while nothing ran
//! is due like the rest, but once: of several that were missed the last one alone, and how many there were.
//!
//! By the clock of a zone, so where clocks change an hour that is skipped is made good right after, and one that comes twice
//! counts once.

use std::time::Duration;

use chrono::{DateTime, Datelike as _, NaiveDate, Weekday};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use domain::Timestamp;
use law::Pack;

use crate::schedule::{Schedule, ScheduleError};

/// Nothing is caught up that was due longer ago.
pub const CAUGHT_UP_MAX: Duration = Duration::from_secs(31 * 86_400);
/// Longest expression.
const TEXT_MAX: usize = 100;
/// Occurrences that are looked at for one on a business day: more than a year of days.
const LOOKED_AT_MAX: usize = 50_000;

/// When something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When it was due last.
    pub at: Timestamp,
    /// So many others before it were missed, and are not made good.
    pub missed: u32,
}

/// A schedule's expression with its clock and calendar.
#[derive(Clone, Debug)]
pub struct Clockwork {
    cron: Cron,
    zone: Tz,
    /// Days that are no business days are passed over.
    calendar: Option<law::holidays::Calendar>,
}

impl Clockwork {
    /// Of a schedule under the law pack of its campaign.
    pub fn of(schedule: &Schedule, pack: &Pack) -> Result<Clockwork, ScheduleError> {
        let zone = schedule.zone.as_deref().unwrap_or(pack.zone());
        let zone = zone
            .parse()
            .map_err(|_| ScheduleError::Zone(zone.to_owned()))?;
        let calendar = schedule.business_days.then(|| pack.holidays().clone());
        let clockwork = Clockwork {
            cron: read(&schedule.cron)?,
            zone,
            calendar,
        };
        match clockwork.next(schedule.since) {
            Some(_) => Ok(clockwork),
            None => Err(ScheduleError::Never(schedule.cron.clone())),
        }
    }

    /// What is due at `now` where all up to `through` ran or was passed over.
    pub fn due(&self, through: Timestamp, now: Timestamp) -> Option<Due> {
        let through = through.max(now - CAUGHT_UP_MAX);
        let mut due: Option<Due> = None;
        for at in self.after(through).take_while(|at| *at <= now) {
            let missed = due.map_or(0, |before| before.missed + 1);
            due = Some(Due { at, missed });
        }
        due
    }

    /// When it is due next.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        self.after(after).next()
    }

    /// The day of an instant, by its clock.
    pub fn day(&self, at: Timestamp) -> NaiveDate {
        self.local(at)
            .map_or_else(NaiveDate::default, |local| local.date_naive())
    }

    /// The name of its time zone.
    pub fn zone(&self) -> &'static str {
        self.zone.name()
    }

    fn local(&self, at: Timestamp) -> Option<DateTime<Tz>> {
        let at = DateTime::from_timestamp_millis(at.as_millis())?;
        Some(at.with_timezone(&self.zone))
    }

    fn after(&self, at: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        let begin = self.local(at).map(|local| self.cron.iter_after(local));
        let occurrences = begin.into_iter().flatten().take(LOOKED_AT_MAX);
        occurrences
            .filter(|local| self.is_open(local.date_naive()))
            .map(|local| Timestamp::from_millis(local.timestamp_millis()))
    }

    fn is_open(&self, day: NaiveDate) -> bool {
        self.calendar.as_ref().is_none_or(|calendar| {
            !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && calendar.name_of(day).is_none()
        })
    }
}

fn read(text: &str) -> Result<Cron, ScheduleError> {
    let no = |why: String| ScheduleError::Cron {
        text: text.chars().take(TEXT_MAX).collect(),
        why,
    };
    if text.len() > TEXT_MAX {
        return Err(no(format!("longer than {TEXT_MAX} bytes")));
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser.parse(text).map_err(|fault| no(fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::Period;
    use crate::report::{Format, Report};
    use crate::schedule::ScheduleId;
    use domain::CampaignId;

    fn at(text: &str) -> Timestamp {
        let parsed = DateTime::parse_from_rfc3339(text).expect("an instant");
        Timestamp::from_millis(parsed.timestamp_millis())
    }

    fn schedule(cron: &str, zone: Option<&str>) -> Schedule {
        Schedule {
            id: ScheduleId(1),
            name: "diario".to_owned(),
            campaign: CampaignId::new(1),
            report: Report::Gestion,
            format: Format::Csv,
            period: Period::Yesterday,
            cron: cron.to_owned(),
            zone: zone.map(str::to_owned),
            business_days: false,
            place: "cliente".to_owned(),
            clear: false,
            since: at("2026-01-01T00:00:00Z"),
        }
    }

    fn clockwork(schedule: &Schedule) -> Clockwork {
        Clockwork::of(schedule, &Pack::colombia()).expect("a sound schedule")
    }

    fn due(at: &str, missed: u32) -> Option<Due> {
        let at = self::at(at);
        Some(Due { at, missed })
    }

    #[test]
    fn it_is_due_by_the_clock_of_the_campaign_and_once() {
        let daily = clockwork(&schedule("30 6 * * *", None));
        let ran = at("2026-11-29T11:30:00Z");
        assert_eq!(daily.due(ran, at("2026-11-30T11:29:59Z")), None);
        let now = at("2026-11-30T11:30:00Z");
        assert_eq!(daily.due(ran, now), due("2026-11-30T11:30:00Z", 0));
        assert_eq!(daily.due(now, now), None, "it ran");
        assert_eq!(daily.next(now), Some(at("2026-12-01T11:30:00Z")));
        assert_eq!(daily.zone(), "America/Bogota");
        assert_eq!(
            daily.day(at("2026-11-30T04:59:00Z")).to_string(),
            "2026-11-29"
        );
    }

    #[test]
    fn of_what_was_missed_the_last_is_made_good_and_the_rest_is_counted() {
        let daily = clockwork(&schedule("30 6 * * *", None));
        let ran = at("2026-11-20T11:30:00Z");
        assert_eq!(
            daily.due(ran, at("2026-11-25T23:00:00Z")),
            due("2026-11-25T11:30:00Z", 4)
        );
        // Who was down for a year does not look at each day of it.
        let long = daily.due(at("2025-11-20T11:30:00Z"), at("2026-11-25T23:00:00Z"));
        assert_eq!(long, due("2026-11-25T11:30:00Z", 30));
    }

    #[test]
    fn business_days_are_those_of_the_law_pack() {
        let mut only = schedule("0 7 * * *", None);
        only.business_days = true;
        let only = clockwork(&only);
        // Friday; Monday 16 November is a holiday in Colombia.
        let friday = at("2026-11-13T12:00:00Z");
        assert_eq!(only.next(friday), Some(at("2026-11-17T12:00:00Z")));
        assert_eq!(only.due(friday, at("2026-11-17T11:59:00Z")), None);
    }

    #[test]
    fn an_hour_that_clocks_skip_is_made_good_at_once() {
        // New York, 8 March 2026: 02:00 becomes 03:00.
        let night = clockwork(&schedule("30 2 * * *", Some("America/New_York")));
        let before = at("2026-03-07T07:30:00Z");
        let now = at("2026-03-08T12:00:00Z");
        let made_good = night.due(before, now).expect("not left out");
        assert_eq!(made_good.missed, 0, "once");
        assert!(
            (at("2026-03-08T07:00:00Z")..=at("2026-03-08T07:30:00Z")).contains(&made_good.at),
            "{made_good:?}"
        );
        let next = night.next(made_good.at);
        assert_eq!(next, Some(at("2026-03-09T06:30:00Z")));
    }

    #[test]
    fn an_hour_that_comes_twice_counts_once() {
        // New York, 1 November 2026: 01:30 comes twice, at 05:30 and 06:30 UTC.
        let night = clockwork(&schedule("30 1 * * *", Some("America/New_York")));
        let before = at("2026-10-31T05:30:00Z");
        let found = night.due(before, at("2026-11-01T12:00:00Z")).expect("due");
        assert_eq!(found.missed, 0, "once: {found:?}");
        assert_eq!(night.due(found.at, at("2026-11-01T12:00:00Z")), None);
        assert_eq!(night.next(found.at), Some(at("2026-11-02T06:30:00Z")));
    }

    #[test]
    fn what_cannot_be_is_refused_with_words() {
        let refused = |cron: &str, zone: Option<&str>| {
            let schedule = schedule(cron, zone);
            let fault = Clockwork::of(&schedule, &Pack::colombia());
            fault.expect_err("refused").to_string()
        };
        for odd in ["", "mañana", "61 6 * * *", "0 30 6 * * *", "* * * *"] {
            assert!(refused(odd, None).contains("no cron expression"), "{odd}");
        }
        assert!(refused(&"1,".repeat(80), None).contains("longer than"));
        assert!(refused("0 6 31 2 *", None).contains("never comes"));
        assert!(refused("0 6 * * *", Some("Bogotá")).contains("no time zone"));
        let mut wrong = schedule("0 6 * * *", None);
        wrong.report = Report::Kpi;
        wrong.format = Format::Xlsx;
        let words = wrong.check_format().expect_err("no such form").to_string();
        assert!(words.contains("csv, json"), "{words}");
    }
}
