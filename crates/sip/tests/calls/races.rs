//! Forks, late answers, CANCEL races and what a crash leaves behind; the other side is a script.

use crate::world::{ALICE, BOB, World, address, call_to, secs, udp, uri};
use sip::endpoint::{CallEvent, CallHandle, EndedBy, OrphanInvite};
use sip::message::{Message, NameAddr, Request, Response, Status};

const SCRIPT: u8 = 9;

/// A response of the script to `request`, under a To tag and with a Contact of its own.
fn reply(request: &Request, code: u16, tag: &str) -> Vec<u8> {
    let mut response = Response::to_request(request, Status::new(code).expect("a status"));
    let mut to = request.headers.to().expect("a To");
    if to.tag().is_none() {
        to.set_tag(tag);
    }
    response.headers.set("To", to.to_string());
    let contact = format!("<sip:{tag}@{}>", address(SCRIPT));
    response.headers.push("Contact", contact);
    Message::Response(response).to_bytes()
}

/// Alice calls the script; gives back the call and the INVITE as it arrived.
fn invited(world: &mut World) -> (CallHandle, Request) {
    let call = call_to(address(SCRIPT));
    let call = world.act(ALICE, |alice, now| alice.invite(now, call));
    world.pass(secs(0) + world.latency);
    let invite = world.mailed("INVITE").pop().expect("an INVITE came");
    (call, invite)
}

fn says(world: &mut World, request: &Request, code: u16, tag: &str) {
    world.inject(address(SCRIPT), ALICE, reply(request, code, tag));
    world.pass(world.latency * 3);
}

fn answer_byes(world: &mut World) {
    for bye in world.mailed("BYE") {
        world.inject(address(SCRIPT), ALICE, reply(&bye, 200, "x"));
    }
    world.pass(world.latency * 3);
}

fn failed(status: u16, by_us: bool) -> CallEvent {
    CallEvent::Failed {
        status,
        by_us,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    }
}

#[test]
fn the_first_fork_wins_and_the_second_is_acknowledged_and_ended() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    says(&mut world, &invite, 180, "one");
    says(&mut world, &invite, 180, "two");
    says(&mut world, &invite, 200, "one");
    says(&mut world, &invite, 200, "two");
    says(&mut world, &invite, 200, "two");
    let acks = world.mailed("ACK");
    let users: Vec<_> = acks.iter().map(|ack| ack.uri.user_decoded()).collect();
    let tags = ["one", "two", "two"].map(|tag| Some(tag.to_owned()));
    assert_eq!(users, tags);
    let byes = world.mailed("BYE");
    assert_eq!(byes.len(), 1);
    assert_eq!(byes[0].uri.user_decoded().as_deref(), Some("two"));
    let answered = |event: &CallEvent| matches!(event, CallEvent::Answered { .. });
    assert_eq!(
        world.told(ALICE, call).into_iter().filter(answered).count(),
        1
    );
    answer_byes(&mut world);
    world.hang_up(ALICE, call);
    world.pass(secs(1));
    answer_byes(&mut world);
    world.expect_at_rest();
}

#[test]
fn an_answer_that_crosses_the_cancel_is_acknowledged_and_ended() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    says(&mut world, &invite, 180, "one");
    world.hang_up(ALICE, call);
    says(&mut world, &invite, 200, "one");
    assert_eq!(world.mailed("CANCEL").len(), 1);
    assert_eq!(world.mailed("ACK").len(), 1);
    assert_eq!(world.mailed("BYE").len(), 1);
    let told = world.told(ALICE, call);
    assert!(told.ends_with(&[CallEvent::PickedUp, failed(487, true)]));
    answer_byes(&mut world);
    world.expect_at_rest();
}

#[test]
fn an_answer_that_crosses_the_cancel_of_a_ring_timeout_is_an_answer() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    says(&mut world, &invite, 180, "one");
    world.pass(secs(60));
    assert_eq!(world.mailed("CANCEL").len(), 1);
    says(&mut world, &invite, 200, "one");
    assert_eq!(world.mailed("ACK").len(), 1);
    let told = world.told(ALICE, call);
    assert!(
        matches!(told.last(), Some(CallEvent::Answered { .. })),
        "{told:?}"
    );
    assert_eq!(world.mailed("BYE").len(), 0);
    world.hang_up(ALICE, call);
    world.pass(secs(1));
    answer_byes(&mut world);
    world.expect_at_rest();
}

#[test]
fn an_answer_long_after_a_cancel_without_effect_is_still_ended() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    says(&mut world, &invite, 180, "one");
    world.hang_up(ALICE, call);
    world.pass(secs(40));
    assert_eq!(world.told(ALICE, call).last(), Some(&failed(487, true)));
    says(&mut world, &invite, 200, "one");
    assert_eq!(world.mailed("ACK").len(), 1);
    assert_eq!(world.mailed("BYE").len(), 1);
    answer_byes(&mut world);
    world.expect_at_rest();
}

#[test]
fn busy_that_crosses_the_cancel_is_told_as_busy() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    says(&mut world, &invite, 180, "one");
    world.hang_up(ALICE, call);
    says(&mut world, &invite, 486, "one");
    assert_eq!(world.told(ALICE, call).last(), Some(&failed(486, false)));
    assert_eq!(world.mailed("ACK").len(), 1);
    world.expect_at_rest();
}

#[test]
fn a_cancelled_callee_that_answers_meanwhile_stays_answered() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.act(BOB, |bob, now| bob.answer(now, incoming, "v=0".to_owned()));
    world.hang_up(ALICE, call);
    world.pass(secs(2));
    assert_eq!(world.told(ALICE, call).last(), Some(&failed(487, true)));
    let ended = CallEvent::Ended {
        by: EndedBy::Remote,
        q850: None,
    };
    assert_eq!(world.told(BOB, incoming), [CallEvent::Confirmed, ended]);
    world.expect_at_rest();
}

#[test]
fn a_2xx_with_routes_is_acknowledged_along_them() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    let mut text = String::from_utf8(reply(&invite, 200, "one")).expect("text");
    let route = "\r\nRecord-Route: <sip:10.0.0.8;lr>\r\nContact:";
    text = text.replacen("\r\nContact:", route, 1);
    world.inject(address(SCRIPT), ALICE, text);
    world.pass(secs(1));
    world.hang_up(ALICE, call);
    world.pass(secs(1));
    for method in ["ACK", "BYE"] {
        let request = world.mailed(method).remove(0);
        assert_eq!(request.uri.user_decoded().as_deref(), Some("one"));
        let routes = request.headers.routes().expect("routes");
        assert_eq!(routes[0].uri.to_string(), "sip:10.0.0.8;lr");
    }
    let to_proxy = world.mail.iter().filter(|(_, to, _)| *to == address(8));
    assert!(to_proxy.count() >= 2);
    world.expect_at_rest();
}

#[test]
fn a_call_of_a_former_life_is_ended_from_its_record() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    let record = world.endpoint(ALICE).dialog_record(call).expect("a record");
    assert!(!record.contains('\n'));
    // Alice crashes and comes back knowing nothing.
    world.sides[ALICE].endpoint = sip::endpoint::Endpoint::new(crate::world::config(1), world.now);
    world.sides[ALICE].events.clear();
    assert!(world.endpoint(ALICE).resume("nonsense").is_err());
    let resumed = world.endpoint(ALICE).resume(&record).expect("a handle");
    world.hang_up(ALICE, resumed);
    world.pass(secs(1));
    let ended = |by| CallEvent::Ended { by, q850: None };
    assert_eq!(world.told(ALICE, resumed), [ended(EndedBy::Us)]);
    assert_eq!(
        world.told(BOB, incoming).last(),
        Some(&ended(EndedBy::Remote))
    );
    world.expect_at_rest();
}

fn orphan(call_id: &str) -> OrphanInvite {
    OrphanInvite {
        flow: udp(address(2)),
        request_uri: sip::uri::Uri::sip_at(Some("bob"), address(2)),
        call_id: call_id.to_owned(),
        from_tag: "known".to_owned(),
        branch: "z9hG4bKknown".to_owned(),
        from: NameAddr::new(uri("sip:alice@example.com")),
        to: NameAddr::new(uri("sip:bob@example.com")),
    }
}

/// Alice calls with ids that can be computed again, and crashes.
fn orphaned(world: &mut World) -> CallHandle {
    let mut call = call_to(address(2));
    call.call_id = Some("orphan".to_owned());
    call.from_tag = Some("known".to_owned());
    call.branch = Some("z9hG4bKknown".to_owned());
    world.act(ALICE, |alice, now| alice.invite(now, call));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    let mut config = crate::world::config(1);
    config.seed = [99; 32];
    world.sides[ALICE].endpoint = sip::endpoint::Endpoint::new(config, world.now);
    incoming
}

#[test]
fn an_orphan_that_still_rings_is_cancelled() {
    let mut world = World::pair();
    let incoming = orphaned(&mut world);
    world.act(ALICE, |alice, now| {
        alice.cancel_orphan(now, orphan("orphan"));
    });
    world.pass(secs(1));
    assert_eq!(world.told(BOB, incoming), [CallEvent::Cancelled]);
    assert_eq!(world.sent(ALICE, "ACK"), 1);
    world.expect_at_rest();
}

#[test]
fn an_orphan_that_answers_while_it_is_cancelled_is_ended() {
    let mut world = World::pair();
    let incoming = orphaned(&mut world);
    world.act(BOB, |bob, now| bob.answer(now, incoming, "v=0".to_owned()));
    world.act(ALICE, |alice, now| {
        alice.cancel_orphan(now, orphan("orphan"));
    });
    world.pass(secs(2));
    let ended = CallEvent::Ended {
        by: EndedBy::Remote,
        q850: None,
    };
    assert_eq!(world.told(BOB, incoming), [CallEvent::Confirmed, ended]);
    world.expect_at_rest();
}
