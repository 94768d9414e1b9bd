//! Whether a call may leave at an instant: weekly windows, closed days and
//! holidays, by the clock of the person called.
//!
//! A day on which no hours rule is in force is closed: a pack that has run out
//! stops the dialing rather than freeing it.

use std::time::Duration;

use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use domain::{Purpose, Timestamp};

use crate::consent::MayOpen;
use crate::rule::{Rule, Value, Window};
use crate::{Pack, Refusal};

/// Days searched for the next opening. Longer than any run of closed days a law
/// could mean; when nothing opens in it, nothing ever does.
const SEARCH_DAYS: u64 = 400;

/// Days after which a window that never closes is taken to stay open.
const OPEN_DAYS_MAX: u64 = 14;

impl Pack {
    /// Whether a commercial call may leave at this instant. `zone` is the IANA
    /// zone of the person called; the pack's own when not known.
    pub fn may_call(&self, at: Timestamp, zone: Option<&str>) -> Result<(), Refusal> {
        self.may_call_for(Purpose::Commercial, at, zone)
    }

    /// The same for a call of a given purpose.
    pub fn may_call_for(
        &self,
        purpose: Purpose,
        at: Timestamp,
        zone: Option<&str>,
    ) -> Result<(), Refusal> {
        let Some(clocks) = self.clocks(zone) else {
            let words = format!("Zona horaria desconocida: {}", zone.unwrap_or_default());
            let opens = self.opening(purpose, at, &self.limits.zones);
            return Err(self.refusal(self.zone_rule(), opens, words));
        };
        match self.forbidden(purpose, at, &clocks) {
            None => Ok(()),
            Some((rule, why)) => {
                let opens = self.opening(purpose, at, &clocks);
                Err(self.refusal_until(rule, &why, opens, &clocks))
            }
        }
    }

    /// The rule that forbids such a call now by one of these clocks, and why.
    pub(crate) fn forbidden(
        &self,
        purpose: Purpose,
        at: Timestamp,
        clocks: &[Tz],
    ) -> Option<(&str, String)> {
        clocks.iter().find_map(|tz| match local(at, *tz) {
            Some(local) => self.forbids(purpose, local.naive_local()),
            None => Some((self.zone_rule(), "Instante fuera del calendario".to_owned())),
        })
    }

    /// A refusal whose words say until when, by the first of these clocks.
    pub(crate) fn refusal_until(
        &self,
        rule: &str,
        why: &str,
        opens: Timestamp,
        clocks: &[Tz],
    ) -> Refusal {
        let tz = clocks.first().copied().unwrap_or(self.main_zone());
        let words = format!("{why}; se puede llamar desde {}", for_people(opens, tz));
        self.refusal(rule, opens, words)
    }

    /// Whether a commercial call may leave at this instant to anybody: in a pack of several zones, to
    /// somebody in one of them. Each call is asked about besides.
    pub fn may_call_somebody(&self, at: Timestamp) -> Result<(), Refusal> {
        let mut soonest: Option<Refusal> = None;
        for tz in &self.limits.zones {
            match self.may_call(at, Some(tz.name())) {
                Ok(()) => return Ok(()),
                Err(refusal) if soonest.as_ref().is_none_or(|s| refusal.opens < s.opens) => {
                    soonest = Some(refusal);
                }
                Err(_) => {}
            }
        }
        soonest.map_or(Ok(()), Err)
    }

    /// When the window open at `at` ends (the first instant that is refused), in the zone of the pack
    /// where that is last. None when closed now, or when it never closes.
    pub fn window_closes(&self, at: Timestamp) -> Option<Timestamp> {
        let mut at = at;
        let mut closes = None;
        // When it is evening in one zone it may still be morning in another.
        for _ in 0..=self.limits.zones.len() {
            let zones = self.limits.zones.iter();
            let last = zones.filter_map(|tz| self.window_closes_in(at, *tz)).max();
            let Some(last) = last.filter(|last| *last > at) else {
                break;
            };
            closes = Some(last);
            at = last;
        }
        closes
    }

    /// When a call of this purpose may leave to somebody of this zone about `at`: from the first instant to the second,
    /// which is refused. The window open at `at`, else the next; none where nothing is ever open, or hours bind nobody.
    pub fn window_about(
        &self,
        purpose: Purpose,
        at: Timestamp,
        zone: Option<&str>,
    ) -> Option<(Timestamp, Timestamp)> {
        let clocks = self.clocks(zone)?;
        let tz = *clocks.first()?;
        let open = self.opening(purpose, at, &clocks);
        let now = local(open, tz)?.naive_local();
        let windows = self.windows_on(purpose, now.date());
        let mut about = windows.iter();
        let window = about.find(|window| window.contains(now.weekday(), now.time()))?;
        let edge = |offset| instant(at_offset(now.date(), offset), tz);
        Some((edge(window.opens)?, edge(window.closes)?))
    }

    /// When calls of this purpose may leave on the day of an instant, by the pack's clock: from each first instant to its
    /// second, in order. All day where hours bind nobody, never on a closed day.
    pub fn open_on_day_of(&self, purpose: Purpose, at: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let Some(day) = self.today(at) else {
            return Vec::new();
        };
        if self.closed_on(purpose, day).is_some() {
            return Vec::new();
        }
        let mut rules = self.hours_rules();
        if !rules.any(|rule| rule.purposes.contains(&purpose)) {
            let begins = self.begins(day);
            return vec![(begins, self.tomorrow(at))];
        }
        let edge = |offset| instant(at_offset(day, offset), self.main_zone());
        let windows = self.windows_on(purpose, day).into_iter();
        let mut open: Vec<_> = windows
            .filter_map(|window| Some((edge(window.opens)?, edge(window.closes)?)))
            .collect();
        open.sort_unstable();
        // Rules may lie upon each other; no hour counts twice.
        open.dedup_by(|later, before| {
            let meets = later.0 <= before.1;
            if meets {
                before.1 = before.1.max(later.1);
            }
            meets
        });
        open
    }

    fn window_closes_in(&self, at: Timestamp, tz: Tz) -> Option<Timestamp> {
        let mut now = local(at, tz)?.naive_local();
        if self.forbids(Purpose::Commercial, now).is_some() {
            return None;
        }
        for _ in 0..OPEN_DAYS_MAX {
            now = self
                .windows_on(Purpose::Commercial, now.date())
                .into_iter()
                .filter(|window| window.contains(now.weekday(), now.time()))
                .map(|window| at_offset(now.date(), window.closes))
                .max()?;
            if self.forbids(Purpose::Commercial, now).is_some() {
                return instant(now, tz);
            }
        }
        None
    }

    /// The first instant from `at` on at which a call may leave to somebody: `at` itself when open.
    pub fn next_opening(&self, at: Timestamp) -> Timestamp {
        let zones = self.limits.zones.iter();
        let openings = zones.map(|tz| self.opening_in(Purpose::Commercial, at, *tz));
        openings.min().unwrap_or(at)
    }

    /// When the month of this instant began, by the pack's zone. None beyond
    /// the calendar.
    pub fn month_began(&self, at: Timestamp) -> Option<Timestamp> {
        let tz = self.main_zone();
        let first = local(at, tz)?.date_naive().with_day(1)?;
        instant(first.and_hms_opt(0, 0, 0)?, tz)
    }

    /// The clocks that must all allow a call to somebody of this zone.
    pub(crate) fn clocks(&self, zone: Option<&str>) -> Option<Vec<Tz>> {
        match zone {
            Some(name) => name.parse().ok().map(|tz| vec![tz]),
            None => Some(self.limits.zones.clone()),
        }
    }

    /// The first instant from `at` on at which all these clocks allow a call.
    pub(crate) fn opening(&self, purpose: Purpose, at: Timestamp, clocks: &[Tz]) -> Timestamp {
        let mut at = at;
        // Each round brings it to the opening of one clock; a day has few.
        for _ in 0..SEARCH_DAYS {
            let openings = clocks.iter().map(|tz| self.opening_in(purpose, at, *tz));
            match openings.max() {
                Some(opens) if opens > at => at = opens,
                _ => return at,
            }
        }
        at
    }

    fn zone_rule(&self) -> &str {
        self.rules
            .iter()
            .find(|rule| matches!(rule.value, Value::Zones(_)))
            .map_or("zone", |rule| rule.id.as_str())
    }

    /// The rule that forbids such a call at this local time, and why.
    fn forbids(&self, purpose: Purpose, local: NaiveDateTime) -> Option<(&str, String)> {
        let day = local.date();
        if let Some(closed) = self.closed_on(purpose, day) {
            return Some(closed);
        }
        if !self.forbids_hour(purpose, local) {
            return None;
        }
        let rule = self
            .hours_rules()
            .next()
            .map_or("hours", |rule| rule.id.as_str());
        Some((
            rule,
            format!("Fuera del horario permitido ({})", local.format("%H:%M:%S")),
        ))
    }

    /// Whether no window is open to such a call at this local time.
    fn forbids_hour(&self, purpose: Purpose, local: NaiveDateTime) -> bool {
        let mut rules = self.hours_rules();
        let bound = rules.any(|rule| rule.purposes.contains(&purpose));
        let windows = self.windows_on(purpose, local.date());
        let mut windows = windows.iter();
        bound && !windows.any(|window| window.contains(local.weekday(), local.time()))
    }

    /// What a consent must open for such a call to leave at this local time; nothing where none is needed.
    pub(crate) fn closes(&self, purpose: Purpose, local: NaiveDateTime) -> MayOpen {
        let day = local.date();
        let binds = |value: &dyn Fn(&Value) -> bool| {
            let mut rules = self.rules.iter();
            rules.any(|rule| rule.binds(purpose, day) && value(&rule.value))
        };
        let weekday = day.weekday();
        MayOpen {
            hours: self.forbids_hour(purpose, local),
            days: binds(
                &|value| matches!(value, Value::ClosedDays(days) if days.contains(&weekday)),
            ),
            holidays: self.holidays.name_of(day).is_some()
                && binds(&|value| *value == Value::ClosedHolidays),
            after_contract: false,
        }
    }

    /// The rule that closes a whole day, a holiday before a day of the week.
    fn closed_on(&self, purpose: Purpose, day: NaiveDate) -> Option<(&str, String)> {
        let binding = || {
            self.rules
                .iter()
                .filter(move |rule| rule.binds(purpose, day))
        };
        let holiday = binding()
            .find(|rule| rule.value == Value::ClosedHolidays)
            .and_then(|rule| {
                let name = self.holidays.name_of(day)?;
                Some((rule.id.as_str(), format!("Festivo: {name}")))
            });
        holiday.or_else(|| {
            binding()
                .find(|rule| matches!(&rule.value, Value::ClosedDays(days) if days.contains(&day.weekday())))
                .map(|rule| (rule.id.as_str(), format!("No se llama en {}", weekday_es(day))))
        })
    }

    fn hours_rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules
            .iter()
            .filter(|rule| matches!(rule.value, Value::Hours(_)))
    }

    /// Windows of a day that is not closed, by the rules in force on it.
    fn windows_on(&self, purpose: Purpose, day: NaiveDate) -> Vec<&Window> {
        self.hours_rules()
            .filter(|rule| rule.binds(purpose, day))
            .filter_map(|rule| {
                if let Value::Hours(windows) = &rule.value {
                    Some(windows)
                } else {
                    None
                }
            })
            .flatten()
            .filter(|window| window.days.contains(&day.weekday()))
            .collect()
    }

    fn opening_in(&self, purpose: Purpose, at: Timestamp, tz: Tz) -> Timestamp {
        let Some(now) = local(at, tz).map(|local| local.naive_local()) else {
            return at;
        };
        if self.forbids(purpose, now).is_none() {
            return at;
        }
        // Before the first rule binds there is nothing to find: start there.
        let first = self
            .hours_rules()
            .map(|rule| rule.valid_from)
            .min()
            .unwrap_or(now.date());
        let start = now.date().max(first);
        (0..SEARCH_DAYS)
            .filter_map(|ahead| start.checked_add_days(Days::new(ahead)))
            .find_map(|day| self.opening_on(purpose, day, now, tz))
            .unwrap_or(Timestamp::from_millis(i64::MAX))
    }

    /// The first opening of a day that lies ahead of `now`.
    fn opening_on(
        &self,
        purpose: Purpose,
        day: NaiveDate,
        now: NaiveDateTime,
        tz: Tz,
    ) -> Option<Timestamp> {
        if self.closed_on(purpose, day).is_some() {
            return None;
        }
        self.windows_on(purpose, day)
            .into_iter()
            .map(|window| at_offset(day, window.opens))
            .filter(|opens| *opens > now)
            .min()
            .and_then(|opens| instant(opens, tz))
    }

    fn refusal(&self, rule: &str, opens: Timestamp, words: String) -> Refusal {
        Refusal {
            rule: rule.to_owned(),
            pack: self.label(),
            opens,
            words,
        }
    }
}

pub(crate) fn local(at: Timestamp, tz: Tz) -> Option<DateTime<Tz>> {
    tz.timestamp_millis_opt(at.as_millis()).single()
}

pub(crate) fn at_offset(day: NaiveDate, offset: Duration) -> NaiveDateTime {
    let seconds = i64::try_from(offset.as_secs()).unwrap_or(0);
    day.and_time(chrono::NaiveTime::MIN) + chrono::Duration::seconds(seconds)
}

/// The instant of a local time. One that a change of clock skips is taken an
/// hour on; one that occurs twice, the second time: the stricter reading of an
/// opening. (A closing that occurs twice is refused from its second occurrence.)
pub(crate) fn instant(local: NaiveDateTime, tz: Tz) -> Option<Timestamp> {
    let resolved = match tz.from_local_datetime(&local) {
        LocalResult::Single(instant) => instant,
        LocalResult::Ambiguous(_, second) => second,
        LocalResult::None => tz
            .from_local_datetime(&(local + chrono::Duration::hours(1)))
            .latest()?,
    };
    Some(Timestamp::from_millis(resolved.timestamp_millis()))
}

fn for_people(at: Timestamp, tz: Tz) -> String {
    local(at, tz).map_or_else(
        || "nunca".to_owned(),
        |local| {
            format!(
                "el {} {}",
                weekday_es(local.date_naive()),
                local.format("%Y-%m-%d %H:%M")
            )
        },
    )
}

fn weekday_es(day: NaiveDate) -> &'static str {
    const NAMES: [&str; 7] = [
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ];
    // Days since Monday are 0 to 6.
    NAMES[day.weekday().num_days_from_monday() as usize]
}

#[cfg(test)]
mod tests;
