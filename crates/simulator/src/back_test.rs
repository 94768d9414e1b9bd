//! How well a floor fits: the last whole day is predicted from the days before
//! it, with the people who were there, and set beside what happened.
//!
//! The base as it stood that morning is not in a record: it is taken as what is
//! left now and whoever was called that day. Nor is which segments it was called by: the campaign is taken as a whole.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{ContactId, Outcome, Timestamp};
use serde::Serialize;

use crate::base::Stock;
use crate::fit::{ATTEMPTS_MIN, Basis, busy_share, fit, roster};
use crate::past::{History, Met};
use crate::rehearse::{Expected, Range};
use crate::{Report, Scenario};

/// A day of fewer attempts is no day to judge by.
const OF_THE_DAY_MIN: usize = 200;

/// A day to be predicted.
#[derive(Clone, Debug)]
pub struct BackTest {
    /// When it began.
    pub day: Timestamp,
    /// The floor as the days before show it.
    pub scenario: Scenario,
    /// What that rests on.
    pub basis: Basis,
    actual: Actual,
}

/// A figure of that day, predicted and actual.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judged {
    /// `attempts`, `contacts`, `abandoned` or `utilisation`.
    pub figure: &'static str,
    /// Over the runs.
    pub predicted: Range,
    /// In the record.
    pub actual: f64,
    /// From the actual figure to the predicted median, against the actual
    /// figure; `None` where that is 0.
    pub error: Option<f64>,
}

#[derive(Clone, Debug)]
struct Actual {
    attempts: usize,
    contacts: usize,
    abandoned: usize,
    utilisation: Option<f64>,
}

impl BackTest {
    /// Of the last day that was over at `now`; why not, in words. `scenario`
    /// has the campaign's settings and what is left of its base.
    pub fn of(history: &History, now: Timestamp, scenario: &Scenario) -> Result<BackTest, String> {
        let today = history.day(now);
        let days = history.days().into_iter().rev().filter(|day| *day < today);
        let enough = |day: &i64| history.within(*day..=*day).calls.len() >= OF_THE_DAY_MIN;
        let Some(day) = days.into_iter().find(enough) else {
            return Err(format!(
                "there is no whole day of {OF_THE_DAY_MIN} attempts to predict"
            ));
        };
        let (before, that) = (history.within(..day), history.within(day..=day));
        let Some((start_hour, roster)) = roster(history, day) else {
            return Err("nobody logged in on the day to be predicted".to_owned());
        };
        let hours = roster.iter().map(|shift| shift.to).max();
        let scenario = Scenario {
            start_hour,
            hours: hours.unwrap_or(Duration::ZERO).as_secs_f64() / 3_600.0,
            roster,
            base: base_that_morning(&before, &that, &scenario.whole_base()),
            segments: Vec::new(),
            ..scenario.clone()
        };
        let (scenario, basis) = fit(&before, scenario);
        if !basis.fitted {
            return Err(format!(
                "only {} attempts on the days before; at least {ATTEMPTS_MIN} are needed",
                basis.attempts
            ));
        }
        Ok(BackTest {
            day: history.midnight(day),
            scenario,
            basis,
            actual: Actual::of(&that),
        })
    }

    /// What the runs of the scenario predicted, beside what happened.
    pub fn judge(&self, reports: &[Report]) -> Vec<Judged> {
        let Some(expected) = Expected::of(reports) else {
            return Vec::new();
        };
        let actual = &self.actual;
        let figures = [
            (
                "attempts",
                Some(expected.attempts),
                Some(actual.attempts as f64),
            ),
            (
                "contacts",
                Some(expected.contacts),
                Some(actual.contacts as f64),
            ),
            (
                "abandoned",
                Some(expected.abandoned),
                Some(actual.abandoned as f64),
            ),
            ("utilisation", expected.utilisation, actual.utilisation),
        ];
        let judged = |(figure, predicted, actual): (_, Option<Range>, Option<f64>)| {
            let (predicted, actual) = (predicted?, actual?);
            Some(Judged {
                figure,
                predicted,
                actual,
                error: (actual != 0.0).then(|| (predicted.median - actual) / actual),
            })
        };
        figures.into_iter().filter_map(judged).collect()
    }
}

impl Actual {
    fn of(day: &History) -> Actual {
        let calls = || day.calls.iter();
        Actual {
            attempts: calls().count(),
            contacts: calls().filter(|call| day.met(call) == Met::Person).count(),
            abandoned: calls()
                .filter(|call| call.outcome == Outcome::Abandoned)
                .count(),
            utilisation: busy_share(day),
        }
    }
}

fn base_that_morning(before: &History, that: &History, left: &[Stock]) -> Vec<Stock> {
    let mut tried: BTreeMap<ContactId, u16> = BTreeMap::new();
    for call in &that.calls {
        tried.insert(call.contact, 0);
    }
    for call in &before.calls {
        if let Some(attempts) = tried.get_mut(&call.contact) {
            *attempts += u16::from(call.outcome != Outcome::Congestion);
        }
    }
    let mut stock: BTreeMap<u16, u32> = BTreeMap::new();
    for attempts in tried.into_values() {
        *stock.entry(attempts).or_default() += 1;
    }
    let called = stock.into_iter().map(|(attempts, contacts)| Stock {
        contacts,
        attempts,
        phones: 1,
    });
    called.chain(left.iter().copied()).collect()
}
