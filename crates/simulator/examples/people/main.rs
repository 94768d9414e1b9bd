//! What pacing is worth against the usual modes, and what it is worth to know
//! that people differ. It drives the pacer alone, without the engine, on a
//! floor of its own; the tables are in docs/pacing-ablation.md.
//!
//! ```text
//! cargo run --release -p simulator --example people -- usual  1-3 5,10,20,50,100,300 8,15,30,50
//! cargo run --release -p simulator --example people -- differ 1-8 5,10,20,50 15,30
//! ```
//!
//! Figures are per cent: advisors' time on talk and wrap-up, live calls
//! abandoned of all seeds together, and the worst half hour of any of them.
//! `differ` adds the gain in points, seed by seed, with its standard error,
//! the calls placed for each that reaches an advisor, and the share given up.

mod day;
mod floor;
mod people;
mod usual;

use std::time::Duration;

use domain::Rate;
use pacing::{Pacer, PacerConfig};

use day::Day;
use floor::live_through;
use people::{Order, Shape};
use usual::{Adaptive, Ours, PerReady, PerWorking, Policy, Rule};

const TARGET: f64 = 0.03;
/// Contacts where nobody is short of them.
const MANY: u64 = 1 << 40;
/// Lines per ready advisor, and per working one, tried in hindsight.
const PER_READY: [f64; 30] = [
    1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.33, 3.67, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0,
    8.0, 9.0, 10.0, 11.0, 12.0, 14.0, 16.0, 18.0, 21.0, 25.0, 30.0, 36.0,
];
const PER_WORKING: [f64; 24] = [
    1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.0, 2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.8, 3.0,
    3.3, 3.6, 4.0, 5.0, 6.0,
];

type Make = Box<dyn Fn() -> Box<dyn Policy>>;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [what, seeds, agents, answers] = args.as_slice() else {
        panic!("say: usual|differ SEEDS AGENTS ANSWERS, as in the head of this file");
    };
    let (from, to) = seeds.split_once('-').expect("seeds: 1-3");
    let number = |text: &str| text.trim().parse::<u64>().expect("a number");
    let seeds: Vec<u64> = (number(from)..=number(to)).collect();
    let list = |text: &str| text.split(',').map(number).collect::<Vec<u64>>();
    for agents in list(agents) {
        for answer in list(answers) {
            let shape = Shape {
                agents: agents as usize,
                answer: answer as f64 / 100.0,
                advisors: 0.0,
                contacts: false,
                base: MANY,
            };
            match what.as_str() {
                "usual" => usual_modes(&shape, &seeds),
                "differ" => differ(&shape, &seeds),
                _ => panic!("usual or differ, not {what}"),
            }
        }
    }
}

fn ours(gives_up_at: Option<f64>) -> Make {
    let target = Rate::new(TARGET).expect("a share");
    let config = PacerConfig {
        target,
        limit: target,
        sure: None,
        wait_limit: Duration::from_secs(2),
        ring_timeout: Duration::from_secs(25),
    };
    Box::new(move || {
        Box::new(Ours {
            pacer: Pacer::new(config),
            gives_up_at,
            jumped: false,
        })
    })
}

fn days(shape: &Shape, order: Order, seeds: &[u64], make: &Make) -> Vec<Day> {
    let day = |seed: &u64| live_through(shape, order, *seed, make().as_mut());
    seeds.iter().map(day).collect()
}

fn mean(days: &[Day], of: impl Fn(&Day) -> f64) -> f64 {
    days.iter().map(of).sum::<f64>() / days.len() as f64
}

fn abandoned(days: &[Day]) -> f64 {
    mean(days, |day| day.abandoned as f64) / mean(days, |day| day.live as f64).max(1e-9)
}

fn told(days: &[Day]) -> String {
    let worst = days.iter().map(Day::worst).fold(0.0, f64::max);
    format!(
        "{:.1} | {:.2} | {:.0}",
        100.0 * mean(days, Day::utilisation),
        100.0 * abandoned(days),
        100.0 * worst
    )
}

/// Ours, each usual mode, and the best fixed ratios known afterwards.
fn usual_modes(shape: &Shape, seeds: &[u64]) {
    let floor = format!("{} | {:.0}", shape.agents, 100.0 * shape.answer);
    let show = |name: &str, days: &[Day]| println!("| {floor} | {name} | {} |", told(days));
    let run = |make: &Make| days(shape, Order::Mixed, seeds, make);
    show("ours", &run(&ours(None)));
    let rules = [Rule::HardLimit, Rule::Average, Rule::Tapered];
    for rule in rules {
        let make: Make = Box::new(move || Box::new(Adaptive::new(rule, 3.0, TARGET)));
        show(&format!("{rule:?}, cap 3"), &run(&make));
    }
    let per_ready = |lines| Box::new(move || Box::new(PerReady(lines)) as Box<dyn Policy>) as Make;
    let per_working =
        |lines| Box::new(move || Box::new(PerWorking(lines)) as Box<dyn Policy>) as Make;
    show("a line each", &run(&per_ready(1.0)));
    for (name, grid, make) in [
        ("ready", &PER_READY[..], &per_ready as &dyn Fn(f64) -> Make),
        ("working", &PER_WORKING[..], &per_working),
    ] {
        let mut best: Option<(f64, Vec<Day>)> = None;
        for lines in grid {
            let days = run(&make(*lines));
            let share = abandoned(&days);
            let busy = mean(&days, Day::utilisation);
            let most = best.as_ref().map(|(_, days)| mean(days, Day::utilisation));
            if share <= TARGET && most.is_none_or(|most| busy > most) {
                best = Some((*lines, days));
            }
            if share > 1.6 * TARGET {
                break;
            }
        }
        if let Some((lines, days)) = best {
            show(&format!("best in hindsight, {lines} per {name}"), &days);
        }
    }
}

/// Ours on people who differ, one thing changed at a time, seed by seed.
fn differ(shape: &Shape, seeds: &[u64]) {
    orders(shape, seeds);
    for (people, advisors) in [("alike", 0.0), ("advisors differ by 0.6", 0.6)] {
        let shape = Shape { advisors, ..*shape };
        let first = days(&shape, Order::Mixed, seeds, &ours(None));
        show(&shape, people, "none given up", &first, &first);
        for times in [1.5, 3.0, 6.0, 10.0] {
            let other = days(&shape, Order::Mixed, seeds, &ours(Some(times)));
            let name = format!("given up above {times} theta");
            show(&shape, people, &name, &other, &first);
        }
    }
}

/// Contacts of three segments, called in different orders.
fn orders(shape: &Shape, seeds: &[u64]) {
    let worked = Shape {
        contacts: true,
        base: base(shape),
        ..*shape
    };
    let large = Shape {
        base: 8 * base(shape),
        ..worked
    };
    let plain = ours(None);
    for (people, shape) in [("all called twice", worked), ("plenty", large)] {
        let first = days(&shape, Order::Mixed, seeds, &plain);
        show(&shape, people, "as they come", &first, &first);
        for (name, order) in [
            ("evenly", Order::Even),
            ("best first", Order::BestFirst),
            ("best where one is free", Order::BestForFree),
        ] {
            let other = days(&shape, order, seeds, &plain);
            show(&shape, people, name, &other, &first);
        }
    }
}

/// Contacts enough for about two calls each in a day.
fn base(shape: &Shape) -> u64 {
    let talks = shape.agents as f64 * 8.0 * 3_600.0 * 0.8 / 90.0;
    (talks / shape.answer / 2.0) as u64
}

fn show(shape: &Shape, people: &str, name: &str, days: &[Day], first: &[Day]) {
    let pairs = days.iter().zip(first);
    let gains: Vec<f64> = pairs
        .map(|(day, first)| 100.0 * (day.utilisation() - first.utilisation()))
        .collect();
    let gain = gains.iter().sum::<f64>() / gains.len() as f64;
    let spread: f64 = gains.iter().map(|one| (one - gain).powi(2)).sum();
    let error = (spread / (gains.len() as f64 - 1.0).max(1.0) / gains.len() as f64).sqrt();
    println!(
        "| {} | {:.0} | {people} | {name} | {} | {gain:+.2} ± {error:.2} | {:.1} | {:.0} |",
        shape.agents,
        100.0 * shape.answer,
        told(days),
        mean(days, |day| day.placed as f64
            / (day.live - day.abandoned).max(1) as f64),
        100.0 * mean(days, |day| day.given_up as f64 / day.placed as f64),
    );
}
