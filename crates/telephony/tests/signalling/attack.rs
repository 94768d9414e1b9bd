//! A live floor under attack: a flood of datagrams on the SIP port, strangers who speak into the audio
//! ports, phones and strangers who want calls made. What people hear and how fast calls go stays as it was.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use domain::LineMode;
use engine::Command;

use crate::floor::{
    ADVISOR, ANSWERS, ANSWERS_MUTE, CUSTOMER, Floor, PATIENCE, carrier, config, picks_up, until,
};
use crate::peer::Peer;

/// What strangers say, as a G.711 byte.
const STRANGER: u8 = 0x77;

/// Somebody who sends without pause from an address of their own, until dropped.
struct Flood {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Flood {
    /// `burst` says what goes out together, every 5 ms.
    fn from(at: &str, burst: impl Fn(&UdpSocket) -> u64 + Send + 'static) -> Flood {
        let socket = UdpSocket::bind((at, 0)).expect("loopback is a whole network");
        let (stop, sent) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let (stopped, counted) = (Arc::clone(&stop), Arc::clone(&sent));
        let thread = std::thread::spawn(move || {
            let mut next = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                counted.fetch_add(burst(&socket), Ordering::Relaxed);
                next += Duration::from_millis(5);
                std::thread::sleep(next.saturating_duration_since(Instant::now()));
            }
        });
        Flood {
            stop,
            sent,
            thread: Some(thread),
        }
    }

    fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// 20,000 a second: noise, and what looks like SIP and is not wanted.
fn junk(to: SocketAddr) -> Flood {
    let invite = "INVITE sip:+573001112233@cadencia.test SIP/2.0\r\n\
        Via: SIP/2.0/UDP 127.0.0.66:5060;branch=z9hG4bKjunk\r\nFrom: <sip:x@y>;tag=1\r\n\
        To: <sip:z@y>\r\nCall-ID: junk\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n\r\n";
    let noise: Vec<u8> = (0..600_u32)
        .map(|n| n.wrapping_mul(97).to_le_bytes()[0])
        .collect();
    Flood::from("127.0.0.66", move |socket| {
        let all = [
            invite.as_bytes(),
            &noise,
            b"OPTIONS sip:x SIP/2.0\r\n\r\n",
            b"\0\0\0\0\0",
        ];
        for number in 0..100 {
            let _ = socket.send_to(all[number % all.len()], to);
        }
        100
    })
}

/// How long each of so many calls takes from the order to the answer.
async fn setups(floor: &mut Floor, calls: usize) -> Vec<Duration> {
    let mut took = Vec::new();
    for _ in 0..calls {
        let ordered = Instant::now();
        let call = floor.calls(ANSWERS_MUTE);
        floor.answered(call).await;
        took.push(ordered.elapsed());
        floor.orders(Command::HangUp { attempt: call });
        floor.next_end(call).await;
    }
    took.sort();
    took
}

/// What a phone heard of the customer since a moment.
struct Audible {
    since: Instant,
    before: usize,
}

impl Audible {
    fn since(phone: &Peer) -> Audible {
        Audible {
            since: Instant::now(),
            before: phone.heard("adv1", CUSTOMER),
        }
    }

    fn seconds(&self) -> f64 {
        self.since.elapsed().as_secs_f64()
    }

    /// Of what was said.
    fn share(&self, phone: &Peer) -> f64 {
        (phone.heard("adv1", CUSTOMER) - self.before) as f64 / (self.seconds() * 8000.0)
    }
}

#[tokio::test]
async fn a_flood_on_the_sip_port_leaves_audio_and_new_calls_alone() {
    const CALLS: usize = 100;
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let live = floor.calls(ANSWERS);
    floor.answered(live).await;
    floor.bridges(live);
    until("they talk", || phone.heard("adv1", CUSTOMER) > 1600).await;
    // Whoever tests on a busy machine loses audio without a flood too.
    let audible = Audible::since(&phone);
    let calm = setups(&mut floor, CALLS).await;
    until("some audio passed", || audible.seconds() > 1.0).await;
    let clear = audible.share(&phone);

    let (audible, flood) = (Audible::since(&phone), junk(floor.telephony.local()));
    let stormy = setups(&mut floor, CALLS).await;
    until("the flood was one", || flood.sent() >= 20_000).await;
    let share = audible.share(&phone) / clear;
    let rate = flood.sent() as f64 / audible.seconds();
    drop(flood);

    let p99 = |took: &[Duration]| took[took.len() * 99 / 100 - 1];
    let (before, during) = (p99(&calm), p99(&stormy));
    println!(
        "{rate:.0} datagrams/s: setup p99 {before:?} without, {during:?} with; audio heard {:.1} % of that",
        share * 100.0
    );
    // A datagram of a call that the flood pushed out is sent again after 500 ms.
    assert!(during < before + Duration::from_millis(900), "{during:?}");
    // The far ends are on this machine too, and get what the flood leaves of it.
    assert!(share > 0.75, "{share} of {clear}");
    assert!(
        floor.telephony.counters().unheard > 1000,
        "most were not even read"
    );
}

#[tokio::test]
async fn nobody_who_speaks_into_the_audio_ports_is_heard_before_during_or_after_a_call() {
    let ports = (20_100, 20_139);
    let carrier = carrier();
    let mut setup = config();
    setup.media.port_range = ports;
    let mut floor = Floor::open_with(setup).await;
    floor.trunk_to(carrier.address);
    let sequence = AtomicU64::new(0);
    // A port sweep without pause, from before the first port is open to after the last call.
    let sweep = Flood::from("127.0.0.2", move |socket| {
        let number = sequence.fetch_add(1, Ordering::Relaxed);
        let mut packet = vec![0x80, 8];
        packet.extend(u16::try_from(number % 65_536).expect("below").to_be_bytes());
        packet.extend((u32::try_from(number).expect("a short test") * 160).to_be_bytes());
        packet.extend(0x5eed_5eed_u32.to_be_bytes());
        packet.extend([STRANGER; 160]);
        for port in ports.0..=ports.1 {
            let _ = socket.send_to(&packet, ("127.0.0.1", port));
        }
        u64::from(ports.1 - ports.0 + 1)
    });
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    for _ in 0..3 {
        let call = floor.calls(ANSWERS);
        floor.answered(call).await;
        let before = (
            carrier.heard(ANSWERS, ADVISOR),
            phone.heard("adv1", CUSTOMER),
        );
        floor.bridges(call);
        until("both are heard", || {
            carrier.heard(ANSWERS, ADVISOR) > before.0 + 8000
                && phone.heard("adv1", CUSTOMER) > before.1 + 8000
        })
        .await;
        floor.orders(Command::HangUp { attempt: call });
        floor.next_end(call).await;
    }
    let swept = sweep.sent();
    until("the sweep went over all ports after the last call", || {
        sweep.sent() > swept + 400
    })
    .await;
    let heard = (
        carrier.heard(ANSWERS, STRANGER),
        phone.heard("adv1", STRANGER),
    );
    println!("{} foreign packets sent, {heard:?} heard", sweep.sent());
    assert_eq!(heard, (0, 0));
    let telephony = floor.telephony.clone();
    until("they are counted", || {
        telephony.counters().rtp_foreign > 100
    })
    .await;
}

/// Every way to write a number that somebody might dial through us.
fn shapes(node: SocketAddr) -> Vec<String> {
    let hosts = [
        node.to_string(),
        "cadencia.test".into(),
        "127.0.0.1".into(),
        "192.0.2.7".into(),
    ];
    let users = [
        "+573001112233",
        "%2B573001112233",
        "573001112233",
        "00573001112233",
        "9+573001112233",
        "+573001112233;phone-context=+57",
        "3001112233;phone-context=+57",
        "+573001112233;npdi;rn=+571",
        "adv1",
        "adv1;x=+573001112233",
        "%61dv1",
        "cadencia",
    ];
    let mut uris: Vec<String> = Vec::new();
    for host in &hosts {
        for user in users {
            uris.push(format!("sip:{user}@{host}"));
            uris.push(format!("sip:{user}:pw@{host};user=phone;transport=udp"));
        }
        uris.push(format!("sips:+573001112233@{host}"));
        uris.push(format!("sip:{host};maddr=127.0.0.1"));
    }
    for number in [
        "+573001112233",
        "3001112233;phone-context=+57",
        "911;phone-context=+1",
    ] {
        uris.push(format!("tel:{number}"));
    }
    let head = |method: &str, uri: &str, number: usize, more: &str| {
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bKf{number};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:adv1@cadencia.test>;tag={number}\r\nTo: <{uri}>\r\n\
             Call-ID: fraud{number}\r\nCSeq: 1 {method}\r\nContact: <sip:adv1@127.0.0.9>\r\n\
             {more}Content-Length: 0\r\n\r\n"
        )
    };
    let mut all: Vec<String> = Vec::new();
    for uri in &uris {
        all.push(head("INVITE", uri, all.len(), ""));
    }
    let out = "sip:+573001112233@192.0.2.7";
    let fields = [
        format!("Route: <{out};lr>\r\n"),
        format!("Refer-To: <{out}>\r\n"),
        format!("Replaces: x;to-tag=1;from-tag=2\r\nReferred-By: <{out}>\r\n"),
        format!("Diversion: <{out}>\r\nP-Asserted-Identity: <{out}>\r\n"),
    ];
    for field in &fields {
        for method in [
            "INVITE",
            "REFER",
            "SUBSCRIBE",
            "NOTIFY",
            "MESSAGE",
            "PUBLISH",
            "INFO",
            "UPDATE",
        ] {
            for uri in [&uris[0], &uris[16], &uris[40]] {
                all.push(head(method, uri, all.len(), field));
            }
        }
    }
    let moved = "SIP/2.0 302 Moved Temporarily\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n\
        From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n";
    all.push(format!(
        "{moved}Contact: <{out}>\r\nContent-Length: 0\r\n\r\n"
    ));
    all
}

#[tokio::test]
async fn two_hundred_forged_calls_of_strangers_and_phones_place_none() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    // The trunk's address is not among those that ask.
    floor.trunk_to(carrier.address);
    let _phone = floor.agent_with_phone(LineMode::PerCall, picks_up).await;
    let node = floor.telephony.local();
    let shapes = shapes(node);
    assert!(shapes.len() >= 200, "{}", shapes.len());
    // Addresses of their own for every few, so that no budget hides anything.
    let mut answers = 0;
    let mut buffer = [0; 4096];
    for (number, shape) in shapes.iter().enumerate() {
        // From strangers; and from the host where a phone is registered and the trunk lives.
        let here = format!("127.0.0.{}", 100 + number / 15);
        for from in [here.as_str(), "127.0.0.1"] {
            let socket = UdpSocket::bind((from, 0)).expect("loopback");
            socket
                .set_read_timeout(Some(Duration::from_millis(300)))
                .expect("a timeout");
            socket.send_to(shape.as_bytes(), node).expect("loopback");
            while let Ok(length) = socket.recv(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                if text.starts_with("SIP/2.0 1") {
                    continue;
                }
                answers += 1;
                let accepted = text.starts_with("SIP/2.0 2") || text.starts_with("SIP/2.0 3");
                assert!(!accepted, "{shape}\n{text}");
                break;
            }
        }
    }
    assert!(answers > 200, "{answers}");
    assert_eq!(carrier.invites(), 0);
    assert_eq!(floor.telephony.counters().invites_sent, 0);
    let call = tokio::time::timeout(PATIENCE, async {
        let call = floor.calls(ANSWERS);
        floor.answered(call).await;
    });
    call.await.expect("an order of our own still leaves");
    assert_eq!(carrier.invites(), 1);
}
