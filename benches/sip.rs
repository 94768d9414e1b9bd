//! Parsing an INVITE with SDP, as a carrier sends it. Compared with the crate
//! rsip reading the same bytes, and with merely copying them.

use std::hint::black_box;

use benches::{compare, rate, span};
use rsip::SipMessage;
use rsip::headers::ToTypedHeader;
use rsip::message::HeadersExt;
use sip::ladder::Ladder;
use std::time::Instant;

const ROUND: u64 = 1_000;

fn main() {
    let invite = invite();
    assert!(sip::message::parse_datagram(&invite).is_ok(), "we read it");
    assert!(
        SipMessage::try_from(invite.as_slice()).is_ok(),
        "so does rsip"
    );
    let ours = rate(span(), || {
        for _ in 0..ROUND {
            let _ = black_box(sip::message::parse_datagram(black_box(&invite)));
        }
        ROUND
    });
    let theirs = rate(span(), || {
        for _ in 0..ROUND {
            let _ = black_box(SipMessage::try_from(black_box(invite.as_slice())));
        }
        ROUND
    });
    ladder(&invite, ours);
    let mut copy = vec![0; invite.len()];
    let copied = rate(span(), || {
        for _ in 0..ROUND {
            copy.copy_from_slice(black_box(&invite));
            black_box(&mut copy);
        }
        ROUND
    });
    let what = format!("SIP parse, INVITE of {} bytes", invite.len());
    compare(&what, ours, "rsip parse of the same", theirs);
    compare(&what, ours, "copy of the same", copied);
    typed(&invite);
}

/// The same, and Via, From, To, CSeq and Contact read into types.
fn typed(invite: &[u8]) {
    let ours = rate(span(), || {
        for _ in 0..ROUND {
            let message = sip::message::parse_datagram(black_box(invite)).expect("read before");
            let headers = message.headers();
            let _ = black_box(headers.via_top());
            let _ = black_box(headers.from());
            let _ = black_box(headers.to());
            let _ = black_box(headers.cseq());
            let _ = black_box(headers.contacts());
        }
        ROUND
    });
    let theirs = rate(span(), || {
        for _ in 0..ROUND {
            let request = rsip::Request::try_from(black_box(invite)).expect("read before");
            let _ = black_box(request.via_header().and_then(|header| header.typed()));
            let _ = black_box(request.from_header().and_then(|header| header.typed()));
            let _ = black_box(request.to_header().and_then(|header| header.typed()));
            let _ = black_box(request.cseq_header().and_then(|header| header.typed()));
            let _ = black_box(request.contact_header().and_then(|header| header.typed()));
        }
        ROUND
    });
    compare(
        "the same and five headers typed",
        ours,
        "rsip parse and the same five",
        theirs,
    );
}

/// What it costs to write down a call of eight messages, beside parsing as many.
fn ladder(invite: &[u8], parses: f64) {
    const MESSAGES: u64 = 8;
    let now = Instant::now();
    let calls = rate(span(), || {
        for _ in 0..ROUND {
            let mut ladder = Ladder::new(now);
            for place in 0..MESSAGES {
                let ours = place % 2 == 0;
                let again = ladder.is_again(ours, black_box(invite));
                ladder.add(now, ours, again, black_box(invite));
            }
            black_box(&ladder);
        }
        ROUND
    });
    let parsed = parses / MESSAGES as f64;
    compare(
        "ladder of a call, 8 such messages",
        calls,
        "SIP parse of the 8",
        parsed,
    );
    let glances = rate(span(), || {
        for _ in 0..ROUND {
            let _ = black_box(sip::glance::Glance::of(black_box(invite)));
        }
        ROUND
    });
    compare("a glance at the same", glances, "SIP parse of it", parses);
    let mut text = invite.to_vec();
    let masked = rate(span(), || {
        for _ in 0..ROUND {
            text.copy_from_slice(invite);
            sip::masking::mask(black_box(&mut text));
        }
        ROUND
    });
    compare("masking the same", masked, "SIP parse of it", parses);
}

fn invite() -> Vec<u8> {
    let body = "v=0\r\no=- 3973154400 3973154400 IN IP4 192.0.2.10\r\ns=-\r\n\
        c=IN IP4 192.0.2.10\r\nt=0 0\r\nm=audio 40012 RTP/AVP 8 0 101\r\n\
        a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
        a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n";
    let head = "INVITE sip:573001234567@carrier.example.com:5060;transport=udp SIP/2.0\r\n\
        Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnashds8x2k4f;rport\r\n\
        Via: SIP/2.0/UDP 192.0.2.77:5060;branch=z9hG4bK776asdhds;received=192.0.2.77\r\n\
        Max-Forwards: 69\r\n\
        Record-Route: <sip:192.0.2.1;lr>\r\n\
        From: \"Servicio al cliente\" <sip:+576015550000@dialer.example.com>;tag=1928301774\r\n\
        To: <sip:+573001234567@carrier.example.com>\r\n\
        Call-ID: a84b4c76e66710f3c1d2@dialer.example.com\r\n\
        CSeq: 314159 INVITE\r\n\
        Contact: <sip:dialer@192.0.2.10:5060>\r\n\
        Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE\r\n\
        Supported: timer, replaces\r\n\
        Session-Expires: 1800;refresher=uac\r\n\
        User-Agent: cadencia\r\n\
        Content-Type: application/sdp\r\n";
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}
