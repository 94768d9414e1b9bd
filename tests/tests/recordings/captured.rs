//! The packets of a call in a file, as Wireshark's own reader has them: every one that passed, as RTP beside
//! the SIP that agreed on it; no key, and no sound while the recording pauses; a word in the audit log.

use std::collections::HashSet;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::shift::CAMPAIGN;
use tests::watcher::Watcher;

use crate::call::{CUSTOMER, NUMBER, Talk, carrier, floor_for, talk};
use crate::peer::Peer;

/// A-law of nothing.
const SILENCE: u8 = 0xD5;

#[test]
fn a_capture_holds_the_packets_of_the_calls_chosen_and_gives_no_card_away() {
    let carrier = carrier();
    let floor = floor_for(&carrier, "");
    floor.run(&["user", "add", "vigia", "--role", "admin"]);
    let engine = floor.serve();
    let capture = begin(&floor, "call.pcapng", &[]);
    let talk = talk(&floor, &engine);
    floor.run(&["campaign", "pause", CAMPAIGN]);
    somebody_pays(&talk, &carrier);
    let heard = hang_up(&talk, &carrier);
    let end = capture.stop().pop().expect("what it came to");
    assert_eq!(end["calls"], 1, "{end}");
    assert_eq!(
        (&end["dropped"], &end["packets_dropped"]),
        (&json!(0), &json!(0))
    );
    let log = floor.run(&["audit", "--attempt", &talk.attempt.to_string()]);
    let noted = log["entries"]
        .as_array()
        .or(log.as_array())
        .expect("entries");
    let entry = noted.iter().find(|it| it["action"] == "sip.capture.media");
    assert_eq!(entry.unwrap_or_else(|| panic!("{log}"))["user"], "vigia");
    let file = floor.folder().join("call.pcapng");
    if Command::new("tshark").arg("--version").output().is_err() {
        eprintln!("tshark is not installed; see deploy/dev/install-tools");
        return;
    }
    streams_are_those_of_the_call(&file, &talk, heard);
    nothing_keyed_is_shown(&file);
    engine.stop();
}

#[test]
fn who_captures_says_who_they_are_and_whose_call_it_is() {
    let floor = Floor::new();
    floor.run(&["user", "add", "vigia", "--role", "admin"]);
    let capture = ["sip", "capture", "--out", "x.pcapng", "--media"];
    let said = floor.refused(&[&capture[..], &["--trunk", "hilo"]].concat());
    assert!(said.contains("--as"), "{said}");
    let said = floor.refused(&[&capture[..], &["--as", "vigia"]].concat());
    assert!(said.contains("--attempt, --trunk or --number"), "{said}");
    let said = floor.refused(&["sip", "capture", "--out", "x.pcapng", "--clear"]);
    assert!(said.contains("--media"), "{said}");
    assert!(!floor.folder().join("x.pcapng").exists());
}

/// Begins to capture the calls over the carrier.
fn begin(floor: &Floor, file: &str, more: &[&str]) -> Watcher {
    let capture = ["sip", "capture", "--json", "--media", "--as", "vigia"];
    let which = ["--trunk", "hilo", "--out", file];
    let watcher = Watcher::start(floor, "capture", &[&capture[..], &which, more].concat());
    let path = floor.folder().join(file);
    until("the capture has begun", PATIENCE, || path.exists());
    watcher
}

/// They talk; a key is pressed; then the recording pauses for the card.
fn somebody_pays(talk: &Talk, carrier: &Peer) {
    talk.goes_on("asesor1", 2);
    carrier.presses(NUMBER, '4', true);
    talk.goes_on("asesor1", 1);
    talk.desk.asks("agent/recording/pause", json!({}));
    talk.goes_on("asesor1", 2);
    carrier.presses(NUMBER, '5', true);
    talk.goes_on("asesor1", 1);
    talk.desk.asks("agent/recording/resume", json!({}));
    talk.goes_on("asesor1", 2);
}

/// Ends the call; says how many packets of audio the customer heard.
fn hang_up(talk: &Talk, carrier: &Peer) -> usize {
    talk.desk.asks("agent/hangup", json!({}));
    talk.desk
        .until("the call is over", |desk| desk["status"] != "talking");
    carrier.sound(NUMBER).len() / 160
}

/// Fields of the packets that a filter lets through, as tshark reads them.
fn fields(file: &Path, filter: &str, names: &[&str]) -> Vec<Vec<String>> {
    let mut tshark = Command::new("tshark");
    tshark.args([
        "-T",
        "fields",
        "-Y",
        filter,
        "--enable-heuristic",
        "rtp_udp",
    ]);
    for name in names {
        tshark.args(["-e", name]);
    }
    let out = tshark
        .arg("-r")
        .arg(file)
        .output()
        .expect("asked for above");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let row = |line: &str| line.split('\t').map(str::to_owned).collect();
    text.lines().map(row).collect()
}

fn streams_are_those_of_the_call(file: &Path, talk: &Talk, heard: usize) {
    let sip = fields(file, "sip", &["sip.Method"]);
    assert!(
        sip.iter().any(|row| row[0] == "INVITE"),
        "the SIP beside it: {sip:?}"
    );
    let names = [
        "frame.interface_name",
        "udp.srcport",
        "rtp.seq",
        "rtp.payload",
    ];
    let packets = fields(file, "rtp.p_type == 8", &names);
    let customer = format!("attempt-{}-customer", talk.attempt);
    let of_customer = || packets.iter().filter(|row| row[0] == customer);
    let says = |row: &&Vec<String>, voice: u8| {
        row[3].replace(':', "") == format!("{voice:02x}").repeat(160)
    };
    let came = of_customer().find(|row| says(row, CUSTOMER));
    let theirs = came.expect("the customer speaks")[1].clone();
    let left = of_customer().filter(|row| row[1] != theirs).count();
    // One may leave while the BYE is under way.
    assert!(
        (heard..=heard + 2).contains(&left),
        "{left} left, the customer heard {heard}"
    );
    // The customer's numbers have no gap: nothing that came is missing.
    let keys = fields(file, "rtpevent", &names[..3]);
    let came = packets.iter().chain(&keys);
    let came = came.filter(|row| row[0] == customer && row[1] == theirs);
    let mut numbers: Vec<u32> = came.map(|row| row[2].parse().expect("a number")).collect();
    numbers.sort_unstable();
    assert!(numbers.len() > 100, "{}", numbers.len());
    assert!(
        numbers.windows(2).all(|pair| pair[0] + 1 == pair[1]),
        "{numbers:?}"
    );
    let streams: HashSet<_> = packets.iter().map(|row| (&row[0], &row[1])).collect();
    assert_eq!(streams.len(), 4, "both ways of both legs: {streams:?}");
    let hidden = of_customer().filter(|row| row[1] == theirs && says(row, SILENCE));
    let hidden = hidden.count();
    assert!(hidden > 30, "{hidden} packets of the pause");
}

fn nothing_keyed_is_shown(file: &Path) {
    let keys = fields(file, "rtpevent", &["rtpevent.event_id", "frame.comment"]);
    assert!(keys.len() >= 16, "both keys on both legs: {keys:?}");
    for key in keys {
        assert_eq!(key[0], "255", "no key");
    }
}
