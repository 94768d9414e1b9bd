//! Pacing alone: a decision on floors of ten to a thousand agents, a fact, and
//! a whole day of a hundred. Compared with a round trip of one word between
//! two threads, as the engine is.
//!
//! Each floor is lived through beforehand, by the small one that the tests of
//! pacing use, and what its pacer was told is told again to another one.

#[path = "../crates/pacing/tests/floor/mod.rs"]
mod floor;

use std::hint::black_box;
use std::time::{Duration, Instant};

use benches::{compare, quick, round_trips, span};
use criterion::{BenchmarkId, Criterion, Throughput};
use domain::{DialMode, Rate, Timestamp};
use floor::{Floor, Shape};
use pacing::{Fact, Pacer, PacerConfig, Snapshot};

/// Something a pacer is told, or asked.
enum Step {
    Told(Timestamp, Fact),
    Asked(Snapshot),
}

/// Times something was done, and how long that took.
#[derive(Default)]
struct Spent {
    times: u64,
    time: Duration,
}

fn main() {
    let trips = round_trips();
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(span() / 4)
        .measurement_time(span())
        .configure_from_args();
    let (mut decisions, mut facts) = (Vec::new(), Spent::default());
    for agents in [10, 100, 300, 1_000] {
        // Twenty minutes to learn, five to be measured.
        let minutes = if quick() { 8 } else { 25 };
        let mut steps = lived(agents, minutes * 60);
        let measured = steps.split_off(steps.len() * 4 / 5);
        let mut pacer = pacer();
        tell(&mut pacer, &steps);
        let spent = bench_decisions(&mut criterion, agents, &pacer, &measured, &mut facts);
        decisions.push((agents, spent));
    }
    let hours = if quick() { 1 } else { 8 };
    let day = bench_day(&mut criterion, hours);
    criterion.final_summary();
    for (agents, spent) in decisions {
        let what = format!("pacing decision, {agents} agents");
        compare(&what, spent.rate(), "channel round trip", trips);
    }
    compare("pacing fact", facts.rate(), "channel round trip", trips);
    let what = format!("a second of 100 agents, {hours} h of them");
    compare(&what, day.rate(), "channel round trip", trips);
}

impl Spent {
    fn rate(&self) -> f64 {
        self.times as f64 / self.time.as_secs_f64()
    }

    fn took(&mut self, times: u64, began: Instant) {
        self.times += times;
        self.time += began.elapsed();
    }
}

/// Decisions amid the facts of their floor; the facts in between are timed
/// apart.
fn bench_decisions(
    criterion: &mut Criterion,
    agents: usize,
    pacer: &Pacer,
    steps: &[Step],
    facts: &mut Spent,
) -> Spent {
    let mut all = Spent::default();
    let mut group = criterion.benchmark_group("pacing decision");
    group.bench_function(BenchmarkId::from_parameter(agents), |bencher| {
        bencher.iter_custom(|times| {
            let mut spent = Spent::default();
            while spent.times < times {
                decide_through(pacer.clone(), steps, times, &mut spent, facts);
            }
            all.times += spent.times;
            all.time += spent.time;
            spent.time
        });
    });
    group.finish();
    all
}

/// Goes through the steps until so many decisions were made.
fn decide_through(
    mut pacer: Pacer,
    steps: &[Step],
    times: u64,
    spent: &mut Spent,
    facts: &mut Spent,
) {
    let is_told = |step: &Step| matches!(step, Step::Told(..));
    for round in steps.chunk_by(|step, next| is_told(step) == is_told(next)) {
        let began = Instant::now();
        tell(&mut pacer, round);
        if is_told(&round[0]) {
            facts.took(round.len() as u64, began);
        } else {
            spent.took(round.len() as u64, began);
        }
        if spent.times >= times {
            return;
        }
    }
}

/// All decisions and facts of a day, from the first one on; counted by the
/// seconds of the day.
fn bench_day(criterion: &mut Criterion, hours: u32) -> Spent {
    let steps = lived(100, i64::from(hours) * 3_600);
    let mut all = Spent::default();
    let mut group = criterion.benchmark_group("pacing alone");
    group.throughput(Throughput::Elements(steps.len() as u64));
    let name = BenchmarkId::new("100 agents, hours", hours);
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|times| {
            let began = Instant::now();
            for _ in 0..times {
                tell(&mut pacer(), &steps);
            }
            all.took(times * u64::from(hours) * 3_600, began);
            began.elapsed()
        });
    });
    group.finish();
    all
}

fn tell(pacer: &mut Pacer, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Told(at, fact) => pacer.observe(*at, *fact),
            Step::Asked(snapshot) => {
                black_box(pacer.decide(black_box(snapshot)));
            }
        }
    }
}

/// What a pacer is told and asked in the first seconds of a floor's day.
fn lived(agents: usize, seconds: i64) -> Vec<Step> {
    let shape = Shape {
        agents,
        answer: 0.3,
        talk: 75.0,
        wrap_up: 15.0,
    };
    let closes = 8 * 3_600_000;
    let (mut floor, mut pacer) = (Floor::new(shape, 7, 0), pacer());
    let mut steps = Vec::new();
    floor.open();
    for second in 0..seconds {
        let mut told = |at, fact| {
            pacer.observe(at, fact);
            steps.push(Step::Told(at, fact));
        };
        floor.run(second * 1_000, &mut told);
        let mut snapshot = Snapshot::empty(Timestamp::from_millis(0), DialMode::Predictive);
        floor.look(&mut snapshot, closes);
        let decision = pacer.decide(&snapshot);
        steps.push(Step::Asked(snapshot));
        let mut told = |at, fact| {
            pacer.observe(at, fact);
            steps.push(Step::Told(at, fact));
        };
        floor.dial(decision.dial, &mut told);
    }
    steps
}

fn pacer() -> Pacer {
    let target = Rate::new(0.03).expect("a share");
    Pacer::new(PacerConfig {
        target,
        limit: target,
        sure: None,
        wait_limit: Duration::from_secs(2),
        ring_timeout: Duration::from_secs(25),
    })
}
