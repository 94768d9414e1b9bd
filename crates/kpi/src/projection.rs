//! How the day will close: a Gamma prior of sales per weighted advisor-hour, what was sold so far, and the hours that are
//! left give a negative binomial of what is still to come.
//!
//! An advisor-hour is weighted by the factor of its hour of the day. Factors come of the campaign's past days: sales of the
//! hour by what its advisor-hours would have sold at the mean rate, drawn towards 1 where there were few sales, and
//! normalised so that the past advisor-hours weighted are as many as there were. Elapsed time counts as it was connected,
//! to the minute; what is left as it is rostered (ruling 15).

use std::collections::BTreeMap;

/// The range leaves this much on either side, nominally.
const TAIL: f64 = 0.10;
/// Sales that an hour's factor is drawn towards 1 by.
const FACTOR_PRIOR_SALES: f64 = 5.0;
/// Fewest past days whose spread is believed; with fewer the prior weighs as much as a day.
const SPREAD_DAYS_MIN: usize = 5;
/// Most sales still to come that are looked at: more are no day's.
const SALES_MAX: u32 = 1_000_000;

/// An hour of a past day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastHour {
    /// The day, by any count.
    pub day: i64,
    /// Hour of the day, 0 to 23.
    pub hour: u8,
    /// Accepted sales.
    pub sales: u64,
    /// Advisor-hours connected.
    pub connected: f64,
}

/// What hours of the day are worth against each other; 1 where nothing is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HourFactors(BTreeMap<u8, f64>);

impl HourFactors {
    /// Of past days.
    pub fn of(past: &[PastHour]) -> HourFactors {
        let mut by_hour: BTreeMap<u8, (f64, f64)> = BTreeMap::new();
        for one in past {
            let (sales, connected) = by_hour.entry(one.hour).or_default();
            *sales += one.sales as f64;
            *connected += one.connected;
        }
        let sales: f64 = by_hour.values().map(|(sales, _)| sales).sum();
        let connected: f64 = by_hour.values().map(|(_, connected)| connected).sum();
        if sales <= 0.0 || connected <= 0.0 {
            return HourFactors::default();
        }
        let rate = sales / connected;
        let factor = |(sales, connected): (f64, f64)| {
            (sales + FACTOR_PRIOR_SALES) / (rate * connected + FACTOR_PRIOR_SALES)
        };
        let raw: BTreeMap<u8, f64> = by_hour
            .iter()
            .map(|(h, sums)| (*h, factor(*sums)))
            .collect();
        let weighted: f64 = by_hour.iter().map(|(h, (_, c))| c * raw[h]).sum();
        let scale = connected / weighted;
        HourFactors(raw.into_iter().map(|(h, f)| (h, f * scale)).collect())
    }

    /// Of an hour of the day.
    pub fn get(&self, hour: u8) -> f64 {
        self.0.get(&hour).copied().unwrap_or(1.0)
    }
}

/// Sales per weighted advisor-hour, as past days know it: a Gamma of `alpha` sales in `beta` hours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prior {
    /// Shape: sales it is worth.
    pub alpha: f64,
    /// Rate: weighted advisor-hours it is worth.
    pub beta: f64,
}

impl Prior {
    /// Of past days, by moments: what their sales spread more than chance alone would have them says how alike days are. Worth
    /// no more than all of them.
    /// `None` where nothing was ever sold or nobody was there.
    pub fn of(past: &[PastHour], factors: &HourFactors) -> Option<Prior> {
        let mut days: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        for one in past {
            let (sales, exposure) = days.entry(one.day).or_default();
            *sales += one.sales as f64;
            *exposure += one.connected * factors.get(one.hour);
        }
        days.retain(|_, (_, exposure)| *exposure > 0.0);
        let sales: f64 = days.values().map(|(sales, _)| sales).sum();
        let exposure: f64 = days.values().map(|(_, exposure)| exposure).sum();
        if sales <= 0.0 || exposure <= 0.0 {
            return None;
        }
        let rate = sales / exposure;
        let day = exposure / days.len() as f64;
        let beta = match days.len() < SPREAD_DAYS_MIN {
            true => day,
            false => (spread(&days, rate) / rate).min(exposure),
        };
        Some(Prior {
            alpha: beta * rate,
            beta,
        })
    }
}

/// The shape whose negative binomial spreads as these days do, and by one standard error more: few days know little of how
/// much days differ, and a range that is too narrow is worse than one too wide.
fn spread(days: &BTreeMap<i64, (f64, f64)>, rate: f64) -> f64 {
    let expected = |exposure: f64| rate * exposure;
    let excess: f64 = days
        .values()
        .map(|(sales, exposure)| (sales - expected(*exposure)).powi(2) - expected(*exposure))
        .sum();
    let squares: f64 = days.values().map(|(_, e)| expected(*e).powi(2)).sum();
    let chance = days.values().map(|(_, e)| expected(*e)).sum::<f64>() / squares;
    let beyond_chance = (excess / squares).max(0.0);
    let error = (2.0 / (days.len() as f64 - 1.0)).sqrt() * (beyond_chance + chance);
    1.0 / (beyond_chance + error)
}

/// A day as it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Standing {
    /// Accepted sales so far.
    pub sales: u64,
    /// Weighted advisor-hours so far.
    pub exposure: f64,
    /// Weighted advisor-hours still rostered.
    pub rest: f64,
    /// The goal of the day.
    pub goal: Option<f64>,
}

/// How a day will close.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    /// Sales per weighted advisor-hour, as now believed.
    pub rate: f64,
    /// Sales at the close, in the mean.
    pub close: f64,
    /// The range: at the close no fewer, nominally in 90 of 100 days.
    pub low: u64,
    /// At the close no more, nominally in 90 of 100 days.
    pub high: u64,
    /// How sure the range is by name: 80 %.
    pub nominal: f64,
    /// How sure it is: sales are whole, so its ends hold more.
    pub exact: f64,
    /// How likely the goal is reached; `None` without a goal.
    pub goal_probability: Option<f64>,
    /// Weighted advisor-hours more that the goal needs in the mean; `None` without a goal, 0 where it needs none.
    pub hours_short: Option<f64>,
}

/// Projects the close of a day; `None` where neither the past nor the day says anything of the rate.
pub fn project(prior: Option<Prior>, day: &Standing) -> Option<Projection> {
    let Prior { alpha, beta } = prior.unwrap_or(Prior {
        alpha: 0.0,
        beta: 0.0,
    });
    let (shape, hours) = (alpha + day.sales as f64, beta + day.exposure);
    if day.rest <= 0.0 {
        return Some(over(day, if hours > 0.0 { shape / hours } else { 0.0 }));
    }
    if shape <= 0.0 || hours <= 0.0 {
        return None;
    }
    let rate = shape / hours;
    let to_come = ToCome {
        shape,
        stop: hours / (hours + day.rest),
    };
    let (low, high, exact) = to_come.range();
    let missing = day.goal.map(|goal| goal - day.sales as f64);
    Some(Projection {
        rate,
        close: day.sales as f64 + rate * day.rest,
        low: day.sales + low,
        high: day.sales + high,
        nominal: 1.0 - 2.0 * TAIL,
        exact,
        goal_probability: missing.map(|missing| to_come.at_least(missing)),
        hours_short: missing.map(|missing| (missing / rate - day.rest).max(0.0)),
    })
}

/// Nobody is rostered any more: it closes as it stands (ruling 15 d).
fn over(day: &Standing, rate: f64) -> Projection {
    let reached = |goal: f64| day.sales as f64 >= goal;
    let missing = |goal: f64| (goal - day.sales as f64).max(0.0);
    Projection {
        rate,
        close: day.sales as f64,
        low: day.sales,
        high: day.sales,
        nominal: 1.0 - 2.0 * TAIL,
        exact: 1.0,
        goal_probability: day.goal.map(|goal| if reached(goal) { 1.0 } else { 0.0 }),
        hours_short: day
            .goal
            .and_then(|goal| (rate > 0.0).then(|| missing(goal) / rate)),
    }
}

/// Sales still to come: a negative binomial of this shape, each sale being the last with probability `stop`.
struct ToCome {
    shape: f64,
    stop: f64,
}

impl ToCome {
    /// Probabilities of 0, 1, 2, ... sales; in logarithms, since the first may be smaller than a float.
    fn each(&self) -> impl Iterator<Item = (u64, f64)> {
        let (shape, go_on) = (self.shape, 1.0 - self.stop);
        let mut ln = shape * self.stop.ln();
        (0..SALES_MAX).map(move |sales| {
            let p = ln.exp();
            let k = f64::from(sales);
            ln += ((k + shape) / (k + 1.0) * go_on).ln();
            (u64::from(sales), p)
        })
    }

    /// The quantiles at either tail, and how much lies between them, both included.
    fn range(&self) -> (u64, u64, f64) {
        let (mut below, mut sum, mut low) = (0.0, 0.0, None);
        for (sales, p) in self.each() {
            if low.is_none() && sum + p >= TAIL {
                (low, below) = (Some(sales), sum);
            }
            sum += p;
            if sum >= 1.0 - TAIL {
                return (low.unwrap_or(sales), sales, sum - below);
            }
        }
        (low.unwrap_or(0), u64::from(SALES_MAX), 1.0 - below)
    }

    /// How likely so many come at least.
    fn at_least(&self, missing: f64) -> f64 {
        if missing <= 0.0 {
            return 1.0;
        }
        let fewer = self
            .each()
            .take_while(|(sales, _)| (*sales as f64) < missing);
        (1.0 - fewer.map(|(_, p)| p).sum::<f64>()).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests;
