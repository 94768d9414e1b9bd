//! A day rehearsed: eight hours of a hundred agents in virtual time, through
//! the whole engine, and twenty such days on every processor. Compared with
//! feeding the same engine the record of the same hours: half a million inputs
//! read from memory and their steps thrown away, where the world makes inputs up
//! as it goes and has the next step written where the last one was.

use std::hint::black_box;
use std::thread::available_parallelism;

use benches::{compare, quick, rate_with, span};
use engine::{Engine, Numbering};
use simulator::Scenario;

fn main() {
    let hours = if quick() { 0.25 } else { 8.0 };
    let scenario = Scenario {
        agents: 100,
        hours,
        ..Scenario::default()
    };
    let fed = engine_alone(&scenario);
    let one = days(&scenario, 1, 1);
    let what = format!("day of {hours} h, 100 agents");
    compare(&what, one, "engine fed its record", fed);
    let processors = available_parallelism().map_or(1, usize::from);
    let runs = if quick() { 4 } else { 20 };
    let many = days(&scenario, runs, processors);
    let what = format!("{runs} such days, {processors} processors");
    compare(&what, many, "one day after another", one);
}

/// Days a second.
fn days(scenario: &Scenario, runs: u32, threads: usize) -> f64 {
    let round = |()| {
        let reports = simulator::rehearse(scenario, runs, threads, &|| {});
        black_box(reports.expect("the defaults can be simulated"));
        u64::from(runs)
    };
    rate_with(span(), || (), round)
}

/// The same for the engine without a world, its pacing without a ledger as in
/// a rehearsal.
fn engine_alone(scenario: &Scenario) -> f64 {
    let inputs = simulator::record(scenario).expect("the defaults can be simulated");
    let round = |inputs: Vec<_>| {
        let mut engine = Engine::new(Numbering::default()).without_ledger();
        for (at, input) in inputs {
            let _ = black_box(engine.handle(at, input));
        }
        1
    };
    rate_with(span(), || inputs.clone(), round)
}
