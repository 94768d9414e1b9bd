//! A SIP trunk as configured: where the carrier is and what it allows.

use std::fmt;

use crate::TrunkId;

/// A text that must never be printed. `Debug` masks it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Which transport carries a trunk's signalling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrunkTransport {
    /// Datagrams.
    Udp,
    /// A connection.
    Tcp,
    /// A connection inside TLS, to a carrier whose certificate bears the trunk's host.
    Tls,
}

/// A trunk as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Trunk {
    /// Which.
    pub id: TrunkId,
    /// Unique name people use.
    pub name: String,
    /// Host name or IP address of the carrier.
    pub host: String,
    /// Port of the carrier; 0: as its name servers say.
    pub port: u16,
    /// Transport.
    pub transport: TrunkTransport,
    /// Calls at once the carrier allows.
    pub channels_max: u32,
    /// New calls per second the carrier allows.
    pub calls_per_second_max: f64,
    /// Digest credentials, where the carrier asks for them.
    pub credentials: Option<(String, Secret)>,
    /// Put before the number in the Request-URI, after removing the plus when
    /// not empty; empty sends `+` and the E.164 digits.
    pub prefix: String,
    /// Whether it may be used.
    pub enabled: bool,
}
