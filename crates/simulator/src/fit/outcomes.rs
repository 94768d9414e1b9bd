//! What becomes of calls: by local hour where there are enough, else of all
//! together. Machines that no agent heard (the caller was abandoned) count as
//! often as among those an agent heard. A call we gave up while it rang would
//! have become what those that rang on became.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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

/// What became of some of the calls of a history.
pub(super) fn of<'a>(history: &History, calls: impl Iterator<Item = &'a PastCall>) -> Mix {
    let mut counts = Counts::default();
    calls.for_each(|call| counts.take(call));
    counts.mix(machines_heard(history))
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
    /// How long each call rang that did, and what ended that.
    rang: Vec<(Duration, Outcome)>,
    /// Those that never rang.
    others: Vec<Outcome>,
}

impl Counts {
    fn take(&mut self, call: &PastCall) {
        match call.ringing {
            Some(rang) => {
                let until = call.answered.unwrap_or(call.ended);
                self.rang.push((until.since(rang), call.outcome));
            }
            None => self.others.push(call.outcome),
        }
    }

    /// How many calls came to what. One we gave up counts, in equal parts, for
    /// those that rang longer (Efron's way to the product-limit estimate): left
    /// out, it would make the rest seem answered more; taken for one nobody
    /// answers, less.
    fn came_to(&self) -> BTreeMap<Outcome, f64> {
        let mut came_to = BTreeMap::new();
        for outcome in &self.others {
            *came_to.entry(*outcome).or_default() += 1.0;
        }
        let mut rang = self.rang.clone();
        rang.sort();
        let (mut weight, mut longer) = (1.0, rang.len());
        for (_, outcome) in rang {
            longer -= 1;
            if outcome == Outcome::Cancelled && longer > 0 {
                weight *= (longer + 1) as f64 / longer as f64;
            } else {
                *came_to.entry(outcome).or_default() += weight;
            }
        }
        came_to
    }

    fn mix(&self, machines: f64) -> Mix {
        let came_to = self.came_to();
        let of = |outcomes: &[Outcome]| {
            let each = outcomes.iter().filter_map(|outcome| came_to.get(outcome));
            each.sum::<f64>()
        };
        let count = |outcomes: &[Outcome]| of(outcomes).round() as u32;
        let picked_up = [
            Outcome::Connected,
            Outcome::Abandoned,
            Outcome::HungUpWaiting,
        ];
        let machine = (of(&picked_up) * machines).round() as u32;
        Mix {
            person: count(&picked_up).saturating_sub(machine),
            machine,
            machine_detected: count(&[Outcome::Machine, Outcome::Fax]),
            no_answer: count(&[Outcome::NoAnswer, Outcome::Cancelled]),
            busy: count(&[Outcome::Busy]),
            unreachable: count(&[Outcome::Unreachable]),
            rejected: count(&[Outcome::Rejected]),
            invalid: 0,
            congestion: count(&[Outcome::Congestion]),
        }
    }
}
