//! URIs from text. First as parts of the text, which costs no memory and is all that a check of a
//! message needs; then as values of their own.

use super::{Host, Scheme, Uri, UriError, breaks_uri};
use crate::message::Params;
use crate::message::lexer::{ByteSet, cut, cut_before, find, trim};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Bytes that end a URI, or may be part of a character that does.
const SUSPECT: ByteSet = ByteSet::suspect(b" <>\"");

/// The marks that part a URI, and what no URI holds: one look at each byte finds them all.
const MARKS: ByteSet = SUSPECT.and(b":@;?");

/// A sound URI, each part as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UriParts<'a> {
    scheme: &'a str,
    user: Option<&'a str>,
    password: Option<&'a str>,
    host: HostParts<'a>,
    port: Option<u16>,
    params: &'a str,
    /// What follows the question mark.
    headers: Option<&'a str>,
}

/// A host, as it stands in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HostParts<'a> {
    Name(&'a str),
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    Absent,
}

impl<'a> UriParts<'a> {
    /// Takes a URI apart; `None` if it is none.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let (scheme, rest) = cut(text, b':')?;
        match scheme.len() {
            3 if scheme.eq_ignore_ascii_case("sip") => return sip(scheme, rest),
            4 if scheme.eq_ignore_ascii_case("sips") => return sip(scheme, rest),
            // Bytes first: characters beyond ASCII, of which few break anything, are rare.
            _ if SUSPECT.meets(text) && text.contains(breaks_uri) => return None,
            _ => {}
        }
        match scheme.len() {
            3 if scheme.eq_ignore_ascii_case("tel") => tel(scheme, rest),
            _ => (is_scheme(scheme) && !rest.is_empty()).then(|| opaque(scheme, rest, "")),
        }
    }

    /// Whether headers follow a question mark.
    pub(crate) fn has_headers(&self) -> bool {
        self.headers.is_some()
    }
}

impl FromStr for Uri {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        UriParts::of(text).map(Uri::from).ok_or(UriError)
    }
}

impl From<UriParts<'_>> for Uri {
    fn from(parts: UriParts<'_>) -> Self {
        let pairs = parts.headers.into_iter().flat_map(pairs).flatten();
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Uri {
            scheme: scheme(parts.scheme),
            user: parts.user.map(str::to_owned),
            password: parts.password.map(str::to_owned),
            host: parts.host.into(),
            port: parts.port,
            params: Params::parse_uri(parts.params).unwrap_or_default(),
            headers: pairs.map(owned).collect(),
        }
    }
}

fn scheme(text: &str) -> Scheme {
    if text.eq_ignore_ascii_case("sip") {
        Scheme::Sip
    } else if text.eq_ignore_ascii_case("sips") {
        Scheme::Sips
    } else if text.eq_ignore_ascii_case("tel") {
        Scheme::Tel
    } else {
        Scheme::Other(text.to_ascii_lowercase())
    }
}

fn is_scheme(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(legal)
}

/// Where the parts of `user:password@host:port;params?headers` end.
#[derive(Default)]
struct Marks {
    /// The colon of a password.
    password: Option<usize>,
    at: Option<usize>,
    /// The first colon, behind the user if there is one.
    colon: Option<usize>,
    params: Option<usize>,
    headers: Option<usize>,
}

impl Marks {
    /// `None` where a mark or a character stands that no URI holds there.
    fn of(text: &str) -> Option<Self> {
        let (mut marks, mut suspect) = (Self::default(), false);
        for (index, byte) in text.bytes().enumerate() {
            if !MARKS.has(byte) {
                continue;
            }
            match byte {
                b'@' => marks.user_ends(index)?,
                b':' => {
                    marks.colon.get_or_insert(index);
                }
                b';' if marks.headers.is_none() => {
                    marks.params.get_or_insert(index);
                }
                b'?' => {
                    marks.headers.get_or_insert(index);
                }
                b';' => {}
                _ => suspect = true,
            }
        }
        (!suspect || !text.contains(breaks_uri)).then_some(marks)
    }

    /// What stood before the first `@` was the user's. Behind it parameters hold none.
    fn user_ends(&mut self, index: usize) -> Option<()> {
        match self.at {
            None => {
                *self = Self {
                    password: self.colon,
                    at: Some(index),
                    ..Self::default()
                };
            }
            Some(_) if self.params.is_some() && self.headers.is_none() => return None,
            Some(_) => {}
        }
        Some(())
    }
}

fn sip<'a>(scheme: &'a str, text: &'a str) -> Option<UriParts<'a>> {
    let marks = Marks::of(text)?;
    let (user, password) = match (marks.at, marks.password) {
        (None | Some(0), _) => (None, None),
        (Some(at), None) => (Some(&text[..at]), None),
        (Some(at), Some(colon)) => (Some(&text[..colon]), Some(&text[colon + 1..at])),
    };
    let end = marks.headers.unwrap_or(text.len());
    let params = marks.params.unwrap_or(end);
    let from = marks.at.map_or(0, |at| at + 1);
    let hostport = &text[from..params];
    let (host, port) = match marks.colon.filter(|colon| *colon < params) {
        None if !hostport.starts_with('[') => (HostParts::of(hostport)?, None),
        _ => host_port(hostport)?,
    };
    let (params, headers) = (&text[params..end], text.get(end + 1..));
    let sound = headers.is_none_or(|headers| pairs(headers).all(|pair| pair.is_some()))
        && Params::is_uri_list(params);
    sound.then_some(UriParts {
        scheme,
        user,
        password,
        host,
        port,
        params,
        headers,
    })
}

/// Name and value of each header in a URI; `None` for what is no such pair.
fn pairs(text: &str) -> impl Iterator<Item = Option<(&str, &str)>> {
    text.split('&')
        .map(|part| part.split_once('=').filter(|(name, _)| !name.is_empty()))
}

fn tel<'a>(scheme: &'a str, rest: &'a str) -> Option<UriParts<'a>> {
    let (number, params) = cut_before(rest, b';');
    let legal = |c: char| c.is_ascii_hexdigit() || "+-.()*#".contains(c);
    let dialable = |c: char| c.is_ascii_digit() || "*#".contains(c);
    let sound =
        number.contains(dialable) && number.chars().all(legal) && Params::is_uri_list(params);
    sound.then(|| opaque(scheme, number, params))
}

fn opaque<'a>(scheme: &'a str, user: &'a str, params: &'a str) -> UriParts<'a> {
    UriParts {
        scheme,
        user: Some(user),
        password: None,
        host: HostParts::Absent,
        port: None,
        params,
        headers: None,
    }
}

impl<'a> HostParts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            let address = inner.strip_suffix(']')?;
            // The grammar of RFC 3261 had one colon too many (RFC 5118 section 4.10).
            let address = address.replacen(":::", "::", 1);
            return address.parse().ok().map(Self::V6);
        }
        if text.starts_with(|c: char| c.is_ascii_digit())
            && let Ok(ip) = text.parse()
        {
            return Some(Self::V4(ip));
        }
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        (!text.is_empty() && text.bytes().all(legal)).then_some(Self::Name(text))
    }
}

impl From<HostParts<'_>> for Host {
    fn from(parts: HostParts<'_>) -> Self {
        match parts {
            HostParts::Name(name) => Host::Name(name.to_ascii_lowercase()),
            HostParts::V4(ip) => Host::V4(ip),
            HostParts::V6(ip) => Host::V6(ip),
            HostParts::Absent => Host::Absent,
        }
    }
}

impl FromStr for Host {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        HostParts::of(text).map(Host::from).ok_or(UriError)
    }
}

/// Reads `host` or `host:port`, blanks allowed around the colon (Via writes them).
pub(crate) fn host_port(text: &str) -> Option<(HostParts<'_>, Option<u16>)> {
    // The colons of an IPv6 address stand in brackets.
    let from = match text.starts_with('[') {
        true => text.rfind(']').unwrap_or(0),
        false => 0,
    };
    let Some(colon) = find(&text[from..], b':').map(|colon| from + colon) else {
        return Some((HostParts::of(text)?, None));
    };
    let port = trim(&text[colon + 1..]);
    if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((
        HostParts::of(trim(&text[..colon]))?,
        Some(port.parse().ok()?),
    ))
}
