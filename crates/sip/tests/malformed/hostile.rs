//! Full-size datagrams made to cost time. Each is done within a bound that anything quadratic in
//! its 64 KiB would miss by far, even unoptimised and on a busy machine.

use super::{INVITE, Message, parse_datagram, spoilt};
use sip::framing::StreamFramer;
use std::time::{Duration, Instant};

const BOUND: Duration = Duration::from_secs(2);
const ROOM: usize = 60_000;

/// `pattern` repeated to about `length` bytes.
fn much(pattern: &str, length: usize) -> String {
    pattern.repeat(length / pattern.len())
}

/// Reads `bytes` and every field that has a type, and says how long that took.
fn cost(bytes: &[u8]) -> Duration {
    let before = Instant::now();
    let message = match parse_datagram(bytes) {
        Ok(message) => Some(message),
        Err(error) => error.request.map(|request| Message::from(*request)),
    };
    if let Some(message) = message {
        let headers = message.headers();
        let _ = (headers.vias(), headers.from(), headers.to());
        let _ = (
            headers.contacts(),
            headers.routes(),
            headers.record_routes(),
        );
        let _ = (headers.q850_cause(), headers.session_expires());
        for (_, value) in headers.iter() {
            let _ = sip::auth::Challenge::parse(value);
        }
        let _ = message.to_bytes();
    }
    before.elapsed()
}

#[test]
fn long_values_of_every_mark() {
    for pattern in [
        ",",
        ";",
        "\"",
        "\\",
        "<",
        ">",
        "=",
        "a=b;",
        "<>,",
        "\"\\\"",
        "\"a\",",
        "<sip:a@b>,",
        "%",
        "@",
        "[",
        ";;,",
        "a,",
        "SIP/2.0/UDP a,",
        " ",
        "\r\n ",
    ] {
        for name in [
            "Via",
            "From",
            "Contact",
            "Route",
            "Record-Route",
            "Reason",
            "X",
        ] {
            let line = format!("{name}: {}\r\n", much(pattern, 8000));
            let lines = line.repeat(ROOM / line.len());
            let bytes = spoilt("CSeq", format!("{lines}CSeq"));
            let cost = cost(&bytes);
            assert!(cost < BOUND, "{name} {pattern:?}: {cost:?}");
        }
    }
}

#[test]
fn long_bodies_lines_and_start_lines() {
    for bytes in [
        INVITE.replace("v=0\r\n", &much("\r\n", ROOM)).into_bytes(),
        much("\r\n", ROOM).into_bytes(),
        much("\n", ROOM).into_bytes(),
        much("a", ROOM).into_bytes(),
        format!("INVITE sip:{} SIP/2.0\r\n\r\n", much("a;", 8000)).into_bytes(),
        format!("INVITE {} SIP/2.0\r\n\r\n", much(" ", 8000)).into_bytes(),
        spoilt("CSeq", format!("{}CSeq", much("a:\r\n", ROOM))),
        spoilt("CSeq", format!("{}CSeq", much("a\r\n", ROOM))),
    ] {
        let cost = cost(&bytes);
        let start = String::from_utf8_lossy(&bytes[..40]).into_owned();
        assert!(cost < BOUND, "{start:?}: {cost:?}");
    }
}

#[test]
fn a_head_that_trickles_in_byte_by_byte() {
    let head = spoilt("CSeq", format!("{}CSeq", much("a: b\r\n", ROOM)));
    let before = Instant::now();
    let mut framer = StreamFramer::new();
    let mut found = 0;
    for byte in head {
        framer.push(&[byte]);
        found += framer.by_ref().count();
    }
    assert_eq!(found, 1);
    let cost = before.elapsed();
    assert!(cost < BOUND, "{cost:?}");
}

#[test]
fn session_descriptions_of_every_mark() {
    let local = "192.0.2.1:4000".parse().expect("an address");
    for line in [
        "m=audio 4000 RTP/AVP 8\r\n",
        "a=rtpmap:8 x/1\r\n",
        "m=audio 0 RTP/AVP 8\r\n",
        "c=\r\n",
        "\r\n",
    ] {
        let offer = format!(
            "v=0\r\n{}m=audio 4000 RTP/AVP {}\r\n",
            much(line, ROOM / 2),
            much("8 ", ROOM / 2)
        );
        let before = Instant::now();
        let _ = sip::sdp::answer(
            &offer,
            local,
            1,
            &[sip::sdp::Codec::Pcmu],
            sip::sdp::Direction::SendRecv,
        );
        let cost = before.elapsed();
        assert!(cost < BOUND, "{line:?}: {cost:?}");
    }
}
