//! What a message must have before anything acts on it (RFC 3261 section 8.1.1, verdicts of
//! RFC 4475). Headers that nobody here reads are not judged: Date may be wrong, Foo may be odd.
//! Every message of a stranger comes through here: one walk over its fields, and nothing is copied.

use super::cseq::parse_number;
use super::typed::{each_value, error, first_value, is_call_id};
use super::{CSeq, HeaderError, HeaderProblem, Headers, Message, NameAddr, ParseErrorKind};
use super::{Request, Via};

/// Checks what every message needs, and what requests need besides.
pub(super) fn check(message: &Message) -> Result<(), ParseErrorKind> {
    let fields = Fields::of(message.headers());
    let cseq = fields.check_common().map_err(ParseErrorKind::Header)?;
    match message {
        Message::Request(request) => check_request(request, &fields, &cseq),
        Message::Response(_) => Ok(()),
    }
}

fn check_request(
    request: &Request,
    fields: &Fields<'_>,
    cseq: &CSeq,
) -> Result<(), ParseErrorKind> {
    if request.uri.is_sip() && !request.uri.headers.is_empty() {
        return Err(ParseErrorKind::RequestUri);
    }
    fields.check_request().map_err(ParseErrorKind::Header)?;
    match cseq.method == request.method {
        true => Ok(()),
        false => Err(ParseErrorKind::MethodMismatch),
    }
}

/// The fields that are judged.
#[derive(Default)]
struct Fields<'a> {
    via: Option<&'a str>,
    from: Single<'a>,
    to: Single<'a>,
    call_id: Single<'a>,
    cseq: Single<'a>,
    max_forwards: Single<'a>,
    content_type: Single<'a>,
    expires: Single<'a>,
    contact: Addresses<'a>,
    record_route: Addresses<'a>,
    route: Addresses<'a>,
}

/// A field that stands at most once (RFC 3261 table 2).
#[derive(Clone, Copy, Default)]
struct Single<'a> {
    value: Option<&'a str>,
    repeated: bool,
}

/// A field that lists addresses, on one line or several.
#[derive(Clone, Copy, Default)]
struct Addresses<'a> {
    lines: Single<'a>,
    malformed: bool,
}

impl<'a> Single<'a> {
    fn add(&mut self, value: &'a str) {
        match self.value {
            None => self.value = Some(value),
            Some(_) => self.repeated = true,
        }
    }

    fn at_most_once(&self, header: &'static str) -> Result<Option<&'a str>, HeaderError> {
        match self.repeated {
            true => Err(error(header, HeaderProblem::Repeated)),
            false => Ok(self.value),
        }
    }

    fn once(&self, header: &'static str) -> Result<&'a str, HeaderError> {
        let value = self.value.ok_or(error(header, HeaderProblem::Missing))?;
        self.at_most_once(header).map(|_| value)
    }
}

impl<'a> Addresses<'a> {
    fn add(&mut self, line: &'a str) {
        let is_one = |value| NameAddr::is_one(value).then_some(());
        self.malformed |= each_value(line, is_one).is_none();
        self.lines.add(line);
    }

    /// The one `*` that stands for all addresses (section 10.2.2).
    fn is_star(&self) -> bool {
        self.lines.value == Some("*") && !self.lines.repeated
    }
}

impl<'a> Fields<'a> {
    fn of(headers: &'a Headers) -> Self {
        let mut fields = Self::default();
        for (name, value) in headers.iter() {
            match name {
                "Via" => fields.via = fields.via.or(Some(value)),
                "From" => fields.from.add(value),
                "To" => fields.to.add(value),
                "Call-ID" => fields.call_id.add(value),
                "CSeq" => fields.cseq.add(value),
                "Max-Forwards" => fields.max_forwards.add(value),
                "Content-Type" => fields.content_type.add(value),
                "Expires" => fields.expires.add(value),
                "Contact" => fields.contact.add(value),
                "Record-Route" => fields.record_route.add(value),
                "Route" => fields.route.add(value),
                _ => {}
            }
        }
        fields
    }

    fn check_common(&self) -> Result<CSeq, HeaderError> {
        let via = self.via.ok_or(error("Via", HeaderProblem::Missing))?;
        sound("Via", first_value(via).is_some_and(Via::is_one))?;
        sound("From", NameAddr::is_one(self.from.once("From")?))?;
        sound("To", NameAddr::is_one(self.to.once("To")?))?;
        sound("Call-ID", is_call_id(self.call_id.once("Call-ID")?))?;
        let cseq = CSeq::parse(self.cseq.once("CSeq")?);
        let cseq = cseq.map_err(|problem| error("CSeq", problem))?;
        let contact = self.contact.is_star() || !self.contact.malformed;
        sound("Contact", contact)?;
        sound("Record-Route", !self.record_route.malformed)?;
        Ok(cseq)
    }

    fn check_request(&self) -> Result<(), HeaderError> {
        let hops = self.max_forwards.at_most_once("Max-Forwards")?;
        self.content_type.at_most_once("Content-Type")?;
        let expires = self.expires.at_most_once("Expires")?;
        if let Some(hops) = hops {
            let number = parse_number(hops).map_err(|problem| error("Max-Forwards", problem))?;
            u8::try_from(number).map_err(|_| error("Max-Forwards", HeaderProblem::OutOfRange))?;
        }
        sound("Route", !self.route.malformed)?;
        // A malformed Expires means the default (RFC 3261 section 20.19); one that overflows is
        // refused rather than wrapped (RFC 4475 section 3.1.2.4).
        match expires.map(parse_number) {
            Some(Err(problem @ HeaderProblem::OutOfRange)) => Err(error("Expires", problem)),
            _ => Ok(()),
        }
    }
}

fn sound(header: &'static str, is_sound: bool) -> Result<(), HeaderError> {
    match is_sound {
        true => Ok(()),
        false => Err(error(header, HeaderProblem::Malformed)),
    }
}
