//! Phones as they are: several of one agent, one of them dead, behind routers that forget, dialing
//! where they may not, and thousands at once.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use domain::{Destination, DestinationId, DestinationPlace, LineMode, Secret, Timestamp};
use engine::{Command, LineEvent, SidePlace};
use telephony::{BindingRecord, Report};

use crate::floor::{
    ADVISOR, AGENT, ANSWERS, CUSTOMER, Floor, PATIENCE, carrier, picks_up, sees, until,
};
use crate::peer::{Behaviour, Peer, Seen, Setup};
use crate::text_carrier::{TextCarrier, field};

/// Another phone of the agent.
async fn another_phone(floor: &mut Floor, behave: fn(&str) -> Behaviour) -> Peer {
    let phone = Peer::start(Setup {
        behave,
        voice: ADVISOR,
        register: Some((floor.telephony.local(), "adv1".into(), "pw-adv1".into())),
    });
    let known =
        |report: &Report| matches!(report, Report::Phones { phones, .. } if phones.len() == 2);
    floor.report(known).await;
    phone
}

fn is_gone(_: &str) -> Behaviour {
    Behaviour::Refuses(480)
}

fn is_busy(_: &str) -> Behaviour {
    Behaviour::Refuses(486)
}

#[tokio::test]
async fn the_phone_that_registered_last_is_called_and_the_other_left_alone() {
    let mut floor = Floor::open().await;
    let desk = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    let headset = another_phone(&mut floor, picks_up).await;
    floor.raises_line().await;
    assert_eq!((desk.invites(), headset.invites()), (0, 1));
}

#[tokio::test]
async fn a_phone_that_says_nobody_is_there_is_passed_over_at_once() {
    let mut floor = Floor::open().await;
    let desk = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    let left_behind = another_phone(&mut floor, is_gone).await;
    floor.raises_line().await;
    assert_eq!((desk.invites(), left_behind.invites()), (1, 1));
    assert_eq!(floor.telephony.counters().phones_passed_over, 1);
}

#[tokio::test]
async fn a_phone_that_is_dead_is_passed_over_while_the_customer_waits() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let desk = floor.agent_with_phone(LineMode::PerCall, picks_up).await;
    let dead = another_phone(&mut floor, picks_up).await;
    drop(dead);
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    let asked = Instant::now();
    floor.bridges(call);
    floor
        .report(|report| matches!(report, Report::BridgeTook { .. }))
        .await;
    assert!(
        asked.elapsed() < Duration::from_secs(8),
        "{:?}",
        asked.elapsed()
    );
    until("both are heard", || {
        carrier.heard(ANSWERS, ADVISOR) > 800 && desk.heard("adv1", CUSTOMER) > 800
    })
    .await;
}

#[tokio::test]
async fn an_agent_who_does_not_want_the_call_is_not_chased_from_phone_to_phone() {
    let mut floor = Floor::open().await;
    let desk = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    let _busy = another_phone(&mut floor, is_busy).await;
    floor.orders(Command::RaiseLine { agent: AGENT });
    let down = |event: &LineEvent| matches!(event, LineEvent::Down(_));
    let why = floor.line(down).await;
    assert_eq!(why, LineEvent::Down("the phone is busy".into()));
    assert_eq!(desk.invites(), 0);
}

/// A socket from which a test speaks SIP, or what is none, by hand.
struct ByHand {
    socket: UdpSocket,
    node: SocketAddr,
}

impl ByHand {
    fn at(node: SocketAddr) -> ByHand {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        ByHand { socket, node }
    }

    fn says(&self, bytes: &[u8]) -> Vec<u8> {
        self.socket.send_to(bytes, self.node).expect("loopback");
        let mut buffer = [0; 4096];
        let (length, _) = self
            .socket
            .recv_from(&mut buffer)
            .expect("an answer in time");
        buffer[..length].to_vec()
    }

    fn invites(&self, uri: &str) -> String {
        let from = self.socket.local_addr().expect("bound");
        let branch = uri.len();
        let answer = self.says(
            format!(
                "INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {from};rport;branch=z9hG4bKx{branch}\r\n\
                 From: <sip:adv1@cadencia.test>;tag=a\r\nTo: <{uri}>\r\nCall-ID: c{branch}\r\n\
                 CSeq: 1 INVITE\r\nContact: <sip:adv1@{from}>\r\nMax-Forwards: 70\r\n\
                 Content-Length: 0\r\n\r\n"
            )
            .as_bytes(),
        );
        let answer = String::from_utf8(answer).expect("text");
        // All but what names this very request.
        let told = answer.lines().filter(|line| {
            let name = line.split(':').next().unwrap_or_default();
            !["Via", "To", "Call-ID", "WWW-Authenticate"].contains(&name)
        });
        told.collect::<Vec<_>>().join("\n")
    }
}

#[tokio::test]
async fn a_phone_that_asks_where_it_is_seen_is_told() {
    let floor = Floor::open().await;
    let phone = ByHand::at(floor.telephony.local());
    let mut question = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    question.extend(*b"transaction.");
    let answer = phone.says(&question);
    assert_eq!(answer[..2], [1, 1]);
    assert_eq!(answer[8..20], *b"transaction.");
    let port = u16::from_be_bytes([answer[26], answer[27]]) ^ 0x2112;
    assert_eq!(port, phone.socket.local_addr().expect("bound").port());
}

#[tokio::test]
async fn a_stranger_is_asked_alike_whatever_they_dial() {
    let floor = Floor::open().await;
    floor.agent(LineMode::NailedUp);
    let stranger = ByHand::at(floor.telephony.local());
    let first = stranger.invites("sip:*43@cadencia.test");
    assert!(first.starts_with("SIP/2.0 401 "), "{first}");
    let shapes = [
        "sip:adv1@cadencia.test",
        "sip:00573001234567@cadencia.test",
        "sip:%2B573001234567@cadencia.test;user=phone",
        "tel:+573001234567",
        "sip:+573001234567;phone-context=+57@cadencia.test",
    ];
    for shape in shapes {
        assert_eq!(stranger.invites(shape), first, "{shape}");
    }
    assert_eq!(floor.telephony.counters().invites_sent, 0);
}

#[tokio::test]
async fn a_phone_hears_itself_at_its_echo_test_and_reaches_nothing_else() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    phone.calls("*43");
    until("it hears itself", || phone.heard("*43", ADVISOR) > 800).await;
    phone.calls(ANSWERS);
    sees(&phone, &Seen::Over(ANSWERS.into())).await;
    let refused = || floor.telephony.counters().calls_refused == 1;
    until("it is counted", refused).await;
    assert_eq!(carrier.invites(), 0);
    phone.hang_up("*43");
    sees(&phone, &Seen::Over("*43".into())).await;
}

/// A phone of this user that registered through a proxy, which wants to see its calls too.
fn registered_through(floor: &Floor, proxy: &TextCarrier, user: &str) {
    let edge = proxy.address;
    let path = format!("<sip:edge@{edge};lr>");
    floor.telephony.restore_binding(BindingRecord {
        user: user.into(),
        line: format!("2 udp {edge} 7 c@phone sip:{user}@192.0.2.7:5062 - - {path}"),
        expires_at: Timestamp::from_millis(i64::MAX / 2),
    });
}

#[tokio::test]
async fn phones_of_agents_and_destinations_are_called_by_the_way_they_registered() {
    let carrier = carrier();
    let edge = TextCarrier::start(|_| Vec::new());
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let destination = Destination {
        id: DestinationId::new(1),
        name: "Back office".into(),
        place: DestinationPlace::Phone("bo1".into()),
    };
    let password = Secret::new("pw-bo1");
    floor.telephony.set_destination(destination, &password);
    floor.agent(LineMode::NailedUp);
    registered_through(&floor, &edge, "adv1");
    registered_through(&floor, &edge, "bo1");

    floor.orders(Command::RaiseLine { agent: AGENT });
    let to_agent = edge.receives("INVITE", 1).await;
    assert!(to_agent.starts_with("INVITE sip:adv1@192.0.2.7:5062 "));
    let way = format!("<sip:edge@{};lr>", edge.address);
    assert_eq!(field(&to_agent, "Route"), Some(way.as_str()), "{to_agent}");

    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::CallSide {
        attempt: call,
        number: 1,
        place: SidePlace::Phone("bo1".into()),
        ring_timeout: Duration::from_secs(20),
    });
    let to_destination = || {
        let invites = edge.requests("INVITE");
        let to_it = |invite: &String| invite.starts_with("INVITE sip:bo1@192.0.2.7:5062 ");
        invites.into_iter().find(to_it)
    };
    until("the destination is called", || to_destination().is_some()).await;
    let invite = to_destination().expect("just seen");
    assert_eq!(field(&invite, "Route"), Some(way.as_str()), "{invite}");
}
