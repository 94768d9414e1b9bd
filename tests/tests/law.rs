//! The law as an administrator meets it, by the whole program on a record of its own: a register that must be
//! consulted, a pack of one's own, evidence, the rights of a person, and the log that tells of all of it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::shift::{CAMPAIGN, Shift};
use tests::wire::Wire;

const BASE: &str = "documento,nombre,celular\n1010,Ana Ruiz,3001234567\n1020,Luis Paz,3009876543\n";

/// A floor with a campaign under the law of Colombia.
fn floor() -> Floor {
    let floor = Floor::new();
    let base = floor.file("base.csv", BASE);
    floor.run(&["trunk", "set", "uno", "--host", "127.0.0.1"]);
    floor.run(&[
        "list",
        "import",
        base.to_str().expect("a path"),
        "--name",
        "base",
    ]);
    floor.run(&[
        "campaign",
        "create",
        "ventas",
        "--list",
        "base",
        "--trunk",
        "uno",
        "--caller-id",
        "+576015550100",
        "--law",
        "co",
    ]);
    floor
}

fn today(floor: &Floor) -> String {
    // The demand for the register counts from the day it is in Bogotá.
    let rules = floor.run(&["register", "status"]);
    assert!(
        rules.as_array().is_some_and(|rows| rows.len() >= 4),
        "{rules}"
    );
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let seconds = now.expect("after 1970").as_secs() as i64 - 5 * 3_600;
    let day = chrono::DateTime::from_timestamp(seconds, 0).expect("a day of the calendar");
    day.format("%Y-%m-%d").to_string()
}

#[test]
fn a_campaign_starts_only_once_its_register_was_consulted() {
    let floor = floor();
    let refused = floor.refused(&["campaign", "start", "ventas"]);
    assert!(refused.contains("CO-3.rne"), "{refused}");
    let file = floor.file("rne.txt", "3001234567\n3001234567\n3111111111\n");
    let file = file.to_str().expect("a path");
    let old = floor.run(&["register", "load", "rne", file, "--as-of", "2026-01-05"]);
    assert_eq!(
        (&old["numbers"], &old["repeated"], &old["hits"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let refused = floor.refused(&["campaign", "start", "ventas"]);
    assert!(
        refused.contains("cargue una nueva") && refused.contains("rne@2026-01-05#"),
        "{refused}"
    );
    floor.run(&["register", "override", "rne", "--reason", "portal caído"]);
    floor.refused(&["campaign", "start", "ventas"]);
    floor.run(&["register", "load", "rne", file, "--as-of", &today(&floor)]);
    floor.run(&["campaign", "start", "ventas"]);
    let person = floor.run(&["person", "show", "--phone", "3001234567"]);
    assert_eq!(
        person[0]["records"][0]["work"][0]["rule"], "CO-3.rne",
        "{person}"
    );
    let other = floor.run(&["person", "show", "--phone", "3009876543"]);
    assert_ne!(
        other[0]["records"][0]["work"][0]["rule"], "CO-3.rne",
        "{other}"
    );
    let check = floor.run(&["audit", "verify"]);
    assert_eq!(check["whole"], true, "{check}");
}

#[test]
fn evidence_is_exported_checked_and_the_same_again() {
    let floor = floor();
    let folder = |name: &str| floor.folder().join(name).display().to_string();
    let (one, two) = (folder("one"), folder("two"));
    let span = ["--from", "2020-01-01", "--to", "2026-01-01"];
    let made = floor.run(&[&["evidence", "export", &one], &span[..]].concat());
    let again = floor.run(&[&["evidence", "export", &two], &span[..]].concat());
    assert_eq!(
        made["index_sha256"], again["index_sha256"],
        "{made} {again}"
    );
    let index = made["index_sha256"].as_str().expect("a hash");
    let whole = floor.run(&["evidence", "verify", &one, "--index", index]);
    assert_eq!(whole["evidence"], "whole");
    fs::write(floor.folder().join("one/registers.csv"), "x").expect("ours");
    let output = floor
        .command(&["evidence", "verify", &one])
        .output()
        .expect("runs");
    assert!(!output.status.success());
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("registers.csv: was changed"), "{told}");
}

#[test]
fn a_person_is_answered_put_right_and_erased() {
    let floor = floor();
    let found = floor.run(&["person", "show", "--document", "1010"]);
    let person = found[0]["person"].to_string();
    let taken = floor.run(&["rights", "open", "consulta", "--person", &person]);
    assert_eq!(
        (&taken["days_left"], &taken["rule"]),
        (&json!(10), &json!("CO-6.consulta"))
    );
    let page = floor.folder().join("datos.html");
    let made = floor.run(&["person", "export", &person, page.to_str().expect("a path")]);
    let html = fs::read_to_string(&page).expect("written");
    assert!(
        html.contains("Ana Ruiz") && html.contains("+573001234567"),
        "{html}"
    );
    let id = taken["id"].to_string();
    let hash = made["page_sha256"].as_str().expect("a hash");
    floor.run(&[
        "rights",
        "close",
        &id,
        "--answer",
        "entregado",
        "--sha256",
        hash,
    ]);
    assert_eq!(floor.run(&["rights", "list"]), json!([]));
    // One that came in long ago is late, and says so by its status.
    let late = [
        "rights",
        "open",
        "reclamo",
        "--received",
        "2026-01-05",
        "--person",
        &person,
    ];
    assert_eq!(floor.run(&late)["due_on"], "2026-01-27");
    let output = floor.command(&["rights", "list"]).output().expect("runs");
    assert!(!output.status.success(), "overdue");
    let change = ["--name", "Ana Gómez", "--reason", "lo pidió"];
    floor.run(&[&["person", "rectify", &person][..], &change].concat());
    let found = floor.run(&["person", "show", "--document", "1010"]);
    assert_eq!(found[0]["records"][0]["name"], "Ana Gómez");
    let erased = floor.run(&["person", "erase", &person, "--reason", "lo pidió"]);
    assert_eq!(
        (&erased["records"], &erased["numbers"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        floor.run(&["person", "show", "--document", "1010"]),
        json!([])
    );
    let log = floor.run(&["audit", "--subject", &format!("person {person}")]);
    let told: Vec<&Value> = log
        .as_array()
        .expect("entries")
        .iter()
        .map(|e| &e["action"])
        .collect();
    assert!(told.contains(&&json!("person.rectify")) && told.contains(&&json!("person.erase")));
    assert!(!log.to_string().contains("Gómez"), "{log}");
}

#[test]
fn a_pack_of_a_folder_is_there_beside_ours_and_one_that_is_wrong_is_named() {
    let floor = floor();
    let own = include_str!("../../config/law/co.toml").replacen("id = \"co\"", "id = \"casa\"", 1);
    fs::create_dir(floor.folder().join("law")).expect("ours");
    let path = floor.file("law/casa.toml", &own);
    let config = floor.folder().join("law.toml");
    let folder = path.parent().expect("a folder").display().to_string();
    let text = format!(
        "database = \"{}\"\n[law]\nfolder = {folder:?}\n",
        floor.record()
    );
    fs::write(&config, text).expect("ours");
    let config = config.display().to_string();
    let rules = |pack: &'static str| {
        ["--config", &config, "gate", "rules", "--pack", pack].map(str::to_owned)
    };
    let asked = rules("casa");
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let told = floor.run(&asked);
    assert!(
        told.as_array().is_some_and(|rules| rules.len() > 10),
        "{told}"
    );
    fs::write(&path, own.replacen("19:00", "06:00", 1)).expect("ours");
    let asked = rules("co");
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let problem = floor.refused(&asked);
    assert!(
        problem.contains("casa.toml") && problem.contains("CO-1.hours"),
        "{problem}"
    );
}

#[test]
fn a_consent_is_recorded_with_its_evidence_shown_and_ended() {
    let floor = floor();
    let found = floor.run(&["person", "show", "--document", "1010"]);
    let person = found[0]["person"].to_string();
    let mail = floor.file("mail.eml", "Llámenme de 19:00 a 21:00.\n");
    let record = |contract: &str| {
        let mail = mail.to_str().expect("a path").to_owned();
        let words = [
            "person consent record",
            &person,
            "--hours 19:00-21:00 --days mon,tue,sun --for commercial,requested-callback",
            "--signed 2025-11-18T16:30 --instrument caso-8812 --evidence",
            &mail,
            "--contract",
            contract,
        ];
        let line = words.join(" ");
        line.split(' ').map(str::to_owned).collect::<Vec<_>>()
    };
    let late = record("2025-11-18T16:30");
    let late: Vec<&str> = late.iter().map(String::as_str).collect();
    let refused = floor.refused(&late);
    assert!(refused.contains("apart and later"), "{refused}");
    let sound = record("2025-01-10");
    let sound: Vec<&str> = sound.iter().map(String::as_str).collect();
    let consent = floor.run(&sound);
    assert_eq!(consent["days"], json!(["mon", "tue", "sun"]), "{consent}");
    let heeded = consent["heeded_by"].to_string();
    assert!(
        heeded.contains("co@") && !heeded.contains("us@"),
        "{heeded}"
    );
    let shown = floor.run(&["person", "show", "--document", "1010"]);
    assert_eq!(shown[0]["consents"][0]["id"], consent["id"], "{shown}");
    let id = consent["id"].to_string();
    let ended = floor.run(&["person", "consent", "end", &id, "--reason", "lo pidió"]);
    assert_eq!(ended["ended_why"], "lo pidió", "{ended}");
    assert_eq!(floor.run(&["person", "consent", "list"]), json!([]));
    let all = floor.run(&["person", "consent", "list", &person, "--all"]);
    assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
    let folder = floor.folder().join("proof").display().to_string();
    floor.run(&["evidence", "export", &folder, "--from", "2020-01-01"]);
    let rows = fs::read_to_string(floor.folder().join("proof/consents.csv")).expect("written");
    let hash = consent["evidence_sha256"].as_str().expect("a hash");
    assert!(rows.contains(hash) && rows.contains("caso-8812"), "{rows}");
    let log = floor.run(&["audit"]).to_string();
    for deed in ["consent.record", "consent.end"] {
        assert!(log.contains(deed), "{deed}: {log}");
    }
    assert_eq!(floor.run(&["report", "abandons", "ventas"]), json!([]));
}

/// A pack of one's own that demands a consent, as the law of Spain does: the laboratory's otherwise, under which calls leave
/// over loopback at any hour.
fn opt_in() -> String {
    let lab = include_str!("../../config/law/laboratorio.toml");
    let own = lab.replacen("id = \"laboratorio\"", "id = \"casa\"", 1);
    own + "\n[[rules]]\nid = \"CASA-1.consent\"\npurposes = [\"commercial\"]\n\
           value = { kind = \"consent\" }\nvalid_from = \"2022-06-29\"\n\
           source = \"Ley 11/2022, art. 66.1.b\"\n"
}

fn agrees(floor: &Floor, phone: &str) {
    let found = floor.run(&["person", "show", "--phone", phone]);
    let person = found[0]["person"].to_string();
    let form = floor.file("form.pdf", "Sí, llámenme.\n");
    let form = form.to_str().expect("a path");
    let words = "--kind commercial --for commercial --signed 2025-11-18 --instrument web-33";
    let words = words.split(' ').chain(["--evidence", form]);
    let record = ["person", "consent", "record", &person].into_iter();
    let consent = floor.run(&record.chain(words).collect::<Vec<_>>());
    assert!(
        consent["heeded_by"].to_string().contains("casa@"),
        "{consent}"
    );
}

fn called(wire: &Wire) -> BTreeSet<String> {
    let calls = wire.calls().into_values();
    calls.map(|call| call.number).collect()
}

#[test]
fn under_a_pack_of_the_folder_that_demands_consent_only_who_agreed_is_called() {
    let wire = Wire::start();
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: 30,
        agents: 2,
        ..Shift::to(wire.local())
    });
    floor.run(&["campaign", "pause", CAMPAIGN]);
    fs::create_dir(floor.folder().join("law")).expect("ours");
    floor.sip_setting("[law]\nfolder = \"law\"");
    let engine = floor.serve();
    let advisors = floor.advisors(&engine);
    // Dropped while the engine runs.
    floor.file("law/casa.toml", opt_in());
    until("the engine goes by it", PATIENCE, || {
        let texts = floor.ask(async |store| store.law_texts().await.expect("kept"));
        texts.iter().any(|text| text.pack.starts_with("casa@"))
    });
    floor.run(&["campaign", "set", CAMPAIGN, "--law", "casa"]);
    let (first, second, later) = ("3001000007", "3001000018", "3001000026");
    agrees(&floor, first);
    agrees(&floor, second);
    floor.run(&["campaign", "start", CAMPAIGN]);
    let agreed = |phones: &[&str]| -> BTreeSet<String> {
        phones.iter().map(|phone| format!("+57{phone}")).collect()
    };
    until("those who agreed are called", PATIENCE, || {
        called(&wire) == agreed(&[first, second])
    });
    let held = |phone: &str| {
        let person = floor.run(&["person", "show", "--phone", phone]);
        person[0]["records"][0]["work"][0]["rule"] == "CASA-1.consent"
    };
    // The first of the base and the last: the dialer came by all of them.
    for phone in ["3001000000", later, "3001000029"] {
        until("who did not agree is held", PATIENCE, || held(phone));
    }
    assert_eq!(called(&wire), agreed(&[first, second]));
    // Whoever agrees now is called now.
    agrees(&floor, later);
    until("who agrees is called", PATIENCE, || {
        called(&wire) == agreed(&[first, second, later])
    });
    drop(advisors);
    engine.stop();
    let folder = floor.folder().join("proof").display().to_string();
    floor.run(&["evidence", "export", &folder, "--from", "2020-01-01"]);
    let rows = fs::read_to_string(floor.folder().join("proof/attempts.csv")).expect("written");
    let of = |text: &str| rows.lines().filter(|row| row.contains(text)).count();
    assert!(of("casa@") >= 3, "{rows}");
    let verdict = floor.run(&["verify"]);
    assert_eq!(verdict["verify"], "ok", "{verdict}");
}
