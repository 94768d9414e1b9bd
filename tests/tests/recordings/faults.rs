//! A disk that is full cuts no call: its recording ends early and says so, an alarm is raised, and
//! the next call is not recorded until there is room. One that is slow cuts none either, and loses no
//! second that memory can hold.

use std::process::Command;

use serde_json::json;
use tests::floor::{PATIENCE, until};
use tests::http::ask;
use tests::program::cadencia;
use tests::s3::{Mood, S3};
use tests::{Floor, Running};

use crate::call::{
    CUSTOMER, NUMBER, admin, assert_heard, audio, carrier, figure, floor_for, recording, sides,
    talk,
};

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

#[test]
fn a_full_disk_cuts_no_call() {
    if !may_mount() {
        eprintln!("skipped: this user may make no mount namespace");
        return;
    }
    let carrier = carrier();
    // Nor does the archive take anything: nobody is there.
    let s3 = S3::start();
    s3.behave(Mood::Refuses);
    let floor = floor_for(&carrier, "low_water = \"30%\"");
    floor.sip_setting(&s3.settings(&floor));
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

/// Makes each write of the engine's recorder take so long, as a slow disk would; until it is dropped.
struct SlowDisk(std::process::Child);

impl SlowDisk {
    fn under(engine: &Running, each_write: &str) -> SlowDisk {
        let thread = thread_of(engine, "recorder-pen");
        let inject = format!("inject=pwrite64:delay_enter={each_write}");
        let child = Command::new("strace")
            .args([
                "-q",
                "-p",
                &thread,
                "-e",
                "trace=pwrite64",
                "-e",
                &inject,
                "-o",
                "/dev/null",
            ])
            .spawn()
            .expect("strace starts");
        let traced = || {
            let status = format!("/proc/{}/task/{thread}/status", engine.pid());
            let status = std::fs::read_to_string(status).unwrap_or_default();
            !status.contains("TracerPid:\t0")
        };
        until("the disk is slow", PATIENCE, traced);
        SlowDisk(child)
    }
}

impl Drop for SlowDisk {
    fn drop(&mut self) {
        // Told, it lets go of the thread; killed, it might leave it stopped.
        let told = Command::new("kill")
            .args(["-TERM", &self.0.id().to_string()])
            .status();
        let _ = told.and_then(|_| self.0.wait());
    }
}

/// The thread of this name.
fn thread_of(engine: &Running, name: &str) -> String {
    let tasks = format!("/proc/{}/task", engine.pid());
    let tasks = std::fs::read_dir(tasks).expect("it runs").flatten();
    let mut named = tasks.filter(|task| {
        let comm = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        comm.trim() == name
    });
    let found = named.next().expect("the recorder has one");
    found.file_name().to_string_lossy().into_owned()
}

#[test]
fn a_slow_disk_cuts_no_call_and_loses_no_second_that_memory_holds() {
    if Command::new("strace").arg("-V").output().is_err() {
        eprintln!("skipped: strace is not installed");
        return;
    }
    let carrier = carrier();
    let floor = floor_for(&carrier, "");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let disk = SlowDisk::under(&engine, "4s");
    let call = talk(&floor, &engine);
    let alarm = "cadencia_recordings_disk_slow";
    until("the alarm is raised", PATIENCE, || {
        call.goes_on("asesor1", 1);
        figure(&engine, &jefa, alarm) == 1.0
    });
    assert_eq!(call.desk.desk()["status"], "talking");
    carrier.hang_up(NUMBER);
    call.desk
        .until("after the call", |desk| desk["status"] == "wrap_up");
    // Its last seconds wait still; the disk is well again.
    let state = || recording(&engine, &jefa, call.attempt)["state"].clone();
    assert_eq!(state(), "recording");
    drop(disk);
    until("all is written", PATIENCE, || state() == "stored");
    until("no alarm any more", PATIENCE, || {
        figure(&engine, &jefa, alarm) == 0.0
    });
    let lost = "cadencia_recordings{figure=\"seconds_lost\"}";
    assert_eq!(figure(&engine, &jefa, lost), 0.0);
    let (left, _) = sides(&audio(&engine, &jefa, call.attempt));
    assert!(left.len() > 5 * 8_000, "{} samples", left.len());
    assert_heard(&left, CUSTOMER);
}
