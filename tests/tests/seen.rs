//! What the engine shows of its signalling, beside what the carrier wrote down: ladders, figures,
//! traces and captures tell what crossed the wire, and give nobody away.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};
use tests::http::{ask, log_in};
use tests::shift::{CAMPAIGN, Shift};
use tests::watcher::Watcher;
use tests::wire::{Note, Wire};
use tests::{Floor, Running};

/// People on the base: of ten three are busy, two let it ring, and one is called twice before the
/// carrier hears it.
const CONTACTS: u32 = 60;
/// Calls that show all of it.
const ENOUGH: usize = 26;

#[test]
fn what_is_shown_of_calls_is_what_crossed_the_wire() {
    let floor = Floor::new();
    let wire = Wire::missing_first_invites_to('7');
    floor.prepare(&Shift {
        contacts: CONTACTS,
        ..Shift::to(wire.local())
    });
    let engine = floor.serve();
    let admin = administrator(&floor);
    let masked = Watcher::start(&floor, "masked", &["sip", "trace", "--json"]);
    let shown = ["sip", "trace", "--json", "--unmasked", "--as", &admin];
    let shown = Watcher::start(&floor, "shown", &shown);
    let capture = [
        "sip",
        "capture",
        "--json",
        "--out",
        "calls.pcapng",
        "--trunk",
        "hilo",
    ];
    let capture = Watcher::start(&floor, "capture", &capture);
    let file = floor.folder().join("calls.pcapng");
    until("the traces and the capture have begun", PATIENCE, || {
        file.exists() && !masked.lines().is_empty() && !shown.lines().is_empty()
    });

    let advisors = floor.advisors(&engine);
    until("most were called", PATIENCE * 2, || {
        wire.calls().len() >= ENOUGH
    });
    floor.run(&["campaign", "pause", CAMPAIGN]);
    until("every call is over", PATIENCE * 2, || {
        wire.calls().values().all(|call| call.over)
    });
    let mut stats = Value::Null;
    until("the last call is counted", PATIENCE, || {
        stats = floor.run(&["trunk", "stats"]);
        stats[0]["channels_in_use"] == 0
    });
    // By now the last ACK has crossed the wire too.
    let calls = by_call(&wire.notes());
    figures_are_those_of_the_wire(&stats, &engine, &calls);
    ladders_are_those_of_the_wire(&floor, &engine, &calls);

    let (masked, shown) = (masked.stop(), shown.stop());
    traces_are_those_of_the_wire(&masked, &calls);
    nobody_is_given_away(&masked, &shown);
    capture.stop();
    packets_are_those_of_the_wire(&file, &calls);
    drop(advisors);
    engine.stop();
}

#[test]
fn who_may_not_watch_is_told_so_and_who_sees_nothing_what_to_do() {
    let floor = Floor::new();
    let said = floor.refused(&["sip", "trace"]);
    assert!(said.contains("cadencia user add"), "{said}");
    floor.run(&["user", "add", "jefa", "--role", "admin"]);
    let said = floor.refused(&[
        "sip",
        "capture",
        "--out",
        "x.pcap",
        "--url",
        "http://127.0.0.1:1",
    ]);
    assert!(said.contains("cadencia serve"), "{said}");
    assert!(
        !floor.folder().join("x.pcap").exists(),
        "nothing was captured"
    );
    let said = floor.refused(&["sip", "trace", "--unmasked"]);
    assert!(said.contains("--as"), "{said}");
    let said = floor.refused(&["sip", "ladder", "7"]);
    assert!(said.contains("no attempt 7"), "{said}");

    let engine = floor.serve();
    let session = supervisor(&floor, &engine);
    let token = session["token"].as_str();
    let get = |path: &str| ask(engine.http(), "GET", path, token, None).0;
    assert_eq!(get("/api/v1/sip/trace"), 403);
    assert_eq!(get("/api/v1/trunks/stats"), 200);
    assert_eq!(get("/api/v1/attempts/7/ladder"), 404);
    let url = format!("http://{}", engine.http());
    for (filter, says) in [
        (["--trunk", "no"], "no trunk named `no`"),
        (["--agent", "no"], "no agent named `no`"),
        (["--number", "4x"], "last digits"),
    ] {
        let said = floor.refused(&[&["sip", "trace", "--url", &url], &filter[..]].concat());
        assert!(said.contains(says), "{said}");
    }
    engine.stop();
}

/// An administrator's name.
fn administrator(floor: &Floor) -> String {
    floor.run(&["user", "add", "vigia", "--role", "admin"]);
    "vigia".to_owned()
}

/// The messages of each call in order.
type Calls = BTreeMap<String, Vec<Note>>;

fn by_call(notes: &[Note]) -> Calls {
    let mut calls = Calls::new();
    for note in notes {
        calls
            .entry(note.call_id.clone())
            .or_default()
            .push(note.clone());
    }
    calls
}

/// `out INVITE`, `in 180`: who says it, and what.
fn word(direction: &str, start: &str) -> String {
    let start = start.strip_prefix("SIP/2.0 ").unwrap_or(start);
    let word = start.split(' ').next().unwrap_or_default();
    format!("{direction} {word}")
}

fn words(notes: &[Note]) -> Vec<String> {
    let direction = |note: &Note| if note.by_engine { "out" } else { "in" };
    notes
        .iter()
        .map(|note| word(direction(note), &note.text))
        .collect()
}

/// Messages of one side that are the same as one before.
fn sent_again(notes: &[Note], by_engine: bool) -> usize {
    let mut seen = HashSet::new();
    let again = |note: &&Note| note.by_engine == by_engine && !seen.insert(note.text.clone());
    notes.iter().filter(again).count()
}

/// What was shown is what was noted: each side's words in their order, and both together where
/// nothing came again. What did may have met an answer on its way, and each end is right then.
fn tell_the_same(shown: &[String], noted: &[Note]) {
    let noted_words = words(noted);
    let side = |words: &[String], who: &str| -> Vec<String> {
        let of_side = words.iter().filter(|word| word.starts_with(who));
        of_side.cloned().collect()
    };
    for who in ["out ", "in "] {
        assert_eq!(side(shown, who), side(&noted_words, who));
    }
    if sent_again(noted, true) + sent_again(noted, false) == 0 {
        assert_eq!(shown, noted_words);
    }
}

fn figures_are_those_of_the_wire(stats: &Value, engine: &Running, calls: &Calls) {
    let that_say = |what: &str| {
        let said = calls
            .values()
            .filter(|call| words(call).iter().any(|word| word == what));
        said.count() as u64
    };
    let (busy, rang_out) = (that_say("in 486"), that_say("out CANCEL"));
    let picks_up =
        |note: &Note| note.text.starts_with("SIP/2.0 200") && note.text.contains(" INVITE\r\n");
    let answered = calls
        .values()
        .filter(|call| call.iter().any(picks_up))
        .count() as u64;
    let again = |ours| -> usize { calls.values().map(|call| sent_again(call, ours)).sum() };
    assert!(answered > 3 && busy > 3 && rang_out > 1 && again(true) > 0);
    let all = &stats[0]["since_start"];
    assert_eq!(stats[0]["name"], "hilo");
    assert_eq!(all["attempts"], calls.len(), "{stats}");
    assert_eq!(all["answers"], answered, "{stats}");
    assert_eq!(all["failures_by_outcome"]["busy"], busy, "{stats}");
    assert_eq!(all["failures"], busy + rang_out, "{stats}");
    assert_eq!(all["failures_by_status"], json!({"4xx": busy + rang_out}));
    assert_eq!(all["retransmissions_sent"], again(true), "{stats}");
    assert_eq!(all["retransmissions_received"], again(false), "{stats}");
    assert_eq!(
        all["answer_seizure_ratio"],
        answered as f64 / calls.len() as f64
    );
    assert_eq!(all["network_effectiveness_ratio"], 1.0);
    let delay = all["answer_delay_ms"].as_u64().expect("some were answered");
    assert!((300..15_000).contains(&delay), "{delay} ms");

    let mut page = ureq::get(format!("http://{}/metrics", engine.http()))
        .call()
        .expect("served to all");
    let page = page.body_mut().read_to_string().expect("text");
    let rang = answered + rang_out;
    for line in [
        format!(
            "cadencia_trunk_attempts_total{{trunk=\"hilo\"}} {}",
            calls.len()
        ),
        format!("cadencia_trunk_answers_total{{trunk=\"hilo\"}} {answered}"),
        format!(
            "cadencia_trunk_retransmissions_sent_total{{trunk=\"hilo\"}} {}",
            again(true)
        ),
        format!(
            "cadencia_trunk_failures_by_outcome_total{{trunk=\"hilo\",outcome=\"busy\"}} {busy}"
        ),
        format!("cadencia_trunk_post_dial_delay_seconds_count{{trunk=\"hilo\"}} {rang}"),
    ] {
        assert!(page.lines().any(|said| said == line), "{line} in\n{page}");
    }
}

/// The session of a supervisor.
fn supervisor(floor: &Floor, engine: &Running) -> Value {
    let user = floor.run(&["user", "add", "lea", "--role", "supervisor"]);
    let password = user["password"].as_str().expect("shown");
    log_in(engine.http(), "lea", password).1
}

fn ladders_are_those_of_the_wire(floor: &Floor, engine: &Running, calls: &Calls) {
    let session = supervisor(floor, engine);
    let token = session["token"].as_str();
    // Intents that a gate held never became calls.
    let mut rows = floor.attempts();
    rows.retain(|row| row.placed_at.is_some());
    assert_eq!(rows.len(), calls.len());
    for row in rows {
        let path = format!("/api/v1/attempts/{}/ladder", row.id);
        let mut ladder = Value::Null;
        until("the ladder is kept", PATIENCE, || {
            let (status, answer) = ask(engine.http(), "GET", &path, token, None);
            ladder = answer;
            status == 200
        });
        let call = &calls[ladder["call_id"].as_str().expect("a Call-ID")];
        assert!(
            call[0].text.contains(&row.phone.dialable()),
            "another call: {ladder}"
        );
        let messages = ladder["messages"].as_array().expect("messages");
        let said: Vec<_> = messages
            .iter()
            .map(|m| {
                word(
                    m["direction"].as_str().unwrap_or(""),
                    m["start"].as_str().unwrap_or(""),
                )
            })
            .collect();
        tell_the_same(&said, call);
        let again = messages.iter().filter(|m| m["again"] == true).count();
        let twice = sent_again(call, true) + sent_again(call, false);
        assert_eq!(again, twice, "{ladder}");
        assert!(
            messages[0]["sdp"]
                .as_str()
                .is_some_and(|sdp| sdp.contains("PCMA")),
            "{ladder}"
        );
        assert!(!ladder.to_string().contains("300100"), "{ladder}");
        assert_eq!(floor.run(&["sip", "ladder", &row.id.to_string()]), ladder);
    }
}

fn traces_are_those_of_the_wire(lines: &[Value], calls: &Calls) {
    let mut traced = BTreeMap::<&str, Vec<String>>::new();
    for line in lines.iter().filter(|line| line["trunk"] == "hilo") {
        let text = |name: &str| line[name].as_str().unwrap_or_default();
        let said = traced.entry(text("call_id")).or_default();
        said.push(word(text("direction"), text("start")));
        assert!(line["attempt"].is_i64() && line["masked"] == true, "{line}");
    }
    assert_eq!(traced.len(), calls.len());
    for (call, said) in traced {
        tell_the_same(&said, &calls[call]);
    }
    let end = lines.last().expect("it ended with a word");
    assert_eq!(
        (&end["kind"], &end["dropped"]),
        (&json!("end"), &json!(0)),
        "{end}"
    );
}

/// What the unmasked trace shows of numbers and secrets is not in the other one.
fn nobody_is_given_away(masked: &[Value], shown: &[Value]) {
    let text =
        |lines: &[Value]| -> String { lines.iter().map(|line| line.to_string() + "\n").collect() };
    let (masked, shown) = (text(masked), text(shown));
    assert!(
        shown.contains("+57300100"),
        "the unmasked one shows numbers"
    );
    assert!(!masked.contains("300100"), "the masked one does not");
    let mut secrets = 0;
    for name in ["response", "nonce", "cnonce"] {
        let begins = format!(" {name}=\\\"");
        for value in shown.split(&begins).skip(1) {
            let value = value.split('\\').next().expect("the rest");
            assert!(
                !masked.contains(value),
                "{name} {value} is in the masked trace"
            );
            secrets += 1;
        }
    }
    assert!(secrets > 6, "phones logged in under our eyes");
}

fn packets_are_those_of_the_wire(file: &Path, calls: &Calls) {
    let bytes = std::fs::read(file).expect("the capture");
    let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"));
    let (mut at, mut packets) = (0, 0);
    while at < bytes.len() {
        // An enhanced packet block of pcapng.
        packets += usize::from(word(at) == 6);
        at += word(at + 4) as usize;
    }
    let noted: usize = calls.values().map(Vec::len).sum();
    assert_eq!((at, packets), (bytes.len(), noted));
    let read = Command::new("tshark")
        .args([
            "-T",
            "fields",
            "-e",
            "sip.Call-ID",
            "-e",
            "sip.Method",
            "-e",
            "sip.Status-Code",
            "-Y",
            "sip",
            "-r",
        ])
        .arg(file)
        .output();
    let Ok(read) = read else {
        eprintln!("tshark is not installed: read back without it; see deploy/dev/install-tools");
        return;
    };
    let text = String::from_utf8_lossy(&read.stdout);
    let mut seen = BTreeMap::<&str, usize>::new();
    for line in text.lines() {
        *seen
            .entry(line.split('\t').next().unwrap_or_default())
            .or_default() += 1;
    }
    let noted: BTreeMap<_, _> = calls
        .iter()
        .map(|(call, notes)| (call.as_str(), notes.len()))
        .collect();
    assert_eq!(seen, noted, "{text}");
}
