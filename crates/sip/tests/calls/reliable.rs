//! Phones and carriers that call us and require reliable responses (RFC 3262 section 3).

use crate::script::ask;
use crate::world::{ALICE, BOB, World, address, call_to, secs, uri};
use sip::endpoint::{CallEvent, CallHandle};
use sip::message::{Message, Method, Request, parse_datagram};

/// The script calls Alice with an offer and requires reliable responses.
fn calls(world: &mut World) -> (CallHandle, Request) {
    let mut invite = Request::new(Method::Invite, uri("sip:alice@10.0.0.1"));
    let headers = &mut invite.headers;
    headers.push("Via", "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKi;rport");
    headers.push("From", "<sip:x@y>;tag=1");
    headers.push("To", "<sip:alice@10.0.0.1>");
    headers.push("Call-ID", "reliable");
    headers.push("CSeq", "1 INVITE");
    headers.push("Contact", "<sip:x@10.0.0.9>");
    headers.push("Require", "100rel");
    invite.set_body("application/sdp", "v=0 offer");
    ask(world, &invite);
    (world.incoming(ALICE), invite)
}

/// What the script got so far: status, RSeq, body.
fn got(world: &World) -> Vec<(u16, Option<u32>, String)> {
    let read = world
        .mail
        .iter()
        .filter_map(|(_, _, bytes)| match parse_datagram(bytes) {
            Ok(Message::Response(response)) => Some(response),
            _ => None,
        });
    read.map(|response| {
        let body = String::from_utf8_lossy(&response.body).into_owned();
        (response.status.code(), response.headers.rseq(), body)
    })
    .collect()
}

fn inside(world: &World, invite: &Request, method: Method, cseq: u32) -> Request {
    let response = world
        .mail
        .iter()
        .rev()
        .find_map(|(_, _, bytes)| match parse_datagram(bytes) {
            Ok(Message::Response(response)) if response.status.code() > 100 => Some(response),
            _ => None,
        });
    let to = response
        .expect("an answer")
        .headers
        .get("To")
        .map(str::to_owned);
    let mut request = invite.clone();
    request.body.clear();
    let headers = &mut request.headers;
    headers.set(
        "Via",
        format!("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK{method}{cseq};rport"),
    );
    headers.set("To", to.unwrap_or_default());
    headers.set("CSeq", format!("{cseq} {method}"));
    headers.remove("Require");
    headers.remove("Content-Type");
    request.method = method;
    request
}

fn prack(world: &World, invite: &Request, cseq: u32, rack: String) -> Request {
    let mut prack = inside(world, invite, Method::Prack, cseq);
    prack.headers.push("RAck", rack);
    prack
}

#[test]
fn ringing_is_repeated_until_its_prack_and_the_answer_waits_for_it() {
    let mut world = World::pair();
    let (call, invite) = calls(&mut world);
    let early = "v=0 answer".to_owned();
    world.act(ALICE, |alice, now| {
        alice.ring(now, call, Some(early.clone()))
    });
    world.act(ALICE, |alice, now| alice.answer(now, call, early.clone()));
    world.pass(secs(4));
    let rung = got(&world);
    let (status, rseq, body) = rung[1].clone();
    assert_eq!((status, body.as_str()), (183, "v=0 answer"));
    let rseq = rseq.expect("it is reliable");
    // 100, then 183 at once and after 0.5, 1.5 and 3.5 s.
    assert_eq!(rung.len(), 5, "{rung:?}");
    let wrong = prack(&world, &invite, 2, format!("{} 1 INVITE", rseq + 1));
    ask(&mut world, &wrong);
    assert_eq!(got(&world).last().map(|got| got.0), Some(481));
    let right = prack(&world, &invite, 3, format!("{rseq} 1 INVITE"));
    ask(&mut world, &right);
    let after: Vec<_> = got(&world).into_iter().skip(6).collect();
    assert_eq!(
        after,
        [(200, None, String::new()), (200, None, String::new())]
    );
    let mut ack = inside(&world, &invite, Method::Ack, 1);
    ack.headers.set("CSeq", "1 ACK");
    ask(&mut world, &ack);
    assert_eq!(world.told(ALICE, call), [CallEvent::Confirmed]);
    let bye = inside(&world, &invite, Method::Bye, 4);
    ask(&mut world, &bye);
    world.expect_at_rest();
}

#[test]
fn a_caller_that_never_acknowledges_ringing_is_refused_after_64_t1() {
    let mut world = World::pair();
    let (call, _) = calls(&mut world);
    world.act(ALICE, |alice, now| alice.ring(now, call, None));
    world.pass(secs(33));
    assert_eq!(got(&world).iter().filter(|got| got.0 == 180).count(), 7);
    assert_eq!(got(&world).last().map(|got| got.0), Some(504));
    world.expect_at_rest();
}

#[test]
fn an_early_session_is_changed_by_an_offer_in_the_prack_and_by_update() {
    let mut world = World::pair();
    let (call, invite) = calls(&mut world);
    world.act(ALICE, |alice, now| {
        alice.ring(now, call, Some("v=0 answer".to_owned()))
    });
    world.pass(world.latency);
    let soon = {
        let mut update = inside(&world, &invite, Method::Update, 2);
        update.set_body("application/sdp", "v=0 too soon");
        update
    };
    ask(&mut world, &soon);
    assert_eq!(got(&world).last().map(|got| got.0), Some(500));
    let rseq = got(&world)[1].1.expect("it is reliable");
    let mut offering = prack(&world, &invite, 3, format!("{rseq} 1 INVITE"));
    offering.set_body("application/sdp", "v=0 in prack");
    ask(&mut world, &offering);
    let mut update = inside(&world, &invite, Method::Update, 4);
    update.set_body("application/sdp", "v=0 in update");
    for offer in ["v=0 in prack", "v=0 in update"] {
        if offer.ends_with("update") {
            ask(&mut world, &update);
        }
        let offer = Some(offer.to_owned());
        assert_eq!(
            world.told(ALICE, call).last(),
            Some(&CallEvent::Reinvite { offer })
        );
        world.act(ALICE, |alice, now| {
            alice.answer_reinvite(now, call, Some("v=0 agreed".to_owned()));
        });
        world.pass(world.latency);
        let (status, _, body) = got(&world).pop().expect("an answer");
        assert_eq!((status, body.as_str()), (200, "v=0 agreed"));
    }
    let busy = sip::message::Status::new(486).expect("a status");
    world.act(ALICE, |alice, now| alice.reject(now, call, busy));
    world.expect_at_rest();
}

#[test]
fn two_of_us_ring_reliably_over_a_bad_network() {
    let faults = crate::world::Faults {
        lost: 300,
        doubled: 200,
        late: 200,
    };
    for seed in 1..6 {
        let mut world = World::pair().seeded(seed, faults);
        let mut call = call_to(address(2));
        call.headers
            .push(("Require".to_owned(), "100rel".to_owned()));
        let call = world.act(ALICE, |alice, now| alice.invite(now, call));
        world.pass(secs(20));
        let incoming = world.incoming(BOB);
        world.act(BOB, |bob, now| {
            bob.ring(now, incoming, Some("v=0 early".to_owned()))
        });
        world.act(BOB, |bob, now| bob.ring(now, incoming, None));
        world.pass(secs(15));
        let rung: Vec<_> = world
            .told(ALICE, call)
            .into_iter()
            .filter(|event| matches!(event, CallEvent::Ringing { .. }))
            .collect();
        let sdp = Some("v=0 early".to_owned());
        assert_eq!(
            rung,
            [CallEvent::Ringing { sdp }, CallEvent::Ringing { sdp: None }],
            "seed {seed}"
        );
        world.act(BOB, |bob, now| {
            bob.answer(now, incoming, "v=0 early".to_owned())
        });
        world.pass(secs(20));
        let told = world.told(ALICE, call);
        assert!(told.iter().any(
            |event| matches!(event, CallEvent::Answered { sdp: Some(sdp) } if sdp == "v=0 early")
        ));
        world.hang_up(ALICE, call);
        world.expect_at_rest();
    }
}

#[test]
fn ringing_is_not_reliable_for_a_caller_who_did_not_require_it() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.act(BOB, |bob, now| bob.ring(now, incoming, None));
    world.pass(secs(1));
    assert_eq!(world.sent(ALICE, "PRACK"), 0);
    assert_eq!(world.sent(BOB, "SIP/2.0 180"), 1);
    world.hang_up(ALICE, call);
    world.expect_at_rest();
}
