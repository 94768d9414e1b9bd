//! Requests that cannot be acted upon: refused with a status, never guessed at.

use super::{INVITE, RINGING, assert_dropped, assert_refused, spoil, spoilt};
use sip::message::ParseErrorKind;

#[test]
fn content_lengths_that_mean_nothing() {
    for length in [
        "-5",
        "+5",
        "5, 5",
        "0x5",
        "5 5",
        "five",
        "",
        "٥",
        "99999999999999999999999",
        "6",
        "5;q=1",
    ] {
        let bytes = spoilt("Length: 5", format!("Length: {length}"));
        let kind = assert_refused(&bytes, 400);
        assert_eq!(kind, ParseErrorKind::ContentLength, "{length}");
    }
    let kind = assert_refused(&spoilt("Max", "l: 5\r\nMax"), 400);
    assert_eq!(kind, ParseErrorKind::ContentLength);
}

#[test]
fn mandatory_fields_that_are_missing() {
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        let bytes = spoilt(&format!("\r\n{name}: "), "\r\nX-Was: ");
        let kind = assert_refused(&bytes, 400);
        assert_eq!(kind.to_string(), format!("bad header, {name}: missing"));
    }
}

#[test]
fn mandatory_fields_that_are_doubled() {
    for name in [
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Max-Forwards",
        "Content-Type",
    ] {
        let line = INVITE
            .lines()
            .find(|line| line.starts_with(name))
            .expect("the field");
        let kind = assert_refused(&spoilt(line, format!("{line}\r\n{line}")), 400);
        assert_eq!(kind.to_string(), format!("bad header, {name}: repeated"));
    }
}

#[test]
fn values_that_cannot_be_read() {
    for (header, part, by) in [
        ("Via", "SIP/2.0/UDP 198", "SIP/2.0/0"),
        ("Via", "SIP/2.0/UDP 198", "SIP/1.0/UDP 198"),
        (
            "Via",
            "198.51.100.7:5060;branch",
            "198.51.100.7:65536;branch",
        ),
        ("Via", "198.51.100.7:5060;branch", "198.51.100.7:;branch"),
        ("Via", "198.51.100.7:5060;branch", "[2001:db8::1;branch"),
        ("Via", "198.51.100.7:5060;branch", ";branch"),
        ("Via", ";branch=z9hG4bKabc", ";branch=\"z9"),
        ("Via", ";branch=z9hG4bKabc", ";=x"),
        ("Max-Forwards", "Max-Forwards: 70", "Max-Forwards: 256"),
        ("Max-Forwards", "Max-Forwards: 70", "Max-Forwards: -1"),
        ("Max-Forwards", "Max-Forwards: 70", "Max-Forwards:"),
        ("From", "\"Alice\" <", "\"Alice <"),
        (
            "From",
            "<sip:alice@example.com>;tag",
            "<sip:alice@example.com;tag",
        ),
        ("From", "<sip:alice@example.com>;tag", "alice;tag"),
        ("From", "<sip:alice@example.com>;tag", "<sip:>;tag"),
        ("From", "<sip:alice@example.com>;tag", "<>;tag"),
        ("To", "<sip:600@example.com>", "<sip:600@exam ple.com>"),
        ("To", "<sip:600@example.com>", "<sip:a@b@c>"),
        ("To", "<sip:600@example.com>", ""),
        ("Call-ID", "c1@198.51.100.7", "c1 c2"),
        ("Call-ID", "c1@198.51.100.7", ""),
        ("CSeq", "1 INVITE", "1"),
        ("CSeq", "1 INVITE", "one INVITE"),
        ("CSeq", "1 INVITE", "-1 INVITE"),
        ("CSeq", "1 INVITE", "2147483648 INVITE"),
        ("CSeq", "1 INVITE", "1 INVITE INVITE"),
        ("Contact", "<sip:alice@198.51.100.7:5060>", "*, <sip:a@b>"),
        ("Contact", "<sip:alice@198.51.100.7:5060>", "<sip:a@b>, "),
        ("Contact", "<sip:alice@198.51.100.7:5060>", "sip:a@b?x=y"),
        ("Route", "Contact: <sip:", "Route: <"),
        ("Record-Route", "Contact: <sip:", "Record-Route: <"),
    ] {
        let kind = assert_refused(&spoilt(part, by), 400);
        match kind {
            ParseErrorKind::Header(error) => assert_eq!(error.header, header, "{by}"),
            other => panic!("{by}: {other}"),
        }
    }
    let kind = assert_refused(&spoilt("1 INVITE", "1 BYE"), 400);
    assert_eq!(kind, ParseErrorKind::MethodMismatch);
}

#[test]
fn request_uris_that_cannot_be_read() {
    for uri in [
        "600",
        "sip:",
        "sip:@",
        "sip:600@",
        "<sip:600@192.0.2.10>",
        "sip:600 @192.0.2.10",
        "sip:a@b@c",
        "sip:600@192.0.2.10:port",
        "sip:600@192.0.2.10:99999",
        "sip:600@[::1",
        "sip:600@x?a=b",
        "tel:",
        "tel:abc@x",
        "sip:6\u{7f}00@x",
        ":x",
        "1sip:x",
        "sip:600@h\u{f6}st",
    ] {
        let kind = assert_refused(&spoilt("sip:600@192.0.2.10", uri), 400);
        assert_eq!(kind, ParseErrorKind::RequestUri, "{uri}");
    }
    let kind = assert_refused(&spoilt("sip:600@192.0.2.10", b"sip:\0@x"), 400);
    assert_eq!(kind, ParseErrorKind::RequestUri);
}

#[test]
fn header_lines_that_are_none() {
    for line in [
        "no colon here",
        ": value",
        "two words: value",
        "n\u{e4}me: value",
        "(x): y",
    ] {
        let kind = assert_refused(&spoilt("CSeq", format!("{line}\r\nCSeq")), 400);
        assert_eq!(kind, ParseErrorKind::HeaderLine, "{line}");
    }
}

#[test]
fn a_head_cut_off_in_the_middle_of_a_line() {
    let end = INVITE.find("Content-Type").expect("the field") + 7;
    let kind = assert_refused(&INVITE.as_bytes()[..end], 400);
    assert_eq!(kind, ParseErrorKind::Unterminated);
}

#[test]
fn other_versions() {
    for version in ["SIP/1.0", "SIP/3.0", "SIP/2.00", "SIP/", "SIP/2"] {
        let bytes = spoil(INVITE.as_bytes(), "SIP/2.0\r\n", format!("{version}\r\n"));
        assert_refused(&bytes, 505);
    }
}

#[test]
fn too_much_of_it() {
    let fields = "X: y\r\n".repeat(300);
    assert_refused(&spoilt("CSeq", format!("{fields}CSeq")), 513);
    let line = format!("X: {}\r\n", "y".repeat(9000));
    assert_refused(&spoilt("CSeq", format!("{line}CSeq")), 513);
    let folded = format!("X: {}\r\n", "y\r\n ".repeat(3000));
    assert_refused(&spoilt("CSeq", format!("{folded}CSeq")), 513);
}

#[test]
fn responses_are_never_refused_only_dropped() {
    for (part, by) in [
        ("180 ", "99 "),
        ("180 ", "099 "),
        ("180 ", "700 "),
        ("180 ", "1800 "),
        ("180 ", "+80 "),
        ("180 ", "abc "),
        ("180 Ringing", ""),
        ("SIP/2.0 180", "SIP/3.0 180"),
        ("CSeq: 1 INVITE", "CSeq: x"),
        ("Via", "X-Via"),
        ("Length: 0", "Length: 1"),
    ] {
        assert_dropped(&spoil(RINGING.as_bytes(), part, by));
    }
}
