//! The projection against the worked example, against sums done by hand, and against days it did not know.

use super::*;
use crate::rounding::half_up;

fn example() -> (Prior, Standing) {
    let prior = Prior {
        alpha: 9.1,
        beta: 100.0,
    };
    let day = Standing {
        sales: 7,
        exposure: 100.0,
        rest: 66.5,
        goal: Some(15.0),
    };
    (prior, day)
}

/// The seven figures of the worked example at 13:00, and what the rulings add to them.
#[test]
fn the_example_at_one_o_clock_closes_at_12_4() {
    let (prior, day) = example();
    let seen = project(Some(prior), &day).expect("there is a prior");
    assert_eq!(half_up(seen.rate, 4), "0.0805");
    assert_eq!(half_up(seen.close - 7.0, 1), "5.4");
    assert_eq!(half_up(seen.close, 1), "12.4");
    assert_eq!((seen.low, seen.high), (9, 16));
    let attained = seen.close / 15.0;
    assert_eq!(half_up(attained * 100.0, 0), "82");
    let reached = seen.goal_probability.expect("there is a goal");
    assert_eq!(half_up(reached * 100.0, 0), "20");
    // The range is named 80 % and holds 87.8 %; 33 advisor-hours more would do.
    assert_eq!(seen.nominal, 0.8);
    assert_eq!(half_up(seen.exact * 100.0, 1), "87.8");
    assert_eq!(half_up(seen.hours_short.expect("a goal"), 0), "33");
}

#[test]
fn nobody_rostered_any_more_closes_as_it_stands() {
    let (prior, day) = example();
    let closed = |goal| {
        let day = Standing {
            rest: 0.0,
            goal: Some(goal),
            ..day
        };
        project(Some(prior), &day).expect("it stands")
    };
    let missed = closed(15.0);
    assert_eq!((missed.close, missed.low, missed.high), (7.0, 7, 7));
    assert_eq!(missed.goal_probability, Some(0.0));
    assert_eq!(closed(7.0).goal_probability, Some(1.0));
}

#[test]
fn without_past_and_without_sales_nothing_is_said() {
    let (_, day) = example();
    let nothing = Standing { sales: 0, ..day };
    assert_eq!(project(None, &nothing), None);
    let own = project(None, &day).expect("its own sales say something");
    assert_eq!(half_up(own.rate, 2), "0.07");
}

#[test]
fn a_goal_that_is_reached_is_sure_and_needs_nothing() {
    let (prior, day) = example();
    let day = Standing {
        goal: Some(7.0),
        ..day
    };
    let seen = project(Some(prior), &day).expect("there is a prior");
    assert_eq!(seen.goal_probability, Some(1.0));
    assert_eq!(seen.hours_short, Some(0.0));
}

#[test]
fn a_floor_of_thousands_does_not_run_out_of_floats() {
    let day = Standing {
        sales: 20_000,
        exposure: 4_000.0,
        rest: 4_000.0,
        goal: Some(40_000.0),
    };
    let seen = project(None, &day).expect("its own sales say something");
    assert!(seen.low < 40_000 && seen.high > 40_000, "{seen:?}");
    assert!((seen.exact - 0.8).abs() < 0.01, "{seen:?}");
    let reached = seen.goal_probability.expect("a goal");
    assert!((reached - 0.5).abs() < 0.02, "{reached}");
}

fn hour(day: i64, hour: u8, sales: u64, connected: f64) -> PastHour {
    PastHour {
        day,
        hour,
        sales,
        connected,
    }
}

#[test]
fn factors_weigh_the_past_as_many_hours_as_it_had() {
    let past = [
        hour(1, 9, 90, 10.0),
        hour(1, 10, 10, 10.0),
        hour(1, 11, 20, 5.0),
    ];
    let factors = HourFactors::of(&past);
    let weighted: f64 = past
        .iter()
        .map(|one| one.connected * factors.get(one.hour))
        .sum();
    assert!((weighted - 25.0).abs() < 1e-9, "{factors:?}");
    assert!(factors.get(9) > factors.get(11) && factors.get(11) > factors.get(10));
    assert_eq!(factors.get(3), 1.0);
    assert_eq!(HourFactors::of(&[]), HourFactors::default());
    // Two sales say little: the factor stays near 1.
    let few = HourFactors::of(&[hour(1, 9, 2, 10.0), hour(1, 10, 0, 10.0)]);
    assert!((few.get(9) - 1.0).abs() < 0.3, "{few:?}");
}

#[test]
fn a_prior_is_worth_less_the_more_days_differ() {
    let flat = HourFactors::default();
    let prior = |sales: [u64; 6]| {
        let past: Vec<_> = (0..6)
            .zip(sales)
            .map(|(d, s)| hour(d, 9, s, 100.0))
            .collect();
        Prior::of(&past, &flat).expect("sales and hours")
    };
    let alike = prior([10, 11, 9, 10, 10, 10]);
    let unlike = prior([0, 30, 2, 25, 1, 2]);
    for prior in [alike, unlike] {
        assert!((prior.alpha / prior.beta - 0.1).abs() < 1e-9, "{prior:?}");
    }
    assert!(alike.beta > 100.0 && alike.beta < 600.0, "{alike:?}");
    assert!(unlike.beta < 10.0, "{unlike:?}");
    assert_eq!(Prior::of(&[hour(1, 9, 0, 10.0)], &flat), None);
    let young = Prior::of(&[hour(1, 9, 5, 50.0), hour(2, 9, 6, 60.0)], &flat);
    assert_eq!(young.expect("sales").beta, 55.0, "a day's worth");
}

/// SplitMix64: days from a seed, without a crate.
struct Dice(u64);

impl Dice {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn poisson(&mut self, mean: f64) -> u64 {
        let (limit, mut product, mut count) = ((-mean).exp(), self.unit(), 0);
        while product > limit {
            product *= self.unit();
            count += 1;
        }
        count
    }

    /// A Gamma with mean 1: the sum of so many exponentials, by it.
    fn gamma(&mut self, shape: u32) -> f64 {
        let sum: f64 = (0..shape).map(|_| -(1.0 - self.unit()).ln()).sum();
        sum / f64::from(shape)
    }
}

/// Advisors of each hour from 8 to 18 and what the hour is worth; the true ones, unknown to the projection.
const TRUE_HOURS: [(u8, f64, f64); 10] = [
    (8, 12.0, 0.6),
    (9, 20.0, 1.1),
    (10, 20.0, 1.4),
    (11, 20.0, 1.3),
    (12, 14.0, 0.7),
    (13, 14.0, 0.6),
    (14, 20.0, 0.9),
    (15, 20.0, 1.1),
    (16, 20.0, 1.2),
    (17, 10.0, 0.8),
];
const TRUE_RATE: f64 = 0.091;
/// How unlike days are.
const TRUE_SHAPE: u32 = 12;

fn true_day(dice: &mut Dice, day: i64) -> Vec<PastHour> {
    let mood = dice.gamma(TRUE_SHAPE);
    let of = |(hour, connected, factor): (u8, f64, f64)| PastHour {
        day,
        hour,
        sales: dice.poisson(TRUE_RATE * mood * factor * connected),
        connected,
    };
    TRUE_HOURS.into_iter().map(of).collect()
}

/// Days from a seed, each projected at every full hour from no more than the 20 days before it: the close lies in the range at
/// least as often as the range says, at each hour. The figures are those of `docs/projection.md`.
#[test]
fn the_range_holds_the_close_as_often_as_it_says() {
    const DAYS: i64 = 600;
    const KNOWN: usize = 20;
    let mut dice = Dice(20_261_130);
    let days: Vec<_> = (0..DAYS).map(|day| true_day(&mut dice, day)).collect();
    let mut held: BTreeMap<u8, (u32, u32, f64)> = BTreeMap::new();
    let (mut reached, mut promised) = (0.0, 0.0);
    for window in days.windows(KNOWN + 1) {
        let (past, day) = (window[..KNOWN].concat(), &window[KNOWN]);
        let factors = HourFactors::of(&past);
        let prior = Prior::of(&past, &factors);
        let weight = |hours: &[PastHour]| -> f64 {
            hours
                .iter()
                .map(|one| one.connected * factors.get(one.hour))
                .sum()
        };
        let closed: u64 = day.iter().map(|one| one.sales).sum();
        for at in 1..day.len() {
            let (before, after) = day.split_at(at);
            let standing = Standing {
                sales: before.iter().map(|one| one.sales).sum(),
                exposure: weight(before),
                rest: weight(after),
                goal: Some(15.0),
            };
            let seen = project(prior, &standing).expect("the past sold something");
            let (days, holds, exact) = held.entry(day[at].hour).or_default();
            *days += 1;
            *holds += u32::from((seen.low..=seen.high).contains(&closed));
            *exact += seen.exact;
            promised += seen.goal_probability.expect("a goal");
            reached += f64::from(u8::from(closed >= 15));
        }
    }
    let (mut all, mut all_held) = (0, 0);
    for (hour, (days, holds, exact)) in &held {
        let (share, said) = (
            f64::from(*holds) / f64::from(*days),
            exact / f64::from(*days),
        );
        println!("{hour}:00  {days} days, close in the range {share:.3}, range says {said:.3}");
        assert!(share >= 0.8, "at {hour}:00 the range holds {share:.3}");
        (all, all_held) = (all + days, all_held + holds);
    }
    let coverage = f64::from(all_held) / f64::from(all);
    println!(
        "all: {coverage:.3}; goal reached {:.3}, promised {:.3}",
        reached / f64::from(all),
        promised / f64::from(all)
    );
    assert!(coverage >= 0.8, "{coverage:.3}");
    // What is promised of the goal is what comes of it.
    assert!((reached - promised).abs() / f64::from(all) < 0.05);
}
