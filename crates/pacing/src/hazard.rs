//! Hazards learnt online: exits per second of age, counted over the exposure
//! of everything still going on. Learning from finished calls and talks alone
//! would be biased to short ones.
//!
//! Each bin leans on a prior shape whose level is fitted to the data seen, so
//! that a few events already move every bin.

use crate::learnt::{Counts, rounded};

/// Prior events per bin: how long the prior shape is believed.
const SHAPE_EVENTS: f64 = 3.0;
/// Prior events behind the level of the prior shape.
const LEVEL_EVENTS: f64 = 2.0;

/// Bins of age with one exit.
#[derive(Clone, Debug)]
pub(crate) struct Hazard {
    uppers: &'static [f64],
    prior: Vec<f64>,
    events: Vec<f64>,
    exposure: Vec<f64>,
    /// Events kept in memory: older ones fade.
    memory: f64,
}

impl Hazard {
    /// `uppers` are the upper edges of all bins but the last, which is open;
    /// `prior` gives the exits per second at an age.
    pub(crate) fn new(uppers: &'static [f64], memory: f64, prior: impl Fn(f64) -> f64) -> Hazard {
        let bins = uppers.len() + 1;
        let prior = (0..bins)
            .map(|bin| prior(middle(uppers, bin)).max(1e-6))
            .collect();
        Hazard {
            uppers,
            prior,
            events: vec![0.0; bins],
            exposure: vec![0.0; bins],
            memory,
        }
    }

    /// What was counted, to be kept.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            exits: self.events.iter().copied().map(rounded).collect(),
            exposure: self.exposure.iter().copied().map(rounded).collect(),
        }
    }

    /// Starts from counts of an earlier day, of at most `exits_max` exits.
    pub(crate) fn start_from(&mut self, counts: &Counts, exits_max: f64, weight: f64) {
        if let Some(counts) = counts.weighed(self.events.len(), exits_max, weight) {
            self.events = counts.exits;
            self.exposure = counts.exposure;
        }
    }

    /// The bin an age falls in.
    pub(crate) fn bin(&self, age: f64) -> usize {
        self.uppers.partition_point(|upper| *upper <= age)
    }

    /// Something was exposed to the exit from age `from` to age `to`.
    pub(crate) fn expose(&mut self, from: f64, to: f64) {
        for_bins(self.uppers, from, to, |bin, span| {
            self.expose_bin(bin, span);
        });
    }

    /// The same, where the bin is known: hazards that share their bins share
    /// the search for them.
    pub(crate) fn expose_bin(&mut self, bin: usize, span: f64) {
        self.exposure[bin] += span;
    }

    /// The exit happened at an age.
    pub(crate) fn exit(&mut self, age: f64) {
        let bin = self.bin(age);
        self.events[bin] += 1.0;
    }

    /// Lets the memory of so many exits fade; call it for each exit of the stage.
    pub(crate) fn fade(&mut self, exits: f64) {
        let keep = (1.0 - exits / self.memory).clamp(0.0, 1.0);
        for value in self.events.iter_mut().chain(self.exposure.iter_mut()) {
            *value *= keep;
        }
    }

    /// Exits per second in every bin, as far as is known.
    pub(crate) fn rates(&self) -> Vec<f64> {
        let scale = self.scale();
        (0..self.events.len())
            .map(|bin| {
                let prior = self.prior[bin] * scale;
                (self.events[bin] + SHAPE_EVENTS) / (self.exposure[bin] + SHAPE_EVENTS / prior)
            })
            .collect()
    }

    /// How the level seen compares to the prior's.
    fn scale(&self) -> f64 {
        let expected: f64 = self
            .exposure
            .iter()
            .zip(&self.prior)
            .map(|(exposure, prior)| exposure * prior)
            .sum();
        let events: f64 = self.events.iter().sum();
        ((events + LEVEL_EVENTS) / (expected + LEVEL_EVENTS)).clamp(0.01, 100.0)
    }

    /// Exits per second where other rates serve as the prior.
    pub(crate) fn rates_leaning_on(&self, pooled: &[f64]) -> Vec<f64> {
        (0..self.events.len())
            .map(|bin| {
                let prior = pooled[bin].max(1e-6);
                (self.events[bin] + SHAPE_EVENTS) / (self.exposure[bin] + SHAPE_EVENTS / prior)
            })
            .collect()
    }

    /// Exits expected from age `from` to `to` at these rates.
    pub(crate) fn expected(&self, rates: &[f64], from: f64, to: f64) -> f64 {
        let mut sum = 0.0;
        for_bins(self.uppers, from, to, |bin, span| sum += rates[bin] * span);
        sum
    }

    /// Share left after 0, 1, 2 ... steps of `width` seconds at these rates;
    /// bins end where steps do.
    pub(crate) fn survival(&self, rates: &[f64], width: f64, steps: usize) -> Vec<f64> {
        let stays: Vec<f64> = rates.iter().map(|rate| (-width * rate).exp()).collect();
        let mut left = 1.0;
        (0..steps)
            .map(|step| {
                let before = left;
                left *= stays[self.bin((step as f64 + 0.5) * width)];
                before
            })
            .collect()
    }
}

/// The middle of a bin; the last, open one counts from its lower edge.
fn middle(uppers: &[f64], bin: usize) -> f64 {
    let lower = if bin == 0 { 0.0 } else { uppers[bin - 1] };
    match uppers.get(bin) {
        Some(upper) => (lower + upper) / 2.0,
        None => lower,
    }
}

/// Splits an age span over the bins it crosses.
pub(crate) fn for_bins(uppers: &[f64], from: f64, to: f64, mut take: impl FnMut(usize, f64)) {
    let mut bin = uppers.partition_point(|upper| *upper <= from);
    let mut at = from;
    while at < to {
        let end = uppers.get(bin).copied().unwrap_or(f64::INFINITY).min(to);
        take(bin, end - at);
        at = end;
        bin += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPPERS: &[f64] = &[1.0, 2.0, 4.0, 8.0];

    #[test]
    fn exposure_of_what_still_goes_on_counts() {
        let mut hazard = Hazard::new(UPPERS, 1e9, |_| 0.5);
        for _ in 0..1_000 {
            hazard.expose(0.0, 4.0);
            hazard.exit(3.0);
            hazard.expose(0.0, 8.0); // still going on
        }
        let rates = hazard.rates();
        assert!(rates[0] < 0.01, "{rates:?}");
        assert!((rates[2] - 0.25).abs() < 0.01, "{rates:?}");
    }

    #[test]
    fn a_few_events_move_the_level_of_every_bin() {
        let mut hazard = Hazard::new(UPPERS, 1e9, |_| 0.5);
        hazard.expose(0.0, 8.0);
        let before = hazard.rates()[4];
        for _ in 0..20 {
            hazard.expose(0.0, 8.0);
        }
        assert!(hazard.rates()[4] < before / 2.0);
    }
}
