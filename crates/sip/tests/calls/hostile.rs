//! Damaged and forged messages: nothing panics, and what they leave behind goes away.

use crate::world::{ALICE, BOB, World, address, call_to, secs, udp};
use rand::Rng;
use sip::endpoint::{CallEvent, Transport};
use sip::message::{Message, Response, Status};

const SCRIPT: u8 = 9;

/// Requests as peers send them, one method each.
fn requests() -> Vec<String> {
    let head = |method: &str, to_tag: &str, more: &str| {
        format!(
            "{method} sip:bob@10.0.0.2 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKa;rport\r\n\
             Max-Forwards: 70\r\nFrom: \"A\" <sip:a@10.0.0.9>;tag=1\r\nTo: <sip:bob@10.0.0.2>{to_tag}\r\n\
             Call-ID: a@10.0.0.9\r\nCSeq: 1 {method}\r\nContact: <sip:a@10.0.0.9>;expires=60\r\n{more}\r\n"
        )
    };
    let sdp = "Content-Type: application/sdp\r\nRecord-Route: <sip:10.0.0.8;lr>\r\nContent-Length: 3\r\n\r\nv=0";
    let digest = "Authorization: Digest username=\"a\", realm=\"example.com\", nonce=\"x\", uri=\"sip:10.0.0.2\", response=\"00\", qop=auth, nc=00000001, cnonce=\"c\"\r\n";
    vec![
        head("INVITE", "", sdp),
        head("INVITE", ";tag=2", sdp),
        head("ACK", ";tag=2", ""),
        head("CANCEL", "", "Reason: Q.850;cause=16\r\n"),
        head("BYE", ";tag=2", ""),
        head("REGISTER", "", digest),
        head("OPTIONS", "", "Require: timer\r\n"),
        head("UPDATE", ";tag=2", sdp),
        head("NOTIFY", "", ""),
    ]
}

/// Flips, cuts, repeats or swaps a few pieces.
fn damage(world: &mut World, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut draw = |most: usize| {
        let most = u64::try_from(most.max(1)).expect("a length fits");
        usize::try_from(world.rng.next_u64() % most).expect("below a length")
    };
    for _ in 0..draw(4) {
        let (at, length) = (draw(bytes.len()), draw(12));
        let end = (at + length).min(bytes.len());
        match draw(5) {
            0 if !bytes.is_empty() => bytes[at] = u8::try_from(draw(256)).expect("below 256"),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            3 => {
                // Digits make other branches, tags and numbers of the same shape.
                for byte in bytes[at..end].iter_mut().filter(|b| b.is_ascii_digit()) {
                    *byte = b'0' + u8::try_from(draw(10)).expect("a digit");
                }
            }
            _ => {
                let marks = b";,<>\"@:= \r\n";
                bytes.insert(at, marks[draw(marks.len())]);
            }
        }
    }
    bytes
}

#[test]
fn damaged_requests_break_nothing_and_leave_nothing() {
    let mut world = World::pair();
    let requests = requests();
    for _ in 0..3000 {
        let pick = usize::try_from(world.rng.next_u64() % 9).expect("below nine");
        let bytes = damage(&mut world, requests[pick].as_bytes());
        world.inject(address(SCRIPT), BOB, bytes);
        if world.chance(300) {
            world.pass(secs(1));
        }
    }
    assert!(!world.sides[BOB].events.is_empty());
    world.expect_at_rest();
}

#[test]
fn damaged_answers_break_nothing_and_each_call_ends_once() {
    let mut world = World::pair();
    let mut calls = Vec::new();
    for _ in 0..300 {
        let mut call = call_to(address(SCRIPT));
        call.credentials = Some(("a".to_owned(), "b".to_owned()));
        let call = world.act(ALICE, |alice, now| alice.invite(now, call));
        calls.push(call);
        world.pass(world.latency);
        let invite = world.mailed("INVITE").pop().expect("an INVITE came");
        world.mail.clear();
        for code in [100, 180, 401, 183, 200, 200, 486, 503] {
            let mut response = Response::to_request(&invite, Status::new(code).expect("a status"));
            let to = "<sip:bob@example.com>;tag=7";
            response.headers.set("To", to);
            response.headers.push("Contact", "<sip:b@10.0.0.9>");
            let challenge = "Digest realm=\"r\", nonce=\"n\", stale=true, qop=\"auth\"";
            response.headers.push("WWW-Authenticate", challenge);
            let bytes = Message::Response(response).to_bytes();
            let bytes = damage(&mut world, &bytes);
            world.inject(address(SCRIPT), ALICE, bytes);
        }
        world.pass(world.latency * 2);
        if world.chance(500) {
            world.hang_up(ALICE, call);
        }
    }
    world.pass(secs(200));
    for call in &calls {
        world.hang_up(ALICE, *call);
    }
    world.expect_at_rest();
    for call in calls {
        let told = world.told(ALICE, call);
        let ends = told
            .iter()
            .filter(|event| matches!(event, CallEvent::Failed { .. } | CallEvent::Ended { .. }));
        assert_eq!(ends.count(), 1, "{told:?}");
    }
}

#[test]
fn a_call_over_a_stream_stays_on_it_and_repeats_no_request() {
    let mut world = World::pair();
    world.latency = secs(2);
    let mut call = call_to(address(2));
    call.flow.transport = Transport::Tcp;
    let call = world.act(ALICE, |alice, now| alice.invite(now, call));
    world.pass(secs(10));
    let incoming = world.incoming(BOB);
    world.act(BOB, |bob, now| bob.answer(now, incoming, "v=0".to_owned()));
    world.pass(secs(10));
    world.hang_up(ALICE, call);
    world.pass(secs(10));
    assert_eq!(world.sent(ALICE, "INVITE"), 1);
    assert_eq!(world.sent(ALICE, "BYE"), 1);
    assert!(matches!(
        world.told(BOB, incoming).last(),
        Some(CallEvent::Ended { .. })
    ));
    world.expect_at_rest();
}

#[test]
fn a_record_with_absurd_numbers_is_refused_or_harmless() {
    let mut world = World::pair();
    let (call, _) = world.connected();
    let record = world.endpoint(ALICE).dialog_record(call).expect("a record");
    world.hang_up(ALICE, call);
    world.settle();
    let fields: Vec<_> = record.split('\t').collect();
    for place in 0..fields.len() {
        for value in ["", "4294967295", "x", "-1", "\u{0}"] {
            let mut fields = fields.clone();
            fields[place] = value;
            if let Ok(call) = world.endpoint(ALICE).resume(&fields.join("\t")) {
                world.hang_up(ALICE, call);
            }
        }
    }
    let flow = udp(address(2));
    world.act(ALICE, |alice, now| alice.send_failed(now, flow));
    world.expect_at_rest();
}
