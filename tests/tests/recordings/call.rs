//! One recorded call: a customer and an advisor, each with a voice of their own.

use std::time::Duration;

use serde_json::{Value, json};
use tests::desk::Desk;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, fetch};
use tests::shift::{CAMPAIGN, Shift};
use tests::{Floor, Running};

use crate::peer::{Behaviour, Peer, Setup};

/// Codes that the customer and the advisor say all the time.
pub(crate) const CUSTOMER: u8 = 0x11;
pub(crate) const ADVISOR: u8 = 0x22;
/// The one person on the base.
pub(crate) const NUMBER: &str = "+573001000000";
/// A third of a second of somebody's voice.
const HEARD: usize = 2_400;

pub(crate) fn picks_up(_: &str) -> Behaviour {
    Behaviour::Answers(Duration::ZERO)
}

/// A carrier whose customers pick up at once.
pub(crate) fn carrier() -> Peer {
    Peer::start(Setup {
        behave: picks_up,
        voice: CUSTOMER,
        register: None,
    })
}

/// An installation for one call, recorded whole, with more settings of recordings.
pub(crate) fn floor_for(carrier: &Peer, settings: &str) -> Floor {
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: 2,
        power_ratio: 1,
        agents: 1,
        ..Shift::to(carrier.address)
    });
    floor.sip_setting("domain = \"cadencia.test\"");
    floor.sip_setting(&format!("[recordings]\n{settings}"));
    let keep = ["--recording-keep", "30d", "--recording-keep", "NI 90d"];
    let set = ["campaign", "set", CAMPAIGN, "--recording", "all"];
    floor.run(&[&set[..], &keep[..]].concat());
    floor
}

/// An advisor who is talking to a customer.
pub(crate) struct Talk {
    pub(crate) desk: Desk,
    pub(crate) phone: Peer,
    pub(crate) attempt: i64,
}

pub(crate) fn talk(floor: &Floor, engine: &Running) -> Talk {
    let seats = std::fs::read(floor.folder().join("seats.json")).expect("written by `prepare`");
    let seats: Vec<Value> = serde_json::from_slice(&seats).expect("JSON");
    let text = |name: &str| seats[0][name].as_str().expect("a text").to_owned();
    let phone = Peer::start(Setup {
        behave: picks_up,
        voice: ADVISOR,
        register: Some((engine.sip(), text("sip_user"), text("sip_password"))),
    });
    let desk = Desk::of(engine.http(), &text("user"), &text("password"));
    desk.until("registered", |desk| desk["registered"] == true);
    desk.asks("agent/login", json!({}));
    desk.until("line up", |desk| desk["status"] == "break");
    desk.asks("agent/ready", json!({}));
    desk.until("a customer", |desk| desk["status"] == "talking");
    let attempt = desk.desk()["attempt"].as_i64().expect("a call");
    Talk {
        desk,
        phone,
        attempt,
    }
}

impl Talk {
    /// Waits until the advisor has heard so much more of the customer.
    pub(crate) fn goes_on(&self, user: &str, times: usize) {
        let before = self.phone.heard(user, CUSTOMER);
        until("the customer is heard", PATIENCE, || {
            self.phone.heard(user, CUSTOMER) > before + times * HEARD
        });
    }
}

/// An administrator's token.
pub(crate) fn admin(floor: &Floor, engine: &Running) -> String {
    let user = floor.run(&["user", "add", "jefa", "--role", "admin"]);
    let password = user["password"].as_str().expect("shown once");
    Desk::of(engine.http(), "jefa", password).token
}

/// The sides of a WAV file.
pub(crate) fn sides(wav: &[u8]) -> (Vec<i16>, Vec<i16>) {
    let mut reader = hound::WavReader::new(wav).expect("a WAV file");
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate), (2, 8_000));
    let all: Vec<i16> = reader.samples().map(|s| s.expect("a sample")).collect();
    let side = |skip| all.iter().skip(skip).step_by(2).copied().collect();
    (side(0), side(1))
}

/// A figure of the metrics.
pub(crate) fn figure(engine: &Running, token: &str, name: &str) -> f64 {
    let (_, _, text) = fetch(engine.http(), "/metrics", token, None, "content-type");
    let text = String::from_utf8(text).expect("text");
    let line = text.lines().find(|line| line.starts_with(name));
    let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    let value = line.rsplit(' ').next().expect("a value");
    value.parse().expect("a number")
}

/// What the API says of a recording.
pub(crate) fn recording(engine: &Running, token: &str, attempt: i64) -> Value {
    let path = format!("/api/v1/recordings/{attempt}");
    ask(engine.http(), "GET", &path, Some(token), None).1
}

/// All of a recording, as the API plays it.
pub(crate) fn audio(engine: &Running, token: &str, attempt: i64) -> Vec<u8> {
    let path = format!("/api/v1/recordings/{attempt}/audio");
    let (status, kind, body) = fetch(engine.http(), &path, token, None, "content-type");
    assert_eq!((status, kind.as_str()), (200, "audio/wav"));
    body
}

/// Somebody is heard all the time. The clock of these peers is slow, and on a busy machine slower: each
/// time they are a quarter of a second late they are laid on anew. No second is missing.
pub(crate) fn assert_heard(side: &[i16], code: u8) {
    let sample = media::g711::decode(media::Codec::Pcma, code);
    let gaps = side.split(|it| *it == sample).map(<[i16]>::len);
    let longest = gaps.max().unwrap_or_default();
    assert!(longest < 4_000, "not heard for {longest} samples");
}
