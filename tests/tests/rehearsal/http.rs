//! The same rehearsal over HTTP: what the command line says, one at a time, and
//! refused where it makes no sense.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use serde_json::{Value, json};
use tests::Floor;
use tests::http::{ask, log_in};
use tests::shift::CAMPAIGN;

use crate::set_up;

const PATH: &str = "/api/v1/campaigns/1/rehearsal";

#[test]
fn a_supervisor_hears_from_the_api_what_the_command_line_says() {
    let floor = Floor::new();
    set_up(&floor);
    let engine = floor.serve();
    let http = engine.http();
    let token = supervisor(&floor, http);
    let post = |path: &str, form: Value| ask(http, "POST", path, Some(&token), Some(form));

    let form = json!({"seeds": 2, "hours": 0.2, "sales_target": 1});
    let (status, answer) = post(PATH, form);
    assert_eq!(status, 200, "{answer}");
    let flags = "--runs 2 --hours 0.2 --sales-target 1";
    let said: Vec<&str> = ["simulate", "--campaign", CAMPAIGN]
        .into_iter()
        .chain(flags.split(' '))
        .collect();
    assert_eq!(answer, floor.run(&said));
    assert_eq!(answer["expected"]["runs"], 2, "{answer}");

    let roster =
        json!([{"agents": 2, "from": "0s", "to": "6m"}, {"agents": 1, "from": "3m", "to": "6m"}]);
    let (status, answer) = post(PATH, json!({"seeds": 1, "roster": roster}));
    assert_eq!((status, &answer["agents"]), (200, &json!(3)), "{answer}");

    for (form, word) in [
        (json!({"seeds": 0}), "seeds"),
        (json!({"seeds": 1, "hours": 25}), "hours"),
        (json!({"agents": 4_000, "hours": 24}), "fewer seeds"),
        (json!({"agents": 2, "roster": roster}), "not both"),
        (json!({"roster": []}), "shifts"),
    ] {
        let (status, answer) = post(PATH, form.clone());
        assert_eq!(status, 422, "{form}: {answer}");
        let words = answer["message"].as_str().expect("words");
        assert!(words.contains(word), "{form}: {words}");
    }
    let nowhere = post("/api/v1/campaigns/99/rehearsal", json!({}));
    assert_eq!(nowhere.0, 404, "{nowhere:?}");
    engine.stop();
}

#[test]
fn two_rehearsals_do_not_go_side_by_side() {
    let floor = Floor::new();
    set_up(&floor);
    let engine = floor.serve();
    let http = engine.http();
    let token = supervisor(&floor, http);
    let long = json!({"seeds": 20, "agents": 100, "hours": 8});
    let (answers, first) = mpsc::channel();
    for _ in 0..2 {
        let (token, long, answers) = (token.clone(), long.clone(), answers.clone());
        // The one who goes on is cut off when the engine is gone.
        drop(thread::spawn(move || {
            let answer = ask(http, "POST", PATH, Some(&token), Some(long));
            let _ = answers.send(answer);
        }));
    }
    let (status, answer) = first.recv().expect("one is refused at once");
    assert_eq!((status, &answer["code"]), (429, &json!("rehearsing")));
    engine.kill();
}

/// A supervisor's token.
fn supervisor(floor: &Floor, http: SocketAddr) -> String {
    let user = floor.run(&["user", "add", "ana", "--role", "supervisor"]);
    let password = user["password"].as_str().expect("shown once");
    let (status, session) = log_in(http, "ana", password);
    assert_eq!(status, 200, "{session}");
    session["token"].as_str().expect("a token").to_owned()
}
