//! The main job on PostgreSQL, and what somebody meets whose PostgreSQL is not
//! there, does not know them, or lacks the database: a word that says what it
//! is and what to do, at once. Kills and a month of figures are held on both
//! databases in `kills.rs` and `month.rs`.

use std::time::{Duration, Instant};

use cluster::Cluster;
use serde_json::{Value, json};
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::ports::free_port;
use tests::shift::{CAMPAIGN, Shift};
use tests::wire::Wire;

/// A refusal takes no longer, on a busy machine too.
const AT_ONCE: Duration = Duration::from_secs(5);

#[test]
fn a_shift_with_a_restart_is_dialed_typed_and_reported() {
    let cluster = Cluster::start();
    let floor = Floor::on(&cluster.url("public"));
    let wire = Wire::start();
    floor.prepare(&Shift::to(wire.local()));
    let mut typed = [0, 0];
    let mut dialed = [0, 0];
    for part in 0..2 {
        let before = wire.calls().len();
        let engine = floor.serve();
        let advisors = floor.advisors(&engine);
        until("a part of the base is dialed", PATIENCE, || {
            wire.calls().len() > before + 50
        });
        typed[part] = advisors.farewell()["typified"].as_u64().expect("a count");
        engine.stop();
        dialed[part] = wire.calls().len() - before;
    }
    println!("before the restart and after it: {dialed:?} calls, {typed:?} typed by advisors");
    assert!(typed[0] > 0 && typed[1] > 0, "no advisor typed");
    floor.adds_up(&wire, typed.iter().sum());
    the_report_says_what_the_wire_saw(&floor, &wire);
    why_it_dialed_is_told(&floor);
}

fn why_it_dialed_is_told(floor: &Floor) {
    let rows = floor.attempts();
    let placed = rows.iter().find_map(|row| row.placed_at).expect("a call");
    let at = placed.as_millis().to_string();
    let told = floor.run(&["explain", CAMPAIGN, "--at", &at]);
    let sentence = told["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("placed"), "{told}");
    assert_eq!(told["state"]["state"], "running", "{told}");
    let before = floor.run(&["explain", CAMPAIGN, "--at", "2020-01-01"]);
    let sentence = before["sentence"].as_str().expect("a sentence");
    assert!(sentence.starts_with("No call"), "{before}");
}

fn the_report_says_what_the_wire_saw(floor: &Floor, wire: &Wire) {
    let report = floor.run(&["report", "kpi", CAMPAIGN, "--from", "2020-01-01"]);
    let rows = floor.attempts();
    let count = |value: &Value| value.as_f64().expect("a figure");
    let contact = kpi(&report, "contactabilidad");
    assert_eq!(count(&contact["denominator"]) as usize, wire.calls().len());
    let network = kpi(&report, "contactabilidad.network");
    let answered = rows.iter().filter(|row| row.answered_at.is_some()).count();
    assert_eq!(count(&network["numerator"]) as usize, answered);
    let bridged = rows.iter().filter(|row| row.bridged_at.is_some()).count();
    let handle = kpi(&report, "tmo");
    assert_eq!(count(&handle["denominator"]) as usize, bridged);
    assert!(bridged > 0, "{report}");
}

fn kpi<'a>(report: &'a Value, id: &str) -> &'a Value {
    let all = report["kpis"].as_array().expect("indicators");
    let found = all.iter().find(|kpi| kpi["id"] == id);
    found.unwrap_or_else(|| panic!("no {id} in {report}"))
}

#[test]
fn where_nothing_listens_it_says_so_at_once() {
    let place = free_port().to_string();
    let floor = Floor::on(&format!("postgres://cadencia:secreta@{place}/cadencia"));
    for command in ["list list", "verify", "serve"] {
        let said = refused_at_once(&floor, command);
        assert!(said.contains(&place), "{said}");
        assert!(said.contains("nothing answers there"), "{said}");
        assert!(said.contains("start PostgreSQL"), "{said}");
        assert!(!said.contains("secreta"), "{said}");
    }
    let floor = Floor::on("postgres://cadencia@localhost/cadencia?host=%2Fnowhere");
    let said = refused_at_once(&floor, "list list");
    assert!(said.contains("nothing answers there"), "{said}");
}

#[test]
fn a_wrong_password_and_a_missing_database_are_told_apart() {
    let cluster = Cluster::start_with_password("la-buena");
    let right = cluster.url("public");
    assert_eq!(Floor::on(&right).run(&["list", "list"]), json!([]));
    for who in ["postgres:equivocada", "postgres", "nadie:equivocada"] {
        let floor = Floor::on(&cluster.url_as(who, "public"));
        let said = refused_at_once(&floor, "serve");
        assert!(said.contains("does not let this user in"), "{said}");
        assert!(said.contains("correct user and password"), "{said}");
        assert!(!said.contains("equivocada"), "{said}");
    }
    let floor = Floor::on(&right.replace("/postgres?", "/nada?"));
    let said = refused_at_once(&floor, "list list");
    assert!(said.contains("create it"), "{said}");
}

fn refused_at_once(floor: &Floor, command: &str) -> String {
    let words: Vec<_> = command.split(' ').collect();
    // The program is built before the clock starts.
    tests::program::cadencia();
    let began = Instant::now();
    let said = floor.refused(&words);
    let took = began.elapsed();
    assert!(took < AT_ONCE, "{command} took {took:?}: {said}");
    said
}
