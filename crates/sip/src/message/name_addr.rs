//! Addresses with a display name and parameters (From, To, Contact, Route: RFC 3261 section 20.10).

use super::Params;
use super::lexer::{self, cut_before, trim, trim_start};
use crate::uri::{Uri, UriParts};
use std::borrow::Cow;
use std::fmt;

/// `"display" <uri>;params`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameAddr {
    /// The display name without quotes and escapes.
    pub display: Option<String>,
    /// The address.
    pub uri: Uri,
    /// The parameters of the header value, not of the URI.
    pub params: Params,
}

impl NameAddr {
    /// An address without display name or parameters.
    pub fn new(uri: Uri) -> Self {
        Self {
            display: None,
            uri,
            params: Params::new(),
        }
    }

    /// The `tag` parameter.
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag")
    }

    /// Sets the `tag` parameter.
    pub fn set_tag(&mut self, tag: &str) {
        self.params.set("tag", Some(tag));
    }

    /// Reads one value.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts = Parts::of(text)?;
        let params = Params::parse(parts.params)?;
        Some(Self {
            display: parts.display.map(Cow::into_owned),
            uri: parts.uri.into(),
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
    display: Option<Cow<'a, str>>,
    uri: UriParts<'a>,
    params: &'a str,
}

impl<'a> Parts<'a> {
    /// Without angle brackets, parameters belong to the header (section 20).
    fn of(text: &'a str) -> Option<Self> {
        let text = trim(text);
        let (display, rest) = match lexer::quoted(text) {
            Some((display, rest)) => (Some(display), trim(rest)),
            None if text.starts_with('"') => return None,
            None => (None, text),
        };
        let open = match rest.starts_with('<') {
            true => Some(0),
            false => lexer::find_outside_quotes(rest, b'<'),
        };
        let Some(open) = open else {
            return if display.is_some() {
                None
            } else {
                Self::bare(text)
            };
        };
        let (before, inside) = (trim(&rest[..open]), &rest[open + 1..]);
        let (uri, rest) = UriParts::read(trim_start(inside))?;
        let params = trim_start(rest).strip_prefix('>')?;
        let display = match display {
            Some(_) if !before.is_empty() => return None,
            Some(display) => Some(display),
            None if before.is_empty() => None,
            None => Some(Cow::Borrowed(before)),
        };
        Some(Self {
            display,
            uri,
            params,
        })
    }

    fn bare(text: &'a str) -> Option<Self> {
        let (uri, params) = cut_before(text, b';');
        let uri = UriParts::of(trim(uri))?;
        // A question mark would have to be in brackets, else it could not be told from the header's
        // own text (RFC 3261 section 20.10).
        (!uri.has_headers()).then_some(Self {
            display: None,
            uri,
            params,
        })
    }
}

impl std::str::FromStr for NameAddr {
    type Err = crate::uri::UriError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or(crate::uri::UriError)
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = &self.display {
            write!(f, "{} ", lexer::quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
