//! SIP messages as RFC 3261 section 7 defines them: types, typed headers, parser, serialiser.
//!
//! Parsing is tolerant (folding, compact forms, Latin-1, bare LF) yet bounded by [`Limits`]. A
//! request that comes out of [`parse_datagram`] has a readable top Via, From, To, Call-ID and CSeq.

mod check;
mod cseq;
mod error;
mod headers;
pub(crate) mod lexer;
mod lines;
mod method;
pub(crate) mod multipart;
mod name_addr;
mod names;
mod params;
mod parse;
mod replaces;
mod serialise;
mod status;
mod typed;
mod via;

pub use cseq::CSeq;
pub use error::{HeaderError, HeaderProblem, Injection, ParseError, ParseErrorKind};
pub use headers::Headers;
pub use lexer::quote;
pub use method::Method;
pub use name_addr::NameAddr;
pub(crate) use names::long as long_name;
pub use params::Params;
pub(crate) use parse::head_length;
pub use parse::{Limits, parse_datagram, parse_with_limits};
pub use replaces::Replaces;
pub use status::Status;
pub use typed::Refresher;
pub use via::Via;

use crate::uri::Uri;

/// A request or a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

/// A request (RFC 3261 section 7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// The Request-URI.
    pub uri: Uri,
    /// All header fields but Content-Length, which the serialiser writes from the body.
    pub headers: Headers,
    /// The body, exactly Content-Length bytes.
    pub body: Vec<u8>,
}

/// A response (RFC 3261 section 7.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: Status,
    /// The reason phrase; may be empty.
    pub reason: String,
    /// All header fields but Content-Length, which the serialiser writes from the body.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers or body.
    pub fn new(method: Method, uri: Uri) -> Self {
        Self {
            method,
            uri,
            headers: Headers::new(),
            body: Vec::new(),
        }
    }

    /// Sets the body and its Content-Type.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Vec<u8>>) {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
    }
}

/// Characters of what a response says in words: it is written down with every attempt.
const WORDS_MAX: usize = 128;

impl Response {
    /// Whether analytics of the network blocked the call: 608 (RFC 8688), or a 603
    /// that says so by its phrase or its Reason header ("603+", ATIS-1000099).
    pub fn blocked_by_analytics(&self) -> bool {
        let says = || {
            self.reason.eq_ignore_ascii_case("Network Blocked")
                || self.headers.reason_of_analytics()
        };
        match self.status.code() {
            608 => true,
            603 => says(),
            _ => false,
        }
    }

    /// What it says in words beyond its status: the text of a Reason header, that of Q.850 first,
    /// else a reason phrase that is not the usual one. Bounded, and one line.
    pub fn words(&self) -> Option<String> {
        let unusual = !self.reason.is_empty() && self.reason != self.status.reason();
        let phrase = || unusual.then(|| self.reason.clone());
        let words = self.headers.reason_text().or_else(phrase)?;
        let line = words.chars().filter(|c| !c.is_control());
        Some(line.take(WORDS_MAX).collect())
    }

    /// A response with the usual reason phrase, without headers or body.
    pub fn new(status: Status) -> Self {
        Self {
            status,
            reason: status.reason().to_owned(),
            headers: Headers::new(),
            body: Vec::new(),
        }
    }

    /// The response to `request` with the headers that RFC 3261 section 8.2.6.2 has copied: Via,
    /// From, To, Call-ID, CSeq (and Timestamp into a 100). The To tag is the caller's.
    pub fn to_request(request: &Request, status: Status) -> Self {
        let mut response = Self::new(status);
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            for value in request.headers.get_all(name) {
                response.headers.push(name, value);
            }
        }
        if status.code() == 100
            && let Some(timestamp) = request.headers.get("Timestamp")
        {
            response.headers.push("Timestamp", timestamp);
        }
        response
    }

    /// Sets the body and its Content-Type.
    pub fn set_body(&mut self, content_type: &str, body: impl Into<Vec<u8>>) {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
    }
}

impl Message {
    /// The header fields of either kind.
    pub fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }

    /// The header fields of either kind, to change.
    pub fn headers_mut(&mut self) -> &mut Headers {
        match self {
            Self::Request(request) => &mut request.headers,
            Self::Response(response) => &mut response.headers,
        }
    }

    /// The body of either kind.
    pub fn body(&self) -> &[u8] {
        match self {
            Self::Request(request) => &request.body,
            Self::Response(response) => &response.body,
        }
    }
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<Response> for Message {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str, reasons: &[&str]) -> Response {
        let mut text = format!(
            "{line}\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
        );
        for reason in reasons {
            text += &format!("Reason: {reason}\r\n");
        }
        match parse_datagram(format!("{text}\r\n").as_bytes()) {
            Ok(Message::Response(response)) => response,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_block_by_analytics_is_told_from_a_person_who_declines() {
        let analytics =
            "SIP;cause=603;text=\"v=analytics1;url=https://redress.example\";location=LN";
        for (line, reasons, blocked) in [
            ("SIP/2.0 608 Rejected", &[][..], true),
            ("SIP/2.0 603 Network Blocked", &[], true),
            ("SIP/2.0 603 Decline", &["Q.850;cause=21", analytics], true),
            ("SIP/2.0 603 Decline", &["Q.850;cause=21"], false),
            (
                "SIP/2.0 603 Decline",
                &["Q.850;cause=21;text=\"v=analytics1\""],
                false,
            ),
            ("SIP/2.0 607 Unwanted", &[], false),
            ("SIP/2.0 486 Network Blocked", &[analytics], false),
        ] {
            let response = refused(line, reasons);
            assert_eq!(
                response.blocked_by_analytics(),
                blocked,
                "{line} {reasons:?}"
            );
        }
        let both = refused("SIP/2.0 603 Decline", &[analytics, "Q.850;cause=21"]);
        assert_eq!(both.headers.q850_cause(), Some(21));
    }

    #[test]
    fn what_a_refusal_says_in_words_is_one_bounded_line() {
        let sip = "SIP;cause=486;text=\"busy\"";
        let words = |line, reasons: &[&str]| refused(line, reasons).words();
        let q850 = "Q.850;cause=1;text=\"Numero no asignado\"";
        assert_eq!(
            words("SIP/2.0 404 Not Found", &[sip, q850]).as_deref(),
            Some("Numero no asignado")
        );
        assert_eq!(
            words("SIP/2.0 486 Busy Here", &[sip]).as_deref(),
            Some("busy")
        );
        assert_eq!(words("SIP/2.0 486 Busy Here", &["Q.850;cause=17"]), None);
        assert_eq!(
            words("SIP/2.0 486 Engaged", &[]).as_deref(),
            Some("Engaged")
        );
        let long = format!("SIP/2.0 486 {}", "x".repeat(5_000));
        assert_eq!(words(&long, &[]).map(|text| text.len()), Some(WORDS_MAX));
    }
}
