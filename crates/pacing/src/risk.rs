//! The chance that one more call, if a person answers it, finds no agent:
//! that agents free by then are no more than calls that hold one. Exact for
//! small floors, a curve for large ones. Averaged over two views of the floor
//! as far apart as what is not known of it.

use crate::curve::{Curve, Powers};
use crate::forecast::{Alike, AtPoints, Forecast, POINTS};
use crate::numbers::Numbers;

/// Up to so many agents and calls, or so little variance, the distribution is
/// exact: a curve would be off by more than a hundredth of the risk.
const EXACT_MAX: u32 = 30;
const VARIANCE_MIN: f64 = 3.0;
/// How far apart the two views are, in standard deviations of what is known.
/// More than one, since the shapes of the curves are not known at first
/// either; of no weight once some hundred people have answered.
const ANSWERS_APART: f64 = 1.6;
const FREES_APART: f64 = 2.0;

/// The risk of the next call, updated as calls are added.
#[derive(Clone, Debug)]
pub(crate) struct Risk {
    views: Vec<View>,
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
    Exact {
        frees: Numbers,
        holds: Numbers,
        /// Of one call more.
        call: AtPoints,
    },
    Curve {
        sum: Box<Curve>,
        /// What one call more adds to it.
        call: Box<Curve>,
    },
}

impl Risk {
    pub(crate) fn new(forecast: &Forecast) -> Risk {
        let beliefs = beliefs(forecast);
        let views = if forecast.is_large() {
            let most = beliefs.iter().map(|b| b.frees.max(b.answers));
            let most = most.fold(1.0, f64::max);
            let frees = Crowd::new(&forecast.frees, most);
            let holds = Crowd::new(&forecast.holds, most);
            let curve = |belief: Belief| View::curve(forecast, belief, &frees, &holds);
            beliefs.into_iter().map(curve).collect()
        } else {
            let exact = |belief| View::exact(forecast, belief);
            beliefs.into_iter().map(exact).collect()
        };
        Risk { views }
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
        self.views.iter_mut().for_each(View::add_call);
    }
}

impl Forecast {
    /// Whether there is enough on the floor for a curve to fit.
    fn is_large(&self) -> bool {
        let all = || self.frees.iter().chain(&self.holds);
        let variance = |alike: &Alike| {
            let chance = alike.chance[0].min(alike.chance[POINTS - 1]);
            f64::from(alike.count) * chance * (1.0 - chance)
        };
        all().map(|alike| alike.count).sum::<u32>() > EXACT_MAX
            && all().map(variance).sum::<f64>() > VARIANCE_MIN
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
    /// Adds up agents and calls one by one.
    fn exact(forecast: &Forecast, belief: Belief) -> View {
        let add_up = |all: &[Alike], factor: f64| {
            let mut numbers = Numbers::none();
            for alike in all {
                let chance = at_most_1(&alike.chance, factor);
                (0..alike.count).for_each(|_| numbers.add(&chance));
            }
            numbers
        };
        let kind = Kind::Exact {
            frees: add_up(&forecast.frees, belief.frees),
            holds: add_up(&forecast.holds, belief.answers),
            call: at_most_1(&forecast.new_holds, belief.answers),
        };
        View::new(forecast, belief, kind)
    }

    /// Adds up what is known of them in groups.
    fn curve(forecast: &Forecast, belief: Belief, frees: &Crowd, holds: &Crowd) -> View {
        let mut sum = Box::<Curve>::default();
        frees.add_to(&mut sum, belief.frees, 1.0);
        holds.add_to(&mut sum, belief.answers, -1.0);
        let mut call = Box::<Curve>::default();
        call.add(1, &at_most_1(&forecast.new_holds, belief.answers), -1.0);
        View::new(forecast, belief, Kind::Curve { sum, call })
    }

    fn new(forecast: &Forecast, belief: Belief, kind: Kind) -> View {
        let calls = forecast.holds.iter().map(|alike| i64::from(alike.count));
        View {
            belief,
            free_now: forecast.free_now,
            calls: calls.sum(),
            kind,
        }
    }

    fn add_call(&mut self) {
        self.calls += 1;
        match &mut self.kind {
            Kind::Exact { holds, call, .. } => holds.add(call),
            Kind::Curve { sum, call } => sum.plus(call),
        }
    }

    /// The chance at each point that no agent is free.
    fn missing(&self) -> AtPoints {
        if self.calls < self.free_now {
            return [0.0; POINTS];
        }
        match &self.kind {
            Kind::Exact { frees, holds, .. } => frees.at_most_as_many_as(holds, -self.free_now),
            Kind::Curve { sum, .. } => sum.at_most(-self.free_now),
        }
    }
}

/// Many agents, or many calls, to be seen from any view.
struct Crowd {
    powers: Powers,
    /// Those whose chance a view might put above 1.
    likely: Vec<Alike>,
}

impl Crowd {
    fn new(all: &[Alike], factor_max: f64) -> Crowd {
        let mut crowd = Crowd {
            powers: Powers::default(),
            likely: Vec::new(),
        };
        for alike in all {
            let most = alike.chance.iter().copied().fold(0.0, f64::max);
            if most * factor_max > 1.0 {
                crowd.likely.push(*alike);
            } else {
                crowd.powers.add(alike.count, &alike.chance);
            }
        }
        crowd
    }

    fn add_to(&self, sum: &mut Curve, factor: f64, sign: f64) {
        sum.add_all(&self.powers, factor, sign);
        for alike in &self.likely {
            sum.add(alike.count, &at_most_1(&alike.chance, factor), sign);
        }
    }
}

fn at_most_1(chance: &AtPoints, factor: f64) -> AtPoints {
    chance.map(|chance| (chance * factor).min(1.0))
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
    fn the_curve_meets_the_exact_distribution() {
        for (agents, calls, free_now) in [(12, 24, 5), (20, 20, 1), (60, 60, 3), (200, 300, 13)] {
            let mut forecast = floor(agents, calls);
            forecast.free_now = free_now;
            let curve = Risk::new(&forecast).next();
            let view = View::exact(&forecast, beliefs(&forecast)[0]);
            let exact = view.missing()[0];
            assert!((curve / exact - 1.0).abs() < 0.02, "{exact} {curve}");
            assert!(exact > 0.001 && exact < 0.5, "{exact}");
        }
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
