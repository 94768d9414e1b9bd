//! What is heard in tones: the network before an answer, a fax machine before and after one.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{AttemptId, LineMode, Outcome};
use engine::{CallProgress, Command, LineEvent};
use media::ToneKind;
use media::g711::encode;
use telephony::Report;
use telephony::media::Codec;

use crate::floor::{ANSWERS, Floor, PATIENCE, picks_up, until};
use crate::text_carrier::{TextCarrier, field, reply};
use crate::trunks::{at, end_of_a_call};

/// A carrier that plays a tone before any answer, and takes the CANCEL.
fn plays(tone: fn(u32) -> i16) -> (TextCarrier, Arc<AtomicUsize>) {
    plays_after("183 Session Progress", tone)
}

/// A carrier that says this to an INVITE and plays a tone; it takes CANCEL and BYE, and counts them.
fn plays_after(status: &'static str, tone: fn(u32) -> i16) -> (TextCarrier, Arc<AtomicUsize>) {
    let audio = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
    let port = audio.local_addr().expect("bound").port();
    let cancels = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&cancels);
    let invited = Mutex::new(String::new());
    let carrier = TextCarrier::start(move |request| {
        let mut invited = invited.lock().expect("no test panics inside");
        if request.starts_with("CANCEL ") {
            counted.fetch_add(1, Ordering::Relaxed);
            let gone = reply(&invited, "487 Request Terminated", &[], "");
            return vec![reply(request, "200 OK", &[], ""), gone];
        }
        if request.starts_with("BYE ") {
            counted.fetch_add(1, Ordering::Relaxed);
            return vec![reply(request, "200 OK", &[], "")];
        }
        if !request.starts_with("INVITE ") {
            return Vec::new();
        }
        request.clone_into(&mut invited);
        let media = request
            .lines()
            .find_map(|line| line.strip_prefix("m=audio "));
        let theirs = media.and_then(|rest| rest.split(' ').next()?.parse::<u16>().ok());
        play(&audio, theirs.expect("an offer"), tone);
        let body = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
        );
        let contact = request.split(' ').nth(1).unwrap_or_default();
        let contact = format!("Contact: <{contact}>");
        vec![reply(request, status, &[&contact], &body)]
    });
    (carrier, cancels)
}

/// Ten seconds of audio, 20 ms a packet, at its own pace.
fn play(audio: &UdpSocket, port: u16, tone: fn(u32) -> i16) {
    let audio = audio.try_clone().expect("a socket can be cloned");
    std::thread::spawn(move || {
        for packet in 0..500_u32 {
            let mut bytes = vec![0x80, 8];
            bytes.extend((packet as u16).to_be_bytes());
            bytes.extend((packet * 160).to_be_bytes());
            bytes.extend([0, 0, 0, 9]);
            bytes.extend((0..160).map(|n| encode(Codec::Pcma, tone(packet * 160 + n))));
            let _ = audio.send_to(&bytes, ("127.0.0.1", port));
            std::thread::sleep(Duration::from_millis(20));
        }
    });
}

fn busy_tone(position: u32) -> i16 {
    match position % 4_000 {
        on @ 0..2_000 => ToneKind::Steady(425).sample(on),
        _ => 0,
    }
}

#[tokio::test]
async fn a_busy_tone_before_any_answer_ends_the_call_as_busy() {
    let (carrier, cancels) = plays(busy_tone);
    let mut floor = Floor::open().await;
    floor.telephony.set_trunk(at(carrier.address));
    let (outcome, cause) = end_of_a_call(&mut floor).await;
    assert_eq!(outcome, Outcome::Busy);
    assert_eq!(cause.text.as_deref(), Some("busy_tone"));
    assert_eq!(cancels.load(Ordering::Relaxed), 1);
}

/// A called fax machine: silence for a second, then 2100 Hz whose phase turns over every 450 ms.
fn fax_machine(position: u32) -> i16 {
    match (position < 8_000, position / 3_600 % 2) {
        (true, _) => 0,
        (false, 0) => ToneKind::Steady(2_100).sample(position),
        (false, _) => -ToneKind::Steady(2_100).sample(position),
    }
}

#[tokio::test]
async fn a_fax_machine_ends_the_call_as_fax_before_an_answer_and_after_one() {
    for (status, ends) in [("183 Session Progress", "CANCEL"), ("200 OK", "BYE")] {
        let (carrier, ended) = plays_after(status, fax_machine);
        let mut floor = Floor::open().await;
        floor.telephony.set_trunk(at(carrier.address));
        let started = std::time::Instant::now();
        let (outcome, cause) = end_of_a_call(&mut floor).await;
        assert_eq!(outcome, Outcome::Fax, "{ends}");
        assert_eq!(cause.text.as_deref(), Some("fax_ced"), "{ends}");
        let took = started.elapsed();
        assert!(took < Duration::from_secs(5), "{ends} after {took:?}");
        until("it is ended", || ended.load(Ordering::Relaxed) == 1).await;
    }
}

#[tokio::test]
async fn a_fax_machine_that_an_advisor_has_got_ends_the_call_and_leaves_the_line() {
    let (carrier, ended) = plays_after("200 OK", fax_machine);
    let mut floor = Floor::open().await;
    let advisor = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    floor.telephony.set_trunk(at(carrier.address));
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    let failed = |progress: &CallProgress| matches!(progress, CallProgress::Failed { .. });
    let CallProgress::Failed { outcome, cause } = floor.call(call, failed).await else {
        unreachable!("asked for a failure");
    };
    assert_eq!(outcome, Outcome::Fax);
    assert_eq!(cause.text.as_deref(), Some("fax_ced"));
    until("the machine is hung up on", || {
        ended.load(Ordering::Relaxed) == 1
    })
    .await;
    assert_eq!(advisor.invites(), 1);
    let down = |report: &Report| {
        let event = |event: &LineEvent| matches!(event, LineEvent::Down { .. });
        matches!(report, Report::Line { event: it, .. } if event(it))
    };
    assert!(!floor.was_told(down), "the line stays up");
}

/// A fax machine that calls: half a second of 1100 Hz, three of silence.
fn calling_fax(position: u32) -> i16 {
    match position % 28_000 {
        on @ 0..4_000 => ToneKind::Steady(1_100).sample(on),
        _ => 0,
    }
}

#[tokio::test]
async fn a_fax_machine_that_calls_us_is_known_by_its_tone() {
    let mut floor = Floor::open().await;
    let carrier = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    carrier.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let audio = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    let own = carrier.local_addr().expect("bound");
    floor.telephony.set_trunk(at(own));
    floor.settles().await;
    let node = floor.telephony.local();
    let media = audio.local_addr().expect("bound").port();
    let body = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
         m=audio {media} RTP/AVP 8\r\n"
    );
    let request = |line: &str, to: &str, body: &str| {
        format!(
            "{line} sip:+576013000000@{node} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{line}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:+573001234567@{own}>;tag=1\r\nTo: {to}\r\nCall-ID: fax\r\n\
             CSeq: 1 {line}\r\nContact: <sip:fax@{own}>\r\nContent-Type: application/sdp\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let called = format!("<sip:+576013000000@{node}>");
    let says = |text: &str| carrier.send_to(text.as_bytes(), node).expect("loopback");
    says(&request("INVITE", &called, &body));
    let offered = floor.report(|report| matches!(report, Report::Offered { .. }));
    let Report::Offered { offer, .. } = offered.await else {
        unreachable!("asked for an offer");
    };
    let call = AttemptId::new(1);
    floor.orders(Command::TakeCall {
        offer,
        attempt: call,
        campaign: None,
    });
    let mut buffer = [0; 8_192];
    let mut hears = |start: &str| loop {
        let (length, _) = carrier.recv_from(&mut buffer).expect("it says more");
        let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
        if text.starts_with(start) {
            return text;
        }
    };
    let answer = hears("SIP/2.0 200");
    says(&request("ACK", field(&answer, "To").expect("a tag"), ""));
    let theirs = answer
        .lines()
        .find_map(|line| line.strip_prefix("m=audio "));
    let theirs = theirs.and_then(|rest| rest.split(' ').next()?.parse().ok());
    play(&audio, theirs.expect("a port"), calling_fax);
    let failed = |progress: &CallProgress| matches!(progress, CallProgress::Failed { .. });
    let CallProgress::Failed { outcome, cause } = floor.call(call, failed).await else {
        unreachable!("asked for a failure");
    };
    assert_eq!(outcome, Outcome::Fax);
    assert_eq!(cause.text.as_deref(), Some("fax_cng"));
    hears("BYE ");
}

#[tokio::test]
async fn a_ringing_tone_before_any_answer_ends_nothing() {
    let (carrier, cancels) = plays(|position| ToneKind::Ringback.sample(position));
    let mut floor = Floor::open().await;
    floor.telephony.set_trunk(at(carrier.address));
    let call = floor.calls_for(ANSWERS, Duration::from_secs(7));
    let failed = |progress: &CallProgress| matches!(progress, CallProgress::Failed { .. });
    let end = floor.call(call, failed).await;
    assert!(
        matches!(
            end,
            CallProgress::Failed {
                outcome: Outcome::NoAnswer,
                ..
            }
        ),
        "{end:?}"
    );
    assert_eq!(cancels.load(Ordering::Relaxed), 1);
}
