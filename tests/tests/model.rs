//! The operating model as people go it: practices that are due, sessions with what was agreed, adherence by role, a plan for a
//! target that a campaign missed, ideas, and the one sheet; by command line and over HTTP by role.

use std::net::SocketAddr;

use campaigns::{Campaign, Catalogue};
use chrono::{Datelike as _, Days, NaiveDate};
use domain::{
    AttemptId, CampaignId, Cause, DialMode, EndedBy, Event, Intent, Outcome, PhoneNumber, Purpose,
    Recorded, Timestamp, TrunkId,
};
use law::Pack;
use serde_json::{Value, json};
use store::{ListTarget, NewContact, Store};
use tests::Floor;
use tests::http::{ask, log_in};

const CAMPAIGN: &str = "ventas";

fn now() -> Timestamp {
    Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
}

fn today() -> NaiveDate {
    Pack::colombia().today(now()).expect("a day")
}

fn monday_of_this_week() -> NaiveDate {
    today() - Days::new(u64::from(today().weekday().num_days_from_monday()))
}

/// A call of a moment ago that nobody answered.
async fn called(record: &str) {
    let store = store::open(record).await.expect("opens");
    let store: &dyn Store = store.as_ref();
    store.take_over().await.expect("ours");
    let person = NewContact {
        document: "CC1".to_owned(),
        name: "Persona 1".to_owned(),
        segment: "A".to_owned(),
        phones: vec![PhoneNumber::from_e164("+573100000001").expect("a number")],
        attributes: Vec::new(),
        record: 1,
        line: 2,
    };
    let target = ListTarget::New("base".to_owned());
    let import = store.begin_import(&target, now()).await.expect("begins");
    store.import_chunk(import, &[person]).await.expect("stages");
    let list = store
        .finish_import(import, "{}", "00", now())
        .await
        .expect("finishes");
    let campaign = Campaign {
        lists: vec![list],
        ..Campaign::new(CampaignId::new(0), CAMPAIGN)
    };
    let campaign = store.put_campaign(&campaign).await.expect("a campaign");
    let (items, _) = store.lease_work(campaign, now(), 1).await.expect("leases");
    let (item, attempt) = (&items[0], AttemptId::new(1));
    let intent = Intent {
        under: None,
        attempt,
        campaign,
        list,
        contact: item.contact.id,
        person: item.contact.person,
        segment: item.contact.segment.clone(),
        phone: item.contact.phones[0].number,
        ordinal: 0,
        trunk: TrunkId::new(1),
        caller_id: PhoneNumber::from_e164("+576011234567").expect("a number"),
        mode: DialMode::Predictive,
        purpose: Purpose::Commercial,
        serves: None,
        agent: None,
        catalogue: Catalogue::HOUSE,
    };
    let closed = Event::AttemptClosed {
        attempt,
        outcome: Outcome::NoAnswer,
        cause: Cause::default(),
        ended_by: EndedBy::Network,
        next: None,
    };
    let events = [
        Event::AttemptIntended(intent),
        Event::CallPlaced { attempt },
        closed,
    ];
    let batch: Vec<Recorded> = (1..)
        .zip(events)
        .map(|(seq, event)| Recorded {
            seq,
            at: now(),
            event,
        })
        .collect();
    store.commit(&batch).await.expect("commits");
}

/// The model by which each day is a working one, so that the test goes the same on any.
fn each_day() -> String {
    let house = include_str!("../../config/practices.toml");
    let all = r#"days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#;
    let text = house.replace(r#"days = ["mon", "tue", "wed", "thu", "fri"]"#, all);
    // The pack of the laboratory has no holidays.
    let text = text.replace("pack = \"co\"", "pack = \"laboratorio\"");
    format!("{text}\n[[leader]]\nname = \"Marta\"\nrole = \"supervisor\"\n")
}

fn role<'a>(told: &'a Value, role: &Value) -> &'a Value {
    let rows = told.as_array().expect("a list");
    let found = rows.iter().find(|row| row["role"] == *role);
    found.unwrap_or_else(|| panic!("no {role} in {told}"))
}

#[test]
fn practices_are_followed_from_the_agenda_to_the_one_sheet() {
    let floor = Floor::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(called(&floor.record()));
    let all = floor.run(&["practice", "list"]);
    assert_eq!(all.as_array().map(Vec::len), Some(9), "{all}");
    floor.file("modelo.toml", "pack = \"co\"\n");
    let told = floor.refused(&["practice", "model", "put", "modelo.toml"]);
    assert!(told.contains("days"), "{told}");
    floor.file("modelo.toml", each_day());
    let put = ["practice", "model", "put", "modelo.toml", "--note", "todos"];
    assert_eq!(floor.run(&put)["version"], 1);

    held(&floor);
    followed_up(&floor);
    the_sheet(&floor);
    over_http(&floor);
    assert_eq!(floor.run(&["verify"])["problems"], json!([]));
}

fn held(floor: &Floor) {
    let day = today().to_string();
    let due = floor.run(&["practice", "agenda", "--from", &day, "--to", &day]);
    let of = |due: &Value, key: &str| {
        let rows = due.as_array().expect("a list").clone();
        let found = rows.into_iter().find(|row| row["practice"] == key);
        found.unwrap_or_else(|| panic!("no {key} in {due}"))
    };
    let daily = of(&due, "dialogo_diario");
    assert_eq!(
        (&daily["state"], &daily["leader"], &daily["goal"]),
        (&json!("planned"), &json!("Marta"), &json!(1))
    );
    let stranger = ["practice", "record", "dialogo_diario", "--leader", "Pedro"];
    assert!(floor.refused(&stranger).contains("Marta"));
    let tomorrow = (today() + Days::new(1)).to_string();
    let early = [
        "practice",
        "record",
        "dialogo_diario",
        "--leader",
        "marta",
        "--day",
        &tomorrow,
    ];
    assert!(floor.refused(&early).contains("still to come"));
    let whose = [
        "practice",
        "record",
        "confirmacion_funcion",
        "--leader",
        "Eva",
    ];
    assert!(floor.refused(&whose).contains("coordinator or the manager"));
    let session = floor.run(&[
        "practice",
        "record",
        "dialogo_diario",
        "--leader",
        "marta",
        "--participants",
        "Ana, Luis",
        "--notes",
        "metas del día",
        "--agreement",
        "Ana:+2:escuchar tres llamadas",
    ]);
    assert_eq!(
        (&session["id"], &session["leader"], &session["minutes"]),
        (&json!(1), &json!("Marta"), &json!(15))
    );
    assert_eq!(session["agreements"], json!([1]));
    let due = floor.run(&["practice", "agenda", "--from", &day, "--to", &day]);
    assert_eq!(of(&due, "dialogo_diario")["state"], "done");
    let longer = ["practice", "correct", "1", "--minutes", "25"];
    let right = floor.run(&longer);
    assert_eq!(
        (&right["version"], &right["minutes"]),
        (&json!(2), &json!(25))
    );
    let audit = floor.run(&["audit", "--subject", "session 1"]).to_string();
    assert!(audit.contains("practice.corrected"), "{audit}");
    let week = floor.run(&["practice", "adherence"]);
    let supervisor = role(&week, &json!("supervisor"));
    // Two of each day that was over when the model came into force were missed, by the house's days; today's is held.
    let monday = monday_of_this_week();
    let pack = Pack::colombia();
    let days = monday.iter_days().take_while(|day| *day < today());
    let over = days.filter(|day| {
        day.weekday().number_from_monday() < 6 && pack.holidays().name_of(*day).is_none()
    });
    let over = over.count();
    assert_eq!(
        (&supervisor["done"], &supervisor["missed"]),
        (&json!(1), &json!(2 * over)),
        "{supervisor}"
    );
}

fn followed_up(floor: &Floor) {
    let day = today().to_string();
    let open = |words: &'static str, kpi: &'static str| {
        [
            "plan",
            "open",
            words,
            "--owner",
            "Marta",
            "--in-days",
            "3",
            "--campaign",
            CAMPAIGN,
            "--kpi",
            kpi,
            "--from",
        ]
    };
    let span = [day.as_str(), "--to", day.as_str()];
    let none = [&open("nada", "cumplimiento")[..], &span].concat();
    let told = floor.refused(&none);
    assert!(told.contains("no figure"), "nothing was agreed: {told}");
    floor.run(&[
        "kpi",
        "target",
        CAMPAIGN,
        "contactabilidad",
        "--variant",
        "contactabilidad",
    ]);
    let missed = [&open("llamar a otra hora", "contactabilidad")[..], &span].concat();
    let plan = floor.run(&missed);
    assert_eq!(plan["state"], "open");
    let why = &plan["missed"];
    assert_eq!(
        (&why["variant"], &why["figure"], &why["target_shown"]),
        (&json!("contactabilidad"), &json!(0.0), &json!("70.0 %"))
    );
    let step = |more: &[&str]| floor.run(&[&["plan", "step", "2"][..], more].concat());
    step(&["note", "--words", "hablado con Ana"]);
    let tomorrow = (today() + Days::new(1)).to_string();
    assert_eq!(step(&["due", "--due", &tomorrow])["due"], json!(tomorrow));
    let done = step(&["done"]);
    assert_eq!(
        (&done["state"], &done["closed_on"]),
        (&json!("done"), &json!(day))
    );
    let again = floor.refused(&["plan", "step", "2", "done"]);
    assert!(again.contains("closed"), "{again}");
    let list = floor.run(&["plan", "list"]);
    assert_eq!(
        list.as_array().map(Vec::len),
        Some(1),
        "the agreement is left"
    );
    assert_eq!(
        floor
            .run(&["plan", "list", "--all"])
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}

fn the_sheet(floor: &Floor) {
    let report = floor.run(&["report", "model"]);
    let cycle = &report["cycles"][0];
    let kpis = cycle["kpis"].as_array().expect("a list");
    let reach = kpis
        .iter()
        .find(|kpi| kpi["indicator"] == "contactabilidad");
    let reach = reach.unwrap_or_else(|| panic!("{cycle}"));
    assert_eq!(
        (&reach["met"], &reach["plans"]),
        (&json!(false), &json!([2]))
    );
    assert_eq!(role(&cycle["adherence"], &Value::Null)["done"], 1);
    assert_eq!(report["plans"].as_array().map(Vec::len), Some(2));
    let csv = floor
        .command(&["report", "model", "--format", "csv"])
        .output();
    let csv = String::from_utf8(csv.expect("runs").stdout).expect("text");
    for words in [
        "seccion;desde;hasta",
        "no cumple",
        "Diálogo diario;supervisor;25 min",
        "cumplido",
    ] {
        assert!(csv.contains(words), "no {words} in {csv}");
    }
    let text = floor.command(&["report", "model"]).output().expect("runs");
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(text.contains("Seguimiento Modelo Operación"), "{text}");
    let book = [
        "report",
        "model",
        "--month",
        "2026-12",
        "--format",
        "xlsx",
        "--out",
        "modelo.xlsx",
    ];
    assert!(floor.command(&book).status().expect("runs").success());
    let bytes = std::fs::read(floor.folder().join("modelo.xlsx")).expect("written");
    assert_eq!(&bytes[..2], b"PK");
}

fn over_http(floor: &Floor) {
    floor.run(&["agent", "set", "ana"]);
    let engine = floor.serve();
    let http = engine.http();
    let token = |name: &str, role: &[&str]| {
        let words = [&["user", "add", name, "--role"][..], role].concat();
        let made = floor.run(&words);
        let password = made["password"].as_str().expect("shown once").to_owned();
        let (_, session) = log_in(http, name, &password);
        session["token"].as_str().expect("a token").to_owned()
    };
    let boss = token("jefa", &["supervisor"]);
    let seller = token("ana", &["advisor", "--agent", "ana"]);
    let asks = |who: &str, method: &str, path: &str, form| asks(http, who, method, path, form);
    for path in [
        "practices/agenda",
        "practices/sessions",
        "action-plans",
        "ideas",
        "practices/report",
    ] {
        assert_eq!(asks(&seller, "GET", path, None).0, 403, "{path}");
        let (status, told) = asks(&boss, "GET", path, None);
        assert_eq!(status, 200, "{path}: {told}");
    }
    let (status, told) = asks(&boss, "PUT", "practices/model", None);
    assert_eq!(status, 403, "{told}");
    let idea = json!({"words": "guion más corto", "author": "otra"});
    let (status, idea) = asks(&seller, "POST", "ideas", Some(idea));
    assert_eq!((status, &idea["author"]), (201, &json!("ana")), "{idea}");
    let step = |state: &str| Some(json!({"state": state}));
    let (status, told) = asks(&boss, "POST", "ideas/1/steps", step("done"));
    assert_eq!(status, 409, "{told}");
    let (status, told) = asks(&boss, "POST", "ideas/1/steps", step("accepted"));
    assert_eq!((status, &told["state"]), (200, &json!("accepted")));
    let session = json!({"practice": "confirmacion_proceso", "leader": "Marta",
        "agreements": [{"words": "revisar", "owner": "Ana", "due_on": "2020-01-01"}]});
    let (status, told) = asks(&boss, "POST", "practices/sessions", Some(session));
    assert_eq!(status, 422, "{told}");
    assert!(
        told["message"]
            .as_str()
            .is_some_and(|it| it.contains("is over"))
    );
    let session = json!({"practice": "confirmacion_proceso", "leader": "Marta"});
    let (status, told) = asks(&boss, "POST", "practices/sessions", Some(session));
    assert_eq!((status, &told["by"]), (201, &json!("jefa")), "{told}");
    let long = json!({"notes": "x".repeat(5_000)});
    let (status, told) = asks(&boss, "PATCH", "practices/sessions/1", Some(long));
    assert_eq!(status, 422, "{told}");
    drop(engine);
}

fn asks(
    http: SocketAddr,
    token: &str,
    method: &str,
    path: &str,
    form: Option<Value>,
) -> (u16, Value) {
    ask(http, method, &format!("/api/v1/{path}"), Some(token), form)
}
