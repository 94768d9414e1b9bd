//! A user agent on one connection, whatever that is made of: a phone that registers, or a carrier.
//! It takes every call and keeps what it heard word by word.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::LineMode;
use engine::LineEvent;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ServerConfig};
use sip::endpoint::{
    CallEvent, CallHandle, Endpoint, EndpointConfig, Event, Flow, NewRegistration, Transport,
};
use sip::framing::{Framed, StreamFramer};
use sip::sdp::{self, Codec, Direction, Keying};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{sleep_until, timeout};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::authority::Authority;
use crate::floor::{Floor, PATIENCE};

/// A running far end; dropped, its connection closes.
pub(crate) struct FarEnd {
    heard: mpsc::UnboundedReceiver<String>,
    asks: mpsc::UnboundedSender<Ask>,
    /// The certificate that the node showed, where it had to.
    pub(crate) shown: Option<CertificateDer<'static>>,
}

enum Ask {
    HangUp,
    Say(Vec<u8>),
}

/// Where a far end is sent audio, and its key if it has one.
#[derive(Clone, Copy)]
pub(crate) struct Audio {
    pub(crate) at: SocketAddr,
    pub(crate) keying: Option<Keying>,
}

/// Wishes for a transfer, as a phone sends them inside the dialog that its line is.
pub(crate) struct Refer {
    contact: String,
    /// Ours, theirs, and the call's name.
    from: String,
    to: String,
    call_id: String,
    cseq: u32,
}

impl Refer {
    /// Of the line that this INVITE raised and this ACK confirmed.
    pub(crate) fn within(invite: &str, ack: &str) -> Refer {
        let header = |message: &str, name: &str| {
            let found = message.lines().find_map(|line| line.strip_prefix(name));
            found.expect("every request has it").trim().to_owned()
        };
        let contact = header(invite, "Contact:");
        let contact = contact.trim_matches(['<', '>']).to_owned();
        Refer {
            contact,
            from: header(ack, "To:"),
            to: header(ack, "From:"),
            call_id: header(ack, "Call-ID:"),
            cseq: 100,
        }
    }

    /// The next one, with whom the call is to go on.
    pub(crate) fn to(&mut self, whom: &str) -> String {
        self.cseq += 1;
        let Refer {
            contact,
            from,
            to,
            call_id,
            cseq,
        } = self;
        format!(
            "REFER {contact} SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bKr{cseq}\r\n\
             Max-Forwards: 70\r\nFrom: {from}\r\nTo: {to}\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq} REFER\r\nContact: <sip:adv1@127.0.0.1:5061;transport=tls>\r\n\
             Refer-To: <{whom}>\r\nContent-Length: 0\r\n\r\n"
        )
    }
}

/// Where messages come from and go to.
pub(crate) struct Line {
    pub(crate) incoming: mpsc::UnboundedReceiver<Vec<u8>>,
    pub(crate) outgoing: mpsc::UnboundedSender<Vec<u8>>,
}

/// A carrier inside TLS.
pub(crate) struct Carrier {
    pub(crate) address: SocketAddr,
    calls: mpsc::UnboundedReceiver<FarEnd>,
}

impl Carrier {
    pub(crate) async fn start(at: &str, tls: Arc<ServerConfig>) -> Carrier {
        Carrier::start_with(at, tls, None).await
    }

    /// One whose audio is such.
    pub(crate) async fn start_with(
        at: &str,
        tls: Arc<ServerConfig>,
        audio: Option<Audio>,
    ) -> Carrier {
        let listener = TcpListener::bind((at, 0)).await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let (opened, calls) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, remote)) = listener.accept().await {
                // The node may find the certificate wanting.
                if let Ok(stream) = TlsAcceptor::from(Arc::clone(&tls)).accept(stream).await {
                    let flow = Flow {
                        transport: Transport::Tls,
                        remote,
                    };
                    let far_end = FarEnd::on_with(over(stream), flow, address, None, audio);
                    let _ = opened.send(far_end);
                }
            }
        });
        Carrier { address, calls }
    }

    /// The next connection of the node.
    pub(crate) async fn next(&mut self) -> FarEnd {
        let next = timeout(PATIENCE, self.calls.recv()).await;
        next.expect("a connection in time").expect("it runs")
    }

    pub(crate) fn was_reached(&mut self) -> bool {
        self.calls.try_recv().is_ok()
    }
}

impl FarEnd {
    /// A phone that registered over TLS and whose agent's line is raised, and the INVITE that raised it.
    pub(crate) async fn line_over_tls(
        floor: &mut Floor,
        authority: &Authority,
    ) -> (FarEnd, String) {
        let node = floor.telephony.heard()[1].address;
        floor.agent(LineMode::NailedUp);
        let mut phone = FarEnd::phone_over_tls(node, authority.client()).await;
        floor.line(|event| *event == LineEvent::Registered).await;
        floor.raises_line().await;
        let invite = phone.hears("INVITE ").await;
        (phone, invite)
    }

    /// A phone that registers over TLS.
    pub(crate) async fn phone_over_tls(node: SocketAddr, tls: Arc<ClientConfig>) -> FarEnd {
        FarEnd::over_tls(node, tls, Some("adv1")).await
    }

    /// Somebody who connects over TLS.
    pub(crate) async fn over_tls(
        node: SocketAddr,
        tls: Arc<ClientConfig>,
        user: Option<&str>,
    ) -> FarEnd {
        FarEnd::over_tls_with(node, tls, user, None).await
    }

    /// The same with audio of their own.
    pub(crate) async fn over_tls_with(
        node: SocketAddr,
        tls: Arc<ClientConfig>,
        user: Option<&str>,
        audio: Option<Audio>,
    ) -> FarEnd {
        let stream = TcpStream::connect(node).await.expect("it listens");
        let local = stream.local_addr().expect("connected");
        let name = ServerName::from(node.ip());
        let connecting = TlsConnector::from(tls).connect(name, stream).await;
        let stream = connecting.expect("the node's certificate is good");
        let certificates = stream.get_ref().1.peer_certificates();
        let shown = certificates.and_then(|all| all.first()).cloned();
        let flow = Flow {
            transport: Transport::Tls,
            remote: node,
        };
        let far_end = FarEnd::on_with(over(stream), flow, local, user, audio);
        FarEnd { shown, ..far_end }
    }

    /// On a line that is there; registers if it is a user.
    pub(crate) fn on(line: Line, flow: Flow, local: SocketAddr, user: Option<&str>) -> FarEnd {
        FarEnd::on_with(line, flow, local, user, None)
    }

    fn on_with(
        line: Line,
        flow: Flow,
        local: SocketAddr,
        user: Option<&str>,
        audio: Option<Audio>,
    ) -> FarEnd {
        let mut seed = [9; 32];
        seed[..2].copy_from_slice(&local.port().to_be_bytes());
        let config = EndpointConfig {
            local,
            locals: vec![(flow.transport, local)],
            seed,
            accept_calls: true,
            source_rate: 0,
            ..EndpointConfig::default()
        };
        let now = Instant::now();
        let mut endpoint = Endpoint::new(config, now);
        if let Some(user) = user {
            let registration = NewRegistration {
                flow,
                domain: "cadencia.test".into(),
                user: user.into(),
                password: format!("pw-{user}"),
                expires: Duration::from_secs(120),
            };
            endpoint.register(now, registration);
        }
        let (notes, heard) = mpsc::unbounded_channel();
        let (asks, asked) = mpsc::unbounded_channel();
        let worker = Worker {
            endpoint,
            flow,
            audio: audio.unwrap_or(Audio {
                at: SocketAddr::new(local.ip(), 40_000),
                keying: None,
            }),
            line,
            notes,
            call: None,
        };
        tokio::spawn(worker.run(asked));
        FarEnd {
            heard,
            asks,
            shown: None,
        }
    }

    /// The next message that begins so; those before are passed over.
    pub(crate) async fn hears(&mut self, start: &str) -> String {
        loop {
            let next = timeout(PATIENCE, self.heard.recv()).await;
            let message = next.unwrap_or_else(|_| panic!("never heard {start}"));
            let message = message.unwrap_or_else(|| panic!("closed before {start}"));
            if message.starts_with(start) {
                return message;
            }
        }
    }

    /// Waits until the connection is closed.
    pub(crate) async fn is_closed(&mut self) {
        let closed = async { while self.heard.recv().await.is_some() {} };
        timeout(PATIENCE, closed).await.expect("closed in time");
    }

    pub(crate) fn hangs_up(&self) {
        assert!(self.asks.send(Ask::HangUp).is_ok(), "it runs");
    }

    /// Its connection ends, and it says no more; returns when it is closed.
    pub(crate) async fn falls_silent(mut self) {
        // The worker ends with the channel that it is asked by.
        drop(std::mem::replace(
            &mut self.asks,
            mpsc::unbounded_channel().0,
        ));
        self.is_closed().await;
    }

    /// Sends these bytes as they are.
    pub(crate) fn says(&self, bytes: &[u8]) {
        assert!(self.asks.send(Ask::Say(bytes.to_vec())).is_ok(), "it runs");
    }
}

/// Where a description in a message wants audio of an address of loopback.
pub(crate) fn audio_place(message: &str) -> SocketAddr {
    let line = message.lines().find_map(|l| l.strip_prefix("m=audio "));
    let port = line.and_then(|line| line.split(' ').next());
    let port = port.and_then(|port| port.parse().ok()).expect("a port");
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// A stream cut into messages.
pub(crate) fn over<S>(stream: S) -> Line
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (mut read, mut write) = tokio::io::split(stream);
    let (sender, incoming) = mpsc::unbounded_channel();
    let (outgoing, mut messages) = mpsc::unbounded_channel::<Vec<u8>>();
    tokio::spawn(async move {
        let mut framer = StreamFramer::new();
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = read.read(&mut buffer).await {
            framer.push(&buffer[..length]);
            for framed in framer.by_ref() {
                let sent = match framed.expect("a node sends SIP") {
                    Framed::Message(bytes) => sender.send(bytes),
                    Framed::Ping => sender.send(b"ping".to_vec()),
                    Framed::Pong => sender.send(b"pong".to_vec()),
                };
                if sent.is_err() {
                    return;
                }
            }
        }
    });
    tokio::spawn(async move {
        while let Some(bytes) = messages.recv().await {
            if write.write_all(&bytes).await.is_err() || write.flush().await.is_err() {
                return;
            }
        }
        let _ = write.shutdown().await;
    });
    Line { incoming, outgoing }
}

struct Worker {
    endpoint: Endpoint,
    flow: Flow,
    audio: Audio,
    line: Line,
    notes: mpsc::UnboundedSender<String>,
    call: Option<CallHandle>,
}

impl Worker {
    async fn run(mut self, mut asks: mpsc::UnboundedReceiver<Ask>) {
        loop {
            let now = Instant::now();
            self.endpoint.wake(now);
            self.flush(now);
            let wake = self.endpoint.next_wake();
            let wake = wake.unwrap_or(now + Duration::from_secs(60));
            tokio::select! {
                message = self.line.incoming.recv() => match message {
                    Some(bytes) => {
                        let _ = self.notes.send(String::from_utf8_lossy(&bytes).into_owned());
                        self.endpoint.receive(Instant::now(), self.flow, &bytes);
                    }
                    None => return,
                },
                ask = asks.recv() => match (ask, self.call) {
                    (Some(Ask::HangUp), Some(call)) => {
                        self.endpoint.hang_up(Instant::now(), call, None);
                    }
                    (Some(Ask::HangUp), None) => panic!("no call to hang up"),
                    (Some(Ask::Say(bytes)), _) => {
                        let _ = self.line.outgoing.send(bytes);
                    }
                    (None, _) => return,
                },
                () = sleep_until(wake.into()) => {}
            }
        }
    }

    fn flush(&mut self, now: Instant) {
        loop {
            while let Some(event) = self.endpoint.poll_event() {
                self.react(now, event);
            }
            let Some(transmit) = self.endpoint.poll_transmit() else {
                return;
            };
            // A closed connection ends the worker soon.
            let _ = self.line.outgoing.send(transmit.bytes);
        }
    }

    fn react(&mut self, now: Instant, event: Event) {
        match event {
            Event::Incoming { call, offer, .. } => {
                let Audio { at, keying } = self.audio;
                let offer = offer.expect("a node always offers");
                let both = Direction::SendRecv;
                let answer = sdp::answer_keyed(&offer, at, 1, &[Codec::Pcma], both, keying)
                    // A carrier without keys that answers in clear whatever it was offered.
                    .or_else(|_| {
                        let clear = offer.replace("RTP/SAVP", "RTP/AVP");
                        sdp::answer(&clear, at, 1, &[Codec::Pcma], both)
                    });
                self.endpoint.ring(now, call, None);
                self.endpoint
                    .answer(now, call, answer.expect("PCMA is offered").0);
            }
            Event::Call { call, event } => match event {
                CallEvent::Confirmed => self.call = Some(call),
                CallEvent::Ended { .. } => self.call = None,
                _ => {}
            },
            _ => {}
        }
    }
}
