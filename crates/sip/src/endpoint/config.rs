//! What an endpoint is told once, and the small types of its border: flows, handles, orders.

use super::{Flow, Transport};
use crate::auth::Algorithm;
use crate::message::NameAddr;
use crate::timers::Timers;
use crate::uri::Uri;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

/// What an endpoint is told once.
#[derive(Clone, Debug)]
pub struct EndpointConfig {
    /// Value of User-Agent and Server.
    pub user_agent: String,
    /// Digest realm, and domain of our own addresses of record.
    pub domain: String,
    /// Put in Via and Contact: where the world reaches us.
    pub local: SocketAddr,
    /// The same for peers reached over another transport or address family, as far as it differs.
    pub locals: Vec<(Transport, SocketAddr)>,
    /// Source of branches, tags and nonces; must be random and secret outside tests.
    pub seed: [u8; 32],
    /// T1, T2, T4 and 64*T1.
    pub timers: Timers,
    /// Shortest registration that the registrar takes (423 below).
    pub expires_min: Duration,
    /// Longest registration that the registrar grants.
    pub expires_max: Duration,
    /// By how many per cent what is granted may fall short of what was asked, so that phones that
    /// register all at once do not refresh all at once.
    pub expires_spread: u32,
    /// How often a phone that keeps flows is asked to show that one lives (RFC 5626 Flow-Timer).
    pub flow_timer: Duration,
    /// New requests a second from one unknown address before silence; 0: unlimited, and nobody is
    /// banned for wrong passwords.
    pub source_rate: u32,
    /// Trunks: not limited in rate, and they may INVITE us.
    pub trusted_peers: Vec<IpAddr>,
    /// The digests offered to phones and taken from them, preferred first.
    pub digests: Vec<Algorithm>,
    /// How long a session lasts that nobody refreshes (RFC 4028), from 90 s to a day; `None`: without end.
    pub session_timer: Option<Duration>,
    /// Takes INVITEs from anyone (phones, carriers); else from trusted peers and those who log in.
    pub accept_calls: bool,
}

impl EndpointConfig {
    /// Where a peer at `flow` reaches us: best by the same transport and address family, else by the
    /// same transport, else by the same family, where at least the connection is known to work.
    pub(crate) fn local_for(&self, flow: Flow) -> SocketAddr {
        let plain = [(Transport::Udp, self.local), (Transport::Tcp, self.local)];
        let all = || plain.iter().chain(&self.locals);
        let fits = |transport: bool, family: bool| {
            let mut found = all().filter(|(by, local)| {
                (!transport || *by == flow.transport)
                    && (!family || local.is_ipv4() == flow.remote.is_ipv4())
            });
            found.next().map(|(_, local)| *local)
        };
        fits(true, true)
            .or_else(|| fits(true, false))
            .or_else(|| fits(false, true))
            .unwrap_or(self.local)
    }
}

impl Default for EndpointConfig {
    fn default() -> Self {
        Self {
            user_agent: "cadencia".to_owned(),
            domain: "localhost".to_owned(),
            local: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 5060),
            locals: Vec::new(),
            seed: [0; 32],
            timers: Timers::default(),
            expires_min: Duration::from_secs(60),
            expires_max: Duration::from_secs(3600),
            expires_spread: 10,
            flow_timer: Duration::from_secs(90),
            source_rate: 20,
            trusted_peers: Vec::new(),
            digests: vec![Algorithm::Sha256, Algorithm::Md5],
            session_timer: Some(Duration::from_secs(1800)),
            accept_calls: false,
        }
    }
}

/// Bytes to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// Where to.
    pub flow: Flow,
    /// One message.
    pub bytes: Vec<u8>,
}

/// A call of one endpoint; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallHandle(pub(crate) u64);

impl CallHandle {
    /// A number unique within its endpoint, for logs.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// A registration that we keep up elsewhere; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegistrationHandle(pub(crate) u64);

/// A REFER that the other side of a call sent; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReferHandle {
    pub(crate) call: CallHandle,
    /// Its CSeq, which also is the id of the subscription (RFC 3515 section 2.4.6).
    pub(crate) cseq: u32,
}

/// One OPTIONS that we sent; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OptionsHandle(pub(crate) u64);

/// An INVITE to send.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// Where it is sent.
    pub flow: Flow,
    /// Request-URI.
    pub request_uri: Uri,
    /// From; its tag is ours to set.
    pub from: NameAddr,
    /// To.
    pub to: NameAddr,
    /// Call-ID; drawn if `None`.
    pub call_id: Option<String>,
    /// From tag; drawn if `None`.
    pub from_tag: Option<String>,
    /// Branch of the first INVITE; drawn if `None`.
    pub branch: Option<String>,
    /// The SDP offer.
    pub offer: String,
    /// User and password to answer a challenge with.
    pub credentials: Option<(String, String)>,
    /// From the first 180 to 183 to giving up, and from the INVITE to giving up on one: CANCEL,
    /// then `Failed` by us.
    pub ring_timeout: Duration,
    /// Further header fields; those that cannot be sent as they stand are left out.
    pub headers: Vec<(String, String)>,
}

/// An INVITE that a former life of this endpoint sent, for
/// [`Endpoint::cancel_orphan`](super::Endpoint::cancel_orphan). Its CSeq was 1.
#[derive(Clone, Debug)]
pub struct OrphanInvite {
    /// Where it was sent.
    pub flow: Flow,
    /// Its Request-URI.
    pub request_uri: Uri,
    /// Its Call-ID.
    pub call_id: String,
    /// Its From tag.
    pub from_tag: String,
    /// Its branch.
    pub branch: String,
    /// Its From, without tag.
    pub from: NameAddr,
    /// Its To.
    pub to: NameAddr,
}

/// A registration to keep up at somebody else's registrar.
#[derive(Clone)]
pub struct NewRegistration {
    /// Where REGISTER is sent.
    pub flow: Flow,
    /// The registrar's domain.
    pub domain: String,
    /// The user registered, who is also the user of the digest.
    pub user: String,
    /// The password.
    pub password: String,
    /// For how long to ask; refreshed well before.
    pub expires: Duration,
}

/// The password stays out of logs.
impl std::fmt::Debug for NewRegistration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewRegistration")
            .field("flow", &self.flow)
            .field("domain", &self.domain)
            .field("user", &self.user)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Where a registered user is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The user of the address of record.
    pub user: String,
    /// What it put into Contact: the Request-URI of calls to it.
    pub contact: Uri,
    /// Where REGISTER came from: send INVITEs there.
    pub flow: Flow,
    /// What is left of its time.
    pub expires_in: Duration,
    /// Call-ID of the REGISTER.
    pub call_id: String,
    /// CSeq of the REGISTER.
    pub cseq: u32,
    /// Names the phone, whatever its address (`+sip.instance`).
    pub instance: Option<String>,
    /// Which of that phone's flows this is, where it keeps several (RFC 5626).
    pub reg_id: Option<u32>,
    /// Where requests to it go first, next hop first (RFC 3327): Route of calls to it.
    pub path: Vec<NameAddr>,
}

/// Text that is no record of a dialog, or one of another version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a dialog record of this version")]
pub struct InvalidRecord;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_told_what_fits_them_best() {
        let at = |text: &str| text.parse::<SocketAddr>().expect("an address");
        let config = EndpointConfig {
            local: at("192.0.2.1:5060"),
            locals: vec![
                (Transport::Udp, at("[2001:db8::1]:5060")),
                (Transport::Wss, at("192.0.2.1:8443")),
            ],
            ..EndpointConfig::default()
        };
        let told = |transport, remote: &str| {
            let remote = at(remote);
            config.local_for(Flow { transport, remote })
        };
        let (four, six) = ("192.0.2.9:1", "[2001:db8::9]:1");
        assert_eq!(told(Transport::Udp, four), at("192.0.2.1:5060"));
        assert_eq!(told(Transport::Udp, six), at("[2001:db8::1]:5060"));
        assert_eq!(told(Transport::Wss, six), at("192.0.2.1:8443"));
        assert_eq!(told(Transport::Tls, six), at("[2001:db8::1]:5060"));
    }
}
