//! Messages that could be sent: of every method and status, with any text where text may stand.
//! The strategies are boxed, since those of a whole message would not fit on a test's stack.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sip::message::{CSeq, Message, Method, NameAddr, Params, Request, Response, Status, Via};
use sip::uri::{Host, Scheme, Uri};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A token of RFC 3261 section 25.1.
pub(crate) fn token() -> impl Strategy<Value = String> {
    "[A-Za-z0-9.!%*_+`'~-]{1,12}"
}

/// Text of one line, trimmed, of any script.
pub(crate) fn text() -> impl Strategy<Value = String> {
    "\\PC{0,30}".prop_map(|text| text.trim_matches(' ').to_owned())
}

pub(crate) fn method() -> BoxedStrategy<Method> {
    prop_oneof![
        4 => prop::sample::select(vec![
            "INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "INFO", "PRACK", "UPDATE",
            "REFER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH",
        ]).prop_map(str::to_owned),
        1 => token().prop_filter("no start of a response", |t| !t.to_uppercase().starts_with("SIP")),
    ]
    .prop_map(|name| Method::parse(&name).expect("a token"))
        .boxed()
}

pub(crate) fn host() -> BoxedStrategy<Host> {
    prop_oneof![
        "[a-z0-9]{1,8}(\\.[a-z]{1,6}){0,2}".prop_map(|name| name.parse().expect("a host")),
        any::<u32>().prop_map(|bits| Host::V4(Ipv4Addr::from(bits))),
        any::<u128>().prop_map(|bits| Host::V6(Ipv6Addr::from(bits))),
    ]
    .boxed()
}

/// Parameters with distinct names.
pub(crate) fn params() -> BoxedStrategy<Params> {
    vec((token(), option::of(token())), 0..4)
        .prop_map(|list| {
            list.iter().fold(Params::new(), |params, (name, value)| {
                params.with(name, value.as_deref())
            })
        })
        .boxed()
}

/// A sip or sips URI whose user is any text, escaped as the crate does it.
pub(crate) fn sip_uri() -> BoxedStrategy<Uri> {
    (
        option::of("\\PC{1,12}"),
        host(),
        option::of(1..=u16::MAX),
        params(),
        any::<bool>(),
    )
        .prop_map(|(user, host, port, params, secure)| Uri {
            scheme: if secure { Scheme::Sips } else { Scheme::Sip },
            params,
            ..Uri::sip(user.as_deref(), host, port)
        })
        .boxed()
}

/// A URI of any kind, for From, To and Contact.
pub(crate) fn uri() -> BoxedStrategy<Uri> {
    prop_oneof![
        4 => sip_uri(),
        1 => (sip_uri(), token(), token()).prop_map(|(mut uri, name, value)| {
            uri.headers.push((name, value));
            uri
        }),
        1 => "tel:\\+?[0-9]{1,14}(;[a-z]{1,5}=[a-z0-9]{1,5})?"
            .prop_map(|text| text.parse().expect("a number")),
        1 => "(urn|isbn|http|soap\\.beep):[a-z0-9/:._-]{1,16}"
            .prop_map(|text| text.parse().expect("a URI")),
    ]
    .boxed()
}

pub(crate) fn name_addr() -> BoxedStrategy<NameAddr> {
    (
        option::of("\\PC{0,16}"),
        uri(),
        params(),
        option::of(token()),
    )
        .prop_map(|(display, uri, mut params, tag)| {
            if let Some(tag) = tag {
                params.set("tag", Some(&tag));
            }
            NameAddr {
                display,
                uri,
                params,
            }
        })
        .boxed()
}

pub(crate) fn via() -> BoxedStrategy<Via> {
    (token(), host(), option::of(1..=u16::MAX), token(), params())
        .prop_map(|(transport, host, port, branch, more)| {
            let mut via = Via::new(&transport, host, port, &format!("z9hG4bK{branch}"));
            for (name, value) in more.iter() {
                via.params.set(name, value);
            }
            via
        })
        .boxed()
}

/// A field that nothing here reads, so that its value may be anything.
fn other_field() -> BoxedStrategy<(String, String)> {
    prop_oneof![
        ("X-[A-Za-z0-9-]{1,10}", text()),
        (
            prop::sample::select(vec!["Subject", "User-Agent", "Server", "Organization"])
                .prop_map(str::to_owned),
            text()
        ),
    ]
    .boxed()
}

pub(crate) fn body() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        vec(any::<u8>(), 0..200),
        Just(b"v=0\r\n\r\nINVITE sip:a@b SIP/2.0\r\n\r\n".to_vec()),
    ]
    .boxed()
}

/// The fields that every message has, and some more.
fn fill(message: &mut Message, parts: Parts) {
    let headers = message.headers_mut();
    for via in &parts.vias {
        headers.push("Via", via.to_string());
    }
    headers.push("From", parts.from.to_string());
    headers.push("To", parts.to.to_string());
    headers.push("Call-ID", parts.call_id);
    headers.push("CSeq", parts.cseq.to_string());
    if let Some(hops) = parts.max_forwards {
        headers.push("Max-Forwards", hops.to_string());
    }
    for contact in &parts.contacts {
        headers.push("Contact", contact.to_string());
    }
    if !parts.routes.is_empty() {
        let list: Vec<String> = parts.routes.iter().map(ToString::to_string).collect();
        headers.push("Record-Route", list.join(", "));
    }
    for (name, value) in parts.others {
        headers.push(&name, value);
    }
}

#[derive(Debug)]
struct Parts {
    vias: Vec<Via>,
    from: NameAddr,
    to: NameAddr,
    call_id: String,
    cseq: CSeq,
    max_forwards: Option<u8>,
    contacts: Vec<NameAddr>,
    routes: Vec<NameAddr>,
    others: Vec<(String, String)>,
}

fn parts(method: Method) -> BoxedStrategy<Parts> {
    (
        vec(via(), 1..4),
        (name_addr(), name_addr()),
        "[!-~]{1,30}",
        0..1u32 << 31,
        option::of(any::<u8>()),
        vec(name_addr(), 0..3),
        vec(name_addr(), 0..3),
        vec(other_field(), 0..4),
    )
        .prop_map(
            move |(vias, (from, to), call_id, number, max_forwards, contacts, routes, others)| {
                Parts {
                    vias,
                    from,
                    to,
                    call_id,
                    cseq: CSeq {
                        number,
                        method: method.clone(),
                    },
                    max_forwards,
                    contacts,
                    routes,
                    others,
                }
            },
        )
        .boxed()
}

pub(crate) fn request() -> BoxedStrategy<Message> {
    let uri = prop_oneof![5 => sip_uri(), 1 => uri().prop_filter("no headers", |uri| uri.headers.is_empty())];
    (method(), uri)
        .prop_flat_map(|(method, uri)| (Just(method.clone()), Just(uri), parts(method), body()))
        .prop_map(|(method, uri, parts, body)| {
            let mut message = Message::from(Request {
                body,
                ..Request::new(method, uri)
            });
            fill(&mut message, parts);
            message
        })
        .boxed()
}

pub(crate) fn response() -> BoxedStrategy<Message> {
    (100..=699u16, text(), method())
        .prop_flat_map(|(code, reason, method)| (Just(code), Just(reason), parts(method), body()))
        .prop_map(|(code, reason, parts, body)| {
            let mut message = Message::from(Response {
                reason,
                body,
                ..Response::new(Status::new(code).expect("in range"))
            });
            fill(&mut message, parts);
            message
        })
        .boxed()
}

pub(crate) fn message() -> BoxedStrategy<Message> {
    prop_oneof![request(), response()].boxed()
}
