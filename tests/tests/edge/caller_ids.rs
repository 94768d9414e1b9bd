//! What each caller id did, over HTTP. The figures of calls are compared with the wire's in
//! `breaker.rs`.

use serde_json::json;
use tests::Floor;

use crate::Caller;

#[test]
fn caller_ids_are_listed_before_they_called_and_read_by_who_may() {
    let floor = Floor::new();
    floor.run(&["trunk", "set", "hilo", "--host", "127.0.0.1"]);
    let mut ids = Vec::new();
    for (name, numbers) in [
        ("ventas", ["+576015550100", "+576015550101"]),
        ("cobros", ["+576015550100", "+576015550102"]),
    ] {
        let made = floor.run(&[
            "campaign",
            "create",
            name,
            "--mode",
            "progressive",
            "--trunk",
            "hilo",
            "--caller-id",
            numbers[0],
            "--caller-id",
            numbers[1],
            "--law",
            "laboratorio",
        ]);
        ids.push(made["id"].as_i64().expect("an id"));
    }
    let engine = floor.serve();
    let supervisor = Caller::who_is("supervisor", &floor, &engine);
    let idle = |campaign: &str, number: &str| {
        json!({"campaign": campaign, "caller_id": number, "in_use": true, "calls": 0,
            "answered": 0, "by_people": 0, "answer_rate": null, "people_rate": null})
    };
    let all = supervisor.gets("caller-ids");
    assert_eq!(all.as_array().map(Vec::len), Some(4), "{all}");
    let of_second = supervisor.gets(&format!("caller-ids?campaign={}", ids[1]));
    let wanted = json!([
        idle("cobros", "+576015550100"),
        idle("cobros", "+576015550102")
    ]);
    assert_eq!(of_second, wanted);
    assert_eq!(supervisor.gets("caller-ids?campaign=999"), json!([]));

    for query in ["campaign=ventas", "from=ayer", "desde=1"] {
        let path = format!("caller-ids?{query}");
        let (status, _) = supervisor.asks("GET", &path, None);
        assert_eq!(status, 400, "{query}");
    }
    let advisor = Caller::who_is("advisor", &floor, &engine);
    assert_eq!(advisor.asks("GET", "caller-ids", None).0, 403);
    assert_eq!(
        Caller::nobody(&engine).asks("GET", "caller-ids", None).0,
        401
    );

    // They are made and refused where campaigns are.
    let admin = Caller::who_is("admin", &floor, &engine);
    let campaign = format!("campaigns/{}", ids[0]);
    for (form, words) in [
        (json!({"caller_ids": ["601555"]}), "601555"),
        (json!({"caller_id_rotation": "al azar"}), "round-robin"),
        (json!({"caller_id_regions": ["+5760"]}), "PREFIX CALLER_ID"),
        (json!({"caller_id_rest_below": "95%"}), "from 1% to 90%"),
    ] {
        admin.is_refused("PATCH", &campaign, form, 422, words);
    }
    let one = json!({"caller_ids": ["+576015550109"]});
    assert_eq!(admin.asks("PATCH", &campaign, Some(one)).0, 200);
    let now = supervisor.gets(&format!("caller-ids?campaign={}", ids[0]));
    assert_eq!(now, json!([idle("ventas", "+576015550109")]));
    engine.stop();
}
