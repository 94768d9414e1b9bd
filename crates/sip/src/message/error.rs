//! What can be wrong with a message, and which answer it deserves (RFC 3261 section 8.2, RFC 4475).

use super::{Message, Request, Status};

/// One header field that is missing or cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{header}: {problem}")]
pub struct HeaderError {
    /// The field's long name.
    pub header: &'static str,
    /// What is wrong with it.
    pub problem: HeaderProblem,
}

/// What is wrong with a header field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// Mandatory and absent.
    #[error("missing")]
    Missing,
    /// Does not follow its grammar.
    #[error("malformed")]
    Malformed,
    /// A number beyond its range.
    #[error("number out of range")]
    OutOfRange,
    /// May stand once and stands several times.
    #[error("repeated")]
    Repeated,
}

/// Why bytes are not a message that may be acted upon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct ParseError {
    /// What is wrong.
    pub kind: ParseErrorKind,
    /// The request as far as it could be read, for the answer; `None` if it was a response, or so
    /// broken that there is nothing to answer to. Its headers may be missing or malformed.
    pub request: Option<Box<Request>>,
}

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseErrorKind {
    /// Nothing but blanks, or nothing.
    #[error("empty")]
    Empty,
    /// Larger than [`super::Limits`] allow.
    #[error("message too large")]
    TooLarge,
    /// A line longer than [`super::Limits`] allow.
    #[error("line too long")]
    LineTooLong,
    /// More header fields than [`super::Limits`] allow.
    #[error("too many header fields")]
    TooManyHeaders,
    /// The first line is neither a request line nor a status line.
    #[error("malformed start line")]
    StartLine,
    /// The Request-URI cannot be read.
    #[error("malformed Request-URI")]
    RequestUri,
    /// Neither SIP/2.0.
    #[error("unknown SIP version")]
    Version,
    /// A status code outside 100..=699.
    #[error("status code out of range")]
    StatusCode,
    /// A header line without a name or colon.
    #[error("malformed header line")]
    HeaderLine,
    /// The empty line after the headers is missing.
    #[error("headers do not end")]
    Unterminated,
    /// Content-Length malformed, negative, contradictory, or more than the bytes that came.
    #[error("bad Content-Length")]
    ContentLength,
    /// No Content-Length on a stream.
    #[error("no Content-Length on a stream")]
    NoContentLength,
    /// A mandatory or understood header is missing or malformed.
    #[error("bad header, {0}")]
    Header(HeaderError),
    /// The method of CSeq is not that of the request.
    #[error("CSeq names another method")]
    MethodMismatch,
}

impl ParseError {
    /// The status to answer with: 400, 505 for another version, 513 or 414-like sizes.
    pub fn status(&self) -> Status {
        let code = match self.kind {
            ParseErrorKind::Version => 505,
            ParseErrorKind::TooLarge
            | ParseErrorKind::LineTooLong
            | ParseErrorKind::TooManyHeaders => 513,
            _ => 400,
        };
        Status::new(code).expect("codes above are in range")
    }

    /// A reason phrase that tells the sender what was wrong, without echoing what it sent.
    pub fn reason(&self) -> String {
        match &self.kind {
            ParseErrorKind::Header(error) => format!("Bad {}", error.header),
            ParseErrorKind::ContentLength => "Bad Content-Length".to_owned(),
            ParseErrorKind::MethodMismatch => "CSeq Method Mismatch".to_owned(),
            _ => self.status().reason().to_owned(),
        }
    }

    pub(crate) fn bare(kind: ParseErrorKind) -> Self {
        Self {
            kind,
            request: None,
        }
    }

    pub(crate) fn of(kind: ParseErrorKind, message: Message) -> Self {
        match message {
            Message::Request(request) => Self {
                kind,
                request: Some(Box::new(request)),
            },
            Message::Response(_) => Self {
                kind,
                request: None,
            },
        }
    }
}

/// Text that would have broken out of its line (CR, LF or NUL outside a body).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} holds a line break or another character that may not be sent")]
pub struct Injection {
    /// Where it was found: a header name or a part of the start line.
    pub field: String,
}
