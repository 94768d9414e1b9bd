//! What was kept as long as it should is erased by the engine, with a certificate each, and not while
//! somebody holds it; nobody can hear it afterwards, and nothing of it lies anywhere.

use std::path::Path;

use domain::{AttemptId, Event, Recorded, RecordingFact, Timestamp};
use serde_json::{Value, json};
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, fetch};

use crate::call::{NUMBER, admin, carrier, floor_for, recording, talk};

/// The number of the second one on the base.
const SECOND: &str = "+573001000001";

/// Says, in place of an engine of long ago, that these were to be kept until then.
fn keep_until(floor: &Floor, attempts: &[i64], until: Timestamp) {
    floor.ask(async |store| {
        store.take_over().await.expect("no engine runs");
        let first = store.numbering().await.expect("a record").next_seq;
        let classed = (first..).zip(attempts).map(|(seq, attempt)| Recorded {
            seq,
            at: until,
            event: Event::Recording {
                attempt: AttemptId::new(*attempt),
                fact: RecordingFact::Classed {
                    class: "NI".to_owned(),
                    keep_until: until,
                },
            },
        });
        store
            .commit(&classed.collect::<Vec<_>>())
            .await
            .expect("commits");
    });
}

fn files_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .flatten()
        .flat_map(|entry| match entry.path().is_dir() {
            true => files_in(&entry.path()),
            false => vec![entry.file_name().to_string_lossy().into_owned()],
        })
        .collect()
}

#[test]
fn what_was_kept_long_enough_is_erased_unless_somebody_holds_it() {
    let carrier = carrier();
    let floor = floor_for(&carrier, "");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talk(&floor, &engine);
    call.goes_on("asesor1", 4);
    carrier.hang_up(NUMBER);
    call.desk
        .until("after the call", |desk| desk["status"] == "wrap_up");
    call.desk.asks(
        "agent/typify",
        json!({"attempt": call.attempt, "code": "NI01"}),
    );
    call.desk.until("another customer", |desk| {
        desk["status"] == "talking" && desk["attempt"] != call.attempt
    });
    let next = call.desk.desk()["attempt"].as_i64().expect("a call");
    call.goes_on("asesor1", 4);
    carrier.hang_up(SECOND);
    let both = [call.attempt, next];
    until("the archive has both", PATIENCE, || {
        both.iter()
            .all(|it| recording(&engine, &jefa, *it)["state"] == "stored")
    });
    engine.stop();
    keep_until(&floor, &both, Timestamp::from_millis(1_700_000_000_000));
    let hold = [
        "recording",
        "hold",
        "--phone",
        SECOND,
        "--reason",
        "tutela 2026-114",
    ];
    let held = floor.run(&hold);
    assert!(held[0]["person"].is_i64(), "{held}");
    let due = floor.run(&["recording", "retention"]);
    let told = |due: &Value| {
        (
            due[0]["class"].clone(),
            due[0]["due"].clone(),
            due[0]["held"].clone(),
        )
    };
    assert_eq!(told(&due), (json!("NI"), json!(1), json!(1)), "{due}");
    let objects = || files_in(&floor.folder().join("recordings/archive"));
    assert_eq!(objects().len(), 2, "to look erases nothing");
    let refused = floor.refused(&["recording", "erase", &next.to_string(), "--reason", "x"]);
    assert!(refused.contains("tutela 2026-114"), "{refused}");
    // The engine does it when it starts.
    let engine = floor.serve();
    until("the one that is due is erased", PATIENCE, || {
        recording(&engine, &jefa, call.attempt)["state"] == "erased"
    });
    until("its object is gone", PATIENCE, || objects().len() == 1);
    let path = format!("/api/v1/recordings/{}/audio", call.attempt);
    assert_eq!(fetch(engine.http(), &path, &jefa, None, "x").0, 404);
    let other = recording(&engine, &jefa, next);
    assert_eq!(
        (&other["state"], &other["held"]),
        (&json!("stored"), &json!(true))
    );
    let (_, page) = ask(
        engine.http(),
        "GET",
        "/api/v1/recordings/certificates",
        Some(&jefa),
        None,
    );
    let text = page["certificates"][0]["text"].as_str().expect("a text");
    let certificate: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(certificate["attempt"], call.attempt);
    assert_eq!(certificate["by"], "retention");
    assert_eq!(certificate["class"], "NI");
    assert!(
        certificate["wav_sha256"]
            .as_str()
            .is_some_and(|sha| sha.len() == 64)
    );
    let audited = floor.run(&["audit", "--attempt", &call.attempt.to_string()]);
    let said = audited
        .as_array()
        .expect("entries")
        .last()
        .expect("one")
        .clone();
    assert_eq!(
        (&said["action"], &said["source"]),
        (&json!("recording.erase"), &json!("retention"))
    );
    // Released by the API, erased by the command line.
    let holds = "/api/v1/recordings/holds";
    let (_, known) = ask(engine.http(), "GET", holds, Some(&jefa), None);
    let one = format!("{holds}/{}", known[0]["id"]);
    assert_eq!(ask(engine.http(), "DELETE", &one, Some(&jefa), None).0, 204);
    assert_eq!(ask(engine.http(), "DELETE", &one, Some(&jefa), None).0, 404);
    let erased = floor.run(&["recording", "retention", "--erase"]);
    assert_eq!(erased, json!({"erased": 1, "failed": 0}));
    assert_eq!(objects(), Vec::<String>::new());
    assert_eq!(
        files_in(&floor.folder().join("recordings/spool")),
        Vec::<String>::new()
    );
    let chain = floor.run(&["recording", "certificates", "--verify"]);
    assert_eq!(chain, json!({"certificates": 2, "chain": "whole"}));
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}
