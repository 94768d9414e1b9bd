//! RFC 4475 section 3.1.2: invalid. Each is refused for the right reason, or read where nothing
//! about it is in doubt.

use super::{error, request};
use sip::message::{HeaderError, HeaderProblem, Method, ParseErrorKind};

/// The message called `name` is refused with 400 because of `header`.
fn assert_bad_header(name: &str, header: &'static str, problem: HeaderProblem) {
    let error = error(name);
    let expected = ParseErrorKind::Header(HeaderError { header, problem });
    assert_eq!(error.kind, expected);
    assert_eq!(error.status().code(), 400);
    assert_eq!(error.reason(), format!("Bad {header}"));
}

#[test]
fn badinv01() {
    assert_bad_header("badinv01", "Via", HeaderProblem::Malformed);
}

#[test]
fn clerr() {
    assert_eq!(error("clerr").kind, ParseErrorKind::ContentLength);
}

#[test]
fn ncl() {
    assert_eq!(error("ncl").kind, ParseErrorKind::ContentLength);
}

#[test]
fn scalar02() {
    assert_bad_header("scalar02", "CSeq", HeaderProblem::OutOfRange);
    let request = error("scalar02").request.expect("a request");
    let error = |header| HeaderError {
        header,
        problem: HeaderProblem::OutOfRange,
    };
    let headers = &request.headers;
    assert_eq!(headers.max_forwards(), Err(error("Max-Forwards")));
    assert_eq!(headers.expires(), Err(error("Expires")));
}

#[test]
fn scalarlg() {
    let error = error("scalarlg");
    assert!(error.request.is_none(), "a response is never answered");
}

#[test]
fn quotbal() {
    assert_bad_header("quotbal", "To", HeaderProblem::Malformed);
}

#[test]
fn ltgtruri() {
    assert_eq!(error("ltgtruri").kind, ParseErrorKind::RequestUri);
}

#[test]
fn lwsruri() {
    assert_eq!(error("lwsruri").kind, ParseErrorKind::RequestUri);
}

#[test]
fn lwsstart() {
    let request = request("lwsstart");
    assert_eq!(request.method, Method::Invite);
    assert_eq!(request.uri.to_string(), "sip:user@example.com");
}

#[test]
fn trws() {
    assert_eq!(
        request("trws").uri.to_string(),
        "sip:remote-target@example.com"
    );
}

#[test]
fn escruri() {
    assert_eq!(error("escruri").kind, ParseErrorKind::RequestUri);
}

#[test]
fn baddate() {
    let request = request("baddate");
    assert_eq!(
        request.headers.get("Date"),
        Some("Fri, 01 Jan 2010 16:00:00 EST")
    );
}

#[test]
fn regbadct() {
    assert_bad_header("regbadct", "Contact", HeaderProblem::Malformed);
}

#[test]
fn badaspec() {
    let to = request("badaspec").headers.to().expect("To");
    assert_eq!(to.uri.to_string(), "sip:t.watson@example.org");
    assert_eq!(to.display.as_deref(), Some("Watson, Thomas"));
}

#[test]
fn baddn() {
    let from = request("baddn").headers.from().expect("From");
    assert_eq!(from.display.as_deref(), Some("Bell, Alexander"));
    assert_eq!(from.tag(), Some("43"));
    let written = from.to_string();
    assert!(written.starts_with("\"Bell, Alexander\" <"), "{written}");
}

#[test]
fn badvers() {
    let error = error("badvers");
    assert_eq!(error.kind, ParseErrorKind::Version);
    assert_eq!(error.status().code(), 505);
}

#[test]
fn mismatch01() {
    let error = error("mismatch01");
    assert_eq!(error.kind, ParseErrorKind::MethodMismatch);
    assert_eq!(error.reason(), "CSeq Method Mismatch");
}

#[test]
fn mismatch02() {
    let error = error("mismatch02");
    assert_eq!(error.kind, ParseErrorKind::MethodMismatch);
    let request = error.request.expect("a request");
    assert_eq!(request.method, Method::Other("NEWMETHOD".to_owned()));
}

#[test]
fn bigcode() {
    let error = error("bigcode");
    assert_eq!(error.kind, ParseErrorKind::StatusCode);
    assert!(error.request.is_none());
}
