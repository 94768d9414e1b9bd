//! A trunk as signalling sees it: addresses, Request-URI, caller id.

use std::net::{IpAddr, SocketAddr};

use domain::{PhoneNumber, Trunk, TrunkTransport};
use sip::message::NameAddr;
use sip::uri::{Host, Uri};

/// The callee's address on this trunk; `None` where the host is no host.
pub(crate) fn request_uri(trunk: &Trunk, phone: PhoneNumber) -> Option<Uri> {
    let number = phone.dialable();
    let user = if trunk.prefix.is_empty() {
        number
    } else {
        format!("{}{}", trunk.prefix, number.trim_start_matches('+'))
    };
    uri_of(trunk, Some(&user))
}

/// The trunk's own address.
pub(crate) fn uri(trunk: &Trunk) -> Option<Uri> {
    uri_of(trunk, None)
}

fn uri_of(trunk: &Trunk, user: Option<&str>) -> Option<Uri> {
    // A port that was found is the network's business (RFC 3263).
    let port = Some(trunk.port).filter(|port| *port != 0);
    let uri = Uri::sip(user, host_of(&trunk.host)?, port);
    Some(match trunk.transport {
        TrunkTransport::Udp => uri,
        TrunkTransport::Tcp => uri.with_param("transport", Some("tcp")),
        TrunkTransport::Tls => uri.with_param("transport", Some("tls")),
    })
}

/// Where a carrier is heard who says nothing of it.
pub(crate) fn default_port(transport: TrunkTransport) -> u16 {
    match transport {
        TrunkTransport::Udp | TrunkTransport::Tcp => 5060,
        TrunkTransport::Tls => 5061,
    }
}

/// Who calls: the campaign's number at our domain.
pub(crate) fn caller(caller_id: PhoneNumber, domain: &Host) -> NameAddr {
    NameAddr::new(Uri::sip(Some(&caller_id.dialable()), domain.clone(), None))
}

/// The address if the host is written as one: nothing to look up then.
pub(crate) fn literal_address(trunk: &Trunk) -> Option<SocketAddr> {
    let port = match trunk.port {
        0 => default_port(trunk.transport),
        port => port,
    };
    let ip = host_of(&trunk.host)?.ip()?;
    Some(SocketAddr::new(ip, port))
}

/// Reads a host as people write it, IPv6 with or without brackets.
pub(crate) fn host_of(text: &str) -> Option<Host> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(ip.into());
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::TrunkId;

    fn trunk(host: &str, prefix: &str, transport: TrunkTransport) -> Trunk {
        Trunk {
            id: TrunkId::new(1),
            name: "carrier".into(),
            host: host.into(),
            port: 5070,
            transport,
            channels_max: 30,
            calls_per_second_max: 10.0,
            credentials: None,
            prefix: prefix.into(),
            enabled: true,
        }
    }

    fn dialed(host: &str, prefix: &str, transport: TrunkTransport) -> Option<String> {
        let phone = PhoneNumber::from_e164("+573001234567").expect("a Colombian mobile");
        request_uri(&trunk(host, prefix, transport), phone).map(|uri| uri.to_string())
    }

    #[test]
    fn a_number_is_dialed_as_the_trunk_wants_it() {
        use TrunkTransport::{Tcp, Tls, Udp};
        for (host, prefix, transport, uri) in [
            ("10.0.0.1", "", Udp, "sip:+573001234567@10.0.0.1:5070"),
            (
                "sip.example",
                "99",
                Udp,
                "sip:99573001234567@sip.example:5070",
            ),
            (
                "2001:db8::1",
                "",
                Udp,
                "sip:+573001234567@[2001:db8::1]:5070",
            ),
            (
                "h.example",
                "",
                Tcp,
                "sip:+573001234567@h.example:5070;transport=tcp",
            ),
            (
                "h.example",
                "",
                Tls,
                "sip:+573001234567@h.example:5070;transport=tls",
            ),
        ] {
            assert_eq!(dialed(host, prefix, transport).as_deref(), Some(uri));
        }
    }

    #[test]
    fn a_host_that_is_none_gives_no_address() {
        for host in ["", "a b", "x>y", "h;transport=tcp", "h\r\nVia: x"] {
            assert_eq!(dialed(host, "", TrunkTransport::Udp), None, "{host:?}");
        }
    }

    #[test]
    fn only_a_written_address_needs_no_look_up() {
        let address = |host| literal_address(&trunk(host, "", TrunkTransport::Udp));
        assert_eq!(address("10.0.0.1"), Some(([10, 0, 0, 1], 5070).into()));
        assert!(address("[2001:db8::1]").is_some());
        assert_eq!(address("sip.example"), None);
    }
}
