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

/// Whether an operation is for somebody, as its word in the document is to be read.
fn is_for(access: &str, role: &str, takes_calls: bool) -> bool {
    let leads = role == "admin" || role == "supervisor";
    let floor = leads || role == "advisor";
    let sells = leads || role == "back_office" || (floor && takes_calls);
    match access {
        "stranger" | "anybody" => true,
        "agent" => floor && takes_calls,
        "own_phone" => role == "admin" || (floor && takes_calls),
        "floor" => floor,
        "portfolio" => floor || role == "back_office",
        "sale_reader" => sells || role == "client",
        "sale_doer" => sells,
        "sale_advisor" => role == "advisor" && takes_calls,
        "sale_desk" => leads || role == "back_office",
        "report_reader" => leads || role == "client",
        "event_reader" => leads || ["back_office", "client"].contains(&role),
        "supervisor" => leads,
        "supervising" => leads && takes_calls,
        "admin" => role == "admin",
        other => panic!("`{other}` is no word for whom an operation is"),
    }
}

/// Status of a request, without waiting for all of an answer that may have no end.
fn status(http: std::net::SocketAddr, method: &str, path: &str, token: &str) -> u16 {
    let agent = ureq::Agent::from(
        ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(60)))
            .build(),
    );
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://{http}{path}"))
        .header("Authorization", format!("Bearer {token}"))
        .header("Content-Type", "application/json");
    let body = if matches!(method, "GET" | "DELETE") {
        ""
    } else {
        "{}"
    };
    let request = request.body(body).expect("a request");
    let answer = agent.run(request);
    answer
        .unwrap_or_else(|fault| panic!("{method} {path}: {fault}"))
        .status()
        .as_u16()
}

#[test]
fn every_operation_is_for_whom_the_document_says_and_for_nobody_else() {
    let floor = Floor::new();
    floor.run(&["trunk", "set", "operador", "--host", "127.0.0.1"]);
    floor.run(&[
        "campaign",
        "create",
        "c",
        "--trunk",
        "operador",
        "--law",
        "laboratorio",
        "--caller-id",
        "+576015550100",
    ]);
    let mine = floor.hire("mia", "c");
    floor.hire("ajena", "c");
    floor.hire("jefa", "c");
    let engine = floor.serve();
    let http = engine.http();
    let mut people = vec![("advisor", true, mine.user, mine.password)];
    // An advisor is one who takes calls.
    for role in ["client", "back_office", "supervisor", "admin"] {
        let name = format!("{role}_1");
        let made = floor.run(&["user", "add", &name, "--role", role]);
        let password = made["password"].as_str().expect("shown once").to_owned();
        people.push((role, false, name, password));
    }
    let made = floor.run(&[
        "user",
        "add",
        "lider",
        "--role",
        "supervisor",
        "--agent",
        "jefa",
    ]);
    let password = made["password"].as_str().expect("shown once").to_owned();
    people.push(("supervisor", true, "lider".to_owned(), password));
    let document = ask(http, "GET", "/api/v1/openapi.json", None, None).1;
    let (mut tried, mut refused, mut wrong) = (0, 0, Vec::new());
    for (role, takes_calls, user, password) in &people {
        let (_, session) = log_in(http, user, password);
        let token = session["token"].as_str().expect("a token");
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                // The word itself: entered above, and left at the end.
                if path == "/api/v1/session" {
                    continue;
                }
                let access = operation["x-access"].as_str().expect("whom it is for");
                // Nothing there is has these names: whoever may, is told so, and nobody else is told even that.
                let place = path
                    .replace("{name}", "ajena")
                    .replace("{source}", "127.0.0.9");
                let mut parts: Vec<&str> = place.split('/').collect();
                for part in &mut parts {
                    if part.starts_with('{') {
                        *part = "999999";
                    }
                }
                let said = status(http, &method.to_uppercase(), &parts.join("/"), token);
                let may = is_for(access, role, *takes_calls);
                // Somebody else's phone is refused to all but administrators.
                let may = may && (access != "own_phone" || *role == "admin");
                // What strangers may ask for refuses by their word, not by who they are.
                let sound = access == "stranger" || (said == 403) != may;
                if !sound || said == 401 || said == 500 {
                    wrong.push(format!("{role} {method} {path} ({access}): {said}"));
                }
                tried += 1;
                refused += u32::from(said == 403);
            }
        }
        let own = ask(
            http,
            "GET",
            "/api/v1/agents/mia/provisioning",
            Some(token),
            None,
        );
        let sees = user == "mia" || *role == "admin";
        assert_eq!(own.0 == 200, sees, "{role}: {own:?}");
        let gone = ask(http, "DELETE", "/api/v1/session", Some(token), None);
        assert_eq!(gone.0, 204, "{role} leaves");
    }
    assert!(
        tried > 1_200 && refused > 400,
        "{tried} tried, {refused} refused"
    );
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
