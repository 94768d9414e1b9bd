//! One rule: what it limits, for which calls, since when, and where it is written.

use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Timelike, Weekday};
use chrono_tz::Tz;
use domain::Rate;
use serde::Deserialize;

/// Why a call is made. A rule binds only the purposes it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// To offer something: the dialer's own calls.
    Commercial,
    /// The person asked to be called back.
    RequestedCallback,
    /// A call cut short, taken up again.
    Resumed,
    /// To validate a sale already accepted.
    SaleValidation,
    /// About the delivery of something sold.
    Delivery,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 5] = [
        Purpose::Commercial,
        Purpose::RequestedCallback,
        Purpose::Resumed,
        Purpose::SaleValidation,
        Purpose::Delivery,
    ];
}

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
    /// Whose clock counts when the person's zone is not known.
    Zone(Tz),
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
    /// A number of times.
    Count(u32),
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
