//! Who we say we are: the address we bind, the one we tell others, our domain.

use std::net::{IpAddr, SocketAddr};

use ::sip::endpoint::Transport;
use ::sip::uri::Host;

use crate::trunk::host_of;
use crate::{Heard, TelephonyConfig, TelephonyError};

/// Who we say we are.
#[derive(Clone, Debug)]
pub(crate) struct SipAddress {
    /// In Via and Contact.
    pub(crate) contact: SocketAddr,
    /// The same for other transports and the other address family.
    pub(crate) others: Vec<(Transport, SocketAddr)>,
    /// In SDP, where it is not the leg's own.
    advertised_ips: Vec<IpAddr>,
    /// Of our addresses of record.
    pub(crate) domain: Host,
}

impl SipAddress {
    /// From the configuration and the ports that the system gave us.
    pub(crate) fn new(
        config: &TelephonyConfig,
        heard: &[Heard],
    ) -> Result<SipAddress, TelephonyError> {
        let places = &config.places;
        let mut told = Vec::new();
        for (place, heard) in places.iter().zip(heard) {
            let bound = heard.address;
            let address = match place.advertised {
                // Port 0 stands for the one that we got.
                Some(told) if told.port() == 0 => SocketAddr::new(told.ip(), bound.port()),
                Some(told) => told,
                None => bound,
            };
            if address.ip().is_unspecified() {
                return Err(TelephonyError::NoAdvertised(bound));
            }
            told.push((heard.kind, address));
        }
        let (_, contact) = *told.first().ok_or(TelephonyError::NoPlace)?;
        let others = told.iter().flat_map(|(kind, address)| {
            let transports = kind.transports().iter();
            transports.map(|transport| (*transport, *address))
        });
        let domain =
            host_of(&config.domain).ok_or_else(|| TelephonyError::Domain(config.domain.clone()))?;
        Ok(SipAddress {
            contact,
            others: others.collect(),
            advertised_ips: places
                .iter()
                .filter_map(|place| Some(place.advertised?.ip()))
                .collect(),
            domain,
        })
    }

    /// What the far side is told to send audio to, given where a leg is bound.
    pub(crate) fn media_ip(&self, bound: IpAddr) -> IpAddr {
        let alike = |ip: &&IpAddr| ip.is_ipv4() == bound.is_ipv4();
        match self.advertised_ips.iter().find(alike) {
            Some(ip) => *ip,
            None if bound.is_unspecified() => self.contact.ip(),
            None => bound,
        }
    }

    /// Whether we are heard by the address family of `remote`.
    pub(crate) fn speaks_family_of(&self, remote: SocketAddr) -> bool {
        let mut ours = self.others.iter();
        ours.any(|(_, local)| local.is_ipv4() == remote.is_ipv4())
    }
}
