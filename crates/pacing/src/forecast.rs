//! What the next half minute brings: when calls on their way reach people and
//! for how long those keep an agent busy, when busy agents are free again.
//! Steps of one second; risk is read at a few points of the time at which a
//! call placed now would reach a person.

use domain::Timestamp;

use crate::call_book::{CallBook, seconds};
use crate::snapshot::{Snapshot, SnapshotCall, SnapshotTalk, SnapshotWrapUp};
use crate::talk_book::{TALK_UPPERS, TalkBook, class};

/// Points at which risk is read: equal shares of a new call's live time.
pub(crate) const POINTS: usize = 8;
/// Longest look ahead, in steps.
const STEPS_MAX: usize = 80;
/// Chances below this are taken for none.
const NEGLIGIBLE: f64 = 1e-4;

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
}

/// Looks ahead from a snapshot with what the books have learnt.
pub(crate) fn forecast(
    snapshot: &Snapshot,
    calls: &CallBook,
    talks: &TalkBook,
    ring_timeout: f64,
    wait_limit: f64,
) -> Forecast {
    let steps = ((ring_timeout + 14.0) as usize).clamp(20, STEPS_MAX);
    let wait = (wait_limit.round() as usize).min(20);
    let curves = CallCurves::new(calls, steps, ring_timeout);
    let ahead = Ahead::new(talks, steps + wait + 1);
    let points = quantiles(&curves.new_call);
    let holds_of = |live: &[f64]| ahead.holds(live, &points, wait);

    let holds = holds_of_calls(snapshot, &curves, &holds_of);
    let frees = frees_of_agents(snapshot, &ahead, &points, wait);
    Forecast {
        frees,
        holds,
        new_holds: holds_of(&curves.new_call),
        new_live: curves.new_call.iter().sum(),
        free_now: i64::from(snapshot.agents_ready) - i64::from(snapshot.waiting),
        level: calls.level(),
    }
}

/// Calls of one age share one curve.
fn holds_of_calls(
    snapshot: &Snapshot,
    curves: &CallCurves,
    holds_of: &impl Fn(&[f64]) -> AtPoints,
) -> Vec<AtPoints> {
    let mut dialing: Vec<Option<AtPoints>> = vec![None; curves.dialing.len()];
    let mut ringing: Vec<Option<AtPoints>> = vec![None; curves.ringing.len()];
    let mut holds = Vec::with_capacity(snapshot.calls.len());
    for call in &snapshot.calls {
        let at_points = match (call.ringing, call.answered) {
            (_, Some(_)) => holds_of(&curves.detecting(snapshot.now, call)),
            (Some(rang), None) => {
                let age = step_of(rang, snapshot.now, curves.ringing.len());
                *ringing[age].get_or_insert_with(|| holds_of(&curves.ringing[age]))
            }
            (None, None) => {
                let age = step_of(call.placed, snapshot.now, curves.dialing.len());
                *dialing[age].get_or_insert_with(|| holds_of(&curves.dialing[age]))
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
    ahead: &Ahead,
    points: &[usize; POINTS],
    wait: usize,
) -> Vec<AtPoints> {
    let mut by_age: Vec<Option<AtPoints>> = vec![None; 64 + TALK_UPPERS.len() + 1];
    let talking = snapshot.talking.iter().filter(|talk| !talk.leaving);
    let wrapping = snapshot.wrap_up.iter().filter(|wrap| !wrap.leaving);
    let mut frees = Vec::with_capacity(snapshot.talking.len() + snapshot.wrap_up.len());
    for SnapshotTalk { since, .. } in talking {
        let age = seconds(*since, snapshot.now);
        let key = if age < 64.0 {
            age as usize
        } else {
            64 + TALK_UPPERS.partition_point(|upper| *upper <= age)
        };
        frees.push(*by_age[key].get_or_insert_with(|| ahead.talk_frees(age, points, wait)));
    }
    for wrap_up in wrapping {
        frees.push(ahead.wrap_up_frees(snapshot.now, wrap_up, points, wait));
    }
    frees.retain(|at_points| at_points[POINTS - 1] > NEGLIGIBLE);
    frees
}

/// When calls on their way reach a person: for each age, the chance per step.
struct CallCurves {
    dialing: Vec<Vec<f64>>,
    ringing: Vec<Vec<f64>>,
    new_call: Vec<f64>,
    /// Share still in detection after half steps: 0, 0.5, 1 ...
    undetected: Vec<f64>,
    /// By ring age: the chance that who picked up is a person.
    person_share: Vec<f64>,
}

impl CallCurves {
    fn new(calls: &CallBook, steps: usize, ring_timeout: f64) -> CallCurves {
        let (level, _) = calls.level();
        let undetected = survival(
            steps,
            |age| calls.detected.bin(age),
            &calls.detected.rates(),
        );
        let person: Vec<f64> = calls
            .person_rates()
            .iter()
            .map(|rate| rate * level)
            .collect();
        let machine = calls.machine.rates();
        let rings_out = calls.rings_out.rates();
        let bin = |age: usize| calls.person.bin(age as f64 + 0.5);
        let person_share = (0..steps)
            .map(|age| person[bin(age)] / (person[bin(age)] + machine[bin(age)]))
            .collect();
        let mut ringing = vec![vec![0.0; steps]; steps + 1];
        for age in (0..steps).rev() {
            let b = bin(age);
            let total = person[b] + machine[b] + rings_out[b];
            let stay = (-total).exp();
            let answers = person[b] / total * (1.0 - stay);
            let (head, tail) = ringing.split_at_mut(age + 1);
            for step in 0..steps {
                let now = answers * detected_in(&undetected, step);
                let later = if step > 0 {
                    stay * tail[0][step - 1]
                } else {
                    0.0
                };
                head[age][step] = now + later;
            }
        }
        let dialing = dialing_curves(calls, &ringing, steps);
        let mut new_call = dialing[0].clone();
        let last = ring_timeout as usize + 8;
        for chance in new_call.iter_mut().skip(last) {
            *chance = 0.0; // it is given up at the ring timeout; detection may run on
        }
        CallCurves {
            dialing,
            ringing,
            new_call,
            undetected,
            person_share,
        }
    }

    /// The curve of a call that was picked up and is being listened to.
    fn detecting(&self, now: Timestamp, call: &SnapshotCall) -> Vec<f64> {
        let picked = call.answered.unwrap_or(now);
        let rang = call.ringing.unwrap_or(call.placed);
        let share = self.person_share[step_of(rang, picked, self.person_share.len())];
        let half_steps = (seconds(picked, now) * 2.0) as usize;
        let left = |halves: usize| {
            let at = (half_steps + halves).min(self.undetected.len() - 1);
            self.undetected[at]
        };
        let whole = left(0).max(1e-9);
        (0..8)
            .map(|step| share * (left(2 * step) - left(2 * step + 2)) / whole)
            .collect()
    }
}

fn dialing_curves(calls: &CallBook, ringing: &[Vec<f64>], steps: usize) -> Vec<Vec<f64>> {
    let (rings, dies) = (calls.rings.rates(), calls.dies.rates());
    let mut dialing = vec![vec![0.0; steps]; steps + 1];
    for age in (0..steps).rev() {
        let b = calls.rings.bin(age as f64 + 0.5);
        let total = rings[b] + dies[b];
        let stay = (-total).exp();
        let starts = rings[b] / total * (1.0 - stay);
        let (head, tail) = dialing.split_at_mut(age + 1);
        for step in 0..steps {
            let now = starts * ringing[0][step];
            let later = if step > 0 {
                stay * tail[0][step - 1]
            } else {
                0.0
            };
            head[age][step] = now + later;
        }
    }
    dialing
}

/// Share of detections that end in a step, when begun in the middle of step 0.
fn detected_in(undetected: &[f64], step: usize) -> f64 {
    let left = |halves: usize| undetected[halves.min(undetected.len() - 1)];
    if step == 0 {
        1.0 - left(1)
    } else {
        left(2 * step - 1) - left(2 * step + 1)
    }
}

/// Share left after 0, 0.5, 1 ... seconds of a hazard given by bin.
fn survival(steps: usize, bin: impl Fn(f64) -> usize, rates: &[f64]) -> Vec<f64> {
    let mut left = 1.0;
    (0..2 * steps)
        .map(|half| {
            let before = left;
            left *= (-0.5 * rates[bin(half as f64 / 2.0 + 0.25)]).exp();
            before
        })
        .collect()
}

/// When agents are free again.
struct Ahead {
    talk_rates: Vec<f64>,
    wrap_up: Vec<Vec<f64>>,
    /// Chance that a talk begun now still holds its agent after each second.
    fresh_busy: Vec<f64>,
}

impl Ahead {
    fn new(talks: &TalkBook, steps: usize) -> Ahead {
        let mut ahead = Ahead {
            talk_rates: talks.talk_rates(),
            wrap_up: talks.wrap_up_survival(STEPS_MAX + steps),
            fresh_busy: Vec::new(),
        };
        let ends = ahead.talk_ends(0.0, steps);
        ahead.fresh_busy = (0..steps)
            .map(|after| 1.0 - ahead.freed(0.0, &ends, after))
            .collect();
        ahead
    }

    /// Chance per step that a talk of this age ends in it.
    fn talk_ends(&self, age: f64, steps: usize) -> Vec<f64> {
        let mut left = 1.0;
        (0..steps)
            .map(|step| {
                let at = age + step as f64 + 0.5;
                let bin = TALK_UPPERS.partition_point(|upper| *upper <= at);
                let stay = (-self.talk_rates[bin]).exp();
                let ends = left * (1.0 - stay);
                left *= stay;
                ends
            })
            .collect()
    }

    /// Chance that talk and wrap-up are over by half a second past `step`.
    fn freed(&self, age: f64, ends: &[f64], step: usize) -> f64 {
        ends.iter()
            .take(step + 1)
            .enumerate()
            .map(|(at, ends)| {
                let wrap_up = &self.wrap_up[class(age + at as f64 + 0.5)];
                ends * (1.0 - wrap_up[step - at])
            })
            .sum()
    }

    fn talk_frees(&self, age: f64, points: &[usize; POINTS], wait: usize) -> AtPoints {
        let ends = self.talk_ends(age, points[POINTS - 1] + wait + 1);
        points.map(|step| self.freed(age, &ends, step + wait))
    }

    fn wrap_up_frees(
        &self,
        now: Timestamp,
        wrap_up: &SnapshotWrapUp,
        points: &[usize; POINTS],
        wait: usize,
    ) -> AtPoints {
        let curve = &self.wrap_up[class(wrap_up.talked.as_secs_f64())];
        let last = curve.len() - 1;
        let age = seconds(wrap_up.since, now).min(last as f64);
        let left_at = |at: f64| {
            let low = (at as usize).min(last);
            let high = (low + 1).min(last);
            curve[low] + (curve[high] - curve[low]) * (at - low as f64).clamp(0.0, 1.0)
        };
        let whole = left_at(age).max(1e-9);
        points.map(|step| {
            let ahead = (step + wait) as f64 + 0.5;
            let cut_off = wrap_up
                .until
                .is_some_and(|until| seconds(now, until) <= ahead);
            if cut_off {
                1.0
            } else {
                (1.0 - left_at(age + ahead) / whole).clamp(0.0, 1.0)
            }
        })
    }

    /// Chance that a call with this live curve holds an agent at each point:
    /// live by then, and its talk not over within the wait.
    fn holds(&self, live: &[f64], points: &[usize; POINTS], wait: usize) -> AtPoints {
        points.map(|point| {
            let mut sum = 0.0;
            for (step, chance) in live.iter().enumerate().take(point + 1) {
                let weight = if step == point { 0.5 } else { 1.0 };
                let after = (point - step + wait).min(self.fresh_busy.len() - 1);
                sum += weight * chance * self.fresh_busy[after];
            }
            sum.clamp(0.0, 1.0)
        })
    }
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

/// Age in whole steps, at most the last of `len`.
fn step_of(since: Timestamp, now: Timestamp, len: usize) -> usize {
    (seconds(since, now).round() as usize).min(len - 1)
}
