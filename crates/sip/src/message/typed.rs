//! Header fields read into types. Absent optional fields are `Ok(None)` or empty; what is there
//! and cannot be read is an error that says so.

use super::cseq::parse_number;
use super::lexer::{cut_before, find_outside, trim};
use super::{CSeq, HeaderError, HeaderProblem, Headers, NameAddr, Via};
use memchr::memchr2;

impl Headers {
    /// The topmost Via.
    pub fn via_top(&self) -> Result<Via, HeaderError> {
        let line = self
            .get("Via")
            .ok_or(error("Via", HeaderProblem::Missing))?;
        let first = first_value(line).and_then(Via::parse);
        first.ok_or(malformed("Via"))
    }

    /// All Via values, topmost first.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        self.list("Via", Via::parse)
    }

    /// From.
    pub fn from(&self) -> Result<NameAddr, HeaderError> {
        NameAddr::parse(self.only("From")?).ok_or(malformed("From"))
    }

    /// To.
    pub fn to(&self) -> Result<NameAddr, HeaderError> {
        NameAddr::parse(self.only("To")?).ok_or(malformed("To"))
    }

    /// Who calls, as a network that is believed says (P-Asserted-Identity, RFC 3325).
    pub fn asserted(&self) -> Option<NameAddr> {
        let values = self.list("P-Asserted-Identity", NameAddr::parse).ok()?;
        values.into_iter().next()
    }

    /// Call-ID.
    pub fn call_id(&self) -> Result<&str, HeaderError> {
        let call_id = self.only("Call-ID")?;
        match is_call_id(call_id) {
            true => Ok(call_id),
            false => Err(malformed("Call-ID")),
        }
    }

    /// CSeq.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        CSeq::parse(self.only("CSeq")?).map_err(|problem| error("CSeq", problem))
    }

    /// Contact values; empty if there are none, or if it is `*` (see [`Self::contact_is_star`]).
    pub fn contacts(&self) -> Result<Vec<NameAddr>, HeaderError> {
        if self.contact_is_star() {
            return Ok(Vec::new());
        }
        self.list("Contact", NameAddr::parse)
    }

    /// Whether Contact is the single `*` that removes all bindings (RFC 3261 section 10.2.2).
    pub fn contact_is_star(&self) -> bool {
        let mut lines = self.get_all("Contact");
        lines.next() == Some("*") && lines.next().is_none()
    }

    /// Route values, next hop first.
    pub fn routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.list("Route", NameAddr::parse)
    }

    /// Path values (RFC 3327): the way back, next hop first.
    pub fn paths(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.list("Path", NameAddr::parse)
    }

    /// Record-Route values, topmost first.
    pub fn record_routes(&self) -> Result<Vec<NameAddr>, HeaderError> {
        self.list("Record-Route", NameAddr::parse)
    }

    /// Max-Forwards, 0 to 255.
    pub fn max_forwards(&self) -> Result<Option<u8>, HeaderError> {
        let number = self.number("Max-Forwards")?;
        number
            .map(u8::try_from)
            .transpose()
            .map_err(|_| error("Max-Forwards", HeaderProblem::OutOfRange))
    }

    /// Expires in seconds.
    pub fn expires(&self) -> Result<Option<u32>, HeaderError> {
        self.number("Expires")
    }

    /// Min-Expires in seconds.
    pub fn min_expires(&self) -> Result<Option<u32>, HeaderError> {
        self.number("Min-Expires")
    }

    /// The seconds of Retry-After, without its comment and parameters.
    pub fn retry_after(&self) -> Option<u32> {
        let text = self.get("Retry-After")?;
        parse_number(text.split([' ', '\t', ';', '(']).next().unwrap_or("")).ok()
    }

    /// Session-Expires (RFC 4028): the interval in seconds and the refresher.
    pub fn session_expires(&self) -> Result<Option<(u32, Option<Refresher>)>, HeaderError> {
        let Some(text) = self.get("Session-Expires") else {
            return Ok(None);
        };
        let (seconds, params) = cut_before(text, b';');
        let seconds =
            parse_number(trim(seconds)).map_err(|problem| error("Session-Expires", problem))?;
        let params = super::Params::parse(params).ok_or(malformed("Session-Expires"))?;
        let refresher = match params.get("refresher") {
            Some(who) if who.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(who) if who.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            _ => None,
        };
        Ok(Some((seconds, refresher)))
    }

    /// RSeq of a reliable response (RFC 3262 section 7.1); never zero.
    pub fn rseq(&self) -> Option<u32> {
        let number = self.number("RSeq").ok().flatten();
        number.filter(|number| *number > 0)
    }

    /// RAck (RFC 3262 section 7.2) of a response to an INVITE: its RSeq, and the CSeq number.
    pub fn rack(&self) -> Option<(u32, u32)> {
        let mut words = self.get("RAck")?.split_ascii_whitespace();
        let (rseq, cseq) = (words.next()?, words.next()?);
        let is_invite = words.next() == Some("INVITE") && words.next().is_none();
        let numbers = (parse_number(rseq).ok()?, parse_number(cseq).ok()?);
        is_invite.then_some(numbers)
    }

    /// Min-SE (RFC 4028) in seconds.
    pub fn min_se(&self) -> Result<Option<u32>, HeaderError> {
        let Some(text) = self.get("Min-SE") else {
            return Ok(None);
        };
        let seconds = text.split(';').next().unwrap_or("");
        parse_number(trim(seconds))
            .map(Some)
            .map_err(|problem| error("Min-SE", problem))
    }

    /// The Q.850 cause that a Reason header carries (RFC 3326), if one does.
    pub fn q850_cause(&self) -> Option<u16> {
        let reasons = self.list("Reason", parse_reason).ok()?;
        let q850 = |reason: &Reason| reason.protocol.eq_ignore_ascii_case("Q.850");
        reasons
            .into_iter()
            .filter(q850)
            .find_map(|reason| reason.cause)
    }

    /// The text of a Reason header, that of a Q.850 cause before others.
    pub(super) fn reason_text(&self) -> Option<String> {
        let mut reasons = self.list("Reason", parse_reason).ok()?;
        reasons.retain(|reason| !reason.text.is_empty());
        reasons.sort_by_key(|reason| !reason.protocol.eq_ignore_ascii_case("Q.850"));
        reasons.into_iter().next().map(|reason| reason.text)
    }

    /// Whether a Reason header gives a text for a SIP status that begins as that of
    /// a block by analytics does (`v=analytics1;...`, ATIS-1000099).
    pub(super) fn reason_of_analytics(&self) -> bool {
        let reasons = self.list("Reason", parse_reason).unwrap_or_default();
        reasons.into_iter().any(|reason| {
            let text = reason.text.to_ascii_lowercase();
            reason.protocol.eq_ignore_ascii_case("SIP") && text.starts_with("v=analytics")
        })
    }

    /// The media type of the body in lower case, without parameters: `application/sdp`.
    pub fn content_type(&self) -> Option<String> {
        let text = self.get("Content-Type")?.split(';').next().unwrap_or("");
        let (kind, subtype) = text.split_once('/')?;
        Some(format!("{}/{}", trim(kind), trim(subtype)).to_ascii_lowercase())
    }

    /// Whether a list of tokens such as Require, Supported or Allow names `token`.
    pub fn lists(&self, header: &str, token: &str) -> bool {
        self.tokens(header)
            .any(|other| other.eq_ignore_ascii_case(token))
    }

    /// The elements of a list of tokens such as Require, Supported or Allow.
    pub fn tokens<'a>(&'a self, header: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.get_all(header)
            .flat_map(|line| line.split(','))
            .map(trim)
            .filter(|t| !t.is_empty())
    }

    /// The value of a field that must stand exactly once.
    fn only(&self, header: &'static str) -> Result<&str, HeaderError> {
        let mut lines = self.get_all(header);
        let value = lines.next().ok_or(error(header, HeaderProblem::Missing))?;
        match lines.next() {
            None => Ok(value),
            Some(_) => Err(error(header, HeaderProblem::Repeated)),
        }
    }

    fn number(&self, header: &'static str) -> Result<Option<u32>, HeaderError> {
        if !self.contains(header) {
            return Ok(None);
        }
        let number = parse_number(self.only(header)?);
        number.map(Some).map_err(|problem| error(header, problem))
    }

    /// The values of all lines of a comma-separated field.
    fn list<T>(
        &self,
        header: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, HeaderError> {
        let mut values = Vec::new();
        for line in self.get_all(header) {
            let read = each_value(line, |value| {
                values.push(parse(value)?);
                Some(())
            });
            read.ok_or(malformed(header))?;
        }
        Ok(values)
    }
}

/// The first value of a comma-separated line.
pub(super) fn first_value(line: &str) -> Option<&str> {
    let end = find_outside(line, b',')?;
    Some(&line[..end.unwrap_or(line.len())])
}

/// Goes through the values of a comma-separated line; `None` where one cannot be read.
pub(super) fn each_value<'a>(
    line: &'a str,
    mut read: impl FnMut(&'a str) -> Option<()>,
) -> Option<()> {
    let mut rest = Some(line);
    while let Some(text) = rest {
        let end = find_outside(text, b',')?;
        read(trim(&text[..end.unwrap_or(text.len())]))?;
        rest = end.map(|end| &text[end + 1..]);
    }
    Some(())
}

pub(super) fn is_call_id(text: &str) -> bool {
    !text.is_empty() && memchr2(b' ', b'\t', text.as_bytes()).is_none()
}

/// Who refreshes a session (RFC 4028).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    /// The side that sent the request.
    Uac,
    /// The side that answered it.
    Uas,
}

/// A value of the Reason header (RFC 3326).
struct Reason {
    protocol: String,
    cause: Option<u16>,
    text: String,
}

fn parse_reason(text: &str) -> Option<Reason> {
    let (protocol, params) = cut_before(text, b';');
    let params = super::Params::parse(params)?;
    Some(Reason {
        protocol: trim(protocol).to_owned(),
        cause: params.get("cause").and_then(|cause| cause.parse().ok()),
        text: params.get_unquoted("text").unwrap_or_default(),
    })
}

pub(super) fn error(header: &'static str, problem: HeaderProblem) -> HeaderError {
    HeaderError { header, problem }
}

fn malformed(header: &'static str) -> HeaderError {
    error(header, HeaderProblem::Malformed)
}
