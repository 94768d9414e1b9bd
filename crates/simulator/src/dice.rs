//! Everything drawn in a simulation comes from one generator with a seed.

use std::time::Duration;

use domain::Rate;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The generator.
#[derive(Debug)]
pub(crate) struct Dice(StdRng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(StdRng::seed_from_u64(seed))
    }

    /// Evenly from 0 up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        self.0.random()
    }

    /// Evenly from 0 up to `count`; 0 where there is nothing to choose from.
    pub(crate) fn below(&mut self, count: u64) -> u64 {
        if count == 0 {
            0
        } else {
            self.0.random_range(0..count)
        }
    }

    pub(crate) fn happens(&mut self, rate: Rate) -> bool {
        self.share() < rate.get()
    }

    /// Evenly from `low` to `high` milliseconds.
    pub(crate) fn millis(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_millis(low + self.below(high.saturating_sub(low)))
    }

    /// Exponential with this mean: waiting for what comes at any moment.
    pub(crate) fn about(&mut self, mean: Duration) -> Duration {
        mean.mul_f64(-(1.0 - self.share()).ln())
    }

    /// A level that is 1 on average and `doubt` its standard deviation; 1
    /// where there is no doubt.
    pub(crate) fn level(&mut self, doubt: f64) -> f64 {
        let (far, turn) = (-2.0 * (1.0 - self.share()).ln(), self.share());
        let normal = far.sqrt() * (std::f64::consts::TAU * turn).cos();
        // Log-normal: never below nothing.
        let variance = doubt.mul_add(doubt, 1.0).ln();
        (variance.sqrt() * normal - variance / 2.0).exp()
    }

    /// Erlang of three stages with this mean: seldom near nothing, seldom far
    /// above, as rings and talks are.
    pub(crate) fn around(&mut self, mean: Duration) -> Duration {
        let third = mean / 3;
        self.about(third) + self.about(third) + self.about(third)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_has_the_mean_asked_for() {
        let mut dice = Dice::new(7);
        let mean = Duration::from_secs(60);
        let total: Duration = (0..20_000).map(|_| dice.around(mean)).sum();
        let drawn = total.as_secs_f64() / 20_000.0;
        assert!((58.5..61.5).contains(&drawn), "{drawn}");
    }
}
