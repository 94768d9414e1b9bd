//! The same hours many times, from as many seeds, side by side, each on one of
//! the days that the fit leaves possible: what to expect, as ranges, and how
//! sure a target is.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde::Serialize;

use crate::run::simulate_quickly;
use crate::{InvalidScenario, Report, Scenario, SegmentReport};

/// Of ten runs one is below `low` and one above `high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Range {
    /// The tenth of a hundred.
    pub low: f64,
    /// The middle one.
    pub median: f64,
    /// The ninetieth of a hundred.
    pub high: f64,
}

impl Range {
    /// Of what the runs gave; `None` where none gave anything.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Range> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let last = values.len().checked_sub(1)? as f64;
        // Where a day to come lies below with just this chance: of few runs the
        // tenth of a hundred is nearer to the lowest than it is of many.
        let at = |share: f64| {
            let place = (share * (last + 2.0) - 1.0).clamp(0.0, last);
            let (below, above) = (
                values[place.floor() as usize],
                values[place.ceil() as usize],
            );
            below + (above - below) * place.fract()
        };
        Some(Range {
            low: at(0.1),
            median: at(0.5),
            high: at(0.9),
        })
    }
}

/// What to expect, over all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expected {
    /// Runs.
    pub runs: u32,
    /// Calls placed.
    pub attempts: Range,
    /// Conversations with a person.
    pub contacts: Range,
    /// Of those, an offer was made to the holder.
    pub effective: Range,
    /// Of those, a sale.
    pub sales: Range,
    /// Calls abandoned, as the record counts them.
    pub abandoned: Range,
    /// Abandoned in answered by a person, from 0 to 1.
    pub abandon_rate: Option<Range>,
    /// Talk and wrap-up in talk, wrap-up and ready, from 0 to 1.
    pub utilisation: Option<Range>,
    /// Most calls at once on the trunk.
    pub channels_peak: Range,
    /// Contacts that may still be called at the end.
    pub contacts_left: Range,
    /// Share of runs in which nobody of the base was due any more at some time.
    pub base_ran_out: f64,
    /// Hours after which that was, in those runs.
    pub base_ran_out_after_hours: Option<Range>,
    /// Of each segment; empty where the campaign has none.
    pub segments: Vec<ExpectedSegment>,
}

/// What to expect of a segment, over all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExpectedSegment {
    /// What it is called.
    pub name: String,
    /// How much likelier than the campaign's somebody of it picks up, as a ratio of odds.
    pub answers: f64,
    /// Calls placed.
    pub attempts: Range,
    /// Conversations with a person.
    pub contacts: Range,
    /// Of those, an offer was made to the holder.
    pub effective: Range,
    /// Of those, a sale.
    pub sales: Range,
    /// Contacts that may still be called at the end.
    pub contacts_left: Range,
    /// Share of runs in which its quota was reached.
    pub enough: f64,
    /// Hours after which that was, in those runs.
    pub enough_after_hours: Option<Range>,
}

impl ExpectedSegment {
    /// Of the segment of this place in each report; `None` where there is none.
    fn of(reports: &[Report], place: usize) -> Option<ExpectedSegment> {
        let each = || {
            reports
                .iter()
                .filter_map(|report| report.segments.get(place))
        };
        let first = each().next()?;
        let range = |value: fn(&SegmentReport) -> u64| Range::of(each().map(|of| value(of) as f64));
        let enough = each().filter(|of| of.enough_after_hours.is_some());
        Some(ExpectedSegment {
            name: first.name.clone(),
            answers: first.answers,
            attempts: range(|of| of.attempts)?,
            contacts: range(|of| of.contacts)?,
            effective: range(|of| of.effective)?,
            sales: range(|of| of.sales)?,
            contacts_left: range(|of| of.contacts_left)?,
            enough: enough.count() as f64 / reports.len() as f64,
            enough_after_hours: Range::of(each().filter_map(|of| of.enough_after_hours)),
        })
    }
}

impl Expected {
    /// Of the reports of a scenario's runs; `None` of none.
    pub fn of(reports: &[Report]) -> Option<Expected> {
        let range = |value: fn(&Report) -> f64| Range::of(reports.iter().map(value));
        let some = |value: fn(&Report) -> Option<f64>| Range::of(reports.iter().filter_map(value));
        let dry = reports
            .iter()
            .filter(|report| report.base_dry_after_hours.is_some());
        Some(Expected {
            runs: u32::try_from(reports.len()).unwrap_or(u32::MAX),
            attempts: range(|report| report.attempts as f64)?,
            contacts: range(|report| report.contacts as f64)?,
            effective: range(|report| report.effective as f64)?,
            sales: range(|report| report.sales as f64)?,
            abandoned: range(|report| abandoned(report) as f64)?,
            abandon_rate: some(abandon_rate),
            utilisation: some(|report| report.utilisation),
            channels_peak: range(|report| report.channels_peak as f64)?,
            contacts_left: range(|report| report.contacts_left as f64)?,
            base_ran_out: dry.count() as f64 / reports.len() as f64,
            base_ran_out_after_hours: some(|report| report.base_dry_after_hours),
            segments: (0..)
                .map_while(|place| ExpectedSegment::of(reports, place))
                .collect(),
        })
    }
}

/// Share of runs that sold at least so much.
pub fn chance_of_sales(reports: &[Report], target: u64) -> Option<f64> {
    let reached = reports
        .iter()
        .filter(|report| report.sales >= target)
        .count();
    (!reports.is_empty()).then(|| reached as f64 / reports.len() as f64)
}

/// Calls the record says were abandoned: machines among them, as no agent heard.
fn abandoned(report: &Report) -> u64 {
    report.outcomes.get("abandoned").copied().unwrap_or(0)
}

fn abandon_rate(report: &Report) -> Option<f64> {
    let (abandoned, answered) = (abandoned(report), report.contacts + report.hung_up_waiting);
    domain::Rate::of(abandoned, abandoned + answered).map(domain::Rate::get)
}

/// Runs a scenario from `runs` seeds, its own first, on as many threads;
/// `each` is called after every run. The reports come in order of the seeds,
/// without fingerprints.
pub fn rehearse(
    scenario: &Scenario,
    runs: u32,
    threads: usize,
    each: &(dyn Fn() + Sync),
) -> Result<Vec<Report>, InvalidScenario> {
    scenario.check()?;
    let next = AtomicU32::new(0);
    let done = Mutex::new(Vec::new());
    let work = || {
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            if run >= runs {
                return;
            }
            let seed = scenario.seed.wrapping_add(u64::from(run));
            let report = simulate_quickly(&scenario.one_day(seed));
            done.lock().expect("no run panics").push((run, report));
            each();
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().expect("no run panics");
    done.sort_by_key(|(run, _)| *run);
    done.into_iter().map(|(_, report)| report).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_leaves_a_tenth_out_on_either_side() {
        let range = Range::of((1..=99).map(f64::from)).expect("values");
        assert_eq!((range.low, range.median, range.high), (10.0, 50.0, 90.0));
        let few = Range::of([1.0, 2.0, 3.0]).expect("values");
        assert_eq!((few.low, few.median, few.high), (1.0, 2.0, 3.0));
        assert_eq!(Range::of([]), None);
    }

    #[test]
    fn threads_change_nothing_but_the_time() {
        let scenario = Scenario {
            agents: 4,
            hours: 0.1,
            ..Scenario::default()
        };
        let run = |threads| {
            let reports = rehearse(&scenario, 3, threads, &|| {}).expect("a sound scenario");
            let timeless = |report| Report {
                wall_seconds_per_hour: 0.0,
                ..report
            };
            reports.into_iter().map(timeless).collect::<Vec<_>>()
        };
        assert_eq!(run(1), run(3));
        assert_eq!(Expected::of(&run(1)).expect("runs").runs, 3);
    }

    #[test]
    fn a_base_too_small_runs_out_and_the_time_is_told() {
        let scenario = Scenario {
            agents: 5,
            hours: 1.0,
            base: vec![crate::Stock::of_strangers(200)],
            ..Scenario::default()
        };
        let reports = rehearse(&scenario, 2, 1, &|| {}).expect("a sound scenario");
        let expected = Expected::of(&reports).expect("runs");
        assert_eq!(expected.base_ran_out, 1.0);
        let after = expected.base_ran_out_after_hours.expect("it ran out");
        assert!(after.high < 0.9, "{after:?}");
        assert!(expected.channels_peak.low > 0.0);
    }
}
