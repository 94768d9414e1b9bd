//! What the next half minute brings: which calls on their way will hold an
//! agent and which busy agents will be free again. Read at a few points of
//! the time at which a call placed now would reach a person.

use domain::Timestamp;

use crate::agents_ahead::AgentsAhead;
use crate::call_book::{CallBook, seconds};
use crate::call_curves::CallCurves;
use crate::snapshot::{Snapshot, SnapshotTalk};
use crate::talk_book::{TALK_UPPERS, TalkBook};

/// Points at which risk is read: equal shares of a new call's live time.
pub(crate) const POINTS: usize = 8;
/// Longest look ahead, in steps of a second.
const STEPS_MAX: usize = 80;
/// Seconds of detection and delays looked ahead beyond the ring timeout.
const STEPS_AFTER_RING: f64 = 14.0;
/// Chances below this are taken for none.
const NEGLIGIBLE: f64 = 1e-4;
/// Talks younger than this share a forecast by whole seconds, older ones by
/// the bins of their hazard.
const TALK_BY_SECOND: usize = 64;

/// A chance at each of the [`POINTS`].
pub(crate) type AtPoints = [f64; POINTS];

/// Everything the risk of one more call is computed from.
#[derive(Clone, Debug)]
pub(crate) struct Forecast {
    /// For each busy agent: the chance of being free again in time.
    pub(crate) frees: Vec<AtPoints>,
    /// For each call on its way: the chance that it holds an agent.
    pub(crate) holds: Vec<AtPoints>,
    /// The same for a call placed now.
    pub(crate) new_holds: AtPoints,
    /// The chance that a call placed now reaches a person.
    pub(crate) new_live: f64,
    /// Agents free now, less live calls that wait already.
    pub(crate) free_now: i64,
    /// Mean and standard deviation of the fast factor on people answering.
    pub(crate) level: (f64, f64),
    /// The same for the factor on talks ending.
    pub(crate) talk_level: (f64, f64),
}

/// Looks ahead from a snapshot with what the books have learnt.
pub(crate) fn forecast(
    snapshot: &Snapshot,
    calls: &CallBook,
    talks: &TalkBook,
    ring_timeout: f64,
    wait_limit: f64,
) -> Forecast {
    let steps = ((ring_timeout + STEPS_AFTER_RING) as usize).clamp(20, STEPS_MAX);
    let wait = (wait_limit.round() as usize).min(20);
    let curves = CallCurves::new(calls, steps, ring_timeout);
    let ahead = AgentsAhead::new(talks, steps, wait);
    let points = quantiles(curves.new_call());
    let mut frees = frees_of_agents(snapshot, &ahead, &points);
    let mut ready = i64::from(snapshot.agents_ready);
    if let Some(rate) = talks.leaving_rate(snapshot.agents_staying()) {
        // Who is ready may be gone by then, and is one chance among others.
        let remains = points.map(|step| (-rate * (step + wait) as f64).exp());
        for at_points in &mut frees {
            *at_points = std::array::from_fn(|point| at_points[point] * remains[point]);
        }
        frees.extend(std::iter::repeat_n(remains, snapshot.agents_ready as usize));
        ready = 0;
    }
    Forecast {
        frees,
        holds: holds_of_calls(snapshot, &curves, &ahead, &points),
        new_holds: ahead.holds(curves.new_call(), &points),
        new_live: curves.new_call().iter().sum(),
        free_now: ready - i64::from(snapshot.waiting),
        level: calls.level(),
        talk_level: talks.level(),
    }
}

/// Calls of one age share one forecast.
fn holds_of_calls(
    snapshot: &Snapshot,
    curves: &CallCurves,
    ahead: &AgentsAhead,
    points: &[usize; POINTS],
) -> Vec<AtPoints> {
    let ages = curves.age_max();
    let mut dialing: Vec<Option<AtPoints>> = vec![None; ages + 1];
    let mut ringing: Vec<Option<AtPoints>> = vec![None; ages + 1];
    let mut holds = Vec::with_capacity(snapshot.calls.len());
    for call in &snapshot.calls {
        let at_points = match (call.ringing, call.answered) {
            (_, Some(_)) => ahead.holds(&curves.detecting(snapshot.now, call), points),
            (Some(rang), None) => {
                let age = step_of(rang, snapshot.now, ages);
                *ringing[age].get_or_insert_with(|| ahead.holds(curves.ringing(age), points))
            }
            (None, None) => {
                let age = step_of(call.placed, snapshot.now, ages);
                *dialing[age].get_or_insert_with(|| ahead.holds(curves.dialing(age), points))
            }
        };
        if at_points[POINTS - 1] > NEGLIGIBLE || at_points[0] > NEGLIGIBLE {
            holds.push(at_points);
        }
    }
    holds
}

fn frees_of_agents(
    snapshot: &Snapshot,
    ahead: &AgentsAhead,
    points: &[usize; POINTS],
) -> Vec<AtPoints> {
    let mut by_age: Vec<Option<AtPoints>> = vec![None; TALK_BY_SECOND + TALK_UPPERS.len() + 1];
    let talking = snapshot.talking.iter().filter(|talk| !talk.leaving);
    let wrapping = snapshot.wrap_up.iter().filter(|wrap| !wrap.leaving);
    let mut frees = Vec::with_capacity(snapshot.talking.len() + snapshot.wrap_up.len());
    for SnapshotTalk { since, .. } in talking {
        let age = seconds(*since, snapshot.now);
        let key = if age < TALK_BY_SECOND as f64 {
            age as usize
        } else {
            TALK_BY_SECOND + TALK_UPPERS.partition_point(|upper| *upper <= age)
        };
        frees.push(*by_age[key].get_or_insert_with(|| ahead.talk_frees(age, points)));
    }
    for wrap_up in wrapping {
        frees.push(ahead.wrap_up_frees(snapshot.now, wrap_up, points));
    }
    frees.retain(|at_points| at_points[POINTS - 1] > NEGLIGIBLE);
    frees
}

/// Steps at the middles of equal shares of a curve.
fn quantiles(curve: &[f64]) -> [usize; POINTS] {
    let total: f64 = curve.iter().sum();
    std::array::from_fn(|point| {
        let wanted = total * (point as f64 + 0.5) / POINTS as f64;
        let mut sum = 0.0;
        curve
            .iter()
            .position(|chance| {
                sum += chance;
                sum >= wanted
            })
            .unwrap_or(curve.len() - 1)
    })
}

/// Age in whole steps, at most `max`.
fn step_of(since: Timestamp, now: Timestamp, max: usize) -> usize {
    (seconds(since, now).round() as usize).min(max)
}
