//! What networks send without any document asking for it, as an endpoint answers it. What exactly is
//! read of such messages, `malformed` has; here is what their senders see.

use super::endpoint::{Answer, answers, endpoint};
use sip::endpoint::{Endpoint, Event};
use std::time::Instant;

const OPTIONS: &str = "OPTIONS sip:600@192.0.2.10 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 203.0.113.50:5060;branch=z9hG4bKlife;rport\r\n\
    Max-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@203.0.113.50>;tag=1\r\n\
    To: <sip:600@192.0.2.10>\r\nCall-ID: life@203.0.113.50\r\nCSeq: 1 OPTIONS\r\n\
    Contact: <sip:alice@203.0.113.50>\r\nContent-Length: 0\r\n\r\n";

/// The message with a part replaced by bytes of any kind.
fn changed(from: &str, to: &[u8]) -> Vec<u8> {
    let (before, after) = OPTIONS.split_once(from).expect("the part is there");
    [before.as_bytes(), to, after.as_bytes()].concat()
}

fn ask(endpoint: &mut Endpoint, bytes: &[u8]) -> Vec<Answer> {
    answers(endpoint, Instant::now(), bytes)
}

/// The one answer to a message.
fn answer(bytes: &[u8]) -> Answer {
    let mut answers = ask(&mut endpoint(Instant::now()), bytes);
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

fn is_silent(bytes: &[u8]) -> bool {
    ask(&mut endpoint(Instant::now()), bytes).is_empty()
}

#[test]
fn names_in_latin_1_are_no_reason_to_refuse() {
    let answer = answer(&changed("Alice", b"Jos\xe9 Pe\xf1a"));
    assert_eq!(answer.code, 200);
    assert!(answer.text.contains("José Peña"), "{}", answer.text);
}

#[test]
fn a_reason_phrase_in_latin_1_ends_a_call_like_any_other() {
    let now = Instant::now();
    let mut endpoint = endpoint(now);
    let flow = sip::endpoint::Flow {
        transport: sip::endpoint::Transport::Udp,
        remote: "203.0.113.50:5060".parse().expect("an address"),
    };
    let to: sip::message::NameAddr = "<sip:bob@203.0.113.50>".parse().expect("an address");
    let call = endpoint.invite(
        now,
        sip::endpoint::NewCall {
            flow,
            request_uri: to.uri.clone(),
            from: to.clone(),
            to,
            call_id: None,
            from_tag: None,
            branch: None,
            offer: "v=0".to_owned(),
            credentials: None,
            ring_timeout: std::time::Duration::from_secs(60),
            headers: Vec::new(),
        },
    );
    let invite = endpoint.poll_transmit().expect("an INVITE").bytes;
    let invite = String::from_utf8(invite).expect("we write UTF-8");
    let fields = invite.lines().filter(|line| {
        ["Via", "From", "To", "Call-ID", "CSeq"].contains(&line.split(':').next().unwrap_or(""))
    });
    let head: Vec<_> = fields.collect();
    let mut bytes = b"SIP/2.0 486 Ocupado: l\xednea en conversaci\xf3n\r\n".to_vec();
    bytes.extend(format!("{}\r\n\r\n", head.join("\r\n")).bytes());
    endpoint.receive(now, flow, &bytes);
    let mut events = std::iter::from_fn(|| endpoint.poll_event());
    let failed = events.any(|event| {
        matches!(event, Event::Call { call: which, event: sip::endpoint::CallEvent::Failed { status: 486, .. } } if which == call)
    });
    assert!(failed, "the line is free again");
}

#[test]
fn a_datagram_needs_no_content_length() {
    assert_eq!(answer(&changed("Content-Length: 0\r\n", b"")).code, 200);
    let body = changed("Content-Length: 0\r\n\r\n", b"\r\nv=0\r\n");
    assert_eq!(answer(&body).code, 200);
}

#[test]
fn folded_and_compact_fields_are_understood() {
    assert_eq!(answer(&changed("From: ", b"From:\r\n\t ")).code, 200);
    let mut compact = OPTIONS.to_owned();
    for (long, short) in [
        ("Via:", "v:"),
        ("From:", "f:"),
        ("To:", "t:"),
        ("Call-ID:", "i:"),
        ("Contact:", "m:"),
        ("Content-Length:", "l:"),
    ] {
        compact = compact.replace(long, short);
    }
    assert_eq!(answer(compact.as_bytes()).code, 200);
}

#[test]
fn line_breaks_may_come_first_and_alone() {
    assert_eq!(
        answer(&changed("OPTIONS sip:", b"\r\n\r\nOPTIONS sip:")).code,
        200
    );
    assert!(is_silent(b"\r\n\r\n"));
    assert!(is_silent(b"\0\0\0\0"));
    assert!(is_silent(b""));
}

#[test]
fn methods_that_we_do_not_take_are_told_from_those_that_nobody_knows() {
    for (method, code) in [
        ("MESSAGE", 405),
        ("PUBLISH", 405),
        ("PING", 501),
        ("invite", 501),
    ] {
        let text = OPTIONS.replace("OPTIONS", method);
        let answer = answer(text.as_bytes());
        assert_eq!(answer.code, code, "{method}");
        assert!(
            answer
                .header("Allow")
                .is_some_and(|allow| allow.contains("BYE"))
        );
    }
}

#[test]
fn a_telephone_number_is_an_address_and_other_schemes_are_not() {
    for uri in ["tel:+571234567", "tel:123;phone-context=+57"] {
        let text = OPTIONS.replace("sip:600@192.0.2.10 SIP", &format!("{uri} SIP"));
        assert_eq!(answer(text.as_bytes()).code, 200, "{uri}");
    }
    for uri in ["mailto:a@b", "urn:service:sos", "http://a/b", "h323:a@b"] {
        let text = OPTIONS.replace("sip:600@192.0.2.10 SIP", &format!("{uri} SIP"));
        assert_eq!(answer(text.as_bytes()).code, 416, "{uri}");
    }
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    for lengths in [
        "Content-Length: 0\r\nContent-Length: 5\r\n",
        "Content-Length: 0\r\nl: 0\r\n",
        "Content-Length: 4294967296\r\n",
        "Content-Length: 18446744073709551616\r\n",
        "Content-Length: 0x0\r\n",
        "Content-Length: +0\r\n",
    ] {
        let bytes = changed("Content-Length: 0\r\n", lengths.as_bytes());
        assert_eq!(answer(&bytes).code, 400, "{lengths}");
    }
}

#[test]
fn too_much_of_a_message_is_refused_in_few_bytes() {
    for more in [
        format!("X: {}\r\n", "x".repeat(20_000)),
        "X: y\r\n".repeat(500),
        format!("Subject:{}\r\n", "\r\n x".repeat(6000)),
    ] {
        let bytes = changed("CSeq: 1", format!("{more}CSeq: 1").as_bytes());
        let answers = ask(&mut endpoint(Instant::now()), &bytes);
        for answer in &answers {
            assert_eq!(answer.code, 513);
            assert!(
                answer.text.len() < 1000,
                "no help to whoever forges addresses"
            );
        }
    }
}

#[test]
fn a_via_of_two_words_or_none_breaks_nothing() {
    for via in [
        "SIP/2.0/0",
        "SIP/2.0/UDP",
        "SIP/2.0",
        "",
        ",",
        ",,SIP/2.0/UDP a",
        "SIP/2.0/UDP ;branch=z9hG4bKx",
        "SIP/2.0/UDP :5060",
        "SIP/2.0/UDP h:99999",
        "SIP/2.0/UDP [::1",
    ] {
        let bytes = changed(
            "SIP/2.0/UDP 203.0.113.50:5060;branch=z9hG4bKlife;rport",
            via.as_bytes(),
        );
        let answers = ask(&mut endpoint(Instant::now()), &bytes);
        assert!(
            answers.iter().all(|answer| answer.code == 400),
            "{via:?}: {answers:?}"
        );
    }
}

#[test]
fn an_answer_to_nothing_is_dropped() {
    for start in ["SIP/2.0 200 OK", "SIP/2.0 100 Trying", "SIP/2.0 699 x"] {
        let text = OPTIONS.replace("OPTIONS sip:600@192.0.2.10 SIP/2.0", start);
        assert!(is_silent(text.as_bytes()), "{start}");
    }
}
