//! RFC 4475 sections 3.2 to 3.4: for the layers above. The message layer reads them, and reads what
//! those layers need for their verdict.

use super::{error, request, response};
use sip::auth::{AuthError, Authorization};
use sip::message::{HeaderError, HeaderProblem, Method, ParseErrorKind};
use sip::uri::Scheme;

#[test]
fn badbranch() {
    let via = request("badbranch").headers.via_top().expect("Via");
    assert_eq!(via.branch(), Some("z9hG4bK"));
    assert_eq!(via.rfc3261_branch(), None, "to be matched as RFC 2543 did");
}

#[test]
fn insuf() {
    let error = error("insuf");
    let expected = HeaderError {
        header: "From",
        problem: HeaderProblem::Missing,
    };
    assert_eq!(error.kind, ParseErrorKind::Header(expected));
    assert!(error.request.is_some(), "400 can be sent by its Via");
}

#[test]
fn unkscm() {
    let uri = request("unkscm").uri;
    assert_eq!(
        uri.scheme,
        Scheme::Other("nobodyknowsthisscheme".to_owned())
    );
    assert!(!uri.is_sip());
}

#[test]
fn novelsc() {
    let uri = request("novelsc").uri;
    assert_eq!(uri.scheme, Scheme::Other("soap.beep".to_owned()));
    assert_eq!(uri.to_string(), "soap.beep://192.0.2.103:3002");
}

#[test]
fn unksm2() {
    let headers = request("unksm2").headers;
    assert_eq!(headers.to().expect("To").uri.to_string(), "isbn:2983792873");
    let from = headers.from().expect("From").uri;
    assert_eq!(from.to_string(), "http://www.example.com");
    let contact = &headers.contacts().expect("Contact")[0].uri;
    assert_eq!(contact.to_string(), "name:John_Smith");
}

#[test]
fn bext01() {
    let headers = request("bext01").headers;
    let required: Vec<_> = headers.tokens("Require").collect();
    assert_eq!(
        required,
        ["nothingSupportsThis", "nothingSupportsThisEither"]
    );
}

#[test]
fn invut() {
    let request = request("invut");
    let kind = request.headers.content_type();
    assert_eq!(kind.as_deref(), Some("application/unknownformat"));
    assert_eq!(request.body.len(), 40);
}

#[test]
fn regaut01() {
    let request = request("regaut01");
    let value = request.headers.get("Authorization").expect("a value");
    assert_eq!(Authorization::parse(value), Err(AuthError::Scheme));
}

#[test]
fn multi01() {
    let kind = error("multi01").kind;
    let repeated = |header| {
        ParseErrorKind::Header(HeaderError {
            header,
            problem: HeaderProblem::Repeated,
        })
    };
    assert_eq!(kind, repeated("From"));
}

#[test]
fn mcl01() {
    assert_eq!(error("mcl01").kind, ParseErrorKind::ContentLength);
}

#[test]
fn bcast() {
    let response = response("bcast");
    let vias = response.headers.vias().expect("Via");
    assert_eq!(vias[1].host.to_string(), "255.255.255.255");
}

#[test]
fn zeromf() {
    assert_eq!(request("zeromf").headers.max_forwards(), Ok(Some(0)));
}

#[test]
fn cparam01() {
    let contact = &request("cparam01").headers.contacts().expect("Contact")[0];
    assert!(contact.params.has("unknownparam"));
    assert!(contact.uri.params.is_empty());
}

#[test]
fn cparam02() {
    let contact = &request("cparam02").headers.contacts().expect("Contact")[0];
    assert!(contact.uri.params.has("unknownparam"));
    assert!(contact.params.is_empty());
}

#[test]
fn regescrt() {
    let contact = &request("regescrt").headers.contacts().expect("Contact")[0];
    assert_eq!(
        contact.uri.to_string(),
        "sip:user@example.com?Route=%3Csip:sip.example.com%3E"
    );
}

#[test]
fn sdp01() {
    let headers = request("sdp01").headers;
    assert!(!headers.lists("Accept", "application/sdp"));
    assert!(headers.lists("Accept", "text/nobodyKnowsThis"));
}

#[test]
fn inv2543() {
    let request = request("inv2543");
    assert_eq!(request.method, Method::Invite);
    assert_eq!(request.headers.from().expect("From").tag(), None);
    assert_eq!(request.headers.max_forwards(), Ok(None));
    assert!(request.body.ends_with(b"m=audio 49217 RTP/AVP 0\r\n"));
}
