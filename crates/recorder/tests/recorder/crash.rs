//! SIGKILL while a hundred calls are recorded: every file is playable up to its last second, and
//! brought to its end at the next start.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use domain::AttemptId;
use media::{LegId, Side};
use recorder::{Spooled, path_of, recover};

use crate::rig::{MS, Speaker, is_tone, keys_in, ms, now, recorder_in, sides, spool, wait_until};

const CALLS: i64 = 100;
/// Names the folder of the process that is to be killed.
const FOLDER: &str = "CADENCIA_TEST_RECORDED_UNTIL_KILLED";

/// Not a test by itself: what the process does that the next test kills.
#[test]
fn records_until_killed() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let keys = keys_in(Path::new(&folder));
    let (recorder, _outcomes) = recorder_in(Path::new(&folder), &keys);
    let frames = recorder.frames();
    let began = Instant::now();
    let mut speakers = Vec::new();
    for call in 1..=CALLS {
        let (attempt, leg) = (AttemptId::new(call), LegId(call as u64));
        recorder.begin(attempt, began, now());
        recorder.seat(attempt, leg, Side::Customer);
        speakers.push(Speaker::new(leg, 300 + 10 * call as u16));
    }
    wait_until(began + 100 * MS);
    for packet in 5.. {
        let at = began + 20 * packet * MS;
        wait_until(at);
        for speaker in &mut speakers {
            speaker.says(at, &frames);
        }
        if packet % 50 == 0 {
            println!("said {} s", packet / 50);
        }
    }
}

#[test]
fn every_file_is_playable_up_to_its_last_second_after_sigkill() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = keys_in(folder.path());
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "crash::records_until_killed", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = BufReader::new(child.stdout.take().expect("piped")).lines();
    let four = "said 4 s";
    assert!(said.any(|line| line.expect("text").contains(four)));
    let killed = Instant::now();
    child.kill().expect("our own child");
    child.wait().expect("our own child");
    // On a busy machine words travel for a while.
    assert!(killed.elapsed() < Duration::from_secs(5));
    for call in 1..=CALLS {
        let attempt = AttemptId::new(call);
        let path = path_of(&spool(folder.path()), attempt);
        let spooled = Spooled::open(&path, &keys).expect("playable as it lies there");
        // What was said in the last second lies in memory; another is for machines that are busy.
        let seconds = spooled.length() / 16_000;
        assert!(
            !spooled.is_finished() && seconds >= 2,
            "call {call}: {seconds} s"
        );
    }
    let left = recover(&spool(folder.path()), &keys).expect("a folder of ours");
    assert_eq!(left.len() as i64, CALLS);
    for left in left {
        assert!(left.recovered);
        assert_eq!(
            left.outcome.early.as_deref(),
            Some("the engine ended during the call")
        );
        let path = path_of(&spool(folder.path()), left.outcome.attempt);
        let spooled = Spooled::open(&path, &keys).expect("playable");
        assert!(spooled.is_finished());
        assert_eq!(spooled.length(), 2 * left.outcome.pairs);
        let (side, _) = sides(&spooled);
        let end = side.len() / 8;
        let hertz = 300 + 10 * left.outcome.attempt.get() as u16;
        assert!(
            is_tone(ms(&side, 120..end), hertz),
            "call {}",
            left.outcome.attempt
        );
    }
    // Once is enough.
    let again = recover(&spool(folder.path()), &keys).expect("a folder of ours");
    assert!(
        again
            .iter()
            .all(|left| !left.recovered && left.outcome.early.is_none())
    );
}

#[test]
fn what_a_lost_write_left_is_cut_off() {
    let mut rig = crate::rig::Rig::new();
    let attempt = AttemptId::new(1);
    let began = Instant::now();
    rig.recorder.begin(attempt, began, now());
    rig.recorder.end(attempt, began + 2_500 * MS);
    assert_eq!(rig.outcome().pairs, 20_000);
    let path = rig.path(attempt);
    let whole = std::fs::read(&path).expect("ours");
    // The file grew, and what should be in it never came.
    let mut torn = whole[..whole.len() - 16_020].to_vec();
    torn.extend(vec![0; 16_020 + 77]);
    std::fs::write(&path, torn).expect("ours");
    let left = recover(&spool(rig.folder.path()), &rig.keys).expect("ours");
    assert_eq!((left[0].outcome.pairs, left[0].recovered), (16_000, true));
    assert!(rig.opened(attempt).is_finished());
    // Of one whose first second never came nothing is left, and that is said.
    std::fs::write(&path, &whole[..500]).expect("ours");
    let left = recover(&spool(rig.folder.path()), &rig.keys).expect("ours");
    assert_eq!(left[0].outcome.pairs, 0);
    assert!(!path.exists());
}
