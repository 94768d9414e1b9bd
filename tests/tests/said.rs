//! What an advisor says of a call, and what follows for everybody else, over HTTP with everything real around it: the
//! call-back it books, the supervisor who moves it, the correction that changes retries, indicators and the client's
//! file, the rules it contradicts; and in the end the person who asks to be forgotten.

use serde_json::{Value, json};
use tests::desk::Desk;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, fetch, log_in};
use tests::shift::{CAMPAIGN, Shift};
use tests::{Floor, Running};

// Shared as a file: a user agent on real sockets.
#[path = "../../crates/telephony/tests/signalling/peer.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod peer;

use peer::{Behaviour, Peer, Setup};

/// The one person on the base.
const NUMBER: &str = "+573001000000";
const NOTE: &str = "prefiere que la llamen a la oficina";

fn picks_up(_: &str) -> Behaviour {
    Behaviour::Answers(std::time::Duration::ZERO)
}

fn phone(voice: u8, register: Option<(std::net::SocketAddr, String, String)>) -> Peer {
    Peer::start(Setup {
        behave: picks_up,
        voice,
        register,
    })
}

/// A user of the API.
struct User<'a> {
    engine: &'a Running,
    token: String,
}

impl User<'_> {
    fn of<'a>(floor: &Floor, engine: &'a Running, name: &str, role: &str) -> User<'a> {
        let made = floor.run(&["user", "add", name, "--role", role]);
        let password = made["password"].as_str().expect("shown once");
        let (status, session) = log_in(engine.http(), name, password);
        assert_eq!(status, 200, "{session}");
        let token = session["token"].as_str().expect("a token").to_owned();
        User { engine, token }
    }

    fn asks(&self, method: &str, path: &str, form: Option<Value>) -> (u16, Value) {
        let path = format!("/api/v1/{path}");
        ask(self.engine.http(), method, &path, Some(&self.token), form)
    }

    fn get(&self, path: &str) -> Value {
        let (status, answer) = self.asks("GET", path, None);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    fn kpi(&self, id: &str) -> Value {
        let report = self.get("campaigns/1/kpis");
        let kpis = report["kpis"].as_array().expect("a list");
        let found = kpis.iter().find(|kpi| kpi["id"] == id);
        found.unwrap_or_else(|| panic!("no {id} in {report}"))["numerator"].clone()
    }
}

/// A call that an advisor took and the customer ended; the advisor's desk and the attempt.
fn called(floor: &Floor, engine: &Running, carrier: &Peer) -> (Desk, Peer, i64) {
    let seats = std::fs::read(floor.folder().join("seats.json")).expect("written by `prepare`");
    let seats: Vec<Value> = serde_json::from_slice(&seats).expect("JSON");
    let text = |name: &str| seats[0][name].as_str().expect("a text").to_owned();
    let desk = Desk::of(engine.http(), &text("user"), &text("password"));
    let own = phone(
        0x22,
        Some((engine.sip(), text("sip_user"), text("sip_password"))),
    );
    desk.until("registered", |desk| desk["registered"] == true);
    desk.asks("agent/login", json!({}));
    desk.until("line up", |desk| desk["status"] == "break");
    desk.asks("agent/ready", json!({}));
    desk.until("a customer", |desk| desk["status"] == "talking");
    let attempt = desk.desk()["attempt"].as_i64().expect("a call");
    carrier.hang_up(NUMBER);
    desk.until("after the call", |desk| desk["status"] == "wrap_up");
    (desk, own, attempt)
}

/// Tomorrow at half past nine by the customer's clock.
fn tomorrow(time: &str) -> String {
    let day = chrono::Utc::now() - chrono::Duration::hours(5) + chrono::Duration::days(1);
    format!("{}T{time}", day.format("%Y-%m-%d"))
}

#[test]
fn what_was_said_of_a_call_is_booked_moved_corrected_restated_and_forgotten() {
    let carrier = phone(0x11, None);
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: 1,
        power_ratio: 1,
        agents: 1,
        ..Shift::to(carrier.address)
    });
    floor.run(&["reception", "keys", "make"]);
    let keys = floor.run(&["reception", "keys", "show"]);
    floor.file("client.pub", keys["age"][0].as_str().expect("a key"));
    floor.run(&["reception", "recipient", "set", CAMPAIGN, "client.pub"]);
    let engine = floor.serve();
    let boss = User::of(&floor, &engine, "jefa", "admin");
    let lead = User::of(&floor, &engine, "lider", "supervisor");
    let (desk, _phone, attempt) = called(&floor, &engine, &carrier);
    desk.asks(
        "agent/typify",
        json!({"attempt": attempt, "code": "TI02", "note": NOTE,
            "callback_local": tomorrow("09:30")}),
    );

    booked_and_moved(&floor, &boss, &lead);
    let file = floor.run(&["reception", "return", CAMPAIGN, "--folder", "."]);
    assert_eq!(
        (&file[0]["version"], &file[0]["totals"]["received"]),
        (&json!(1), &json!(1))
    );
    let files = || lead.get("campaigns/1/return-files");
    assert_eq!(files()[0]["to_be_restated"], false, "{}", files());
    assert_eq!(boss.kpi("efectividad"), json!(0.0));

    // It was a sale, and the advisor mistook the code.
    let path = format!("attempts/{attempt}/correction");
    let form = json!({"code": "VE01", "why": "la venta se cerró en la misma llamada"});
    let (status, said) = desk.tries(&path, form.clone());
    assert_eq!(status, 403, "an advisor may not: {said}");
    let (status, said) = lead.asks("POST", &path, Some(form));
    assert_eq!(status, 204, "{said}");
    corrected(&floor, &boss, &lead, attempt);
    assert_eq!(files()[0]["to_be_restated"], true, "{}", files());
    let again = floor.run(&[
        "reception",
        "return",
        CAMPAIGN,
        "--restate",
        "--folder",
        ".",
    ]);
    assert_eq!(again[0]["version"], 2, "{again}");
    assert_eq!(again[0]["totals"]["codes"], json!({"VE01": 1}));
    assert_eq!(files()[0]["to_be_restated"], false, "{}", files());
    assert!(files()[0]["restated_at"].is_i64());
    let nothing = floor.run(&[
        "reception",
        "return",
        CAMPAIGN,
        "--restate",
        "--folder",
        ".",
    ]);
    assert_eq!(nothing, json!([]), "nothing is left to be written again");

    forgotten(&floor, &boss, attempt);
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}

fn booked_and_moved(floor: &Floor, boss: &User<'_>, lead: &User<'_>) {
    let agenda = |user: &User<'_>| user.get("callbacks?campaign=1");
    until("the call-back is booked", PATIENCE, || {
        agenda(boss)[0].is_object()
    });
    let one = agenda(boss)[0].clone();
    assert_eq!(
        (&one["phone"], &one["zone"]),
        (&json!(NUMBER), &json!("America/Bogota"))
    );
    let local = format!("{}:00-05:00", tomorrow("09:30"));
    assert_eq!(
        (&one["local"], &one["lawful"]),
        (&json!(local), &json!(true))
    );
    assert_eq!(agenda(lead)[0]["phone"], "+*********000", "masked");
    assert_eq!(lead.get("callbacks?anyone=true&campaign=1"), agenda(lead));
    let path = format!("callbacks/1/{}", one["contact"]);
    let (status, said) = lead.asks(
        "POST",
        &format!("{path}/move"),
        Some(json!({"local": "2020-01-01T09:30", "reason": "ayer"})),
    );
    assert_eq!(
        (status, &said["code"]),
        (409, &json!("callback_out_of_range")),
        "{said}"
    );
    let form = json!({"local": tomorrow("15:00"), "reason": "sale tarde"});
    let (status, moved) = lead.asks("POST", &format!("{path}/move"), Some(form));
    assert_eq!(status, 200, "{moved}");
    assert_eq!(moved["local"], format!("{}:00-05:00", tomorrow("15:00")));
    let contact = one["contact"].to_string();
    floor.run(&[
        "callback",
        "assign",
        CAMPAIGN,
        &contact,
        "--agent",
        "asesor1",
        "--reason",
        "la conoce",
    ]);
    let listed = floor.run(&["callback", "list", "--agent", "asesor1"]);
    assert_eq!(listed[0]["agent_name"], "asesor1", "{listed}");
    let log = floor.run(&["audit"]);
    let actions: Vec<_> = log.as_array().expect("a list").iter().collect();
    assert!(
        ["callback.move", "callback.assign"]
            .iter()
            .all(|action| actions.iter().any(|row| row["action"] == *action)),
        "{log}"
    );
}

/// Retries, indicators and what contradicts what follow the new word.
fn corrected(floor: &Floor, boss: &User<'_>, lead: &User<'_>, attempt: i64) {
    until("the work is done with", PATIENCE, || {
        boss.get("callbacks?campaign=1") == json!([])
    });
    until("the sale counts", PATIENCE, || {
        boss.kpi("efectividad") == json!(1.0)
    });
    let person = floor.run(&["person", "show", "--phone", NUMBER]);
    let work = &person[0]["records"][0]["work"][0];
    assert_eq!(
        (&work["state"], &work["code"]),
        (&json!("closed"), &json!("VE01")),
        "{person}"
    );
    // A sale in a second or two: by the house's rules, and no more by the campaign's own.
    let found = lead.get("campaigns/1/contradictions");
    assert_eq!(found["rules_version"], 0);
    assert_eq!(found["found"][0]["rule"], "sale_too_short", "{found}");
    assert_eq!(found["found"][0]["attempt"], attempt);
    let rules = "rule;codes;outcome;talk_min_s;words\nlarga;XX01;connected;600;van {talk} s\n";
    let file = floor.file("reglas.csv", rules);
    let file = file.to_str().expect("a path");
    let said = floor.refused(&["typifications", "rules", "import", CAMPAIGN, file]);
    assert!(said.contains("line 2, column codes (larga)"), "{said}");
    floor.file("reglas.csv", rules.replace("XX01", "VE01"));
    let put = floor.run(&["typifications", "rules", "import", CAMPAIGN, file]);
    assert_eq!((&put["version"], &put["rules"]), (&json!(1), &json!(1)));
    let found = lead.get("campaigns/1/contradictions");
    assert_eq!(
        (&found["rules_version"], &found["found"]),
        (&json!(1), &json!([])),
        "{found}"
    );
    let versions = lead.get("campaigns/1/contradiction-rules/versions");
    assert_eq!(versions.as_array().map(Vec::len), Some(2), "{versions}");
}

fn forgotten(floor: &Floor, boss: &User<'_>, attempt: i64) {
    let evidence = || {
        fetch(
            boss.engine.http(),
            "/api/v1/evidence?from=0",
            &boss.token,
            None,
            "x-evidence-index-sha256",
        )
    };
    let (status, hash, zip) = evidence();
    assert_eq!((status, hash.len()), (200, 64));
    assert!(zip.starts_with(b"PK"));
    let found = boss.get("people?phone=%2B573001000000");
    let person = found[0]["person"].as_i64().expect("a number");
    let said = boss.get(&format!("attempts/{attempt}/typifications"));
    assert!(said.to_string().contains(NOTE), "{said}");
    let form = json!({"reason": "lo pidió"});
    let (status, erased) = boss.asks("POST", &format!("people/{person}/erase"), Some(form));
    assert_eq!(
        (status, &erased["in_old_journal"]),
        (200, &json!(0)),
        "{erased}"
    );
    let said = boss.get(&format!("attempts/{attempt}/typifications"));
    assert!(!said.to_string().contains(NOTE), "{said}");
    let (_, _, text) = fetch(boss.engine.http(), "/metrics", &boss.token, None, "x");
    let text = String::from_utf8(text).expect("text");
    let line = "cadencia_rights_requests_overdue{kind=\"reclamo\"} 0";
    assert!(text.contains(line), "{text}");
    let day = floor.run(&["rights", "open", "reclamo", "--received", "2026-01-05"]);
    assert_eq!(day["overdue"], true, "{day}");
    let (_, _, text) = fetch(boss.engine.http(), "/metrics", &boss.token, None, "x");
    let text = String::from_utf8(text).expect("text");
    assert!(text.contains(&line.replace(" 0", " 1")), "{text}");
}
