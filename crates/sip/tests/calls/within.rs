//! Inside and outside dialogs: challenges, new offers, probes, strangers, what is refused.

use crate::script::{SCRIPT, ask, challenged_call, inside, latest, respond, up};
use crate::world::{ALICE, BOB, World, address, call_to, config, secs, udp, uri};
use sip::auth::{Authorization, Challenge};
use sip::endpoint::{CallEvent, EndedBy, Event};
use sip::message::{Method, Request};

const CHALLENGE: (&str, &str) = (
    "Proxy-Authenticate",
    "Digest realm=\"trunk\", nonce=\"n1\", qop=\"auth\"",
);
const STALE: (&str, &str) = (
    "Proxy-Authenticate",
    "Digest realm=\"trunk\", nonce=\"n2\", qop=\"auth\", stale=true",
);

#[test]
fn a_challenged_invite_is_sent_again_with_digest() {
    let mut world = World::pair();
    let call = challenged_call(&mut world);
    let first = latest(&world, "INVITE");
    respond(&mut world, &first, 407, &[CHALLENGE]);
    let second = latest(&world, "INVITE");
    assert_eq!(second.headers.get("CSeq"), Some("2 INVITE"));
    assert_eq!(second.headers.get("Call-ID"), first.headers.get("Call-ID"));
    assert_eq!(second.headers.get("From"), first.headers.get("From"));
    assert_eq!(second.body, first.body);
    let branch = |request: &Request| {
        let via = request.headers.via_top().expect("a Via");
        via.branch().map(str::to_owned)
    };
    assert_ne!(branch(&first), branch(&second));
    let given = second.headers.get("Proxy-Authorization");
    let given = Authorization::parse(given.expect("credentials")).expect("a digest");
    let challenge = Challenge::parse(CHALLENGE.1).expect("a challenge");
    assert_eq!(given.nonce, challenge.nonce);
    assert_eq!(given.username, "alice");
    respond(&mut world, &second, 200, &[]);
    let ack = latest(&world, "ACK");
    assert!(ack.headers.contains("Proxy-Authorization"));
    let answered = CallEvent::Answered { sdp: None };
    assert_eq!(world.told(ALICE, call), [CallEvent::Sent, answered]);
    // The BYE is challenged as well.
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    let bye = latest(&world, "BYE");
    respond(&mut world, &bye, 407, &[CHALLENGE]);
    let again = latest(&world, "BYE");
    assert!(again.headers.contains("Proxy-Authorization"));
    respond(&mut world, &again, 200, &[]);
    world.expect_at_rest();
}

#[test]
fn a_stale_nonce_is_answered_once_more_and_a_wrong_password_is_not() {
    let mut world = World::pair();
    let call = challenged_call(&mut world);
    for lines in [[CHALLENGE], [STALE], [CHALLENGE]] {
        let invite = latest(&world, "INVITE");
        respond(&mut world, &invite, 407, &lines);
    }
    let invites = world.mailed("INVITE");
    assert_eq!(invites.len(), 3);
    let failed = CallEvent::Failed {
        status: 407,
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
fn a_challenge_without_credentials_fails_the_call() {
    let mut world = World::pair();
    let call = world.act(ALICE, |alice, now| {
        alice.invite(now, call_to(address(SCRIPT)))
    });
    world.pass(world.latency);
    let invite = latest(&world, "INVITE");
    respond(&mut world, &invite, 407, &[CHALLENGE]);
    assert_eq!(world.told(ALICE, call).len(), 2);
    world.expect_at_rest();
}

#[test]
fn a_new_offer_is_answered_and_its_target_used() {
    let mut world = World::pair();
    let call = up(&mut world);
    let reinvite = inside(&world, Method::Invite, 1, "v=0 hold");
    ask(&mut world, &reinvite);
    let offer = Some("v=0 hold".to_owned());
    assert_eq!(
        world.told(ALICE, call).last(),
        Some(&CallEvent::Reinvite { offer })
    );
    let early = inside(&world, Method::Invite, 2, "v=0 again");
    ask(&mut world, &early);
    world.act(ALICE, |alice, now| {
        alice.answer_reinvite(now, call, Some("v=0 held".to_owned()));
    });
    world.pass(world.latency);
    let statuses = world.mailed_statuses();
    assert_eq!(
        statuses,
        ["100 Trying", "500 Server Internal Error", "200 OK"]
    );
    let mut ack = inside(&world, Method::Ack, 1, "");
    ack.headers.set("CSeq", "1 ACK");
    ask(&mut world, &ack);
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    let bye = latest(&world, "BYE");
    assert_eq!(bye.uri.to_string(), "sip:moved@10.0.0.9");
    respond(&mut world, &bye, 200, &[]);
    world.expect_at_rest();
}

#[test]
fn a_new_offer_may_be_refused_and_the_call_goes_on() {
    let mut world = World::pair();
    let call = up(&mut world);
    let update = inside(&world, Method::Update, 1, "v=0 video");
    ask(&mut world, &update);
    world.act(ALICE, |alice, now| alice.answer_reinvite(now, call, None));
    world.pass(world.latency);
    assert_eq!(world.mailed_statuses(), ["488 Not Acceptable Here"]);
    let bye = inside(&world, Method::Bye, 2, "");
    ask(&mut world, &bye);
    let ended = CallEvent::Ended {
        by: EndedBy::Remote,
        q850: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&ended));
    world.expect_at_rest();
}

#[test]
fn info_update_and_options_inside_a_call_are_fine_and_others_are_not() {
    let mut world = World::pair();
    let call = up(&mut world);
    let methods = [
        Method::Info,
        Method::Update,
        Method::Options,
        Method::Publish,
        Method::Other("FOO".to_owned()),
    ];
    for (cseq, method) in (1..).zip(methods) {
        let request = inside(&world, method, cseq, "");
        ask(&mut world, &request);
        ask(&mut world, &request);
    }
    let old = inside(&world, Method::Info, 0, "");
    ask(&mut world, &old);
    let mut statuses = world.mailed_statuses();
    statuses.dedup();
    assert_eq!(
        statuses,
        [
            "200 OK",
            "405 Method Not Allowed",
            "501 Not Implemented",
            "500 Server Internal Error"
        ]
    );
    assert_eq!(world.mailed_statuses().len(), 11);
    world.hang_up(ALICE, call);
    world.expect_at_rest();
}

#[test]
fn a_request_in_an_unknown_dialog_is_refused_with_481() {
    let mut world = World::pair();
    let call = up(&mut world);
    let mut bye = inside(&world, Method::Bye, 1, "");
    bye.headers.set("To", "<sip:alice@example.com>;tag=other");
    ask(&mut world, &bye);
    assert_eq!(
        world.mailed_statuses(),
        ["481 Call/Transaction Does Not Exist"]
    );
    assert_eq!(world.told(ALICE, call).len(), 2);
    world.hang_up(ALICE, call);
    world.expect_at_rest();
}

#[test]
fn a_trunk_is_probed_alive_and_dead() {
    let mut world = World::pair();
    let to = |host| (udp(address(host)), uri("sip:10.0.0.2"));
    for host in [2, SCRIPT] {
        let (flow, uri) = to(host);
        world.act(ALICE, |alice, now| alice.options(now, flow, uri));
    }
    world.settle();
    let alive: Vec<_> = world.sides[ALICE]
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Options { alive, .. } => Some(*alive),
            _ => None,
        })
        .collect();
    assert_eq!(alive, [true, false]);
    world.expect_at_rest();
}

#[test]
fn only_trusted_peers_may_call_an_engine() {
    let mut bob = config(2);
    bob.accept_calls = false;
    let mut world = World::of(vec![config(1), bob]);
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let failed = CallEvent::Failed {
        status: 401,
        by_us: false,
        q850: None,
        blocked: false,
        text: None,
        retry_after: None,
    };
    assert_eq!(world.told(ALICE, call).last(), Some(&failed));
    assert_eq!(world.endpoint(BOB).load().servers, 0);
    world.act(BOB, |bob, _| bob.set_trusted(vec![address(1).ip()]));
    world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let incoming = world.incoming(BOB);
    world.hang_up(BOB, incoming);
    world.expect_at_rest();
}

#[test]
fn an_extension_that_we_lack_and_a_malformed_request_are_refused() {
    let mut world = World::pair();
    let mut invite = Request::new(Method::Invite, uri("sip:alice@10.0.0.1"));
    let headers = &mut invite.headers;
    headers.push("Via", "SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKq;rport");
    headers.push("From", "<sip:x@y>;tag=1");
    headers.push("To", "<sip:alice@10.0.0.1>");
    headers.push("Call-ID", "q");
    headers.push("CSeq", "1 INVITE");
    headers.push("Require", "replaces, 100rel");
    ask(&mut world, &invite);
    let mut broken = invite.clone();
    broken.headers.remove("Call-ID");
    ask(&mut world, &broken);
    world.inject(address(SCRIPT), ALICE, "\0\u{1}nonsense");
    world.pass(secs(1));
    let statuses = world.mailed_statuses();
    assert_eq!(statuses[0], "420 Bad Extension");
    assert!(statuses.iter().any(|line| line == "400 Bad Call-ID"));
    world.expect_at_rest();
}
