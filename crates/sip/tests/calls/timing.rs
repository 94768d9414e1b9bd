//! How long an answer takes tells nothing about a name (CWE-208): one that exists and one that does
//! not go the same way. Both are asked in turn, so that a busy machine slows both alike, and their
//! medians are compared.

use crate::world::{config, udp};
use sip::auth::{Challenge, DigestClient, Login};
use sip::endpoint::{Endpoint, Flow};
use sip::message::Method;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Each name is asked so often.
const TURNS: u32 = 600;
/// How far the medians may be apart. Whoever skips the digest of unknown names is further off.
const ALIKE: std::ops::Range<f64> = 0.87..1.15;
/// A machine that does other things too may disturb one run, hardly three.
const RUNS: usize = 3;

/// Of the same length: what is longer takes longer to read.
const KNOWN: &str = "adv7";
const UNKNOWN: &str = "xyz7";

/// A registrar with a floor of phones, and somebody who asks it from one address after another.
struct Stranger {
    registrar: Endpoint,
    now: Instant,
    asked: u32,
}

impl Stranger {
    fn new() -> Stranger {
        let mut config = config(2);
        config.accept_calls = false;
        // Budgets and bans are kept as they are in a node, and never run out here.
        config.source_rate = 1_000_000;
        let now = Instant::now();
        let mut registrar = Endpoint::new(config, now);
        for number in 0..500 {
            registrar.set_account(&format!("adv{number}"), Some("a long secret"));
        }
        Stranger {
            registrar,
            now,
            asked: 0,
        }
    }

    /// The answer to a request, and how long it took.
    fn asks(&mut self, from: Flow, request: &str) -> (String, Duration) {
        let began = Instant::now();
        self.registrar.receive(self.now, from, request.as_bytes());
        let answer = self.registrar.poll_transmit();
        let took = began.elapsed();
        let answer = answer.expect("it is answered").bytes;
        (String::from_utf8(answer).expect("we write UTF-8"), took)
    }

    /// Asks once about a name, with a wrong password for the nonce it was given if it is to `guess`.
    fn tries(&mut self, method: &Method, user: &str, guess: bool) -> Duration {
        self.asked += 1;
        let [_, high, middle, low] = self.asked.to_be_bytes();
        let from = udp(SocketAddr::from(([10, high, middle, low], 5060)));
        let request = request(method, user, self.asked, "");
        let (answer, took) = self.asks(from, &request);
        assert!(answer.starts_with("SIP/2.0 401 "), "{answer}");
        if !guess {
            return took;
        }
        let credentials = credentials(&answer, method, user);
        let request = self::request(method, user, self.asked, &credentials);
        let (answer, took) = self.asks(from, &request);
        assert!(answer.starts_with("SIP/2.0 401 "), "{answer}");
        took
    }

    /// Median time for the known name, over that for the unknown one.
    fn ratio(&mut self, method: &Method, guess: bool) -> f64 {
        let mut took = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            took.0.push(self.tries(method, KNOWN, guess));
            took.1.push(self.tries(method, UNKNOWN, guess));
        }
        median(took.0) / median(took.1)
    }
}

fn request(method: &Method, user: &str, number: u32, more: &str) -> String {
    format!(
        "{method} sip:{user}@example.com SIP/2.0\r\n\
         Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK{number:08}{};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:{user}@example.com>;tag=1\r\nTo: <sip:{user}@example.com>\r\n\
         Call-ID: c\r\nCSeq: 1 {method}\r\nContact: <sip:x@10.0.0.9>\r\n{more}\
         Content-Length: 0\r\n\r\n",
        more.len()
    )
}

fn credentials(answer: &str, method: &Method, user: &str) -> String {
    let mut lines = answer.lines();
    let challenge = lines.find_map(|line| line.strip_prefix("WWW-Authenticate: "));
    let challenge = Challenge::parse(challenge.expect("a challenge")).expect("our own");
    let login = Login {
        user,
        password: "12345",
    };
    let uri = format!("sip:{user}@example.com");
    let value = DigestClient::answer(&challenge, method, &uri, login, 1, "c");
    format!("Authorization: {value}\r\n")
}

fn median(mut took: Vec<Duration>) -> f64 {
    took.sort();
    took[took.len() / 2].as_secs_f64()
}

#[test]
fn how_long_an_answer_takes_does_not_tell_whether_a_name_exists() {
    let mut stranger = Stranger::new();
    for method in [Method::Register, Method::Invite, Method::Options] {
        for guess in [false, true] {
            let mut ratios = Vec::new();
            let alike = (0..RUNS).any(|_| {
                ratios.push(stranger.ratio(&method, guess));
                ratios.last().is_some_and(|ratio| ALIKE.contains(ratio))
            });
            println!("{method}, guessing {guess}: known over unknown {ratios:.3?}");
            assert!(alike, "{method}, guessing {guess}: {ratios:?}");
        }
    }
}
