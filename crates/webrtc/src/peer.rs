//! One browser's leg.
//!
//! ```text
//!   answer ──▶ Connecting ──ICE, DTLS──▶ Connected ◀──▶ Unreachable (no consent, RFC 7675)
//!                  │                        │                │
//!                  └────── Left: the page closed it, or it cannot go on ──┘
//! ```
//! After each datagram, each packet written and each wake, ask [`Peer::poll`] until it is idle.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::leg::Kind;
use media::rtp::Packet;
use str0m::change::SdpOffer;
use str0m::media::{Direction, Mid, Pt};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::{Extension, RtpWrite, Ssrc};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};

use crate::codecs::{self, Agreed, OfferError};
use crate::{Figures, Identity, User};

/// How often the reports of both sides are summed up.
const FIGURES_EVERY: Duration = Duration::from_secs(5);

/// Packets kept for repetition: next to none, since nobody asks for G.711 again.
const SENT_KEPT: usize = 4;

/// Where browsers reach us: the addresses that stand in the answer, best first. A socket's own, or
/// those that a NAT sends on to it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// By datagrams, which browsers prefer.
    pub udp: Vec<SocketAddr>,
    /// By connections that the browser opens (RFC 6544, passive).
    pub tcp: Vec<SocketAddr>,
}

/// The way of a datagram between a browser and us. On a connection it is a frame (RFC 4571).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Path {
    /// What carries it.
    pub over: Over,
    /// Our end: an address of the [`Place`] over the same.
    pub here: SocketAddr,
    /// The browser's.
    pub there: SocketAddr,
}

/// What carries datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Over {
    /// Datagrams of the network.
    Udp,
    /// A connection.
    Tcp,
}

/// A browser's leg.
#[derive(Debug)]
pub struct Peer {
    rtc: Rtc,
    mid: Mid,
    agreed: Agreed,
    user: User,
    connected: bool,
    left: bool,
    sent: Option<Sent>,
    stream: Option<Ssrc>,
}

/// The newest packet, as it was given and as it left.
#[derive(Debug, Clone, Copy)]
struct Sent {
    given: u16,
    numbered: u64,
}

/// What a leg has to say.
#[derive(Debug)]
pub enum Told {
    /// A datagram for the browser.
    Send(Path, Vec<u8>),
    /// A packet of the browser.
    Heard(Heard),
    /// Audio goes both ways from now on, or again.
    Connected,
    /// The browser does not answer any more; it may come back.
    Unreachable,
    /// The leg is over.
    Left,
    /// What the reports say.
    Figures(Figures),
    /// Nothing, until then at the latest.
    Idle(Option<Instant>),
}

/// A packet of a browser, in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What it was agreed to mean.
    pub kind: Kind,
    payload_type: u8,
    marker: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
    payload: Arc<[u8]>,
}

impl Heard {
    /// As the other legs know packets.
    pub fn packet(&self) -> Packet<'_> {
        Packet {
            payload_type: self.payload_type,
            marker: self.marker,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload: &self.payload,
        }
    }
}

impl Peer {
    /// Answers a browser's offer.
    pub fn answer(
        now: Instant,
        offer: &str,
        place: &Place,
        identity: &Identity,
    ) -> Result<(Peer, String), OfferError> {
        codecs::check(offer)?;
        let unreadable = |error: &dyn std::fmt::Display| OfferError::Unreadable(error.to_string());
        let parsed = SdpOffer::from_sdp_string(offer).map_err(|error| unreadable(&error))?;
        let mut rtc = build(now, identity);
        for candidate in candidates(place)? {
            rtc.add_local_candidate(candidate);
        }
        let answer = rtc.sdp_api().accept_offer(parsed);
        let answer = answer.map_err(|error| unreadable(&error))?.to_sdp_string();
        let user = rtc.direct_api().local_ice_credentials().ufrag;
        let mid = medium(&rtc, &answer)?;
        let agreed = codecs::agreed(&rtc, mid).ok_or(OfferError::NoCodec)?;
        let peer = Peer {
            rtc,
            mid,
            agreed,
            user,
            connected: false,
            left: false,
            sent: None,
            stream: None,
        };
        Ok((peer, answer))
    }

    /// What was agreed on.
    pub fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// Our fragment of the user name, by which its first datagrams are known.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Whether audio goes both ways.
    pub fn is_connected(&self) -> bool {
        self.connected
    }

    /// Whether a datagram is from this browser: one from a new address proves it by its password.
    pub fn accepts(&self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        match received(path, datagram) {
            Some(received) => self.rtc.accepts(&Input::Receive(now, received)),
            None => false,
        }
    }

    /// Takes a datagram. One that makes no sense changes nothing.
    pub fn receive(&mut self, now: Instant, path: Path, datagram: &[u8]) {
        if let Some(received) = received(path, datagram) {
            let taken = self.rtc.handle_input(Input::Receive(now, received));
            self.note(taken);
        }
    }

    /// Time went by.
    pub fn wake(&mut self, now: Instant) {
        let taken = self.rtc.handle_input(Input::Timeout(now));
        self.note(taken);
    }

    /// Sends a packet of ours: its stream, numbered anew. Before the leg is connected it is not
    /// sent; says whether it was.
    pub fn write(&mut self, now: Instant, packet: &Packet<'_>) -> bool {
        if !self.connected {
            return false;
        }
        let number = self.number(packet.sequence);
        let Some(stream) = self.stream() else {
            return false;
        };
        let kind: Pt = packet.payload_type.into();
        let written = RtpWrite::new(kind, number.into(), packet.timestamp, now, packet.payload);
        match self.rtc.direct_api().stream_tx(&stream) {
            Some(stream) => stream.write_rtp(written.marker(packet.marker)),
            None => return false,
        }
        // What is to be sent is looked for when time goes by, and only then.
        self.wake(now);
        true
    }

    /// Ends the leg: says so to the browser in the next polls.
    pub fn close(&mut self) {
        let closed = self.rtc.close();
        self.note(closed);
    }

    /// The next thing it has to say.
    pub fn poll(&mut self) -> Told {
        loop {
            if !self.rtc.is_alive() {
                return self.leave();
            }
            let told = match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => return Told::Idle(Some(at)),
                Ok(Output::Transmit(sent)) => {
                    let path = Path {
                        over: match sent.proto {
                            Protocol::Udp => Over::Udp,
                            _ => Over::Tcp,
                        },
                        here: sent.source,
                        there: sent.destination,
                    };
                    return Told::Send(path, sent.contents.into());
                }
                Ok(Output::Event(event)) => self.tell(event),
                Err(error) => {
                    self.note(Err(error));
                    None
                }
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    fn tell(&mut self, event: Event) -> Option<Told> {
        match event {
            Event::RtpPacket(packet) => {
                let header = &packet.header;
                Some(Told::Heard(Heard {
                    kind: codecs::meaning(&self.rtc, header.payload_type),
                    payload_type: *header.payload_type,
                    marker: header.marker,
                    sequence: header.sequence_number,
                    timestamp: header.timestamp,
                    ssrc: *header.ssrc,
                    payload: packet.payload,
                }))
            }
            Event::Connected => {
                self.connected = true;
                Some(Told::Connected)
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                let was = std::mem::take(&mut self.connected);
                was.then_some(Told::Unreachable)
            }
            Event::IceConnectionStateChange(_) => {
                // The first time DTLS is still to come, and says so itself.
                let again = !self.connected && self.rtc.is_connected() && self.sent.is_some();
                self.connected |= again;
                again.then_some(Told::Connected)
            }
            Event::MediaEgressStats(stats) => Some(Told::Figures(Figures::of_sent(&stats))),
            Event::PeerStats(stats) => Some(Told::Figures(Figures::of_path(&stats))),
            Event::Closed => {
                self.connected = false;
                (!std::mem::replace(&mut self.left, true)).then_some(Told::Left)
            }
            _ => None,
        }
    }

    fn leave(&mut self) -> Told {
        self.connected = false;
        match std::mem::replace(&mut self.left, true) {
            true => Told::Idle(None),
            false => Told::Left,
        }
    }

    /// A datagram that cannot be used is no reason to end a call; a leg that cannot go on has said
    /// so to itself.
    fn note(&mut self, taken: Result<(), str0m::RtcError>) {
        if let Err(error) = taken {
            tracing::debug!(%error, "a browser's leg met something it cannot use");
        }
    }

    fn stream(&mut self) -> Option<Ssrc> {
        if self.stream.is_none() {
            let mut direct = self.rtc.direct_api();
            let stream = direct.stream_tx_by_mid(self.mid, None)?;
            self.stream = Some(stream.ssrc());
        }
        self.stream
    }

    /// SRTP counts rollovers that are not on the wire (RFC 3711, section 3.3.1): the number begins in
    /// the lower half, so that a browser that misses the first packets counts as we do.
    fn number(&mut self, given: u16) -> u64 {
        let numbered = match self.sent {
            None => u64::from(given & 0x7FFF),
            Some(sent) => {
                let step = given.wrapping_sub(sent.given) as i16;
                sent.numbered.saturating_add_signed(i64::from(step))
            }
        };
        if self.sent.is_none_or(|sent| numbered > sent.numbered) {
            self.sent = Some(Sent { given, numbered });
        }
        numbered
    }
}

fn build(now: Instant, identity: &Identity) -> Rtc {
    let config = Rtc::builder()
        .set_crypto_provider(Arc::clone(&identity.provider))
        .set_dtls_cert(identity.certificate.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_send_buffer_audio(SENT_KEPT)
        .set_stats_interval(Some(FIGURES_EVERY))
        // Eight bytes a packet instead of seventeen, and no probes without payload.
        .clear_extension_map()
        .set_extension(1, Extension::AudioLevel)
        .set_extension(4, Extension::RtpMid);
    codecs::configure(config).build(now)
}

/// The one medium of the session, as our own answer names it.
fn medium(rtc: &Rtc, answer: &str) -> Result<Mid, OfferError> {
    let mut lines = answer.lines();
    let name = lines.find_map(|line| line.strip_prefix("a=mid:"));
    let mid = Mid::from(name.ok_or(OfferError::NotOneAudio)?.trim());
    match rtc.media(mid).map(|medium| medium.direction()) {
        Some(Direction::SendRecv) => Ok(mid),
        Some(_) => Err(OfferError::NotBothWays),
        None => Err(OfferError::NotOneAudio),
    }
}

fn candidates(place: &Place) -> Result<Vec<Candidate>, OfferError> {
    let udp = place.udp.iter().map(|at| Candidate::host(*at, "udp"));
    let tcp = place.tcp.iter().map(|at| {
        let passive = Candidate::builder().tcp().host(*at);
        passive.tcptype(TcpType::Passive).build()
    });
    let all: Result<Vec<_>, _> = udp.chain(tcp).collect();
    let all = all.map_err(|_| OfferError::NoAddress)?;
    (!all.is_empty())
        .then_some(all)
        .ok_or(OfferError::NoAddress)
}

fn received(path: Path, datagram: &[u8]) -> Option<Receive<'_>> {
    let over = match path.over {
        Over::Udp => Protocol::Udp,
        Over::Tcp => Protocol::Tcp,
    };
    Receive::new(over, path.there, path.here, datagram).ok()
}
