//! What strangers and mistakes meet at every door of a running node: the
//! configuration, files, log-in, each route of the API, the SIP port. A clear
//! refusal, nothing kept, nothing broken.

use std::net::UdpSocket;
use std::time::Duration;

use serde_json::{Value, json};
use tests::Floor;
use tests::http::{ask, log_in};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket, connect};

type Socket = WebSocket<MaybeTlsStream<std::net::TcpStream>>;

#[test]
fn a_configuration_with_a_typo_is_refused_by_name() {
    let floor = Floor::new();
    floor.file("cadencia.toml", "databse = \"sqlite:x.db\"\n");
    for command in [["config", "check"], ["list", "list"]] {
        let said = floor.refused(&command);
        assert!(said.contains("databse"), "{said}");
    }
    floor.file("cadencia.toml", "database = \"mysql://x\"\n");
    let said = floor.refused(&["config", "check"]);
    assert!(
        said.contains("sqlite:PATH"),
        "it says what to write: {said}"
    );
}

#[test]
fn a_reader_who_leaves_ends_a_command_quietly() {
    let floor = Floor::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = floor.command(&["config", "check"]);
    let out = command.stdout(writer).output().expect("it starts");
    assert_eq!(out.status.code(), Some(141), "as shells say SIGPIPE");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "");
}

#[test]
fn files_that_are_no_base_are_refused_with_a_reason_and_leave_nothing() {
    let floor = Floor::new();
    for (name, content, reason) in [
        ("nada.csv", &b""[..], "no rows"),
        ("roto.xlsx", &b"PK\x03\x04 and then noise"[..], "workbook"),
        ("sin.csv", &b"nombre;ciudad\nAna;Cali\n"[..], "phone"),
    ] {
        let path = floor.file(name, content);
        let said = floor.refused(&["list", "import", path.to_str().expect("ASCII")]);
        assert!(said.to_lowercase().contains(reason), "{name}: {said}");
    }
    assert_eq!(floor.run(&["list", "list"]), json!([]));
}

#[test]
fn the_laboratory_law_never_reaches_a_real_carrier() {
    let floor = Floor::new();
    floor.run(&["trunk", "set", "real", "--host", "192.0.2.7"]);
    let said = floor.refused(&[
        "campaign",
        "create",
        "c",
        "--trunk",
        "real",
        "--law",
        "laboratorio",
    ]);
    assert!(said.contains("loopback"), "{said}");
}

#[test]
fn nobody_is_let_in_without_a_word_and_every_route_is_closed_to_strangers() {
    let floor = Floor::new();
    let engine = floor.serve();
    let http = engine.http();
    let first = engine.said.first().expect("a first start makes a user");
    let password = first["password"].as_str().expect("and shows its password");
    assert!(password.len() >= 16, "not to be guessed");

    let wrong = log_in(http, "admin", "wrong horse battery");
    let unknown = log_in(http, "nobody", "wrong horse battery");
    assert_eq!(wrong, unknown, "who exists is not told");
    assert_eq!(wrong.0, 401);
    let (status, session) = log_in(http, "admin", password);
    assert_eq!(status, 200);
    let token = session["token"].as_str().expect("a token");

    let document = ask(http, "GET", "/api/v1/openapi.json", None, None).1;
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            // What is a word itself, or asks for one.
            if path == "/api/v1/session" || path == "/api/v1/phone-config/{token}" {
                continue;
            }
            let path = path.replace("{id}", "1").replace("{name}", "x");
            let path = path.replace("{source}", "127.0.0.9");
            let method = method.to_uppercase();
            let body = (method != "GET" && method != "DELETE").then(|| json!({}));
            let (status, answer) = ask(http, &method, &path, None, body);
            assert_eq!(status, 401, "{method} {path}: {answer}");
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried} routes only");
    let guessed = ask(http, "GET", "/api/v1/phone-config/guessed", None, None);
    assert_eq!(guessed.0, 404);

    let user = json!({"name": "ana", "role": "supervisor", "password": "una clave larga"});
    let (status, answer) = ask(http, "POST", "/api/v1/users", Some(token), Some(user));
    assert!((200..300).contains(&status), "{status}: {answer}");
    let (_, session) = log_in(http, "ana", "una clave larga");
    let hers = session["token"].as_str().expect("a token");
    assert_eq!(ask(http, "GET", "/api/v1/users", Some(hers), None).0, 403);
    engine.stop();
}

#[test]
fn noise_on_the_sip_port_disturbs_nobody() {
    let floor = Floor::new();
    let engine = floor.serve();
    let stranger = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    stranger.connect(engine.sip()).expect("an address");
    let mut random = 11_u64;
    for round in 0..5_000_u32 {
        let mut noise = b"INVITE sip:x@y SIP/2.0\r\nVia: SIP/2.0/UDP ".to_vec();
        for _ in 0..round % 200 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            noise.push((random >> 56) as u8);
        }
        let from = if round % 2 == 0 { 0 } else { 40 };
        // A full buffer loses datagrams, as on any network.
        let _ = stranger.send(&noise[from..]);
    }
    // Another address: the first may have been put to silence, and rightly.
    let friend = UdpSocket::bind("127.0.0.2:0").expect("loopback is a whole network");
    friend
        .set_read_timeout(Some(Duration::from_millis(500)))
        .expect("above zero");
    let options = format!(
        "OPTIONS sip:{} SIP/2.0\r\nVia: SIP/2.0/UDP {};branch=z9hG4bKdoors;rport\r\n\
         From: <sip:f@127.0.0.2>;tag=1\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: doors\r\n\
         CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
        engine.sip(),
        friend.local_addr().expect("it is bound")
    );
    let mut buffer = [0; 2_048];
    tests::floor::until("OPTIONS is answered", Duration::from_secs(10), || {
        friend
            .send_to(options.as_bytes(), engine.sip())
            .expect("loopback");
        friend
            .recv(&mut buffer)
            .is_ok_and(|length| buffer[..length].starts_with(b"SIP/2.0 "))
    });
    assert_eq!(ask(engine.http(), "GET", "/readyz", None, None).0, 200);
    engine.stop();
    assert_eq!(floor.run(&["verify"])["verify"], "ok");
}

#[test]
fn a_page_is_told_the_version_first_and_each_message_of_it_is_carried_out_once() {
    let floor = Floor::new();
    let trunk = ["trunk", "set", "hilo", "--host", "127.0.0.1", "--port", "9"];
    floor.run(&trunk);
    let campaign = "campaign create pagina --mode progressive --trunk hilo \
                    --caller-id +576015550100 --law laboratorio";
    floor.run(&campaign.split_whitespace().collect::<Vec<_>>());
    let hired = floor.hire("asesora", "pagina");
    let engine = floor.serve();
    let (_, session) = log_in(engine.http(), &hired.user, &hired.password);
    let token = session["token"].as_str().expect("a token").to_owned();
    let knock = |headers: &[(&'static str, String)]| {
        let url = format!("ws://{}/api/v1/agent/page", engine.http());
        let mut request = url.into_client_request().expect("a sound address");
        for (name, value) in headers {
            let value = value.parse().expect("text");
            request.headers_mut().insert(*name, value);
        }
        connect(request).map(|(socket, _)| socket)
    };
    // Another site can make a browser send its cookie, not the origin.
    let cookie = ("cookie", format!("cadencia_session={token}"));
    assert!(knock(&[]).is_err());
    assert!(knock(std::slice::from_ref(&cookie)).is_err());
    let elsewhere = ("origin", "https://example.net".to_owned());
    assert!(knock(&[cookie.clone(), elsewhere]).is_err());
    let ours = ("origin", format!("http://{}", engine.http()));
    let mut page = knock(&[cookie, ours]).expect("from our own page");

    let mut said = Vec::new();
    let mut hears = |page: &mut Socket, wanted: &str| loop {
        let text = page.read().expect("it goes on").into_text().expect("text");
        // Whether anybody is there is asked in between.
        let Ok(message) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        said.push(message["seq"].as_u64().expect("a number"));
        if message["t"] == wanted {
            return message;
        }
    };
    assert_eq!(hears(&mut page, "hello")["v"], 1);
    assert_eq!(hears(&mut page, "desk")["desk"]["status"], "offline");
    let says = |page: &mut Socket, text: &str| {
        page.send(Message::Text(text.into())).expect("it goes on");
    };
    for nonsense in ["", "[]", r#"{"t":"line.offer"}"#, r#"{"t":"fly","id":1}"#] {
        says(&mut page, nonsense);
        hears(&mut page, "problem");
    }
    says(&mut page, r#"{"t":"line.offer","id":1,"sdp":"v=0"}"#);
    assert_eq!(hears(&mut page, "line.refused")["code"], "offer");
    says(
        &mut page,
        r#"{"t":"line.resume","id":2,"resume":"a guess"}"#,
    );
    assert_eq!(hears(&mut page, "line.refused")["code"], "unknown");
    for _ in 0..2 {
        says(&mut page, r#"{"t":"line.end","id":3}"#);
        assert_eq!(hears(&mut page, "line.ended")["re"], 3);
    }
    says(&mut page, r#"{"t":"line.end","id":2}"#);
    hears(&mut page, "problem");
    assert!(said.iter().copied().eq(1..=said.len() as u64), "{said:?}");
    let long = format!(
        r#"{{"t":"line.offer","id":4,"sdp":"{}"}}"#,
        "a".repeat(70_000)
    );
    says(&mut page, &long);
    assert!((0..3).any(|_| page.read().is_err()), "it is hung up on");
    engine.stop();
}
