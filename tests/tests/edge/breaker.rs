//! A carrier that fails, as its trunk's breaker is shown: in the figures of trunks and in the metrics.
//! And what its caller id did, beside what the wire saw.

use serde_json::Value;
use tests::floor::{PATIENCE, until};
use tests::shift::{CAMPAIGN, Shift};
use tests::wire::Wire;
use tests::{Floor, Running};

use crate::Caller;

/// Whether the page of metrics has this line.
fn says(engine: &Running, line: &str) -> bool {
    let page = ureq::get(format!("http://{}/metrics", engine.http())).call();
    let text = page.expect("served to all").body_mut().read_to_string();
    text.expect("text").lines().any(|said| said == line)
}

#[test]
fn an_open_breaker_is_shown_with_its_time_until_the_carrier_is_back() {
    let floor = Floor::new();
    let wire = Wire::start();
    floor.prepare(&Shift {
        contacts: 2_000,
        ..Shift::to(wire.local())
    });
    floor.run(&["user", "add", "jefe", "--role", "admin"]);
    let engine = floor.serve();
    let breaker = || floor.run(&["trunk", "stats"])[0]["breaker"].clone();
    until("the trunk is known", PATIENCE, || {
        breaker()["state"] == "closed"
    });
    assert_eq!(breaker()["since"], Value::Null, "it never opened");
    assert!(says(
        &engine,
        r#"cadencia_trunk_breaker{state="closed",trunk="hilo"} 1"#
    ));
    let advisors = floor.advisors(&engine);
    until("calls are answered", PATIENCE, || {
        wire.calls().values().any(|call| call.over)
    });

    wire.set_down(true);
    let mut open = Value::Null;
    until("the breaker opens", PATIENCE, || {
        open = breaker();
        open["state"] == "open"
    });
    let left = open["retry_after_s"].as_f64().expect("it says how long");
    assert!((0.0..=5.0).contains(&left), "{open}");
    let times = [&open["since"], &open["retry_at"]].map(|time| time.as_i64().expect("a time"));
    assert!(times[0] < times[1] && open["asked"] == false, "{open}");
    until("the metrics say so", PATIENCE, || {
        says(
            &engine,
            r#"cadencia_trunk_breaker{state="open",trunk="hilo"} 1"#,
        )
    });

    wire.set_down(false);
    let mut closed = Value::Null;
    until("it closes", PATIENCE, || {
        closed = breaker();
        closed["state"] == "closed"
    });
    assert!(closed["since"].as_i64() > Some(times[0]), "{closed}");
    assert_eq!(closed["retry_at"], Value::Null);

    floor.run(&["campaign", "pause", CAMPAIGN]);
    until("every call is over", PATIENCE * 2, || {
        wire.calls().values().all(|call| call.over)
    });
    caller_ids_are_those_of_the_wire(&floor, &engine, &wire);
    drop(advisors);
    engine.stop();
}

/// One campaign, one caller id, one trunk: what left is what came.
fn caller_ids_are_those_of_the_wire(floor: &Floor, engine: &Running, wire: &Wire) {
    let supervisor = Caller::who_is("supervisor", floor, engine);
    let picked_up = |note: &tests::wire::Note| {
        note.text.starts_with("SIP/2.0 200") && note.text.contains(" INVITE\r\n")
    };
    let counted = || {
        let calls = wire.calls();
        let mut answered: Vec<_> = wire.notes().into_iter().filter(picked_up).collect();
        answered.sort_by(|one, other| one.call_id.cmp(&other.call_id));
        answered.dedup_by(|one, other| one.call_id == other.call_id);
        let over = calls.values().all(|call| call.over);
        over.then_some((calls.len() as u64, answered.len() as u64))
    };
    let mut row = Value::Null;
    let mut seen = None;
    // What had been decided before the pause may still leave: both sides are read until they agree.
    until("the last call is in the record", PATIENCE * 2, || {
        seen = counted();
        row = supervisor.gets("caller-ids")[0].clone();
        seen.is_some_and(|(calls, answered)| row["calls"] == calls && row["answered"] == answered)
    });
    let (called, answered) = seen.expect("they agree");
    assert_eq!(row["caller_id"], "+576015550100");
    let rate = row["answer_rate"].as_f64().expect("there were calls");
    assert!(
        (rate - answered as f64 / called as f64).abs() < 1e-9,
        "{row}"
    );
}
