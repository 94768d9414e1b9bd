//! URIs from text. First as parts of the text, which costs no memory and is all that a check of a
//! message needs; then as values of their own.

use super::{Host, Scheme, Uri, UriError};
use crate::message::Params;
use crate::message::lexer::{Run, cut, cut_before, optional};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// What a URI is made of in every header.
pub(super) static URI: Run = Run::until(b" <>\"");

/// The user of a URI, or its host and what follows if it has no user.
static USER: Run = Run::until(b" <>\"@:");

static PASSWORD: Run = Run::until(b" <>\"@");

static PARAMS: Run = Run::until(b" <>\"@?");

static HOST: Run = Run::of(b"-._");

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
    /// A name or an IPv4 address, which is spelt as a name might be.
    Plain(&'a str),
    V6(Ipv6Addr),
    Absent,
}

impl<'a> UriParts<'a> {
    /// Takes a URI apart; `None` if it is none.
    pub(crate) fn of(text: &'a str) -> Option<Self> {
        let (parts, rest) = Self::read(text)?;
        rest.is_empty().then_some(parts)
    }

    /// The URI at the start of `text`, and what follows; `None` if there is none.
    pub(crate) fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let (scheme, rest) = cut(text, b':')?;
        if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
            return sip(scheme, rest);
        }
        let (text, after) = URI.split(rest);
        let parts = match scheme.eq_ignore_ascii_case("tel") {
            true => tel(scheme, text)?,
            false if is_scheme(scheme) && !text.is_empty() => opaque(scheme, text, ""),
            false => return None,
        };
        Some((parts, after))
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
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let headers = |text| pairs(text).flatten().map(owned).collect();
        Uri {
            scheme: scheme(parts.scheme),
            user: parts.user.map(str::to_owned),
            password: parts.password.map(str::to_owned),
            host: parts.host.into(),
            port: parts.port,
            params: Params::parse_uri(parts.params).unwrap_or_default(),
            headers: parts.headers.map(headers).unwrap_or_default(),
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

/// `user:password@host:port;params?headers`.
fn sip<'a>(scheme: &'a str, text: &'a str) -> Option<(UriParts<'a>, &'a str)> {
    let (user, password, rest) = user_info(text)?;
    let (host, rest) = HostParts::read(rest)?;
    let (port, rest) = optional(rest, ':', read_port)?;
    let (params, rest) = match rest.starts_with(';') {
        true => PARAMS.split(rest),
        false => ("", rest),
    };
    let (headers, rest) = optional(rest, '?', |text| Some(URI.split(text)))?;
    if !Params::is_uri_list(params)
        || headers.is_some_and(|text| pairs(text).any(|pair| pair.is_none()))
    {
        return None;
    }
    let parts = UriParts {
        scheme,
        user,
        password,
        host,
        port,
        params,
        headers,
    };
    Some((parts, rest))
}

/// User and password, and what follows them. Both may hold any mark but an `@`, so that only this
/// tells them from a host.
fn user_info(text: &str) -> Option<(Option<&str>, Option<&str>, &str)> {
    let (user, rest) = USER.split(text);
    let (password, rest) = optional(rest, ':', |text| Some(PASSWORD.split(text)))?;
    Some(match rest.strip_prefix('@') {
        Some(rest) if user.is_empty() && password.is_none() => (None, None, rest),
        Some(rest) => (Some(user), password, rest),
        None => (None, None, text),
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
    /// The host at the start of `text`, and what follows; `None` if there is none.
    pub(crate) fn read(text: &'a str) -> Option<(Self, &'a str)> {
        if let Some(inner) = text.strip_prefix('[') {
            return Self::read_v6(inner);
        }
        let (plain, rest) = HOST.split(text);
        (!plain.is_empty()).then_some((Self::Plain(plain), rest))
    }

    #[cold]
    fn read_v6(text: &'a str) -> Option<(Self, &'a str)> {
        let (address, rest) = cut(text, b']')?;
        // The grammar of RFC 3261 had one colon too many (RFC 5118 section 4.10).
        let address = address.replacen(":::", "::", 1).parse().ok()?;
        Some((Self::V6(address), rest))
    }
}

impl From<HostParts<'_>> for Host {
    fn from(parts: HostParts<'_>) -> Self {
        match parts {
            HostParts::Plain(text) => match text.parse::<Ipv4Addr>() {
                Ok(ip) => Host::V4(ip),
                Err(_) => Host::Name(text.to_ascii_lowercase()),
            },
            HostParts::V6(ip) => Host::V6(ip),
            HostParts::Absent => Host::Absent,
        }
    }
}

impl FromStr for Host {
    type Err = UriError;

    fn from_str(text: &str) -> Result<Self, UriError> {
        match HostParts::read(text) {
            Some((parts, "")) => Ok(parts.into()),
            _ => Err(UriError),
        }
    }
}

/// The port at the start of `text`, and what follows; `None` if there is none.
pub(crate) fn read_port(text: &str) -> Option<(u16, &str)> {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    Some((digits.parse().ok()?, rest))
}
