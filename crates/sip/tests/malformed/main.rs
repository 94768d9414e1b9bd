//! Datagrams as the field sends them: odd but meant well, broken, hostile, or no SIP at all. What
//! is meant well is read; what cannot be acted upon is refused with a status, or dropped.

mod hostile;
mod noise;
mod odd;
mod refused;

use sip::message::{Message, ParseError, ParseErrorKind, Request, parse_datagram};

/// A sound INVITE, to be spoilt in one place.
const INVITE: &str = "INVITE sip:600@192.0.2.10 SIP/2.0\r\n\
    Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKabc;rport\r\n\
    Max-Forwards: 70\r\n\
    From: \"Alice\" <sip:alice@example.com>;tag=1\r\n\
    To: <sip:600@example.com>\r\n\
    Call-ID: c1@198.51.100.7\r\n\
    CSeq: 1 INVITE\r\n\
    Contact: <sip:alice@198.51.100.7:5060>\r\n\
    Content-Type: application/sdp\r\n\
    Content-Length: 5\r\n\
    \r\n\
    v=0\r\n";

const RINGING: &str = "SIP/2.0 180 Ringing\r\n\
    Via: SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKabc\r\n\
    From: <sip:600@example.com>;tag=1\r\n\
    To: <sip:33123456789@example.com>;tag=2\r\n\
    Call-ID: c1@192.0.2.10\r\n\
    CSeq: 1 INVITE\r\n\
    Content-Length: 0\r\n\r\n";

/// [`INVITE`] with `part` replaced. A misspelt part would test nothing, so it is an error.
fn spoilt(part: &str, by: impl AsRef<[u8]>) -> Vec<u8> {
    spoil(INVITE.as_bytes(), part, by)
}

fn spoil(bytes: &[u8], part: &str, by: impl AsRef<[u8]>) -> Vec<u8> {
    let at = bytes
        .windows(part.len())
        .position(|window| window == part.as_bytes())
        .unwrap_or_else(|| panic!("no {part:?} to replace"));
    [&bytes[..at], by.as_ref(), &bytes[at + part.len()..]].concat()
}

fn request(bytes: &[u8]) -> Request {
    match parse_datagram(bytes) {
        Ok(Message::Request(request)) => request,
        other => panic!("{}: {other:?}", bytes.escape_ascii()),
    }
}

fn error(bytes: &[u8]) -> ParseError {
    match parse_datagram(bytes) {
        Err(error) => error,
        Ok(message) => panic!("{}: {message:?}", bytes.escape_ascii()),
    }
}

/// The message is a request that is refused with `status`, and the refusal can be sent.
fn assert_refused(bytes: &[u8], status: u16) -> ParseErrorKind {
    let error = error(bytes);
    assert_eq!(error.status().code(), status, "{}", bytes.escape_ascii());
    assert!(error.request.is_some(), "{}", bytes.escape_ascii());
    error.kind
}

/// The message is dropped: there is nobody to answer, or nothing to answer to.
fn assert_dropped(bytes: &[u8]) -> ParseErrorKind {
    let error = error(bytes);
    assert!(error.request.is_none(), "{}", bytes.escape_ascii());
    error.kind
}

#[test]
fn the_sound_messages_are_sound() {
    assert_eq!(request(INVITE.as_bytes()).body, b"v=0\r\n");
    assert!(parse_datagram(RINGING.as_bytes()).is_ok());
}
