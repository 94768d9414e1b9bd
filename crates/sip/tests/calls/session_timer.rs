//! Session timers (RFC 4028) both ways.

use crate::script::{ask, fork_says, hang_up_and_rest, inside, invited, latest, respond};
use crate::world::{ALICE, BOB, World, address, call_to, config, secs, uri};
use sip::endpoint::{CallEvent, CallHandle, EndedBy};
use sip::message::{Message, Method, Request, Response, parse_datagram};
use std::time::Duration;

fn ended(by: EndedBy) -> CallEvent {
    CallEvent::Ended { by, q850: None }
}

/// Alice calls the script, which answers with these lines.
fn answered(world: &mut World, lines: &[(&str, &str)]) -> CallHandle {
    let (call, invite) = invited(world);
    fork_says(world, &invite, (200, "script"), lines, "v=0 answer");
    call
}

/// The last response that the script got.
fn told(world: &World) -> Response {
    let read = world
        .mail
        .iter()
        .rev()
        .find_map(|(_, _, bytes)| match parse_datagram(bytes) {
            Ok(Message::Response(response)) => Some(response),
            _ => None,
        });
    read.expect("an answer came")
}

#[test]
fn the_caller_refreshes_by_update_at_half_the_interval_and_the_call_goes_on() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    world.pass(secs(890));
    assert_eq!(world.sent(ALICE, "UPDATE"), 0);
    world.pass(secs(20));
    assert_eq!(world.sent(ALICE, "UPDATE"), 1);
    world.pass(secs(8 * 3600));
    assert_eq!(world.sent(ALICE, "UPDATE"), 33);
    assert_eq!(world.sent(BOB, "UPDATE") + world.sent(BOB, "BYE"), 0);
    world.hang_up(BOB, incoming);
    world.pass(secs(1));
    assert_eq!(
        world.told(ALICE, call).last(),
        Some(&ended(EndedBy::Remote))
    );
    world.expect_at_rest();
}

#[test]
fn a_session_of_which_the_other_side_is_silent_is_ended_by_both() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    world.faults.lost = 1000;
    world.pass(secs(1800));
    assert_eq!(
        world.told(ALICE, call).last(),
        Some(&ended(EndedBy::Failure))
    );
    assert_eq!(
        world.told(BOB, incoming).last(),
        Some(&ended(EndedBy::Failure))
    );
    assert!(world.sent(BOB, "BYE") > 0);
    world.expect_at_rest();
}

#[test]
fn a_refresher_that_does_not_refresh_is_hung_up_32_s_before_the_interval_ends() {
    let mut world = World::pair();
    let lines = [("Session-Expires", "600;refresher=uas")];
    let call = answered(&mut world, &lines);
    world.pass(secs(500));
    let mut update = inside(&world, Method::Update, 1, "");
    update.headers.push("Supported", "timer");
    update.headers.push("Session-Expires", "600;refresher=uac");
    ask(&mut world, &update);
    let ok = told(&world);
    assert_eq!(ok.headers.get("Session-Expires"), Some("600;refresher=uac"));
    assert!(ok.headers.lists("Require", "timer"));
    world.pass(secs(567));
    assert!(world.mailed("BYE").is_empty());
    world.pass(secs(1) + world.latency);
    assert_eq!(world.mailed("BYE").len(), 1);
    assert_eq!(
        world.told(ALICE, call).last(),
        Some(&ended(EndedBy::Failure))
    );
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_far_side_without_update_is_refreshed_by_the_same_offer_again() {
    let mut world = World::pair();
    let lines = [
        ("Session-Expires", "90;refresher=uac"),
        ("Allow", "INVITE, ACK, BYE, CANCEL"),
    ];
    let call = answered(&mut world, &lines);
    world.pass(secs(46));
    let refresh = latest(&world, "INVITE");
    assert_eq!(refresh.body, b"v=0 offer");
    assert_eq!(
        refresh.headers.get("Session-Expires"),
        Some("90;refresher=uac")
    );
    fork_says(&mut world, &refresh, (200, "script"), &lines, "v=0 answer");
    // Its answer may have moved.
    let sdp = Some("v=0 answer".to_owned());
    assert_eq!(
        world.told(ALICE, call).last(),
        Some(&CallEvent::OfferAnswered { sdp })
    );
    hang_up_and_rest(&mut world, call);
}

#[test]
fn an_update_that_is_not_known_after_all_is_replaced_by_a_reinvite() {
    let mut world = World::pair();
    let lines = [
        ("Session-Expires", "90;refresher=uac"),
        ("Allow", "INVITE, ACK, BYE, CANCEL, UPDATE"),
    ];
    let call = answered(&mut world, &lines);
    world.pass(secs(46));
    let update = latest(&world, "UPDATE");
    assert!(update.body.is_empty());
    respond(&mut world, &update, 501, &[]);
    let refresh = latest(&world, "INVITE");
    assert!(refresh.headers.to().expect("a To").tag().is_some());
    fork_says(&mut world, &refresh, (200, "script"), &lines, "v=0 answer");
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_far_side_without_timers_has_none() {
    let mut world = World::pair();
    let call = answered(&mut world, &[]);
    world.pass(secs(4 * 3600));
    assert!(world.mailed("UPDATE").is_empty() && world.mailed("BYE").is_empty());
    hang_up_and_rest(&mut world, call);
}

#[test]
fn an_interval_too_small_for_the_far_side_is_raised_once() {
    let mut alice = config(1);
    alice.session_timer = Some(secs(120));
    let mut world = World::of(vec![alice, config(2)]);
    let (call, first) = invited(&mut world);
    assert_eq!(first.headers.get("Session-Expires"), Some("120"));
    fork_says(
        &mut world,
        &first,
        (422, "script"),
        &[("Min-SE", "300")],
        "",
    );
    let second = latest(&world, "INVITE");
    assert_eq!(second.headers.get("Session-Expires"), Some("300"));
    assert_eq!(second.headers.get("Min-SE"), Some("300"));
    assert_eq!(second.headers.get("CSeq"), Some("2 INVITE"));
    assert_eq!(second.headers.get("Call-ID"), first.headers.get("Call-ID"));
    assert_eq!(second.body, first.body);
    fork_says(
        &mut world,
        &second,
        (422, "script"),
        &[("Min-SE", "300")],
        "",
    );
    let failed = CallEvent::Failed {
        status: 422,
        by_us: false,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&failed));
    world.expect_at_rest();
}

/// The script calls Alice with these lines; gives back the call, if it got through, and the answer.
fn calls(world: &mut World, number: u32, lines: &[(&str, &str)]) -> Response {
    let mut invite = Request::new(Method::Invite, uri("sip:alice@10.0.0.1"));
    let headers = &mut invite.headers;
    headers.push(
        "Via",
        format!("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKt{number};rport"),
    );
    headers.push("From", "<sip:x@y>;tag=1");
    headers.push("To", "<sip:alice@10.0.0.1>");
    headers.push("Call-ID", format!("timer-{number}"));
    headers.push("CSeq", "1 INVITE");
    headers.push("Contact", "<sip:x@10.0.0.9>");
    for (name, value) in lines {
        headers.push(name, *value);
    }
    invite.set_body("application/sdp", "v=0 offer");
    let before = world.sides[ALICE].events.len();
    ask(world, &invite);
    if world.sides[ALICE].events.len() > before {
        let call = world.incoming(ALICE);
        world.act(ALICE, |alice, now| {
            alice.answer(now, call, "v=0".to_owned())
        });
        world.pass(world.latency);
    }
    told(world)
}

#[test]
fn a_caller_gets_the_interval_it_asks_for_within_ours_and_its_role() {
    let mut world = World::pair();
    let timer = ("Supported", "timer");
    for (number, (lines, granted, theirs)) in [
        (
            vec![timer, ("Session-Expires", "600")],
            "600;refresher=uac",
            true,
        ),
        (
            vec![timer, ("Session-Expires", "600;refresher=uas")],
            "600;refresher=uas",
            false,
        ),
        (
            vec![timer, ("Session-Expires", "7200")],
            "1800;refresher=uac",
            true,
        ),
        (
            vec![timer, ("Session-Expires", "7200"), ("Min-SE", "3600")],
            "3600;refresher=uac",
            true,
        ),
        // A proxy asked for it, not the caller.
        (vec![("Session-Expires", "600")], "600;refresher=uas", false),
        (vec![timer], "1800;refresher=uas", false),
        (vec![], "1800;refresher=uas", false),
    ]
    .into_iter()
    .enumerate()
    {
        let number = u32::try_from(number).expect("a few");
        let ok = calls(&mut world, number, &lines);
        assert_eq!(ok.status.code(), 200);
        assert_eq!(
            ok.headers.get("Session-Expires"),
            Some(granted),
            "{lines:?}"
        );
        assert_eq!(ok.headers.lists("Require", "timer"), theirs, "{lines:?}");
    }
}

#[test]
fn a_caller_that_wants_to_be_refreshed_every_few_seconds_is_told_our_minimum() {
    let mut world = World::pair();
    let lines = [("Supported", "timer"), ("Session-Expires", "30")];
    let refused = calls(&mut world, 1, &lines);
    assert_eq!(refused.status.code(), 422);
    assert_eq!(refused.headers.get("Min-SE"), Some("90"));
    assert_eq!(world.endpoint(ALICE).load().calls, 0);
    world.expect_at_rest();
}

#[test]
fn an_absurd_interval_is_held_to_bounds() {
    let mut world = World::pair();
    for (interval, lapses_within) in [
        ("0;refresher=uas", 90),
        ("4294967295;refresher=uas", 86_400),
    ] {
        let call = answered(&mut world, &[("Session-Expires", interval)]);
        world.pass(secs(50));
        let over = |world: &World| world.told(ALICE, call).last() == Some(&ended(EndedBy::Failure));
        assert!(!over(&world), "{interval}");
        world.pass(secs(lapses_within));
        assert!(over(&world), "{interval}");
        hang_up_and_rest(&mut world, call);
    }
}

#[test]
fn timers_can_be_left_out() {
    let mut alice = config(1);
    alice.session_timer = None;
    let mut world = World::of(vec![alice, config(2)]);
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.act(BOB, |bob, now| bob.answer(now, incoming, "v=0".to_owned()));
    world.pass(Duration::from_secs(7200));
    assert_eq!(world.sent(ALICE, "UPDATE"), 0);
    // Bob refreshes by himself what Alice knows nothing of.
    assert!(world.sent(BOB, "UPDATE") > 5);
    world.hang_up(ALICE, call);
    world.expect_at_rest();
}
