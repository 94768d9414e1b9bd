//! The chance that one more call, if a person answers it, finds no agent:
//! the distribution of agents free less calls that hold one. Exact for small
//! floors, a normal curve corrected for skew for large ones. Averaged over
//! two views of the floor as far apart as what is not known of it.

use crate::forecast::{AtPoints, Forecast, POINTS};

/// Up to so many agents and calls the distribution is exact.
const EXACT_MAX: usize = 120;
/// How far apart the two views are, in standard deviations of what is known.
/// More than one, since the shapes of the curves are not known at first
/// either; of no weight once some hundred people have answered.
const ANSWERS_APART: f64 = 1.6;
const FREES_APART: f64 = 2.0;

/// The risk of the next call, updated as calls are added.
#[derive(Clone, Debug)]
pub(crate) struct Risk {
    views: Vec<View>,
    new_holds: AtPoints,
}

#[derive(Clone, Debug)]
struct View {
    belief: Belief,
    points: Vec<Sum>,
}

/// One way the floor may be, relative to what is expected of it.
#[derive(Clone, Copy, Debug)]
struct Belief {
    weight: f64,
    /// Factor on calls being answered.
    answers: f64,
    /// Factor on agents getting free.
    frees: f64,
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

impl Kind {
    /// A normal curve to which nothing was added yet.
    const NORMAL: Kind = Kind::Normal {
        mean: 0.0,
        variance: 0.0,
        third: 0.0,
    };
}

impl Risk {
    pub(crate) fn new(forecast: &Forecast) -> Risk {
        let view = |belief: Belief| View {
            belief,
            points: (0..POINTS)
                .map(|point| Sum::new(forecast, point, belief))
                .collect(),
        };
        Risk {
            views: beliefs(forecast).into_iter().map(view).collect(),
            new_holds: forecast.new_holds,
        }
    }

    /// The chance that the next call, if live, is abandoned.
    pub(crate) fn next(&self) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for view in &self.views {
            let missing: f64 = view.points.iter().map(Sum::missing).sum();
            sum += view.belief.weight * missing / POINTS as f64;
            weights += view.belief.weight;
        }
        (sum / weights).clamp(0.0, 1.0)
    }

    /// One call more is on its way.
    pub(crate) fn add_call(&mut self) {
        for view in &mut self.views {
            for (sum, holds) in view.points.iter_mut().zip(self.new_holds) {
                sum.add_call((holds * view.belief.answers).min(1.0));
            }
        }
    }
}

/// Two views: more people answer than expected while agents take longer, and
/// the reverse. Weights lean to the first, since a call that is answered
/// speaks for a high level of answers.
fn beliefs(forecast: &Forecast) -> Vec<Belief> {
    let apart = |(mean, sd): (f64, f64), by: f64| (by * sd / mean.max(1e-9)).clamp(0.0, 0.9);
    let answers = apart(forecast.level, ANSWERS_APART);
    let frees = apart(forecast.talk_level, FREES_APART);
    if answers.max(frees) < 0.04 {
        return vec![Belief {
            weight: 1.0,
            answers: 1.0,
            frees: 1.0,
        }];
    }
    [1.0, -1.0]
        .map(|sign| Belief {
            weight: 0.5 * (1.0 + sign * answers),
            answers: 1.0 + sign * answers,
            frees: 1.0 - sign * frees,
        })
        .to_vec()
}

impl Sum {
    fn new(forecast: &Forecast, point: usize, belief: Belief) -> Sum {
        let kind = if forecast.frees.len() + forecast.holds.len() <= EXACT_MAX {
            Kind::Exact(vec![1.0])
        } else {
            Kind::NORMAL
        };
        let mut sum = Sum {
            short: -forecast.free_now,
            kind,
        };
        for frees in &forecast.frees {
            sum.add((frees[point] * belief.frees).min(1.0));
        }
        for holds in &forecast.holds {
            sum.add_call((holds[point] * belief.answers).min(1.0));
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
            talk_level: (1.0, 0.0),
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
        let mut normal = Sum {
            short: -forecast.free_now,
            kind: Kind::NORMAL,
        };
        (0..60).for_each(|_| normal.add(0.3));
        (0..60).for_each(|_| normal.add_call(0.2));
        let normal = normal.missing();
        assert!((exact - normal).abs() < 0.003, "{exact} {normal}");
    }

    #[test]
    fn what_is_not_known_adds_risk() {
        let known = floor(20, 20);
        let mut unknown = known.clone();
        unknown.level = (1.0, 0.3);
        let answers = Risk::new(&unknown).next();
        unknown.talk_level = (1.0, 0.2);
        let both = Risk::new(&unknown).next();
        assert!(Risk::new(&known).next() < answers && answers < both);
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
