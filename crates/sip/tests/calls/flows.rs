//! What a registrar keeps of phones that register in unusual ways: several flows (RFC 5626),
//! a proxy on the way (RFC 3327), more phones or more REGISTERs than anybody needs.

use crate::world::{BOB, World, address, config, secs};
use sip::auth::{DigestClient, Login, strongest_challenge};
use sip::endpoint::{Event, Flow, Transport};
use sip::message::{Message, Method, Request, Response, parse_datagram};
use std::net::SocketAddr;
use std::time::Duration;

const INSTANCE: &str = "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>\"";

/// A phone written by hand: it says what a test wants and logs in by digest.
struct Phone {
    flow: Flow,
    call_id: &'static str,
    cseq: u32,
    headers: Vec<(&'static str, String)>,
}

impl Phone {
    fn at(host: u8, call_id: &'static str) -> Phone {
        Phone {
            flow: Flow {
                transport: Transport::Udp,
                remote: address(host),
            },
            call_id,
            cseq: 0,
            headers: Vec::new(),
        }
    }

    fn over(mut self, transport: Transport) -> Phone {
        self.flow.transport = transport;
        self
    }

    fn at_port(mut self, port: u16) -> Phone {
        self.flow.remote.set_port(port);
        self
    }

    fn with(mut self, name: &'static str, value: &str) -> Phone {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// A Contact with these parameters at the phone's address.
    fn contact(self, params: &str) -> Phone {
        let value = format!("<sip:alice@{}>{params}", self.flow.remote);
        self.with("Contact", &value)
    }

    /// One of several flows.
    fn flow(self, number: u32) -> Phone {
        let params = format!(";{INSTANCE};reg-id={number}");
        self.with("Supported", "path, outbound, gruu")
            .contact(&params)
    }

    /// REGISTERs, answers the challenge, and says what came of it.
    fn registers(&mut self, world: &mut World) -> Response {
        let challenged = self.sends(world, None);
        assert_eq!(challenged.status.code(), 401, "who is it?");
        self.answers(world, &challenged)
    }

    fn answers(&mut self, world: &mut World, challenged: &Response) -> Response {
        let lines = challenged.headers.get_all("WWW-Authenticate");
        let challenge = strongest_challenge(lines).expect("a challenge");
        let login = Login {
            user: "alice",
            password: "correct horse",
        };
        let uri = "sip:example.com";
        let answer = DigestClient::answer(&challenge, &Method::Register, uri, login, 1, "c");
        self.sends(world, Some(answer))
    }

    fn sends(&mut self, world: &mut World, authorization: Option<String>) -> Response {
        self.cseq += 1;
        let (flow, bytes) = (self.flow, self.request(self.cseq, authorization));
        world.act(BOB, |bob, now| bob.receive(now, flow, &bytes));
        world.pass(secs(1));
        last_answer(world, flow.remote)
    }

    fn request(&self, cseq: u32, authorization: Option<String>) -> Vec<u8> {
        let uri = "sip:example.com".parse().expect("a URI");
        let mut request = Request::new(Method::Register, uri);
        let headers = &mut request.headers;
        let branch = format!("z9hG4bK{}{cseq}", self.call_id);
        let by = self.flow.transport.name();
        let via = format!("SIP/2.0/{by} {};rport;branch={branch}", self.flow.remote);
        headers.push("Via", via);
        headers.push("From", "<sip:alice@example.com>;tag=1");
        headers.push("To", "<sip:alice@example.com>");
        headers.push("Call-ID", self.call_id);
        headers.push("CSeq", format!("{cseq} REGISTER"));
        for (name, value) in &self.headers {
            headers.push(name, value.as_str());
        }
        if let Some(authorization) = authorization {
            headers.push("Authorization", authorization);
        }
        Message::Request(request).to_bytes()
    }
}

fn last_answer(world: &World, to: SocketAddr) -> Response {
    let mut mail = world.mail.iter().rev();
    let (_, _, bytes) = mail.find(|(_, at, _)| *at == to).expect("an answer");
    match parse_datagram(bytes).expect("SIP") {
        Message::Response(response) => response,
        Message::Request(_) => panic!("no request was due"),
    }
}

/// Only the registrar is an endpoint.
fn registrar() -> World {
    let mut world = World::of(vec![config(1), config(2)]);
    world
        .endpoint(BOB)
        .set_account("alice", Some("correct horse"));
    world
}

fn flows(world: &mut World) -> Vec<(Option<u32>, SocketAddr)> {
    let bindings = world.endpoint(BOB).bindings("alice");
    let flows = bindings.iter();
    flows.map(|b| (b.reg_id, b.flow.remote)).collect()
}

#[test]
fn two_flows_of_one_phone_stand_beside_each_other_and_the_latest_is_first() {
    let mut world = registrar();
    let answer = Phone::at(9, "a").flow(1).registers(&mut world);
    assert_eq!(answer.status.code(), 200);
    assert!(answer.headers.lists("Require", "outbound"));
    assert!(answer.headers.lists("Supported", "outbound"));
    assert_eq!(answer.headers.get("Flow-Timer"), Some("90"));
    let answer = Phone::at(9, "b")
        .at_port(6000)
        .flow(2)
        .registers(&mut world);
    let contacts = answer.headers.contacts().expect("contacts");
    let numbers: Vec<_> = contacts.iter().map(|c| c.params.get("reg-id")).collect();
    assert_eq!(numbers, [Some("2"), Some("1")]);
    let told = contacts[0].params.get_unquoted("+sip.instance");
    assert!(told.is_some_and(|name| name.starts_with("<urn:uuid:")));
    let second = SocketAddr::from(([10, 0, 0, 9], 6000));
    assert_eq!(
        flows(&mut world),
        [(Some(2), second), (Some(1), address(9))]
    );
    // The first is rebuilt from elsewhere, say after a change of network.
    Phone::at(9, "c")
        .at_port(7000)
        .flow(1)
        .registers(&mut world);
    let third = SocketAddr::from(([10, 0, 0, 9], 7000));
    assert_eq!(flows(&mut world), [(Some(1), third), (Some(2), second)]);
}

#[test]
fn a_flow_that_is_lost_takes_its_binding_along_at_once_and_no_other() {
    let mut world = registrar();
    let tcp = |call, port| Phone::at(9, call).over(Transport::Tcp).at_port(port);
    tcp("a", 6000).flow(1).registers(&mut world);
    tcp("b", 6001).flow(2).registers(&mut world);
    let lost = tcp("x", 6001).flow;
    world.act(BOB, |bob, now| bob.flow_ended(now, lost));
    assert_eq!(flows(&mut world), [(Some(1), tcp("x", 6000).flow.remote)]);
    let told = world.sides[BOB].events.last();
    assert!(matches!(
        told,
        Some(Event::Unregistered { last: false, .. })
    ));
    let lost = tcp("x", 6000).flow;
    world.act(BOB, |bob, now| bob.flow_ended(now, lost));
    let told = world.sides[BOB].events.last();
    assert!(matches!(told, Some(Event::Unregistered { last: true, .. })));
}

#[test]
fn without_outbound_or_without_a_name_the_number_of_a_flow_says_nothing() {
    let mut world = registrar();
    let plain = format!(";{INSTANCE};reg-id=1");
    let answer = Phone::at(9, "a").contact(&plain).registers(&mut world);
    assert!(!answer.headers.contains("Require"));
    assert_eq!(flows(&mut world), [(None, address(9))]);
    let nameless = Phone::at(9, "b").with("Supported", "outbound");
    let answer = nameless.contact(";reg-id=7").registers(&mut world);
    assert_eq!(answer.status.code(), 200);
    assert!(!answer.headers.contains("Require"));
    assert_eq!(flows(&mut world), [(None, address(9))]);
}

#[test]
fn a_proxy_that_keeps_no_flows_is_named_to_the_phone_and_one_that_does_is_kept_as_its_path() {
    let mut world = registrar();
    let through = |call, path: &str| {
        Phone::at(50, call)
            .with("Via", "SIP/2.0/UDP 192.168.0.5;branch=z9hG4bKfar")
            .with("Path", path)
            .flow(1)
    };
    let answer = through("a", "<sip:10.0.0.50;lr>").registers(&mut world);
    assert_eq!(answer.status.code(), 439);
    assert_eq!(answer.reason, "First Hop Lacks Outbound Support");
    assert!(flows(&mut world).is_empty());
    let path = "<sip:10.0.0.50;lr>, <sip:token@10.0.0.51;lr;ob>";
    let answer = through("b", path).registers(&mut world);
    assert_eq!(answer.status.code(), 200);
    assert_eq!(answer.headers.get("Path"), Some(path));
    let bindings = world.endpoint(BOB).bindings("alice");
    let hops: Vec<_> = bindings[0].path.iter().map(ToString::to_string).collect();
    assert_eq!(hops, ["<sip:10.0.0.50;lr>", "<sip:token@10.0.0.51;lr;ob>"]);
    let loops = "<sip:10.0.0.50;lr>, ".repeat(5) + "<sip:10.0.0.51;lr;ob>";
    let answer = through("c", &loops).registers(&mut world);
    assert_eq!(answer.status.code(), 400);
}

#[test]
fn no_gruu_is_given_out_even_to_who_asks() {
    let mut world = registrar();
    let answer = Phone::at(9, "a").flow(1).registers(&mut world);
    for contact in answer.headers.contacts().expect("contacts") {
        assert!(!contact.params.has("pub-gruu") && !contact.params.has("temp-gruu"));
    }
}

#[test]
fn what_is_required_of_a_registrar_is_outbound_and_path_and_nothing_else() {
    let mut world = registrar();
    let asks = |call, what| Phone::at(9, call).with("Require", what).contact("");
    let answer = asks("a", "path, Outbound").registers(&mut world);
    assert_eq!(answer.status.code(), 200);
    let answer = asks("b", "path, gruu").sends(&mut world, None);
    assert_eq!(answer.status.code(), 420);
    let lacking: Vec<_> = answer.headers.tokens("Unsupported").collect();
    assert_eq!(lacking, ["gruu"]);
}

#[test]
fn one_register_cannot_name_two_flows() {
    let mut world = registrar();
    let answer = Phone::at(9, "a").flow(1).flow(2).registers(&mut world);
    assert_eq!(answer.status.code(), 400);
    assert!(flows(&mut world).is_empty());
}

#[test]
fn an_eleventh_phone_is_refused_with_the_reason_but_a_phone_may_restart_for_ever() {
    let mut world = registrar();
    for host in 10..20 {
        let name = format!(";+sip.instance=\"<urn:x:{host}>\"");
        let answer = Phone::at(host, "a").contact(&name).registers(&mut world);
        assert_eq!(answer.status.code(), 200);
    }
    let answer = Phone::at(30, "b").contact("").registers(&mut world);
    assert_eq!(answer.status.code(), 403);
    assert_eq!(answer.reason, "Too Many Phones");
    assert_eq!(flows(&mut world).len(), 10);

    let mut world = registrar();
    for port in 6000..6025 {
        let mut phone = Phone::at(9, "a").at_port(port).contact("");
        assert_eq!(phone.registers(&mut world).status.code(), 200, "{port}");
        world.pass(secs(5));
    }
    assert_eq!(flows(&mut world).len(), 10);
    assert_eq!(flows(&mut world)[0].1.port(), 6024);
}

#[test]
fn a_phone_gone_wild_is_told_to_wait_and_others_are_not() {
    let mut world = registrar();
    world.endpoint(BOB).set_account("bea", Some("x"));
    let mut phone = Phone::at(9, "a").contact("");
    world.latency = Duration::ZERO;
    let mut served = 0;
    // Each takes two seconds of the test's time, so the allowance grows by two.
    for _ in 0..60 {
        let answer = phone.registers(&mut world);
        served += usize::from(answer.status.code() == 200);
    }
    assert_eq!(served, 60, "a REGISTER each two seconds is borne");
    let refused = (0..60).filter(|_| {
        let before = world.now;
        let answer = phone.registers(&mut world);
        // As if no time had passed: sixty at once.
        world.now = before;
        let wait = answer.headers.get("Retry-After").is_some();
        answer.status.code() == 503 && wait
    });
    let refused = refused.count();
    assert!(
        (10..30).contains(&refused),
        "{refused} of 60 at once refused"
    );
}

#[test]
fn phones_that_came_all_at_once_do_not_come_back_all_at_once() {
    let mut bob = config(2);
    bob.expires_spread = 10;
    let mut world = World::of(vec![config(1), bob]);
    let mut granted = std::collections::BTreeSet::new();
    for host in 10..60 {
        let mut phone = Phone::at(host, "a").contact(";expires=600");
        let bob = world.endpoint(BOB);
        bob.set_account("alice", None);
        bob.set_account("alice", Some("correct horse"));
        let answer = phone.registers(&mut world);
        let contacts = answer.headers.contacts().expect("contacts");
        let seconds = contacts[0].params.get("expires").expect("a time");
        let seconds: u64 = seconds.parse().expect("a number");
        assert!((540..=600).contains(&seconds), "{seconds}");
        granted.insert(seconds);
    }
    assert!(granted.len() > 20, "{granted:?}");
}

#[test]
fn a_user_may_be_forgotten_as_a_whole_or_by_one_address() {
    let mut world = registrar();
    Phone::at(9, "a").contact("").registers(&mut world);
    Phone::at(10, "b").contact("").registers(&mut world);
    Phone::at(11, "c").flow(1).registers(&mut world);
    // By its address alone, as a phone that lost its numbers would.
    Phone::at(11, "d")
        .contact(";expires=0")
        .registers(&mut world);
    assert_eq!(flows(&mut world).len(), 2);
    let mut star = Phone::at(9, "e").with("Contact", "*");
    let answer = star.registers(&mut world);
    assert_eq!(answer.status.code(), 400, "all of them, and not for ever");
    let answer = Phone::at(9, "f")
        .with("Contact", "*")
        .with("Expires", "0")
        .registers(&mut world);
    assert_eq!(answer.status.code(), 200);
    assert!(!answer.headers.contains("Contact"));
    assert!(flows(&mut world).is_empty());
}

#[test]
fn an_office_of_strangers_that_come_all_at_once_is_let_in_soon() {
    let mut bob = config(2);
    bob.source_rate = 20;
    let mut world = World::of(vec![config(1), bob]);
    world
        .endpoint(BOB)
        .set_account("alice", Some("correct horse"));
    let office: Vec<_> = (7000..9000)
        .map(|port| Phone::at(9, "a").at_port(port).contact(""))
        .collect();
    // All of them ask before the first has its answer.
    for phone in &office {
        let (flow, bytes) = (phone.flow, phone.request(1, None));
        world.act(BOB, |bob, now| bob.receive(now, flow, &bytes));
    }
    world.pass(Duration::from_millis(100));
    assert_eq!(
        world.mailed_statuses().len(),
        20,
        "no more than a stranger is answered"
    );
    let mut first = Phone::at(9, "a").at_port(7000).contact("");
    first.cseq = 1;
    let challenged = last_answer(&world, first.flow.remote);
    let answer = first.answers(&mut world, &challenged);
    assert_eq!(
        answer.status.code(),
        200,
        "heard in the middle of the storm"
    );
    let mut another = Phone::at(9, "b").at_port(8999).contact("");
    assert_eq!(another.registers(&mut world).status.code(), 200);
}
