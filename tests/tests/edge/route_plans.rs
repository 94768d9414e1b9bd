//! Route plans over HTTP.

use serde_json::{Value, json};
use tests::Floor;

use crate::Caller;

const PLANS: &str = "route-plans";

fn floor() -> Floor {
    let floor = Floor::new();
    for (name, port) in [("uno", "5071"), ("dos", "5072")] {
        let set = ["trunk", "set", name, "--host", "127.0.0.1", "--port", port];
        floor.run(&set);
    }
    floor
}

#[test]
fn a_plan_is_made_read_changed_and_removed() {
    let floor = floor();
    let engine = floor.serve();
    let admin = Caller::who_is("admin", &floor, &engine);
    let form = json!({"name": "nacional", "routes": [
        {"trunk": "uno", "prefix": "+573", "priority": 1, "weight": 3, "cost": 0.25},
        {"trunk": "dos"},
    ]});
    let (status, made) = admin.asks("POST", PLANS, Some(form));
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_i64().expect("an id");
    let rows = json!([
        {"trunk": "uno", "prefix": "+573", "priority": 1, "weight": 3, "cost": 0.25},
        {"trunk": "dos", "prefix": "*", "priority": 0, "weight": 1, "cost": null},
    ]);
    assert_eq!(made["routes"], rows);
    assert_eq!(admin.gets(PLANS), json!([made]));

    let path = format!("{PLANS}/{id}");
    let (status, renamed) = admin.asks("PATCH", &path, Some(json!({"name": "todo el país"})));
    assert_eq!((status, &renamed["name"]), (200, &json!("todo el país")));
    assert_eq!(renamed["routes"], rows, "what is absent keeps its value");
    let fewer = json!({"routes": [{"trunk": "dos"}]});
    let (status, fewer) = admin.asks("PATCH", &path, Some(fewer));
    assert_eq!(
        (status, fewer["routes"].as_array().map(Vec::len)),
        (200, Some(1))
    );
    assert_eq!(floor.run(&["routes", "list"])[0]["name"], "todo el país");

    assert_eq!(admin.asks("DELETE", &path, None).0, 204);
    assert_eq!(admin.gets(PLANS), json!([]));
    engine.stop();
}

#[test]
fn a_carriers_whole_tariff_fits_into_a_plan() {
    let floor = floor();
    let engine = floor.serve();
    let admin = Caller::who_is("admin", &floor, &engine);
    let row = |n: u32| {
        json!({"trunk": "uno", "prefix": format!("+57{:05}", n), "priority": 1, "weight": 1,
            "cost": 0.0125})
    };
    let rows: Vec<_> = (0..20_000).map(row).collect();
    let (status, made) = admin.asks(
        "POST",
        PLANS,
        Some(json!({"name": "tarifa", "routes": rows})),
    );
    assert_eq!(status, 201, "{made}");
    let kept = admin.gets(PLANS)[0]["routes"].as_array().map(Vec::len);
    assert_eq!(kept, Some(20_000));
    engine.stop();
}

#[test]
fn a_plan_that_makes_no_sense_is_refused_with_the_row_and_the_reason() {
    let floor = floor();
    let engine = floor.serve();
    let admin = Caller::who_is("admin", &floor, &engine);
    let with = |rows: Value| json!({"name": "nacional", "routes": rows});
    let good = json!({"trunk": "uno"});
    let many = Value::from(vec![good.clone(); 20_001]);
    for (form, words) in [
        (json!({"routes": [good]}), "has no name"),
        (json!({"name": "  ", "routes": [good]}), "has no name"),
        (with(json!([])), "rows"),
        (with(many), "rows"),
        (
            with(json!([good, {"trunk": "tres"}])),
            "row 2: there is no trunk named `tres`",
        ),
        (with(json!([{"trunk": "uno", "prefix": "57x"}])), "row 1: "),
        (
            with(json!([{"trunk": "uno", "cost": -1.0}])),
            "row 1: -1 is no cost of a minute",
        ),
    ] {
        admin.is_refused("POST", PLANS, form, 422, words);
    }
    // What is no form at all.
    for form in [
        json!({"nombre": "x"}),
        with(json!([{"trunk": "uno", "priority": -1}])),
        json!([]),
    ] {
        let (status, _) = admin.asks("POST", PLANS, Some(form.clone()));
        assert_eq!(status, 422, "{form}");
    }
    assert_eq!(admin.gets(PLANS), json!([]), "nothing of it was kept");

    let (status, _) = admin.asks("POST", PLANS, Some(with(json!([good]))));
    assert_eq!(status, 201);
    admin.is_refused("POST", PLANS, with(json!([good])), 409, "nacional");
    admin.is_refused(
        "PATCH",
        "route-plans/999",
        json!({"name": "x"}),
        404,
        "route plan 999",
    );
    engine.stop();
}

#[test]
fn supervisors_read_plans_administrators_change_them_and_advisors_see_none() {
    let floor = floor();
    let engine = floor.serve();
    let form = json!({"name": "nacional", "routes": [{"trunk": "uno"}]});
    let supervisor = Caller::who_is("supervisor", &floor, &engine);
    assert_eq!(supervisor.gets(PLANS), json!([]));
    let advisor = Caller::who_is("advisor", &floor, &engine);
    let nobody = Caller::nobody(&engine);
    assert_eq!(advisor.asks("GET", PLANS, None).0, 403);
    assert_eq!(nobody.asks("GET", PLANS, None).0, 401);
    for (caller, status) in [(&supervisor, 403), (&advisor, 403), (&nobody, 401)] {
        for (method, path) in [("POST", PLANS), ("PATCH", "route-plans/1")] {
            assert_eq!(caller.asks(method, path, Some(form.clone())).0, status);
        }
        assert_eq!(caller.asks("DELETE", "route-plans/1", None).0, status);
    }
    engine.stop();
}
