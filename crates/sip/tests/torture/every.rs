//! What holds for every one of the messages.

use super::messages::MESSAGES;
use super::{LENIENT, Message, RFC_4475, Read, Request, parse_datagram, verdict};
use sip::framing::{Framed, StreamFramer};
use sip::message::{Response, Status};

#[test]
fn each_has_the_verdict_of_the_rfc_or_a_reason_why_not() {
    let mut wrong = Vec::new();
    for (name, bytes) in MESSAGES {
        let (_, strict) = RFC_4475
            .iter()
            .find(|(other, _)| *other == name)
            .expect("the table names every message");
        let lenient = LENIENT.iter().any(|(other, _)| *other == name);
        let expected = if lenient { Read } else { *strict };
        let ours = verdict(bytes);
        if ours != expected {
            wrong.push(format!("{name}: {ours:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_read_says_the_same_once_written() {
    for (name, bytes) in MESSAGES {
        let Ok(message) = parse_datagram(bytes) else {
            continue;
        };
        assert_eq!(parse_datagram(&message.to_bytes()), Ok(message), "{name}");
    }
}

#[test]
fn what_is_read_alone_is_found_in_a_stream() {
    for (name, bytes) in MESSAGES {
        let Ok(message) = parse_datagram(bytes) else {
            continue;
        };
        let mut framer = StreamFramer::new();
        framer.push(&message.to_bytes());
        match framer.next() {
            Some(Ok(Framed::Message(found))) => {
                assert_eq!(parse_datagram(&found), Ok(message), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
        assert!(framer.next().is_none() && !framer.is_partial(), "{name}");
    }
}

#[test]
fn every_request_can_be_answered_with_what_could_be_read_of_it() {
    for (name, bytes) in MESSAGES {
        let request: Request = match parse_datagram(bytes) {
            Ok(Message::Request(request)) => request,
            Ok(Message::Response(_)) => continue,
            Err(error) => match error.request {
                Some(request) => *request,
                None => continue,
            },
        };
        let refusal = Response::to_request(&request, Status::new(400).expect("in range"));
        let bytes = Message::from(refusal).to_bytes();
        assert!(bytes.starts_with(b"SIP/2.0 400 Bad Request\r\n"), "{name}");
        assert!(bytes.ends_with(b"Content-Length: 0\r\n\r\n"), "{name}");
        let via = request.headers.get("Via").expect("every one has a Via");
        assert!(
            bytes.windows(via.len()).any(|part| part == via.as_bytes()),
            "{name}"
        );
    }
}

#[test]
fn a_message_cut_short_anywhere_breaks_nothing() {
    for (name, bytes) in MESSAGES {
        for end in 0..bytes.len() {
            let mut framer = StreamFramer::new();
            framer.push(&bytes[..end]);
            // Whatever is made of the part: no panic, and an end to what is found in it.
            assert!(
                framer.take(bytes.len() + 1).count() <= bytes.len(),
                "{name}"
            );
            let _ = parse_datagram(&bytes[..end]);
        }
    }
}
