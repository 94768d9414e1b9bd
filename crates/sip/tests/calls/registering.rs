//! REGISTER, both sides: digest, bindings, expiry, refresh, retry, leaving.

use crate::world::{ALICE, BOB, World, address, call_to, config, secs, udp, uri};
use sip::endpoint::{
    Binding, CallEvent, Event, Flow, NewRegistration, RegistrationHandle, RegistrationState,
    Transport,
};

/// Alice is a phone, Bob the registrar; `password` is what the phone believes.
fn registered(world: &mut World, password: &str) -> RegistrationHandle {
    world
        .endpoint(BOB)
        .set_account("alice", Some("correct horse"));
    let wanted = NewRegistration {
        flow: udp(address(2)),
        domain: "example.com".to_owned(),
        user: "alice".to_owned(),
        password: password.to_owned(),
        expires: secs(600),
    };
    let handle = world.act(ALICE, |alice, now| alice.register(now, wanted));
    world.pass(secs(1));
    handle
}

fn states(world: &World) -> Vec<RegistrationState> {
    let events = world.sides[ALICE].events.iter();
    events
        .filter_map(|event| match event {
            Event::Registration { state, .. } => Some(*state),
            _ => None,
        })
        .collect()
}

/// `fresh` of each Registered, `last` of each Unregistered.
fn changes(world: &World) -> Vec<(&'static str, bool)> {
    let events = world.sides[BOB].events.iter();
    events
        .filter_map(|event| match event {
            Event::Registered { fresh, .. } => Some(("registered", *fresh)),
            Event::Unregistered { last, .. } => Some(("unregistered", *last)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_phone_registers_by_digest_and_is_called_where_it_registered_from() {
    let mut world = World::pair();
    registered(&mut world, "correct horse");
    assert_eq!(
        states(&world),
        [RegistrationState::Up { expires: secs(600) }]
    );
    assert_eq!(world.sent(ALICE, "REGISTER"), 2);
    let bindings = world.endpoint(BOB).bindings("alice");
    assert_eq!(bindings.len(), 1);
    assert_eq!(bindings[0].flow, udp(address(1)));
    let mut call = call_to(address(1));
    call.request_uri = bindings[0].contact.clone();
    let call = world.act(BOB, |bob, now| bob.invite(now, call));
    world.pass(secs(1));
    let incoming = world.incoming(ALICE);
    world.act(ALICE, |alice, now| {
        alice.answer(now, incoming, "v=0".to_owned());
    });
    world.pass(secs(1));
    assert_eq!(world.told(ALICE, incoming), [CallEvent::Confirmed]);
    world.hang_up(BOB, call);
    world.pass(secs(1));
}

#[test]
fn a_registration_is_refreshed_before_it_runs_out() {
    let mut world = World::pair();
    registered(&mut world, "correct horse");
    world.pass(secs(7200));
    let expected: Vec<_> = std::iter::once(("registered", true))
        .chain(std::iter::repeat(("registered", false)))
        .take(changes(&world).len())
        .collect();
    assert!(expected.len() >= 14);
    assert_eq!(changes(&world), expected);
}

#[test]
fn a_wrong_password_is_tried_once_and_not_again_for_ten_minutes() {
    let mut world = World::pair();
    registered(&mut world, "wrong");
    assert_eq!(states(&world), [RegistrationState::Failed { status: 401 }]);
    world.pass(secs(500));
    assert_eq!(world.sent(ALICE, "REGISTER"), 2);
    assert!(world.endpoint(BOB).bindings("alice").is_empty());
    world.pass(secs(200));
    assert_eq!(world.sent(ALICE, "REGISTER"), 4);
}

#[test]
fn an_unknown_user_is_challenged_like_a_known_one() {
    let mut world = World::pair();
    let register = |user: &str| {
        format!(
            "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK{user};rport\r\n\
             From: <sip:{user}@example.com>;tag=1\r\nTo: <sip:{user}@example.com>\r\nCall-ID: {user}\r\n\
             CSeq: 1 REGISTER\r\nContact: <sip:{user}@10.0.0.9>\r\n\r\n"
        )
    };
    world.endpoint(BOB).set_account("alice", Some("x"));
    world.inject(address(9), BOB, register("alice"));
    world.inject(address(9), BOB, register("mallory"));
    world.pass(secs(1));
    assert_eq!(
        world.mailed_statuses(),
        ["401 Unauthorized", "401 Unauthorized"]
    );
    let shapes: Vec<_> = world
        .mail
        .iter()
        .map(|(_, _, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            let names = text.lines().filter_map(|line| line.split_once(':'));
            names.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(shapes[0], shapes[1]);
}

#[test]
fn leaving_removes_the_binding() {
    let mut world = World::pair();
    let handle = registered(&mut world, "correct horse");
    world.act(ALICE, |alice, now| alice.unregister(now, handle));
    world.pass(secs(1));
    assert_eq!(states(&world).last(), Some(&RegistrationState::Down));
    assert_eq!(
        changes(&world),
        [("registered", true), ("unregistered", true)]
    );
    assert!(world.endpoint(BOB).bindings("alice").is_empty());
    world.expect_at_rest();
}

#[test]
fn a_phone_that_goes_silent_runs_out() {
    let mut world = World::pair();
    registered(&mut world, "correct horse");
    world.faults.lost = 1000;
    world.pass(secs(590));
    assert_eq!(changes(&world), [("registered", true)]);
    world.pass(secs(20));
    assert_eq!(
        changes(&world),
        [("registered", true), ("unregistered", true)]
    );
    world.faults.lost = 0;
    world.pass(secs(700));
    assert_eq!(changes(&world)[2], ("registered", true));
}

#[test]
fn a_time_too_brief_is_raised_to_the_minimum() {
    let mut bob = config(2);
    bob.expires_min = secs(900);
    let mut world = World::of(vec![config(1), bob]);
    registered(&mut world, "correct horse");
    assert_eq!(
        states(&world),
        [RegistrationState::Up { expires: secs(900) }]
    );
}

#[test]
fn removing_the_account_removes_its_bindings() {
    let mut world = World::pair();
    registered(&mut world, "correct horse");
    world.act(BOB, |bob, _| bob.set_account("alice", None));
    assert_eq!(
        changes(&world),
        [("registered", true), ("unregistered", true)]
    );
}

#[test]
fn a_binding_survives_a_restart() {
    let mut world = World::pair();
    let binding = Binding {
        user: "alice".to_owned(),
        contact: uri("sip:alice@10.0.0.1:5060"),
        flow: udp(address(1)),
        expires_in: secs(100),
        call_id: "old".to_owned(),
        cseq: 7,
        instance: None,
        reg_id: None,
        path: Vec::new(),
    };
    let restored = binding.clone();
    world.act(BOB, |bob, now| bob.restore_binding(now, restored));
    assert_eq!(world.endpoint(BOB).bindings("alice"), [binding]);
    world.pass(secs(101));
    assert!(world.endpoint(BOB).bindings("alice").is_empty());
    assert_eq!(changes(&world), [("unregistered", true)]);
}

#[test]
fn a_flood_of_registers_from_one_address_is_met_with_silence() {
    let mut bob = config(2);
    bob.source_rate = 10;
    let mut world = World::of(vec![config(1), bob]);
    for number in 0..500 {
        let register = format!(
            "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK{number};rport\r\n\
             From: <sip:a@example.com>;tag=1\r\nTo: <sip:a@example.com>\r\nCall-ID: {number}\r\n\
             CSeq: 1 REGISTER\r\n\r\n"
        );
        world.inject(address(9), BOB, register);
    }
    world.pass(secs(1));
    assert_eq!(world.mailed_statuses().len(), 10);
    assert_eq!(world.endpoint(BOB).load().servers, 0);
    registered(&mut world, "correct horse");
    assert_eq!(states(&world).len(), 1);
}

#[test]
fn registrations_end_with_the_connection_they_came_over() {
    let mut world = World::pair();
    let of = |transport| Flow {
        transport,
        remote: address(1),
    };
    let bob = world.endpoint(BOB);
    bob.set_account("alice", Some("correct horse"));
    let now = std::time::Instant::now();
    for transport in [Transport::Udp, Transport::Wss] {
        let contact = format!("sip:alice@{}.invalid", transport.name());
        let binding = Binding {
            user: "alice".to_owned(),
            contact: contact.parse().expect("a SIP URI"),
            flow: of(transport),
            expires_in: secs(600),
            call_id: "c".to_owned(),
            cseq: 1,
            instance: None,
            reg_id: None,
            path: Vec::new(),
        };
        bob.restore_binding(now, binding);
    }
    bob.flow_ended(now, of(Transport::Ws));
    assert_eq!(bob.bindings("alice").len(), 2, "another connection");
    bob.flow_ended(now, of(Transport::Wss));
    let left = bob.bindings("alice");
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].flow, of(Transport::Udp));
}
