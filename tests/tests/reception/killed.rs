//! The program killed at every step of taking a file: nothing is lost, nothing is loaded twice.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::client::{Office, base};

/// Kills `reception take` after so long, whatever it is doing then.
fn take_for(office: &Office, lives: Duration) {
    let mut take: Command = office.floor.command(&["reception", "take"]);
    let mut child = take
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    std::thread::sleep(lives);
    let _ = child.kill();
    child.wait().expect("it ends");
}

#[test]
fn a_file_is_loaded_once_whenever_the_program_is_killed() {
    let office = Office::new("");
    let mut wanted = 0;
    for round in 0..12_u32 {
        let (from, to) = (round * 10_000, round * 10_000 + 3_000);
        office.drop_in(&format!("base{round}.csv"), &base(from, to));
        wanted += 3_000;
        for step in 0..3 {
            take_for(
                &office,
                Duration::from_millis(u64::from(20 + (round * 37 + step * 61) % 400)),
            );
        }
    }
    office.take();
    // What a killed one left in the record is thrown away when it has had time to be a leftover; it is seen by nobody.
    let total: u64 = (0..12)
        .map(|round| office.contacts(&format!("base{round}")))
        .sum();
    assert_eq!(total, wanted, "{:?}", office.floor.run(&["list", "list"]));
    let (inbox, taken) = (office.names("in"), office.names("taken"));
    assert!(inbox.is_empty() && taken.is_empty(), "{inbox:?} {taken:?}");
    let quarantine = office.names("quarantine");
    assert!(quarantine.is_empty(), "{quarantine:?}");
    assert_eq!(office.names("done").len(), 12);
    let status = office
        .floor
        .run(&["reception", "status", "--state", "loaded"]);
    assert_eq!(status["files"].as_array().map(Vec::len), Some(12));
    let verified = office.floor.run(&["verify"]);
    assert!(
        verified.get("problems").is_none_or(|it| *it == json!([])),
        "{verified}"
    );
}

#[test]
fn a_file_that_was_loaded_before_a_crash_is_put_away_and_not_loaded_again() {
    let office = Office::new("");
    office.drop_in("base.csv", &base(0, 10));
    office.take();
    // As if it had died between the commit and the move.
    std::fs::rename(
        office.folder("done").join("1-base.csv.age"),
        office.folder("taken").join("1-base.csv.age"),
    )
    .expect("same disk");
    let fates = office.take();
    assert_eq!(fates[0]["state"], "put_away");
    assert_eq!(office.names("done"), ["1-base.csv.age"]);
    assert_eq!(office.contacts("base"), 10);
    // And one that the record knows nothing of is taken anew.
    let sealed = office.sealed("otra.csv", base(50, 60));
    std::fs::rename(sealed, office.folder("taken").join("99-otra.csv.age")).expect("same disk");
    office.take();
    office.take();
    assert_eq!(office.contacts("otra"), 10);
}
