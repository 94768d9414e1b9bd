//! A live call handed on through the API, with everything real around it: a
//! carrier, two advisors' phones and the back office's, each with a voice of
//! its own. Who hears whom is what counts; the record must say the same.

use serde_json::{Value, json};
use tests::desk::Desk;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, log_in};
use tests::shift::Shift;
use tests::{Floor, Running};

// Shared as a file: a user agent on real sockets that counts what it hears.
#[path = "../../crates/telephony/tests/signalling/peer.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod peer;

use peer::{Behaviour, Peer, Setup};

const CUSTOMER: u8 = 0x11;
const FIRST: u8 = 0x22;
const SECOND: u8 = 0x44;
const BACK_OFFICE: u8 = 0x55;
/// Comfort silence of the engine's own, and the last packets of a key (RFC 4733): nobody's voice.
const SILENCE: u8 = 0xD5;
const KEY_RELEASED: u8 = 0x8A;
/// The one person on the base.
const NUMBER: &str = "+573001000000";
/// A third of a second of somebody's voice, and no packet of before.
const HEARD: usize = 2_400;

fn picks_up(_: &str) -> Behaviour {
    Behaviour::Answers(std::time::Duration::ZERO)
}

/// An advisor at a desk, with a phone.
struct Advisor {
    desk: Desk,
    user: String,
    phone: Peer,
}

impl std::ops::Deref for Advisor {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl Advisor {
    fn at_work(engine: &Running, seat: &Value, voice: u8) -> Advisor {
        let text = |name: &str| {
            seat[name]
                .as_str()
                .expect("written by `prepare`")
                .to_owned()
        };
        let user = text("user");
        let desk = Desk::of(engine.http(), &user, &text("password"));
        let phone = Peer::start(Setup {
            behave: picks_up,
            voice,
            register: Some((engine.sip(), text("sip_user"), text("sip_password"))),
        });
        let advisor = Advisor { desk, user, phone };
        advisor.until("registered", |desk| desk["registered"] == true);
        advisor.asks("agent/login", json!({}));
        advisor.until("line up", |desk| desk["status"] == "break");
        advisor.asks("agent/ready", json!({}));
        advisor
    }

    fn hears(&self, voice: u8) {
        hears(&self.phone, &self.user, voice);
    }
}

fn hears(peer: &Peer, user: &str, voice: u8) {
    let before = peer.heard(user, voice);
    until(&format!("{user} hears {voice:#x}"), PATIENCE, || {
        peer.heard(user, voice) > before + HEARD
    });
}

#[test]
fn a_customer_is_held_and_handed_to_a_colleague_and_by_them_to_the_back_office() {
    let carrier = Peer::start(Setup {
        behave: picks_up,
        voice: CUSTOMER,
        register: None,
    });
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: 1,
        power_ratio: 1,
        agents: 2,
        ..Shift::to(carrier.address)
    });
    floor.sip_setting("domain = \"cadencia.test\"");
    let added = floor.run(&[
        "destination",
        "add",
        "Back office",
        "--sip-user",
        "bo1",
        "--sip-password",
        "pw-bo1-secret",
    ]);
    let destination = added["id"].as_i64().expect("an id");
    let twice = floor.refused(&[
        "destination",
        "add",
        "Back office",
        "--number",
        "+576011234567",
    ]);
    assert!(twice.contains("already"), "{twice}");
    let engine = floor.serve();
    let seats = std::fs::read(floor.folder().join("seats.json")).expect("written by `prepare`");
    let seats: Vec<Value> = serde_json::from_slice(&seats).expect("JSON");
    let back_office = Peer::start(Setup {
        behave: picks_up,
        voice: BACK_OFFICE,
        register: Some((engine.sip(), "bo1".into(), "pw-bo1-secret".into())),
    });

    let ana = Advisor::at_work(&engine, &seats[0], FIRST);
    ana.until("a customer", |desk| desk["status"] == "talking");
    let attempt = ana.desk()["attempt"].as_i64().expect("a call");
    hears(&carrier, NUMBER, FIRST);
    on_hold_and_back(&ana, &carrier);
    let berta = Advisor::at_work(&engine, &seats[1], SECOND);
    berta.until("ready", |desk| desk["status"] == "ready");

    // Nothing outside the list can be reached.
    let (status, answer) = ana.tries(
        "agent/transfer",
        json!({"destination": 99, "kind": "blind"}),
    );
    assert_eq!(
        (status, &answer["code"]),
        (409, &json!("unknown_destination"))
    );
    let (status, _) = ana.tries(
        "agent/transfer",
        json!({"number": "+573009998877", "kind": "blind"}),
    );
    assert_eq!(status, 422);

    // Blind, to a colleague.
    let targets = ana.get("agent/targets");
    let colleague = targets["agents"][0]["id"].as_i64().expect("berta is ready");
    assert_eq!(targets["destinations"][0]["name"], "Back office");
    ana.asks(
        "agent/transfer",
        json!({"agent": colleague, "kind": "blind"}),
    );
    hears(&carrier, NUMBER, SECOND);
    berta.hears(CUSTOMER);
    assert_eq!(ana.desk()["status"], "ready");
    assert_eq!(berta.desk()["attempt"], attempt);
    ana.asks(
        "agent/note",
        json!({"attempt": attempt, "note": "quiere portabilidad"}),
    );

    // Attended, to the back office, with a word before.
    berta.asks(
        "agent/transfer",
        json!({"destination": destination, "kind": "attended"}),
    );
    berta.until("the back office answers", |desk| {
        desk["on_call"]["answered"] == true
    });
    assert_eq!(berta.desk()["on_call"]["stands"], "consulting");
    berta.hears(BACK_OFFICE);
    hears(&back_office, "bo1", SECOND);
    berta.asks("agent/transfer/three-way", json!({}));
    berta.until("all three", |desk| desk["on_call"]["stands"] == "three_way");
    berta.asks("agent/transfer/complete", json!({}));
    hears(&carrier, NUMBER, BACK_OFFICE);
    hears(&back_office, "bo1", CUSTOMER);
    berta.asks("agent/typify", json!({"attempt": attempt, "code": "NI01"}));
    assert_eq!(berta.desk()["status"], "ready");

    carrier.hang_up(NUMBER);
    let boss = supervisor(&floor, &engine);
    let get = |path: &str| {
        let (status, answer) = ask(engine.http(), "GET", path, Some(&boss), None);
        assert_eq!(status, 200, "{answer}");
        answer
    };
    until("the call is over", PATIENCE, || {
        get("/api/v1/attempts")["attempts"][0]["outcome"] == "connected"
    });
    let row = get("/api/v1/attempts")["attempts"][0].clone();
    assert_eq!(
        (&row["code"], &row["agent"]),
        (&json!("NI01"), &json!(colleague))
    );
    let steps = get(&format!("/api/v1/attempts/{attempt}/steps"));
    let words = steps
        .as_array()
        .expect("a list")
        .iter()
        .map(|step| &step["step"]);
    let words: Vec<&str> = words.filter_map(Value::as_str).collect();
    assert_eq!(
        words,
        [
            "held",
            "resumed",
            "digits_sent",
            "transfer_intended",
            "transfer_answered",
            "transferred",
            "noted",
            "transfer_intended",
            "transfer_answered",
            "three_way",
            "transferred",
        ]
    );
    until("nobody is left on the line", PATIENCE, || {
        let seen = back_office.seen();
        seen.contains(&peer::Seen::HungUp("bo1".into()))
    });
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
    assert_eq!(
        floor.run(&["destination", "remove", "Back office"])["removed"],
        "Back office"
    );
    assert_eq!(floor.run(&["destination", "list"]), json!([]));
}

/// The customer hears nothing of the advisor while on hold, then them again, and keys.
fn on_hold_and_back(ana: &Advisor, carrier: &Peer) {
    ana.asks("agent/hold", json!({}));
    ana.until("on hold", |desk| desk["on_call"]["stands"] == "held");
    hears(carrier, NUMBER, SILENCE);
    let before = carrier.heard(NUMBER, FIRST);
    hears(carrier, NUMBER, SILENCE);
    assert_eq!(carrier.heard(NUMBER, FIRST), before, "on hold");
    let (status, answer) = ana.tries("agent/digits", json!({"digits": "5"}));
    assert_eq!(status, 409, "no keys while on hold: {answer}");
    ana.asks("agent/resume", json!({}));
    hears(carrier, NUMBER, FIRST);
    ana.hears(CUSTOMER);
    let (status, answer) = ana.tries("agent/digits", json!({"digits": "5x"}));
    assert_eq!((status, &answer["code"]), (409, &json!("bad_digits")));
    let before = carrier.heard(NUMBER, KEY_RELEASED);
    ana.asks("agent/digits", json!({"digits": "5"}));
    until("the key arrives", PATIENCE, || {
        carrier.heard(NUMBER, KEY_RELEASED) >= before + 3
    });
}

fn supervisor(floor: &Floor, engine: &Running) -> String {
    let user = floor.run(&["user", "add", "jefa", "--role", "supervisor"]);
    let password = user["password"].as_str().expect("shown once");
    let (status, session) = log_in(engine.http(), "jefa", password);
    assert_eq!(status, 200, "{session}");
    session["token"].as_str().expect("a token").to_owned()
}
