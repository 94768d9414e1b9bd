//! Who we say we are: the address we bind, the one we tell others, our domain.

use std::net::{IpAddr, SocketAddr};

use ::sip::uri::Host;

use crate::trunk::host_of;
use crate::{TelephonyConfig, TelephonyError};

/// Who we say we are.
#[derive(Clone, Debug)]
pub(crate) struct SipAddress {
    /// In Via and Contact.
    pub(crate) contact: SocketAddr,
    /// In SDP, where it is not the leg's own.
    pub(crate) advertised_ip: Option<IpAddr>,
    /// Of our addresses of record.
    pub(crate) domain: Host,
}

impl SipAddress {
    /// From the configuration and the port that the system gave us.
    pub(crate) fn new(
        config: &TelephonyConfig,
        bound: SocketAddr,
    ) -> Result<SipAddress, TelephonyError> {
        let contact = match config.advertised {
            // Port 0 stands for the one that we got.
            Some(told) if told.port() == 0 => SocketAddr::new(told.ip(), bound.port()),
            Some(told) => told,
            None => bound,
        };
        if contact.ip().is_unspecified() {
            return Err(TelephonyError::NoAdvertised(bound));
        }
        let domain =
            host_of(&config.domain).ok_or_else(|| TelephonyError::Domain(config.domain.clone()))?;
        Ok(SipAddress {
            contact,
            advertised_ip: config.advertised.map(|told| told.ip()),
            domain,
        })
    }
}
