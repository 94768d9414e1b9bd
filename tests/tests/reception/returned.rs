//! Return files and taking a load back, by command and by API.

use std::process::Command;

use serde_json::json;
use tests::http::{ask, log_in};

use crate::client::{HEADINGS, Office, base, run};

fn loaded(office: &Office) {
    // One rejected, one duplicate.
    let text = base(0, 20) + "10000003;Persona 3;3000000003\n10000099;Nadie;12\n";
    office.floor.run(&[
        "list",
        "import",
        office
            .floor
            .file("otra.csv", base(500, 502))
            .to_str()
            .expect("ASCII"),
        "--name",
        "otra",
    ]);
    office.floor.run(&[
        "campaign", "create", "hogares", "--list", "otra", "--law", "co",
    ]);
    office.drop_in("base.csv", &text);
    let fates = office.take();
    assert_eq!(
        (&fates[0]["received"], &fates[0]["valid"]),
        (&json!(22), &json!(20))
    );
}

#[test]
fn what_goes_back_adds_up_and_only_the_client_reads_it() {
    let office = Office::new("campaign = \"hogares\"");
    loaded(&office);
    let said = office.floor.refused(&["reception", "return", "hogares"]);
    assert!(said.contains("client's key"), "{said}");
    let key = office.floor.folder().join("client.key");
    run(Command::new("age-keygen").arg("-o").arg(&key));
    let public = run(Command::new("age-keygen").arg("-y").arg(&key));
    office.floor.file("client.pub", public);
    office
        .floor
        .run(&["reception", "recipient", "set", "hogares", "client.pub"]);
    let written = office
        .floor
        .run(&["reception", "return", "hogares", "--list", "base"]);
    let totals = &written[0]["totals"];
    assert_eq!(totals["received"], 22);
    assert_eq!(
        totals["states"],
        json!({"virgen": 20, "rechazado": 1, "duplicado": 1})
    );
    assert_eq!(office.names("return").len(), 1);
    let path = written[0]["file"].as_str().expect("a path").to_owned();
    let text = run(Command::new("age")
        .args(["-d", "-i"])
        .arg(&key)
        .arg(office.floor.folder().join(path)));
    let text = String::from_utf8(text).expect("UTF-8");
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 1 + 22 + 1, "{text}");
    let footer = rows[23];
    assert!(
        footer.starts_with("pie;dia=20") && footer.contains(";version=1;restated_at=;"),
        "{footer}"
    );
    assert!(
        rows[0].starts_with("\u{feff}carga;registro;linea;documento"),
        "{}",
        rows[0]
    );
    assert!(
        rows[1].contains(";10000000;573000000000;virgen;;0;;"),
        "{}",
        rows[1]
    );
    assert!(text.contains(";rechazado;;0;;teléfono no válido"), "{text}");
    assert!(
        office.files_with(b"10000000;573000000000").is_empty(),
        "nothing of it is in the clear"
    );
    let audit = office.floor.run(&["audit"]);
    let actions: Vec<_> = audit
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["action"].clone())
        .collect();
    assert!(
        actions.contains(&json!("reception.return")) && actions.contains(&json!("client_key.set")),
        "{actions:?}"
    );
}

#[test]
fn a_load_is_taken_back_by_who_says_how_many_go() {
    let office = Office::new("campaign = \"hogares\"");
    loaded(&office);
    let asked = office.floor.run(&["list", "revert", "base"]);
    assert_eq!(
        (&asked["contacts"], &asked["reverted"]),
        (&json!(20), &json!(false))
    );
    let said = office
        .floor
        .refused(&["list", "revert", "base", "--confirm", "19"]);
    assert!(said.contains("brought 20 contacts, not 19"), "{said}");
    assert_eq!(office.contacts("base"), 20);
    let gone = office
        .floor
        .run(&["list", "revert", "base", "--confirm", "20"]);
    assert_eq!(
        (&gone["contacts"], &gone["reverted"]),
        (&json!(20), &json!(true))
    );
    assert_eq!(office.contacts("base"), 0);
    let status = office
        .floor
        .run(&["reception", "status", "--state", "reverted"]);
    assert_eq!(status["files"][0]["file_name"], "base.csv.age");
    // The base as it should have been.
    office.drop_in("base.csv", &base(0, 20));
    assert_eq!(office.take()[0]["valid"], 20);
}

#[test]
fn by_the_api_all_of_it_is_done_by_an_administrator_alone() {
    let office = Office::new("campaign = \"hogares\"");
    loaded(&office);
    let made = office
        .floor
        .run(&["user", "add", "jefa", "--role", "admin"]);
    let password = made["password"].as_str().expect("a password");
    let engine = office.floor.serve();
    let (_, session) = log_in(engine.http(), "jefa", password);
    let token = session["token"].as_str().expect("a token");
    let call = |method: &str, path: &str, form| ask(engine.http(), method, path, Some(token), form);
    let (_, files) = call("GET", "/api/v1/reception", None);
    assert_eq!(files["files"][0]["state"], "loaded", "{files}");
    let lists = office.floor.run(&["list", "list"]);
    let list = lists
        .as_array()
        .expect("a list")
        .iter()
        .find(|it| it["name"] == "base")
        .expect("loaded");
    let list = list["id"].as_i64().expect("an id");
    let (_, loads) = call("GET", &format!("/api/v1/lists/{list}/loads"), None);
    let load = loads[0]["id"].as_i64().expect("an id");
    let (status, problem) = call(
        "PUT",
        "/api/v1/campaigns/1/client-key",
        Some(json!({"key": "hello"})),
    );
    assert_eq!(
        (status, &problem["code"]),
        (422, &json!("invalid")),
        "{problem}"
    );
    let revert = format!("/api/v1/lists/{list}/loads/{load}/revert");
    let (status, _) = ask(
        engine.http(),
        "POST",
        &revert,
        None,
        Some(json!({"contacts": 20})),
    );
    assert_eq!(status, 401);
    let (status, problem) = call("POST", &revert, Some(json!({"contacts": 3})));
    assert_eq!(status, 409, "{problem}");
    let (status, gone) = call("POST", &revert, Some(json!({"contacts": 20})));
    assert_eq!((status, &gone["contacts"]), (200, &json!(20)), "{gone}");
    let (status, problem) = call("POST", &revert, Some(json!({"contacts": 20})));
    assert_eq!(status, 409, "{problem}");
    assert_eq!(office.contacts("base"), 0);
    assert!(HEADINGS.contains("DOCUMENTO"));
}
