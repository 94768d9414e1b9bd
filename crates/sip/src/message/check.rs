//! What a message must have before anything acts on it (RFC 3261 section 8.1.1, verdicts of
//! RFC 4475). Headers that nobody here reads are not judged: Date may be wrong, Foo may be odd.

use super::typed::error;
use super::{HeaderError, HeaderProblem, Message, ParseErrorKind, Request};

/// Fields that stand at most once and are read by what sits above (RFC 3261 table 2).
const SINGLE: [&str; 3] = ["Max-Forwards", "Content-Type", "Expires"];

/// Checks what every message needs, and what requests need besides.
pub(super) fn check(message: &Message) -> Result<(), ParseErrorKind> {
    check_common(message).map_err(ParseErrorKind::Header)?;
    match message {
        Message::Request(request) => check_request(request),
        Message::Response(_) => Ok(()),
    }
}

fn check_common(message: &Message) -> Result<(), HeaderError> {
    let headers = message.headers();
    headers.via_top()?;
    headers.from()?;
    headers.to()?;
    headers.call_id()?;
    headers.cseq()?;
    headers.contacts()?;
    headers.record_routes()?;
    Ok(())
}

fn check_request(request: &Request) -> Result<(), ParseErrorKind> {
    if request.uri.is_sip() && !request.uri.headers.is_empty() {
        return Err(ParseErrorKind::RequestUri);
    }
    check_request_headers(request).map_err(ParseErrorKind::Header)?;
    match request.headers.cseq() {
        Ok(cseq) if cseq.method == request.method => Ok(()),
        _ => Err(ParseErrorKind::MethodMismatch),
    }
}

fn check_request_headers(request: &Request) -> Result<(), HeaderError> {
    let headers = &request.headers;
    for name in SINGLE {
        if headers.get_all(name).nth(1).is_some() {
            return Err(error(name, HeaderProblem::Repeated));
        }
    }
    headers.max_forwards()?;
    headers.routes()?;
    // A malformed Expires means the default (RFC 3261 section 20.19); one that overflows is refused
    // rather than wrapped (RFC 4475 section 3.1.2.4).
    match headers.expires() {
        Err(error) if error.problem == HeaderProblem::OutOfRange => Err(error),
        _ => Ok(()),
    }
}
