//! A month of a thousand agents: 22 days of eight hours through one pacer,
//! nights included. It must hold no more in the last week than in the first,
//! and keep to its target. Decisions come every three seconds here, not every
//! one, for the sake of whoever waits for the tests; how long one takes is for
//! `benches/pacing.rs` to say.

mod floor;

use std::time::Duration;

use domain::{DialMode, Rate, Timestamp};
use floor::{Floor, Shape};
use pacing::{Pacer, PacerConfig, Snapshot};

const AGENTS: usize = 1_000;
const DAYS: i64 = 22;
const DAY: i64 = 24 * 3_600_000;
const HOURS_OPEN: i64 = 8 * 3_600_000;
const TICK: i64 = 3_000;
const TARGET: f64 = 0.03;

#[test]
fn a_month_of_a_thousand_agents_keeps_memory_flat_and_the_target() {
    let mut pacer = pacer();
    let shape = Shape {
        agents: AGENTS,
        answer: 0.4,
        talk: 240.0,
        wrap_up: 30.0,
    };
    let mut floor = Floor::new(shape, 22, 0);
    let peaks: Vec<usize> = (0..DAYS)
        .map(|day| a_day(&mut pacer, &mut floor, working_day(day)))
        .collect();

    let first_week = peaks[..5].iter().max().expect("five days");
    let last_week = peaks[peaks.len() - 5..].iter().max().expect("five days");
    assert!(*last_week as f64 <= *first_week as f64 * 1.1, "{peaks:?}");
    assert!(*last_week < 1 << 20, "more than a megabyte: {peaks:?}");

    let tally = floor.tally;
    let abandoned = tally.abandoned as f64 / tally.live as f64;
    assert!(abandoned <= TARGET, "{abandoned} abandoned: {tally:?}");
    assert!(
        abandoned >= TARGET / 2.0,
        "it dialed with the brakes on: {tally:?}"
    );
    let at_work = tally.ready_ms + tally.talk_ms + tally.wrap_up_ms;
    assert_eq!(at_work, tally.on_shift_ms, "seconds of agents were lost");
    let busy = (tally.talk_ms + tally.wrap_up_ms) as f64 / at_work as f64;
    assert!(busy > 0.9, "busy {busy} of the time: {tally:?}");
}

/// One day; the most bytes that the pacer held on it.
fn a_day(pacer: &mut Pacer, floor: &mut Floor, opens: i64) -> usize {
    let closes = opens + HOURS_OPEN;
    let mut snapshot = Snapshot::empty(Timestamp::from_millis(opens), DialMode::Predictive);
    let mut peak = 0;
    floor.run(opens, &mut |_, _| {});
    floor.open();
    for now in (opens..closes).step_by(TICK as usize) {
        floor.run(now, &mut |at, fact| pacer.observe(at, fact));
        floor.look(&mut snapshot, closes);
        let decision = pacer.decide(&snapshot);
        floor.dial(decision.dial, &mut |at, fact| pacer.observe(at, fact));
        peak = peak.max(pacer.footprint());
    }
    floor.run(closes, &mut |at, fact| pacer.observe(at, fact));
    floor.close(&mut |at, fact| pacer.observe(at, fact));
    peak
}

/// When the nth working day opens: weekends are free.
fn working_day(day: i64) -> i64 {
    (day / 5 * 7 + day % 5) * DAY
}

fn pacer() -> Pacer {
    let target = Rate::new(TARGET).expect("a share");
    Pacer::new(PacerConfig {
        target,
        limit: target,
        sure: None,
        wait_limit: Duration::from_secs(2),
        ring_timeout: Duration::from_secs(25),
    })
}
