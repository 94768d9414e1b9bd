//! The crate rsip as an independent reader: what we write, it reads as we meant it. Where it does
//! not, the fault is its own and stands in [`DEFECTS`] with a message that shows it.

use super::generate;
use proptest::prelude::*;
use rsip::headers::ToTypedHeader;
use rsip::message::{HasHeaders, HeadersExt};
use rsip::{Header, SipMessage};
use sip::message::{Message, Method, NameAddr, Request, Via, parse_datagram};
use sip::uri::{Host, Uri};

/// A defect of rsip 0.4.
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

const DEFECTS: [Defect; 8] = [
    Defect {
        what: "a method that it does not know is an error (RFC 3261 section 8.2.1)",
        met_by: |message| methods(message).any(|method| matches!(method, Method::Other(_))),
        change: ("INVITE", "PING"),
    },
    Defect {
        what: "the colons of an IPv6 address are taken for that before the port",
        met_by: |message| uris(message).any(|uri| matches!(uri.host, Host::V6(_))),
        change: ("sip:b@example.com SIP", "sip:b@[2001:db8::1] SIP"),
    },
    Defect {
        what: "the same in the sent-by of a Via",
        met_by: |message| vias(message).any(|via| matches!(via.host, Host::V6(_))),
        change: ("192.0.2.1;", "[2001:db8::1];"),
    },
    Defect {
        what: "a user with a dot is taken for a part of the host",
        met_by: |message| {
            uris(message).any(|uri| uri.user.as_deref().is_some_and(|user| user.contains('.')))
        },
        change: ("sip:b@", "sip:b.c@"),
    },
    Defect {
        what: "URIs other than sip and sips are an error or misread",
        met_by: |message| uris(message).any(|uri| !uri.is_sip()),
        change: ("sip:b@example.com SIP", "tel:+1555 SIP"),
    },
    Defect {
        what: "the headers of a URI are taken for a part of the host",
        met_by: |message| uris(message).any(|uri| !uri.headers.is_empty()),
        change: ("<sip:a@example.com>", "<sip:a@example.com?x=y>"),
    },
    Defect {
        what: "a transport that it does not know is an error (RFC 4475 section 3.1.1.10)",
        met_by: |message| {
            let known = ["UDP", "TCP", "TLS", "SCTP", "TLS-SCTP", "WS", "WSS"];
            vias(message).any(|via| !known.contains(&via.transport.as_ref()))
        },
        change: ("/UDP", "/QUIC"),
    },
    Defect {
        what: "a display name keeps its escapes and ends at an escaped quote",
        met_by: |message| {
            names(message).any(|name| {
                name.display
                    .as_deref()
                    .is_some_and(|display| display.contains(['"', '\\', '<', '>']))
            })
        },
        change: ("\"A\"", "\"A \\\"B\\\"\""),
    },
];

/// Whether rsip reads `message` as we meant it, or where not.
fn agree(message: &Message) -> Result<(), String> {
    let read = SipMessage::try_from(message.to_bytes()).map_err(|error| error.to_string())?;
    same("start line", start(message), start_of(&read))?;
    let mut ours: Vec<String> = message
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    ours.push(format!("Content-Length: {}", message.body().len()));
    let theirs = read.headers().iter().map(Header::to_string).collect();
    same("header fields", ours, theirs)?;
    same("body", message.body().to_vec(), read.body().clone())?;
    typed_agree(message, &read).map_err(|error| format!("typed: {error}"))
}

fn typed_agree(message: &Message, read: &SipMessage) -> Result<(), String> {
    let text = |error: rsip::Error| error.to_string();
    let ours = message.headers();
    let cseq = read.cseq_header().and_then(|h| h.typed()).map_err(text)?;
    let our_cseq = ours.cseq().expect("a generated CSeq");
    same("CSeq", our_cseq.number, cseq.seq)?;
    let from = read.from_header().and_then(|h| h.typed()).map_err(text)?;
    let our_from = ours.from().expect("a generated From");
    same(
        "From display",
        our_from.display.clone().unwrap_or_default(),
        unquoted(from.display_name.as_deref()),
    )?;
    same("From", our_from.uri.to_string(), from.uri.to_string())?;
    same("parts of From", parts(&our_from.uri), parts_of(&from.uri))?;
    if let (Message::Request(ours), SipMessage::Request(theirs)) = (message, read) {
        same("parts", parts(&ours.uri), parts_of(&theirs.uri))?;
    }
    same(
        "tag",
        our_from.tag().map(str::to_owned),
        from.tag().map(|t| t.to_string()),
    )?;
    let via = read.via_header().and_then(|h| h.typed()).map_err(text)?;
    let our_via = ours.via_top().expect("a generated Via");
    same(
        "branch",
        our_via.branch().map(str::to_owned),
        via.branch().map(|b| b.to_string()),
    )
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: T, theirs: T) -> Result<(), String> {
    if ours == theirs {
        Ok(())
    } else {
        Err(format!("{what}: {ours:?} was read as {theirs:?}"))
    }
}

/// A display name without the quotes that rsip leaves on it.
fn unquoted(display: Option<&str>) -> String {
    let display = display.unwrap_or_default();
    let inner = display.strip_prefix('"').and_then(|d| d.strip_suffix('"'));
    inner.unwrap_or(display).to_owned()
}

/// User, host and port: spelling alone would not show which of them a dot went to.
fn parts(uri: &Uri) -> (Option<String>, String) {
    let port = uri.port.map(|port| format!(":{port}")).unwrap_or_default();
    (uri.user.clone(), format!("{}{port}", uri.host))
}

fn parts_of(uri: &rsip::Uri) -> (Option<String>, String) {
    (
        uri.user().map(str::to_owned),
        uri.host_with_port.to_string(),
    )
}

/// The start line without the reason phrase, of which rsip keeps its own.
fn start(message: &Message) -> String {
    match message {
        Message::Request(request) => format!("{} {}", request.method, request.uri),
        Message::Response(response) => response.status.code().to_string(),
    }
}

fn start_of(message: &SipMessage) -> String {
    match message {
        SipMessage::Request(request) => format!("{} {}", request.method, request.uri),
        SipMessage::Response(response) => response.status_code.code().to_string(),
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

fn vias(message: &Message) -> impl Iterator<Item = Via> {
    message
        .headers()
        .vias()
        .expect("generated Vias")
        .into_iter()
}

fn names(message: &Message) -> impl Iterator<Item = NameAddr> {
    message.headers().from().into_iter()
}

fn uris(message: &Message) -> impl Iterator<Item = Uri> {
    let request = match message {
        Message::Request(Request { uri, .. }) => Some(uri.clone()),
        Message::Response(_) => None,
    };
    request
        .into_iter()
        .chain(names(message).map(|name| name.uri))
}

/// A plain address.
fn address() -> impl Strategy<Value = NameAddr> {
    (
        prop::option::of("[A-Za-z0-9 ]{1,12}"),
        prop::option::of("[a-z0-9+_]{1,10}"),
        "[a-z]{1,8}(\\.[a-z]{2,5})?|192\\.0\\.2\\.[1-9]",
        prop::option::of(1..=u16::MAX),
        "[A-Za-z0-9.-]{1,12}",
    )
        .prop_map(|(display, user, host, port, tag)| {
            let host = host.parse().expect("a host");
            let mut address = NameAddr::new(Uri::sip(user.as_deref(), host, port));
            address.display = display;
            address.set_tag(&tag);
            address
        })
        .boxed()
}

/// A generated message whose addresses, method and topmost Via meet no defect; its other fields,
/// its body and its status are as they come.
fn tame() -> impl Strategy<Value = Message> {
    let method = prop::sample::select(vec!["INVITE", "BYE", "REGISTER", "OPTIONS", "ACK"]);
    let transport = prop::sample::select(vec!["UDP", "TCP", "TLS", "WS"]);
    let branch = "[A-Za-z0-9.-]{1,20}";
    (
        generate::message(),
        method,
        address(),
        address(),
        transport,
        branch,
    )
        .prop_map(|(mut message, method, from, to, transport, branch)| {
            let branch = format!("z9hG4bK{branch}");
            let via = Via::new(transport, to.uri.host.clone(), to.uri.port, &branch);
            let number = message.headers().cseq().expect("a generated CSeq").number;
            if let Message::Request(request) = &mut message {
                request.method = Method::parse(method).expect("a token");
                request.uri = to.uri.clone();
            }
            let headers = message.headers_mut();
            headers.set("Via", via.to_string());
            headers.set("CSeq", format!("{number} {method}"));
            headers.set("From", from.to_string());
            headers.set("To", to.to_string());
            message
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn rsip_reads_what_we_write(message in tame()) {
        for defect in &DEFECTS {
            prop_assert!(!(defect.met_by)(&message), "{}", defect.what);
        }
        prop_assert_eq!(agree(&message), Ok(()));
    }

    #[test]
    fn what_rsip_misreads_meets_a_defect(message in generate::message()) {
        if let Err(difference) = agree(&message) {
            prop_assert!(DEFECTS.iter().any(|defect| (defect.met_by)(&message)), "{}", difference);
        }
    }
}

#[test]
fn rsip_reads_a_plain_message() {
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
