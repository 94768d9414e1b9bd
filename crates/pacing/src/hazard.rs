//! Hazards learnt online: exits per second of age, counted over the exposure
//! of everything still going on. Learning from finished calls and talks alone
//! would be biased to short ones.
//!
//! Each bin leans on a prior shape whose level is fitted to the data seen, so
//! that a few events already move every bin.

use crate::cohorts::{Bins, Cohorts};
use crate::learnt::{Counts, rounded};

/// Prior events per bin: how long the prior shape is believed.
const SHAPE_EVENTS: f64 = 3.0;
/// Prior events behind the level of the prior shape.
const LEVEL_EVENTS: f64 = 2.0;
/// Weights are taken back to 1 beyond this.
const WEIGHT_MAX: f64 = 1e100;

/// A stage of a call or of an agent's work, and its exits, by bins of age.
///
/// What was seen fades with every exit. Rather than to make all of it lighter
/// each time, what is new is made heavier: the ratio is the same.
#[derive(Clone, Debug)]
pub(crate) struct Stage<const BINS: usize, const EXITS: usize> {
    cohorts: Cohorts<BINS>,
    exposure: [f64; BINS],
    events: [[f64; BINS]; EXITS],
    prior: [[f64; BINS]; EXITS],
    weight: f64,
    /// How much heavier each exit makes the next.
    growth: f64,
    exits: u64,
    /// Rates of the first exit as of late, and how many of it they let expect.
    rates: [f64; BINS],
    expected: f64,
}

impl<const BINS: usize, const EXITS: usize> Stage<BINS, EXITS> {
    /// `memory` exits are remembered; `priors` give the exits of each kind
    /// per second at an age in seconds.
    pub(crate) fn new(
        bins: &'static Bins<BINS>,
        memory: f64,
        priors: [fn(f64) -> f64; EXITS],
    ) -> Stage<BINS, EXITS> {
        let seconds = |bin| bins.middle(bin) * bins.step as f64 * 1e-3;
        let mut stage = Stage {
            cohorts: Cohorts::new(bins),
            exposure: [0.0; BINS],
            events: [[0.0; BINS]; EXITS],
            prior: priors.map(|prior| std::array::from_fn(|bin| prior(seconds(bin)).max(1e-6))),
            weight: 1.0,
            growth: memory / (memory - 1.0),
            exits: 0,
            rates: [0.0; BINS],
            expected: 0.0,
        };
        stage.refresh();
        stage
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        self.cohorts.footprint()
    }

    /// What was counted, to be kept.
    pub(crate) fn counts(&self) -> Counts {
        let kept = |seen: &[f64; BINS]| seen.map(|count| rounded(count / self.weight)).to_vec();
        Counts {
            exits: self.events.iter().map(kept).collect(),
            exposure: kept(&self.exposure),
        }
    }

    /// Starts from counts of an earlier day, of at most `exits_max` exits.
    pub(crate) fn start_from(&mut self, counts: &Counts, exits_max: f64, weight: f64) {
        let Some(counts) = counts.weighed((EXITS, BINS), exits_max, weight) else {
            return;
        };
        self.exposure.copy_from_slice(&counts.exposure);
        for (events, exits) in self.events.iter_mut().zip(&counts.exits) {
            events.copy_from_slice(exits);
        }
        self.weight = 1.0;
        self.refresh();
    }

    /// The clock jumped: whoever is in here teaches nothing.
    pub(crate) fn restart(&mut self, now: i64) {
        self.cohorts.restart(now);
    }

    /// Time goes on.
    pub(crate) fn advance(&mut self, now: i64) {
        let weight = self.weight * 1e-3;
        self.cohorts.advance(now, |milliseconds| {
            for (bin, milliseconds) in milliseconds.iter().enumerate() {
                let exposed = *milliseconds as f64;
                self.exposure[bin] += exposed * weight;
                self.expected += exposed * self.rates[bin] * 1e-3;
            }
        });
    }

    pub(crate) fn enter(&mut self, now: i64) {
        self.cohorts.enter(now);
    }

    /// Somebody who entered at `since` is in here no longer.
    pub(crate) fn leave(&mut self, since: i64, now: i64) {
        self.cohorts.leave(since, now, |bin, milliseconds| {
            let exposed = milliseconds as f64 * 1e-3;
            self.exposure[bin] += exposed * self.weight;
            self.expected += exposed * self.rates[bin];
        });
    }

    /// An exit of a kind, at an age in milliseconds.
    pub(crate) fn exit(&mut self, kind: usize, age: i64) {
        self.events[kind][self.cohorts.bin_at(age)] += self.weight;
        self.weight *= self.growth;
        self.exits += 1;
        if self.weight > WEIGHT_MAX {
            let seen = self.events.iter_mut().chain([&mut self.exposure]);
            seen.flatten().for_each(|value| *value /= self.weight);
            self.weight = 1.0;
        }
    }

    /// Exits there have been in all, and those remembered.
    pub(crate) fn exits(&self) -> (u64, f64) {
        let events: f64 = self.events.iter().flatten().sum();
        (self.exits, events / self.weight)
    }

    /// Exits of the first kind that the rates let expect since last asked.
    pub(crate) fn take_expected(&mut self) -> f64 {
        std::mem::take(&mut self.expected)
    }

    /// Reckons with what is known now from here on.
    pub(crate) fn refresh(&mut self) {
        self.rates = self.rates(0);
    }

    /// Exits of a kind per second in every bin, as far as is known.
    pub(crate) fn rates(&self, kind: usize) -> [f64; BINS] {
        let scale = self.scale(kind);
        let mut prior = self.prior[kind];
        prior.iter_mut().for_each(|prior| *prior *= scale);
        self.leaning_on(kind, &prior)
    }

    /// The same where other rates serve as the prior.
    pub(crate) fn leaning_on(&self, kind: usize, prior: &[f64; BINS]) -> [f64; BINS] {
        let one = 1.0 / self.weight;
        let mut rates = self.events[kind];
        for ((rate, exposure), prior) in rates.iter_mut().zip(&self.exposure).zip(prior) {
            let exposure = exposure * one + SHAPE_EVENTS / prior.max(1e-9);
            *rate = (*rate * one + SHAPE_EVENTS) / exposure;
        }
        rates
    }

    /// How the level seen compares to the prior's.
    fn scale(&self, kind: usize) -> f64 {
        let prior = self.prior[kind].iter();
        let expected: f64 = self.exposure.iter().zip(prior).map(|(e, p)| e * p).sum();
        let events: f64 = self.events[kind].iter().sum();
        let one = 1.0 / self.weight;
        ((events * one + LEVEL_EVENTS) / (expected * one + LEVEL_EVENTS)).clamp(0.01, 100.0)
    }
}

/// Rates in every bin, times a factor on all of them.
pub(crate) fn times<const BINS: usize>(mut rates: [f64; BINS], factor: f64) -> [f64; BINS] {
    rates.iter_mut().for_each(|rate| *rate *= factor);
    rates
}

#[cfg(test)]
mod tests {
    use super::*;

    static BINS: Bins<5> = Bins::new(1_000, &[1, 2, 4, 8]);

    fn stage(memory: f64) -> Stage<5, 1> {
        Stage::new(&BINS, memory, [|_| 0.5])
    }

    /// One that enters now, and leaves when it is so old, with the exit or not.
    fn goes_on(stage: &mut Stage<5, 1>, now: &mut i64, age: i64, exit: bool) {
        let since = *now;
        stage.enter(since);
        *now += age;
        stage.advance(*now);
        stage.leave(since, *now);
        if exit {
            stage.exit(0, age);
        }
    }

    #[test]
    fn exposure_of_what_still_goes_on_counts() {
        let (mut stage, mut now) = (stage(1e9), 0);
        for _ in 0..1_000 {
            goes_on(&mut stage, &mut now, 3_999, true);
            goes_on(&mut stage, &mut now, 8_000, false);
        }
        let rates = stage.rates(0);
        assert!(rates[0] < 0.01, "{rates:?}");
        assert!((rates[2] - 0.25).abs() < 0.01, "{rates:?}");
    }

    #[test]
    fn a_few_events_move_the_level_of_every_bin() {
        let (mut stage, mut now) = (stage(1e9), 0);
        goes_on(&mut stage, &mut now, 8_000, false);
        let before = stage.rates(0)[4];
        for _ in 0..20 {
            goes_on(&mut stage, &mut now, 8_000, false);
        }
        assert!(stage.rates(0)[4] < before / 2.0);
    }

    #[test]
    fn what_is_old_fades_and_weights_stay_finite() {
        let (mut stage, mut now) = (stage(20.0), 0);
        for _ in 0..10_000 {
            goes_on(&mut stage, &mut now, 500, true);
        }
        for _ in 0..200 {
            goes_on(&mut stage, &mut now, 5_000, true);
        }
        let (all, remembered) = stage.exits();
        assert_eq!(all, 10_200);
        assert!((remembered - 19.0).abs() < 1.1, "{remembered}");
        let rates = stage.rates(0);
        assert!(rates[0] < 0.1 && rates[3] > 0.3, "{rates:?}");
    }
}
