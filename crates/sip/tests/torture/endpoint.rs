//! The messages of RFC 4475 sent to an endpoint: which status goes back, and where to.

use super::messages::MESSAGES;
use super::{Message, bytes, parse_datagram};
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

/// What the endpoint does otherwise, and why.
const OTHERWISE: [(&str, Option<u16>, &str); 5] = [
    (
        "badinv01",
        None,
        "its Via cannot be read, so there is no transaction to answer in",
    ),
    (
        "badvers",
        None,
        "its Via is of SIP/7.0 too and cannot be read",
    ),
    (
        "unkscm",
        Some(200),
        "OPTIONS is answered whatever its scheme: trunks probe with it",
    ),
    (
        "novelsc",
        Some(200),
        "OPTIONS is answered whatever its scheme: trunks probe with it",
    ),
    (
        "sdp01",
        Some(100),
        "Accept is not read: we answer with SDP, and phones leave it out or wrong",
    ),
];

fn sender() -> Flow {
    Flow {
        transport: Transport::Udp,
        remote: "203.0.113.50:5555".parse().expect("an address"),
    }
}

fn endpoint(now: Instant) -> Endpoint {
    let config = EndpointConfig {
        accept_calls: true,
        ..EndpointConfig::default()
    };
    Endpoint::new(config, now)
}

/// What went back. A refusal repeats the broken fields of its request, so it is not parsed.
#[derive(Debug)]
struct Answer {
    code: u16,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let fields = self.text.lines().filter_map(|line| line.split_once(": "));
        fields
            .into_iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }
}

/// What goes back for one datagram; never to another host than the one it came from.
fn answers(endpoint: &mut Endpoint, now: Instant, datagram: &[u8]) -> Vec<Answer> {
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
fn each_is_answered_as_the_rfc_asks_or_there_is_a_reason() {
    let mut wrong = Vec::new();
    for (name, expected) in ANSWERS {
        let now = Instant::now();
        let answers = answers(&mut endpoint(now), now, bytes(name));
        assert!(answers.len() <= 1, "{name}: {answers:?}");
        let code = answers.first().map(|answer| answer.code);
        let expected = match OTHERWISE.iter().find(|(other, ..)| *other == name) {
            Some((_, ours, _)) if code == expected && code != *ours => {
                wrong.push(format!("{name} is mended: strike it from the list"));
                continue;
            }
            Some((_, ours, _)) => *ours,
            None => expected,
        };
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
