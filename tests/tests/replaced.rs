//! Two engines on one record, by somebody's mistake or while one is being
//! replaced: the later one has it. The earlier one notices, dials nobody more,
//! frees its customers, says why, and ends with a status of its own.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use cluster::Cluster;
use serde_json::json;
use tests::floor::{PATIENCE, until};
use tests::shift::Shift;
use tests::wire::Wire;
use tests::{Floor, Running};

/// From the start of the later engine until the earlier one is gone.
const NOTICED_MAX: Duration = Duration::from_secs(10);
/// Until nobody is left on a call of the earlier one.
const FREED_MAX: Duration = Duration::from_secs(5);
/// Its status, which the systemd unit knows too.
const REPLACED: Option<i32> = Some(3);

#[test]
fn a_replaced_engine_stops_dialing_frees_its_customers_and_ends() {
    replaced_while_dialing(&Floor::new());
}

#[test]
fn so_does_one_on_postgresql() {
    let cluster = Cluster::start();
    replaced_while_dialing(&Floor::on(&cluster.url("public")));
}

#[test]
fn an_engine_with_nothing_to_record_notices_that_it_was_replaced() {
    let floor = Floor::new();
    let (first, log) = earlier(&floor);
    let second = later(&floor);
    assert_eq!(first.ended(NOTICED_MAX).code(), REPLACED);
    says_why(&log);
    second.stop();
}

#[test]
fn an_engine_that_cannot_serve_replaces_nobody() {
    let floor = Floor::new();
    let first = floor.serve();
    let taken = first.http().to_string();
    floor.configure_in("later.toml", "127.0.0.1:0", &taken);
    let said = floor.refused(&["serve", "--config", "later.toml"]);
    assert!(said.contains(&taken), "{said}");
    first.stop();
}

fn replaced_while_dialing(floor: &Floor) {
    let wire = Wire::start();
    floor.prepare(&Shift {
        agents: 3,
        habits: json!({"talk_mean_s": 30.0, "talk_min_s": 20.0, "machine": 0.0}),
        ..Shift::to(wire.local())
    });
    let (first, log) = earlier(floor);
    let advisors = floor.advisors(&first);
    until("customers are on the line", PATIENCE, || {
        wire.calls().len() > 10 && wire.calls().values().any(|call| !call.over)
    });
    let before = wire.calls();
    let second = later(floor);
    assert_eq!(first.ended(NOTICED_MAX).code(), REPLACED);
    until("its customers are free", FREED_MAX, || {
        let calls = wire.calls();
        before.keys().all(|id| calls[id].over)
    });
    says_why(&log);
    drop(advisors);
    second.stop();
    floor.adds_up(&wire, 0);
}

/// The engine that is there first, and where its log goes.
fn earlier(floor: &Floor) -> (Running, PathBuf) {
    let log = floor.folder().join("earlier.log");
    let mut command = floor.command(&["serve", "--json"]);
    command.stderr(File::create(&log).expect("the folder is ours"));
    (Running::start(command), log)
}

/// Another one on the same record, at other addresses.
fn later(floor: &Floor) -> Running {
    floor.configure_in("later.toml", "127.0.0.1:0", "127.0.0.1:0");
    Running::start(floor.command(&["serve", "--json", "--config", "later.toml"]))
}

fn says_why(log: &PathBuf) {
    let said = std::fs::read_to_string(log).expect("it wrote there");
    let last = said.lines().last().unwrap_or_default();
    assert!(
        last.contains("another engine took this record over"),
        "{said}"
    );
    assert!(!said.contains("panicked"), "{said}");
}
