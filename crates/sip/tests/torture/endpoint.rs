//! The messages of RFC 4475 sent to an endpoint: which status goes back, and where to.

use super::messages::MESSAGES;
use super::{Message, bytes, parse_datagram};
use sip::auth::{Challenge, DigestClient, Login};
use sip::endpoint::{Endpoint, EndpointConfig, Event, Flow, Transport};
use sip::message::Method;
use std::time::Instant;

/// What the RFC asks an endpoint that takes calls and has no extensions to answer; for an INVITE
/// that it takes, 100. `None`: nothing at all. REGISTER is apart: see the test of it.
const ANSWERS: [(&str, Option<u16>); 41] = [
    ("wsinv", Some(481)), // within a dialog that is not there
    ("intmeth", Some(501)),
    ("esc01", Some(100)),
    ("esc02", Some(501)),
    ("lwsdisp", Some(200)),
    ("longreq", Some(100)),
    ("semiuri", Some(200)),
    ("transports", Some(200)),
    ("mpart01", Some(405)),
    ("unreason", None),
    ("noreason", None),
    ("badinv01", Some(400)),
    ("clerr", Some(400)),
    ("ncl", Some(400)),
    ("scalar02", Some(400)),
    ("scalarlg", None),
    ("quotbal", Some(400)),
    ("ltgtruri", Some(400)),
    ("lwsruri", Some(400)),
    ("lwsstart", Some(100)), // lenient
    ("trws", Some(200)),     // lenient
    ("escruri", Some(400)),
    ("baddate", Some(100)),  // lenient
    ("badaspec", Some(200)), // lenient
    ("baddn", Some(200)),    // lenient
    ("badvers", Some(505)),
    ("mismatch01", Some(400)),
    ("mismatch02", Some(400)),
    ("bigcode", None),
    ("badbranch", Some(200)),
    ("insuf", Some(400)),
    ("unkscm", Some(416)),
    ("novelsc", Some(416)),
    ("bext01", Some(420)),
    ("invut", Some(415)),
    ("multi01", Some(400)),
    ("mcl01", Some(400)),
    ("bcast", None),
    ("zeromf", Some(200)),
    ("sdp01", Some(406)),
    ("inv2543", Some(100)),
];

fn sender() -> Flow {
    Flow {
        transport: Transport::Udp,
        remote: "203.0.113.50:5555".parse().expect("an address"),
    }
}

pub(super) fn endpoint(now: Instant) -> Endpoint {
    let config = EndpointConfig {
        accept_calls: true,
        ..EndpointConfig::default()
    };
    Endpoint::new(config, now)
}

/// What went back. A refusal repeats the broken fields of its request, so it is not parsed.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) code: u16,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let fields = self.text.lines().filter_map(|line| line.split_once(": "));
        fields
            .into_iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }
}

/// What goes back for one datagram; never to another host than the one it came from.
pub(super) fn answers(endpoint: &mut Endpoint, now: Instant, datagram: &[u8]) -> Vec<Answer> {
    endpoint.receive(now, sender(), datagram);
    let mut answers = Vec::new();
    while let Some(transmit) = endpoint.poll_transmit() {
        assert_eq!(transmit.flow.remote.ip(), sender().remote.ip());
        let text = String::from_utf8(transmit.bytes).expect("we write UTF-8");
        let code = text.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3));
        let code = code.and_then(|code| code.parse().ok());
        let code = code.unwrap_or_else(|| panic!("no answer: {text}"));
        answers.push(Answer { code, text });
    }
    answers
}

fn is_register(datagram: &[u8]) -> bool {
    let is = |request: &sip::message::Request| request.method == Method::Register;
    match parse_datagram(datagram) {
        Ok(Message::Request(request)) => is(&request),
        Ok(Message::Response(_)) => false,
        Err(error) => error.request.is_some_and(|request| is(&request)),
    }
}

#[test]
fn each_is_answered_as_the_rfc_asks() {
    let mut wrong = Vec::new();
    for (name, expected) in ANSWERS {
        let now = Instant::now();
        let answers = answers(&mut endpoint(now), now, bytes(name));
        assert!(answers.len() <= 1, "{name}: {answers:?}");
        let code = answers.first().map(|answer| answer.code);
        if code != expected {
            wrong.push(format!("{name}: {code:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_message_is_judged_once() {
    for (name, datagram) in MESSAGES {
        let listed = ANSWERS.iter().filter(|(other, _)| *other == name).count();
        let register = is_register(datagram) && name != "scalar02";
        assert_eq!(listed, usize::from(!register), "{name}");
    }
}

#[test]
fn nobody_registers_without_a_password() {
    for (name, datagram) in MESSAGES {
        if !is_register(datagram) {
            continue;
        }
        let now = Instant::now();
        let mut endpoint = endpoint(now);
        let answers = answers(&mut endpoint, now, datagram);
        assert_eq!(answers.len(), 1, "{name}");
        let code = answers[0].code;
        assert!((400..500).contains(&code), "{name}: {code}");
        while let Some(event) = endpoint.poll_event() {
            let registered = matches!(event, Event::Registered { .. });
            assert!(!registered, "{name}: {event:?}");
        }
    }
}

/// What becomes of a REGISTER whose sender knows the password, and of what address it is then.
const WITH_PASSWORD: [(&str, u16, Option<&str>); 7] = [
    ("escnull", 200, Some("sip:%00@host5.example.com")),
    ("dblreq", 200, Some("sip:j.user@host.example.com")),
    ("cparam01", 200, Some("sip:+19725552222@gw1.example.net")),
    (
        "cparam02",
        200,
        Some("sip:+19725552222@gw1.example.net;unknownparam"),
    ),
    (
        "regescrt",
        200,
        Some("sip:user@example.com?Route=%3Csip:sip.example.com%3E"),
    ),
    ("unksm2", 400, None),
    ("regbadct", 400, None),
];

#[test]
fn who_knows_the_password_is_registered_as_the_rfc_asks() {
    for (name, expected, contact) in WITH_PASSWORD {
        let now = Instant::now();
        let mut endpoint = endpoint(now);
        let asked = answers(&mut endpoint, now, bytes(name));
        let Some(challenge) = asked[0].header("WWW-Authenticate") else {
            assert_eq!(asked[0].code, expected, "{name}");
            continue;
        };
        let request = super::request(name);
        let user = request.headers.to().expect("To").uri.user_decoded();
        let user = user.unwrap_or_default();
        endpoint.set_account(&user, Some("secret"));
        let challenge = Challenge::parse(challenge).expect("our own");
        let uri = request.uri.to_string();
        let login = Login {
            user: &user,
            password: "secret",
        };
        let answer = DigestClient::answer(&challenge, &Method::Register, &uri, login, 1, "c");
        let again = insert(bytes(name), &format!("Authorization: {answer}\r\n"));
        let answers = answers(&mut endpoint, now, &again);
        assert_eq!(answers[0].code, expected, "{name}: {}", answers[0].text);
        let bindings = endpoint.bindings(&user);
        let registered = bindings.iter().map(|binding| binding.contact.to_string());
        let registered: Vec<_> = registered.collect();
        match contact {
            Some(contact) => assert!(registered.contains(&contact.to_owned()), "{registered:?}"),
            None => assert_eq!(registered, Vec::<String>::new(), "{name}"),
        }
    }
}

/// A message with another header field behind its start line.
fn insert(datagram: &[u8], field: &str) -> Vec<u8> {
    let line = datagram.windows(2).position(|pair| pair == b"\r\n");
    let mut bytes = datagram.to_vec();
    let at = line.expect("a start line") + 2;
    bytes.splice(at..at, field.bytes());
    bytes
}

#[test]
fn refusals_say_what_would_do() {
    let header = |name, header: &str| {
        let now = Instant::now();
        let answers = answers(&mut endpoint(now), now, bytes(name));
        answers[0].header(header).map(str::to_owned)
    };
    assert_eq!(
        header("bext01", "Unsupported").as_deref(),
        Some("nothingSupportsThis, nothingSupportsThisEither")
    );
    assert_eq!(
        header("invut", "Accept").as_deref(),
        Some("application/sdp")
    );
    for name in ["intmeth", "esc02", "mpart01"] {
        assert!(
            header(name, "Allow").is_some_and(|allow| allow.contains("INVITE")),
            "{name}"
        );
    }
}

#[test]
fn a_repeated_message_is_answered_alike_and_opens_nothing_twice() {
    for (name, datagram) in MESSAGES {
        let now = Instant::now();
        let mut endpoint = endpoint(now);
        let first = answers(&mut endpoint, now, datagram);
        let mut events = 0;
        while endpoint.poll_event().is_some() {
            events += 1;
        }
        assert!(events <= 1, "{name}");
        let again = answers(&mut endpoint, now, datagram);
        let codes =
            |answers: &[Answer]| -> Vec<u16> { answers.iter().map(|answer| answer.code).collect() };
        assert_eq!(codes(&first), codes(&again), "{name}");
        assert!(endpoint.poll_event().is_none(), "{name}");
    }
}

#[test]
fn all_of_them_at_one_endpoint_one_after_the_other() {
    let now = Instant::now();
    let mut endpoint = endpoint(now);
    for (_, datagram) in MESSAGES {
        answers(&mut endpoint, now, datagram);
        let wake = endpoint.next_wake().unwrap_or(now);
        endpoint.wake(wake);
        while endpoint.poll_transmit().is_some() || endpoint.poll_event().is_some() {}
    }
}
