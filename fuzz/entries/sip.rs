//! What is done with bytes of strangers, as one function per format of the crate `sip`: nothing may
//! panic, what was read must be written so that it reads the same, and nothing may be kept of it.
//! Driven by cargo-fuzz, and over the kept corpora by the ordinary tests (`crates/sip/tests/mutation`).

use sip::auth::{Algorithm, Authorization, Challenge, Ha1, NonceRules, Nonces};
use sip::endpoint::{Endpoint, EndpointConfig, Flow, Transport};
use sip::framing::{Framed, StreamFramer};
use sip::message::{Method, NameAddr, parse_datagram};
use sip::sdp::{self, Codec, Direction};
use sip::uri::Uri;
use std::net::{IpAddr, SocketAddr};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A SIP message: read, every field that has a type read, written and read again.
pub(crate) fn message(bytes: &[u8]) {
    let Ok(message) = parse_datagram(bytes) else {
        return;
    };
    let headers = message.headers();
    let _ = (headers.vias(), headers.routes(), headers.record_routes());
    let _ = (headers.contacts(), headers.expires(), headers.min_se());
    let _ = (headers.session_expires(), headers.retry_after());
    let _ = (headers.q850_cause(), headers.content_type());
    for (_, value) in headers.iter() {
        if let Ok(uri) = value.parse::<Uri>() {
            assert_eq!(uri.to_string().parse(), Ok(uri));
        }
        let _ = value.parse::<NameAddr>();
    }
    assert_eq!(parse_datagram(&message.to_bytes()), Ok(message));
}

/// A stream: the same messages come out however it is cut.
pub(crate) fn framing(bytes: &[u8]) {
    let mut whole = StreamFramer::new();
    whole.push(bytes);
    let at_once: Vec<_> = framed(&mut whole);
    let cut = bytes.last().map_or(1, |last| usize::from(*last).max(1));
    let mut pieces = StreamFramer::new();
    let mut one_by_one = Vec::new();
    for piece in bytes.chunks(cut) {
        pieces.push(piece);
        one_by_one.extend(framed(&mut pieces));
    }
    // A stream that went wrong is closed: what would have come after it is nobody's.
    let sound = |all: &[Option<Vec<u8>>]| all.iter().take_while(|one| one.is_some()).count();
    let (a, b) = (sound(&at_once), sound(&one_by_one));
    assert_eq!(at_once[..a], one_by_one[..b]);
}

/// What a framer has now; `None` is the error that ends a stream.
fn framed(framer: &mut StreamFramer) -> Vec<Option<Vec<u8>>> {
    let mut all = Vec::new();
    for framed in framer.by_ref() {
        match framed {
            Ok(Framed::Message(bytes)) => all.push(Some(bytes)),
            // Two line breaks that come apart cannot be told from two answers.
            Ok(Framed::Ping | Framed::Pong) => {}
            Err(_) => {
                all.push(None);
                break;
            }
        }
    }
    all
}

/// A datagram at a whole endpoint: at most an answer or two, none to another host than its sender's,
/// and an hour later nothing is left.
pub(crate) fn endpoint(bytes: &[u8]) {
    let start = start();
    let config = EndpointConfig {
        accept_calls: bytes.len().is_multiple_of(2),
        source_rate: 0,
        ..EndpointConfig::default()
    };
    let mut endpoint = Endpoint::new(config, start);
    endpoint.set_account("alice", Some("secret"));
    let from = Flow {
        transport: Transport::Udp,
        remote: SocketAddr::from(([192, 0, 2, 9], 5060)),
    };
    endpoint.receive(start, from, bytes);
    let mut sent = 0;
    while let Some(transmit) = endpoint.poll_transmit() {
        assert_eq!(transmit.flow.remote.ip(), from.remote.ip());
        sent += 1;
    }
    assert!(sent <= 2, "{sent} answers to one datagram");
    while endpoint.poll_event().is_some() {}
    for hour in 1..200 {
        let Some(at) = endpoint.next_wake() else {
            break;
        };
        assert!(hour < 199, "it never comes to rest");
        endpoint.wake(at.max(start));
        while endpoint.poll_transmit().is_some() {}
        while endpoint.poll_event().is_some() {}
    }
}

/// A session description, as offer and as answer.
pub(crate) fn sdp(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let local = SocketAddr::from(([192, 0, 2, 1], 4000));
    let codecs = [Codec::Pcma, Codec::Pcmu];
    if let Ok((answer, _)) = sdp::answer(&text, local, 1, &codecs, Direction::SendRecv) {
        // Whoever offered reads our answer.
        let _ = sdp::accept(&text, &answer);
        let _ = sdp::revised(&answer, &text);
    }
    let ours = sdp::offer(local, 1, &codecs, Direction::SendRecv);
    let _ = sdp::accept(&ours, &text);
    let _ = sdp::revised(&ours, &text);
}

/// What may be a STUN question: the answer is small, belongs to it and tells the source alone.
pub(crate) fn stun(bytes: &[u8]) {
    for source in ["192.0.2.9:40000", "[2001:db8::9]:40000"] {
        let source: SocketAddr = source.parse().expect("an address");
        let Some(answer) = sip::stun::answer(bytes, source) else {
            continue;
        };
        assert!(sip::stun::is_question(bytes));
        assert!(answer.len() <= bytes.len() + 32, "{} bytes", answer.len());
        assert_eq!(answer[4..20], bytes[4..20]);
        assert!(!sip::stun::is_question(&answer), "two would answer forever");
    }
}

/// The value of Authorization or WWW-Authenticate.
pub(crate) fn digest(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(challenge) = Challenge::parse(&text) {
        let _ = Challenge::parse(&challenge.to_string());
    }
    let Ok(given) = Authorization::parse(&text) else {
        return;
    };
    let _ = Authorization::parse(&given.to_string());
    let rules = NonceRules {
        realm: given.realm.clone(),
        key: [7; 32],
        lifetime: Duration::from_secs(60),
        capacity: 10,
        algorithms: vec![Algorithm::Sha256, Algorithm::Md5],
    };
    let mut nonces = Nonces::new(rules, start());
    let source = IpAddr::from([192, 0, 2, 9]);
    let ha1 = Ha1::new(&given.username, &given.realm, "secret");
    for account in [Some(&ha1), None] {
        let _ = nonces.verify(start(), source, &given, &Method::Register, account);
    }
    assert!(nonces.remembered() <= 1);
}

/// Some moment, the same for all.
fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}
