//! The session of a call as the wire shows it: reliable early media, hold, other codecs, keys.

use domain::{EndedBy, LineMode};
use engine::CallProgress;
use sip::message::{Method, Response};

use crate::floor::{ADVISOR, ANSWERS, CUSTOMER, Floor, hung_up_by, picks_up, until};
use crate::scripted::{Dialog, Scripted, line};

const SDP: &str = "application/sdp";
/// What the network plays before anybody answers.
const EARLY: u8 = 0x44;

/// A floor whose trunk is a script.
async fn scripted() -> (Floor, Scripted) {
    let floor = Floor::open().await;
    let carrier = Scripted::start(floor.telephony.local()).await;
    floor.trunk_to(carrier.address());
    (floor, carrier)
}

/// A call that the script answered.
async fn answered(floor: &mut Floor, carrier: &Scripted) -> (domain::AttemptId, Dialog) {
    let call = floor.calls(ANSWERS);
    let dialog = carrier.called().await;
    let sdp = carrier.sdp("8 0 101", "a=sendrecv\r\n");
    carrier.says(&dialog.invite, 200, &[], &sdp).await;
    carrier.asked(Method::Ack).await;
    floor.answered(call).await;
    (call, dialog)
}

fn body(response: &Response) -> String {
    assert_eq!(response.status.code(), 200);
    String::from_utf8_lossy(&response.body).into_owned()
}

#[tokio::test]
async fn early_media_is_received_and_no_audio_crosses_before_the_answer() {
    let (mut floor, mut carrier) = scripted().await;
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    let dialog = carrier.called().await;
    let headers = &dialog.invite.headers;
    assert!(headers.lists("Supported", "100rel") && headers.lists("Supported", "timer"));
    assert_eq!(headers.get("Session-Expires"), Some("1800"));
    let sdp = carrier.sdp("8 101", "a=sendrecv\r\n");
    let reliable = [("Require", "100rel"), ("RSeq", "1")];
    carrier.says(&dialog.invite, 183, &reliable, &sdp).await;
    let prack = carrier.asked(Method::Prack).await;
    assert_eq!(prack.headers.get("RAck"), Some("1 1 INVITE"));
    carrier.says(&prack, 200, &[], "").await;
    floor.call(call, |p| *p == CallProgress::Ringing).await;
    // Whoever orders a bridge now orders it too early.
    floor.bridges(call);
    // The leg is there: it is heard by what it sends.
    let (_, silence) = carrier.listens().await;
    assert!(silence.iter().all(|byte| *byte == silence[0]));
    for _ in 0..20 {
        carrier.plays(&dialog, 8, &[EARLY; 160]).await;
        carrier.listens().await;
    }
    let crossed = |heard: Vec<(u8, Vec<u8>)>| heard.iter().any(|(_, p)| p.contains(&ADVISOR));
    assert_eq!(phone.heard("adv1", EARLY), 0);
    assert!(!crossed(carrier.heard()));
    // The 200 need not say again what was said reliably.
    carrier.says(&dialog.invite, 200, &[], "").await;
    carrier.asked(Method::Ack).await;
    floor.answered(call).await;
    assert_eq!(phone.heard("adv1", EARLY), 0);
    floor.bridges(call);
    while !crossed(vec![carrier.listens().await]) {}
    for _ in 0..5 {
        carrier.plays(&dialog, 8, &[CUSTOMER; 160]).await;
    }
    until("the agent hears the customer", || {
        phone.heard("adv1", CUSTOMER) > 0
    })
    .await;
    floor.orders(engine::Command::HangUp { attempt: call });
    let bye = carrier.asked(Method::Bye).await;
    carrier.says(&bye, 200, &[], "").await;
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
    let telephony = floor.telephony.clone();
    until("early media was received", || {
        telephony.counters().rtp_in >= 20
    })
    .await;
}

#[tokio::test]
async fn a_carrier_holds_resumes_and_changes_the_codec() {
    let (mut floor, carrier) = scripted().await;
    let (call, mut dialog) = answered(&mut floor, &carrier).await;
    let port = carrier.audio.local_addr().expect("bound").port();
    let mut version = 1;
    for (offer, direction, codec) in [
        (
            carrier.sdp("8 101", "a=sendonly\r\n"),
            "a=recvonly",
            " 8 101",
        ),
        (
            carrier.sdp("8 101", "a=sendrecv\r\n"),
            "a=sendrecv",
            " 8 101",
        ),
        (
            carrier.sdp("8 101", "a=inactive\r\n"),
            "a=inactive",
            " 8 101",
        ),
        (
            carrier.sdp_at("0.0.0.0", port, "8 101", ""),
            "a=recvonly",
            " 8 101",
        ),
        (
            carrier.sdp("0 101", "a=sendrecv\r\n"),
            "a=sendrecv",
            " 0 101",
        ),
    ] {
        for method in [Method::Invite, Method::Update] {
            let again = method == Method::Update;
            let answer = carrier.asks(&mut dialog, method, (SDP, &offer), "").await;
            let answer = body(&answer);
            assert!(answer.lines().any(|l| l == direction), "{offer}\n{answer}");
            assert!(line(&answer, "m=audio").ends_with(codec), "{answer}");
            // What is new is another version of the same session (RFC 3264 section 8).
            version += u32::from(!again);
            let origin: Vec<_> = line(&answer, "o=").split(' ').collect();
            assert_eq!(origin[2], version.to_string(), "{answer}");
        }
    }
    // The audio follows: from now on it is u-law.
    while carrier.listens().await.0 != 0 {}
    floor.orders(engine::Command::HangUp { attempt: call });
    let bye = carrier.asked(Method::Bye).await;
    carrier.says(&bye, 200, &[], "").await;
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
}

#[tokio::test]
async fn a_reinvite_without_offer_gets_ours_and_its_ack_is_the_answer() {
    let (mut floor, carrier) = scripted().await;
    let (_, mut dialog) = answered(&mut floor, &carrier).await;
    let mulaw = carrier.sdp("0 101", "a=sendrecv\r\n");
    let offer = carrier
        .asks(&mut dialog, Method::Invite, (SDP, ""), &mulaw)
        .await;
    let offer = body(&offer);
    assert!(line(&offer, "m=audio").ends_with(" 8 0 101"), "{offer}");
    while carrier.listens().await.0 != 0 {}
}

#[tokio::test]
async fn keys_are_told_once_each_however_they_come() {
    let (mut floor, mut carrier) = scripted().await;
    let (call, mut dialog) = answered(&mut floor, &carrier).await;
    let kind = "application/dtmf-relay";
    let ok = carrier
        .asks(
            &mut dialog,
            Method::Info,
            (kind, "Signal=5\r\nDuration=160\r\n"),
            "",
        )
        .await;
    assert_eq!(ok.status.code(), 200);
    assert_eq!(floor.next(call).await, CallProgress::Key('5'));
    for (start, key) in [(8_000, 7), (16_000, 11)] {
        for (end, held) in [
            (0, 160_u16),
            (0, 320),
            (0x80, 480),
            (0x80, 480),
            (0x80, 480),
        ] {
            let [high, low] = held.to_be_bytes();
            let event = [key, end | 10, high, low];
            carrier.plays_at(&dialog, 101, start, &event).await;
            // One packet each 20 ms, by the clock of what we send.
            carrier.listens().await;
        }
        carrier.listens().await;
    }
    assert_eq!(floor.next(call).await, CallProgress::Key('7'));
    assert_eq!(floor.next(call).await, CallProgress::Key('#'));
    let lines = [("Refer-To", "<sip:+88299@elsewhere.example>")];
    let refused = carrier
        .asks_with(&mut dialog, Method::Refer, &lines, ("", ""), "")
        .await;
    assert_eq!(refused.status.code(), 603);
    let bye = carrier.asks(&mut dialog, Method::Bye, ("", ""), "").await;
    assert_eq!(bye.status.code(), 200);
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::Customer));
}

#[tokio::test]
async fn keys_are_pressed_in_the_audio_where_it_takes_them_and_else_by_info() {
    let (mut floor, carrier) = scripted().await;
    let (call, mut dialog) = answered(&mut floor, &carrier).await;
    floor.telephony.press_keys(call, "7#");
    let mut keys = Vec::new();
    while keys.len() < 6 {
        let (kind, payload) = carrier.listens().await;
        // The end of a key is told three times.
        if kind == 101 && payload[1] & 0x80 != 0 {
            keys.push(payload[0]);
        }
    }
    assert_eq!(keys, [7, 7, 7, 11, 11, 11]);
    let mute = carrier.sdp("8", "a=sendrecv\r\n");
    let mute = mute.replace("a=rtpmap:101 telephone-event/8000\r\n", "");
    carrier
        .asks(&mut dialog, Method::Invite, (SDP, &mute), "")
        .await;
    floor.telephony.press_keys(call, "9");
    let info = carrier.asked(Method::Info).await;
    assert!(info.body.starts_with(b"Signal=9\r\n"));
    carrier.says(&info, 200, &[], "").await;
}

#[tokio::test]
async fn a_redirection_is_not_followed_and_costs_the_contact_nothing() {
    let (mut floor, carrier) = scripted().await;
    let call = floor.calls(ANSWERS);
    let dialog = carrier.called().await;
    let lines = [("Contact", "<sip:premium@192.0.2.66>")];
    carrier.says(&dialog.invite, 302, &lines, "").await;
    carrier.asked(Method::Ack).await;
    let end = floor
        .call(call, |p| matches!(p, CallProgress::Failed { .. }))
        .await;
    let cause = domain::Cause {
        sip_status: Some(302),
        q850: None,
        ..domain::Cause::default()
    };
    let outcome = domain::Outcome::Congestion;
    assert_eq!(end, CallProgress::Failed { outcome, cause });
    assert_eq!(floor.telephony.counters().invites_sent, 1);
}
