//! Odd, yet there is no doubt what is meant.

use super::{INVITE, Message, RINGING, parse_datagram, request, spoil, spoilt};
use sip::message::Method;
use sip::uri::Scheme;

#[test]
fn latin_1_in_a_display_name() {
    let request = request(&spoilt("Alice", b"H\xe9l\xe8ne"));
    let from = request.headers.from().expect("From");
    assert_eq!(from.display.as_deref(), Some("Hélène"));
    assert_eq!(request.headers.call_id(), Ok("c1@198.51.100.7"));
    assert_eq!(request.body, b"v=0\r\n", "nothing behind it is lost");
}

#[test]
fn latin_1_in_a_reason_phrase() {
    let bytes = spoil(RINGING.as_bytes(), "180 Ringing", b"486 Occup\xe9");
    match parse_datagram(&bytes) {
        Ok(Message::Response(response)) => {
            assert_eq!(response.status.code(), 486);
            assert_eq!(response.reason, "Occupé");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn latin_1_goes_out_as_utf_8() {
    let message = parse_datagram(&spoilt("Alice", b"H\xe9l\xe8ne")).expect("a message");
    let written = String::from_utf8(message.to_bytes()).expect("UTF-8");
    assert!(written.contains("Hélène"));
}

#[test]
fn utf_8_in_a_display_name_without_quotes() {
    let request = request(&spoilt("\"Alice\"", "José García"));
    let from = request.headers.from().expect("From");
    assert_eq!(from.display.as_deref(), Some("José García"));
}

#[test]
fn folded_lines() {
    let bytes = spoilt("From: \"Alice\" <", "From:\r\n\t\"Alice\"\r\n  \r\n <");
    let from = request(&bytes).headers.from().expect("From");
    assert_eq!(from.display.as_deref(), Some("Alice"));
    assert_eq!(from.tag(), Some("1"));
}

#[test]
fn folded_lists() {
    let folded = "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKabc ,\r\n SIP/2.0/TCP 198.51.100.8";
    let bytes = spoilt(
        "SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bKabc;rport",
        folded,
    );
    let vias = request(&bytes).headers.vias().expect("Via");
    assert_eq!(vias.len(), 2);
    assert_eq!(vias[1].transport, "TCP");
}

#[test]
fn compact_forms_in_any_case() {
    let mut text = INVITE.to_owned();
    for (long, compact) in [
        ("Via:", "v:"),
        ("From:", "F :"),
        ("To:", "t:"),
        ("Call-ID:", "I:"),
        ("Contact:", "m:"),
        ("Content-Type:", "C:"),
        ("Content-Length:", "l:"),
    ] {
        text = text.replace(long, compact);
    }
    let request = request(text.as_bytes());
    assert_eq!(request.headers.from().expect("From").tag(), Some("1"));
    assert_eq!(request.headers.contacts().expect("Contact").len(), 1);
    let kind = request.headers.content_type();
    assert_eq!(kind.as_deref(), Some("application/sdp"));
    assert_eq!(request.body.len(), 5);
}

#[test]
fn names_in_any_case_and_no_blank_after_the_colon() {
    let text = INVITE
        .replace(": ", ":")
        .replace("CSeq", "cSEQ")
        .replace("Call-ID", "CALL-id");
    assert_eq!(
        request(text.as_bytes()).headers.call_id(),
        Ok("c1@198.51.100.7")
    );
}

#[test]
fn without_content_length_the_body_goes_to_the_end() {
    let request = request(&spoilt("Content-Length: 5\r\n", ""));
    assert_eq!(request.body, b"v=0\r\n");
}

#[test]
fn content_length_says_where_the_body_ends() {
    let mut bytes = INVITE.as_bytes().to_vec();
    bytes.extend_from_slice(b"\0\0\0 more");
    assert_eq!(request(&bytes).body, b"v=0\r\n");
    assert_eq!(request(&spoilt("Length: 5", "Length: 0")).body, b"");
    assert_eq!(
        request(&spoilt("Length: 5", "Length:\t 005 ")).body.len(),
        5
    );
}

#[test]
fn bare_line_feeds() {
    let text = INVITE
        .replace("\r\n", "\n")
        .replace("Length: 5", "Length: 4");
    let request = request(text.as_bytes());
    assert_eq!(request.headers.len(), 8);
    assert_eq!(request.body, b"v=0\n");
}

#[test]
fn line_feeds_and_pairs_mixed() {
    let request = request(&spoilt("70\r\nFrom", "70\nFrom"));
    assert_eq!(request.headers.max_forwards(), Ok(Some(70)));
}

#[test]
fn line_breaks_before_the_start_line() {
    let bytes = [b"\r\n\r\n\n", INVITE.as_bytes()].concat();
    assert_eq!(request(&bytes).method, Method::Invite);
}

#[test]
fn the_empty_line_is_missing_and_so_is_the_body() {
    let head = RINGING.strip_suffix("\r\n").expect("an empty line");
    assert!(parse_datagram(head.as_bytes()).is_ok());
}

#[test]
fn ipv6_everywhere() {
    let text = INVITE
        .replace("192.0.2.10", "[2001:db8::10]")
        .replace("198.51.100.7:5060", "[2001:DB8::7]:5060");
    let request = request(text.as_bytes());
    let address = "[2001:db8::10]:5060".parse().expect("an address");
    assert_eq!(request.uri.socket_addr(), Some(address));
    let via = request.headers.via_top().expect("Via");
    assert_eq!(
        (via.host.to_string().as_str(), via.port),
        ("[2001:db8::7]", Some(5060))
    );
    let contact = &request.headers.contacts().expect("Contact")[0];
    assert_eq!(contact.uri.port, Some(5060));
}

#[test]
fn a_telephone_number_as_request_uri() {
    let request = request(&spoilt(
        "sip:600@192.0.2.10",
        "tel:+33-1-23-45;phone-context=x",
    ));
    assert_eq!(request.uri.scheme, Scheme::Tel);
    assert_eq!(request.uri.user.as_deref(), Some("+33-1-23-45"));
}

#[test]
fn an_unknown_method_is_a_method() {
    let bytes = spoil(&spoilt("INVITE sip", "PING sip"), "1 INVITE", "1 PING");
    assert_eq!(request(&bytes).method, Method::Other("PING".to_owned()));
}

#[test]
fn marks_inside_quotes_do_not_count() {
    let name = "\"Alice, <sip:x@y>; \\\"tag=9\\\"\"";
    let from = request(&spoilt("\"Alice\"", name))
        .headers
        .from()
        .expect("From");
    assert_eq!(from.display.as_deref(), Some("Alice, <sip:x@y>; \"tag=9\""));
    assert_eq!(from.tag(), Some("1"));
}

#[test]
fn a_stray_semicolon_at_the_end() {
    let request = request(&spoilt(";tag=1\r\n", ";tag=1;\r\n"));
    assert_eq!(request.headers.from().expect("From").tag(), Some("1"));
}

#[test]
fn a_peer_of_the_last_century() {
    let text = INVITE
        .replace(";branch=z9hG4bKabc;rport", "")
        .replace(";tag=1", "")
        .replace("Max-Forwards: 70\r\n", "");
    let request = request(text.as_bytes());
    assert_eq!(request.headers.from().expect("From").tag(), None);
    assert_eq!(request.headers.via_top().expect("Via").branch(), None);
    assert_eq!(request.headers.max_forwards(), Ok(None));
}

#[test]
fn empty_and_unknown_fields() {
    let request = request(&spoilt(
        "CSeq",
        "Subject:\r\nSupported: ,, timer ,\r\nX-\u{60}y: ;;\r\nCSeq",
    ));
    assert_eq!(request.headers.get("Subject"), Some(""));
    assert!(request.headers.lists("Supported", "TIMER"));
    assert_eq!(request.headers.get("x-`Y"), Some(";;"));
}

#[test]
fn start_lines_in_other_dress() {
    for line in [
        "INVITE sip:600@192.0.2.10 sip/2.0",
        "INVITE\tsip:600@192.0.2.10  SIP/2.0",
        " INVITE SIP:600@192.0.2.10 SIP/2.0 ",
    ] {
        let request = request(&spoilt("INVITE sip:600@192.0.2.10 SIP/2.0", line));
        assert_eq!(request.uri.to_string(), "sip:600@192.0.2.10", "{line}");
    }
}

#[test]
fn wrong_fields_that_nobody_reads() {
    let fields =
        "Date: yesterday\r\nTimestamp: x\r\nWarning: \"\r\nAccept: <<\r\nAlert-Info:\r\nCSeq";
    assert_eq!(
        request(&spoilt("CSeq", fields)).headers.get("Accept"),
        Some("<<")
    );
}

#[test]
fn malformed_expires_means_the_default() {
    let request = request(&spoilt("CSeq", "Expires: never\r\nCSeq"));
    assert!(request.headers.expires().is_err(), "the reader is told");
}

#[test]
fn a_lone_carriage_return_becomes_a_blank() {
    let bytes = spoil(RINGING.as_bytes(), "Ringing", "Ring\ring");
    match parse_datagram(&bytes) {
        Ok(Message::Response(response)) => assert_eq!(response.reason, "Ring ing"),
        other => panic!("{other:?}"),
    }
    let request = request(&spoilt("CSeq", "Subject: a\rVia: b\r\nCSeq"));
    assert_eq!(request.headers.get("Subject"), Some("a Via: b"));
    assert_eq!(request.headers.vias().expect("Via").len(), 1);
}
