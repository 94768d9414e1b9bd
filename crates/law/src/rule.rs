//! One rule: what it limits, for which calls, since when, and where it is written.

use std::fmt;
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Timelike, Weekday};
use chrono_tz::Tz;
use domain::{Purpose, Rate};

use crate::consent::MayOpen;
use crate::frequency::Frequency;
use crate::register::Register;
use crate::term::Term;

/// A day in seconds.
const DAY: u64 = 86_400;

/// A limit with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Stable id, written with every refused dial.
    pub id: String,
    /// The limit itself.
    pub value: Value,
    /// Calls it binds.
    pub purposes: Vec<Purpose>,
    /// First day it binds.
    pub valid_from: NaiveDate,
    /// Last day it binds; none while in force.
    pub valid_to: Option<NaiveDate>,
    /// Where it is written.
    pub source: String,
}

impl Rule {
    /// Whether it binds on that day.
    pub fn in_force(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Whether it binds such calls on that day.
    pub fn binds(&self, purpose: Purpose, day: NaiveDate) -> bool {
        self.in_force(day) && self.purposes.contains(&purpose)
    }
}

/// What a rule limits, with its unit in the type.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Whose clock counts when the person's zone is not known. Of several, the first is the pack's
    /// own, and a call leaves only where all of them allow it.
    Zones(Vec<Tz>),
    /// Hours at which calls may leave.
    Hours(Vec<Window>),
    /// Days of the week without calls.
    ClosedDays(Vec<Weekday>),
    /// No calls on the pack's holidays.
    ClosedHolidays,
    /// A share.
    Share(Rate),
    /// A length of time.
    Span(Duration),
    /// So many calls.
    Calls(u32),
    /// So many calls to one person within a time.
    Frequency(Frequency),
    /// Hours that a person may agree to beside those.
    OtherHours(MayOpen),
    /// Calls leave only to who agreed to them.
    Consent,
    /// A register of numbers that must be consulted.
    Register(Register),
    /// On which days of the week business is done, holidays apart.
    BusinessDays(Vec<Weekday>),
    /// How long somebody may take to answer.
    Term(Term),
    /// How long recordings of calls are kept whose typification begins so; of all, without a class.
    Keep {
        /// How codes of typifications begin.
        class: Option<String>,
        /// For how many days.
        days: u32,
    },
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Zones(zones) => {
                let names: Vec<&str> = zones.iter().map(|tz| tz.name()).collect();
                write!(f, "clock of {}", names.join(", "))
            }
            Value::Hours(windows) => {
                let windows: Vec<String> = windows.iter().map(Window::to_string).collect();
                f.write_str(&windows.join("; "))
            }
            Value::ClosedDays(days) => write!(f, "closed on {}", names(days)),
            Value::ClosedHolidays => f.write_str("closed on holidays"),
            Value::Share(share) => share.fmt(f),
            Value::Span(span) if span.as_secs() >= DAY && span.as_secs().is_multiple_of(DAY) => {
                write!(f, "{} days", span.as_secs() / DAY)
            }
            Value::Span(span) => write!(f, "{span:?}"),
            Value::Calls(calls) => write!(f, "{calls} calls"),
            Value::Frequency(limit) => limit.fmt(f),
            Value::OtherHours(may) => may.fmt(f),
            Value::Consent => f.write_str("only to who agreed to such calls"),
            Value::Register(register) => register.fmt(f),
            Value::BusinessDays(days) => write!(f, "business days are {}", names(days)),
            Value::Term(term) => term.fmt(f),
            Value::Keep { class: None, days } => write!(f, "recordings kept {days} days"),
            Value::Keep {
                class: Some(class),
                days,
            } => write!(f, "recordings of {class} kept {days} days"),
        }
    }
}

fn names(days: &[Weekday]) -> String {
    let names: Vec<String> = days.iter().map(Weekday::to_string).collect();
    names.join(" ")
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |offset: Duration| {
            let minutes = offset.as_secs() / 60;
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
        };
        let (opens, closes) = (time(self.opens), time(self.closes));
        write!(f, "{} {opens} to {closes}", names(&self.days))
    }
}

/// Hours open on some days of the week, in local time: from `opens`, included,
/// to `closes`, excluded.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    /// Days of the week.
    pub days: Vec<Weekday>,
    /// Offset from midnight at which calls may start.
    pub opens: Duration,
    /// Offset from midnight from which they may not; 24 h for midnight.
    pub closes: Duration,
}

impl Window {
    /// Whether a call may leave at this local time of such a day.
    pub fn contains(&self, weekday: Weekday, time: NaiveTime) -> bool {
        let since_midnight = Duration::from_secs(u64::from(time.num_seconds_from_midnight()))
            + Duration::from_nanos(u64::from(time.nanosecond()));
        self.days.contains(&weekday) && self.opens <= since_midnight && since_midnight < self.closes
    }
}
