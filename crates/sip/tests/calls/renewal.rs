//! Changes of a session that is up: ours and theirs, offerless ones, and both at once (RFC 3261
//! section 14, RFC 3311).

use crate::script::{ask, hang_up_and_rest, inside, latest, respond, up};
use crate::world::{ALICE, BOB, World, secs};
use sip::endpoint::{CallEvent, CallHandle, EndedBy};
use sip::message::{Method, Request};
use std::time::Duration;

fn reoffers(world: &mut World, side: usize, call: CallHandle, sdp: &str) {
    let sdp = sdp.to_owned();
    world.act(side, |endpoint, now| endpoint.reoffer(now, call, sdp));
}

fn answers(world: &mut World, side: usize, call: CallHandle, sdp: &str) {
    let sdp = Some(sdp.to_owned());
    world.act(side, |endpoint, now| {
        endpoint.answer_reinvite(now, call, sdp)
    });
}

fn answered(sdp: &str) -> CallEvent {
    let sdp = Some(sdp.to_owned());
    CallEvent::OfferAnswered { sdp }
}

/// The re-INVITEs that the script got, each once.
fn reinvites(world: &World) -> Vec<Request> {
    let mut all = world.mailed("INVITE");
    all.retain(|invite| invite.headers.to().is_ok_and(|to| to.tag().is_some()));
    all.dedup();
    all
}

#[test]
fn a_call_is_held_and_resumed_by_reinvite() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    for (offer, answer) in [("v=0 held", "v=0 yes, held"), ("v=0 resumed", "v=0 back")] {
        reoffers(&mut world, ALICE, call, offer);
        world.pass(secs(1));
        let offer = Some(offer.to_owned());
        assert_eq!(
            world.told(BOB, incoming).last(),
            Some(&CallEvent::Reinvite { offer })
        );
        answers(&mut world, BOB, incoming, answer);
        world.pass(secs(1));
        assert_eq!(world.told(ALICE, call).last(), Some(&answered(answer)));
    }
    assert_eq!(world.sent(ALICE, "INVITE"), 3);
    assert_eq!(world.sent(ALICE, "ACK"), 3);
    world.hang_up(ALICE, call);
    world.expect_at_rest();
}

#[test]
fn a_change_that_is_refused_leaves_the_call_as_it_was() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    reoffers(&mut world, ALICE, call, "v=0 video");
    world.pass(secs(1));
    world.act(BOB, |bob, now| bob.answer_reinvite(now, incoming, None));
    world.pass(secs(1));
    let refused = CallEvent::OfferRefused { status: 488 };
    assert_eq!(world.told(ALICE, call).last(), Some(&refused));
    world.hang_up(BOB, incoming);
    world.expect_at_rest();
}

#[test]
fn both_change_the_session_at_once_and_both_changes_come_to_pass() {
    for seed in 0..10 {
        let mut world = World::pair().seeded(seed, crate::world::Faults::default());
        let (call, incoming) = world.connected();
        reoffers(&mut world, ALICE, call, "v=0 alice");
        reoffers(&mut world, BOB, incoming, "v=0 bob");
        let met = world.now;
        world.pass(Duration::from_millis(100));
        assert_eq!(world.sent(ALICE, "SIP/2.0 491"), 1);
        assert_eq!(world.sent(BOB, "SIP/2.0 491"), 1);
        // Whoever owns the Call-ID waits from 2.1 to 4 s, the other up to 2 s.
        let mut done = [None; 2];
        while done.contains(&None) {
            assert!(world.now < met + secs(8), "seed {seed}");
            world.pass(Duration::from_millis(10));
            for (side, handle) in [(ALICE, call), (BOB, incoming)] {
                match world.told(side, handle).last() {
                    Some(CallEvent::Reinvite { .. }) => answers(&mut world, side, handle, "v=0 ok"),
                    Some(CallEvent::OfferAnswered { .. }) if done[side].is_none() => {
                        done[side] = Some(world.now - met);
                    }
                    _ => {}
                }
            }
        }
        let [Some(alice), Some(bob)] = done else {
            unreachable!("both are there")
        };
        assert!(alice >= secs(2) + Duration::from_millis(100), "{alice:?}");
        assert!(bob < secs(2) + Duration::from_millis(300), "{bob:?}");
        world.hang_up(ALICE, call);
        world.expect_at_rest();
    }
}

#[test]
fn a_reinvite_without_offer_gets_ours_and_its_ack_brings_the_answer() {
    let mut world = World::pair();
    let call = up(&mut world);
    let reinvite = inside(&world, Method::Invite, 1, "");
    ask(&mut world, &reinvite);
    let asked = CallEvent::Reinvite { offer: None };
    assert_eq!(world.told(ALICE, call).last(), Some(&asked));
    answers(&mut world, ALICE, call, "v=0 our offer");
    world.pass(world.latency);
    let mut ack = inside(&world, Method::Ack, 1, "v=0 their answer");
    ack.headers.set("CSeq", "1 ACK");
    ask(&mut world, &ack);
    ask(&mut world, &ack);
    let told = world.told(ALICE, call);
    assert_eq!(told.last(), Some(&answered("v=0 their answer")));
    assert_eq!(
        told.iter()
            .filter(|event| matches!(event, CallEvent::OfferAnswered { .. }))
            .count(),
        1
    );
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_change_of_theirs_waits_while_one_is_open_either_way() {
    let mut world = World::pair();
    let call = up(&mut world);
    let first = inside(&world, Method::Invite, 1, "v=0 first");
    ask(&mut world, &first);
    let overlapping = inside(&world, Method::Update, 2, "v=0 second");
    ask(&mut world, &overlapping);
    answers(&mut world, ALICE, call, "v=0 yes");
    world.pass(world.latency);
    // Our 200 has no ACK yet.
    let early = inside(&world, Method::Invite, 3, "v=0 third");
    ask(&mut world, &early);
    // And an offer of ours waits for it.
    reoffers(&mut world, ALICE, call, "v=0 ours");
    world.pass(world.latency);
    assert!(reinvites(&world).is_empty());
    let mut ack = inside(&world, Method::Ack, 1, "");
    ack.headers.set("CSeq", "1 ACK");
    ask(&mut world, &ack);
    assert_eq!(reinvites(&world).len(), 1);
    for (cseq, method) in [(4, Method::Invite), (5, Method::Update)] {
        let request = inside(&world, method, cseq, "v=0 fourth");
        ask(&mut world, &request);
    }
    let mut statuses = world.mailed_statuses();
    statuses.dedup();
    assert_eq!(
        statuses,
        [
            "100 Trying",
            "500 Server Internal Error",
            "200 OK",
            "491 Request Pending"
        ]
    );
    let ours = reinvites(&world).remove(0);
    respond(&mut world, &ours, 200, &[]);
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_retry_after_of_seconds_is_kept_and_a_longer_one_is_a_refusal() {
    let mut world = World::pair();
    let call = up(&mut world);
    reoffers(&mut world, ALICE, call, "v=0 held");
    world.pass(world.latency);
    let first = reinvites(&world).remove(0);
    respond(&mut world, &first, 500, &[("Retry-After", "7")]);
    world.pass(secs(6));
    assert_eq!(reinvites(&world).len(), 1);
    world.pass(secs(2));
    let second = reinvites(&world).pop().expect("it is tried again");
    assert_ne!(first, second);
    respond(&mut world, &second, 503, &[("Retry-After", "3600")]);
    let refused = CallEvent::OfferRefused { status: 503 };
    assert_eq!(world.told(ALICE, call).last(), Some(&refused));
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_far_side_that_is_always_busy_is_not_asked_for_ever() {
    let mut world = World::pair();
    let call = up(&mut world);
    reoffers(&mut world, ALICE, call, "v=0 held");
    for _ in 0..10 {
        world.pass(secs(5));
        if let Some(invite) = reinvites(&world).pop() {
            respond(&mut world, &invite, 491, &[]);
        }
    }
    assert_eq!(reinvites(&world).len(), 6);
    let refused = CallEvent::OfferRefused { status: 491 };
    assert_eq!(world.told(ALICE, call).last(), Some(&refused));
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_far_side_that_knows_no_such_call_has_ended_it() {
    for status in [481, 408] {
        let mut world = World::pair();
        let call = up(&mut world);
        reoffers(&mut world, ALICE, call, "v=0 held");
        world.pass(world.latency);
        let invite = reinvites(&world).remove(0);
        respond(&mut world, &invite, status, &[]);
        let ended = CallEvent::Ended {
            by: EndedBy::Failure,
            q850: None,
        };
        assert_eq!(world.told(ALICE, call).last(), Some(&ended));
        assert_eq!(world.mailed("BYE").len(), 1);
        hang_up_and_rest(&mut world, call);
    }
}

#[test]
fn a_change_that_nobody_answers_ends_the_call() {
    let mut world = World::pair();
    let call = up(&mut world);
    reoffers(&mut world, ALICE, call, "v=0 held");
    world.pass(secs(33));
    let ended = CallEvent::Ended {
        by: EndedBy::Failure,
        q850: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&ended));
    world.expect_at_rest();
}

#[test]
fn a_challenged_change_is_offered_again_with_digest() {
    let mut world = World::pair();
    let call = up(&mut world);
    reoffers(&mut world, ALICE, call, "v=0 held");
    world.pass(world.latency);
    let challenge = (
        "Proxy-Authenticate",
        "Digest realm=\"trunk\", nonce=\"n1\", qop=\"auth\"",
    );
    let first = reinvites(&world).remove(0);
    respond(&mut world, &first, 407, &[challenge]);
    let again = reinvites(&world).pop().expect("again");
    assert!(again.headers.contains("Proxy-Authorization"));
    assert_eq!(again.body, b"v=0 held");
    respond(&mut world, &again, 200, &[]);
    assert!(
        latest(&world, "ACK")
            .headers
            .contains("Proxy-Authorization")
    );
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    let bye = latest(&world, "BYE");
    let number = |request: &Request| request.headers.cseq().expect("a CSeq").number;
    assert_eq!(number(&bye), number(&again) + 1);
    hang_up_and_rest(&mut world, call);
}

#[test]
fn the_answer_to_a_change_that_crosses_our_bye_is_acknowledged() {
    let mut world = World::pair();
    let call = up(&mut world);
    reoffers(&mut world, ALICE, call, "v=0 held");
    world.pass(world.latency);
    let invite = reinvites(&world).remove(0);
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    let bye = latest(&world, "BYE");
    respond(&mut world, &bye, 200, &[]);
    let acks = world.mailed("ACK").len();
    respond(&mut world, &invite, 200, &[]);
    respond(&mut world, &invite, 200, &[]);
    assert_eq!(world.mailed("ACK").len(), acks + 2);
    world.expect_at_rest();
}

#[test]
fn only_the_latest_of_several_wishes_is_offered_while_one_is_out() {
    let mut world = World::pair();
    let call = up(&mut world);
    for sdp in ["v=0 one", "v=0 two", "v=0 three"] {
        reoffers(&mut world, ALICE, call, sdp);
    }
    world.pass(world.latency);
    let first = reinvites(&world).remove(0);
    assert_eq!(first.body, b"v=0 one");
    respond(&mut world, &first, 200, &[]);
    let second = reinvites(&world).pop().expect("the next");
    assert_eq!(second.body, b"v=0 three");
    respond(&mut world, &second, 200, &[]);
    assert_eq!(reinvites(&world).len(), 2);
    hang_up_and_rest(&mut world, call);
}
