//! When busy agents are free again, second by second, from the hazards of
//! talk and wrap-up.

use domain::Timestamp;

use crate::call_book::seconds;
use crate::forecast::{AtPoints, POINTS};
use crate::snapshot::SnapshotWrapUp;
use crate::talk_book::{TALK_UPPERS, TalkBook, class};

/// Longest wrap-up followed, in seconds.
const WRAP_UP_STEPS: usize = 80;

/// What is known of agents' talks and wrap-ups at one instant.
pub(crate) struct AgentsAhead {
    /// By bin of talk age: the chance that a talk goes on for a second.
    talk_stays: Vec<f64>,
    /// By class of talk: share of wrap-ups that still go on at each second.
    wrap_up: Vec<Vec<f64>>,
    /// Chance that a talk begun now still holds its agent after each second.
    fresh_busy: Vec<f64>,
    /// Share of agents who are ready after wrap-up, rather than away.
    stays: f64,
    wait: usize,
}

impl AgentsAhead {
    /// Looks up to `steps` ahead; a call waits for `wait` seconds at most.
    pub(crate) fn new(talks: &TalkBook, steps: usize, wait: usize) -> AgentsAhead {
        let steps = steps + wait + 1;
        let talk_rates = talks.talk_rates();
        let mut ahead = AgentsAhead {
            talk_stays: talk_rates.iter().map(|rate| (-rate).exp()).collect(),
            wrap_up: talks.wrap_up_survival(WRAP_UP_STEPS + steps),
            fresh_busy: Vec::new(),
            stays: talks.stay_share(),
            wait,
        };
        let ends = ahead.talk_ends(0.0, steps);
        ahead.fresh_busy = (0..steps)
            .map(|after| 1.0 - ahead.stays * ahead.over(&ends, after))
            .collect();
        ahead
    }

    /// Chance that an agent whose talk has this age is free in time for a
    /// call that gets live at each point.
    pub(crate) fn talk_frees(&self, age: f64, points: &[usize; POINTS]) -> AtPoints {
        let ends = self.talk_ends(age, points[POINTS - 1] + self.wait + 1);
        points.map(|step| self.stays * self.over(&ends, step + self.wait))
    }

    /// The same for an agent in wrap-up.
    pub(crate) fn wrap_up_frees(
        &self,
        now: Timestamp,
        wrap_up: &SnapshotWrapUp,
        points: &[usize; POINTS],
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
            let ahead = (step + self.wait) as f64 + 0.5;
            let cut_off = wrap_up
                .until
                .is_some_and(|until| seconds(now, until) <= ahead);
            let over = if cut_off {
                1.0
            } else {
                (1.0 - left_at(age + ahead) / whole).clamp(0.0, 1.0)
            };
            self.stays * over
        })
    }

    /// Chance that a call with this live curve holds an agent at each point:
    /// live by then, and its talk not over within the wait.
    pub(crate) fn holds(&self, live: &[f64], points: &[usize; POINTS]) -> AtPoints {
        points.map(|point| {
            let mut sum = 0.0;
            for (step, chance) in live.iter().enumerate().take(point + 1) {
                let weight = if step == point { 0.5 } else { 1.0 };
                let after = (point - step + self.wait).min(self.fresh_busy.len() - 1);
                sum += weight * chance * self.fresh_busy[after];
            }
            sum.clamp(0.0, 1.0)
        })
    }

    /// For each second ahead: the chance that a talk of this age ends in it,
    /// and the class of wrap-up that follows then.
    fn talk_ends(&self, age: f64, steps: usize) -> Vec<(f64, usize)> {
        let mut left = 1.0;
        let mut bin = TALK_UPPERS.partition_point(|upper| *upper <= age + 0.5);
        (0..steps)
            .map(|step| {
                let at = age + step as f64 + 0.5;
                while TALK_UPPERS.get(bin).is_some_and(|upper| *upper <= at) {
                    bin += 1;
                }
                let before = left;
                left *= self.talk_stays[bin];
                (before - left, class(at))
            })
            .collect()
    }

    /// Chance that talk and wrap-up are over by half a second past `step`.
    fn over(&self, ends: &[(f64, usize)], step: usize) -> f64 {
        ends.iter()
            .take(step + 1)
            .enumerate()
            .map(|(at, (ends, class))| ends * (1.0 - self.wrap_up[*class][step - at]))
            .sum()
    }
}
