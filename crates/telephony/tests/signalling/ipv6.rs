//! IPv6, alone and beside IPv4: addresses in Via, Contact, Request-URI and SDP, audio across both.

use std::net::Ipv6Addr;

use domain::{EndedBy, LineMode, TrunkTransport};
use engine::{Command, LineEvent};
use telephony::media::MediaConfig;
use telephony::{Listener, ListenerKind, TelephonyConfig};

use crate::authority::Authority;
use crate::far_end::{Carrier, FarEnd};
use crate::floor::{
    ADVISOR, ANSWERS, CUSTOMER, Floor, carrier, config, hung_up_by, picks_up, until,
};
use crate::peer::{Peer, Setup};

/// Heard by both families, in this order.
fn both() -> TelephonyConfig {
    TelephonyConfig {
        places: vec![
            Listener::plain(([127, 0, 0, 1], 0).into()),
            Listener::plain((Ipv6Addr::LOCALHOST, 0).into()),
        ],
        media: MediaConfig {
            bind_ips: vec![
                "127.0.0.1".parse().expect("IPv4"),
                Ipv6Addr::LOCALHOST.into(),
            ],
            ..MediaConfig::loopback(1)
        },
        ..config()
    }
}

#[tokio::test]
async fn a_phone_on_ipv6_talks_with_a_customer_on_ipv4() {
    let carrier = carrier();
    let mut floor = Floor::open_with(both()).await;
    floor.trunk_to(carrier.address);
    floor.agent(LineMode::NailedUp);
    let node = floor.telephony.heard()[1].address;
    assert!(node.is_ipv6());
    let setup = Setup {
        behave: picks_up,
        voice: ADVISOR,
        register: Some((node, "adv1".into(), "pw-adv1".into())),
    };
    let phone = Peer::start_at(Ipv6Addr::LOCALHOST.into(), setup);
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    until("the customer hears the advisor", || {
        carrier.heard(ANSWERS, ADVISOR) > 0
    })
    .await;
    until("the advisor hears the customer", || {
        phone.heard("adv1", CUSTOMER) > 0
    })
    .await;
    carrier.hang_up(ANSWERS);
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::Customer));
}

#[tokio::test]
async fn a_carrier_on_ipv6_is_called_over_datagrams() {
    let setup = Setup {
        behave: picks_up,
        voice: CUSTOMER,
        register: None,
    };
    let carrier = Peer::start_at(Ipv6Addr::LOCALHOST.into(), setup);
    let mut floor = Floor::open_with(both()).await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::HangUp { attempt: call });
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::System));
}

#[tokio::test]
async fn a_carrier_on_ipv6_is_called_over_tls_and_told_ipv6_addresses() {
    let authority = Authority::new();
    let mut carrier = Carrier::start("::1", authority.signs("::1").server()).await;
    let setup = TelephonyConfig {
        tls: authority.believed(),
        ..both()
    };
    let mut floor = Floor::open_with(setup).await;
    floor.trunk_at(carrier.address, TrunkTransport::Tls);
    let call = floor.calls(ANSWERS);
    let mut far_end = carrier.next().await;
    let invite = far_end.hears("INVITE ").await;
    let port = carrier.address.port();
    for part in [
        format!("INVITE sip:{ANSWERS}@[::1]:{port};transport=tls SIP/2.0\r\n"),
        "Via: SIP/2.0/TLS [::1]:".to_owned(),
        "c=IN IP6 ::1\r\n".to_owned(),
    ] {
        assert!(invite.contains(&part), "{part} is not in {invite}");
    }
    floor.answered(call).await;
    far_end.hears("ACK ").await;
    far_end.hangs_up();
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::Customer));
}

#[tokio::test]
async fn a_phone_on_ipv6_is_called_over_tls() {
    let authority = Authority::new();
    let mut floor = Floor::open_with(authority.node(ListenerKind::Tls, "::1")).await;
    let node = floor.telephony.heard()[1].address;
    let (mut phone, invite) = FarEnd::line_over_tls(&mut floor, &authority).await;
    let via = format!("Via: SIP/2.0/TLS [::1]:{};", node.port());
    assert!(invite.contains(&via), "{invite}");
    phone.hears("ACK ").await;
    phone.hangs_up();
    floor
        .line(|event| matches!(event, LineEvent::Down { .. }))
        .await;
}
