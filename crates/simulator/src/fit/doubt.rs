//! How sure the fit is: for each level, how much the days differ beyond what
//! chance makes of so many calls, and how well so many days tell the average.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{AgentStatus, Outcome};

use super::Basis;
use super::agents::stays_of;
use crate::Scenario;
use crate::doubt::Doubt;
use crate::past::{History, Met, PastCall};

/// A level on one day: what it was, from how many, and the variance that chance
/// gives it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    level: f64,
    of: f64,
    chance: f64,
}

pub(super) fn fit(history: &History, scenario: &mut Scenario, basis: &mut Basis) {
    if basis.days < 2 {
        basis
            .assumed
            .push("how much days differ: only one day".to_owned());
    }
    let days = by_day(history);
    let shares = |hit: &dyn Fn(&PastCall) -> bool, of: &dyn Fn(&PastCall) -> bool| {
        let share = |calls: &Vec<&PastCall>| {
            let of: Vec<_> = calls.iter().filter(|call| of(call)).collect();
            let hits = of.iter().filter(|call| hit(call)).count();
            Seen::share(hits, of.len())
        };
        doubt(days.values().filter_map(share).collect())
    };
    let bridged =
        |met: Met| move |call: &PastCall| call.bridged.is_some() && history.met(call) == met;
    let (person, machine) = (bridged(Met::Person), bridged(Met::Machine));
    scenario.model.doubt = Doubt {
        answers: shares(&picked_up, &|call| call.outcome != Outcome::InvalidNumber),
        machines: shares(&machine, &|call| person(call) || machine(call)),
        invalid: shares(&|call| call.outcome == Outcome::InvalidNumber, &|_| true),
        talk: lengths(days.values().map(|calls| talks(calls, &person)).collect()),
        ..of_agents(history)
    };
    for kind in &mut scenario.model.talks {
        let so = |call: &PastCall| call.code.as_deref().unwrap_or_default() == kind.code;
        kind.doubt = shares(&so, &person);
    }
}

fn of_agents(history: &History) -> Doubt {
    let mut days: BTreeMap<i64, (Vec<Duration>, Vec<Duration>)> = BTreeMap::new();
    for stay in stays_of(history) {
        let day = days.entry(history.day(stay.from)).or_default();
        match stay.status {
            AgentStatus::WrapUp => day.0.push(stay.span()),
            AgentStatus::Break => day.1.push(stay.span()),
            _ => {}
        }
    }
    let breaks = days.values().filter_map(|(wrap_ups, breaks)| {
        Seen::share(breaks.len().min(wrap_ups.len()), wrap_ups.len())
    });
    Doubt {
        breaks: doubt(breaks.collect()),
        wrap_up: lengths(
            days.values()
                .map(|(wrap_ups, _)| wrap_ups.clone())
                .collect(),
        ),
        break_length: lengths(days.into_values().map(|(_, breaks)| breaks).collect()),
        ..Doubt::default()
    }
}

fn by_day(history: &History) -> BTreeMap<i64, Vec<&PastCall>> {
    let mut days = BTreeMap::<i64, Vec<&PastCall>>::new();
    for call in &history.calls {
        days.entry(history.day(call.placed)).or_default().push(call);
    }
    days
}

fn picked_up(call: &PastCall) -> bool {
    matches!(
        call.outcome,
        Outcome::Connected | Outcome::Abandoned | Outcome::HungUpWaiting
    )
}

fn talks(calls: &[&PastCall], person: &dyn Fn(&PastCall) -> bool) -> Vec<Duration> {
    let theirs = calls.iter().filter(|call| person(call));
    theirs
        .filter_map(|call| Some(call.ended.since(call.bridged?)))
        .collect()
}

fn lengths(days: Vec<Vec<Duration>>) -> f64 {
    doubt(days.iter().filter_map(|day| Seen::mean(day)).collect())
}

impl Seen {
    /// `None` where there was nothing to share.
    fn share(hits: usize, of: usize) -> Option<Seen> {
        let (hits, of) = (hits as f64, of as f64);
        // Half a hit either way: none at all is no proof that none can be.
        let likely = (hits + 0.5) / (of + 1.0);
        (of > 0.0).then(|| Seen {
            level: hits / of,
            of,
            chance: likely * (1.0 - likely) / of,
        })
    }

    /// `None` of fewer than two: chance cannot be told.
    fn mean(lengths: &[Duration]) -> Option<Seen> {
        let of = lengths.len() as f64;
        let seconds = || lengths.iter().map(Duration::as_secs_f64);
        let level = seconds().sum::<f64>() / of;
        let square = seconds()
            .map(|length| (length - level).powi(2))
            .sum::<f64>();
        (lengths.len() > 1).then(|| Seen {
            level,
            of,
            chance: square / (of - 1.0) / of,
        })
    }
}

/// The standard deviation of a day to come, as a share of the level: days
/// differ, and the average of so many days is known only so well.
fn doubt(days: Vec<Seen>) -> f64 {
    let count = days.len() as f64;
    let all: f64 = days.iter().map(|day| day.of).sum();
    let averaged = |value: &dyn Fn(&Seen) -> f64| {
        days.iter().map(|day| day.of * value(day)).sum::<f64>() / all
    };
    let level = averaged(&|day| day.level);
    if days.is_empty() || level <= 0.0 {
        return 0.0;
    }
    let chance = averaged(&|day| day.chance);
    let apart = averaged(&|day| (day.level - level).powi(2));
    let days_differ = match days.len() {
        1 => 0.0,
        _ => (apart * count / (count - 1.0) - chance).max(0.0) * by_few(count - 1.0).powi(2),
    };
    let unknown = (days_differ + chance) / count;
    (days_differ + unknown).sqrt() / level
}

/// How much wider than the normal curve Student's is at a tenth, by its degrees
/// of freedom: few days tell badly how much days differ.
fn by_few(freedom: f64) -> f64 {
    1.0 + 0.6 / freedom + 0.8 / freedom.powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_differ_by_chance_alone_leave_only_the_doubt_of_the_average() {
        let days = [290, 310, 300, 305].map(|hits| Seen::share(hits, 1_000).expect("calls"));
        let known = (0.3f64 * 0.7 / 4_000.0).sqrt() / 0.3;
        assert!((doubt(days.to_vec()) / known - 1.0).abs() < 0.05);
    }

    #[test]
    fn days_that_truly_differ_are_expected_to_go_on_so() {
        let days = [200, 400, 250, 350].map(|hits| Seen::share(hits, 1_000).expect("calls"));
        let found = doubt(days.to_vec());
        // Standard deviation of those four, as Student has it, and of their mean.
        let differ = 1.28 * 0.0913f64.hypot(0.0913 / 2.0) / 0.3;
        assert!((found / differ - 1.0).abs() < 0.05, "{found} {differ}");
    }

    #[test]
    fn of_nothing_there_is_no_doubt_and_no_panic() {
        assert_eq!(doubt(Vec::new()), 0.0);
        assert_eq!(doubt(vec![Seen::share(0, 10).expect("calls")]), 0.0);
        assert!(Seen::share(0, 0).is_none() && Seen::mean(&[]).is_none());
    }
}
