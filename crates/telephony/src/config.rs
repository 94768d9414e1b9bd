//! What the signalling of a node is told at its start: where it is heard, whom it believes.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use ::sip::auth::Algorithm;
use ::sip::endpoint::Transport;

use crate::Causes;
use crate::media::{MediaConfig, Prompt};

/// How a node's telephony is set up.
#[derive(Clone)]
pub struct TelephonyConfig {
    /// Where SIP is heard, the first one for datagrams: what peers are told where nothing fits
    /// better.
    pub places: Vec<Listener>,
    /// Digest realm, and the host part of our addresses of record.
    pub domain: String,
    /// Certificates, ours and others'.
    pub tls: TlsSettings,
    /// The sites whose pages may open WebSockets, as in the header Origin; empty: those of any.
    pub origins: Vec<String>,
    /// How often the far side of a silent connection is asked whether it is there: of WebSockets,
    /// and of connections that we opened (who opens one keeps it alive).
    pub keep_alive: Duration,
    /// How often the addresses of trunks are asked whether they are alive (OPTIONS); `None`: never,
    /// and only calls show it.
    pub probe_every: Option<Duration>,
    /// How long a call lasts of which neither side says again that it is there (RFC 4028); `None`:
    /// without end.
    pub session_timer: Option<Duration>,
    /// Whether the audio of phones is protected.
    pub phone_srtp: domain::Srtp,
    /// Whom to ask for the addresses of hosts; empty: those the machine asks.
    pub name_servers: Vec<SocketAddr>,
    /// The digests offered to phones and taken from them, preferred first.
    pub digests: Vec<Algorithm>,
    /// The media threads.
    pub media: MediaConfig,
    /// A secret that outlives the process: the Call-ID and tags of an attempt follow from it, so
    /// that a call nobody answered yet can be cancelled after a crash.
    pub secret: [u8; 32],
    /// What the words of the network mean.
    pub causes: Causes,
    /// Played to a caller for whom nobody is free.
    pub message: Prompt,
    /// Played to somebody who calls us while nobody is ready.
    pub menu: Prompt,
    /// Tells a customer that the call is recorded, where nothing else was chosen for it.
    pub announcement: Prompt,
    /// Seed of branches, tags and nonces: fresh for every start.
    pub seed: [u8; 32],
}

/// A place where SIP is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    /// What is spoken there.
    pub kind: ListenerKind,
    /// The address; port 0 lets the system choose one.
    pub address: SocketAddr,
    /// What others are told, where that is not `address` (NAT, or every address); its port 0 stands
    /// for that of `address`. Its IP also stands in the SDP.
    pub advertised: Option<SocketAddr>,
}

/// What is spoken at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenerKind {
    /// Datagrams, and connections on the same port.
    Plain,
    /// Connections inside TLS.
    Tls,
    /// WebSockets.
    Ws,
    /// WebSockets inside TLS.
    Wss,
}

impl Listener {
    /// Datagrams and connections, told as it is.
    pub fn plain(address: SocketAddr) -> Listener {
        Listener {
            kind: ListenerKind::Plain,
            address,
            advertised: None,
        }
    }
}

impl ListenerKind {
    /// What its connections are.
    pub(crate) fn transport(self) -> Transport {
        match self {
            Self::Plain => Transport::Tcp,
            Self::Tls => Transport::Tls,
            Self::Ws => Transport::Ws,
            Self::Wss => Transport::Wss,
        }
    }

    /// All that is spoken there.
    pub(crate) fn transports(self) -> &'static [Transport] {
        match self {
            Self::Plain => &[Transport::Udp, Transport::Tcp],
            Self::Tls => &[Transport::Tls],
            Self::Ws => &[Transport::Ws],
            Self::Wss => &[Transport::Wss],
        }
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "UDP, TCP",
            Self::Tls => "TLS",
            Self::Ws => "WebSocket",
            Self::Wss => "WebSocket, TLS",
        }
    }
}

/// A place where SIP is heard by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What is spoken there.
    pub kind: ListenerKind,
    /// Where it is.
    pub address: SocketAddr,
}

/// Which certificates are used and believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// Ours: for listeners, and for carriers that ask who calls.
    pub own: Option<OwnCertificate>,
    /// A PEM file of the authorities that carriers' certificates must come from; those that the
    /// machine trusts when absent.
    pub authorities: Option<PathBuf>,
}

/// The files of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCertificate {
    /// The certificate and those between it and its authority, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

impl fmt::Debug for TelephonyConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelephonyConfig")
            .field("places", &self.places)
            .field("domain", &self.domain)
            .field("tls", &self.tls)
            .field("origins", &self.origins)
            .field("keep_alive", &self.keep_alive)
            .field("digests", &self.digests)
            .field("media", &self.media)
            .finish_non_exhaustive()
    }
}
