//! How far the present differs from the slow average: a Bayes filter over a
//! grid of factors. It drifts a little and jumps now and then, so it stays
//! calm on a steady floor and follows a jump within a handful of answers.

use crate::exp::exp;

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
    mean_sd: (f64, f64),
}

impl Level {
    /// Knows nothing: centred on 1, with the spread of the logarithm.
    pub(crate) fn new(spread: f64) -> Level {
        let step = step();
        let log: [f64; POINTS] = std::array::from_fn(|i| (i as f64 - (POINTS / 2) as f64) * step);
        let mut level = Level {
            mass: bell(&log, 0.0, spread),
            log,
            factor: log.map(f64::exp),
            after_jump: bell(&log, 0.0, 0.9),
            mean_sd: (1.0, 0.0),
        };
        level.mean_sd = level.moments();
        level
    }

    /// Starts from an earlier day: around a factor, with a spread of the
    /// logarithm, but ready to believe that today differs.
    pub(crate) fn start_around(&mut self, factor: f64, spread: f64) {
        let middle = factor.clamp(1.0 / SPAN, SPAN).ln();
        let near = bell(&self.log, middle, spread);
        for (mass, (near, far)) in self.mass.iter_mut().zip(near.iter().zip(&self.after_jump)) {
            *mass = (1.0 - DIFFERS) * near + DIFFERS * far;
        }
        self.mean_sd = self.moments();
    }

    /// `seconds` went by with `seen` events where the slow average had
    /// expected `expected`.
    pub(crate) fn update(&mut self, seconds: f64, seen: f64, expected: f64) {
        let seconds = seconds.clamp(0.0, 60.0);
        let move_by = (DRIFT * seconds / (2.0 * step() * step())).min(0.25);
        let jump = JUMPS * seconds;
        let best = best(seen, expected);
        let mut next = [0.0; POINTS];
        for (next, (log, factor)) in next.iter_mut().zip(self.log.iter().zip(&self.factor)) {
            *next = seen * log - factor * expected - best;
        }
        exp(&mut next);
        for (i, next) in next.iter_mut().enumerate() {
            let left = self.mass[i.saturating_sub(1)];
            let right = self.mass[(i + 1).min(POINTS - 1)];
            let moved = self.mass[i] * (1.0 - 2.0 * move_by) + move_by * (left + right);
            *next *= moved * (1.0 - jump) + self.after_jump[i] * jump;
        }
        let total = sum(&next);
        if total > 0.0 && total.is_finite() {
            let share = 1.0 / total;
            for (mass, next) in self.mass.iter_mut().zip(next) {
                *mass = next * share;
            }
            self.mean_sd = self.moments();
        }
    }

    /// Mean and standard deviation of the factor.
    pub(crate) fn mean_sd(&self) -> (f64, f64) {
        self.mean_sd
    }

    fn moments(&self) -> (f64, f64) {
        let mut moment = self.mass;
        let mut times_factor = || {
            moment
                .iter_mut()
                .zip(&self.factor)
                .for_each(|(m, f)| *m *= f);
            sum(&moment)
        };
        let (mean, square) = (times_factor(), times_factor());
        (mean, (square - mean * mean).max(0.0).sqrt())
    }
}

/// The largest logarithm of a likelihood there is within the span.
fn best(seen: f64, expected: f64) -> f64 {
    let likeliest = if seen > 0.0 {
        (seen / expected).clamp(1.0 / SPAN, SPAN)
    } else {
        1.0 / SPAN
    };
    seen * likeliest.ln() - expected * likeliest
}

/// The sum, in four parts that need not wait for one another.
fn sum(values: &[f64; POINTS]) -> f64 {
    let mut parts = [0.0; 4];
    let chunks = values.chunks_exact(4);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        parts
            .iter_mut()
            .zip(chunk)
            .for_each(|(part, value)| *part += value);
    }
    parts[0] + parts[1] + (parts[2] + parts[3]) + rest
}

fn bell(log: &[f64; POINTS], middle: f64, spread: f64) -> [f64; POINTS] {
    let raw = log.map(|log| (-0.5 * ((log - middle) / spread).powi(2)).exp());
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
