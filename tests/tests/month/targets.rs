//! What a campaign compares: chosen by the command line and over HTTP, each sees what the other chose, reports judge by it, and
//! nobody chooses what there is not or may not.

use serde_json::{Value, json};
use tests::Floor;
use tests::http::{ask, log_in};
use tests::ports::free_port;

const CAMPAIGN: &str = "ventas";

fn target<'a>(all: &'a Value, indicator: &str) -> &'a Value {
    let mut rows = all.as_array().expect("targets").iter();
    rows.find(|row| row["indicator"] == indicator)
        .expect("it is one")
}

#[test]
fn variants_and_targets_are_chosen_by_command_and_over_http_and_reports_judge_by_them() {
    let floor = Floor::new();
    floor.file("base.csv", "documento;nombre;celular\n10;Ana;3001234567\n");
    floor.run(&["list", "import", "base.csv", "--name", "base"]);
    let port = free_port().port().to_string();
    floor.run(&[
        "trunk",
        "set",
        "hilo",
        "--host",
        "127.0.0.1",
        "--port",
        &port,
    ]);
    floor.run(&[
        "campaign",
        "create",
        CAMPAIGN,
        "--list",
        "base",
        "--trunk",
        "hilo",
        "--law",
        "laboratorio",
        "--caller-id",
        "+576015550100",
    ]);
    let recommended = floor.run(&["kpi", "targets", CAMPAIGN]);
    let usual = target(&recommended, "contactabilidad");
    assert_eq!(
        (&usual["variant"], &usual["own"]),
        (&json!("contactabilidad.records"), &json!(false))
    );
    let choose = [
        "kpi",
        "target",
        CAMPAIGN,
        "contactabilidad",
        "--variant",
        "contactabilidad.network",
        "--target",
        "65%",
    ];
    let chosen = floor.run(&choose);
    assert_eq!(
        (&chosen[0]["target"], &chosen[0]["own"]),
        (&json!(0.65), &json!(true))
    );
    let wrong = floor.refused(&[
        "kpi",
        "target",
        CAMPAIGN,
        "contactabilidad",
        "--variant",
        "efectividad",
    ]);
    assert!(wrong.contains("contactabilidad"), "{wrong}");

    let engine = floor.serve();
    let user = |name: &str, role: &str| {
        let made = floor.run(&["user", "add", name, "--role", role]);
        let password = made["password"].as_str().expect("shown once").to_owned();
        let (status, session) = log_in(engine.http(), name, &password);
        assert_eq!(status, 200, "{session}");
        session["token"].as_str().expect("a token").to_owned()
    };
    let (admin, boss) = (user("raiz", "admin"), user("jefa", "supervisor"));
    let campaigns = floor.run(&["campaign", "list"]);
    let path = format!("/api/v1/campaigns/{}/kpi-targets", campaigns[0]["id"]);
    let asks = |token: &str, method: &str, path: &str, form: Option<Value>| {
        ask(engine.http(), method, path, Some(token), form)
    };

    // What the command chose is there; a supervisor sees it and does not choose.
    let (status, seen) = asks(&boss, "GET", &path, None);
    assert_eq!(
        (status, &target(&seen, "contactabilidad")["shown"]),
        (200, &json!("65.0 %"))
    );
    let one = format!("{path}/efectividad");
    let form = json!({"variant": "efectividad.neta_record", "target": 0.03});
    assert_eq!(asks(&boss, "PUT", &one, Some(form.clone())).0, 403);
    let (status, put) = asks(&admin, "PUT", &one, Some(form));
    assert_eq!(
        (status, &put["variant"]),
        (200, &json!("efectividad.neta_record")),
        "{put}"
    );
    for (form, why) in [
        (
            json!({"variant": "ratio", "target": 0.03}),
            "of another indicator",
        ),
        (
            json!({"variant": "efectividad.neta", "target": -1.0}),
            "below nothing",
        ),
    ] {
        let (status, refused) = asks(&admin, "PUT", &one, Some(form));
        assert_eq!(status, 422, "{why}: {refused}");
    }
    assert_eq!(
        asks(
            &admin,
            "PUT",
            &format!("{path}/suerte"),
            Some(json!({"variant": "suerte"}))
        )
        .0,
        422
    );
    assert_eq!(
        asks(&admin, "GET", "/api/v1/campaigns/999/kpi-targets", None).0,
        404
    );

    // What was chosen over HTTP the command tells, and reports judge by both.
    let told = floor.run(&["kpi", "targets", CAMPAIGN]);
    assert_eq!(
        target(&told, "efectividad")["variant"],
        "efectividad.neta_record"
    );
    let report = floor.run(&["report", "kpi", CAMPAIGN]);
    let kpis = report["kpis"].as_array().expect("indicators");
    let judged = |id: &str| {
        kpis.iter()
            .find(|kpi| kpi["id"] == id)
            .expect("it is there")["target"]
            .clone()
    };
    assert_eq!(judged("contactabilidad.network"), json!(0.65), "{report}");
    assert_eq!(judged("contactabilidad.records"), Value::Null, "{report}");
    assert_eq!(judged("efectividad.neta_record"), json!(0.03));

    assert_eq!(asks(&admin, "DELETE", &one, None).0, 204);
    floor.run(&["kpi", "target", CAMPAIGN, "contactabilidad", "--reset"]);
    assert_eq!(floor.run(&["kpi", "targets", CAMPAIGN]), recommended);
    let log = floor.run(&["audit"]).to_string();
    assert!(log.contains("kpi"), "{log}");
    drop(engine);
}
