//! Reports by schedule and closed days as Parquet, by the commands people use and by the API.

use std::path::Path;

use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::http::{ask, log_in};

/// An installation with a base, a campaign and a folder for reports.
fn office() -> Floor {
    let floor = Floor::new();
    floor.sip_setting("[[delivery.folder]]\nname = \"cliente\"\npath = \"informes\"");
    std::fs::create_dir(floor.folder().join("informes")).expect("ours");
    let mut base = String::from("documento;nombre;celular\n");
    for person in 0..20 {
        base += &format!("{};Persona {person};300{person:07}\n", 10_000_000 + person);
    }
    floor.file("base.csv", base);
    floor.run(&["list", "import", "base.csv", "--name", "base"]);
    floor.run(&[
        "campaign", "create", "hogares", "--list", "base", "--law", "co",
    ]);
    floor
}

fn add(name: &str, report: &str, more: &str) -> Vec<String> {
    let usual =
        format!("schedule add {name} --campaign hogares --report {report} --place cliente {more}");
    let mut words: Vec<String> = usual.split_whitespace().map(str::to_owned).collect();
    words.extend(["--cron".to_owned(), "30 6 * * *".to_owned()]);
    words
}

fn borrowed(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

/// The day before, in Bogotá.
fn yesterday() -> NaiveDate {
    let bogota = Utc::now() - chrono::Duration::hours(5);
    bogota.date_naive() - Days::new(1)
}

fn sha256(path: &Path) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(std::fs::read(path).expect("it is there"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn reports_go_by_schedule_and_each_run_is_told() {
    let floor = office();
    let made = floor.run(&borrowed(&add(
        "diario",
        "gestion",
        "--period today --format csv",
    )));
    assert!(
        made["next_at"].is_i64() && made["place_kind"] == "folder",
        "{made}"
    );
    assert_eq!(made["zone"], "America/Bogota");
    for (words, why) in [
        (add("diario", "kpi", ""), "already a schedule"),
        (add("otro", "kpi", "--format xlsx"), "csv, json"),
        (add("otro", "todo", ""), "gestion, gerencial, kpi"),
        (add("otro", "kpi", "--zone Bogotá"), "no time zone"),
    ] {
        let said = floor.refused(&borrowed(&words));
        assert!(said.contains(why), "{words:?}: {said}");
    }
    let mut elsewhere = add("otro", "kpi", "");
    elsewhere[8] = "nadie".to_owned();
    let said = floor.refused(&borrowed(&elsewhere));
    assert!(
        said.contains("no place `nadie`; use one of: cliente"),
        "{said}"
    );

    let run = floor.run(&["schedule", "run", "diario"]);
    assert_eq!(run["state"], "arrived", "{run}");
    let file = run["file"].as_str().expect("a name");
    let path = floor.folder().join("informes").join(file);
    assert_eq!(run["sha256"], sha256(&path));
    let text = std::fs::read_to_string(&path).expect("arrived");
    assert!(text.contains("pie;recibidos;;20"), "{text}");
    for report in ["gerencial", "kpi", "hourly", "sabana"] {
        floor.run(&borrowed(&add(report, report, "--period today")));
        let run = floor.run(&["schedule", "run", report]);
        assert_eq!(run["state"], "arrived", "{run}");
    }

    // The server takes what is asked for by the API.
    let admin = floor.run(&["user", "add", "ana", "--role", "admin"]);
    let boss = floor.run(&["user", "add", "jefa", "--role", "supervisor"]);
    let engine = floor.serve();
    let token = |user: &str, made: &Value| {
        let password = made["password"].as_str().expect("shown once");
        let (_, session) = log_in(engine.http(), user, password);
        session["token"].as_str().expect("a token").to_owned()
    };
    let (ana, jefa) = (token("ana", &admin), token("jefa", &boss));
    let call = |method: &str, path: &str, token: &str, body: Option<Value>| {
        ask(engine.http(), method, path, Some(token), body)
    };
    let (status, all) = call("GET", "/api/v1/schedules", &jefa, None);
    assert_eq!(
        (status, all.as_array().map(Vec::len)),
        (200, Some(5)),
        "{all}"
    );
    let path = format!("/api/v1/schedules/{}/run", made["id"]);
    assert_eq!(call("POST", &path, &jefa, None).0, 403);
    let (status, asked) = call("POST", &path, &ana, None);
    assert_eq!(
        (status, &asked["asked_by"]),
        (202, &json!("ana")),
        "{asked}"
    );
    until("the server carries it out", PATIENCE, || {
        let (_, runs) = call("GET", "/api/v1/schedule-runs?state=arrived", &jefa, None);
        let runs = runs.as_array().expect("runs");
        runs.iter().any(|run| run["id"] == asked["id"])
    });
    let form = json!({"name": "por API", "campaign": "hogares", "report": "kpi", "cron": "0 7 * * mon", "place": "cliente"});
    let (status, added) = call("POST", "/api/v1/schedules", &ana, Some(form));
    assert_eq!((status, &added["format"]), (201, &json!("csv")), "{added}");
    let path = format!("/api/v1/schedules/{}", added["id"]);
    assert_eq!(call("DELETE", &path, &ana, None).0, 204);
    engine.stop();

    let log = floor.run(&["audit"]).to_string();
    for action in [
        "schedule.create",
        "schedule.run",
        "schedule.delivery",
        "schedule.remove",
    ] {
        assert!(log.contains(action), "{action} is not in {log}");
    }
    assert_eq!(floor.run(&["verify"])["verify"], json!("ok"));
}

#[test]
fn closed_days_are_exported_by_command_and_by_schedule() {
    let floor = office();
    let day = yesterday().to_string();
    let export = [
        "export",
        "parquet",
        "salida",
        "--campaign",
        "hogares",
        "--day",
        &day,
    ];
    let made = floor.run(&export);
    assert_eq!(made[0]["is_new"], true, "{made}");
    assert_eq!(made[0]["manifest"]["masked"], true);
    let folder = floor
        .folder()
        .join(made[0]["folder"].as_str().expect("a path"));
    for file in made[0]["manifest"]["files"].as_array().expect("files") {
        let path = folder.join(file["name"].as_str().expect("a name"));
        assert_eq!(file["sha256"], sha256(&path));
    }
    assert_eq!(floor.run(&export)[0]["is_new"], false);
    let today = (yesterday() + Days::new(1)).to_string();
    let said = floor.refused(&["export", "parquet", "salida", "--day", &today]);
    assert!(said.contains("not over yet"), "{said}");

    floor.run(&borrowed(&add("lago", "parquet", "")));
    let run = floor.run(&["schedule", "run", "lago"]);
    assert_eq!(run["state"], "arrived", "{run}");
    let manifest = format!("informes/campaign=1/day={day}/manifest.json");
    assert!(floor.folder().join(manifest).is_file());
    let log = floor.run(&["audit"]).to_string();
    assert_eq!(log.matches("export.parquet").count(), 3, "{log}");
}
