//! From "make an agent" to a registered phone, by the whole program: settings without a secret, a
//! new password shown once, a code that is good once, and a phone that registers with what they say.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sip::endpoint::{
    Endpoint, EndpointConfig, Event, Flow, NewRegistration, RegistrationState, Transport,
};
use tests::Floor;
use tests::http::{ask, log_in};

/// What becomes of a phone that registers so, on real sockets.
fn registers(node: SocketAddr, user: &str, password: &str) -> RegistrationState {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
    let pause = Some(Duration::from_millis(20));
    socket.set_read_timeout(pause).expect("above zero");
    let local = socket.local_addr().expect("bound");
    let flow = Flow {
        transport: Transport::Udp,
        remote: node,
    };
    let mut seed = [3; 32];
    seed[..2].copy_from_slice(&local.port().to_be_bytes());
    let config = EndpointConfig {
        local,
        seed,
        ..EndpointConfig::default()
    };
    let mut phone = Endpoint::new(config, Instant::now());
    let registration = NewRegistration {
        flow,
        domain: "cadencia.local".to_owned(),
        user: user.to_owned(),
        password: password.to_owned(),
        expires: Duration::from_secs(300),
    };
    phone.register(Instant::now(), registration);
    let mut buffer = [0; 4096];
    let give_up = Instant::now() + Duration::from_secs(20);
    while Instant::now() < give_up {
        while let Some(transmit) = phone.poll_transmit() {
            socket.send_to(&transmit.bytes, node).expect("loopback");
        }
        if let Ok((length, _)) = socket.recv_from(&mut buffer) {
            phone.receive(Instant::now(), flow, &buffer[..length]);
        }
        phone.wake(Instant::now());
        while let Some(event) = phone.poll_event() {
            if let Event::Registration { state, .. } = event {
                return state;
            }
        }
    }
    panic!("no answer to REGISTER")
}

fn is_up(state: RegistrationState) -> bool {
    matches!(state, RegistrationState::Up { .. })
}

fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name].as_str().unwrap_or_default()
}

#[test]
fn a_phone_is_set_up_with_what_the_page_says_and_its_password_is_shown_once() {
    let floor = Floor::new();
    let made = floor.run(&["agent", "set", "Ana María", "--sip-user", "ana"]);
    floor.run(&["agent", "set", "Beto"]);
    let first_word = text(&made, "sip_password").to_owned();
    assert_eq!(first_word.len(), 22);
    let engine = floor.serve();
    let (http, node) = (engine.http(), engine.sip());
    assert!(is_up(registers(node, "ana", &first_word)));

    let word = text(&engine.said[0], "password");
    let session = log_in(http, "admin", word).1;
    let admin = text(&session, "token").to_owned();
    let hers = json!({"name": "ana", "role": "advisor", "agent": "Ana María", "password": "una clave larga"});
    assert_eq!(
        ask(http, "POST", "/api/v1/users", Some(&admin), Some(hers)).0,
        201
    );
    let session = log_in(http, "ana", "una clave larga").1;
    let ana = text(&session, "token").to_owned();

    let path = "/api/v1/agents/Ana%20Mar%C3%ADa/provisioning";
    let (status, shown) = ask(http, "GET", path, Some(&ana), None);
    assert_eq!(status, 200, "{shown}");
    let whole = shown.to_string();
    assert!(!whole.contains(&first_word) && !whole.contains("ticket"));
    assert_eq!(shown["server"]["places"][0]["port"], json!(node.port()));
    let others = "/api/v1/agents/Beto/provisioning";
    assert_eq!(ask(http, "GET", others, Some(&ana), None).0, 403);
    assert_eq!(ask(http, "POST", others, Some(&ana), None).0, 403);
    let nobody = "/api/v1/agents/Nadie/provisioning";
    assert_eq!(ask(http, "GET", nobody, Some(&ana), None).0, 403);
    assert_eq!(ask(http, "GET", nobody, Some(&admin), None).0, 404);

    let (status, renewed) = ask(http, "POST", path, Some(&ana), None);
    assert_eq!(status, 200, "{renewed}");
    let new_word = text(&renewed, "password").to_owned();
    assert_ne!(new_word, first_word);
    for phone in renewed["softphones"].as_array().expect("softphones") {
        assert!(text(phone, "text").contains(&new_word), "{phone}");
    }
    let url = text(&renewed["ticket"], "url");
    assert!(!url.contains(&new_word), "no secret in an address");
    assert!(text(&renewed["ticket"], "qr_svg").contains("<svg"));
    let fetched = fetch(url);
    assert!(
        fetched.contains(&new_word) && fetched.contains("<config"),
        "{fetched}"
    );
    assert!(!fetch(url).contains(&new_word), "it is used up");

    tests::floor::until(
        "the engine knows the new password",
        Duration::from_secs(20),
        || is_up(registers(node, "ana", &new_word)),
    );
    assert!(!is_up(registers(node, "ana", &first_word)));
    engine.stop();
}

/// What stands at an address of the server.
fn fetch(url: &str) -> String {
    let agent = ureq::Agent::from(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build(),
    );
    let mut answer = agent.get(url).call().expect("the server runs");
    answer.body_mut().read_to_string().expect("text")
}

#[test]
fn the_command_says_the_same_and_shows_a_code() {
    let floor = Floor::new();
    floor.configure("127.0.0.1:5999", "127.0.0.1:0");
    floor.run(&["agent", "set", "Ana"]);
    let shown = floor.run(&["agent", "provision", "Ana"]);
    assert_eq!(text(&shown, "sip_user"), "ana");
    assert_eq!(shown["password"], Value::Null);
    let url = "https://cadencia.example";
    let shown = floor.run(&["agent", "provision", "Ana", "--reset", "--qr", "--url", url]);
    assert_eq!(text(&shown, "password").len(), 22);
    assert!(text(&shown["ticket"], "url").starts_with(url));
    let out = floor
        .command(&["agent", "provision", "Ana", "--qr", "--url", url])
        .output();
    let said = String::from_utf8_lossy(&out.expect("it starts").stdout).into_owned();
    assert!(said.contains('█') && said.contains("MicroSIP"), "{said}");
    let said = floor.refused(&["agent", "provision", "Nadie"]);
    assert!(said.contains("agent list"), "{said}");
}
