//! One call, from INVITE to its end, either way.

use crate::world::{ALICE, BOB, World, address, call_to, secs};
use sip::endpoint::{CallEvent, EndedBy, Event};
use sip::message::Status;

#[test]
fn a_call_is_placed_rings_is_answered_and_hung_up_by_the_caller() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    world.hang_up(ALICE, call);
    world.hang_up(ALICE, call);
    world.pass(secs(1));
    assert_eq!(
        world.told(ALICE, call),
        [
            CallEvent::Sent,
            CallEvent::Trying,
            CallEvent::Ringing { sdp: None },
            CallEvent::Answered {
                sdp: Some("v=0 answer".to_owned())
            },
            CallEvent::Ended {
                by: EndedBy::Us,
                q850: None
            },
        ]
    );
    assert_eq!(
        world.told(BOB, incoming),
        [
            CallEvent::Confirmed,
            CallEvent::Ended {
                by: EndedBy::Remote,
                q850: None
            },
        ]
    );
    let offers: Vec<_> = world.sides[BOB]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Incoming { offer, .. } => offer.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(offers, ["v=0 offer"]);
    assert_eq!(world.sent(ALICE, "BYE"), 1);
    world.expect_at_rest();
}

#[test]
fn the_callee_hangs_up_with_a_reason() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    world.act(BOB, |bob, now| {
        bob.hang_up(now, incoming, Some("Q.850;cause=16"));
    });
    world.pass(secs(1));
    let ended = CallEvent::Ended {
        by: EndedBy::Remote,
        q850: Some(16),
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&ended));
    world.expect_at_rest();
}

#[test]
fn a_busy_callee_refuses_and_the_ack_is_sent() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    let busy = Status::new(486).expect("a status");
    world.act(BOB, |bob, now| bob.reject(now, incoming, busy));
    world.pass(secs(1));
    let failed = |by_us| CallEvent::Failed {
        status: 486,
        by_us,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&failed(false)));
    assert_eq!(world.told(BOB, incoming), [failed(true)]);
    assert_eq!(world.sent(ALICE, "ACK"), 1);
    assert_eq!(world.sent(BOB, "SIP/2.0 486"), 1);
    world.expect_at_rest();
}

#[test]
fn a_ringing_call_is_cancelled() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.act(BOB, |bob, now| bob.ring(now, incoming, None));
    world.pass(secs(1));
    world.act(ALICE, |alice, now| alice.hang_up(now, call, None));
    world.pass(secs(1));
    let failed = CallEvent::Failed {
        status: 487,
        by_us: true,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&failed));
    assert_eq!(world.told(BOB, incoming), [CallEvent::Cancelled]);
    world.expect_at_rest();
}

#[test]
fn a_cancel_waits_for_the_first_1xx() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.act(ALICE, |alice, now| alice.hang_up(now, call, None));
    assert_eq!(world.sent(ALICE, "CANCEL"), 0);
    world.pass(secs(1));
    assert_eq!(world.sent(ALICE, "CANCEL"), 1);
    let incoming = world.incoming(BOB);
    assert_eq!(world.told(BOB, incoming), [CallEvent::Cancelled]);
    world.expect_at_rest();
}

#[test]
fn nobody_answers_before_the_ring_timeout() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(20));
    let incoming = world.incoming(BOB);
    world.act(BOB, |bob, now| bob.ring(now, incoming, None));
    world.pass(secs(30));
    world.act(BOB, |bob, now| bob.ring(now, incoming, None));
    // The minute is that of the phone: what the network took to find it does not count, and a
    // network that says again that it rings gives it no more.
    world.pass(secs(29));
    assert_eq!(world.sent(ALICE, "CANCEL"), 0);
    world.pass(secs(3));
    assert_eq!(world.sent(ALICE, "CANCEL"), 1);
    let failed = CallEvent::Failed {
        status: 487,
        by_us: true,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&failed));
    assert_eq!(world.told(BOB, incoming), [CallEvent::Cancelled]);
    world.expect_at_rest();
}

#[test]
fn a_silent_peer_is_given_up_after_64_t1() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(9))));
    world.settle();
    let failed = CallEvent::Failed {
        status: 408,
        by_us: false,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    };
    assert_eq!(world.told(ALICE, call), [CallEvent::Sent, failed]);
    assert_eq!(world.now - world.start, secs(32));
    assert_eq!(world.sent(ALICE, "INVITE"), 7);
    world.expect_at_rest();
}

#[test]
fn a_broken_transport_fails_the_call_at_once() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(9))));
    let flow = crate::world::udp(address(9));
    world.act(ALICE, |alice, now| alice.send_failed(now, flow));
    let failed = CallEvent::Failed {
        status: 503,
        by_us: false,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    };
    assert_eq!(world.told(ALICE, call), [CallEvent::Sent, failed]);
    world.expect_at_rest();
}

#[test]
fn the_callee_hangs_up_before_the_ack_and_waits_for_it_with_its_bye() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.act(BOB, |bob, now| {
        bob.answer(now, incoming, "v=0 answer".to_owned());
        bob.hang_up(now, incoming, None);
    });
    assert_eq!(world.sent(BOB, "BYE"), 0);
    world.pass(secs(1));
    assert_eq!(world.sent(BOB, "BYE"), 1);
    let ended = CallEvent::Ended {
        by: EndedBy::Remote,
        q850: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&ended));
    world.expect_at_rest();
}

#[test]
fn an_answer_that_is_never_acknowledged_ends_the_call() {
    let mut world = World::pair();
    world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.faults.lost = 1000;
    world.act(BOB, |bob, now| {
        bob.answer(now, incoming, "v=0 answer".to_owned());
    });
    world.pass(secs(40));
    let ended = CallEvent::Ended {
        by: EndedBy::Failure,
        q850: None,
    };
    assert_eq!(world.told(BOB, incoming), [ended]);
    assert!(world.sent(BOB, "SIP/2.0 200") > 8);
    assert!(world.sent(BOB, "BYE") > 0);
    world.expect_at_rest();
}

#[test]
fn a_lost_2xx_and_a_lost_ack_are_repeated() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.faults.lost = 1000;
    world.act(BOB, |bob, now| {
        bob.answer(now, incoming, "v=0 answer".to_owned());
    });
    world.pass(std::time::Duration::from_millis(100));
    world.faults.lost = 0;
    world.pass(secs(2));
    assert!(
        world
            .told(ALICE, call)
            .iter()
            .any(|event| matches!(event, CallEvent::Answered { .. }))
    );
    assert_eq!(world.told(BOB, incoming), [CallEvent::Confirmed]);
    world.hang_up(ALICE, call);
    world.expect_at_rest();
}

#[test]
fn a_bye_that_is_lost_is_repeated_for_32_s_and_the_far_side_learns_of_it_when_it_speaks() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    world.faults.lost = 1000;
    world.hang_up(ALICE, call);
    world.pass(secs(33));
    assert_eq!(world.sent(ALICE, "BYE"), 11);
    assert_eq!(world.endpoint(ALICE).calls().count(), 0, "given up");
    assert!(world.endpoint(BOB).has_call(incoming), "it heard nothing");
    world.faults.lost = 0;
    world.hang_up(BOB, incoming);
    world.pass(secs(1));
    assert_eq!(world.sent(ALICE, "SIP/2.0 481"), 1);
    world.expect_at_rest();
}
