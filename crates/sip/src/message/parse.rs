//! From bytes to a message (RFC 3261 section 7). Tolerates leading line breaks, bare LF, folding,
//! compact names, Latin-1, extra blanks in the start line; takes one pass over the bytes.

use super::error::ParseErrorKind as Kind;
use super::lexer::{TOKEN, cut_at_blank, is_blank, trim, trim_start};
use super::lines::{Line, Lines};
use super::{Headers, Message, Method, ParseError, Request, Response, Status, check, names};
use crate::uri::{Host, Scheme, Uri};
use memchr::memchr2;
use std::borrow::Cow;

/// How much a stranger may send in one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a datagram or of one message on a stream, body included.
    pub message: usize,
    /// Header fields.
    pub headers: usize,
    /// Bytes of one header line, continuation lines included, and of the start line.
    pub line: usize,
}

impl Default for Limits {
    /// 64 KiB (the largest UDP datagram), 256 fields, 8 KiB lines.
    fn default() -> Self {
        Self {
            message: 64 * 1024,
            headers: 256,
            line: 8 * 1024,
        }
    }
}

/// Reads one datagram, or one message that [`crate::framing::StreamFramer`] cut from a stream.
/// Bytes beyond Content-Length are ignored; without it the body goes to the end (section 18.3).
pub fn parse_datagram(bytes: &[u8]) -> Result<Message, ParseError> {
    parse_with_limits(bytes, &Limits::default())
}

/// [`parse_datagram`] under other limits.
pub fn parse_with_limits(bytes: &[u8], limits: &Limits) -> Result<Message, ParseError> {
    if bytes.len() > limits.message {
        return Err(ParseError::bare(Kind::TooLarge));
    }
    let bytes = skip_line_breaks(bytes);
    let mut lines = Lines::of(bytes);
    let start = lines.next_line().ok_or(ParseError::bare(Kind::Empty))?;
    if start.bytes.iter().all(|byte| byte.is_ascii_whitespace()) {
        return Err(ParseError::bare(Kind::Empty));
    }
    if start.bytes.len() > limits.line {
        return Err(ParseError::bare(Kind::LineTooLong));
    }
    let (mut message, start_problem) = parse_start_line(&start.decode())?;
    let (head, head_problem) = parse_head(&mut lines, limits);
    *message.headers_mut() = head.headers;
    if let Some(kind) = start_problem.or(head_problem) {
        return Err(ParseError::of(kind, message));
    }
    match head.content_length.body(lines.rest) {
        Ok(body) => *body_mut(&mut message) = body.to_vec(),
        Err(kind) => return Err(ParseError::of(kind, message)),
    }
    match check::check(&message) {
        Ok(()) => Ok(message),
        Err(kind) => Err(ParseError::of(kind, message)),
    }
}

/// Bytes up to and including the empty line, and what Content-Length says; `None`: not all there.
pub(crate) fn head_length(bytes: &[u8]) -> Option<(usize, ContentLength)> {
    let mut lines = Lines::of(bytes);
    lines.next_line()?;
    let (head, problem) = parse_head(
        &mut lines,
        &Limits {
            message: 0,
            headers: usize::MAX,
            line: usize::MAX,
        },
    );
    (problem != Some(Kind::Unterminated) && head.closed)
        .then(|| (bytes.len() - lines.rest.len(), head.content_length))
}

fn body_mut(message: &mut Message) -> &mut Vec<u8> {
    match message {
        Message::Request(request) => &mut request.body,
        Message::Response(response) => &mut response.body,
    }
}

/// A sender may write line breaks before a message (section 7.5).
fn skip_line_breaks(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    &bytes[start.unwrap_or(bytes.len())..]
}

/// The start line, and what is wrong with it if a request can still be answered.
fn parse_start_line(line: &str) -> Result<(Message, Option<Kind>), ParseError> {
    let line = trim(line);
    let (first, rest) = cut_at_blank(line).unwrap_or((line, ""));
    if is_version_like(first) {
        return parse_status_line(first, trim(rest)).map_err(ParseError::bare);
    }
    let method = Method::parse(first).ok_or(ParseError::bare(Kind::StartLine))?;
    let (uri, version) = trim(rest)
        .rsplit_once(is_blank)
        .ok_or(ParseError::bare(Kind::StartLine))?;
    let request = |uri| Message::Request(Request::new(method, uri));
    if !is_version_like(version) {
        return Err(ParseError::bare(Kind::StartLine));
    }
    match trim(uri).parse() {
        Ok(uri) if is_version_2(version) => Ok((request(uri), None)),
        Ok(uri) => Ok((request(uri), Some(Kind::Version))),
        Err(_) => Ok((request(unreadable()), Some(Kind::RequestUri))),
    }
}

fn parse_status_line(version: &str, rest: &str) -> Result<(Message, Option<Kind>), Kind> {
    if !is_version_2(version) {
        return Err(Kind::Version);
    }
    let (code, reason) = cut_at_blank(rest).unwrap_or((rest, ""));
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Kind::StatusCode);
    }
    let status = code
        .parse()
        .ok()
        .and_then(Status::new)
        .ok_or(Kind::StatusCode)?;
    // A lone carriage return is no part of a reason phrase, and could not be sent on.
    let reason = unfold(reason).into_owned();
    let response = Response {
        status,
        reason,
        headers: Headers::new(),
        body: Vec::new(),
    };
    Ok((Message::Response(response), None))
}

fn is_version_like(text: &str) -> bool {
    text.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("SIP/"))
}

fn is_version_2(text: &str) -> bool {
    text.eq_ignore_ascii_case("SIP/2.0")
}

/// Stands in for a Request-URI that cannot be read, in an error only.
fn unreadable() -> Uri {
    Uri {
        scheme: Scheme::Other("unreadable".to_owned()),
        user: None,
        password: None,
        host: Host::Absent,
        port: None,
        params: super::Params::new(),
        headers: Vec::new(),
    }
}

/// Bytes that the header fields of a usual message take at most.
const HEAD_ROOM: usize = 1024;

/// The header fields, Content-Length apart.
#[derive(Default)]
struct Head {
    headers: Headers,
    content_length: ContentLength,
    closed: bool,
}

/// Reads to the empty line. After a bad line it reads on, so that an error can be answered with
/// the Via, From, To, Call-ID and CSeq that follow; after a limit it does not.
fn parse_head(lines: &mut Lines<'_>, limits: &Limits) -> (Head, Option<Kind>) {
    let mut head = Head {
        headers: Headers::of_head(lines.rest.len().min(HEAD_ROOM)),
        ..Head::default()
    };
    let mut problem = None;
    let mut fields = 0;
    while let Some(line) = lines.next_field() {
        if line.bytes.is_empty() {
            head.closed = true;
            return (head, problem);
        }
        fields += 1;
        if line.bytes.len() > limits.line {
            return (head, Some(Kind::LineTooLong));
        }
        if fields > limits.headers {
            return (head, Some(Kind::TooManyHeaders));
        }
        if head.read_field(&line).is_none() {
            problem = problem.or(Some(Kind::HeaderLine));
        }
    }
    // Some senders end their last header with one line break and no empty line: that is enough as
    // long as the line itself is whole.
    if lines.rest.is_empty() {
        (head, problem)
    } else {
        (head, Some(Kind::Unterminated))
    }
}

impl Head {
    /// Adds the field that one header line with its continuation lines holds; `None` if it has no
    /// name.
    fn read_field(&mut self, line: &Line<'_>) -> Option<()> {
        let text = line.decode();
        let (name, rest) = TOKEN.split(&text);
        let value = trim_start(rest).strip_prefix(':')?;
        if name.is_empty() {
            return None;
        }
        let name = names::canonical(name);
        let value = match line.has_breaks {
            true => unfold(value),
            false => Cow::Borrowed(trim(value)),
        };
        match name.as_ref() {
            "Content-Length" => self.content_length.add(&value),
            _ => self.headers.push_as(name, &value),
        }
        Some(())
    }
}

/// Makes one blank of each line break with the blanks around it, and trims the ends.
fn unfold(value: &str) -> Cow<'_, str> {
    if memchr2(b'\r', b'\n', value.as_bytes()).is_none() {
        return Cow::Borrowed(trim(value));
    }
    let lines: Vec<&str> = value
        .split(['\r', '\n'])
        .map(trim)
        .filter(|l| !l.is_empty())
        .collect();
    Cow::Owned(lines.join(" "))
}

/// What Content-Length says: one field, digits only, within a machine word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ContentLength {
    #[default]
    Absent,
    Bytes(usize),
    Unreadable,
}

impl ContentLength {
    fn add(&mut self, value: &str) {
        let number = match value.bytes().all(|byte| byte.is_ascii_digit()) {
            true => value.parse().ok(),
            false => None,
        };
        *self = match (*self, number) {
            (Self::Absent, Some(bytes)) => Self::Bytes(bytes),
            _ => Self::Unreadable,
        };
    }

    /// The number of bytes, where it is given and can be read.
    pub(crate) fn bytes(self) -> Result<Option<usize>, Kind> {
        match self {
            Self::Absent => Ok(None),
            Self::Bytes(bytes) => Ok(Some(bytes)),
            Self::Unreadable => Err(Kind::ContentLength),
        }
    }

    /// The body out of what follows the empty line.
    fn body(self, rest: &[u8]) -> Result<&[u8], Kind> {
        match self.bytes()? {
            None => Ok(rest),
            Some(bytes) => rest.get(..bytes).ok_or(Kind::ContentLength),
        }
    }
}
