//! Recordings that people bring, heard by a customer behind sipp: by campaign and language, by whom nobody
//! was free for and on hold, and another from one hold to the next while the engine runs.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use tests::Floor;
use tests::floor::{PATIENCE, until};

use crate::desk::Seat;
use crate::peer::{Baresip, Carrier};
use crate::tone::{tone, write_wav};
use crate::voice::{Voice, sounds};
use crate::{CAMPAIGN, Cast, Phones, set_up};

/// What the advisor says, in Hz, and the recordings.
const ADVISOR: f64 = 1_400.0;
const IN_SPANISH: f64 = 600.0;
const IN_ENGLISH: f64 = 900.0;
const MUSIC: f64 = 700.0;
/// `crates/intake/tests/sounds/tone_1000.ogg`.
const VORBIS: f64 = 1_000.0;
/// People of the base who ring for eight seconds, answer and listen.
const PEOPLE: [usize; 2] = [77, 87];

fn wav(floor: &Floor, name: &str, hertz: f64) {
    write_wav(&floor.folder().join(name), &tone(hertz, 3));
}

/// Makes the recordings and says where they are heard: what is for all is the wrong one here.
fn bring(floor: &Floor) {
    wav(floor, "es.wav", IN_SPANISH);
    wav(floor, "en.wav", IN_ENGLISH);
    wav(floor, "musica.wav", MUSIC);
    let ogg =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/intake/tests/sounds/tone_1000.ogg");
    std::fs::copy(ogg, floor.folder().join("otra.ogg")).expect("it is kept there");
    let run = |line: &str| floor.run(&line.split(' ').collect::<Vec<_>>());
    run("prompt import despedida es.wav --language es");
    run("prompt import despedida en.wav --language en");
    run("prompt import musica musica.wav --language es");
    run("prompt use despedida --language es --for abandon");
    run(&format!(
        "prompt use despedida --language en --for abandon --campaign {CAMPAIGN}"
    ));
    run("prompt use musica --for hold");
}

#[test]
fn recordings_that_people_bring_are_heard_by_campaign_and_language_and_changed_while_the_engine_runs()
 {
    let voice = Voice::open(440.0);
    let carrier = Carrier::start(voice.port());
    let floor = Floor::new();
    floor.sip_setting("digests = [\"MD5\"]");
    let cast = Cast {
        people: PEOPLE.to_vec(),
        advisors: 1,
        phones: Phones::Baresip,
        proxy: false,
    };
    let trunk = format!("--port {}", carrier.address.port());
    let seat = set_up(&floor, &cast, &trunk).remove(0).seat;
    bring(&floor);
    let engine = floor.serve();
    let _phone = Baresip::start(&seat.user, &seat.sip_password, engine.sip(), ADVISOR);
    let desk = Seat::take(engine.http(), &seat.user, &seat.password);
    let status = |wanted: &str| desk.get("agent")["status"] == wanted;
    until("their phone registers", PATIENCE, || {
        desk.get("agent")["registered"] == true
    });
    desk.post("agent/login", json!({})).expect("a seat is free");
    until("the shift began", PATIENCE, || status("break"));

    // Somebody rings; before they answer nobody is there for them any more.
    desk.post("agent/ready", json!({})).expect("the line is up");
    until("somebody is called", PATIENCE, || {
        !crate::record::attempts(&floor).is_empty()
    });
    desk.post("agent/break", json!({"reason": "cafe"}))
        .expect("free");
    let began = Instant::now();
    until(
        "the customer hears the message of their campaign",
        PATIENCE,
        || voice.hears(IN_ENGLISH),
    );
    let all = voice.since(began);
    let others = |hertz: f64| {
        all.chunks(10)
            .any(|notes| notes.len() == 10 && sounds(notes, hertz))
    };
    assert!(!others(IN_SPANISH), "that of all others is not heard");
    until("it ends as abandoned", PATIENCE, || {
        let attempts = crate::record::attempts(&floor);
        attempts.iter().any(|row| row["outcome"] == "abandoned")
    });

    // The next one talks and is put on hold.
    desk.post("agent/ready", json!({})).expect("back");
    until("they talk", PATIENCE, || status("talking"));
    until("the customer hears the advisor", PATIENCE, || {
        voice.hears(ADVISOR)
    });
    let hold = || desk.post("agent/hold", json!({})).expect("they talk");
    let unhold = || desk.post("agent/resume", json!({})).expect("held");
    hold();
    until("and then the music", PATIENCE, || voice.hears(MUSIC));
    unhold();
    until("and the advisor again", PATIENCE, || voice.hears(ADVISOR));
    // An Ogg file takes its place while they talk.
    let run = |line: &str| floor.run(&line.split(' ').collect::<Vec<_>>());
    run("prompt import otra otra.ogg --language es");
    run(&format!("prompt use otra --for hold --campaign {CAMPAIGN}"));
    let deadline = Instant::now() + PATIENCE;
    loop {
        hold();
        let began = Instant::now();
        until("something else than the advisor is heard", PATIENCE, || {
            voice.hears(MUSIC) || voice.hears(VORBIS)
        });
        if voice.hears(VORBIS) {
            break;
        }
        assert!(Instant::now() < deadline, "the engine took no notice");
        unhold();
        until("the advisor is heard", PATIENCE, || voice.hears(ADVISOR));
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    unhold();
    desk.post("agent/hangup", json!({})).expect("they talk");
    engine.stop();
}
