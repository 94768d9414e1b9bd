//! A carrier that calls us (sipp, which others wrote): the ready advisor, the message with its keys,
//! and a kill in the midst of it. What a customer asked for is in the record.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};
use tests::http::{ask, log_in};
use tests::ports::free_port;
use tests::shift::{CAMPAIGN, Shift};
use tests::{Floor, Running};

/// The number of ours that is called.
const OURS: &str = "+576015550100";
/// People of the base.
const ANA: &str = "+573001000000";
const EVA: &str = "+573001000001";
/// On no list.
const STRANGER: &str = "+573119999999";

/// A customer of the carrier, who does what the scenario of that name says.
struct Customer {
    sipp: Child,
    folder: tempfile::TempDir,
}

impl Customer {
    fn calls(engine: &Running, scenario: &str, from: &str, key: char) -> Customer {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/inbound")
            .join(scenario);
        let folder = tempfile::tempdir().expect("a folder for what sipp writes");
        let said = std::fs::File::create(folder.path().join("said.log")).expect("our folder");
        let port = free_port().port().to_string();
        let sipp = Command::new("sipp")
            .arg(engine.sip().to_string())
            .arg("-sf")
            .arg(file)
            .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", &port])
            .args([
                "-s",
                OURS,
                "-key",
                "caller",
                from,
                "-key",
                "key",
                &key.to_string(),
            ])
            .args(["-m", "1", "-nostdin", "-trace_err", "-timeout", "30s"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()
            .expect("sipp is installed (make test installs it)");
        Customer { sipp, folder }
    }

    /// Waits until they have done it all; sipp is content with every message.
    fn ends(mut self) {
        let status = self.sipp.wait().expect("our own child");
        let written = std::fs::read_dir(self.folder.path()).expect("our folder");
        let said = written.map(|entry| std::fs::read(entry.expect("an entry").path()));
        let said: Vec<String> = said
            .map(|text| String::from_utf8_lossy(&text.unwrap_or_default()).into())
            .collect();
        assert!(status.success(), "sipp says {status}: {}", said.join("\n"));
    }
}

/// A campaign that dials nobody, and an engine.
fn floor(agents: usize) -> (Floor, Running) {
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: 3,
        agents,
        habits: json!({"talk_mean_s": 20.0, "talk_min_s": 10.0, "wrap_up_mean_s": 0.2,
            "machine": 0.0}),
        // The discard port: nothing is called.
        ..Shift::to(([127, 0, 0, 1], 9).into())
    });
    floor.run(&["campaign", "pause", CAMPAIGN]);
    let engine = floor.serve();
    (floor, engine)
}

fn inbound(floor: &Floor) -> Vec<Value> {
    let rows = floor.run(&["report", "inbound"]);
    rows.as_array().expect("a list").clone()
}

/// Waits for the calls to us that are over; `(phone, outcome, code)` of each.
fn came_to(floor: &Floor, count: usize) -> Vec<(String, String, Value)> {
    let over = |row: &Value| !row["outcome"].is_null();
    until("the calls are over", PATIENCE, || {
        inbound(floor).iter().filter(|row| over(row)).count() == count
    });
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    inbound(floor)
        .iter()
        .map(|row| {
            (
                word(&row["phone"]),
                word(&row["outcome"]),
                row["code"].clone(),
            )
        })
        .collect()
}

fn of(phone: &str, outcome: &str, code: Value) -> (String, String, Value) {
    (phone.to_owned(), outcome.to_owned(), code)
}

/// Waits until an advisor is ready.
fn is_ready(engine: &Running, token: &str) {
    until("an advisor is ready", PATIENCE, || {
        let floor = ask(engine.http(), "GET", "/api/v1/floor", Some(token), None).1;
        floor["agents_by_status"]["ready"] == 1
    });
}

/// The token of an administrator.
fn token(floor: &Floor, engine: &Running) -> String {
    let user = floor.run(&["user", "add", "jefe", "--role", "admin"]);
    let password = user["password"].as_str().expect("shown once");
    let (_, session) = log_in(engine.http(), "jefe", password);
    session["token"].as_str().expect("a token").to_owned()
}

#[test]
fn a_customer_who_calls_talks_to_the_ready_advisor_and_it_is_no_attempt() {
    let (floor, engine) = floor(1);
    let advisors = floor.advisors(&engine);
    let token = token(&floor, &engine);
    is_ready(&engine, &token);
    let customer = Customer::calls(&engine, "talks.xml", ANA, '1');
    until("the floor shows it", PATIENCE, || {
        let live = ask(engine.http(), "GET", "/api/v1/floor", Some(&token), None).1;
        let calls = &live["campaigns"][0]["calls"];
        calls["inbound"] == 1 && calls["talking"] == 1
    });
    customer.ends();
    let typed = || inbound(&floor)[0]["coded_by"].is_i64();
    until("the advisor says what it was", PATIENCE, typed);
    let rows = ask(
        engine.http(),
        "GET",
        "/api/v1/inbound-calls",
        Some(&token),
        None,
    )
    .1;
    let row = &rows["calls"][0];
    assert_eq!((&row["phone"], &row["called"]), (&json!(ANA), &json!(OURS)));
    assert_eq!(row["outcome"], "connected");
    assert_eq!(floor.run(&["report", "attempts", CAMPAIGN]), json!([]));
    advisors.farewell();
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}

#[test]
fn with_nobody_at_work_a_key_asks_for_a_call_or_for_none_ever() {
    let (floor, engine) = floor(0);
    for (from, key) in [(ANA, '1'), (EVA, '9'), (STRANGER, '9')] {
        Customer::calls(&engine, "presses.xml", from, key).ends();
    }
    assert_eq!(
        came_to(&floor, 3),
        [
            of(ANA, "unserved", json!("TI02")),
            of(EVA, "unserved", json!("EX01")),
            of(STRANGER, "unserved", json!("EX01")),
        ]
    );
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}

#[test]
fn a_kill_loses_no_call_to_us_and_leaves_nobody_on_a_dead_line() {
    let (floor, mut engine) = floor(1);
    let advisors = floor.advisors(&engine);
    let token = token(&floor, &engine);
    is_ready(&engine, &token);
    let talks = Customer::calls(&engine, "waits.xml", ANA, '1');
    until("one talks", PATIENCE, || {
        let answered = |row: &Value| row["bridged_at"].is_i64();
        inbound(&floor).iter().any(answered)
    });
    let hears = Customer::calls(&engine, "waits.xml", STRANGER, '1');
    until("one hears the message", PATIENCE, || {
        inbound(&floor).len() == 2
    });
    engine.kill();
    engine = floor.serve();
    talks.ends();
    hears.ends();
    let rows = came_to(&floor, 2);
    let outcomes: Vec<_> = rows
        .iter()
        .map(|(_, outcome, _)| outcome.as_str())
        .collect();
    assert_eq!(outcomes, ["unknown_crash", "unknown_crash"]);
    // The next one is taken in under a name of its own.
    Customer::calls(&engine, "talks.xml", EVA, '1').ends();
    assert_eq!(came_to(&floor, 3).len(), 3);
    advisors.farewell();
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}
