//! Why telephony could not start.

use std::io;
use std::net::SocketAddr;

/// Why telephony could not start.
#[derive(Debug, thiserror::Error)]
pub enum TelephonyError {
    /// The SIP port could not be taken.
    #[error(
        "the SIP port {address} could not be opened for {transport}; is another program using it?"
    )]
    Bind {
        /// Which address.
        address: SocketAddr,
        /// `UDP` or `TCP`.
        transport: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Bound to every address, so that none can be told to others.
    #[error(
        "SIP listens on every address ({0}); set the advertised address that carriers and phones reach"
    )]
    NoAdvertised(SocketAddr),
    /// The domain cannot stand in a SIP address.
    #[error("\"{0}\" is no SIP domain; write a host name or an IP address")]
    Domain(String),
    /// The media threads did not start.
    #[error("the media threads could not start")]
    Media(#[source] io::Error),
    /// The signalling thread did not start.
    #[error("the signalling thread could not start")]
    Thread(#[source] io::Error),
}
