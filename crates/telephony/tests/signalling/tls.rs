//! SIP inside TLS: carriers whose certificates are judged, phones that judge ours, certificates
//! that are renewed while people talk.

use std::time::Duration;

use domain::{EndedBy, LineMode, Outcome, TrunkTransport};
use engine::{CallProgress, LineEvent};
use telephony::{ListenerKind, TelephonyConfig, TelephonyError, TlsSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::authority::{Authority, Signed};
use crate::far_end::{Carrier, FarEnd};
use crate::floor::{ANSWERS, Floor, PATIENCE, config, hung_up_by, until};

fn believes(authority: &Authority) -> TelephonyConfig {
    TelephonyConfig {
        tls: authority.believed(),
        ..config()
    }
}

#[tokio::test]
async fn a_call_over_tls_is_placed_answered_and_hung_up_by_the_carrier() {
    let authority = Authority::new();
    let signed = authority.signs("127.0.0.1");
    let mut carrier = Carrier::start("127.0.0.1", signed.server()).await;
    let mut floor = Floor::open_with(believes(&authority)).await;
    floor.trunk_at(carrier.address, TrunkTransport::Tls);
    let call = floor.calls(ANSWERS);
    let mut far_end = carrier.next().await;
    let invite = far_end.hears("INVITE ").await;
    assert!(invite.contains("Via: SIP/2.0/TLS 127.0.0.1:"), "{invite}");
    assert!(invite.contains(";transport=tls SIP/2.0\r\n"), "{invite}");
    let contact = invite.lines().find(|line| line.starts_with("Contact:"));
    assert!(
        contact.is_some_and(|line| line.ends_with(";transport=tls>")),
        "{invite}"
    );
    floor.answered(call).await;
    far_end.hears("ACK ").await;
    far_end.hangs_up();
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::Customer));
    assert!(!carrier.was_reached(), "one connection carries the call");
}

#[tokio::test]
async fn a_connection_to_a_carrier_is_kept_alive() {
    let authority = Authority::new();
    let signed = authority.signs("127.0.0.1");
    let mut carrier = Carrier::start("127.0.0.1", signed.server()).await;
    let setup = TelephonyConfig {
        keep_alive: Duration::from_millis(100),
        ..believes(&authority)
    };
    let mut floor = Floor::open_with(setup).await;
    floor.trunk_at(carrier.address, TrunkTransport::Tls);
    let call = floor.calls(ANSWERS);
    let mut far_end = carrier.next().await;
    floor.answered(call).await;
    far_end.hears("ping").await;
    far_end.says(b"\r\n");
    far_end.hears("ping").await;
}

/// A carrier that shows `signed` gets no call of a node that believes `authority`.
async fn is_refused(authority: &Authority, signed: &Signed) {
    let mut carrier = Carrier::start("127.0.0.1", signed.server()).await;
    let mut floor = Floor::open_with(believes(authority)).await;
    floor.trunk_at(carrier.address, TrunkTransport::Tls);
    let call = floor.calls(ANSWERS);
    assert_eq!(floor.next(call).await, CallProgress::Placed);
    let end = floor.next(call).await;
    let CallProgress::Failed { outcome, cause } = end else {
        panic!("{end:?}");
    };
    assert_eq!(
        (outcome, cause.sip_status),
        (Outcome::Congestion, Some(503))
    );
    assert_eq!(floor.telephony.counters().handshakes_failed, 1);
    if carrier.was_reached() {
        let mut far_end = carrier.next().await;
        far_end.is_closed().await;
    }
}

#[tokio::test]
async fn a_carrier_with_the_certificate_of_another_host_is_refused() {
    let authority = Authority::new();
    is_refused(&authority, &authority.signs("sip.example")).await;
}

#[tokio::test]
async fn a_carrier_with_an_expired_certificate_is_refused() {
    let authority = Authority::new();
    is_refused(&authority, &authority.signs_until("127.0.0.1", 2020)).await;
}

#[tokio::test]
async fn a_carrier_of_an_unknown_authority_is_refused() {
    let stranger = Authority::new();
    is_refused(&Authority::new(), &stranger.signs("127.0.0.1")).await;
}

#[tokio::test]
async fn certificates_are_renewed_while_a_line_is_up() {
    let authority = Authority::new();
    let mut floor = Floor::open_with(authority.node(ListenerKind::Tls, "127.0.0.1")).await;
    let node = floor.telephony.heard()[1].address;
    let (phone, invite) = FarEnd::line_over_tls(&mut floor, &authority).await;
    assert!(
        invite.contains(&format!("Via: SIP/2.0/TLS {node}")),
        "{invite}"
    );
    let contact = format!("@{node};transport=tls>");
    assert!(invite.contains(&contact), "{invite}");

    let renewed = authority.signs("127.0.0.1");
    authority.install(&renewed);
    floor.telephony.reload_certificates().expect("sound files");
    let other = FarEnd::phone_over_tls(node, authority.client()).await;
    assert_eq!(other.shown, Some(renewed.der()));
    assert_ne!(phone.shown, other.shown);
    // Files that do not fit one another change nothing.
    authority.write("key.pem", &authority.signs("127.0.0.1").key);
    let error = floor.telephony.reload_certificates().expect_err("misfits");
    assert!(error.to_string().contains("own.pem"), "{error}");
    let third = FarEnd::phone_over_tls(node, authority.client()).await;
    assert_eq!(third.shown, other.shown);

    phone.hangs_up();
    floor
        .line(|event| matches!(event, LineEvent::Down { .. }))
        .await;
}

#[tokio::test]
async fn a_phone_whose_connection_breaks_is_registered_no_more() {
    let authority = Authority::new();
    let mut floor = Floor::open_with(authority.node(ListenerKind::Tls, "127.0.0.1")).await;
    let node = floor.telephony.heard()[1].address;
    floor.agent(LineMode::NailedUp);
    let phone = FarEnd::phone_over_tls(node, authority.client()).await;
    floor.line(|event| *event == LineEvent::Registered).await;
    drop(phone);
    floor.line(|event| *event == LineEvent::Unregistered).await;
}

#[tokio::test]
async fn a_ping_inside_tls_is_answered() {
    let authority = Authority::new();
    let floor = Floor::open_with(authority.node(ListenerKind::Tls, "127.0.0.1")).await;
    let node = floor.telephony.heard()[1].address;
    let mut phone = FarEnd::phone_over_tls(node, authority.client()).await;
    phone.says(b"\r\n\r\n");
    phone.hears("pong").await;
}

#[tokio::test]
async fn who_speaks_no_tls_is_hung_up_on() {
    let authority = Authority::new();
    let floor = Floor::open_with(authority.node(ListenerKind::Tls, "127.0.0.1")).await;
    let node = floor.telephony.heard()[1].address;
    let mut plain = TcpStream::connect(node).await.expect("it listens");
    let sent = plain.write_all(b"OPTIONS sip:a@b SIP/2.0\r\n\r\n").await;
    sent.expect("connected");
    // One that says nothing at all.
    let mut silent = TcpStream::connect(node).await.expect("it listens");
    for stream in [&mut plain, &mut silent] {
        let mut answer = Vec::new();
        let ended = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        // An alert, or the end at once.
        assert!(ended.is_ok(), "closed in time");
        assert!(!answer.starts_with(b"SIP"), "{answer:?}");
    }
    until("both counted", || {
        let figures = floor.telephony.counters();
        figures.handshakes_failed == 2 && figures.connections_open == 0
    })
    .await;
}

#[tokio::test]
async fn tls_needs_a_certificate_that_can_be_read() {
    let authority = Authority::new();
    let mut setup = authority.node(ListenerKind::Tls, "127.0.0.1");
    authority.write("own.pem", "no certificate");
    let error = telephony::Telephony::start(setup.clone())
        .await
        .expect_err("nothing to show");
    assert!(matches!(error, TelephonyError::Tls(_)), "{error}");
    setup.tls = TlsSettings::default();
    let error = telephony::Telephony::start(setup)
        .await
        .expect_err("nothing to show");
    assert!(matches!(error, TelephonyError::NoCertificate(_)), "{error}");
}
