//! Recordings in an S3: they come there when the call is over, are heard from there by range, and are
//! gone from there when they are erased. While it is away calls go on, recordings wait in the spool
//! and can be heard, an alarm is raised; they come there once it is back, also in the hands of an
//! engine that was started anew.

use serde_json::json;
use tests::authority::Authority;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, fetch};
use tests::s3::{BUCKET, Mood, S3};
use tests::{Floor, Running};

use crate::call::{
    ADVISOR, CUSTOMER, NUMBER, Talk, admin, audio, carrier, figure, floor_for, recording, sides,
    talk,
};
use crate::peer::Peer;

/// An installation that archives in this S3.
fn floor_at(carrier: &Peer, s3: &S3, more: &str) -> Floor {
    let floor = floor_for(carrier, "");
    floor.sip_setting(&s3.settings(&floor));
    floor.sip_setting(more);
    floor
}

/// A call that was talked on for a while and is over.
fn talked(floor: &Floor, engine: &Running, carrier: &Peer) -> Talk {
    let call = talk(floor, engine);
    call.goes_on("asesor1", 4);
    carrier.hang_up(NUMBER);
    call.desk
        .until("after the call", |desk| desk["status"] == "wrap_up");
    call
}

fn is_spooled(floor: &Floor, attempt: i64) -> bool {
    let spool = floor.folder().join("recordings/spool");
    spool.join(format!("{attempt}.rec")).exists()
}

fn heard(side: &[i16], code: u8) -> usize {
    let sample = media::g711::decode(media::Codec::Pcma, code);
    side.iter().filter(|it| **it == sample).count()
}

#[test]
fn a_recording_goes_to_s3_and_is_heard_from_there_until_it_is_erased() {
    let (carrier, s3) = (carrier(), S3::start());
    let floor = floor_at(&carrier, &s3, "");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talked(&floor, &engine, &carrier);
    until("the archive has it", PATIENCE, || {
        recording(&engine, &jefa, call.attempt)["state"] == "stored"
    });
    until("its file is let go of", PATIENCE, || {
        !is_spooled(&floor, call.attempt)
    });
    let known = recording(&engine, &jefa, call.attempt);
    assert_eq!(known["content"], "flac", "{known}");
    let name = known["object"].as_str().expect("a name");
    assert!(name.starts_with("claro/20"), "{name}");
    let objects = s3.objects();
    assert!(
        objects.len() == 1 && objects.contains_key(name),
        "of {BUCKET}"
    );
    let wav = audio(&engine, &jefa, call.attempt);
    let (left, right) = sides(&wav);
    assert!(heard(&left, CUSTOMER) > 8_000 && heard(&left, ADVISOR) == 0);
    assert!(heard(&right, ADVISOR) > 8_000 && heard(&right, CUSTOMER) == 0);
    let path = format!("/api/v1/recordings/{}/audio", call.attempt);
    let part = fetch(
        engine.http(),
        &path,
        &jefa,
        Some("bytes=10001-10100"),
        "content-range",
    );
    assert_eq!(part.0, 206);
    assert_eq!(part.2, wav[10_001..=10_100]);
    let flac = fetch(
        engine.http(),
        &format!("{path}?form=flac"),
        &jefa,
        None,
        "content-type",
    );
    assert_eq!((flac.0, flac.1.as_str()), (200, "audio/flac"));
    assert!(flac.2.starts_with(b"fLaC") && flac.2.len() < wav.len() / 4);
    // The record has the hash of what is heard; the command line reads the same place.
    let verified = floor.run(&["recording", "verify"]);
    assert_eq!(verified, json!({"sound": 1, "bad": []}));
    let attempt = call.attempt.to_string();
    let exported = floor.run(&["recording", "export", &attempt, "out.wav"]);
    assert_eq!(exported["sha256"], known["wav_sha256"]);
    // What somebody changed there is not played.
    let erased = json!({"reason": "asked by the customer"});
    let path_erase = format!("/api/v1/recordings/{attempt}/erase");
    let (status, said) = ask(
        engine.http(),
        "POST",
        &path_erase,
        Some(&jefa),
        Some(erased),
    );
    assert_eq!((status, &said["state"]), (200, &json!("erased")), "{said}");
    assert!(s3.objects().is_empty());
    assert_eq!(fetch(engine.http(), &path, &jefa, None, "x").0, 404);
    let heard = floor.run(&["audit", "--attempt", &attempt]);
    assert!(
        heard.as_array().is_some_and(|entries| entries.len() >= 5),
        "{heard}"
    );
    assert_eq!(s3.refused(), 0);
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}

/// While it behaves so, a call is made and heard; then an engine that was killed and started anew
/// brings its recording there.
fn while_it(mood: Mood) {
    let (carrier, s3) = (carrier(), S3::start());
    s3.behave(mood);
    let floor = floor_at(&carrier, &s3, "late = \"1s\"");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talked(&floor, &engine, &carrier);
    until("it was asked", PATIENCE, || s3.asked() > 0);
    until("the alarm is raised", PATIENCE, || {
        figure(&engine, &jefa, "cadencia_recordings_archive_late") == 1.0
    });
    let known = recording(&engine, &jefa, call.attempt);
    assert_eq!(known["state"], "spooled", "{known}");
    let wav = audio(&engine, &jefa, call.attempt);
    assert!(heard(&sides(&wav).0, CUSTOMER) > 8_000);
    let backlog = floor.run(&["recording", "backlog"]);
    assert_eq!(backlog["waiting"], 1, "{backlog}");
    // The next customer is served and recorded all the same.
    let form = json!({"attempt": call.attempt, "code": "NI01"});
    call.desk.asks("agent/typify", form);
    call.desk.until("another customer", |desk| {
        desk["status"] == "talking" && desk["attempt"] != call.attempt
    });
    // Some three seconds of it.
    call.goes_on("asesor1", 10);
    engine.kill();
    s3.behave(Mood::Well);
    let engine = floor.serve();
    until("the archive has all", PATIENCE, || {
        floor.run(&["recording", "backlog"])["waiting"] == 0
    });
    assert_eq!(recording(&engine, &jefa, call.attempt)["state"], "stored");
    assert_eq!(audio(&engine, &jefa, call.attempt), wav);
    until("no alarm any more", PATIENCE, || {
        figure(&engine, &jefa, "cadencia_recordings_archive_late") == 0.0
    });
    assert_eq!(floor.run(&["recording", "verify"])["bad"], json!([]));
    assert_eq!(s3.objects().len(), 2);
}

/// Where an engine finds whom it may believe.
fn believing(floor: &Floor, authority: &Authority) -> String {
    floor.file("authorities.pem", authority.pem());
    "authorities = \"authorities.pem\"".to_owned()
}

#[test]
fn a_bucket_behind_tls_is_reached_by_the_authority_named() {
    let (carrier, authority) = (carrier(), Authority::new("ours"));
    let s3 = S3::start_behind(&authority, "127.0.0.1");
    let floor = floor_at(&carrier, &s3, "");
    floor.sip_setting(&believing(&floor, &authority));
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talked(&floor, &engine, &carrier);
    until("the archive has it", PATIENCE, || {
        recording(&engine, &jefa, call.attempt)["state"] == "stored"
    });
    until("its file is let go of", PATIENCE, || {
        !is_spooled(&floor, call.attempt)
    });
    assert_eq!(s3.objects().len(), 1);
    let wav = audio(&engine, &jefa, call.attempt);
    assert!(heard(&sides(&wav).0, CUSTOMER) > 8_000);
    let verified = floor.run(&["recording", "verify"]);
    assert_eq!(verified, json!({"sound": 1, "bad": []}));
    assert_eq!(s3.refused(), 0);
}

/// An engine that believes this authority does not archive there, and says so.
fn is_not_believed(s3: &S3, believed: &Authority, says: &str) {
    let carrier = carrier();
    let floor = floor_at(&carrier, s3, "");
    floor.sip_setting(&believing(&floor, believed));
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talked(&floor, &engine, &carrier);
    let mut known = json!(null);
    until("it is said what is wrong", PATIENCE, || {
        known = recording(&engine, &jefa, call.attempt);
        known["trouble"].is_string()
    });
    let trouble = known["trouble"].as_str().expect("a text");
    assert!(trouble.contains(says), "{trouble}");
    assert!(
        trouble.contains("recordings.archive.authorities"),
        "{trouble}"
    );
    assert_eq!((s3.asked(), known["state"].as_str()), (0, Some("spooled")));
    assert!(is_spooled(&floor, call.attempt));
}

#[test]
fn an_s3_whose_certificate_nobody_we_believe_has_signed_gets_nothing() {
    let s3 = S3::start_behind(&Authority::new("theirs"), "127.0.0.1");
    is_not_believed(&s3, &Authority::new("ours"), "UnknownIssuer");
}

#[test]
fn nor_does_one_whose_certificate_has_another_name() {
    let authority = Authority::new("ours");
    let s3 = S3::start_behind(&authority, "s3.example");
    is_not_believed(&s3, &authority, "not valid for name");
}

#[test]
fn an_archive_that_is_away_costs_no_call_and_gets_all_later() {
    while_it(Mood::Refuses);
}

#[test]
fn nor_does_one_that_hangs() {
    while_it(Mood::Hangs);
}

#[test]
fn nothing_is_let_go_of_before_it_was_read_back() {
    let (carrier, s3) = (carrier(), S3::start());
    s3.behave(Mood::Spoils);
    let floor = floor_at(&carrier, &s3, "");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talked(&floor, &engine, &carrier);
    until("it is seen", PATIENCE, || {
        let trouble = recording(&engine, &jefa, call.attempt)["trouble"].clone();
        trouble
            .as_str()
            .is_some_and(|it| it.contains("is not what was sent"))
    });
    assert!(is_spooled(&floor, call.attempt));
    s3.behave(Mood::Well);
    until("the archive has it", PATIENCE, || {
        recording(&engine, &jefa, call.attempt)["state"] == "stored"
    });
    assert_eq!(floor.run(&["recording", "verify"])["sound"], 1);
}

#[test]
fn the_master_key_is_changed_while_the_engine_runs() {
    let (carrier, s3) = (carrier(), S3::start());
    let floor = floor_at(&carrier, &s3, "");
    let engine = floor.serve();
    let jefa = admin(&floor, &engine);
    let call = talked(&floor, &engine, &carrier);
    until("the archive has it", PATIENCE, || {
        recording(&engine, &jefa, call.attempt)["state"] == "stored"
    });
    let wav = audio(&engine, &jefa, call.attempt);
    let objects = s3.objects();
    until("its file is let go of", PATIENCE, || {
        !is_spooled(&floor, call.attempt)
    });
    let done = floor.run(&["recording", "rekey", "--drop-old"]);
    assert_eq!(
        (&done["resealed"], &done["dropped"]),
        (&json!(1), &json!(1)),
        "{done}"
    );
    assert_eq!(audio(&engine, &jefa, call.attempt), wav);
    assert_eq!(s3.objects(), objects, "no sound is sealed anew");
    // What is recorded from now on is sealed by the new key alone.
    let form = json!({"attempt": call.attempt, "code": "NI01"});
    call.desk.asks("agent/typify", form);
    call.desk.until("another customer", |desk| {
        desk["status"] == "talking" && desk["attempt"] != call.attempt
    });
    let next = call.desk.desk()["attempt"].as_i64().expect("a call");
    call.goes_on("asesor1", 4);
    carrier.hang_up("+573001000001");
    until("the archive has that too", PATIENCE, || {
        recording(&engine, &jefa, next)["state"] == "stored"
    });
    assert_eq!(
        floor.run(&["recording", "verify"]),
        json!({"sound": 2, "bad": []})
    );
    let key = std::fs::read_to_string(floor.folder().join("recordings.key")).expect("ours");
    assert_eq!(key.lines().filter(|line| !line.starts_with('#')).count(), 1);
}
