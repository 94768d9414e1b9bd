//! SIP, SIPS and tel URIs (RFC 3261 section 19.1, RFC 3966); other schemes are kept as they are.
//!
//! `==` compares spelling. Whether two URIs mean the same address is [`Uri::equivalent`], which is
//! not transitive (RFC 3261 section 19.1.4) and therefore cannot be `==`.

mod compare;
mod read;

use read::URI;
pub(crate) use read::{HostParts, UriParts, read_port};

use crate::message::Params;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The part before the first colon.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `sip:`
    Sip,
    /// `sips:`
    Sips,
    /// `tel:`
    Tel,
    /// Any other, in lower case.
    Other(String),
}

/// The host of a SIP URI or a Via.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A name, in lower case once parsed.
    Name(String),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address; brackets are written, not kept.
    V6(Ipv6Addr),
    /// None: `tel:` and unknown schemes.
    Absent,
}

/// A URI.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Uri {
    /// `sip`, `sips`, `tel` or another.
    pub scheme: Scheme,
    /// The user with its escapes as on the wire (see [`Self::user_decoded`]); the number of a
    /// `tel:` URI; all that follows the colon for an unknown scheme.
    pub user: Option<String>,
    /// The password, escapes as on the wire.
    pub password: Option<String>,
    /// The host.
    pub host: Host,
    /// The port if given.
    pub port: Option<u16>,
    /// `;name=value`, as on the wire.
    pub params: Params,
    /// `?name=value&...`, as on the wire.
    pub headers: Vec<(String, String)>,
}

/// Text that is not a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a URI")]
pub struct UriError;

impl Uri {
    /// `sip:user@host`, escaping whatever `user` holds that may not stand there.
    pub fn sip(user: Option<&str>, host: Host, port: Option<u16>) -> Self {
        Self {
            scheme: Scheme::Sip,
            user: user.map(escape_user),
            password: None,
            host,
            port,
            params: Params::new(),
            headers: Vec::new(),
        }
    }

    /// `sip:user@address:port`.
    pub fn sip_at(user: Option<&str>, address: SocketAddr) -> Self {
        Self::sip(user, address.ip().into(), Some(address.port()))
    }

    /// The same URI with a parameter.
    #[must_use]
    pub fn with_param(mut self, name: &str, value: Option<&str>) -> Self {
        self.params.set(name, value);
        self
    }

    /// The user without escapes.
    pub fn user_decoded(&self) -> Option<String> {
        self.user.as_deref().map(unescape)
    }

    /// Whether this is `sip:` or `sips:`.
    pub fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// Whether this is a loose router (`lr`).
    pub fn is_loose_router(&self) -> bool {
        self.params
            .iter()
            .any(|(name, _)| unescape(name).eq_ignore_ascii_case("lr"))
    }

    /// Where it points if its host is an address: that and the port, 5060 by default (5061 `sips`).
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        let default = if self.scheme == Scheme::Sips {
            5061
        } else {
            5060
        };
        let port = self.port.unwrap_or(default);
        self.host.ip().map(|ip| SocketAddr::new(ip, port))
    }
}

impl Host {
    /// The address if it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self {
            Self::V4(ip) => Some((*ip).into()),
            Self::V6(ip) => Some((*ip).into()),
            Self::Name(_) | Self::Absent => None,
        }
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(ip) => Self::V4(ip),
            IpAddr::V6(ip) => Self::V6(ip),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&escape_breakers(name, ";?@:")),
            Self::V4(ip) => ip.fmt(f),
            Self::V6(ip) => write!(f, "[{ip}]"),
            Self::Absent => Ok(()),
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sip => "sip",
            Self::Sips => "sips",
            Self::Tel => "tel",
            Self::Other(scheme) => scheme,
        })
    }
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.scheme)?;
        if !self.is_sip() {
            let ends = if self.scheme == Scheme::Tel { ";" } else { "" };
            write!(
                f,
                "{}",
                escape_breakers(self.user.as_deref().unwrap_or(""), ends)
            )?;
            return self.params.write_uri(f);
        }
        if let Some(user) = &self.user {
            write!(f, "{}", escape_breakers(user, "@:"))?;
            if let Some(password) = &self.password {
                write!(f, ":{}", escape_breakers(password, "@"))?;
            }
            f.write_str("@")?;
        }
        write!(f, "{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.params.write_uri(f)?;
        for (index, (name, value)) in self.headers.iter().enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            let (name, value) = (escape_breakers(name, "&=@"), escape_breakers(value, "&@"));
            write!(f, "{mark}{name}={value}")?;
        }
        Ok(())
    }
}

/// Escapes what would end the URI, and the characters of `more`; leaves existing escapes alone.
pub(crate) fn escape_breakers(text: &str, more: &str) -> String {
    escape(text, |c| URI.has(c) && !more.contains(c))
}

/// Escapes all that the grammar does not allow in a user, percent signs included.
fn escape_user(text: &str) -> String {
    escape(text, |c| {
        c.is_ascii_alphanumeric() || "-_.!~*'()&=+$,;?/".contains(c)
    })
}

fn escape(text: &str, keep: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        if keep(c) {
            escaped.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut buffer).bytes() {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// Undoes `%XX`; a percent sign that is no escape stays, bytes that are not UTF-8 are Latin-1.
pub fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = |at: usize| {
            bytes
                .get(at)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        match (bytes[index], hex(index + 1), hex(index + 2)) {
            (b'%', Some(high), Some(low)) => {
                plain.push(u8::try_from(high * 16 + low).expect("two hex digits fit a byte"));
                index += 3;
            }
            (byte, ..) => {
                plain.push(byte);
                index += 1;
            }
        }
    }
    match String::from_utf8(plain) {
        Ok(text) => text,
        Err(error) => error
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect(),
    }
}
