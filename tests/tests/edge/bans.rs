//! A source that guesses passwords: seen by `cadencia sip bans`, and heard again by a word.

use std::net::UdpSocket;
use std::time::Duration;

use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};
use tests::{Floor, Running};

use crate::{Caller, url};

/// Where the guesses come from: loopback is a whole network.
const GUESSER: &str = "127.0.0.77";

/// Guesses under a name: more are not even looked at.
const GUESSES_A_NAME: u32 = 6;

/// Somebody who guesses the passwords of phones, over nonces that they were given.
struct Guesser {
    socket: UdpSocket,
    cseq: u32,
    guesses: u32,
}

impl Guesser {
    fn start() -> Guesser {
        let socket = UdpSocket::bind((GUESSER, 0)).expect("loopback is a whole network");
        let patience = Some(Duration::from_millis(500));
        socket.set_read_timeout(patience).expect("above zero");
        Guesser {
            socket,
            cseq: 0,
            guesses: 0,
        }
    }

    /// Sends a REGISTER; the answer, if there is one.
    fn registers(&mut self, engine: &Running, more: &str) -> Option<String> {
        self.cseq += 1;
        let (here, cseq) = (self.socket.local_addr().expect("bound"), self.cseq);
        let user = self.user();
        let request = format!(
            "REGISTER sip:cadencia.local SIP/2.0\r\n\
             Via: SIP/2.0/UDP {here};branch=z9hG4bKguess{cseq};rport\r\nMax-Forwards: 70\r\n\
             From: <sip:{user}@cadencia.local>;tag=g{cseq}\r\nTo: <sip:{user}@cadencia.local>\r\n\
             Call-ID: guess{cseq}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{user}@{here}>\r\n\
             {more}Content-Length: 0\r\n\r\n"
        );
        let sent = self.socket.send_to(request.as_bytes(), engine.sip());
        sent.expect("loopback takes datagrams");
        let mut buffer = [0; 4_096];
        let (length, _) = self.socket.recv_from(&mut buffer).ok()?;
        Some(String::from_utf8_lossy(&buffer[..length]).into_owned())
    }

    /// One guess; whether anybody answered.
    fn guesses(&mut self, engine: &Running) -> bool {
        let Some(challenge) = self.registers(engine, "") else {
            return false;
        };
        let nonce = challenge.split("nonce=\"").nth(1);
        let nonce = nonce
            .and_then(|rest| rest.split('"').next())
            .expect("a challenge");
        let (user, wrong) = (self.user(), "0".repeat(64));
        let guess = format!(
            "Authorization: Digest username=\"{user}\", realm=\"cadencia.local\", nonce=\"{nonce}\", \
             uri=\"sip:cadencia.local\", response=\"{wrong}\", algorithm=SHA-256, qop=auth, \
             nc=00000001, cnonce=\"abcdef\"\r\n"
        );
        let heard = self.registers(engine, &guess).is_some();
        self.guesses += 1;
        heard
    }

    fn user(&self) -> String {
        format!("fono{}", self.guesses / GUESSES_A_NAME)
    }
}

#[test]
fn who_guesses_passwords_is_listed_with_the_reason_and_heard_again_by_an_administrators_word() {
    let floor = Floor::new();
    let engine = floor.serve();
    let admin = Caller::who_is("admin", &floor, &engine);
    let url = url(&engine);
    let bans = || floor.run(&["sip", "bans", "--url", &url]);
    assert_eq!(bans(), json!([]));

    let mut guesser = Guesser::start();
    until("it is not heard any more", PATIENCE, || {
        !guesser.guesses(&engine) && bans() != json!([])
    });
    let list = bans();
    let ban = &list[0];
    assert_eq!(
        (&ban["source"], &ban["reason"]),
        (&json!(GUESSER), &json!("wrong_logins"))
    );
    assert!(ban["wrong_logins"].as_u64() >= Some(16), "{ban}");
    let left = ban["expires_in_s"].as_u64().expect("seconds");
    assert!((500..=600).contains(&left), "{ban}");
    assert!(ban["until"].is_i64() && list[1] == Value::Null, "{list}");
    let shown = floor
        .command(&["sip", "bans", "--url", &url])
        .output()
        .expect("it starts");
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(
        shown.contains(GUESSER) && shown.contains("wrong logins"),
        "{shown}"
    );

    let supervisor = Caller::who_is("supervisor", &floor, &engine);
    assert_eq!(
        supervisor.gets("sip/bans").as_array().map(Vec::len),
        Some(1)
    );
    let path = format!("sip/bans/{GUESSER}");
    assert_eq!(supervisor.asks("DELETE", &path, None).0, 403);
    assert_eq!(Caller::nobody(&engine).asks("GET", "sip/bans", None).0, 401);
    assert_eq!(admin.asks("DELETE", "sip/bans/127.0.0.78", None).0, 404);

    let lifted = floor.run(&["sip", "bans", "lift", GUESSER, "--url", &url]);
    assert_eq!(lifted, json!({"lifted": GUESSER}));
    assert_eq!(bans(), json!([]));
    let log = floor.run(&["audit"]);
    let log = log.as_array().expect("a list");
    let noted: Vec<_> = log
        .iter()
        .filter(|it| it["action"] == "sip.ban.lift")
        .collect();
    let [noted] = noted[..] else {
        panic!("once, and not for whom there was no ban: {log:?}");
    };
    assert_eq!(noted["subject"], format!("source {GUESSER}"));
    assert!(
        noted["user"].is_string() && noted["source"] == "127.0.0.1",
        "{noted}"
    );
    assert!(
        guesser.registers(&engine, "").is_some(),
        "it is heard again"
    );
    let said = floor.refused(&["sip", "bans", "lift", GUESSER, "--url", &url]);
    assert!(said.contains("there is no ban of"), "{said}");
    let said = floor.refused(&["sip", "bans", "lift", "vecino", "--url", &url]);
    assert!(said.contains("vecino"), "{said}");
    engine.stop();
}
