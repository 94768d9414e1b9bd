//! Transfers wished by the other side (RFC 3515, RFC 3891), and keys told by INFO.

use crate::script::{ask, hang_up_and_rest, inside, latest, respond, up};
use crate::world::{ALICE, BOB, World, secs, uri};
use sip::endpoint::{CallEvent, CallHandle, EndedBy, ReferHandle};
use sip::message::{Method, Replaces, Request, Status};
use sip::uri::Uri;
use std::time::Duration;

/// The script wishes that its call goes on with somebody else.
fn wishes(
    world: &mut World,
    call: CallHandle,
    refer_to: &str,
) -> (ReferHandle, Uri, Option<Replaces>) {
    let mut refer = inside(world, Method::Refer, 1, "");
    refer.headers.push("Refer-To", refer_to);
    ask(world, &refer);
    match world.told(ALICE, call).pop() {
        Some(CallEvent::Referred {
            refer,
            refer_to,
            replaces,
        }) => (refer, *refer_to, replaces.map(|replaces| *replaces)),
        other => panic!("no wish was told: {other:?}"),
    }
}

fn answer(world: &mut World, refer: ReferHandle, code: u16) {
    let status = Status::new(code).expect("a status");
    world.act(ALICE, |alice, now| alice.answer_refer(now, refer, status));
    world.pass(world.latency * 3);
}

fn goes_on(world: &mut World, refer: ReferHandle, code: u16) {
    let status = Status::new(code).expect("a status");
    world.act(ALICE, |alice, now| alice.notify_refer(now, refer, status));
    world.pass(world.latency);
    if let Some(notify) = world.mailed("NOTIFY").pop() {
        respond(world, &notify, 200, &[]);
    }
}

/// What the script was told about its wish: state of the subscription, and the fragment.
fn told_of_it(world: &World) -> Vec<(String, String)> {
    let mut notifies = world.mailed("NOTIFY");
    notifies.dedup();
    notifies
        .iter()
        .map(|notify| {
            assert_eq!(notify.headers.get("Event"), Some("refer;id=1"));
            assert_eq!(
                notify.headers.content_type().as_deref(),
                Some("message/sipfrag")
            );
            let state = notify.headers.get("Subscription-State").unwrap_or_default();
            let body = String::from_utf8_lossy(&notify.body);
            (state.to_owned(), body.trim().to_owned())
        })
        .collect()
}

#[test]
fn a_wish_that_is_taken_is_told_of_until_it_is_done() {
    let mut world = World::pair();
    let call = up(&mut world);
    let (refer, refer_to, replaces) = wishes(&mut world, call, "<sip:back-office@example.com>");
    assert_eq!(refer_to, uri("sip:back-office@example.com"));
    assert_eq!(replaces, None);
    answer(&mut world, refer, 200);
    let trying = latest(&world, "NOTIFY");
    respond(&mut world, &trying, 200, &[]);
    goes_on(&mut world, refer, 180);
    goes_on(&mut world, refer, 200);
    goes_on(&mut world, refer, 486);
    let states: Vec<_> = told_of_it(&world);
    let expected = [
        ("active;expires=60", "SIP/2.0 100 Trying"),
        ("active;expires=60", "SIP/2.0 180 Ringing"),
        ("terminated;reason=noresource", "SIP/2.0 200 OK"),
    ];
    assert_eq!(states, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert_eq!(world.mailed_statuses(), ["202 Accepted"]);
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_wish_that_is_refused_is_told_of_no_more() {
    let mut world = World::pair();
    let call = up(&mut world);
    let (refer, ..) = wishes(&mut world, call, "<sip:+88299@elsewhere.example>");
    answer(&mut world, refer, 603);
    answer(&mut world, refer, 202);
    goes_on(&mut world, refer, 100);
    assert_eq!(world.mailed_statuses(), ["603 Decline"]);
    assert!(world.mailed("NOTIFY").is_empty());
    hang_up_and_rest(&mut world, call);
}

#[test]
fn what_comes_of_a_wish_is_told_to_a_phone_that_hung_up_meanwhile() {
    let mut world = World::pair();
    let call = up(&mut world);
    let (refer, ..) = wishes(&mut world, call, "<sip:back-office@example.com>");
    answer(&mut world, refer, 202);
    let trying = latest(&world, "NOTIFY");
    respond(&mut world, &trying, 200, &[]);
    let bye = inside(&world, Method::Bye, 2, "");
    ask(&mut world, &bye);
    let ended = CallEvent::Ended {
        by: EndedBy::Remote,
        q850: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&ended));
    goes_on(&mut world, refer, 200);
    let last = told_of_it(&world).pop().expect("it was told");
    assert_eq!(last.1, "SIP/2.0 200 OK");
    world.expect_at_rest();
}

#[test]
fn a_wish_of_which_nobody_tells_is_forgotten_within_64_seconds_of_the_call() {
    let mut world = World::pair();
    let call = up(&mut world);
    let (refer, ..) = wishes(&mut world, call, "<sip:back-office@example.com>");
    answer(&mut world, refer, 202);
    let bye = inside(&world, Method::Bye, 2, "");
    ask(&mut world, &bye);
    world.pass(secs(64));
    assert_eq!(world.endpoint(ALICE).load(), sip::endpoint::Load::default());
}

#[test]
fn a_wish_that_nobody_answered_is_declined_when_the_call_ends() {
    let mut world = World::pair();
    let call = up(&mut world);
    wishes(&mut world, call, "<sip:back-office@example.com>");
    let bye = inside(&world, Method::Bye, 2, "");
    ask(&mut world, &bye);
    assert_eq!(world.mailed_statuses(), ["200 OK", "603 Decline"]);
    world.expect_at_rest();
}

#[test]
fn an_attended_transfer_names_another_call_of_ours() {
    let mut world = World::pair();
    let (other, _) = world.connected();
    let ack = world.act(ALICE, |alice, _| alice.dialog_record(other));
    let record = ack.expect("a record of the other call");
    let fields: Vec<_> = record.split('\t').collect();
    let tag = |field: &str| {
        let address: sip::message::NameAddr = field.parse().expect("an address");
        address.tag().expect("a tag").to_owned()
    };
    let call = up(&mut world);
    let named = |to: &str| {
        format!(
            "<sip:x@example.com?Replaces={}%3Bto-tag%3D{to}%3Bfrom-tag%3D{}>",
            fields[1],
            tag(fields[3])
        )
    };
    let (_, refer_to, replaces) = wishes(&mut world, call, &named(&tag(fields[2])));
    assert_eq!(refer_to, uri("sip:x@example.com"));
    let replaces = replaces.expect("a dialog is named");
    assert_eq!(world.endpoint(ALICE).call_named(&replaces), Some(other));
    let early = Replaces {
        early_only: true,
        ..replaces.clone()
    };
    assert_eq!(world.endpoint(ALICE).call_named(&early), None);
    let strange = Replaces {
        to_tag: "guessed".to_owned(),
        ..replaces
    };
    assert_eq!(world.endpoint(ALICE).call_named(&strange), None);
    world.hang_up(ALICE, other);
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_wish_without_or_with_two_targets_is_malformed_and_one_outside_a_call_declined() {
    let mut world = World::pair();
    let call = up(&mut world);
    let none = inside(&world, Method::Refer, 1, "");
    ask(&mut world, &none);
    let mut two = inside(&world, Method::Refer, 2, "");
    two.headers.push("Refer-To", "<sip:a@example.com>");
    two.headers.push("Refer-To", "<sip:b@example.com>");
    ask(&mut world, &two);
    let mut outside = inside(&world, Method::Refer, 3, "");
    outside.headers.set("To", "<sip:alice@example.com>");
    outside.headers.set("Call-ID", "none-of-ours");
    outside.headers.push("Refer-To", "<sip:a@example.com>");
    ask(&mut world, &outside);
    let notify = inside(&world, Method::Notify, 4, "");
    ask(&mut world, &notify);
    let subscribe = inside(&world, Method::Subscribe, 5, "");
    ask(&mut world, &subscribe);
    assert_eq!(
        world.mailed_statuses(),
        [
            "400 Bad Request",
            "400 Bad Request",
            "603 Decline",
            "481 Call/Transaction Does Not Exist",
            "405 Method Not Allowed"
        ]
    );
    hang_up_and_rest(&mut world, call);
}

#[test]
fn an_invite_that_wants_the_place_of_a_call_is_refused() {
    let mut world = World::pair();
    let call = up(&mut world);
    let ack = latest(&world, "ACK");
    let tag = |name| {
        let value = ack.headers.get(name).unwrap_or_default();
        let address: sip::message::NameAddr = value.parse().expect("an address");
        address.tag().unwrap_or_default().to_owned()
    };
    let call_id = ack.headers.get("Call-ID").unwrap_or_default();
    let ours = format!("{call_id};to-tag={};from-tag={}", tag("From"), tag("To"));
    for (number, replaces) in [(1, ours.as_str()), (2, "x;to-tag=1;from-tag=2"), (3, "x")] {
        let mut invite = Request::new(Method::Invite, uri("sip:alice@10.0.0.1"));
        let headers = &mut invite.headers;
        headers.push(
            "Via",
            format!("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKr{number};rport"),
        );
        headers.push("From", "<sip:x@y>;tag=1");
        headers.push("To", "<sip:alice@10.0.0.1>");
        headers.push("Call-ID", format!("r{number}"));
        headers.push("CSeq", "1 INVITE");
        headers.push("Replaces", replaces);
        ask(&mut world, &invite);
    }
    let mut statuses = world.mailed_statuses();
    statuses.dedup();
    assert_eq!(
        statuses,
        [
            "603 Decline",
            "481 Call/Transaction Does Not Exist",
            "400 Bad Request"
        ]
    );
    hang_up_and_rest(&mut world, call);
}

#[test]
fn keys_told_by_info_are_heard_once_and_nonsense_is_refused() {
    let mut world = World::pair();
    let call = up(&mut world);
    let relay = "application/dtmf-relay";
    for (cseq, kind, body) in [
        (1, relay, "Signal=5\r\nDuration=160\r\n"),
        (2, "application/dtmf", "#"),
        (3, relay, "Signal=!"),
        (4, "application/media_control+xml", "<x/>"),
    ] {
        let mut info = inside(&world, Method::Info, cseq, "");
        info.set_body(kind, body);
        ask(&mut world, &info);
        ask(&mut world, &info);
    }
    let mut packaged = inside(&world, Method::Info, 5, "");
    packaged.headers.push("Info-Package", "infoDtmf");
    ask(&mut world, &packaged);
    let keys: Vec<_> = world
        .told(ALICE, call)
        .into_iter()
        .filter_map(|event| match event {
            CallEvent::Dtmf { digit } => Some(digit),
            _ => None,
        })
        .collect();
    assert_eq!(keys, ['5', '#']);
    let mut statuses = world.mailed_statuses();
    statuses.dedup();
    assert_eq!(
        statuses,
        [
            "200 OK",
            "415 Unsupported Media Type",
            "469 Bad Info Package"
        ]
    );
    hang_up_and_rest(&mut world, call);
}

#[test]
fn a_key_is_told_to_the_other_side() {
    let mut world = World::pair();
    let (call, incoming) = world.connected();
    world.act(ALICE, |alice, now| {
        alice.send_digit(now, call, '7', Duration::from_millis(160));
    });
    world.pass(secs(1));
    let heard = CallEvent::Dtmf { digit: '7' };
    assert!(world.told(BOB, incoming).contains(&heard));
    world.hang_up(ALICE, call);
    world.expect_at_rest();
}
