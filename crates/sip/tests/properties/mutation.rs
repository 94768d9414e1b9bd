//! Messages with random damage: nothing panics, and what is still read can be written again.

use super::generate;
use super::messages::MESSAGES;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sip::framing::StreamFramer;
use sip::message::{Limits, Message, parse_datagram, parse_with_limits};

/// Text that parsers stumble over.
const SPLINTERS: [&[u8]; 24] = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n ",
    b"\r\n\r\n",
    b"\0",
    b"\"",
    b"\\",
    b"<",
    b">",
    b";",
    b",",
    b"=",
    b"@",
    b":",
    b"%",
    b"[",
    b"]",
    b"?",
    b"\xff",
    b"\xc3",
    b"-1",
    b"99999999999999999999",
    b"SIP/2.0",
];

/// Bytes that are shown as text where a test fails.
#[derive(Clone)]
pub(crate) struct Wire(pub(crate) Vec<u8>);

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

#[derive(Clone, Debug)]
enum Damage {
    Flip(Index, u8),
    Insert(Index, usize),
    Delete(Index, usize),
    Repeat(Index, usize),
    Splice(Index, usize, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        (any::<Index>(), 0..SPLINTERS.len()).prop_map(|(at, which)| Damage::Insert(at, which)),
        (any::<Index>(), 1..40usize).prop_map(|(at, length)| Damage::Delete(at, length)),
        (any::<Index>(), 1..40usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (any::<Index>(), 0..MESSAGES.len(), any::<Index>())
            .prop_map(|(at, other, from)| Damage::Splice(at, other, from)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let end = |at: usize, length: usize| (at + length).min(bytes.len());
    match damage {
        Damage::Flip(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Damage::Insert(at, which) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, SPLINTERS[*which].iter().copied());
        }
        Damage::Delete(at, length) => {
            let at = at.index(bytes.len());
            bytes.drain(at..end(at, *length));
        }
        Damage::Repeat(at, length) => {
            let at = at.index(bytes.len());
            let part = bytes[at..end(at, *length)].to_vec();
            bytes.splice(at..at, part);
        }
        Damage::Splice(at, other, from) => {
            let other = MESSAGES[*other].1;
            let at = at.index(bytes.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from.index(other.len())..]);
        }
    }
}

/// A torture message or a generated one.
fn original() -> impl Strategy<Value = Wire> {
    prop_oneof![
        prop::sample::select(MESSAGES.to_vec()).prop_map(|(_, bytes)| Wire(bytes.to_vec())),
        generate::message().prop_map(|message| Wire(message.to_bytes())),
    ]
}

/// A message with a few damages.
pub(crate) fn damaged() -> impl Strategy<Value = Wire> {
    (original(), vec(damage(), 0..6)).prop_map(|(mut wire, damages)| {
        for one in &damages {
            apply(&mut wire.0, one);
        }
        wire
    })
}

/// Calls all that reads a message. Results do not matter, only that there are some.
fn read_all(message: &Message) {
    let headers = message.headers();
    let _ = (headers.vias(), headers.from(), headers.to());
    let _ = (
        headers.contacts(),
        headers.routes(),
        headers.record_routes(),
    );
    let _ = (headers.max_forwards(), headers.expires());
    let _ = (headers.min_expires(), headers.retry_after());
    let _ = (headers.session_expires(), headers.min_se());
    let _ = (headers.q850_cause(), headers.content_type());
    let _ = headers.tokens("Accept").count();
    for (_, value) in headers.iter() {
        let _ = sip::auth::Challenge::parse(value);
        let _ = sip::auth::Authorization::parse(value);
        let _ = value.parse::<sip::uri::Uri>();
        let _ = value.parse::<sip::message::NameAddr>();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn damage_breaks_nothing(Wire(bytes) in damaged()) {
        let mut framer = StreamFramer::new();
        framer.push(&bytes);
        prop_assert!(framer.by_ref().count() <= bytes.len());
        match parse_datagram(&bytes) {
            Ok(message) => {
                read_all(&message);
                prop_assert_eq!(parse_datagram(&message.to_bytes()), Ok(message));
            }
            Err(error) => {
                prop_assert!(!error.reason().is_empty());
                if let Some(request) = error.request {
                    let message = Message::from(*request);
                    read_all(&message);
                    let _ = parse_datagram(&message.to_bytes());
                }
            }
        }
    }

    #[test]
    fn noise_breaks_nothing(bytes in vec(any::<u8>(), 0..400)) {
        let _ = parse_datagram(&bytes);
        let mut framer = StreamFramer::new();
        framer.push(&bytes);
        prop_assert!(framer.by_ref().count() <= bytes.len() + 1);
    }

    #[test]
    fn limits_hold(
        message in generate::message(), size in 0..2000usize, headers in 0..20usize, line in 0..200usize,
    ) {
        let bytes = message.to_bytes();
        let limits = Limits { message: size, headers, line };
        if let Ok(read) = parse_with_limits(&bytes, &limits) {
            prop_assert!(bytes.len() <= size);
            // Content-Length is a field too, though it is not kept.
            prop_assert!(read.headers().len() < headers);
            prop_assert!(read.headers().iter().all(|(_, value)| value.len() <= line));
        }
    }
}
