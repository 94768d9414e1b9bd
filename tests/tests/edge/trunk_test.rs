//! `cadencia trunk test NAME`: whether a carrier is there, and what is the matter where it is not.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use tests::Floor;

use crate::Caller;

/// A carrier that answers every OPTIONS alike, in text; dropped, it stops.
struct Carrier {
    at: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Carrier {
    fn that_says(status: &'static str) -> Carrier {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
        let pause = Some(Duration::from_millis(20));
        socket.set_read_timeout(pause).expect("above zero");
        let at = socket.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while !stopped.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut buffer) {
                    let asked = String::from_utf8_lossy(&buffer[..length]).into_owned();
                    assert!(asked.starts_with("OPTIONS "), "only asked: {asked}");
                    let answer = reply(&asked, status);
                    socket.send_to(answer.as_bytes(), from).expect("loopback");
                }
            }
        });
        Carrier {
            at,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let over = self.thread.take().map(JoinHandle::join);
        if let (Some(Err(_)), false) = (over, std::thread::panicking()) {
            panic!("the carrier was asked something else");
        }
    }
}

fn reply(asked: &str, status: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for line in asked.lines().take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default();
        if ["Via", "From", "To", "Call-ID", "CSeq"].contains(&name) {
            text += line;
            text += if name == "To" { ";tag=c\r\n" } else { "\r\n" };
        }
    }
    text + "Allow: INVITE, ACK,BYE\r\nAllow: OPTIONS\r\nServer: sbc/1.0\r\nContent-Length: 0\r\n\r\n"
}

fn trunk(floor: &Floor, at: SocketAddr, transport: &str) {
    let (host, port) = (at.ip().to_string(), at.port().to_string());
    let set = [
        "trunk",
        "set",
        "hilo",
        "--host",
        &host,
        "--port",
        &port,
        "--transport",
        transport,
    ];
    floor.run(&set);
}

/// A test that finds nobody; what it said in JSON, and to people.
fn in_vain(floor: &Floor) -> (Value, String) {
    let words = ["trunk", "test", "hilo", "--timeout", "1s"];
    let out = floor
        .command(&words)
        .arg("--json")
        .output()
        .expect("it starts");
    assert!(!out.status.success(), "it went well");
    let said = serde_json::from_slice(&out.stdout).expect("JSON");
    (said, floor.refused(&words))
}

#[test]
fn a_carrier_that_is_there_says_what_it_allows_and_how_far_it_is() {
    let floor = Floor::new();
    let carrier = Carrier::that_says("200 OK");
    trunk(&floor, carrier.at, "udp");
    let said = floor.run(&["trunk", "test", "hilo"]);
    assert_eq!(
        (&said["ok"], &said["problem"]),
        (&json!(true), &Value::Null)
    );
    let address = &said["addresses"][0];
    assert_eq!(address["address"], carrier.at.to_string());
    assert_eq!(
        (&address["result"], &address["status"]),
        (&json!("ok"), &json!(200))
    );
    assert_eq!(address["allow"], json!(["INVITE", "ACK", "BYE", "OPTIONS"]));
    assert_eq!(address["server"], "sbc/1.0");
    let ms = address["round_trip_ms"].as_f64().expect("measured");
    assert!((0.0..1_000.0).contains(&ms), "{ms} ms");
}

#[test]
fn a_carrier_that_asks_who_calls_is_there_and_says_what_to_set() {
    let floor = Floor::new();
    let carrier = Carrier::that_says("401 Unauthorized");
    trunk(&floor, carrier.at, "udp");
    let said = floor.run(&["trunk", "test", "hilo"]);
    let address = &said["addresses"][0];
    assert_eq!(
        (&said["ok"], &address["result"]),
        (&json!(true), &json!("credentials"))
    );
    assert!(
        address["says"]
            .as_str()
            .is_some_and(|says| says.contains("--user")),
        "{said}"
    );
}

#[test]
fn what_is_the_matter_is_said_apart_refused_silent_no_connection_no_address() {
    let floor = Floor::new();
    let refuses = Carrier::that_says("403 Forbidden");
    trunk(&floor, refuses.at, "udp");
    let (said, words) = in_vain(&floor);
    assert_eq!(said["addresses"][0]["result"], "refused");
    assert!(words.contains("hilo"), "{words}");

    // Somebody who hears and says nothing.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
    trunk(&floor, silent.local_addr().expect("bound"), "udp");
    let (said, _) = in_vain(&floor);
    assert_eq!(said["addresses"][0]["result"], "timeout");
    assert_eq!(said["addresses"][0]["status"], Value::Null);

    // A port where nobody listens any more.
    let gone = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
    let at = gone.local_addr().expect("bound");
    drop(gone);
    trunk(&floor, at, "tcp");
    let (said, _) = in_vain(&floor);
    assert_eq!(said["addresses"][0]["result"], "connect", "{said}");

    floor.sip_setting(&format!(
        "name_servers = [\"{}\"]",
        silent.local_addr().expect("bound")
    ));
    floor.run(&[
        "trunk",
        "set",
        "hilo",
        "--host",
        "sbc.example",
        "--transport",
        "udp",
    ]);
    let (said, words) = in_vain(&floor);
    assert_eq!(
        (&said["problem"], &said["addresses"]),
        (&json!("dns"), &json!([]))
    );
    assert!(
        words.contains("sbc.example") && words.contains("name_servers"),
        "{words}"
    );
}

#[test]
fn the_engine_asks_its_trunks_for_administrators() {
    let floor = Floor::new();
    let carrier = Carrier::that_says("200 OK");
    trunk(&floor, carrier.at, "udp");
    // Its own probes are answered too.
    let engine = floor.serve();
    let admin = Caller::who_is("admin", &floor, &engine);
    let id = admin.gets("trunks")[0]["id"].as_i64().expect("an id");
    let path = format!("trunks/{id}/test");
    let (status, said) = admin.asks("POST", &path, None);
    assert_eq!((status, &said["ok"]), (200, &json!(true)), "{said}");
    assert_eq!(said["addresses"][0]["status"], 200);
    assert_eq!(admin.asks("POST", "trunks/999/test", None).0, 404);
    let supervisor = Caller::who_is("supervisor", &floor, &engine);
    assert_eq!(supervisor.asks("POST", &path, None).0, 403);
    engine.stop();
}
