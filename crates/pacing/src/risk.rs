//! The chance that one more call, if a person answers it, finds no agent:
//! that agents free by then are no more than calls that hold one. Exact for
//! small floors, a normal curve corrected for skew for large ones. Averaged
//! over two views of the floor as far apart as what is not known of it.

use crate::exp::exp;
use crate::forecast::{Alike, AtPoints, Forecast, POINTS};
use crate::numbers::Numbers;

/// Up to so many agents and calls the distribution is exact.
const EXACT_MAX: u32 = 120;
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
    /// Agents free now, less live calls that wait.
    free_now: i64,
    calls: i64,
    kind: Kind,
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

/// What the calls and agents of a floor come to.
#[derive(Clone, Debug)]
enum Kind {
    Exact { frees: Numbers, holds: Numbers },
    Normal(Normal),
}

impl Risk {
    pub(crate) fn new(forecast: &Forecast) -> Risk {
        let beliefs = beliefs(forecast).into_iter();
        Risk {
            views: beliefs.map(|belief| View::new(forecast, belief)).collect(),
            new_holds: forecast.new_holds,
        }
    }

    /// The chance that the next call, if live, is abandoned.
    pub(crate) fn next(&self) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for view in &self.views {
            let missing: f64 = view.missing().iter().sum();
            sum += view.belief.weight * missing / POINTS as f64;
            weights += view.belief.weight;
        }
        (sum / weights).clamp(0.0, 1.0)
    }

    /// One call more is on its way.
    pub(crate) fn add_call(&mut self) {
        let call = Alike {
            count: 1,
            chance: self.new_holds,
        };
        for view in &mut self.views {
            view.add_calls(&call);
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

impl View {
    fn new(forecast: &Forecast, belief: Belief) -> View {
        let all = forecast.frees.iter().chain(&forecast.holds);
        let kind = if all.map(|alike| alike.count).sum::<u32>() <= EXACT_MAX {
            let (frees, holds) = (Numbers::none(), Numbers::none());
            Kind::Exact { frees, holds }
        } else {
            Kind::Normal(Normal::default())
        };
        let free_now = forecast.free_now;
        let mut view = View {
            belief,
            free_now,
            calls: 0,
            kind,
        };
        forecast
            .frees
            .iter()
            .for_each(|agents| view.add_agents(agents));
        forecast
            .holds
            .iter()
            .for_each(|calls| view.add_calls(calls));
        view
    }

    fn add_agents(&mut self, agents: &Alike) {
        let chance = agents
            .chance
            .map(|frees| (frees * self.belief.frees).min(1.0));
        match &mut self.kind {
            Kind::Exact { frees, .. } => (0..agents.count).for_each(|_| frees.add(&chance)),
            Kind::Normal(normal) => normal.add(agents.count, &chance, 1.0),
        }
    }

    fn add_calls(&mut self, calls: &Alike) {
        let chance = calls
            .chance
            .map(|holds| (holds * self.belief.answers).min(1.0));
        self.calls += i64::from(calls.count);
        match &mut self.kind {
            Kind::Exact { holds, .. } => (0..calls.count).for_each(|_| holds.add(&chance)),
            Kind::Normal(normal) => normal.add(calls.count, &chance, -1.0),
        }
    }

    /// The chance at each point that no agent is free.
    fn missing(&self) -> AtPoints {
        if self.calls < self.free_now {
            return [0.0; POINTS];
        }
        match &self.kind {
            Kind::Exact { frees, holds } => frees.at_most_as_many_as(holds, -self.free_now),
            Kind::Normal(normal) => normal.at_most(-self.free_now),
        }
    }
}

/// A sum of many chances: agents free, less calls that hold one.
#[derive(Clone, Copy, Debug, Default)]
struct Normal {
    mean: AtPoints,
    variance: AtPoints,
    third: AtPoints,
}

impl Normal {
    /// So many more with this chance, each adding `sign` to the sum.
    fn add(&mut self, count: u32, chance: &AtPoints, sign: f64) {
        let count = f64::from(count);
        for point in 0..POINTS {
            let chance = chance[point];
            let spread = count * chance * (1.0 - chance);
            self.mean[point] += sign * count * chance;
            self.variance[point] += spread;
            self.third[point] += sign * spread * (1.0 - 2.0 * chance);
        }
    }

    /// The chance that the sum is at most this.
    fn at_most(&self, most: i64) -> AtPoints {
        let deviation = self.variance.map(|variance| variance.max(1e-6).sqrt());
        let x: AtPoints =
            std::array::from_fn(|p| (most as f64 + 0.5 - self.mean[p]) / deviation[p]);
        let mut bell = x.map(|x| -0.5 * x * x);
        exp(&mut bell);
        std::array::from_fn(|p| {
            let bell = bell[p] / (2.0 * std::f64::consts::PI).sqrt();
            let skew = self.third[p] / (deviation[p] * deviation[p] * deviation[p]);
            let below = normal_below(x[p], bell);
            (below - skew / 6.0 * (x[p] * x[p] - 1.0) * bell).clamp(0.0, 1.0)
        })
    }
}

/// The standard normal distribution (Abramowitz and Stegun 26.2.17, error
/// below 1e-7), with its density at the same place.
fn normal_below(x: f64, bell: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let poly = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = bell * poly;
    if x > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn floor(agents: u32, calls: u32) -> Forecast {
        let alike = |count, chance| Alike {
            count,
            chance: [chance; POINTS],
        };
        Forecast {
            frees: vec![alike(agents, 0.3)],
            holds: vec![alike(calls, 0.2)],
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
        let mut normal = Normal::default();
        normal.add(60, &[0.3; POINTS], 1.0);
        normal.add(60, &[0.2; POINTS], -1.0);
        let normal = normal.at_most(-forecast.free_now)[0];
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
