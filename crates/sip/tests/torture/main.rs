//! The torture messages of RFC 4475, each under its name: what the message layer reads, refuses with
//! which status, or drops; and what an endpoint then answers. Those of RFC 5118 (`ipv6.rs`), and those
//! that networks send without a document (`life.rs`).

mod above;
mod endpoint;
mod every;
mod invalid;
mod ipv6;
mod life;
mod messages;
mod valid;

use sip::message::{Message, ParseError, Request, Response, parse_datagram};

/// What becomes of a message before anything acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It is read.
    Read,
    /// It is a request and is answered with this status.
    Refused(u16),
    /// It is a response, or no message at all: nobody is answered.
    Dropped,
}
use Verdict::{Dropped, Read, Refused};

/// What the RFC asks for, in its order of sections, at its strictest.
const RFC_4475: [(&str, Verdict); 49] = [
    // 3.1.1 valid
    ("wsinv", Read),
    ("intmeth", Read),
    ("esc01", Read),
    ("escnull", Read),
    ("esc02", Read),
    ("lwsdisp", Read),
    ("longreq", Read),
    ("dblreq", Read),
    ("semiuri", Read),
    ("transports", Read),
    ("mpart01", Read),
    ("unreason", Read),
    ("noreason", Read),
    // 3.1.2 invalid
    ("badinv01", Refused(400)),
    ("clerr", Refused(400)),
    ("ncl", Refused(400)),
    ("scalar02", Refused(400)),
    ("scalarlg", Dropped),
    ("quotbal", Refused(400)),
    ("ltgtruri", Refused(400)),
    ("lwsruri", Refused(400)),
    ("lwsstart", Refused(400)),
    ("trws", Refused(400)),
    ("escruri", Refused(400)),
    ("baddate", Refused(400)),
    ("regbadct", Refused(400)),
    ("badaspec", Refused(400)),
    ("baddn", Refused(400)),
    ("badvers", Refused(505)),
    ("mismatch01", Refused(400)),
    ("mismatch02", Refused(400)),
    ("bigcode", Dropped),
    // 3.2 transaction layer
    ("badbranch", Read),
    // 3.3 application layer
    ("insuf", Refused(400)),
    ("unkscm", Read),
    ("novelsc", Read),
    ("unksm2", Read),
    ("bext01", Read),
    ("invut", Read),
    ("regaut01", Read),
    ("multi01", Refused(400)),
    ("mcl01", Refused(400)),
    ("bcast", Read),
    ("zeromf", Read),
    ("cparam01", Read),
    ("cparam02", Read),
    ("regescrt", Read),
    ("sdp01", Read),
    // 3.4 backward compatibility
    ("inv2543", Read),
];

/// Where we differ from the strictest reading, and why. All of these the RFC allows to be read.
const LENIENT: [(&str, &str); 5] = [
    (
        "lwsstart",
        "blanks between the parts of the start line leave no doubt about the parts",
    ),
    (
        "trws",
        "blanks behind the version leave no doubt about the version",
    ),
    (
        "baddate",
        "nobody here reads Date, and a wrong one is no reason to refuse a call",
    ),
    (
        "badaspec",
        "blanks inside the brackets cannot be part of the address",
    ),
    (
        "baddn",
        "the bracket ends the display name whatever it holds; gateways send such names",
    ),
];

/// What we make of a message.
fn verdict(bytes: &[u8]) -> Verdict {
    match parse_datagram(bytes) {
        Ok(_) => Read,
        Err(error) if error.request.is_some() => Refused(error.status().code()),
        Err(_) => Dropped,
    }
}

/// The message called `name`, which can be read and is a request.
fn request(name: &str) -> Request {
    match parse_datagram(bytes(name)) {
        Ok(Message::Request(request)) => request,
        other => panic!("{name}: {other:?}"),
    }
}

/// The message called `name`, which can be read and is a response.
fn response(name: &str) -> Response {
    match parse_datagram(bytes(name)) {
        Ok(Message::Response(response)) => response,
        other => panic!("{name}: {other:?}"),
    }
}

/// Why the message called `name` cannot be read.
fn error(name: &str) -> ParseError {
    match parse_datagram(bytes(name)) {
        Err(error) => error,
        Ok(message) => panic!("{name}: {message:?}"),
    }
}

/// The message called `name`.
fn bytes(name: &str) -> &'static [u8] {
    messages::MESSAGES
        .iter()
        .find(|(other, _)| *other == name)
        .map(|(_, bytes)| *bytes)
        .expect("the name of a message")
}
