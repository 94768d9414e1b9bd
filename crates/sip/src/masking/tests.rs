//! Messages as they are, and messages made to slip a number or a secret through.

use super::*;
use crate::message::{Message, parse_datagram};
use proptest::prelude::*;

fn masked(message: &str) -> String {
    let mut bytes = message.as_bytes().to_vec();
    mask(&mut bytes);
    assert_eq!(bytes.len(), message.len(), "no length changes");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn field(line: &str) -> String {
    let text = masked(&format!("OPTIONS sip:h SIP/2.0\r\n{line}\r\n\r\n"));
    let (_, rest) = text.split_once("\r\n").expect("a start line");
    rest.trim_end().to_owned()
}

const INVITE: &str = "INVITE sip:+573001234567@192.168.100.200:5060;transport=tcp SIP/2.0\r\n\
    Via: SIP/2.0/TCP 192.168.100.200:5060;branch=z9hG4bK00112233445566\r\n\
    From: \"Ana 300 765 43 21\" <sip:6015550100:hunter2@h>;tag=0a1b2c3d\r\n\
    To: <tel:+57-300-123-4567>\r\nCall-ID: 00112233aabb@h\r\nCSeq: 1804289383 INVITE\r\n\
    Proxy-Authorization: Digest username=\"trunk\", realm=\"h\", nonce=\"f00d,cafe\", \
    uri=\"sip:+573001234567@h\", response=\"0123456789abcdef0123456789abcdef\", nc=00000001, \
    cnonce=\"beef\"\r\nContent-Type: application/sdp\r\nContent-Length: 217\r\n\r\n\
    v=0\r\no=3001234567 3973154400 3973154400 IN IP4 192.168.100.200\r\ns=-\r\np=+573001234567\r\n\
    c=IN IP4 192.168.100.200\r\nt=3973154400 0\r\nm=audio 40012 RTP/SAVP 8\r\n\
    a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0IGtleSBtYXRlcmlhbCE=\r\na=rtpmap:8 PCMA/8000\r\n";

#[test]
fn a_call_can_still_be_read_and_gives_nobody_away() {
    let text = masked(INVITE);
    for shown in [
        "INVITE sip:+5730******67@192.168.100.200:5060;transport=tcp SIP/2.0",
        "branch=z9hG4bK00112233445566",
        "tag=0a1b2c3d",
        "Call-ID: 00112233aabb@h",
        "CSeq: 1804289383 INVITE",
        "username=\"trunk\", realm=\"h\"",
        "nc=00000001",
        "3973154400 3973154400 IN IP4 192.168.100.200",
        "c=IN IP4 192.168.100.200",
        "t=3973154400 0",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 ***",
        "a=rtpmap:8 PCMA/8000",
    ] {
        assert!(text.contains(shown), "{shown} in\n{text}");
    }
    for hidden in [
        "1234567", "123-4567", "765 43", "hunter2", "f00d", "cafe", "beef", "abcdef", "c2Vjc",
        "555010",
    ] {
        assert!(!text.contains(hidden), "{hidden} in\n{text}");
    }
    let read = parse_datagram(text.as_bytes()).expect("masked, it is SIP all the same");
    let Message::Request(request) = read else {
        panic!("a request");
    };
    assert_eq!(request.uri.user_decoded().as_deref(), Some("+5730******67"));
}

#[test]
fn numbers_hide_in_no_disguise() {
    for line in [
        "From: <sip:%33%30%30%31%32%33%34%35%36%37@h>",
        "f:<sip:3001234567@h>",
        "P-Asserted-Identity:\r\n <tel:+573001234567>",
        "Remote-Party-ID: <sip:300.123.45.67@h>;party=calling",
        "Diversion : <sip:(300)1234567@h>;reason=unconditional",
        "History-Info: <sip:300_1234567@h>;index=1",
        "X-Billing: account 300/123/4567",
        "Contact: <sip:ana@h?X-Number=3001234567>",
        "Subject: call +57 (300) 123-45-67 now",
        "Warning: 399 10.0.0.1 \"3001234567 is wrong\"",
        "Via: SIP/2.0/UDP h;branch=3001234567",
        "Call-ID: 3001234567@h",
        "User-Agent: softphone 3001234567",
        "Identity: eyJkZXN0IjoiMzAwMTIzNDU2NyJ9.eyJ0biI6IjMwMDEyMzQ1NjcifQ",
        "no field but 3001234567",
        "Nüm: 3001234567",
    ] {
        let text = field(line);
        for hidden in [
            "1234567", "123-4", "123.4", "123/4", "%31%32", "12345", "123-45", "eyJ",
        ] {
            assert!(!text.contains(hidden), "{line} gave {text}");
        }
    }
    let refused = masked("SIP/2.0 484 3001234567 is no number\r\nTo: x\r\n\r\n");
    assert!(
        refused.starts_with("SIP/2.0 484 30******67 is"),
        "{refused}"
    );
}

#[test]
fn secrets_hide_under_no_other_name() {
    for line in [
        "authorization: digest username=\"a\",\r\n\tresponse=\"5ec2e7\"",
        "Authorization\t: Digest username=\"a\\\"\", response=\"5ec2e7\"",
        "Authorization: Digest response=5ec2e7",
        "Authorization: Digest realm=\"x, response=\\\"\", response=\"5ec2e7\"",
        "Authorization: Basic 5ec2e7==",
        "Authorization: Bearer 5ec2e7",
        "Proxy-Authenticate: Digest nonce=\"5ec2e7\", opaque=\"5ec2e7\"",
        "Authentication-Info: nextnonce=\"5ec2e7\", rspauth=\"5ec2e7\"",
        "X-Password: 5ec2e7",
        "X-Auth-Token: 5ec2e7",
        "Cookie: session=5ec2e7",
        "Subject: x\rAuthorization: Digest response=\"5ec2e7\"",
        "Subject: password = \"it is 5ec2e7\"",
        "Refer-To: <sip:h?Authorization=5ec2e7>",
        "Contact: <sip:ana:5ec2e7@h>",
        "Call-Info: <sip:h>;token=5ec2e7",
        "Author\0ization: 5ec2e7",
    ] {
        let text = field(line);
        assert!(!text.contains("5ec2e7"), "{line} gave {text}");
    }
}

#[test]
fn bodies_that_are_no_description_are_hidden_whole() {
    for (head, body) in [
        (
            "Content-Type: application/dtmf-relay",
            "Signal=5\r\nDuration=100",
        ),
        (
            "Content-Type: multipart/mixed;boundary=x",
            "--x\r\nk=prompt:Signal=5",
        ),
        ("c: text/plain", "Signal=5"),
        (
            "Content-Type: application/sdp\r\nContent-Encoding: gzip",
            "v=0 Signal=5",
        ),
        (
            "Content-Type: text/plain\r\nContent-Type: application/sdp",
            "v=0 Signal=5",
        ),
        (
            "X-Y: z",
            "a=key-mgmt:Signal=5\r\nk=prompt:Signal=5\r\nSignal=5",
        ),
        (
            "c: application/sdp",
            "a=crypto:inline:Signal=5 x y\r\na=ice-pwd:Signal=5",
        ),
        (
            "c: application/sdp;x",
            "e=Signal=5\r\n\0=Signal=5\r\na=crypto:1 x inline:Signal=5",
        ),
    ] {
        let text = masked(&format!("INFO sip:h SIP/2.0\r\n{head}\r\n\r\n{body}"));
        assert!(!text.contains("Signal=5"), "{text}");
    }
}

#[test]
fn nothing_steers_the_terminal() {
    let text = masked("SIP/2.0 200 \u{1b}[2J\u{9b}x\u{202e}\u{2066}\r\nTo: a\u{7}\u{0}\r\n\r\n");
    assert!(
        text.chars()
            .all(|c| !c.is_control() || matches!(c, '\r' | '\n')),
        "{text:?}"
    );
    assert!(!text.contains(['\u{202e}', '\u{2066}']), "{text:?}");
}

#[test]
fn extensions_and_names_are_not_numbers_of_people() {
    for line in [
        "From: <sip:ana@h>;tag=1",
        "To: <sip:1001@10.20.30.40:50600>",
        "Contact: <sip:agent12@192.168.1.20:5060>;expires=3600",
        "Reason: Q.850;cause=16;text=\"Normal call clearing\"",
        "Warning: 399 10.0.0.1:5060 \"odd\"",
        "Retry-After: 120",
    ] {
        assert_eq!(field(line), line);
    }
}

proptest! {
    #[test]
    fn masking_never_fails_and_changes_no_length(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let mut copy = bytes.clone();
        mask(&mut copy);
        prop_assert_eq!(copy.len(), bytes.len());
    }

    #[test]
    fn a_number_goes_wherever_it_is_put(number in "3[0-9]{9}", place in 0usize..400) {
        let mut text = INVITE.to_owned();
        let place = place.min(text.len());
        // Amid letters and digits it becomes part of something else.
        text.insert_str(place, &format!(" <sip:{number}@h> "));
        let text = masked(&text);
        prop_assert!(!text.contains(&number), "{}", text);
    }
}
