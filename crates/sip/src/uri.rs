//! SIP, SIPS and tel URIs (RFC 3261 section 19.1, RFC 3966); other schemes are kept as they are.
//!
//! `==` compares spelling. Whether two URIs mean the same address is [`Uri::equivalent`], which is
//! not transitive (RFC 3261 section 19.1.4) and therefore cannot be `==`.

mod compare;

use crate::message::Params;
use crate::message::lexer::{cut, cut_before};
use memchr::{memchr, memrchr};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

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

impl FromStr for Host {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        if let Some(inner) = text.strip_prefix('[') {
            let address = inner.strip_suffix(']').ok_or(UriError)?;
            // The grammar of RFC 3261 had one colon too many (RFC 5118 section 4.10).
            let address = address.replacen(":::", "::", 1);
            return address.parse().map(Self::V6).map_err(|_| UriError);
        }
        if text.starts_with(|c: char| c.is_ascii_digit())
            && let Ok(ip) = text.parse()
        {
            return Ok(Self::V4(ip));
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if text.is_empty() || !text.bytes().all(legal) {
            return Err(UriError);
        }
        Ok(Self::Name(text.to_ascii_lowercase()))
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

/// Reads `host` or `host:port`, blanks allowed around the colon (Via writes them).
pub(crate) fn host_port(text: &str) -> Option<(Host, Option<u16>)> {
    let bytes = text.as_bytes();
    let colon = match memrchr(b']', bytes) {
        Some(bracket) => memchr(b':', &bytes[bracket..]).map(|colon| bracket + colon),
        None => memchr(b':', bytes),
    };
    let Some(colon) = colon else {
        return Some((text.parse().ok()?, None));
    };
    let port = text[colon + 1..].trim_matches([' ', '\t']);
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let host = text[..colon].trim_matches([' ', '\t']).parse().ok()?;
    Some((host, Some(port.parse().ok()?)))
}

impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        // Bytes first: characters beyond ASCII, of which few break anything, are rare.
        let suspect = |byte| matches!(byte, 0..=b' ' | b'<' | b'>' | b'"') || byte >= 0x7f;
        if text.bytes().any(suspect) && text.contains(breaks_uri) {
            return Err(UriError);
        }
        let (scheme, rest) = cut(text, b':').ok_or(UriError)?;
        match parse_scheme(scheme)? {
            scheme @ (Scheme::Sip | Scheme::Sips) => parse_sip(scheme, rest).ok_or(UriError),
            Scheme::Tel => parse_tel(rest).ok_or(UriError),
            scheme @ Scheme::Other(_) if !rest.is_empty() => Ok(opaque(scheme, rest)),
            Scheme::Other(_) => Err(UriError),
        }
    }
}

fn parse_scheme(text: &str) -> Result<Scheme, UriError> {
    for (known, scheme) in [
        ("sip", Scheme::Sip),
        ("sips", Scheme::Sips),
        ("tel", Scheme::Tel),
    ] {
        if text.eq_ignore_ascii_case(known) {
            return Ok(scheme);
        }
    }
    let legal = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !text.starts_with(|c: char| c.is_ascii_alphabetic()) || !text.chars().all(legal) {
        return Err(UriError);
    }
    Ok(Scheme::Other(text.to_ascii_lowercase()))
}

fn parse_sip(scheme: Scheme, rest: &str) -> Option<Uri> {
    let (userinfo, rest) = match cut(rest, b'@') {
        Some((userinfo, rest)) => (Some(userinfo), rest),
        None => (None, rest),
    };
    let (user, password) = match userinfo.filter(|text| !text.is_empty()) {
        None => (None, None),
        Some(text) => match cut(text, b':') {
            Some((user, password)) => (Some(user.to_owned()), Some(password.to_owned())),
            None => (Some(text.to_owned()), None),
        },
    };
    let (rest, headers) = match cut(rest, b'?') {
        Some((rest, headers)) => (rest, parse_headers(headers)?),
        None => (rest, Vec::new()),
    };
    let (hostport, params) = cut_before(rest, b';');
    let (host, port) = host_port(hostport)?;
    if memchr(b'@', rest.as_bytes()).is_some() {
        return None;
    }
    Some(Uri {
        scheme,
        user,
        password,
        host,
        port,
        params: Params::parse_uri(params)?,
        headers,
    })
}

fn parse_headers(text: &str) -> Option<Vec<(String, String)>> {
    text.split('&')
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
        })
        .collect()
}

fn parse_tel(rest: &str) -> Option<Uri> {
    let (number, params) = cut_before(rest, b';');
    let legal = |c: char| c.is_ascii_hexdigit() || "+-.()*#".contains(c);
    if !number.contains(|c: char| c.is_ascii_digit() || "*#".contains(c))
        || !number.chars().all(legal)
    {
        return None;
    }
    let params = Params::parse_uri(params)?;
    Some(Uri {
        params,
        ..opaque(Scheme::Tel, number)
    })
}

fn opaque(scheme: Scheme, rest: &str) -> Uri {
    Uri {
        scheme,
        user: Some(rest.to_owned()),
        password: None,
        host: Host::Absent,
        port: None,
        params: Params::new(),
        headers: Vec::new(),
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

/// Characters that end a URI in every header, or the line.
fn breaks_uri(c: char) -> bool {
    c.is_control() || matches!(c, ' ' | '<' | '>' | '"')
}

/// Escapes what would end the URI, and the characters of `more`; leaves existing escapes alone.
pub(crate) fn escape_breakers(text: &str, more: &str) -> String {
    escape(text, |c| !breaks_uri(c) && !more.contains(c))
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
