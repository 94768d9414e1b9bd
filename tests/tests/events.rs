//! What other systems follow, by the running program: a web hook that fails first and an engine that is killed while a request is under
//! way lose nothing and double nothing but under the same key; the same events page by page, as a stream, and by role.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::Floor;
use tests::desk::Desk;
use tests::floor::{PATIENCE, until};
use tests::http::ask;
use tests::shift::{CAMPAIGN, Shift};
use tests::wire::Wire;

const SECRET: &str = "dieciséis bytes al menos";
/// The second try comes within half a minute.
const RETRIED: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Clone)]
struct Posted {
    key: String,
    body: Vec<u8>,
    is_signed: bool,
    is_taken: bool,
}

/// A program of somebody, which fails first, and is silent to the second request.
struct Receiver {
    url: String,
    posted: Arc<Mutex<Vec<Posted>>>,
    silent: Arc<Mutex<Option<TcpStream>>>,
}

impl Receiver {
    fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
        let url = format!("http://{}/crm", listener.local_addr().expect("bound"));
        let (posted, silent) = (Arc::default(), Arc::default());
        let receiver = Receiver {
            url,
            posted: Arc::clone(&posted),
            silent: Arc::clone(&silent),
        };
        let mut does = VecDeque::from(["fail", "silent"]);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("somebody comes");
                let does = does.pop_front().unwrap_or("take");
                let mut request = read(&stream);
                request.is_taken = does == "take";
                let status = if request.is_taken {
                    "204 Taken"
                } else {
                    "503 Not now"
                };
                posted.lock().expect("nobody panics with it").push(request);
                if does == "silent" {
                    *silent.lock().expect("nobody panics with it") = Some(stream);
                    continue;
                }
                let answer =
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                // An engine that was killed hears nothing any more.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        receiver
    }

    fn posted(&self) -> Vec<Posted> {
        self.posted.lock().expect("nobody panics with it").clone()
    }

    /// Ids of what was taken, in the order it came.
    fn ids(&self) -> Vec<String> {
        let taken = self.posted().into_iter().filter(|it| it.is_taken);
        taken
            .flat_map(|it| events_of(&it))
            .map(|event| id(&event))
            .collect()
    }
}

fn read(stream: &TcpStream) -> Posted {
    let mut lines = BufReader::new(stream);
    let mut fields = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).expect("a request is text");
        if line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            fields.insert(name.to_lowercase(), value.to_owned());
        }
    }
    let mut body = vec![0; fields["content-length"].parse().expect("a length")];
    lines.read_exact(&mut body).expect("so long it is");
    let (key, at) = (
        fields["idempotency-key"].clone(),
        &fields["cadencia-timestamp"],
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any length will do");
    mac.update(format!("{at}.{key}.").as_bytes());
    mac.update(&body);
    let signed = mac.finalize().into_bytes();
    let signed: String = signed.iter().map(|byte| format!("{byte:02x}")).collect();
    Posted {
        is_signed: fields["cadencia-signature"] == format!("v1={signed}"),
        key,
        body,
        is_taken: false,
    }
}

fn events_of(posted: &Posted) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&posted.body).expect("JSON");
    assert_eq!(body["hook"], "crm");
    body["events"].as_array().expect("events").clone()
}

fn id(event: &Value) -> String {
    event["id"].as_str().expect("an id").to_owned()
}

/// A shift whose events a program of somebody follows.
fn followed(receiver: &Receiver, wire: &Wire) -> Floor {
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: 40,
        agents: 3,
        ..Shift::to(wire.local())
    });
    let secret = floor.file("crm.secret", SECRET);
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).expect("ours");
    floor.sip_setting(&format!(
        "[[delivery.webhook]]\nname = \"crm\"\nurl = \"{}\"\nsecret = \"crm.secret\"",
        receiver.url
    ));
    let nowhere = floor.refused(&["webhook", "add", "crm", "--place", "otro"]);
    assert!(
        nowhere.contains("no web hook `otro`; use one of: crm"),
        "{nowhere}"
    );
    let odd = floor.refused(&["webhook", "add", "crm", "--place", "crm", "--kinds", "todo"]);
    assert!(odd.contains("attempt.closed"), "{odd}");
    let made = floor.run(&[
        "webhook",
        "add",
        "crm",
        "--place",
        "crm",
        "--after",
        "begin",
        "--batch",
        "5",
        "--kinds",
        "attempt.closed,typification.made",
    ]);
    assert_eq!(
        (&made["state"], &made["sent"]),
        (&json!("follows"), &json!("0.0"))
    );
    floor
}

fn list(floor: &Floor, more: &[&str]) -> Vec<Value> {
    let mut words = vec!["event", "list", "--limit", "10000"];
    words.extend(more);
    floor.run(&words)["events"]
        .as_array()
        .expect("events")
        .clone()
}

#[test]
fn nothing_is_lost_between_a_receiver_that_fails_and_an_engine_that_is_killed() {
    let (receiver, wire) = (Receiver::start(), Wire::start());
    let floor = followed(&receiver, &wire);
    let engine = floor.serve();
    let advisors = floor.advisors(&engine);
    until("a request is under way", RETRIED, || {
        receiver
            .silent
            .lock()
            .expect("nobody panics with it")
            .is_some()
    });
    engine.kill();
    let engine = floor.serve();
    let kinds = ["--kinds", "attempt.closed,typification.made"];
    until("everybody was called", RETRIED, || {
        let calls = wire.calls();
        calls.len() >= 40 && calls.values().all(|call| call.over)
    });
    floor.run(&["campaign", "pause", CAMPAIGN]);
    let boss = floor.run(&["user", "add", "jefa", "--role", "supervisor"]);
    let password = boss["password"].as_str().expect("shown once");
    let jefa = Desk::of(engine.http(), "jefa", password);
    let attempts = || {
        jefa.get("attempts?limit=1000")["attempts"]
            .as_array()
            .expect("attempts")
            .clone()
    };
    until("all of it is said", PATIENCE, || {
        attempts()
            .iter()
            .all(|attempt| match attempt["outcome"].as_str() {
                Some("connected") => attempt["code"].is_string(),
                outcome => outcome.is_some(),
            })
    });
    until("everything arrived", PATIENCE, || {
        let all = list(&floor, &kinds);
        receiver.ids() == all.iter().map(id).collect::<Vec<_>>()
    });
    let posted = receiver.posted();
    assert!(posted.iter().all(|it| it.is_signed));
    for again in &posted[1..3] {
        assert_eq!(again.key, posted[0].key, "the same batch again");
        assert_eq!(again.body, posted[0].body);
    }
    let keys: BTreeSet<_> = posted.iter().map(|it| &it.key).collect();
    assert_eq!(keys.len(), posted.len() - 2, "and no other came twice");

    // What was told is what the record has.
    let all = list(&floor, &kinds);
    let closed = all.iter().filter(|event| event["kind"] == "attempt.closed");
    let closed: BTreeMap<i64, &Value> = closed
        .map(|event| (event["data"]["attempt"].as_i64().expect("an id"), event))
        .collect();
    let mut placed = attempts();
    placed.retain(|attempt| attempt["placed_at"].is_i64());
    assert_eq!(closed.len(), placed.len(), "one for each call that left");
    for attempt in &placed {
        let told = &closed[&attempt["id"].as_i64().expect("an id")]["data"];
        for key in [
            "outcome",
            "contact",
            "segment",
            "agent",
            "placed_at",
            "bridged_at",
            "q850",
        ] {
            assert_eq!(told[key], attempt[key], "{key} of {attempt}");
        }
    }
    assert!(all.iter().any(|event| event["kind"] == "typification.made"));
    let phone = |event: &Value| {
        event["data"]["phone"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let clear = list(&floor, &["--kinds", "attempt.closed", "--clear"]);
    assert!(clear.iter().all(|event| phone(event).starts_with("+57300")));
    let masked = all.iter().filter(|event| event["kind"] == "attempt.closed");
    assert!(
        masked
            .clone()
            .all(|event| phone(event).starts_with("+****")),
        "{all:?}"
    );
    until("it is noted", PATIENCE, || {
        let hooks = jefa.get("webhooks");
        hooks[0]["state"] == "follows" && hooks[0]["events"] == json!(all.len())
    });

    // What arrived is sent once more to who asks for it, under the ids it had.
    floor.run(&["webhook", "redeliver", "crm", "--after", "begin"]);
    let first = id(&all[0]);
    until("it is sent again", PATIENCE, || {
        let ids = receiver.ids();
        ids.iter().filter(|id| **id == first).count() == 2 && ids.len() == 2 * all.len()
    });
    assert_eq!(receiver.ids()[all.len()..], receiver.ids()[..all.len()]);
    advisors.farewell();
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], json!("ok"));
    let log = floor.run(&["audit"]).to_string();
    assert!(log.contains("webhook.create"), "{log}");
}

/// The next events of a stream, as `(id, event)`.
fn streamed(desk: &Desk, last: Option<&str>, count: usize) -> Vec<(String, Value)> {
    let path = format!(
        "http://{}/api/v1/events?kinds=agent.state,campaign.state",
        desk.http
    );
    let mut request = ureq::get(path)
        .header("Authorization", format!("Bearer {}", desk.token))
        .header("Accept", "text/event-stream");
    if let Some(last) = last {
        request = request.header("Last-Event-ID", last);
    }
    let mut answer = request.call().expect("it is granted");
    let kind = answer.headers().get("content-type").expect("a type");
    assert_eq!(kind, "text/event-stream");
    let lines = BufReader::new(answer.body_mut().as_reader()).lines();
    let (mut id, mut kind, mut events) = (String::new(), String::new(), Vec::new());
    for line in lines {
        let line = line.expect("the stream goes on");
        match line.split_once(": ") {
            Some(("id", text)) => text.clone_into(&mut id),
            Some(("event", text)) => text.clone_into(&mut kind),
            Some(("data", text)) => {
                let event: Value = serde_json::from_str(text).expect("JSON");
                assert_eq!((&event["id"], &event["kind"]), (&json!(id), &json!(kind)));
                events.push((id.clone(), event));
            }
            _ => {}
        }
        if events.len() == count {
            break;
        }
    }
    events
}

#[test]
fn events_are_followed_by_page_and_as_a_stream_by_who_may() {
    let floor = Floor::new();
    floor.prepare(&Shift {
        contacts: 4,
        agents: 1,
        ..Shift::to("127.0.0.1:9".parse().expect("nobody's port"))
    });
    let user = |name: &str, role: &str| {
        let made = floor.run(&["user", "add", name, "--role", role]);
        made["password"].as_str().expect("shown once").to_owned()
    };
    let (ana, jefa) = (user("ana", "admin"), user("jefa", "supervisor"));
    let (vera, claro) = (user("vera", "back_office"), user("claro", "client"));
    let engine = floor.serve();
    let desk = |name: &str, password: &str| Desk::of(engine.http(), name, password);
    let (ana, jefa) = (desk("ana", &ana), desk("jefa", &jefa));
    let (vera, claro) = (desk("vera", &vera), desk("claro", &claro));
    let get = |who: &Desk, path: &str| ask(who.http, "GET", path, Some(&who.token), None);

    // Somebody waits; what happens then comes at once.
    let before = jefa.get("events?after=end")["next"]
        .as_str()
        .expect("a cursor")
        .to_owned();
    let waiting = {
        let (http, token, after) = (jefa.http, jefa.token.clone(), before.clone());
        std::thread::spawn(move || {
            let path = format!("/api/v1/events?after={after}&kinds=campaign.state&wait=60");
            ask(http, "GET", &path, Some(&token), None)
        })
    };
    let campaign = jefa.get("campaigns")[0]["id"].as_i64().expect("an id");
    for (orders, order) in (1..).zip(["pause", "start", "pause"]) {
        let path = format!("/api/v1/campaigns/{campaign}/{order}");
        let (status, said) = ask(ana.http, "POST", &path, Some(&ana.token), None);
        assert!((200..300).contains(&status), "{order}: {status} {said}");
        // Of orders that come together the engine may see the last alone.
        tests::floor::until("it was done", tests::floor::PATIENCE, || {
            let page = jefa.get(&format!("events?after={before}&kinds=campaign.state"));
            page["events"].as_array().map(Vec::len) == Some(orders)
        });
    }
    let (status, page) = waiting.join().expect("it ends");
    assert_eq!(
        (status, &page["events"][0]["data"]["state"]),
        (200, &json!("paused")),
        "{page}"
    );

    // A stream that breaks off is taken up where it was.
    let first = streamed(&jefa, Some(&before), 2);
    assert_eq!(first[1].1["data"]["state"], "running");
    let rest = streamed(&jefa, Some(&first[0].0), 2);
    assert_eq!(rest[0], first[1]);
    assert_eq!(rest[1].1["data"]["state"], "paused");

    // Nobody is told what they may not see.
    for who in [&vera, &claro] {
        assert_eq!(get(who, "/api/v1/events").0, 200);
        assert_eq!(get(who, "/api/v1/events?kinds=sale.moved").0, 200);
        assert_eq!(get(who, "/api/v1/events?kinds=agent.state").0, 403);
        assert_eq!(get(who, "/api/v1/webhooks").0, 403);
    }
    for (path, status) in [
        ("/api/v1/events?after=x", 422),
        ("/api/v1/events?after=999999.0", 409),
        ("/api/v1/events?kinds=todo", 422),
        ("/api/v1/events?todo=1", 400),
    ] {
        assert_eq!(get(&jefa, path).0, status, "{path}");
    }
    assert_eq!(ask(jefa.http, "GET", "/api/v1/events", None, None).0, 401);
    let form = json!({"name": "a", "place": "a"});
    assert_eq!(
        ask(
            jefa.http,
            "POST",
            "/api/v1/webhooks",
            Some(&jefa.token),
            Some(form.clone())
        )
        .0,
        403
    );
    assert_eq!(
        ask(
            ana.http,
            "POST",
            "/api/v1/webhooks",
            Some(&ana.token),
            Some(form)
        )
        .0,
        422
    );

    // Nobody takes the places of all, and who logs out is told no more.
    let follow = || {
        let path = format!("http://{}/api/v1/events?after=end", ana.http);
        let request = ureq::get(path)
            .config()
            .http_status_as_error(false)
            .build()
            .header("Authorization", format!("Bearer {}", ana.token))
            .header("Accept", "text/event-stream");
        request.call().expect("an answer")
    };
    let streams: Vec<_> = (0..8).map(|_| follow()).collect();
    assert!(streams.iter().all(|stream| stream.status() == 200));
    assert_eq!(follow().status(), 503);
    assert_eq!(streamed(&jefa, Some(&before), 1).len(), 1);
    let (status, _) = ask(
        ana.http,
        "DELETE",
        "/api/v1/session",
        Some(&ana.token),
        None,
    );
    assert_eq!(status, 204);
    for mut stream in streams {
        let rest = stream.body_mut().read_to_string();
        assert!(!rest.expect("it ends").contains("data:"));
    }
    engine.stop();
}
