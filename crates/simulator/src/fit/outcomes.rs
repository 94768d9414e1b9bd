//! What becomes of calls: by local hour where there are enough, else of all
//! together. Machines that no agent heard (the caller was abandoned) count as
//! often as among those an agent heard.

use std::collections::{BTreeMap, BTreeSet};

use domain::Outcome;

use super::Basis;
use crate::Scenario;
use crate::mix::Mix;
use crate::past::{History, Met, PastCall};

/// Calls of an hour before it has shares of its own.
const OF_ONE_HOUR_MIN: u64 = 300;

pub(super) fn fit(history: &History, scenario: &mut Scenario, basis: &mut Basis) {
    let heard = machines_heard(history);
    let mut by_hour: BTreeMap<u8, Counts> = BTreeMap::new();
    let mut all = Counts::default();
    for call in &history.calls {
        let hour = history.hour(call.placed);
        by_hour.entry(hour).or_default().take(call);
        all.take(call);
    }
    if all.mix(heard).of_valid_numbers() == 0 {
        let words = "who picks up: no call to a number that exists has an end";
        basis.assumed.push(words.to_owned());
        return;
    }
    scenario.mix = Mix {
        invalid: invalid_weight(history, all.mix(heard).of_valid_numbers()),
        ..all.mix(heard)
    };
    scenario.model.mix_by_hour = by_hour
        .into_iter()
        .map(|(hour, counts)| (hour, counts.mix(heard)))
        .filter(|(_, mix)| mix.of_valid_numbers() >= OF_ONE_HOUR_MIN)
        .collect();
}

/// Machines among those who picked up and an agent heard.
fn machines_heard(history: &History) -> f64 {
    let heard = |met| {
        let calls = history.calls.iter().filter(|call| call.bridged.is_some());
        calls.filter(|call| history.met(call) == met).count() as f64
    };
    let (people, machines) = (heard(Met::Person), heard(Met::Machine));
    if people + machines > 0.0 {
        machines / (people + machines)
    } else {
        0.0
    }
}

/// Numbers found not to exist, as a weight against `valid`. Counted once per
/// number, not per call: one that exists is called again and again.
fn invalid_weight(history: &History, valid: u64) -> u32 {
    let mut seen = BTreeSet::new();
    let first = |call: &&PastCall| seen.insert(call.phone.as_u64());
    let firsts: Vec<_> = history.calls.iter().filter(first).collect();
    let invalid = firsts
        .iter()
        .filter(|call| call.outcome == Outcome::InvalidNumber)
        .count();
    let exist = (firsts.len() - invalid).max(1) as f64;
    (invalid as f64 / exist * valid as f64).round() as u32
}

#[derive(Debug, Default)]
struct Counts {
    /// Picked up, by whomever.
    picked_up: u32,
    rest: BTreeMap<Outcome, u32>,
}

impl Counts {
    fn take(&mut self, call: &PastCall) {
        match call.outcome {
            Outcome::Connected | Outcome::Abandoned | Outcome::HungUpWaiting => self.picked_up += 1,
            other => *self.rest.entry(other).or_default() += 1,
        }
    }

    /// Calls we gave up had rung as long as the law asks, and nobody came: left
    /// out, as those nobody knows the end of are, they would make the rest seem
    /// answered more.
    fn mix(&self, machines: f64) -> Mix {
        let of = |outcome| self.rest.get(&outcome).copied().unwrap_or(0);
        let machine = (f64::from(self.picked_up) * machines).round() as u32;
        Mix {
            person: self.picked_up - machine.min(self.picked_up),
            machine,
            machine_detected: of(Outcome::Machine) + of(Outcome::Fax),
            no_answer: of(Outcome::NoAnswer) + of(Outcome::Cancelled),
            busy: of(Outcome::Busy),
            unreachable: of(Outcome::Unreachable),
            rejected: of(Outcome::Rejected),
            invalid: 0,
            congestion: of(Outcome::Congestion),
        }
    }
}
