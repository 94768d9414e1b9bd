//! Cuts a byte stream (TCP, TLS) into messages by Content-Length (RFC 3261 section 18.3) and
//! answers nothing itself: keep-alive line breaks (RFC 5626 section 4.4.1) come out as events.

use crate::message::{Limits, ParseError, ParseErrorKind, content_length, head_length};

/// What a stream held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framed {
    /// The bytes of exactly one message, for [`crate::message::parse_datagram`].
    Message(Vec<u8>),
    /// Two line breaks between messages: answer with one (CRLF).
    Ping,
    /// One line break between messages: the answer to our own ping, or an old habit.
    Pong,
}

/// Collects bytes of one connection. An error is final: nothing can be found behind it, so the
/// connection must be closed.
#[derive(Debug, Default)]
pub struct StreamFramer {
    buffer: Vec<u8>,
    limits: Limits,
    /// Whether the last thing seen was a lone line break, so that a second one makes a ping.
    after_break: bool,
    failed: bool,
}

impl StreamFramer {
    /// With the default limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// With other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// Takes what was read from the connection; then call `next` until it gives `None`.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.failed {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Whether part of a message waits for the rest: the time limit for it runs then.
    pub fn is_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    fn fail(&mut self, kind: ParseErrorKind) -> Option<Result<Framed, ParseError>> {
        self.failed = true;
        self.buffer = Vec::new();
        Some(Err(ParseError {
            kind,
            request: None,
        }))
    }
}

impl Iterator for StreamFramer {
    type Item = Result<Framed, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.buffer.starts_with(b"\r\n") {
            let ping = self.after_break || self.buffer.starts_with(b"\r\n\r\n");
            let length = if self.buffer.starts_with(b"\r\n\r\n") && !self.after_break {
                4
            } else {
                2
            };
            self.buffer.drain(..length);
            self.after_break = !ping;
            return Some(Ok(if ping { Framed::Ping } else { Framed::Pong }));
        }
        let Some((head, lengths)) = head_length(&self.buffer) else {
            return if self.buffer.len() > self.limits.message {
                self.fail(ParseErrorKind::TooLarge)
            } else {
                None
            };
        };
        let body = match content_length(&lengths) {
            Ok(Some(body)) => body,
            Ok(None) => return self.fail(ParseErrorKind::NoContentLength),
            Err(kind) => return self.fail(kind),
        };
        let Some(length) = head.checked_add(body).filter(|l| *l <= self.limits.message) else {
            return self.fail(ParseErrorKind::TooLarge);
        };
        if self.buffer.len() < length {
            return None;
        }
        self.after_break = false;
        Some(Ok(Framed::Message(self.buffer.drain(..length).collect())))
    }
}
