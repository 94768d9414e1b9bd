//! How far the present differs from the slow average: a Bayes filter over a
//! grid of factors. It drifts a little and jumps now and then, so it stays
//! calm on a steady floor and follows a jump within a handful of answers.

/// Points of the grid, from 1/`SPAN` to `SPAN`, evenly in the logarithm.
const POINTS: usize = 61;
/// Largest factor.
const SPAN: f64 = 6.0;
/// Variance of the drift of the logarithm, per second.
const DRIFT: f64 = 0.000_004;
/// Jumps per second: about one in four hours.
const JUMPS: f64 = 1.0 / 14_400.0;
/// Chance that a day has nothing to do with the one before.
const DIFFERS: f64 = 0.1;

/// The factor's distribution.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    mass: [f64; POINTS],
    log: [f64; POINTS],
    factor: [f64; POINTS],
    after_jump: [f64; POINTS],
    next: [f64; POINTS],
}

impl Level {
    /// Knows nothing: centred on 1, with the spread of the logarithm.
    pub(crate) fn new(spread: f64) -> Level {
        let step = step();
        let log: [f64; POINTS] = std::array::from_fn(|i| (i as f64 - (POINTS / 2) as f64) * step);
        Level {
            mass: bell(&log, 0.0, spread),
            log,
            factor: log.map(f64::exp),
            after_jump: bell(&log, 0.0, 0.9),
            next: [0.0; POINTS],
        }
    }

    /// Starts from an earlier day: around a factor, with a spread of the
    /// logarithm, but ready to believe that today differs.
    pub(crate) fn start_around(&mut self, factor: f64, spread: f64) {
        let middle = factor.clamp(1.0 / SPAN, SPAN).ln();
        let near = bell(&self.log, middle, spread);
        for (mass, (near, far)) in self.mass.iter_mut().zip(near.iter().zip(&self.after_jump)) {
            *mass = (1.0 - DIFFERS) * near + DIFFERS * far;
        }
    }

    /// `seconds` went by with `seen` events where the slow average had
    /// expected `expected`.
    pub(crate) fn update(&mut self, seconds: f64, seen: f64, expected: f64) {
        let seconds = seconds.clamp(0.0, 60.0);
        let move_by = (DRIFT * seconds / (2.0 * step() * step())).min(0.25);
        let jump = JUMPS * seconds;
        for i in 0..POINTS {
            let left = self.mass[i.saturating_sub(1)];
            let right = self.mass[(i + 1).min(POINTS - 1)];
            let moved = self.mass[i] * (1.0 - 2.0 * move_by) + move_by * (left + right);
            self.next[i] = moved * (1.0 - jump) + self.after_jump[i] * jump;
        }
        let best = (0..POINTS)
            .map(|i| seen * self.log[i] - self.factor[i] * expected)
            .fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for i in 0..POINTS {
            let fit = (seen * self.log[i] - self.factor[i] * expected - best).exp();
            self.next[i] *= fit;
            total += self.next[i];
        }
        if total > 0.0 && total.is_finite() {
            for i in 0..POINTS {
                self.mass[i] = self.next[i] / total;
            }
        }
    }

    /// Mean and standard deviation of the factor.
    pub(crate) fn mean_sd(&self) -> (f64, f64) {
        let (mut mean, mut square) = (0.0, 0.0);
        for i in 0..POINTS {
            mean += self.mass[i] * self.factor[i];
            square += self.mass[i] * self.factor[i] * self.factor[i];
        }
        (mean, (square - mean * mean).max(0.0).sqrt())
    }
}

fn bell(log: &[f64; POINTS], middle: f64, spread: f64) -> [f64; POINTS] {
    let raw: [f64; POINTS] =
        std::array::from_fn(|i| (-0.5 * ((log[i] - middle) / spread).powi(2)).exp());
    let total: f64 = raw.iter().sum();
    raw.map(|mass| mass / total)
}

fn step() -> f64 {
    2.0 * SPAN.ln() / (POINTS - 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threefold_jump_is_followed_within_thirty_expected_answers() {
        let mut level = Level::new(0.3);
        for _ in 0..1_000 {
            level.update(1.0, 0.5, 0.5);
        }
        assert!(
            (level.mean_sd().0 - 1.0).abs() < 0.15,
            "{:?}",
            level.mean_sd()
        );
        for _ in 0..30 {
            level.update(1.0, 1.5, 0.5);
        }
        assert!(level.mean_sd().0 > 2.3, "{:?}", level.mean_sd());
    }

    #[test]
    fn a_day_like_the_one_before_starts_calm_and_another_is_soon_believed() {
        let mut level = Level::new(0.6);
        level.start_around(1.5, 0.15);
        let (mean, sd) = level.mean_sd();
        assert!((mean - 1.5).abs() < 0.2 && sd < 0.6, "{mean} {sd}");
        (0..40).for_each(|_| level.update(1.0, 0.2, 0.5));
        assert!(level.mean_sd().0 < 0.7, "{:?}", level.mean_sd());
    }

    #[test]
    fn impossible_figures_leave_it_finite() {
        let mut level = Level::new(0.3);
        level.update(f64::INFINITY, 1e12, 0.0);
        level.update(1.0, 0.0, 1e12);
        let (mean, sd) = level.mean_sd();
        assert!(mean.is_finite() && sd.is_finite());
    }
}
