//! Via (RFC 3261 section 20.42, `rport` of RFC 3581): where a request came through.

use super::Params;
use super::lexer::{TOKEN, is_blank, optional, trim_start};
use crate::uri::{Host, HostParts, read_port};
use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

/// What makes a branch unique by RFC 3261 rather than RFC 2543 rules.
pub(crate) const BRANCH_COOKIE: &str = "z9hG4bK";

/// One Via value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Via {
    /// `UDP`, `TCP`, `TLS`, `WS` or another token, as written.
    pub transport: Cow<'static, str>,
    /// Host of the sent-by.
    pub host: Host,
    /// Port of the sent-by.
    pub port: Option<u16>,
    /// `branch`, `rport`, `received` and the like.
    pub params: Params,
}

/// Transports that most messages come by, kept without a copy of each.
const USUAL: [&str; 5] = ["UDP", "TCP", "TLS", "WSS", "WS"];

/// `transport` as it is kept.
fn kept(transport: &str) -> Cow<'static, str> {
    match USUAL.into_iter().find(|usual| *usual == transport) {
        Some(usual) => Cow::Borrowed(usual),
        None => Cow::Owned(transport.to_owned()),
    }
}

impl Via {
    /// A Via with a branch and an `rport` flag.
    pub fn new(transport: &str, host: Host, port: Option<u16>, branch: &str) -> Self {
        let params = Params::new()
            .with("branch", Some(branch))
            .with("rport", None);
        Self {
            transport: kept(transport),
            host,
            port,
            params,
        }
    }

    /// The branch as written; may lack the cookie of RFC 3261 (see [`Self::rfc3261_branch`]).
    pub fn branch(&self) -> Option<&str> {
        self.params.get("branch")
    }

    /// The branch if transactions may be matched by it: cookie and something after it. Else match
    /// by the rules of RFC 2543 (RFC 3261 section 17.2.3).
    pub fn rfc3261_branch(&self) -> Option<&str> {
        self.branch().filter(|branch| {
            branch.len() > BRANCH_COOKIE.len()
                && branch
                    .get(..BRANCH_COOKIE.len())
                    .is_some_and(|cookie| cookie.eq_ignore_ascii_case(BRANCH_COOKIE))
        })
    }

    /// The port that `rport=` names; `None` if it is absent or a bare flag.
    pub fn rport(&self) -> Option<u16> {
        self.params.get("rport").and_then(|port| port.parse().ok())
    }

    /// Whether the sender asked to be answered where it sent from (RFC 3581).
    pub fn wants_rport(&self) -> bool {
        self.params.has("rport")
    }

    /// The address that `received=` names, with or without brackets (RFC 5118 section 4.5).
    pub fn received(&self) -> Option<IpAddr> {
        let text = self.params.get("received")?;
        text.trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
            .ok()
    }

    /// Reads one value.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts = Parts::of(text)?;
        let params = Params::parse(parts.params)?;
        Some(Self {
            transport: kept(parts.transport),
            host: parts.host.into(),
            port: parts.port,
            params,
        })
    }

    /// Whether [`Self::parse`] would read `text`.
    pub(super) fn is_one(text: &str) -> bool {
        Parts::of(text).is_some_and(|parts| Params::is_list(parts.params))
    }
}

/// The parts of a value as they stand in the text; the parameters are not looked at yet.
struct Parts<'a> {
    transport: &'a str,
    host: HostParts<'a>,
    port: Option<u16>,
    params: &'a str,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (sip, rest) = TOKEN.split(trim_start(text));
        let (version, rest) = TOKEN.split(after_slash(rest)?);
        let (transport, rest) = TOKEN.split(after_slash(rest)?);
        if !sip.eq_ignore_ascii_case("SIP") || version != "2.0" || transport.is_empty() {
            return None;
        }
        let (host, rest) = HostParts::read(trim_start(rest.strip_prefix(is_blank)?))?;
        let port = |text| read_port(trim_start(text));
        let (port, params) = optional(trim_start(rest), ':', port)?;
        Some(Self {
            transport,
            host,
            port,
            params,
        })
    }
}

/// What follows a slash, blanks allowed around it.
fn after_slash(text: &str) -> Option<&str> {
    trim_start(text).strip_prefix('/').map(trim_start)
}

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SIP/2.0/{} {}", self.transport, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.params.fmt(f)
    }
}
