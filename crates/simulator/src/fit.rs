//! A floor as a campaign's own attempts show it. Pure: a history in, a scenario
//! out, with what it rests on. Where attempts are too few to tell, the averages
//! of the scenario stay, and the basis says so.

mod agents;
mod doubt;
mod outcomes;
mod segments;

use std::collections::BTreeMap;

use crate::Scenario;
use crate::model::Talk;
use crate::past::{History, Met, PastCall};
use crate::spread::Spread;

pub(crate) use agents::busy_share;
pub use agents::roster;

/// Fewer attempts say less than the averages of the house do: at this many a
/// share of 30 % is known to 4 points.
pub const ATTEMPTS_MIN: u64 = 500;
/// Fewer lengths of a kind are no spread.
const LENGTHS_MIN: usize = 30;
/// Conversations of one typification before it has lengths of its own.
const OF_ONE_CODE_MIN: usize = 40;

/// What a floor rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// Whether the attempts were enough.
    pub fitted: bool,
    /// Attempts there were.
    pub attempts: u64,
    /// On so many days.
    pub days: u64,
    /// What was too little to tell, in words.
    pub assumed: Vec<String>,
}

impl Basis {
    /// In one sentence.
    pub fn words(&self) -> String {
        let (attempts, days) = (self.attempts, self.days);
        match self.fitted {
            true => format!("fitted from {attempts} attempts of {days} days"),
            false => format!(
                "averages of the house: only {attempts} attempts, at least {ATTEMPTS_MIN} needed"
            ),
        }
    }
}

/// Fits `scenario` to what happened.
pub fn fit(history: &History, scenario: Scenario) -> (Scenario, Basis) {
    let attempts = history.calls.len() as u64;
    let mut basis = Basis {
        fitted: attempts >= ATTEMPTS_MIN,
        attempts,
        days: history.days().len() as u64,
        assumed: Vec::new(),
    };
    let mut scenario = scenario;
    if basis.fitted {
        outcomes::fit(history, &mut scenario, &mut basis);
        fit_rings(history, &mut scenario);
        fit_talks(history, &mut scenario, &mut basis);
        agents::fit(history, &mut scenario, &mut basis);
        segments::fit(history, &mut scenario, &mut basis);
        doubt::fit(history, &mut scenario, &mut basis);
    }
    (scenario, basis)
}

fn fit_rings(history: &History, scenario: &mut Scenario) {
    let setups = history.calls.iter();
    let setups = setups.filter_map(|call| Some(call.ringing?.since(call.placed)));
    let setup = Spread::of(setups).mean();
    if let Some(setup) = setup {
        // What the world adds: a floor, and the way to the network and back.
        scenario.setup_mean = setup.saturating_sub(crate::callee::SETUP_MIN);
    }
    let rang = |call: &PastCall| {
        let since = call
            .ringing
            .unwrap_or(call.placed + setup.unwrap_or_default());
        Some(call.answered?.since(since))
    };
    let of = |met: fn(Met) -> bool| {
        let calls = history.calls.iter().filter(|call| met(history.met(call)));
        let rings: Vec<_> = calls.filter_map(rang).collect();
        match rings.len() >= LENGTHS_MIN {
            true => Spread::of(rings),
            false => Spread::default(),
        }
    };
    scenario.model.ring_ms = of(|met| met != Met::Machine);
    scenario.model.machine_ring_ms = of(|met| met == Met::Machine);
}

fn fit_talks(history: &History, scenario: &mut Scenario, basis: &mut Basis) {
    let model = &mut scenario.model;
    let of = |met: Met| {
        let calls = history.calls.iter();
        calls.filter(move |call| call.bridged.is_some() && history.met(call) == met)
    };
    let talk = |call: &PastCall| Some(call.ended.since(call.bridged?));
    let machines: Vec<_> = of(Met::Machine).collect();
    if machines.len() >= LENGTHS_MIN {
        model.machine_talk_ms = Spread::of(machines.iter().filter_map(|call| talk(call)));
    }
    let most = by_code(machines)
        .into_iter()
        .max_by_key(|(_, calls)| calls.len());
    model.machine_code = most.map(|(code, _)| code).unwrap_or_default();
    let people: Vec<_> = of(Met::Person).collect();
    if people.len() < LENGTHS_MIN {
        let words = format!(
            "talk and typifications: only {} conversations",
            people.len()
        );
        basis.assumed.push(words);
        return;
    }
    model.talk_ms = Spread::of(people.iter().filter_map(|call| talk(call)));
    let kind = |(code, calls): (String, Vec<&PastCall>)| Talk {
        code,
        weight: u32::try_from(calls.len()).unwrap_or(u32::MAX),
        doubt: 0.0,
        talk_ms: match calls.len() >= OF_ONE_CODE_MIN {
            true => Spread::of(calls.into_iter().filter_map(talk)),
            false => Spread::default(),
        },
    };
    model.talks = by_code(people).into_iter().map(kind).collect();
}

fn by_code(calls: Vec<&PastCall>) -> BTreeMap<String, Vec<&PastCall>> {
    let mut by_code = BTreeMap::<String, Vec<&PastCall>>::new();
    for call in calls {
        let code = call.code.clone().unwrap_or_default();
        by_code.entry(code).or_default().push(call);
    }
    by_code
}

#[cfg(test)]
mod tests;
