//! A campaign with two carriers, of which the first fails for a while: its calls go over the
//! second within the same attempts, nobody pays for it, and it has its calls back soon after.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::Outcome;
use serde_json::json;
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::shift::{CAMPAIGN, Shift};
use tests::wire::{Wire, WireCall};

/// From the carrier's return until it has its calls again.
const BACK_WITHIN: Duration = Duration::from_secs(10);

fn taken(wire: &Wire) -> Vec<WireCall> {
    let calls = wire.calls().into_values();
    calls.filter(|call| !call.failed).collect()
}

fn taken_since(wire: &Wire, since: Instant) -> usize {
    let calls = taken(wire);
    calls.iter().filter(|call| call.since >= since).count()
}

#[test]
fn calls_go_over_the_other_carrier_while_one_fails_and_nobody_pays() {
    let (first, second) = (Wire::start(), Wire::start());
    let floor = Floor::new();
    floor.prepare(&Shift {
        agents: 5,
        contacts: 3_000,
        // A call that finds a second used up overflows too: here only the failing carrier may be why.
        calls_per_second: 40,
        habits: json!({"talk_mean_s": 0.3, "talk_min_s": 0.2, "wrap_up_mean_s": 0.2,
            "machine": 0.0}),
        ..Shift::to(first.local())
    });
    let port = second.local().port().to_string();
    let shown = floor.run(&[
        "trunk",
        "set",
        "otra",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
    ]);
    assert_eq!(shown["name"], "otra");
    floor.run(&[
        "campaign", "set", CAMPAIGN, "--trunk", "hilo", "--trunk", "otra",
    ]);
    let engine = floor.serve();
    let advisors = floor.advisors(&engine);
    until("calls leave over the first", PATIENCE, || {
        taken(&first).len() > 10
    });
    assert_eq!(taken(&second).len(), 0, "the second is for overflow");

    first.set_down(true);
    let down = Instant::now();
    until("calls leave over the second", PATIENCE, || {
        taken_since(&second, down) > 20 && down.elapsed() > Duration::from_secs(8)
    });
    let over_second = taken_since(&second, down);
    let refused = first
        .calls()
        .into_values()
        .filter(|call| call.failed)
        .count();
    first.set_down(false);
    let back = Instant::now();
    until("calls leave over the first again", BACK_WITHIN, || {
        taken_since(&first, back) > 10
    });
    let again = back.elapsed();
    drop(advisors);
    engine.stop();

    let rows = floor.attempts();
    let wasted = rows
        .iter()
        .filter(|row| row.outcome == Some(Outcome::Congestion))
        .count();
    println!(
        "down: {refused} refused, {over_second} over the second; back: 11 calls in {again:?}; \
         {wasted} of {} attempts wasted",
        rows.len()
    );
    // A gate may close between two carriers: the person who was free is not any more. Fifteen calls were on
    // their way when the carrier failed.
    assert!(
        wasted <= 5.max(rows.len() / 100),
        "{wasted} of {}",
        rows.len()
    );
    one_attempt_each(&floor, &[&first, &second]);
    let verdict = floor.run(&["verify"]);
    assert_eq!(verdict["verify"], "ok", "{verdict}");
}

/// Whoever was called twice was called by one attempt, the second time only after the first carrier
/// had refused.
fn one_attempt_each(floor: &Floor, wires: &[&Wire]) {
    let mut attempts = HashMap::new();
    for row in floor.attempts() {
        if row.placed_at.is_some() {
            *attempts.entry(row.phone.dialable()).or_insert(0) += 1;
        }
    }
    let mut invites: HashMap<String, Vec<WireCall>> = HashMap::new();
    for call in wires.iter().flat_map(|wire| wire.calls().into_values()) {
        invites.entry(call.number.clone()).or_default().push(call);
    }
    for (number, mut calls) in invites {
        calls.sort_by_key(|call| call.since);
        let last = calls.len() - 1;
        assert!(
            calls[..last].iter().all(|call| call.failed),
            "{number}: {calls:?}"
        );
        let failed = calls.iter().filter(|call| call.failed).count();
        let charged = attempts.get(&number).copied().unwrap_or(0);
        assert!(
            charged >= 1 && charged <= failed.max(1),
            "{number}: {charged} of {calls:?}"
        );
    }
}
