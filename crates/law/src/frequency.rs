//! How often a person may be called: so many calls, contacts or abandoned calls within a day, a week or
//! the hours before. Counted by person, over all campaigns and bases of the seller.

use std::fmt;
use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate};
use chrono_tz::Tz;
use domain::{PersonConsent, PriorCall, Purpose, Reach, Timestamp};

use crate::hours::{instant, local};
use crate::rule::Value;
use crate::{Pack, Refusal};

/// Rounds in which the next opening settles: each ends at a later instant that one rule asks for.
const ROUNDS_MAX: usize = 32;

/// A limit on calls to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    /// What is counted.
    pub counts: Counted,
    /// Once so many are counted, no further call leaves.
    pub max: u32,
    /// Within which time.
    pub within: Within,
    /// It does not bind a call for which an agent stands ready (Ofcom, 2017, A1.49 to A1.52).
    pub unless_agent: bool,
}

/// What is counted of the calls before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Calls that left.
    Attempts,
    /// Those in which a person was spoken to, whoever it was.
    Answers,
    /// Those in which the one who was sought heard what the call was for.
    Contacts,
    /// Those that a person answered and no agent took.
    Abandons,
}

/// Within which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// The calendar day of the person called.
    Day,
    /// Their week, which begins on Monday (ISO 8601).
    Week,
    /// So long before the call.
    Last(Duration),
}

/// The call that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct NextCall<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// IANA zone of the person; the pack's own where it is not known.
    pub zone: Option<&'a str>,
    /// An agent stands ready for this very call.
    pub agent_waits: bool,
    /// Limits of whoever calls, beside the law's: they bind commercial calls.
    pub house: &'a [HouseLimit],
    /// What the person agreed to, as it stands.
    pub consents: &'a [PersonConsent],
}

/// A limit that a house sets itself. The stricter of it and the law's counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HouseLimit {
    /// Written with every call it refuses.
    pub rule: &'static str,
    /// The limit.
    pub limit: Frequency,
}

/// Named as the pack of a house's limits.
pub const HOUSE: &str = "campaign";

impl Counted {
    fn takes(self, reach: Reach) -> bool {
        match self {
            Counted::Attempts => true,
            Counted::Answers => matches!(reach, Reach::Person | Reach::Contact),
            Counted::Contacts => reach == Reach::Contact,
            Counted::Abandons => reach == Reach::Abandoned,
        }
    }
}

impl Frequency {
    /// When the next call may leave, if it may not at `at`. `prior` in any order.
    pub fn refused_until(&self, prior: &[PriorCall], at: Timestamp, tz: Tz) -> Option<Timestamp> {
        let since = self.since(at, tz)?;
        let counted = prior.iter().filter(|call| self.counts.takes(call.reach));
        let mut within: Vec<Timestamp> = counted
            .map(|call| call.at)
            .filter(|call| since <= *call && *call <= at)
            .collect();
        let max = self.max as usize;
        if within.len() < max {
            return None;
        }
        within.sort_unstable();
        match self.within {
            Within::Day => midnight(day(at, tz)?.checked_add_days(Days::new(1))?, tz),
            Within::Week => midnight(monday(day(at, tz)?)?.checked_add_days(Days::new(7))?, tz),
            // Free again when all but max - 1 of them are so long ago. None at all: never by waiting.
            Within::Last(span) => {
                let place = within.len().checked_sub(max);
                let call = place.and_then(|place| within.get(place));
                Some(call.map_or(Timestamp::from_millis(i64::MAX), |call| *call + span))
            }
        }
    }

    /// The first instant that counts.
    fn since(&self, at: Timestamp, tz: Tz) -> Option<Timestamp> {
        match self.within {
            Within::Day => midnight(day(at, tz)?, tz),
            Within::Week => midnight(monday(day(at, tz)?)?, tz),
            // A call just so long before counts no more.
            Within::Last(span) => {
                let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
                let until = at.as_millis().saturating_sub(span);
                Some(Timestamp::from_millis(until.saturating_add(1)))
            }
        }
    }

    /// The same for people, in Spanish.
    fn words(&self) -> String {
        let what = match self.counts {
            Counted::Attempts => "intentos",
            Counted::Answers => "respuestas",
            Counted::Contacts => "contactos efectivos",
            Counted::Abandons => "llamadas abandonadas",
        };
        let when = match self.within {
            Within::Day => "en el día".to_owned(),
            Within::Week => "en la semana".to_owned(),
            Within::Last(span) if span.as_secs() % 3_600 == 0 => {
                format!("en las últimas {} h", span.as_secs() / 3_600)
            }
            Within::Last(span) => format!("en los últimos {} min", span.as_secs() / 60),
        };
        format!("Ya van {} {what} {when}", self.max)
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.counts {
            Counted::Attempts => "call",
            Counted::Answers => "answer",
            Counted::Contacts => "effective contact",
            Counted::Abandons => "abandoned call",
        };
        let ending = if self.max == 1 { "" } else { "s" };
        write!(f, "{} {what}{ending} ", self.max)?;
        match self.within {
            Within::Day => f.write_str("a day")?,
            Within::Week => f.write_str("a week")?,
            Within::Last(span) if span.as_secs() % 3_600 == 0 => {
                write!(f, "in {} h", span.as_secs() / 3_600)?;
            }
            Within::Last(span) => write!(f, "in {} min", span.as_secs() / 60)?,
        }
        match self.unless_agent {
            true => f.write_str(", unless an agent waits"),
            false => Ok(()),
        }
    }
}

impl Pack {
    /// Whether a call may leave to a person: by the hours, by what they agreed to, and by what was done about
    /// them before.
    pub fn may_contact(
        &self,
        call: NextCall<'_>,
        prior: &[PriorCall],
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(clocks) = self.clocks(call.zone) else {
            return self.may_call_for(call.purpose, at, call.zone);
        };
        self.consented(call, at)?;
        let closed = self.closed_to(call, at, &clocks);
        // The day and week of a person whose zone is not known are those of the pack's own.
        let often = || self.too_often(call, prior, at, clocks[0]);
        let refused = closed.map(|(rule, why)| (rule, why, at)).or_else(often);
        let Some((rule, why, until)) = refused else {
            return Ok(());
        };
        let opens = self.next_contact(call, prior, until, &clocks);
        let mut refusal = self.refusal_until(rule, &why, opens, &clocks);
        if call.house.iter().any(|limit| limit.rule == rule) {
            refusal.pack = HOUSE.to_owned();
        }
        Err(refusal)
    }

    /// The rule that is used up at this instant, its words, and until when.
    fn too_often<'a>(
        &'a self,
        call: NextCall<'a>,
        prior: &[PriorCall],
        at: Timestamp,
        tz: Tz,
    ) -> Option<(&'a str, String, Timestamp)> {
        let today = day(at, tz)?;
        let binding = self
            .rules
            .iter()
            .filter(|rule| rule.binds(call.purpose, today));
        let law = binding.filter_map(|rule| match &rule.value {
            Value::Frequency(limit) => Some((rule.id.as_str(), limit)),
            _ => None,
        });
        let house = call.house.iter().map(|house| (house.rule, &house.limit));
        let house = house.filter(|_| call.purpose == Purpose::Commercial);
        let bind = law
            .chain(house)
            .filter(|(_, limit)| !(limit.unless_agent && call.agent_waits));
        let refused = bind.filter_map(|(rule, limit)| {
            let until = limit.refused_until(prior, at, tz)?;
            Some((rule, limit, until))
        });
        // Of several, the one that binds longest is the one to tell.
        let (rule, limit, until) = refused.max_by_key(|(_, _, until)| *until)?;
        Some((rule, limit.words(), until))
    }

    /// The first instant from `from` on at which hours and counts allow the call.
    fn next_contact(
        &self,
        call: NextCall<'_>,
        prior: &[PriorCall],
        from: Timestamp,
        clocks: &[Tz],
    ) -> Timestamp {
        let mut at = from;
        for _ in 0..ROUNDS_MAX {
            let open = self.opening_to(call, at, clocks);
            match self.too_often(call, prior, open, clocks[0]) {
                Some((_, _, until)) if until > open => at = until,
                _ => return open,
            }
        }
        at
    }
}

fn day(at: Timestamp, tz: Tz) -> Option<NaiveDate> {
    local(at, tz).map(|local| local.date_naive())
}

fn monday(day: NaiveDate) -> Option<NaiveDate> {
    day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday())))
}

fn midnight(day: NaiveDate, tz: Tz) -> Option<Timestamp> {
    instant(day.and_hms_opt(0, 0, 0)?, tz)
}

#[cfg(test)]
mod tests;
