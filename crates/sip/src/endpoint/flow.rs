//! How bytes travel and between whom: what the shell's sockets and the endpoint share.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// How bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// Datagrams: the transaction layer retransmits.
    Udp,
    /// A stream: it does not.
    Tcp,
    /// A stream inside TLS.
    Tls,
    /// Messages of a WebSocket (RFC 7118).
    Ws,
    /// Messages of a WebSocket inside TLS.
    Wss,
}

impl Transport {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Udp, Self::Tcp, Self::Tls, Self::Ws, Self::Wss];

    /// As written in Via (RFC 3261 section 20.42, RFC 7118 section 5.2).
    pub fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Ws => "WS",
            Self::Wss => "WSS",
        }
    }

    /// The transport of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|transport| transport.name().eq_ignore_ascii_case(name))
    }

    /// Whether bytes go over a connection: it repeats what is lost, and what was asked on it is
    /// answered on it.
    pub fn is_connected(self) -> bool {
        self != Self::Udp
    }

    /// Whether nobody on the way can read or change what it carries.
    pub fn is_secure(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    /// Whether only the other side can open a connection: browsers do not listen.
    pub fn is_theirs_to_open(self) -> bool {
        matches!(self, Self::Ws | Self::Wss)
    }

    /// The `transport` parameter of a URI; datagrams are what is meant without one. RFC 7118
    /// section 5.4 has `ws` for both kinds.
    pub(crate) fn uri_param(self) -> Option<&'static str> {
        match self {
            Self::Udp => None,
            Self::Tcp => Some("tcp"),
            Self::Tls => Some("tls"),
            Self::Ws | Self::Wss => Some("ws"),
        }
    }
}

/// Where bytes go or came from. The shell opens a connection if there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flow {
    /// The transport.
    pub transport: Transport,
    /// The other side.
    pub remote: SocketAddr,
}

/// Who an address stands for where strangers are counted: over IPv6 whoever has one address has
/// all of its /64.
pub fn source_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let source = |text: &str| source_of(text.parse().expect("an address"));
        assert_eq!(source("2001:db8::1"), source("2001:db8::ffff:1"));
        assert_ne!(source("2001:db8::1"), source("2001:db8:0:1::1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
    }

    #[test]
    fn a_transport_is_known_by_its_name_in_any_case() {
        for transport in Transport::ALL {
            assert_eq!(Transport::named(transport.name()), Some(transport));
        }
        assert_eq!(Transport::named("wss"), Some(Transport::Wss));
        assert_eq!(Transport::named("SCTP"), None);
    }
}
