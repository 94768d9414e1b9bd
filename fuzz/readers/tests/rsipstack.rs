//! The parser of rsipstack as another independent reader: what we write, it reads as we meant it.
//! Where it does not, the fault is its own and stands in [`DEFECTS`] with a message that shows it.
//! The crate rsip is asked likewise in every test run (`crates/sip/tests/properties/reader.rs`).

#[path = "../../../crates/sip/tests/properties/generate.rs"]
#[allow(dead_code, reason = "each reader takes what it needs")]
mod generate;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use rsipstack::sip::typed::{CSeq, From as TheirFrom, Via as TheirVia};
use rsipstack::sip::{HasHeaders, Header, HeadersExt, SipMessage, Uri as TheirUri};
use sip::message::{Message, Method, NameAddr, Via, parse_datagram};
use sip::uri::Uri;

/// A defect of rsipstack 0.7.14.
struct Defect {
    what: &'static str,
    /// Whether a message meets it.
    met_by: fn(&Message) -> bool,
    /// What to change in the plain message to meet it: a part of it, and what to put there.
    change: (&'static str, &'static str),
}

const PLAIN: &str = "INVITE sip:b@example.com SIP/2.0\r\n\
    Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n\
    From: \"A\" <sip:a@example.com>;tag=1\r\n\
    To: <sip:b@example.com>\r\n\
    Call-ID: 1\r\n\
    CSeq: 1 INVITE\r\n\
    Content-Length: 0\r\n\r\n";

const DEFECTS: [Defect; 6] = [
    Defect {
        what: "a method that it does not know is an error (RFC 3261 section 8.2.1)",
        met_by: |message| methods(message).any(|method| matches!(method, Method::Other(_))),
        change: ("INVITE", "PING"),
    },
    Defect {
        what: "a transport that it does not know is an error (RFC 4475 section 3.1.1.10)",
        met_by: |message| {
            let known = ["UDP", "TCP", "TLS", "SCTP", "TLS-SCTP", "WS", "WSS"];
            let name = via(message).transport.to_ascii_uppercase();
            !known.contains(&name.as_str())
        },
        change: ("/UDP", "/QUIC"),
    },
    Defect {
        what: "URIs other than sip and sips are an error or misread",
        met_by: |message| uris(message).any(|uri| !uri.is_sip()),
        change: ("sip:b@example.com SIP", "tel:+1555;ext=2 SIP"),
    },
    Defect {
        what: "a user with a semicolon or question mark ends there (RFC 3261 section 25.1)",
        met_by: |message| {
            let mut users = uris(message).filter_map(|uri| uri.user);
            users.any(|user| user.contains([';', '?']))
        },
        change: ("sip:b@", "sip:b;c@"),
    },
    Defect {
        what: "a display name keeps its escapes and ends at a bracket or an escaped quote",
        met_by: |message| {
            let display = from(message).display.unwrap_or_default();
            display.contains(['"', '\\', '<', '>'])
        },
        change: ("\"A\"", "\"A \\\"B\\\"\""),
    },
    Defect {
        what: "blanks of other scripts are taken off the ends of a value, of which they are part",
        met_by: |message| {
            let mut values = message.headers().iter().map(|(_, value)| value);
            values.any(|value| value != value.trim())
        },
        change: ("Call-ID", "Subject: a\u{3000}\r\nCall-ID"),
    },
];

/// Whether rsipstack reads `message` as we meant it, or where not.
fn agree(message: &Message) -> Result<(), String> {
    let read = SipMessage::try_from(message.to_bytes()).map_err(|error| error.to_string())?;
    start_agrees(message, &read)?;
    let ours = message.headers().iter();
    let mut ours: Vec<String> = ours
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    ours.push(format!("Content-Length: {}", message.body().len()));
    let theirs = read.headers().iter().map(Header::to_string).collect();
    same("header fields", ours, theirs)?;
    let body = match &read {
        SipMessage::Request(request) => &request.body,
        SipMessage::Response(response) => &response.body,
    };
    same("body", message.body(), body.as_slice())?;
    typed_agree(message, &read).map_err(|error| format!("typed: {error}"))
}

fn start_agrees(message: &Message, read: &SipMessage) -> Result<(), String> {
    match (message, read) {
        (Message::Request(ours), SipMessage::Request(theirs)) => {
            same("method", ours.method.to_string(), theirs.method.to_string())?;
            same("Request-URI", parts(&ours.uri), parts_of(&theirs.uri))
        }
        (Message::Response(ours), SipMessage::Response(theirs)) => {
            same("status", ours.status.code(), theirs.status_code.code())
        }
        _ => Err("a request was read as a response, or the other way".to_owned()),
    }
}

fn typed_agree(message: &Message, read: &SipMessage) -> Result<(), String> {
    let text = |error: rsipstack::sip::Error| error.to_string();
    let ours = message.headers();
    let cseq = CSeq::parse(read.cseq_header().map_err(text)?.value()).map_err(text)?;
    let our_cseq = ours.cseq().expect("a generated CSeq");
    same("CSeq", our_cseq.number, cseq.seq)?;
    same(
        "CSeq method",
        our_cseq.method.to_string(),
        cseq.method.to_string(),
    )?;
    let from = TheirFrom::parse(read.from_header().map_err(text)?.value()).map_err(text)?;
    let our_from = ours.from().expect("a generated From");
    let display = our_from.display.clone().unwrap_or_default();
    same(
        "From display",
        display,
        from.display_name.clone().unwrap_or_default(),
    )?;
    same("From", parts(&our_from.uri), parts_of(&from.uri))?;
    let tag = from.tag().map(|tag| tag.value().to_owned());
    same("tag", our_from.tag().map(str::to_owned), tag)?;
    let top = read.top_via_header().map_err(text)?;
    let via = TheirVia::parse(top.value()).map_err(text)?;
    let our_via = ours.via_top().expect("a generated Via");
    let branch = via.branch().map(|branch| branch.value().to_owned());
    same("branch", our_via.branch().map(str::to_owned), branch)?;
    let port = our_via.port.map(|port| format!(":{port}"));
    let sent_by = format!("{}{}", our_via.host, port.unwrap_or_default());
    same("sent-by", sent_by, via.sent_by().to_string())
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, theirs: T) -> Result<(), String> {
    match ours == theirs {
        true => Ok(()),
        false => Err(format!("{what}: {ours:?} was read as {theirs:?}")),
    }
}

fn methods(message: &Message) -> impl Iterator<Item = Method> {
    let cseq = message.headers().cseq().expect("a generated CSeq").method;
    let of_request = match message {
        Message::Request(request) => Some(request.method.clone()),
        Message::Response(_) => None,
    };
    of_request.into_iter().chain([cseq])
}

fn via(message: &Message) -> Via {
    message.headers().via_top().expect("a generated Via")
}

fn from(message: &Message) -> NameAddr {
    message.headers().from().expect("a generated From")
}

fn uris(message: &Message) -> impl Iterator<Item = Uri> {
    let request = match message {
        Message::Request(request) => Some(request.uri.clone()),
        Message::Response(_) => None,
    };
    request.into_iter().chain([from(message).uri])
}

/// Scheme, user, password, host and port.
type Parts = (String, Option<String>, Option<String>, String);

fn parts(uri: &Uri) -> Parts {
    let port = uri.port.map(|port| format!(":{port}")).unwrap_or_default();
    let host = format!("{}{port}", uri.host);
    (
        uri.scheme.to_string(),
        uri.user.clone(),
        uri.password.clone(),
        host,
    )
}

fn parts_of(uri: &TheirUri) -> Parts {
    let scheme = uri.scheme.as_ref().map(ToString::to_string);
    let user = uri.auth.as_ref().map(|auth| auth.user.clone());
    let password = uri.auth.as_ref().and_then(|auth| auth.password.clone());
    (
        scheme.unwrap_or_default(),
        user,
        password,
        uri.host_with_port.to_string(),
    )
}

/// A generated message with a method and a topmost Via that rsipstack knows; its addresses, other
/// fields, body and status are as they come.
fn tame() -> impl Strategy<Value = Message> {
    let method = prop::sample::select(vec![
        "INVITE", "BYE", "REGISTER", "OPTIONS", "ACK", "UPDATE",
    ]);
    let transport = prop::sample::select(vec!["UDP", "TCP", "TLS", "WS"]);
    (generate::message(), method, transport).prop_map(|(mut message, method, transport)| {
        if let Message::Request(request) = &mut message {
            request.method = Method::parse(method).expect("a token");
        }
        let mut top = via(&message);
        top.transport = transport.to_owned();
        let number = message.headers().cseq().expect("a generated CSeq").number;
        let headers = message.headers_mut();
        headers.set("CSeq", format!("{number} {method}"));
        headers.set("Via", top.to_string());
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn rsipstack_reads_what_we_write_unless_it_meets_a_defect(message in tame()) {
        if let Err(difference) = agree(&message) {
            prop_assert!(DEFECTS.iter().any(|defect| (defect.met_by)(&message)), "{}", difference);
        }
    }

    #[test]
    fn what_rsipstack_misreads_meets_a_defect(message in generate::message()) {
        if let Err(difference) = agree(&message) {
            prop_assert!(DEFECTS.iter().any(|defect| (defect.met_by)(&message)), "{}", difference);
        }
    }
}

/// Messages a property is tried with: `READER_CASES`, else enough for a look.
fn cases() -> u32 {
    let given = std::env::var("READER_CASES").ok();
    given.map_or(2_000, |cases| {
        cases.parse().expect("READER_CASES: a number")
    })
}

/// Half the tame messages meet no defect at all, so that the property above is about something.
#[test]
fn most_tame_messages_are_read_without_a_difference() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut read = 0;
    for _ in 0..1_000 {
        let tree = tame().new_tree(&mut runner).expect("a message");
        read += u32::from(agree(&tree.current()).is_ok());
    }
    println!("{read} of 1000 read without a difference");
    assert!(read > 500, "{read}");
}

#[test]
fn rsipstack_reads_a_plain_message() {
    let message = parse_datagram(PLAIN.as_bytes()).expect("a message");
    assert_eq!(agree(&message), Ok(()));
}

#[test]
fn each_defect_is_still_there() {
    for defect in &DEFECTS {
        let (from, to) = defect.change;
        let text = PLAIN.replace(from, to);
        assert_ne!(text, PLAIN, "{}", defect.what);
        let message = parse_datagram(text.as_bytes()).expect(defect.what);
        assert!((defect.met_by)(&message), "not met: {}", defect.what);
        assert!(
            agree(&message).is_err(),
            "mended, so strike it: {}",
            defect.what
        );
    }
}
