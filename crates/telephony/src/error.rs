//! Why telephony could not start, or read its certificates anew.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

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
        /// What was to be spoken there.
        transport: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// Nowhere to be heard.
    #[error("SIP needs an address for datagrams, and that first")]
    NoPlace,
    /// Bound to every address, so that none can be told to others.
    #[error(
        "SIP listens on every address ({0}); set the advertised address that carriers and phones reach"
    )]
    NoAdvertised(SocketAddr),
    /// A certificate cannot be used.
    #[error("the certificates for TLS cannot be used")]
    Tls(#[from] TlsError),
    /// A place to speak TLS without a certificate to show.
    #[error("SIP over TLS on {0} needs a certificate and its key")]
    NoCertificate(SocketAddr),
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

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file without certificate, or with something that is none.
    #[error("{} holds no certificate in PEM form", .0.display())]
    NoCertificate(PathBuf),
    /// A file without private key.
    #[error("{} holds no private key in PEM form", .0.display())]
    NoKey(PathBuf),
    /// Certificate and key are not of one another, or of a kind that is not known.
    #[error("the certificate {} cannot be used with its key", certificate.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// What is wrong with them.
        source: rustls::Error,
    },
}
