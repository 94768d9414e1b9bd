//! Where phones find the node: what is told others of the places where SIP is heard.

use std::net::SocketAddr;

use telephony::{Heard, Listener, ListenerKind};
use wire::{PhonePlace, PhoneServer};

use crate::SipSettings;

impl SipSettings {
    /// For the settings of phones; `heard` has the ports that the system chose, where it did.
    pub fn phone_server(&self, heard: &[Heard]) -> PhoneServer {
        let told = |(number, listener): (usize, Listener)| {
            let bound = heard.get(number).map_or(listener.address, |h| h.address);
            let address = match listener.advertised {
                Some(told) if told.port() == 0 => SocketAddr::new(told.ip(), bound.port()),
                Some(told) => told,
                None => bound,
            };
            let transports = spoken(listener.kind).iter();
            transports.map(move |transport| PhonePlace {
                transport: (*transport).to_owned(),
                host: match address {
                    SocketAddr::V4(four) => four.ip().to_string(),
                    SocketAddr::V6(six) => format!("[{}]", six.ip()),
                },
                port: address.port(),
            })
        };
        let places = self.places().into_iter().enumerate();
        PhoneServer {
            realm: self.domain.clone(),
            places: places.flat_map(told).collect(),
        }
    }
}

fn spoken(kind: ListenerKind) -> &'static [&'static str] {
    match kind {
        ListenerKind::Plain => &["udp", "tcp"],
        ListenerKind::Tls => &["tls"],
        ListenerKind::Ws => &["ws"],
        ListenerKind::Wss => &["wss"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_told_where_they_reach_us_not_where_we_listen() {
        let settings = SipSettings {
            bind: SocketAddr::from(([0, 0, 0, 0], 0)).into(),
            advertised: SocketAddr::from(([192, 0, 2, 1], 0)).into(),
            ..SipSettings::default()
        };
        let heard = Heard {
            kind: ListenerKind::Plain,
            address: ([0, 0, 0, 0], 40_123).into(),
        };
        let server = settings.phone_server(&[heard]);
        let told: Vec<_> = server
            .places
            .iter()
            .map(|place| format!("{}:{}:{}", place.transport, place.host, place.port))
            .collect();
        assert_eq!(told, ["udp:192.0.2.1:40123", "tcp:192.0.2.1:40123"]);
    }
}
