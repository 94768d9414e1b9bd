//! RFC 5118: the torture messages of IPv6, by section. What is read of each, and what an endpoint
//! answers.

use super::endpoint::{answers, endpoint};
use super::{Message, Request, parse_datagram};
use sip::message::ParseErrorKind;
use sip::sdp::{self, Codec, Direction};
use std::net::SocketAddr;
use std::time::Instant;

/// `lines`, each with its line break, and the empty line.
fn message(lines: &[&str]) -> Vec<u8> {
    format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
}

/// A REGISTER of sections 4.1 to 4.4, which differ in the Request-URI alone.
fn register(uri: &str) -> Vec<u8> {
    message(&[
        &format!("REGISTER {uri} SIP/2.0"),
        "To: sip:user@example.com",
        "From: sip:user@example.com;tag=81x2",
        "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111",
        "Call-ID: SSG9559905523997077@hlau_4100",
        "Max-Forwards: 70",
        "Contact: \"Caller\" <sip:caller@[2001:db8::1]>",
        "CSeq: 98176 REGISTER",
        "Content-Length: 0",
    ])
}

/// A BYE of section 4.5, which differ in how `received` is written.
fn bye(received: &str) -> Vec<u8> {
    message(&[
        "BYE sip:[2001:db8::10] SIP/2.0",
        "To: sip:user@example.com;tag=bd76ya",
        "From: sip:user@example.com;tag=81x2",
        &format!("Via: SIP/2.0/UDP [2001:db8::9:1];received={received};branch=z9hG4bKas3-111"),
        "Call-ID: SSG9559905523997077@hlau_4100",
        "Max-Forwards: 70",
        "CSeq: 321 BYE",
        "Content-Length: 0",
    ])
}

fn invite(vias: &[&str], contact: &str, sdp: &[&str]) -> Vec<u8> {
    let sdp = format!("{}\r\n", sdp.join("\r\n"));
    let length = format!("Content-Length: {}", sdp.len());
    let mut lines = vec!["INVITE sip:user@[2001:db8::10] SIP/2.0"];
    lines.extend(vias);
    lines.extend([
        "To: sip:user@[2001:db8::10]",
        "From: sip:user@example.com;tag=81x2",
        "Call-ID: SSG9559905523997077@hlau_4100",
        "Max-Forwards: 70",
        contact,
        "CSeq: 8612 INVITE",
        "Content-Type: application/sdp",
        &length,
    ]);
    [message(&lines), sdp.into_bytes()].concat()
}

fn read(bytes: &[u8]) -> Request {
    match parse_datagram(bytes) {
        Ok(Message::Request(request)) => request,
        other => panic!("{other:?}"),
    }
}

/// The statuses that an endpoint answers with.
fn status(bytes: &[u8]) -> Vec<u16> {
    let now = Instant::now();
    let answers = answers(&mut endpoint(now), now, bytes);
    answers.iter().map(|answer| answer.code).collect()
}

fn address(text: &str) -> Option<SocketAddr> {
    Some(text.parse().expect("an address"))
}

#[test]
fn section_4_1_a_reference_in_the_request_uri() {
    let bytes = register("sip:[2001:db8::10]");
    let request = read(&bytes);
    assert_eq!(request.uri.socket_addr(), address("[2001:db8::10]:5060"));
    let via = request.headers.via_top().expect("Via");
    assert_eq!(via.host.to_string(), "[2001:db8::9:1]");
    let contact = &request.headers.contacts().expect("Contact")[0].uri;
    assert_eq!(contact.socket_addr(), address("[2001:db8::1]:5060"));
    assert_eq!(status(&bytes), [401]);
}

#[test]
fn section_4_2_a_reference_without_brackets() {
    let bytes = register("sip:2001:db8::10");
    let error = parse_datagram(&bytes).expect_err("no URI");
    assert_eq!(error.kind, ParseErrorKind::RequestUri);
    assert_eq!(status(&bytes), [400]);
}

#[test]
fn section_4_3_a_port_that_became_part_of_the_address() {
    let bytes = register("sip:[2001:db8::10:5070]");
    let uri = read(&bytes).uri;
    assert_eq!(uri.port, None);
    assert_eq!(uri.socket_addr(), address("[2001:db8::10:5070]:5060"));
    assert_eq!(status(&bytes), [401]);
}

#[test]
fn section_4_4_a_port_behind_the_reference() {
    let bytes = register("sip:[2001:db8::10]:5070");
    let uri = read(&bytes).uri;
    assert_eq!(uri.socket_addr(), address("[2001:db8::10]:5070"));
    assert_eq!(status(&bytes), [401]);
}

#[test]
fn section_4_5_received_with_and_without_brackets() {
    for received in ["[2001:db8::9:255]", "2001:db8::9:255"] {
        let bytes = bye(received);
        let via = read(&bytes).headers.via_top().expect("Via");
        let expected = "2001:db8::9:255".parse().expect("an address");
        assert_eq!(via.received(), Some(expected));
        assert_eq!(via.branch(), Some("z9hG4bKas3-111"), "what follows is read");
        assert_eq!(status(&bytes), [481], "there is no such dialog");
    }
}

/// The answer to an offer, and where its audio goes.
fn answer(offer: &[u8]) -> Result<(String, SocketAddr), sdp::SdpError> {
    let ours = "[2001:db8::1]:4000".parse().expect("an address");
    let offer = std::str::from_utf8(offer).expect("text");
    let codecs = [Codec::Pcma, Codec::Pcmu];
    let (answer, remote) = sdp::answer(offer, ours, 1, &codecs, Direction::SendRecv)?;
    Ok((answer, remote.remote))
}

const VIA: &str = "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111";
const CONTACT: &str = "Contact: \"Caller\" <sip:caller@[2001:db8::1]>";

#[test]
fn section_4_6_references_in_a_session_description() {
    let bytes = invite(
        &[VIA],
        CONTACT,
        &[
            "v=0",
            "o=assistant 971731711378798081 0 IN IP6 2001:db8::20",
            "s=Live video feed for today's meeting",
            "c=IN IP6 2001:db8::20",
            "t=3338481189 3370017201",
            "m=audio 6000 RTP/AVP 8",
            "a=rtpmap:8 PCMA/8000",
            "m=video 6024 RTP/AVP 107",
            "a=rtpmap:107 H263-1998/90000",
        ],
    );
    let (text, remote) = answer(&read(&bytes).body).expect("audio");
    assert_eq!(Some(remote), address("[2001:db8::20]:6000"));
    assert!(text.contains("c=IN IP6 2001:db8::1\r\n"), "{text}");
    assert!(text.contains("m=video 0 "), "{text}");
    assert_eq!(status(&bytes), [100]);
}

#[test]
fn section_4_7_both_families_in_the_header_fields() {
    let vias = [
        "Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111",
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144",
        "Via: SIP/2.0/TCP [2001:db8::9:1];branch=z9hG4bK451jj;received=192.0.2.200",
    ];
    let bytes = invite(&vias, CONTACT, &["v=0"]);
    let vias = read(&bytes).headers.vias().expect("Via");
    let hosts: Vec<_> = vias.iter().map(|via| via.host.to_string()).collect();
    assert_eq!(hosts, ["[2001:db8::9:1]", "192.0.2.1", "[2001:db8::9:1]"]);
    assert_eq!(vias[0].port, Some(6050));
    let received = "192.0.2.200".parse().expect("an address");
    assert_eq!(vias[2].received(), Some(received));
    assert_eq!(status(&bytes), [100]);
}

#[test]
fn section_4_8_both_families_in_a_session_description() {
    let bytes = invite(
        &[VIA],
        CONTACT,
        &[
            "v=0",
            "o=bob 280744730 28977631 IN IP4 host.example.com",
            "s=",
            "t=0 0",
            "m=audio 22334 RTP/AVP 0",
            "c=IN IP4 192.0.2.1",
            "m=video 6024 RTP/AVP 107",
            "c=IN IP6 2001:db8::1",
            "a=rtpmap:107 H263-1998/90000",
        ],
    );
    let (_, remote) = answer(&read(&bytes).body).expect("audio");
    assert_eq!(Some(remote), address("192.0.2.1:22334"));
    assert_eq!(status(&bytes), [100]);
}

#[test]
fn section_4_9_addresses_of_ipv4_in_the_clothes_of_ipv6() {
    let bytes = invite(
        &["Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19"],
        "Contact: \"T. desk phone\" <sip:ted@[::ffff:192.0.2.2]>",
        &[
            "v=0",
            "o=bob 280744730 28977631 IN IP6 host.example.com",
            "s=",
            "t=0 0",
            "m=audio 22334 RTP/AVP 0",
            "c=IN IP6 ::ffff:192.0.2.10",
        ],
    );
    let request = read(&bytes);
    let via = request.headers.via_top().expect("Via");
    assert_eq!(via.host.to_string(), "[::ffff:192.0.2.10]");
    let contact = &request.headers.contacts().expect("Contact")[0].uri;
    assert_eq!(contact.socket_addr(), address("[::ffff:192.0.2.2]:5060"));
    let (_, remote) = answer(&request.body).expect("audio");
    assert_eq!(remote.port(), 22334);
    assert_eq!(remote.ip().to_canonical().to_string(), "192.0.2.10");
    assert_eq!(status(&bytes), [100]);
}

#[test]
fn section_4_10_the_colon_too_many_of_the_old_grammar() {
    let bytes = message(&[
        "OPTIONS sip:user@[2001:db8:::192.0.2.1] SIP/2.0",
        "To: sip:user@[2001:db8:::192.0.2.1]",
        "From: sip:user@example.com;tag=810x2",
        "Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111",
        "Call-ID: G9559905523997077@hlau_4100",
        "CSeq: 689 OPTIONS",
        "Max-Forwards: 70",
        "Content-Length: 0",
    ]);
    let request = read(&bytes);
    assert_eq!(request.uri.host.to_string(), "[2001:db8::c000:201]");
    assert_eq!(status(&bytes), [200]);
}
