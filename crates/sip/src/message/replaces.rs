//! Which dialog another one takes the place of (RFC 3891 section 6.1): a header of an INVITE, or
//! inside the Refer-To of an attended transfer.

use super::lexer::trim;
use super::{HeaderError, HeaderProblem, Headers, Params, typed};
use crate::uri::{Uri, unescape};

/// A dialog as the one who is asked to replace it knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Replaces {
    /// Its Call-ID.
    pub call_id: String,
    /// The tag of whoever is asked.
    pub to_tag: String,
    /// The tag of the other side.
    pub from_tag: String,
    /// Only if it is not answered yet.
    pub early_only: bool,
}

impl Replaces {
    /// Reads the value of a header.
    pub fn parse(text: &str) -> Option<Self> {
        let (call_id, params) = text.split_at(text.find(';')?);
        let (call_id, params) = (trim(call_id), Params::parse(params)?);
        if call_id.is_empty() || call_id.contains([' ', '\t']) {
            return None;
        }
        Some(Self {
            call_id: call_id.to_owned(),
            to_tag: params.get("to-tag")?.to_owned(),
            from_tag: params.get("from-tag")?.to_owned(),
            early_only: params.has("early-only"),
        })
    }

    /// Takes it out of a Refer-To, with whatever other headers that URI wants set: those are not
    /// for a stranger to write (RFC 3261 section 19.1.5).
    pub(crate) fn take_from(uri: &mut Uri) -> Result<Option<Self>, HeaderError> {
        let headers = std::mem::take(&mut uri.headers);
        let named = |(name, _): &(String, String)| unescape(name).eq_ignore_ascii_case("Replaces");
        let Some((_, value)) = headers.into_iter().find(named) else {
            return Ok(None);
        };
        let read = Self::parse(&unescape(&value));
        read.map(Some)
            .ok_or(typed::error("Refer-To", HeaderProblem::Malformed))
    }
}

impl Headers {
    /// Replaces: at most one may stand there (RFC 3891 section 3).
    pub fn replaces(&self) -> Result<Option<Replaces>, HeaderError> {
        let mut lines = self.get_all("Replaces");
        let Some(line) = lines.next() else {
            return Ok(None);
        };
        if lines.next().is_some() {
            return Err(typed::error("Replaces", HeaderProblem::Repeated));
        }
        let read = Replaces::parse(line);
        read.map(Some)
            .ok_or(typed::error("Replaces", HeaderProblem::Malformed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_is_named_by_call_id_and_tags_in_a_header_and_in_a_uri() {
        let told = Replaces {
            call_id: "425928@bobster.example.org".to_owned(),
            to_tag: "7743".to_owned(),
            from_tag: "6472".to_owned(),
            early_only: false,
        };
        let header = "425928@bobster.example.org;to-tag=7743;from-tag=6472";
        assert_eq!(Replaces::parse(header), Some(told.clone()));
        let escaped = "sip:a@b?Replaces=425928%40bobster.example.org%3Bto-tag%3D7743%3Bfrom-tag%3D6472&Subject=x";
        let mut uri: Uri = escaped.parse().expect("a URI");
        assert_eq!(Replaces::take_from(&mut uri), Ok(Some(told)));
        assert_eq!(uri.to_string(), "sip:a@b");
        assert_eq!(Replaces::take_from(&mut uri), Ok(None));
    }

    #[test]
    fn what_names_no_dialog_is_refused() {
        for text in [
            "",
            "a",
            ";to-tag=1;from-tag=2",
            "a;to-tag=1",
            "a b;to-tag=1;from-tag=2",
        ] {
            assert_eq!(Replaces::parse(text), None, "{text:?}");
        }
        let mut uri: Uri = "sip:a@b?Replaces=x".parse().expect("a URI");
        assert!(Replaces::take_from(&mut uri).is_err());
    }
}
