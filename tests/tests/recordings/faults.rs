//! A disk that is full cuts no call: its recording ends early and says so, an alarm is raised, and
//! the next call is not recorded until there is room.

use std::process::Command;

use serde_json::json;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, fetch};
use tests::program::cadencia;
use tests::{Floor, Running};

use crate::call::{NUMBER, admin, audio, carrier, floor_for, sides, talk};

/// An engine whose recordings lie on a disk of this size, in a mount namespace of its own.
fn serve_on_small_disk(floor: &Floor, size: &str) -> Running {
    std::fs::create_dir_all(floor.folder().join("recordings")).expect("ours");
    let script =
        format!("mount -t tmpfs -o size={size} tmpfs recordings && exec \"$0\" serve --json");
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "sh", "-c", &script])
        .arg(cadencia())
        .current_dir(floor.folder())
        .env_remove("CADENCIA_CONFIG")
        .env_remove("CADENCIA_DATABASE");
    Running::start(command)
}

fn may_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .output();
    tried.is_ok_and(|out| out.status.success())
}

fn figure(engine: &Running, token: &str, name: &str) -> f64 {
    let (_, _, text) = fetch(engine.http(), "/metrics", token, None, "content-type");
    let text = String::from_utf8(text).expect("text");
    let line = text.lines().find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    let value = line.rsplit(' ').next().expect("a value");
    value.parse().expect("a number")
}

#[test]
fn a_full_disk_cuts_no_call() {
    if !may_mount() {
        eprintln!("skipped: this user may make no mount namespace");
        return;
    }
    let carrier = carrier();
    let floor = floor_for(&carrier, "30%");
    // Head and three seconds fit, and no fourth.
    let engine = serve_on_small_disk(&floor, "64k");
    let jefa = admin(&floor, &engine);
    let call = talk(&floor, &engine);
    let failed = "cadencia_recordings{figure=\"failed\"}";
    until("the disk is full", PATIENCE, || {
        figure(&engine, &jefa, failed) == 1.0
    });
    until("the alarm is raised", PATIENCE, || {
        figure(&engine, &jefa, "cadencia_recordings_disk_low") == 1.0
    });
    // The call goes on all the same.
    call.goes_on("asesor1", 2);
    assert_eq!(call.desk.desk()["status"], "talking");
    carrier.hang_up(NUMBER);
    call.desk
        .until("after the call", |desk| desk["status"] == "wrap_up");
    let path = format!("/api/v1/recordings/{}", call.attempt);
    let (_, recording) = ask(engine.http(), "GET", &path, Some(&jefa), None);
    assert_eq!(
        (&recording["state"], &recording["why"]),
        (&json!("spooled"), &json!("disk_full")),
        "{recording}"
    );
    let (left, _) = sides(&audio(&engine, &jefa, call.attempt));
    assert!(left.len() >= 8_000, "what was written can be heard");
    // The next customer is served, and not recorded.
    let form = json!({"attempt": call.attempt, "code": "NI01"});
    call.desk.asks("agent/typify", form);
    call.desk.until("another customer", |desk| {
        desk["status"] == "talking" && desk["attempt"] != call.attempt
    });
    let next = call.desk.desk()["attempt"].as_i64().expect("a call");
    let path = format!("/api/v1/recordings/{next}");
    until("it says why it is not recorded", PATIENCE, || {
        let (_, answer) = ask(engine.http(), "GET", &path, Some(&jefa), None);
        answer["why"] == "disk_low"
    });
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}
