//! How the people of a segment differ from the campaign's: how likely they pick up, hour for hour, and what calls with them
//! turn out to be. A segment of which the record has too little is taken to be as the campaign is, and that is said.

use super::{Basis, by_code, outcomes};
use crate::Scenario;
use crate::mix::Mix;
use crate::past::{History, Met, PastCall};
use crate::segments::Segment;

/// Calls to numbers that exist before a segment picks up as it does itself: at so many a share of 30 % is known to 5 points.
const CALLS_MIN: u64 = 300;
/// Conversations before it sells as it does itself.
const CONVERSATIONS_MIN: usize = 100;
/// Odds that no two segments of one base are apart; of a few calls that all came to the same they would be.
const ODDS_MAX: f64 = 20.0;

/// After what becomes of calls, and of conversations, was fitted to the campaign.
pub(super) fn fit(history: &History, scenario: &mut Scenario, basis: &mut Basis) {
    let mut segments = std::mem::take(&mut scenario.segments);
    for segment in &mut segments {
        let of = |call: &&PastCall| call.segment == Some(segment.id);
        let calls: Vec<&PastCall> = history.calls.iter().filter(of).collect();
        fit_answers(history, scenario, segment, &calls, basis);
        fit_talks(history, scenario, segment, calls, basis);
    }
    scenario.segments = segments;
}

fn fit_answers(
    history: &History,
    scenario: &Scenario,
    segment: &mut Segment,
    calls: &[&PastCall],
    basis: &mut Basis,
) {
    let own = outcomes::of(history, calls.iter().copied());
    let seen = own.of_valid_numbers();
    if seen < CALLS_MIN {
        basis.assumed.push(format!(
            "who picks up in the segment {}: only {} attempts, so as in the campaign",
            segment.name,
            calls.len()
        ));
        return;
    }
    // At the hours at which it was called: a segment of the morning is not to blame for the morning.
    let usual = calls.iter().map(|call| {
        let hour = history.hour(call.placed);
        picked_up(
            scenario
                .model
                .mix_by_hour
                .get(&hour)
                .unwrap_or(&scenario.mix),
        )
    });
    let usual = usual.sum::<f64>() / calls.len() as f64;
    // Half a call either way: none at all is no proof that none can be.
    let share = (picked_up(&own) * seen as f64 + 0.5) / (seen as f64 + 1.0);
    let odds = |share: f64| share / (1.0 - share);
    if usual > 0.0 && usual < 1.0 {
        segment.answers = (odds(share) / odds(usual)).clamp(1.0 / ODDS_MAX, ODDS_MAX);
    }
}

/// Those who picked up among calls to numbers that exist.
fn picked_up(mix: &Mix) -> f64 {
    let hits = [mix.person, mix.machine, mix.machine_detected];
    let hits: f64 = hits.into_iter().map(f64::from).sum();
    hits / mix.of_valid_numbers().max(1) as f64
}

fn fit_talks(
    history: &History,
    scenario: &Scenario,
    segment: &mut Segment,
    calls: Vec<&PastCall>,
    basis: &mut Basis,
) {
    if scenario.model.talks.is_empty() {
        // Said of the campaign already.
        return;
    }
    let talked = |call: &&PastCall| call.bridged.is_some() && history.met(call) == Met::Person;
    let people: Vec<&PastCall> = calls.into_iter().filter(talked).collect();
    if people.len() < CONVERSATIONS_MIN {
        basis.assumed.push(format!(
            "what calls in the segment {} come to: only {} conversations, so as in the campaign",
            segment.name,
            people.len()
        ));
        return;
    }
    let weight = |calls: Vec<&PastCall>| u32::try_from(calls.len()).unwrap_or(u32::MAX);
    let by_code = by_code(people).into_iter();
    segment.talks = by_code.map(|(code, calls)| (code, weight(calls))).collect();
}
