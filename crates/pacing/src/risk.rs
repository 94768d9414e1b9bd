//! The chance that one more call, if a person answers it, finds no agent:
//! the distribution of agents free less calls that hold one. Exact for small
//! floors, a normal curve corrected for skew for large ones.

use crate::forecast::{AtPoints, Forecast, POINTS};

/// Up to so many agents and calls the distribution is exact.
const EXACT_MAX: usize = 120;

/// The risk of the next call, updated as calls are added.
#[derive(Clone, Debug)]
pub(crate) struct Risk {
    /// One view of the floor for each plausible level of answers.
    views: Vec<View>,
    new_holds: AtPoints,
}

#[derive(Clone, Debug)]
struct View {
    weight: f64,
    level: f64,
    points: Vec<Sum>,
}

/// A sum of independent chances at one point: agents free by then and calls
/// that hold none; an agent is missing when it is at most `short`.
#[derive(Clone, Debug)]
struct Sum {
    short: i64,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Exact(Vec<f64>),
    Normal {
        mean: f64,
        variance: f64,
        third: f64,
    },
}

impl Risk {
    pub(crate) fn new(forecast: &Forecast) -> Risk {
        let exact = forecast.frees.len() + forecast.holds.len() <= EXACT_MAX;
        let agents: [Sum; POINTS] =
            std::array::from_fn(|point| Sum::agents(forecast, point, exact));
        let views = levels(forecast.level)
            .into_iter()
            .map(|(weight, level)| View {
                weight,
                level,
                points: (0..POINTS)
                    .map(|point| agents[point].with_calls(forecast, point, level))
                    .collect(),
            })
            .collect();
        Risk {
            views,
            new_holds: forecast.new_holds,
        }
    }

    /// The chance that the next call, if live, is abandoned.
    pub(crate) fn next(&self) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for view in &self.views {
            let missing: f64 = view.points.iter().map(Sum::missing).sum();
            sum += view.weight * missing / POINTS as f64;
            weights += view.weight;
        }
        (sum / weights).clamp(0.0, 1.0)
    }

    /// One call more is on its way.
    pub(crate) fn add_call(&mut self) {
        for view in &mut self.views {
            for (sum, holds) in view.points.iter_mut().zip(self.new_holds) {
                sum.add_call((holds * view.level).min(1.0));
            }
        }
    }
}

/// Levels to average over, relative to the mean: weights lean to the higher
/// one, since a call that is answered speaks for a high level.
fn levels((mean, sd): (f64, f64)) -> Vec<(f64, f64)> {
    let spread = (sd / mean.max(1e-9)).clamp(0.0, 0.9);
    if spread < 0.04 {
        return vec![(1.0, 1.0)];
    }
    let (low, high) = (1.0 - spread, 1.0 + spread);
    vec![(low / 2.0, low), (high / 2.0, high)]
}

impl Sum {
    /// Busy agents only.
    fn agents(forecast: &Forecast, point: usize, exact: bool) -> Sum {
        let kind = if exact {
            Kind::Exact(vec![1.0])
        } else {
            Kind::Normal {
                mean: 0.0,
                variance: 0.0,
                third: 0.0,
            }
        };
        let mut sum = Sum {
            short: -forecast.free_now,
            kind,
        };
        for frees in &forecast.frees {
            sum.add(frees[point]);
        }
        sum
    }

    /// The calls on their way as well, at a level of answers.
    fn with_calls(&self, forecast: &Forecast, point: usize, level: f64) -> Sum {
        let mut sum = self.clone();
        for holds in &forecast.holds {
            sum.add_call((holds[point] * level).min(1.0));
        }
        sum
    }

    fn add_call(&mut self, holds: f64) {
        self.short += 1;
        self.add(1.0 - holds);
    }

    fn add(&mut self, chance: f64) {
        match &mut self.kind {
            Kind::Exact(mass) => {
                mass.push(0.0);
                let mut below = 0.0;
                for mass in mass.iter_mut() {
                    let here = *mass;
                    *mass = here * (1.0 - chance) + below * chance;
                    below = here;
                }
            }
            Kind::Normal {
                mean,
                variance,
                third,
            } => {
                let spread = chance * (1.0 - chance);
                *mean += chance;
                *variance += spread;
                *third += spread * (1.0 - 2.0 * chance);
            }
        }
    }

    /// The chance that no agent is free.
    fn missing(&self) -> f64 {
        if self.short < 0 {
            return 0.0;
        }
        match &self.kind {
            Kind::Exact(mass) => {
                let upto = usize::try_from(self.short).unwrap_or(usize::MAX);
                mass.iter().take(upto.saturating_add(1)).sum()
            }
            Kind::Normal {
                mean,
                variance,
                third,
            } => {
                let deviation = variance.max(1e-6).sqrt();
                let x = (self.short as f64 + 0.5 - mean) / deviation;
                let skew = third / deviation.powi(3);
                let bell = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
                (normal_below(x) - skew / 6.0 * (x * x - 1.0) * bell).clamp(0.0, 1.0)
            }
        }
    }
}

/// The standard normal distribution (Abramowitz and Stegun 26.2.17, error
/// below 1e-7).
fn normal_below(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let poly = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt() * poly;
    if x > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floor(agents: usize, calls: usize) -> Forecast {
        Forecast {
            frees: vec![[0.3; POINTS]; agents],
            holds: vec![[0.2; POINTS]; calls],
            new_holds: [0.2; POINTS],
            new_live: 0.2,
            free_now: 1,
            level: (1.0, 0.0),
        }
    }

    #[test]
    fn a_line_per_free_agent_is_safe() {
        let mut alone = floor(0, 0);
        alone.free_now = 2;
        let mut risk = Risk::new(&alone);
        assert!(risk.next() < 1e-12);
        risk.add_call();
        assert!(risk.next() < 1e-12);
        risk.add_call();
        assert!(
            (risk.next() - 0.04).abs() < 1e-9,
            "both must answer: {}",
            risk.next()
        );
    }

    #[test]
    fn the_normal_curve_meets_the_exact_one() {
        let forecast = floor(60, 60);
        let exact = Risk::new(&forecast).next();
        let normal = Sum::agents(&forecast, 0, false)
            .with_calls(&forecast, 0, 1.0)
            .missing();
        assert!((exact - normal).abs() < 0.003, "{exact} {normal}");
    }

    #[test]
    fn each_call_adds_risk_and_each_agent_takes_some() {
        let mut risk = Risk::new(&floor(10, 10));
        let before = risk.next();
        risk.add_call();
        assert!(risk.next() > before);
        assert!(Risk::new(&floor(11, 10)).next() < before);
    }
}
