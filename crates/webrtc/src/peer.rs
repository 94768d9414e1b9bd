//! One browser's leg.
//!
//! ```text
//!   answer ──▶ Connecting ──ICE, DTLS──▶ Connected ◀──▶ Unreachable (no consent, RFC 7675)
//!                  │                        │                │
//!                  └────── Left: the page closed it, or it cannot go on ──┘
//! ```
//! After each datagram and each wake, ask [`Peer::poll`] until it is idle. Audio is no business of it, neither
//! what comes nor what leaves: [`Peer::keys`] and [`Peer::ssrc`] are what it takes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use media::srtp::Keys;
use str0m::change::SdpOffer;
use str0m::media::{Direction, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc};

use crate::codecs::{self, Agreed, OfferError};
use crate::{Identity, User, is_audio, keys};

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
    agreed: Agreed,
    user: User,
    ssrc: u32,
    keys: keys::Agreed,
    /// Whether DTLS is done: it is so once and for all.
    secured: bool,
    connected: bool,
    left: bool,
}

/// What a leg has to say.
#[derive(Debug)]
pub enum Told {
    /// A datagram for the browser.
    Send(Path, Vec<u8>),
    /// Audio goes both ways from now on, or again.
    Connected,
    /// The browser does not answer any more; it may come back.
    Unreachable,
    /// The leg is over.
    Left,
    /// Nothing, until then at the latest.
    Idle(Option<Instant>),
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
        let (mut rtc, keys) = keys::watching(|| build(now, identity));
        for candidate in candidates(place)? {
            rtc.add_local_candidate(candidate);
        }
        let answer = rtc.sdp_api().accept_offer(parsed);
        let answer = answer.map_err(|error| unreadable(&error))?.to_sdp_string();
        let user = rtc.direct_api().local_ice_credentials().ufrag;
        let mid = medium(&rtc, &answer)?;
        let agreed = codecs::agreed(&rtc, mid).ok_or(OfferError::NoCodec)?;
        let ssrc = *rtc
            .direct_api()
            .stream_tx_by_mid(mid, None)
            .ok_or(OfferError::NotBothWays)?
            .ssrc();
        let peer = Peer {
            rtc,
            agreed,
            user,
            ssrc,
            keys,
            secured: false,
            connected: false,
            left: false,
        };
        Ok((peer, answer))
    }

    /// What was agreed on.
    pub fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// The stream that the answer announces as ours.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// What audio is protected with, both ways; none before the leg was connected for the first time.
    pub fn keys(&self) -> Option<Keys> {
        self.keys.get().copied().filter(|_| self.secured)
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
            Event::Connected => {
                self.secured = true;
                // A browser that agrees on no suite of ours can say nothing to us.
                self.connected = self.keys.get().is_some();
                self.connected.then_some(Told::Connected)
            }
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                let was = std::mem::take(&mut self.connected);
                was.then_some(Told::Unreachable)
            }
            Event::IceConnectionStateChange(state) => {
                // The first time DTLS is still to come, and says so itself.
                let again = !self.connected && state.is_connected() && self.keys().is_some();
                self.connected |= again;
                again.then_some(Told::Connected)
            }
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
}

fn build(now: Instant, identity: &Identity) -> Rtc {
    let config = Rtc::builder()
        .set_crypto_provider(Arc::clone(&identity.provider))
        .set_dtls_cert(identity.certificate.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        // Nobody reads them, and they are up to seventeen bytes a packet.
        .clear_extension_map();
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

/// What of a datagram is str0m's; audio is not.
fn received(path: Path, datagram: &[u8]) -> Option<Receive<'_>> {
    if is_audio(datagram) {
        return None;
    }
    let over = match path.over {
        Over::Udp => Protocol::Udp,
        Over::Tcp => Protocol::Tcp,
    };
    Receive::new(over, path.there, path.here, datagram).ok()
}
