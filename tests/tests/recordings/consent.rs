//! Consent, by the whole program: the customer hears that the call is recorded, to the end, before a second
//! of it is; or their advisor says that they agreed. Either stands in the record before the beginning.

use std::f64::consts::TAU;

use media::{Codec, g711, tone};
use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};
use tests::shift::CAMPAIGN;
use tests::{Floor, Running};

use crate::call::{
    ADVISOR, CUSTOMER, NUMBER, Talk, admin, audio, carrier, figure, floor_for, recording, sides,
    talk,
};

/// The announcement: a tone that nobody else makes, for so long.
const HERTZ: u16 = 1_000;
const SECONDS: usize = 2;
/// Samples of a packet.
const FRAME: usize = 160;
/// A-law of nothing.
const SILENCE: u8 = 0xD5;

/// Somebody's own announcement, chosen for the beginning of recordings.
fn announces(floor: &Floor) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let path = floor.folder().join("aviso.wav");
    let mut wav = hound::WavWriter::create(path, spec).expect("the folder is ours");
    for at in 0..SECONDS * 8_000 {
        let phase = TAU * f64::from(HERTZ) * at as f64 / 8_000.0;
        wav.write_sample((phase.sin() * 16_000.0) as i16)
            .expect("written");
    }
    wav.finalize().expect("written");
    floor.run(&["prompt", "import", "aviso", "aviso.wav", "--language", "es"]);
    floor.run(&["prompt", "use", "aviso", "--for", "recording"]);
}

fn asks_for(floor: &Floor, consent: &str) {
    floor.run(&["campaign", "set", CAMPAIGN, "--recording-consent", consent]);
}

fn state(engine: &Running, jefa: &str, attempt: i64) -> Value {
    recording(engine, jefa, attempt)["state"].clone()
}

fn kinds(known: &Value) -> Vec<&str> {
    let marks = known["marks"].as_array().map_or(&[][..], Vec::as_slice);
    marks
        .iter()
        .filter_map(|mark| mark["kind"].as_str())
        .collect()
}

/// Ends the call, and gives what is known of its recording once that is over.
fn over(talk: &Talk, carrier: &crate::peer::Peer, engine: &Running, jefa: &str) -> Value {
    carrier.hang_up(NUMBER);
    talk.desk
        .until("after the call", |desk| desk["status"] == "wrap_up");
    until("the recording is whole", PATIENCE, || {
        state(engine, jefa, talk.attempt) == "stored"
    });
    recording(engine, jefa, talk.attempt)
}

/// The packets that somebody heard, each as who is heard in it: the advisor, nobody, or somebody else.
fn heard(sound: &[u8]) -> Vec<char> {
    let who = |codes: &[u8]| match codes[0] {
        code if codes.iter().any(|it| *it != code) => 't',
        ADVISOR => 'a',
        SILENCE => '-',
        _ => 't',
    };
    sound.chunks_exact(FRAME).map(who).collect()
}

#[test]
fn a_customer_hears_that_the_call_is_recorded_before_it_is() {
    let carrier = carrier();
    let floor = floor_for(&carrier, "");
    announces(&floor);
    asks_for(&floor, "announced");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talk(&floor, &engine);
    let open = "cadencia_recordings{figure=\"open\"}";
    until("the announcement begins", PATIENCE, || {
        heard(&carrier.sound(NUMBER)).contains(&'t')
    });
    assert_eq!(call.desk.desk()["on_call"]["recording"], "awaited");
    assert_eq!(
        figure(&engine, &jefa, open),
        0.0,
        "nothing is recorded meanwhile"
    );
    until("the recording has begun", PATIENCE, || {
        state(&engine, &jefa, call.attempt) == "recording"
    });
    call.goes_on("asesor1", 6);
    let known = over(&call, &carrier, &engine, &jefa);

    // The customer heard all of it, and the advisor after it.
    let sound = carrier.sound(NUMBER);
    let packets = heard(&sound);
    let first = packets
        .iter()
        .position(|who| *who == 't')
        .expect("an announcement");
    let last = packets
        .iter()
        .rposition(|who| *who == 't')
        .expect("an announcement");
    let told = last + 1 - first;
    let whole = SECONDS * 8_000 / FRAME;
    assert!(
        (whole - 1..=whole + 1).contains(&told),
        "{told} of {whole} packets"
    );
    let line: String = packets.iter().collect();
    assert!(
        !line[first..=last].contains(['a', '-']),
        "without a hole: {line}"
    );
    assert!(
        line[last + 1..].contains("aaaa"),
        "and the advisor after it: {line}"
    );
    let samples = g711::decode_all(Codec::Pcma, &sound[first * FRAME..(last + 1) * FRAME]);
    let share = tone::share_at(HERTZ, &samples);
    assert!(share > 0.9, "{share} of it is the tone");

    // The record has that they were told, and the recording began after it.
    assert_eq!(kinds(&known), ["announced"], "{known}");
    let announced = known["marks"][0]["at"].as_i64().expect("an instant");
    let began = known["started_at"].as_i64().expect("an instant");
    assert!((0..1_000).contains(&(began - announced)), "{known}");
    let (left, right) = sides(&audio(&engine, &jefa, call.attempt));
    let of = |side: &[i16], code| {
        let sample = g711::decode(Codec::Pcma, code);
        side.iter().filter(|it| **it == sample).count()
    };
    assert!(of(&left, CUSTOMER) > 8_000 && of(&right, ADVISOR) > 8_000);
    let after = packets[last + 1..].len() * FRAME;
    assert!(
        left.len() < after + 8_000,
        "{} recorded, {after} heard after it",
        left.len()
    );
    assert!(tone::share_at(HERTZ, &left) < 0.1 && tone::share_at(HERTZ, &right) < 0.1);
}

#[test]
fn who_hangs_up_while_they_are_told_is_not_recorded() {
    let carrier = carrier();
    let floor = floor_for(&carrier, "");
    announces(&floor);
    asks_for(&floor, "announced");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talk(&floor, &engine);
    until("the announcement begins", PATIENCE, || {
        heard(&carrier.sound(NUMBER)).contains(&'t')
    });
    carrier.hang_up(NUMBER);
    call.desk
        .until("after the call", |desk| desk["status"] == "wrap_up");
    until("it is said why", PATIENCE, || {
        recording(&engine, &jefa, call.attempt)["why"] == "not_announced"
    });
    let known = recording(&engine, &jefa, call.attempt);
    assert_eq!(
        (&known["state"], kinds(&known)),
        (&json!("none"), vec![]),
        "{known}"
    );
    let spool = floor
        .folder()
        .join(format!("recordings/spool/{}.rec", call.attempt));
    assert!(!spool.exists());
}

#[test]
fn nothing_is_recorded_until_the_advisor_says_that_the_customer_agreed() {
    let carrier = carrier();
    let floor = floor_for(&carrier, "");
    asks_for(&floor, "asked");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talk(&floor, &engine);
    call.goes_on("asesor1", 6);
    assert_eq!(call.desk.desk()["on_call"]["recording"], "awaited");
    let spool = floor
        .folder()
        .join(format!("recordings/spool/{}.rec", call.attempt));
    assert!(!spool.exists(), "nothing before");
    let before = carrier.sound(NUMBER).len();
    call.desk.asks("agent/recording/consent", json!({}));
    call.desk
        .until("recorded", |desk| desk["on_call"]["recording"] == "on");
    call.goes_on("asesor1", 6);
    let known = over(&call, &carrier, &engine, &jefa);
    assert_eq!(kinds(&known), ["consented"], "{known}");
    assert!(known["marks"][0]["agent"].is_i64(), "by whom: {known}");
    let began = known["started_at"].as_i64().expect("an instant");
    assert!(began >= known["marks"][0]["at"].as_i64().expect("an instant"));
    let (left, _) = sides(&audio(&engine, &jefa, call.attempt));
    let after = carrier.sound(NUMBER).len() - before;
    assert!(
        left.len() < after + 8_000,
        "{} recorded, {after} after",
        left.len()
    );
}
