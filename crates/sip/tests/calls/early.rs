//! Before the answer: reliable responses of each fork (RFC 3262), their early sessions, and UPDATE
//! in early dialogs (RFC 3311).

use crate::script::{ask, fork_says, hang_up_and_rest, invited, latest, of_fork, respond};
use crate::world::{ALICE, World, secs};
use sip::endpoint::{CallEvent, CallHandle};
use sip::message::Method;

const ALLOW_UPDATE: (&str, &str) = ("Allow", "INVITE, ACK, PRACK, UPDATE, BYE, CANCEL");

fn reliably(rseq: &str) -> [(&'static str, &str); 3] {
    [("Require", "100rel"), ("RSeq", rseq), ALLOW_UPDATE]
}

/// What each PRACK acknowledges and to whom it went.
fn pracks(world: &World) -> Vec<(String, String)> {
    let mut pracks = world.mailed("PRACK");
    pracks.dedup();
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    pracks
        .iter()
        .map(|prack| (text(prack.headers.get("RAck")), prack.uri.to_string()))
        .collect()
}

fn agree_to_pracks(world: &mut World) {
    let mut pracks = world.mailed("PRACK");
    pracks.dedup();
    for prack in pracks {
        respond(world, &prack, 200, &[]);
    }
}

fn rings(world: &World, call: CallHandle) -> Vec<Option<String>> {
    let told = world.told(ALICE, call).into_iter();
    told.filter_map(|event| match event {
        CallEvent::Ringing { sdp } => Some(sdp),
        _ => None,
    })
    .collect()
}

fn sdp(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn an_invite_says_that_reliable_responses_and_session_timers_are_known() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    assert!(invite.headers.lists("Supported", "100rel"));
    assert!(invite.headers.lists("Supported", "timer"));
    assert!(invite.headers.lists("Allow", "PRACK"));
    assert!(!invite.headers.contains("Require"));
    fork_says(&mut world, &invite, (486, "one"), &[], "");
    assert_eq!(world.told(ALICE, call).len(), 2);
    world.expect_at_rest();
}

#[test]
fn reliable_responses_are_acknowledged_once_in_order_and_what_is_out_of_order_is_no_news() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    fork_says(&mut world, &invite, (180, "one"), &reliably("7"), "");
    agree_to_pracks(&mut world);
    fork_says(&mut world, &invite, (180, "one"), &reliably("7"), "");
    fork_says(
        &mut world,
        &invite,
        (183, "one"),
        &reliably("9"),
        "v=0 early",
    );
    fork_says(
        &mut world,
        &invite,
        (183, "one"),
        &reliably("6"),
        "v=0 late",
    );
    fork_says(
        &mut world,
        &invite,
        (183, "one"),
        &reliably("0"),
        "v=0 never",
    );
    fork_says(
        &mut world,
        &invite,
        (183, "one"),
        &[("Require", "100rel")],
        "v=0 never",
    );
    assert_eq!(rings(&world, call), [None]);
    fork_says(
        &mut world,
        &invite,
        (183, "one"),
        &reliably("8"),
        "v=0 answer",
    );
    agree_to_pracks(&mut world);
    assert_eq!(rings(&world, call), [None, sdp("v=0 answer")]);
    let to = "sip:one@10.0.0.9".to_owned();
    let expected = ["7 1 INVITE", "8 1 INVITE"].map(|rack| (rack.to_owned(), to.clone()));
    assert_eq!(pracks(&world), expected);
    fork_says(&mut world, &invite, (200, "one"), &[], "");
    let answered = CallEvent::Answered {
        sdp: sdp("v=0 answer"),
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&answered));
    // CSeq goes on where the PRACKs left it; the ACK has that of its INVITE.
    let ack = latest(&world, "ACK");
    assert_eq!(ack.headers.get("CSeq"), Some("1 ACK"));
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    assert_eq!(latest(&world, "BYE").headers.get("CSeq"), Some("4 BYE"));
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_prack_that_gets_lost_repeats_itself() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    fork_says(&mut world, &invite, (180, "one"), &reliably("1"), "");
    world.pass(secs(3));
    assert_eq!(world.mailed("PRACK").len(), 3);
    assert_eq!(pracks(&world).len(), 1);
    agree_to_pracks(&mut world);
    world.pass(secs(10));
    assert_eq!(world.mailed("PRACK").len(), 3);
    fork_says(&mut world, &invite, (486, "one"), &[], "");
    assert_eq!(rings(&world, call), [None]);
    world.expect_at_rest();
}

#[test]
fn a_challenged_prack_is_sent_again_with_digest() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    fork_says(&mut world, &invite, (180, "one"), &reliably("1"), "");
    let challenge = (
        "Proxy-Authenticate",
        "Digest realm=\"trunk\", nonce=\"n1\", qop=\"auth\"",
    );
    let prack = latest(&world, "PRACK");
    respond(&mut world, &prack, 407, &[challenge]);
    let again = latest(&world, "PRACK");
    assert!(again.headers.contains("Proxy-Authorization"));
    respond(&mut world, &again, 407, &[challenge]);
    assert_eq!(latest(&world, "PRACK"), again);
    fork_says(&mut world, &invite, (200, "one"), &[], "v=0 answer");
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    assert_eq!(latest(&world, "BYE").headers.get("CSeq"), Some("4 BYE"));
    hang_up_and_rest(&mut world, call);
}

#[test]
fn an_answer_given_reliably_counts_and_no_later_description_does() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    fork_says(
        &mut world,
        &invite,
        (183, "one"),
        &reliably("1"),
        "v=0 first",
    );
    agree_to_pracks(&mut world);
    fork_says(&mut world, &invite, (180, "one"), &[], "v=0 second");
    fork_says(&mut world, &invite, (200, "one"), &[], "v=0 third");
    assert_eq!(rings(&world, call), [sdp("v=0 first"), None]);
    let answered = CallEvent::Answered {
        sdp: sdp("v=0 first"),
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&answered));
    hang_up_and_rest(&mut world, call);
}

#[test]
fn forks_are_acknowledged_each_and_the_one_that_answers_has_its_own_session() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    fork_says(
        &mut world,
        &invite,
        (183, "one"),
        &reliably("41"),
        "v=0 one",
    );
    fork_says(&mut world, &invite, (183, "two"), &reliably("5"), "v=0 two");
    fork_says(&mut world, &invite, (183, "three"), &[], "v=0 three");
    fork_says(&mut world, &invite, (180, "one"), &reliably("42"), "");
    agree_to_pracks(&mut world);
    let targets: Vec<_> = pracks(&world);
    assert_eq!(
        targets,
        [
            ("41 1 INVITE".to_owned(), "sip:one@10.0.0.9".to_owned()),
            ("5 1 INVITE".to_owned(), "sip:two@10.0.0.9".to_owned()),
            ("42 1 INVITE".to_owned(), "sip:one@10.0.0.9".to_owned()),
        ]
    );
    fork_says(&mut world, &invite, (200, "two"), &[], "");
    let answered = CallEvent::Answered {
        sdp: sdp("v=0 two"),
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&answered));
    // The others are ended at once; CSeq rises whatever was sent to them before.
    fork_says(&mut world, &invite, (200, "one"), &[], "v=0 one");
    let bye = latest(&world, "BYE");
    assert_eq!(bye.uri.to_string(), "sip:one@10.0.0.9");
    assert!(bye.headers.cseq().expect("a CSeq").number > 3);
    assert_eq!(world.mailed("BYE").len(), 1);
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_fork_changes_its_early_session_by_update_and_that_holds_when_it_answers() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    fork_says(&mut world, &invite, (183, "one"), &reliably("1"), "v=0 one");
    fork_says(&mut world, &invite, (183, "two"), &reliably("1"), "v=0 two");
    agree_to_pracks(&mut world);
    let update = of_fork(&world, "one", Method::Update, 1, "v=0 moved");
    ask(&mut world, &update);
    let offer = sdp("v=0 moved");
    assert_eq!(
        world.told(ALICE, call).last(),
        Some(&CallEvent::Reinvite { offer })
    );
    let overlapping = of_fork(&world, "one", Method::Update, 2, "v=0 again");
    ask(&mut world, &overlapping);
    world.act(ALICE, |alice, now| {
        alice.answer_reinvite(now, call, sdp("v=0 agreed"));
    });
    world.pass(world.latency);
    assert_eq!(
        world.mailed_statuses(),
        ["500 Server Internal Error", "200 OK"]
    );
    fork_says(&mut world, &invite, (200, "one"), &[], "");
    let answered = CallEvent::Answered {
        sdp: sdp("v=0 moved"),
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&answered));
    hang_up_and_rest(&mut world, call);
}

#[test]
fn an_update_with_an_offer_before_ours_is_answered_meets_glare_and_one_without_is_fine() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    fork_says(&mut world, &invite, (180, "one"), &[ALLOW_UPDATE], "");
    for (cseq, body) in [(1, "v=0 offer"), (2, "")] {
        let update = of_fork(&world, "one", Method::Update, cseq, body);
        ask(&mut world, &update);
    }
    let bye = of_fork(&world, "one", Method::Bye, 3, "");
    ask(&mut world, &bye);
    let strange = of_fork(&world, "nobody", Method::Update, 4, "");
    ask(&mut world, &strange);
    assert_eq!(
        world.mailed_statuses(),
        [
            "491 Request Pending",
            "200 OK",
            "481 Call/Transaction Does Not Exist",
            "481 Call/Transaction Does Not Exist"
        ]
    );
    fork_says(&mut world, &invite, (486, "one"), &[], "");
    assert_eq!(rings(&world, call), [None]);
    world.expect_at_rest();
}

#[test]
fn we_change_an_early_session_by_update() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    world.act(ALICE, |alice, now| {
        alice.reoffer(now, call, "v=0 held".to_owned())
    });
    world.pass(world.latency);
    assert!(
        world.mailed("UPDATE").is_empty(),
        "no session to change yet"
    );
    fork_says(&mut world, &invite, (183, "one"), &reliably("1"), "v=0 one");
    agree_to_pracks(&mut world);
    world.act(ALICE, |alice, now| {
        alice.reoffer(now, call, "v=0 held".to_owned())
    });
    world.pass(world.latency);
    let update = latest(&world, "UPDATE");
    assert_eq!(update.body, b"v=0 held");
    assert!(
        !update.headers.contains("Session-Expires"),
        "nothing lasts yet"
    );
    fork_says(&mut world, &update, (200, "one"), &[], "v=0 held too");
    let answered = CallEvent::OfferAnswered {
        sdp: sdp("v=0 held too"),
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&answered));
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    let cancel = latest(&world, "CANCEL");
    fork_says(&mut world, &cancel, (200, "one"), &[], "");
    fork_says(&mut world, &invite, (487, "one"), &[], "");
    world.expect_at_rest();
}

#[test]
fn reliable_ringing_after_our_cancel_is_still_acknowledged() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    world.hang_up(ALICE, call);
    fork_says(&mut world, &invite, (180, "one"), &reliably("3"), "");
    assert_eq!(pracks(&world).len(), 1);
    assert_eq!(world.mailed("CANCEL").len(), 1);
    agree_to_pracks(&mut world);
    fork_says(&mut world, &invite, (487, "one"), &[], "");
    world.expect_at_rest();
}

#[test]
fn a_flood_of_forks_is_bounded() {
    let mut world = World::pair();
    let (call, invite) = invited(&mut world);
    for fork in 0..100 {
        let tag = format!("t{fork}");
        fork_says(&mut world, &invite, (180, &tag), &[], "");
    }
    assert!(world.endpoint(ALICE).load().dialogs <= 16);
    assert_eq!(rings(&world, call).len(), 100);
    fork_says(&mut world, &invite, (200, "t99"), &[], "v=0");
    assert_eq!(world.endpoint(ALICE).load().dialogs, 1);
    hang_up_and_rest(&mut world, call);
}
