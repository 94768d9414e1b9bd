//! A supervisor's orders to a floor that is dialing, watched on the wire: they
//! take effect within a second.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};
use tests::http::{ask, log_in};
use tests::shift::{CAMPAIGN, Shift};
use tests::wire::{Wire, WireCall};
use tests::{Floor, Running};

/// Until an order holds.
const OBEYED: Duration = Duration::from_secs(1);
/// How long a phone rings that nobody answers.
const RING: Duration = Duration::from_secs(15);

#[test]
fn a_pause_and_a_cap_hold_within_a_second() {
    let floor = Floor::new();
    let wire = Wire::start();
    floor.prepare(&Shift::to(wire.local()));
    let engine = floor.serve();
    let advisors = floor.advisors(&engine);
    until("the floor dials", PATIENCE, || wire.calls().len() > 20);

    let boss = supervisor(&floor, &engine);
    let order = |method: &str, path: &str, body: Value| {
        let (status, answer) = ask(engine.http(), method, path, Some(&boss), Some(body));
        assert!((200..300).contains(&status), "{status}: {answer}");
        Instant::now()
    };
    let paused = order("POST", "/api/v1/campaigns/1/pause", json!({}));
    until("those who rang are given up", PATIENCE, || {
        paused.elapsed() > OBEYED && wire.calls().values().all(|call| call.over)
    });
    let late = began(&wire)
        .into_iter()
        .filter(|call| call.since > paused + OBEYED);
    assert_eq!(late.count(), 0, "dialed while paused");

    let cap = floor.run(&["campaign", "set", CAMPAIGN, "--lines-max", "1"]);
    assert_eq!(cap["lines_max"], 1, "{cap}");
    let started = order("POST", "/api/v1/campaigns/1/start", json!({}));
    until("somebody let it ring under the cap", PATIENCE, || {
        let calls = began(&wire);
        let rings = |call: &&WireCall| call.since > started && rings_for_ever(call);
        calls.iter().filter(rings).any(|call| call.over)
    });
    one_at_a_time(&wire, started);
    assert!(advisors.farewell()["typified"].as_u64() > Some(0));
    engine.stop();
}

/// Somebody who may do no more than a supervisor may.
fn supervisor(floor: &Floor, engine: &Running) -> String {
    let http = engine.http();
    let user = floor.run(&["user", "add", "jefa", "--role", "supervisor"]);
    let password = user["password"].as_str().expect("shown once");
    let (status, session) = log_in(http, "jefa", password);
    assert_eq!(status, 200, "{session}");
    session["token"].as_str().expect("a token").to_owned()
}

fn began(wire: &Wire) -> Vec<WireCall> {
    let mut calls: Vec<WireCall> = wire.calls().into_values().collect();
    calls.sort_by_key(|call| call.since);
    calls
}

fn rings_for_ever(call: &WireCall) -> bool {
    call.number.ends_with('4') || call.number.ends_with('5')
}

/// While a phone rings, no other is called.
fn one_at_a_time(wire: &Wire, from: Instant) {
    let calls = began(wire).into_iter().filter(|call| call.since > from);
    let calls: Vec<WireCall> = calls.collect();
    for pair in calls.windows(2) {
        let gap = pair[1].since - pair[0].since;
        assert!(
            !rings_for_ever(&pair[0]) || gap >= RING,
            "{pair:?} {gap:?} apart"
        );
    }
}
