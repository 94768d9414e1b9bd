//! Streams cut and joined at any place: the messages found do not depend on it.

use super::generate;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sip::framing::{Framed, StreamFramer};
use sip::message::{Limits, Message, ParseErrorKind, parse_datagram};

const OPTIONS: &str = "OPTIONS sip:a@example.com SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\n\
    From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n";

/// Everything found in `pieces` pushed one after the other.
fn framed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Framed> {
    let mut framer = StreamFramer::new();
    let mut found = Vec::new();
    for piece in pieces {
        framer.push(piece);
        for one in framer.by_ref() {
            found.push(one.expect("a sound stream"));
        }
    }
    assert!(!framer.is_partial(), "nothing is left over");
    found
}

/// The error at which a stream ends.
fn error(bytes: &[u8]) -> ParseErrorKind {
    let mut framer = StreamFramer::new();
    framer.push(bytes);
    let error = framer.find_map(Result::err).expect("an error").kind;
    framer.push(OPTIONS.as_bytes());
    assert_eq!(framer.next(), None, "an error is final");
    error
}

fn messages(found: Vec<Framed>) -> Vec<Message> {
    found
        .into_iter()
        .filter_map(|one| match one {
            Framed::Message(bytes) => Some(parse_datagram(&bytes).expect("a message")),
            Framed::Ping | Framed::Pong => None,
        })
        .collect()
}

proptest! {
    #[test]
    fn cuts_do_not_matter(
        sent in vec(generate::message(), 1..4), breaks in vec(0..3usize, 4), cuts in vec(any::<Index>(), 0..12),
    ) {
        let mut stream = Vec::new();
        for (message, breaks) in sent.iter().zip(&breaks) {
            stream.extend(b"\r\n".repeat(*breaks));
            stream.extend(message.to_bytes());
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]);
        prop_assert_eq!(messages(framed(pieces)), sent);
    }

    #[test]
    fn byte_by_byte_is_enough(message in generate::message()) {
        let bytes = message.to_bytes();
        prop_assert_eq!(messages(framed(bytes.chunks(1))), vec![message]);
    }
}

#[test]
fn line_breaks_between_messages_are_pings_and_pongs() {
    let message = format!("{OPTIONS}Content-Length: 2\r\n\r\nhi");
    let bytes = message.as_bytes();
    let found = framed([b"\r\n\r\n", bytes, b"\r\n", bytes]);
    let whole = Framed::Message(bytes.to_vec());
    assert_eq!(found, [Framed::Ping, whole.clone(), Framed::Pong, whole]);
}

#[test]
fn a_ping_in_two_pieces_is_answered_once() {
    assert_eq!(
        framed([b"\r\n".as_slice(), b"\r\n"]),
        [Framed::Pong, Framed::Ping]
    );
    assert_eq!(
        framed([b"\r".as_slice(), b"\n\r", b"\n"]).last(),
        Some(&Framed::Ping)
    );
}

#[test]
fn bare_line_feeds_end_a_head_too() {
    let message = format!("{OPTIONS}l: 2\r\n\r\nhi").replace("\r\n", "\n");
    let found = framed([message.as_bytes(), b"\n", message.as_bytes()]);
    assert_eq!(messages(found).len(), 2);
}

#[test]
fn a_stream_needs_a_content_length_that_means_something() {
    let with = |line: &str| error(format!("{OPTIONS}{line}\r\n").as_bytes());
    assert_eq!(with(""), ParseErrorKind::NoContentLength);
    for line in [
        "Content-Length: -5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 5\r\nl: 5\r\n",
        "Content-Length:\r\n",
        "Content-Length: 99999999999999999999999\r\n",
    ] {
        assert_eq!(with(line), ParseErrorKind::ContentLength, "{line:?}");
    }
    assert_eq!(with("Content-Length: 70000\r\n"), ParseErrorKind::TooLarge);
    let most = format!("Content-Length: {}\r\n", usize::MAX);
    assert_eq!(with(&most), ParseErrorKind::TooLarge);
}

#[test]
fn a_head_without_end_is_cut_off() {
    let mut framer = StreamFramer::with_limits(Limits {
        message: 1000,
        ..Limits::default()
    });
    framer.push(OPTIONS.as_bytes());
    assert_eq!(framer.next(), None);
    assert!(framer.is_partial());
    framer.push(&b"X: y\r\n".repeat(200));
    let error = framer.next().expect("an item").expect_err("too much");
    assert_eq!(error.kind, ParseErrorKind::TooLarge);
    assert!(!framer.is_partial(), "what was kept is let go");
}
