//! How far a day may lie from the fitted floor. A run of the fitted averages
//! alone carries the luck of the day; days differ besides, and few of them tell
//! the averages badly. Each figure here is the standard deviation of a level,
//! as a share of it; a run draws one level of each.

use domain::Rate;
use serde::{Deserialize, Serialize};

use crate::Scenario;
use crate::dice::Dice;
use crate::mix::Mix;
use crate::model::Model;
use crate::spread::Spread;

/// Drawn from the seed of the run, and apart from what the run itself draws.
const APART: u64 = 0x9e37_79b9_7f4a_7c15;
/// Beyond this a level says nothing, and a draw would be absurd.
const DOUBT_MAX: f64 = 0.6;
/// Weights are drawn in parts of so many, for counts of a few to move at all.
const PARTS: u64 = 1_000_000;

/// How far the levels of a day may lie from those fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Doubt {
    /// Of how many calls are picked up.
    pub answers: f64,
    /// Of how many of those are machines.
    pub machines: f64,
    /// Of how many numbers do not exist.
    pub invalid: f64,
    /// Of how long customer and agent talk.
    pub talk: f64,
    /// Of how long agents take to typify.
    pub wrap_up: f64,
    /// Of how often agents take a break.
    pub breaks: f64,
    /// Of how long such a break is.
    pub break_length: f64,
}

impl Scenario {
    /// One of the days that the fit leaves possible; itself where nothing was
    /// learnt. The same seed draws the same day.
    pub(crate) fn one_day(&self, seed: u64) -> Scenario {
        let doubt = self.model.doubt;
        let mut dice = Dice::new(seed ^ APART);
        let mut level = |doubt: f64| dice.level(doubt.clamp(0.0, DOUBT_MAX));
        let (answers, machines, invalid) = (
            level(doubt.answers),
            level(doubt.machines),
            level(doubt.invalid),
        );
        let (talk, wrap_up) = (level(doubt.talk), level(doubt.wrap_up));
        let (breaks, break_length) = (level(doubt.breaks), level(doubt.break_length));
        let kinds: Vec<f64> = self.model.talks.iter().map(|of| level(of.doubt)).collect();
        if doubt == Doubt::default() && kinds.iter().all(|level| *level == 1.0) {
            return Scenario {
                seed,
                ..self.clone()
            };
        }
        let mix = |mix: &Mix| moved(mix, answers, machines, invalid);
        let long = |spread: &Spread| spread.scaled(talk);
        let mut model = Model {
            mix_by_hour: (self.model.mix_by_hour.iter())
                .map(|(hour, of)| (*hour, mix(of)))
                .collect(),
            talk_ms: long(&self.model.talk_ms),
            wrap_up_ms: self.model.wrap_up_ms.scaled(wrap_up),
            ..self.model.clone()
        };
        for (of, level) in model.talks.iter_mut().zip(kinds.iter().copied()) {
            of.weight = times(of.weight, level * 1_000.0);
            of.talk_ms = long(&of.talk_ms);
        }
        let mut segments = self.segments.clone();
        for segment in &mut segments {
            for (of, level) in self.model.talks.iter().zip(&kinds) {
                if let Some(weight) = segment.talks.get_mut(&of.code) {
                    *weight = times(*weight, level * 1_000.0);
                }
            }
        }
        Scenario {
            seed,
            segments,
            mix: mix(&self.mix),
            break_share: Rate::new((self.break_share.get() * breaks).min(1.0)).unwrap_or_default(),
            break_mean: self.break_mean.mul_f64(break_length),
            model,
            ..self.clone()
        }
    }
}

/// The same calls with more or fewer of them picked up.
pub(crate) fn moved(mix: &Mix, answers: f64, machines: f64, invalid: f64) -> Mix {
    let scale = (PARTS / mix.total().max(1)).max(1) as f64;
    let machine = times(mix.machine, machines);
    // What machines take, people lose: both pick up.
    let person = (mix.person + mix.machine).saturating_sub(machine);
    Mix {
        person: times(person, answers * scale),
        machine: times(machine, answers * scale),
        machine_detected: times(mix.machine_detected, answers * scale),
        no_answer: times(mix.no_answer, scale),
        busy: times(mix.busy, scale),
        unreachable: times(mix.unreachable, scale),
        rejected: times(mix.rejected, scale),
        invalid: times(mix.invalid, invalid * scale),
        congestion: times(mix.congestion, scale),
    }
}

/// Weights saturate where a float does not fit.
fn times(weight: u32, factor: f64) -> u32 {
    (f64::from(weight) * factor).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubtful(answers: f64, talk: f64) -> Scenario {
        let mut scenario = Scenario::default();
        scenario.model.doubt = Doubt {
            answers,
            talk,
            ..Doubt::default()
        };
        scenario.model.talk_ms = Spread::of([std::time::Duration::from_secs(60)]);
        scenario
    }

    #[test]
    fn without_doubt_every_day_is_as_fitted_and_with_it_the_same_seed_the_same_day() {
        let sure = Scenario::default();
        assert_eq!(sure.one_day(sure.seed), sure);
        let unsure = doubtful(0.2, 0.1);
        assert_eq!(unsure.one_day(4), unsure.one_day(4));
        assert_ne!(unsure.one_day(4).mix, unsure.one_day(5).mix);
    }

    #[test]
    fn days_lie_around_the_fit_as_far_as_it_says() {
        let unsure = doubtful(0.10, 0.05);
        let days: Vec<Scenario> = (0..2_000).map(|seed| unsure.one_day(seed)).collect();
        let about = |of: &dyn Fn(&Scenario) -> f64| {
            let values: Vec<f64> = days.iter().map(of).collect();
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let square = values.iter().map(|value| (value - mean).powi(2));
            (
                mean,
                (square.sum::<f64>() / values.len() as f64).sqrt() / mean,
            )
        };
        let odds = |day: &Scenario| f64::from(day.mix.person) / f64::from(day.mix.no_answer);
        let (mean, doubt) = about(&odds);
        assert!((mean / (30.0 / 42.0) - 1.0).abs() < 0.01, "{mean}");
        assert!((0.09..0.11).contains(&doubt), "{doubt}");
        let talk = |day: &Scenario| day.model.talk_ms.mean().expect("kept").as_secs_f64();
        let (mean, doubt) = about(&talk);
        assert!((59.5..60.5).contains(&mean), "{mean}");
        assert!((0.045..0.055).contains(&doubt), "{doubt}");
    }
}
