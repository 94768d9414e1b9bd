//! Calls that carriers bring us, as carriers write them: without an offer, with session timers. The
//! carrier is plain text, so that it shares no belief with our own SIP.

use std::net::{SocketAddr, UdpSocket};

use domain::{AttemptId, EndedBy, LineMode};
use engine::Command;
use telephony::Report;

use crate::far_end::audio_place;
use crate::floor::{ADVISOR, CUSTOMER, Floor, PATIENCE, hung_up_by, picks_up, until};
use crate::talker::Talker;
use crate::text_carrier::field;
use crate::trunks::at;

const CALL: AttemptId = AttemptId::new(1);

/// A carrier that brings one call.
struct Bringer {
    socket: UdpSocket,
    own: SocketAddr,
    node: SocketAddr,
    audio: Talker,
}

impl Bringer {
    async fn to(floor: &Floor) -> Bringer {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let own = socket.local_addr().expect("bound");
        floor.telephony.set_trunk(at(own));
        floor.settles().await;
        Bringer {
            socket,
            own,
            node: floor.telephony.local(),
            audio: Talker::start(CUSTOMER),
        }
    }

    /// Sends a request of the call, with these fields more and this body.
    fn says(&self, line: &str, number: u32, to: &str, more: &str, body: &str) {
        let Bringer { own, node, .. } = self;
        let kind = match body {
            "" => "",
            _ => "Content-Type: application/sdp\r\n",
        };
        let text = format!(
            "{line} sip:+576013000000@{node} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {own};branch=z9hG4bK{line}{number}\r\nMax-Forwards: 70\r\n\
             From: <sip:+573001234567@{own}>;tag=1\r\nTo: {to}\r\nCall-ID: brought\r\n\
             CSeq: {number} {line}\r\nContact: <sip:c@{own}>\r\n{more}{kind}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let sent = self.socket.send_to(text.as_bytes(), self.node);
        sent.expect("loopback takes datagrams");
    }

    fn invites(&self, more: &str, body: &str) {
        let to = format!("<sip:+576013000000@{}>", self.node);
        self.says("INVITE", 1, &to, more, body);
    }

    /// The next message that begins so.
    fn hears(&self, start: &str) -> String {
        let mut buffer = [0; 8_192];
        loop {
            let (length, _) = self.socket.recv_from(&mut buffer).expect("it says more");
            let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if text.starts_with(start) {
                return text;
            }
        }
    }

    fn sdp(&self) -> String {
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {} RTP/AVP 8\r\n",
            self.audio.at.port()
        )
    }
}

async fn taken_in(floor: &mut Floor) {
    let offered = floor.report(|report| matches!(report, Report::Offered { .. }));
    let Report::Offered { offer, .. } = offered.await else {
        unreachable!("asked for an offer");
    };
    floor.orders(Command::TakeCall {
        offer,
        attempt: CALL,
        campaign: None,
    });
    floor.answered(CALL).await;
}

#[tokio::test]
async fn an_invite_without_an_offer_gets_ours_and_its_ack_brings_the_answer() {
    let mut floor = Floor::open().await;
    let advisor = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let carrier = Bringer::to(&floor).await;
    carrier.invites("", "");
    taken_in(&mut floor).await;
    let answer = carrier.hears("SIP/2.0 200");
    assert!(answer.contains("m=audio "), "{answer}");
    let to = field(&answer, "To").expect("it has a tag");
    carrier.says("ACK", 1, to, "", &carrier.sdp());
    floor.bridges(CALL);
    carrier.audio.speaks_to(audio_place(&answer));
    until("they hear each other", || {
        carrier.audio.hears(ADVISOR) && advisor.heard("adv1", CUSTOMER) > 800
    })
    .await;
    carrier.says("BYE", 2, to, "", "");
    assert_eq!(floor.next(CALL).await, hung_up_by(EndedBy::Customer));
}

/// What an INVITE with these fields is answered with.
async fn answer_to(more: &str) -> (Floor, Bringer, String) {
    let mut floor = Floor::open().await;
    let carrier = Bringer::to(&floor).await;
    carrier.invites(more, &carrier.sdp());
    taken_in(&mut floor).await;
    let answer = carrier.hears("SIP/2.0 200");
    let to = field(&answer, "To").expect("it has a tag");
    carrier.says("ACK", 1, to, "", "");
    (floor, carrier, answer)
}

#[tokio::test]
async fn a_caller_that_refreshes_its_session_itself_is_held_to_it() {
    let timer = "Supported: timer\r\nSession-Expires: 100;refresher=uac\r\n";
    let (mut floor, carrier, answer) = answer_to(timer).await;
    assert_eq!(field(&answer, "Session-Expires"), Some("100;refresher=uac"));
    assert_eq!(field(&answer, "Require"), Some("timer"));
    let to = field(&answer, "To").expect("it has a tag");
    // It does, by UPDATE, and is answered likewise.
    carrier.says("UPDATE", 2, to, timer, "");
    let refreshed = carrier.hears("SIP/2.0 200");
    assert_eq!(field(&refreshed, "CSeq"), Some("2 UPDATE"));
    assert_eq!(
        field(&refreshed, "Session-Expires"),
        Some("100;refresher=uac")
    );
    carrier.says("BYE", 3, to, "", "");
    assert_eq!(floor.next(CALL).await, hung_up_by(EndedBy::Customer));
}

#[tokio::test]
async fn a_caller_that_knows_no_session_timers_is_refreshed_by_us() {
    let (_floor, _carrier, answer) = answer_to("").await;
    assert_eq!(
        field(&answer, "Session-Expires"),
        Some("1800;refresher=uas")
    );
    assert_eq!(field(&answer, "Require"), None);
}

#[tokio::test]
async fn a_caller_that_wants_its_session_refreshed_each_few_seconds_is_told_the_least() {
    let floor = Floor::open().await;
    let carrier = Bringer::to(&floor).await;
    let timer = "Supported: timer\r\nSession-Expires: 20\r\n";
    carrier.invites(timer, &carrier.sdp());
    let answer = carrier.hears("SIP/2.0 422");
    assert_eq!(field(&answer, "Min-SE"), Some("90"));
}
