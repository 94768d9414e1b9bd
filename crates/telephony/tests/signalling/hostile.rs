//! What strangers send costs nothing but a count: calls go on, and everything stays bounded.

use std::time::Duration;

use domain::{EndedBy, LineMode};
use engine::{Command, LineEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use crate::floor::{ADVISOR, ANSWERS, Floor, PATIENCE, carrier, hung_up_by, picks_up, until};
use crate::peer::{Peer, Setup};

/// Bytes from a fixed seed (xorshift): the same garbage every time.
fn garbage(count: usize) -> Vec<Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut all: Vec<Vec<u8>> = (0..count)
        .map(|_| {
            (0..next() % 1400)
                .map(|_| next().to_le_bytes()[0])
                .collect()
        })
        .collect();
    let texts: [&[u8]; 8] = [
        b"INVITE",
        b"INVITE sip:a@b SIP/2.0",
        b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0\r\n\r\n",
        b"BYE sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n",
        b"SIP/2.0 999 \r\n\r\n",
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nCSeq: 4294967296 INVITE\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\0\0\0\0\0\0\0\0",
    ];
    all.extend(texts.map(<[u8]>::to_vec));
    all.push(b"OPTIONS sip:a@b SIP/2.0\r\n".repeat(2000));
    all
}

#[tokio::test]
async fn garbage_on_the_sip_port_is_counted_and_a_call_goes_on() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let before = floor.calls(ANSWERS);
    floor.answered(before).await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let garbage = garbage(3000);
    for datagram in &garbage {
        let sent = stranger.send_to(datagram, floor.telephony.local()).await;
        sent.expect("loopback takes datagrams");
    }
    let during = floor.calls(ANSWERS);
    floor.answered(during).await;
    for call in [before, during] {
        floor.orders(Command::HangUp { attempt: call });
        assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
    }
    let telephony = floor.telephony.clone();
    until("the garbage is counted", || {
        telephony.counters().malformed > 2900
    })
    .await;
}

#[tokio::test]
async fn a_stream_is_read_however_it_is_cut_and_closed_on_nonsense() {
    let floor = Floor::open().await;
    let mut stream = TcpStream::connect(floor.telephony.local())
        .await
        .expect("it listens");
    let local = stream.local_addr().expect("connected");
    stream.write_all(b"\r\n\r\n").await.expect("open");
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).await.expect("a pong");
    assert_eq!(&answer, b"\r\n");
    let options = format!(
        "OPTIONS sip:cadencia.test SIP/2.0\r\nVia: SIP/2.0/TCP {local};branch=z9hG4bKstream\r\n\
         From: <sip:x@cadencia.test>;tag=1\r\nTo: <sip:cadencia.test>\r\nCall-ID: stream\r\n\
         CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    for piece in options.as_bytes().chunks(7) {
        stream.write_all(piece).await.expect("open");
        stream.flush().await.expect("open");
    }
    let mut answer = vec![0; 4096];
    let length = stream.read(&mut answer).await.expect("an answer");
    let text = String::from_utf8_lossy(&answer[..length]);
    assert!(text.starts_with("SIP/2.0 "), "{text}");
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("open");
    let end = tokio::time::timeout(PATIENCE, stream.read(&mut answer)).await;
    assert!(matches!(end, Ok(Ok(0) | Err(_))), "closed, not {end:?}");
}

#[tokio::test]
async fn one_source_cannot_take_every_connection() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let mut held = Vec::new();
    for _ in 0..160 {
        held.push(
            TcpStream::connect(floor.telephony.local())
                .await
                .expect("it listens"),
        );
    }
    let telephony = floor.telephony.clone();
    until("the surplus is refused", || {
        telephony.counters().connections_refused >= 32
    })
    .await;
    assert!(telephony.counters().connections_open <= 128);
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    drop(held);
    until("they are forgotten", || {
        telephony.counters().connections_open == 0
    })
    .await;
}

#[tokio::test]
async fn a_phone_with_a_wrong_password_never_registers() {
    let mut floor = Floor::open().await;
    floor.agent(LineMode::NailedUp);
    let _phone = Peer::start(Setup {
        behave: picks_up,
        voice: ADVISOR,
        register: Some((floor.telephony.local(), "adv1".into(), "guessed".into())),
    });
    let telephony = floor.telephony.clone();
    // REGISTER, its challenge, and the second try.
    until("it tried", || telephony.counters().sip_in >= 2).await;
    floor.orders(Command::RaiseLine {
        agent: crate::floor::AGENT,
    });
    let event = floor.line(|_| true).await;
    assert_eq!(event, LineEvent::Down("no phone is registered".into()));
}

#[tokio::test]
async fn a_caller_from_nowhere_gets_no_call() {
    let floor = Floor::open().await;
    let stranger = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let local = stranger.local_addr().expect("bound");
    let invite = format!(
        "INVITE sip:+573001112233@cadencia.test SIP/2.0\r\nVia: SIP/2.0/UDP {local};branch=z9hG4bKfraud\r\n\
         From: <sip:x@cadencia.test>;tag=1\r\nTo: <sip:+573001112233@cadencia.test>\r\nCall-ID: fraud\r\n\
         CSeq: 1 INVITE\r\nContact: <sip:x@{local}>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    let sent = stranger
        .send_to(invite.as_bytes(), floor.telephony.local())
        .await;
    sent.expect("loopback takes datagrams");
    let mut answer = [0; 4096];
    loop {
        let received = tokio::time::timeout(Duration::from_secs(5), stranger.recv(&mut answer));
        let length = received.await.expect("an answer").expect("bound");
        let text = String::from_utf8_lossy(&answer[..length]).into_owned();
        if !text.starts_with("SIP/2.0 1") {
            assert!(text.starts_with("SIP/2.0 4"), "{text}");
            break;
        }
    }
    assert_eq!(floor.telephony.counters().invites_sent, 0);
}

#[tokio::test]
async fn an_unfinished_message_is_waited_for_ten_seconds_and_no_longer() {
    let floor = Floor::open().await;
    let stream = TcpStream::connect(floor.telephony.local()).await;
    let mut stream = stream.expect("loopback takes connections");
    let half = b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP";
    stream.write_all(half).await.expect("it is open");
    let began = std::time::Instant::now();
    let mut answer = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    assert!(closed.is_ok() && answer.is_empty(), "{answer:?}");
    assert!(began.elapsed() > Duration::from_secs(9), "too soon");
}
