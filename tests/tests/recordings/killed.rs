//! SIGKILL of the engine while a hundred calls are recorded, with everything real around it: every
//! file can be played up to its last second, as it lies there and after the next start; every answered
//! call has its recording or says why there is none.

use std::path::PathBuf;
use std::time::Duration;

use domain::{AttemptId, Timestamp};
use recorder::{MasterKeys, Spooled, path_of};
use serde_json::json;
use store::{RecordingFilter, RecordingRow, RecordingState};
use tests::floor::until;
use tests::shift::{CAMPAIGN, Shift};
use tests::{Floor, Running};

use crate::call::{CUSTOMER, admin, carrier, figure};
use crate::peer::Peer;

const CALLS: usize = 100;
/// Until a hundred phones are registered and talk, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// Seconds that each recording has at least when the engine is killed.
const SECONDS: u64 = 4;
/// What is said takes so long to the disk: a second, until it is full, and a busy machine's.
const UNWRITTEN_MAX: i64 = 4_000;

fn hundred_calls(carrier: &Peer) -> Floor {
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: CALLS as u32,
        channels: CALLS as u32,
        calls_per_second: 20,
        power_ratio: 1,
        agents: CALLS,
        habits: json!({"talk_mean_s": 3_600.0, "talk_min_s": 3_600.0, "wrap_up_mean_s": 0.2,
            "machine": 0.0}),
        ..Shift::to(carrier.address)
    });
    floor.run(&["campaign", "set", CAMPAIGN, "--recording", "all"]);
    floor
}

fn spool(floor: &Floor) -> PathBuf {
    floor.folder().join("recordings/spool")
}

fn recordings(floor: &Floor) -> Vec<RecordingRow> {
    let filter = RecordingFilter {
        limit: 10_000,
        ..RecordingFilter::default()
    };
    floor.ask(async |store| store.recordings(&filter).await.expect("a record"))
}

/// Waits until all calls are recorded, and each has some seconds on the disk.
fn all_are_recorded(floor: &Floor, engine: &Running, jefa: &str) {
    let open = "cadencia_recordings{figure=\"open\"}";
    until("a hundred calls are recorded", PATIENCE, || {
        figure(engine, jefa, open) >= CALLS as f64
    });
    let long_enough = || {
        let files = std::fs::read_dir(spool(floor)).expect("the spool");
        let sizes = files
            .flatten()
            .map(|file| file.metadata().map_or(0, |it| it.len()));
        sizes.filter(|size| *size > 128 + SECONDS * 16_020).count() >= CALLS
    };
    until("each has some seconds on the disk", PATIENCE, long_enough);
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .expect("after 1970");
    Timestamp::from_millis(since.as_millis() as i64)
}

#[test]
fn a_hundred_recordings_survive_a_kill_up_to_their_last_second() {
    let carrier = carrier();
    let floor = hundred_calls(&carrier);
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let advisors = floor.advisors(&engine);
    all_are_recorded(&floor, &engine, &jefa);
    let killed = now();
    engine.kill();
    drop(advisors);
    // As it lies there, before anything is mended.
    let keys = MasterKeys::load(&floor.folder().join("recordings.key")).expect("ours");
    let rows = recordings(&floor);
    let begun: Vec<_> = rows.iter().filter(|row| row.started_at.is_some()).collect();
    assert!(begun.len() >= CALLS, "{} of {}", begun.len(), rows.len());
    let mut unwritten = Vec::new();
    for row in &begun {
        let path = path_of(&spool(&floor), row.attempt);
        let spooled = Spooled::open(&path, &keys).expect("playable as it lies there");
        let there = spooled.length() as i64 / 16;
        let began = row.started_at.expect("looked for above");
        unwritten.push(killed.since(began).as_millis() as i64 - there);
    }
    let most = unwritten.iter().max().expect("a hundred");
    println!(
        "of {} recordings, up to {most} ms of each were not on the disk",
        begun.len()
    );
    assert!(*most <= UNWRITTEN_MAX, "{most} ms");
    // The next start mends them, and they go where all go.
    let engine = floor.serve();
    let over = |row: &RecordingRow| {
        !matches!(
            row.state,
            RecordingState::Recording | RecordingState::Spooled
        )
    };
    until("the archive has them", PATIENCE, || {
        recordings(&floor).iter().all(over)
    });
    let rows = recordings(&floor);
    for row in &rows {
        let is_there = row.state == RecordingState::Stored && row.duration_ms >= Some(1_000);
        assert!(is_there || row.why.is_some(), "{row:?}");
    }
    let told = |attempt: AttemptId| rows.iter().find(|row| row.attempt == attempt);
    for attempt in floor
        .attempts()
        .iter()
        .filter(|it| it.answered_at.is_some())
    {
        let has_row = told(attempt.id).is_some();
        assert!(
            has_row,
            "attempt {} has neither file nor reason",
            attempt.id
        );
    }
    let verified = floor.run(&["recording", "verify"]);
    assert_eq!(verified["bad"], json!([]));
    assert!(
        verified["sound"].as_u64() >= Some(CALLS as u64),
        "{verified}"
    );
    let one = begun[CALLS / 2].attempt.to_string();
    floor.run(&["recording", "export", &one, "one.wav"]);
    let wav = std::fs::read(floor.folder().join("one.wav")).expect("exported");
    let (left, _) = crate::call::sides(&wav);
    crate::call::assert_heard(&left, CUSTOMER);
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}
