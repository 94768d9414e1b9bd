//! Phones that are pages: SIP over WebSocket (RFC 7118), in the clear and inside TLS.

use std::net::SocketAddr;
use std::time::Duration;

use domain::LineMode;
use engine::LineEvent;
use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::ServerName;
use sip::endpoint::{Flow, Transport};
use telephony::{Listener, ListenerKind, TelephonyConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::authority::Authority;
use crate::far_end::{FarEnd, Line};
use crate::floor::{Floor, PATIENCE, config, until};

/// A node that pages reach in the clear.
fn node() -> TelephonyConfig {
    node_at("127.0.0.1")
}

fn node_at(ip: &str) -> TelephonyConfig {
    let address = SocketAddr::new(ip.parse().expect("an address"), 0);
    let pages = Listener {
        kind: ListenerKind::Ws,
        address,
        advertised: None,
    };
    TelephonyConfig {
        places: vec![Listener::plain(address), pages],
        ..config()
    }
}

/// A page opens its WebSocket with these headers.
async fn opens<S>(stream: S, headers: &[(&'static str, &str)]) -> Result<WebSocketStream<S>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let request = "ws://cadencia.test/".into_client_request();
    let mut request = request.expect("an address");
    for (name, value) in headers {
        let value = HeaderValue::from_str(value).expect("a value");
        request.headers_mut().insert(*name, value);
    }
    client_async(request, stream)
        .await
        .map(|(socket, _)| socket)
}

const SIP: (&str, &str) = ("Sec-WebSocket-Protocol", "sip");

async fn stream_to(floor: &Floor) -> TcpStream {
    let node = floor.telephony.heard()[1].address;
    TcpStream::connect(node).await.expect("it listens")
}

/// What the page has for a line: a message a frame.
fn over<S>(socket: WebSocketStream<S>) -> Line
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sink, mut stream) = socket.split();
    let (sender, incoming) = mpsc::unbounded_channel();
    let (outgoing, mut messages) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            if matches!(message, Message::Text(_) | Message::Binary(_))
                && sender.send(message.into_data().to_vec()).is_err()
            {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(bytes) = messages.recv().await {
            let text = String::from_utf8(bytes).expect("our own text");
            if sink.send(Message::text(text)).await.is_err() {
                return;
            }
        }
        let _ = sink.close().await;
    });
    Line { incoming, outgoing }
}

/// Where pages say that they are: nowhere (RFC 7118 names `.invalid`; this is as unreachable).
fn nowhere() -> SocketAddr {
    ([192, 0, 2, 1], 9).into()
}

fn page<S>(socket: WebSocketStream<S>, transport: Transport, node: SocketAddr) -> FarEnd
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let flow = Flow {
        transport,
        remote: node,
    };
    FarEnd::on(over(socket), flow, nowhere(), Some("adv1"))
}

/// Registers, is called, talks, and each side hangs up once.
async fn lives(floor: &mut Floor, mut phone: FarEnd, via: &str) {
    let node = floor.telephony.heard()[1].address;
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.raises_line().await;
    let invite = phone.hears("INVITE ").await;
    assert!(
        invite.contains(&format!("Via: SIP/2.0/{via} {node};")),
        "{invite}"
    );
    assert!(
        invite.contains(&format!("@{node};transport=ws>")),
        "{invite}"
    );
    phone.hears("ACK ").await;
    phone.hangs_up();
    floor
        .line(|event| matches!(event, LineEvent::Down { .. }))
        .await;
    floor.raises_line().await;
    phone.hears("ACK ").await;
    floor.orders(engine::Command::DropLine {
        agent: crate::floor::AGENT,
    });
    phone.hears("BYE ").await;
    drop(phone);
    floor.line(|event| *event == LineEvent::Unregistered).await;
}

#[tokio::test]
async fn a_page_registers_is_called_and_either_side_hangs_up() {
    let mut floor = Floor::open_with(node()).await;
    floor.agent(LineMode::NailedUp);
    let socket = opens(stream_to(&floor).await, &[SIP]).await;
    let node = floor.telephony.heard()[1].address;
    let phone = page(socket.expect("welcome"), Transport::Ws, node);
    lives(&mut floor, phone, "WS").await;
}

#[tokio::test]
async fn a_page_does_so_inside_tls() {
    let authority = Authority::new();
    let mut floor = Floor::open_with(authority.node(ListenerKind::Wss, "127.0.0.1")).await;
    floor.agent(LineMode::NailedUp);
    let node = floor.telephony.heard()[1].address;
    let connector = TlsConnector::from(authority.client());
    let stream = connector.connect(ServerName::from(node.ip()), stream_to(&floor).await);
    let socket = opens(stream.await.expect("a good certificate"), &[SIP]).await;
    let phone = page(socket.expect("welcome"), Transport::Wss, node);
    lives(&mut floor, phone, "WSS").await;
}

#[tokio::test]
async fn a_page_does_so_over_ipv6() {
    let mut floor = Floor::open_with(node_at("::1")).await;
    floor.agent(LineMode::NailedUp);
    let socket = opens(stream_to(&floor).await, &[SIP]).await;
    let node = floor.telephony.heard()[1].address;
    let phone = page(socket.expect("welcome"), Transport::Ws, node);
    lives(&mut floor, phone, "WS").await;
}

fn status(refused: Result<WebSocketStream<TcpStream>, Error>) -> u16 {
    match refused {
        Err(Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn who_does_not_want_sip_or_comes_from_elsewhere_is_refused() {
    let setup = TelephonyConfig {
        origins: vec!["https://cadencia.test".into()],
        ..node()
    };
    let floor = Floor::open_with(setup).await;
    let other = ("Sec-WebSocket-Protocol", "chat");
    assert_eq!(status(opens(stream_to(&floor).await, &[]).await), 400);
    assert_eq!(status(opens(stream_to(&floor).await, &[other]).await), 400);
    let foreign = ("Origin", "https://elsewhere.test");
    let refused = opens(stream_to(&floor).await, &[SIP, foreign]).await;
    assert_eq!(status(refused), 403);
    let own = ("Origin", "https://cadencia.test");
    let several = ("Sec-WebSocket-Protocol", "sip, chat");
    let welcome = opens(stream_to(&floor).await, &[several, own]).await;
    assert!(welcome.is_ok());
    until("all three counted", || {
        floor.telephony.counters().handshakes_failed == 3
    })
    .await;
}

#[tokio::test]
async fn a_frame_that_is_too_long_ends_the_connection() {
    let floor = Floor::open_with(node()).await;
    let socket = opens(stream_to(&floor).await, &[SIP]).await;
    let mut socket = socket.expect("welcome");
    let long = "OPTIONS sip:a@b SIP/2.0\r\n".to_owned() + &"X: y\r\n".repeat(20_000);
    // It may be closed while this is being written.
    let _ = socket.send(Message::text(long)).await;
    let closed = async { while let Some(Ok(_)) = socket.next().await {} };
    timeout(PATIENCE, closed).await.expect("closed in time");
    until("counted", || {
        floor.telephony.counters().connections_refused == 1
    })
    .await;
}

#[tokio::test]
async fn a_page_that_answers_no_ping_is_gone_and_its_registration_with_it() {
    let setup = TelephonyConfig {
        keep_alive: Duration::from_millis(200),
        ..node()
    };
    let mut floor = Floor::open_with(setup).await;
    floor.agent(LineMode::NailedUp);
    let mut socket = opens(stream_to(&floor).await, &[SIP])
        .await
        .expect("welcome");
    // One that answers: pings come, and it is not closed.
    for _ in 0..3 {
        let ping = timeout(PATIENCE, socket.next()).await.expect("in time");
        assert_eq!(
            ping.expect("open").expect("sound"),
            Message::Ping(Bytes::new())
        );
    }
    // Both kinds of keep-alive are known.
    let asked = socket.send(Message::text("\r\n\r\n")).await;
    asked.expect("open");
    loop {
        let next = timeout(PATIENCE, socket.next()).await.expect("in time");
        if next.expect("open").expect("sound") == Message::text("\r\n") {
            break;
        }
    }
    // One that registers and then reads no more, so that it answers nothing.
    let node = floor.telephony.heard()[1].address;
    let mute = opens(stream_to(&floor).await, &[SIP])
        .await
        .expect("welcome");
    let (gate, held) = tokio::sync::oneshot::channel::<()>();
    let phone = page_until(mute, node, held);
    floor.line(|event| *event == LineEvent::Registered).await;
    drop(gate);
    floor.line(|event| *event == LineEvent::Unregistered).await;
    drop(phone);
}

/// A page whose WebSocket stands still from when `held` ends, without being closed.
fn page_until(
    mut socket: WebSocketStream<TcpStream>,
    node: SocketAddr,
    mut held: tokio::sync::oneshot::Receiver<()>,
) -> FarEnd {
    let (sender, incoming) = mpsc::unbounded_channel();
    let (outgoing, mut messages) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(Ok(message)) = socket.next() => {
                    if matches!(message, Message::Text(_)) {
                        let _ = sender.send(message.into_data().to_vec());
                    }
                }
                Some(bytes) = messages.recv() => {
                    let _ = socket.send(Message::binary(bytes)).await;
                }
                _ = &mut held => break,
            }
        }
        // Neither read nor closed.
        std::future::pending::<()>().await;
        drop(socket);
    });
    let flow = Flow {
        transport: Transport::Ws,
        remote: node,
    };
    FarEnd::on(Line { incoming, outgoing }, flow, nowhere(), Some("adv1"))
}
