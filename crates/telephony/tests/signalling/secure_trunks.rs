//! Trunks whose audio is protected: keys in the SDP of signalling inside TLS (RFC 4568), packets opened
//! and made here by the key that was agreed on.

use std::net::UdpSocket;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use domain::{LineMode, Outcome, Srtp, Trunk, TrunkTransport};
use engine::{CallProgress, Command};
use media::srtp::{MasterKey, Protect, Suite, Unprotect};
use sip::sdp::{self, Keying};
use telephony::{ListenerKind, Report, TelephonyConfig};

use crate::authority::Authority;
use crate::far_end::{Audio, Carrier, FarEnd, audio_place};
use crate::floor::{
    ADVISOR, ANSWERS, CUSTOMER, Floor, MESSAGE, PATIENCE, TRUNK, config, picks_up, trunk, until,
};
use crate::text_carrier::TextCarrier;

const THEIR_KEY: [u8; 30] = [7; 30];
const SUITE: Suite = Suite::AesCm128HmacSha1Tag80;

/// A node, a carrier inside TLS and the socket of its audio.
struct Scene {
    floor: Floor,
    carrier: Carrier,
    audio: UdpSocket,
    _authority: Authority,
}

impl Scene {
    async fn set(srtp: Srtp, has_keys: bool) -> Scene {
        let authority = Authority::new();
        let signed = authority.signs("127.0.0.1");
        let audio = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        audio.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let keying = Keying {
            key: sdp::MasterKey(THEIR_KEY),
            required: false,
        };
        let there = Audio {
            at: audio.local_addr().expect("bound"),
            keying: has_keys.then_some(keying),
        };
        let carrier = Carrier::start_with("127.0.0.1", signed.server(), Some(there)).await;
        let setup = TelephonyConfig {
            tls: authority.believed(),
            ..config()
        };
        let floor = Floor::open_with(setup).await;
        floor.telephony.set_trunk(Trunk {
            srtp,
            ..trunk("127.0.0.1", carrier.address.port(), TrunkTransport::Tls)
        });
        Scene {
            floor,
            carrier,
            audio,
            _authority: authority,
        }
    }

    /// The next packet that the carrier's side is sent.
    fn packet(&self) -> Vec<u8> {
        let mut buffer = [0; 2_048];
        let (length, _) = self.audio.recv_from(&mut buffer).expect("audio in time");
        buffer[..length].to_vec()
    }
}

/// Our key in a description.
fn our_key(description: &str) -> MasterKey {
    let line = description
        .lines()
        .find_map(|line| line.strip_prefix("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:"));
    let text = line.unwrap_or_else(|| panic!("no key in {description}"));
    let bytes = BASE64.decode(text.trim());
    MasterKey::new(SUITE, &bytes.expect("base64")).expect("30 bytes")
}

fn rtp(sequence: u16, voice: u8) -> Vec<u8> {
    let mut packet = vec![0x80, 8];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend([0, 0, 0, 9]);
    packet.extend([voice; 160]);
    packet
}

#[tokio::test]
async fn audio_of_a_trunk_that_requires_keys_is_protected_both_ways() {
    let mut scene = Scene::set(Srtp::Required, true).await;
    let floor = &mut scene.floor;
    let advisor = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    let invite = scene.carrier.next().await.hears("INVITE ").await;
    assert!(invite.contains(" RTP/SAVP 8 0 101\r\n"), "{invite}");
    floor.answered(call).await;
    floor.bridges(call);

    let mut theirs = Unprotect::new(&our_key(&invite));
    loop {
        let mut packet = scene.packet();
        assert_eq!(packet.len(), 12 + 160 + 10, "a packet and its tag");
        let length = theirs.rtp(&mut packet).expect("protected with our key");
        if packet[12..length] == [ADVISOR; 160] {
            break;
        }
    }
    let to = audio_place(&invite);
    // In clear, as an attacker would, and then as agreed on.
    for sequence in 0..5 {
        let packet = rtp(sequence, MESSAGE);
        scene.audio.send_to(&packet, to).expect("loopback");
    }
    let their_key = MasterKey::new(SUITE, &THEIR_KEY).expect("30 bytes");
    let mut ours = Protect::new(&their_key);
    for sequence in 10..15 {
        let mut packet = rtp(sequence, CUSTOMER);
        packet.resize(200, 0);
        let length = ours.rtp(&mut packet, 172).expect("few so far");
        let sent = scene.audio.send_to(&packet[..length], to);
        sent.expect("loopback");
    }
    until("the advisor hears the customer", || {
        advisor.heard("adv1", CUSTOMER) >= 5 * 160
    })
    .await;
    assert_eq!(advisor.heard("adv1", MESSAGE), 0);
}

#[tokio::test]
async fn a_carrier_that_answers_in_clear_where_keys_are_required_is_hung_up_on_and_told_why() {
    let mut scene = Scene::set(Srtp::Required, false).await;
    let call = scene.floor.calls(ANSWERS);
    let mut far_end = scene.carrier.next().await;
    far_end.hears("ACK ").await;
    far_end.hears("BYE ").await;
    let failed = |progress: &CallProgress| matches!(progress, CallProgress::Failed { .. });
    let CallProgress::Failed { outcome, cause } = scene.floor.call(call, failed).await else {
        unreachable!("asked for a failure");
    };
    assert_eq!(outcome, Outcome::Congestion);
    let text = cause.text.expect("it says why");
    assert!(text.starts_with("audio would be in clear"), "{text}");
}

#[tokio::test]
async fn a_carrier_without_keys_talks_in_clear_where_they_are_offered() {
    let mut scene = Scene::set(Srtp::Offered, false).await;
    let call = scene.floor.calls(ANSWERS);
    let invite = scene.carrier.next().await.hears("INVITE ").await;
    assert!(
        invite.contains(" RTP/AVP 8 0 101\r\na=crypto:1 "),
        "{invite}"
    );
    scene.floor.answered(call).await;
    let packet = scene.packet();
    assert_eq!(packet.len(), 12 + 160);
}

#[tokio::test]
async fn no_key_is_offered_where_it_would_be_everybodys_or_is_not_wanted() {
    let mut scene = Scene::set(Srtp::Off, true).await;
    scene.floor.calls(ANSWERS);
    let invite = scene.carrier.next().await.hears("INVITE ").await;
    assert!(!invite.contains("crypto"), "{invite}");

    let udp = TextCarrier::start(|_| Vec::new());
    scene.floor.telephony.set_trunk(Trunk {
        srtp: Srtp::Offered,
        ..trunk("127.0.0.1", udp.address.port(), TrunkTransport::Udp)
    });
    scene.floor.calls(ANSWERS);
    let invite = udp.receives("INVITE", 1).await;
    assert!(!invite.contains("crypto"), "{invite}");
}

/// What becomes of a call that a carrier brings inside TLS, with this stream.
async fn brought(srtp: Srtp, stream: &str) -> String {
    let authority = Authority::new();
    let mut floor = Floor::open_with(authority.node(ListenerKind::Tls, "127.0.0.1")).await;
    let node = floor.telephony.heard()[1].address;
    // Its own port matters to nobody: a trunk is known by its address.
    floor.telephony.set_trunk(Trunk {
        srtp,
        ..trunk("127.0.0.1", 5061, TrunkTransport::Tls)
    });
    floor.settles().await;
    let mut carrier = FarEnd::over_tls(node, authority.client(), None).await;
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{stream}"
    );
    let invite = format!(
        "INVITE sip:+576013000000@{node} SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKi\r\n\
         Max-Forwards: 70\r\nFrom: <sip:+573001234567@127.0.0.1>;tag=1\r\nTo: <sip:+576013000000@{node}>\r\n\
         Call-ID: brought\r\nCSeq: 1 INVITE\r\nContact: <sip:c@127.0.0.1:5061;transport=tls>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    );
    carrier.says(invite.as_bytes());
    let offered = floor
        .report(|report| matches!(report, Report::Offered { .. }))
        .await;
    let Report::Offered { offer, trunk, .. } = offered else {
        unreachable!("asked for an offer");
    };
    assert_eq!(trunk, TRUNK);
    floor.orders(Command::TakeCall {
        offer,
        attempt: domain::AttemptId::new(1),
        campaign: None,
    });
    loop {
        let answer = carrier.hears("SIP/2.0 ").await;
        if !answer.starts_with("SIP/2.0 1") {
            return answer;
        }
    }
}

#[tokio::test]
async fn a_call_brought_in_clear_over_a_trunk_that_requires_keys_is_refused() {
    let clear = "m=audio 4000 RTP/AVP 8\r\n";
    let answer = brought(Srtp::Required, clear).await;
    assert!(answer.starts_with("SIP/2.0 488 "), "{answer}");
    let answer = brought(Srtp::Offered, clear).await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    assert!(!answer.contains("crypto"), "{answer}");
}

#[tokio::test]
async fn a_call_brought_with_a_key_is_answered_with_one() {
    let keyed = "m=audio 4000 RTP/SAVP 8\r\n\
        a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n";
    for srtp in [Srtp::Required, Srtp::Offered] {
        let answer = brought(srtp, keyed).await;
        assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
        assert!(answer.contains(" RTP/SAVP 8\r\na=crypto:1 "), "{answer}");
    }
    let answer = brought(Srtp::Off, keyed).await;
    assert!(answer.starts_with("SIP/2.0 488 "), "{answer}");
}
