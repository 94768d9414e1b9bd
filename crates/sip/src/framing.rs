//! Cuts a byte stream (TCP, TLS) into messages by Content-Length (RFC 3261 section 18.3) and
//! answers nothing itself: keep-alive line breaks (RFC 5626 section 4.4.1) come out as events.

use crate::message::{Limits, ParseError, ParseErrorKind, head_length};

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
/// connection must be closed. However the bytes trickle in, each is looked at once.
#[derive(Debug, Default)]
pub struct StreamFramer {
    buffer: Vec<u8>,
    limits: Limits,
    /// How much of the buffer holds no end of a head.
    scanned: usize,
    /// The length of the message at the front, once its head is there.
    length: Option<usize>,
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

    /// A line break between messages.
    fn take_break(&mut self) -> Option<Framed> {
        let length = match self.buffer.as_slice() {
            [b'\r', b'\n', b'\r', b'\n', ..] if !self.after_break => 4,
            [b'\r', b'\n', ..] => 2,
            // No keep-alive, but written by hand-made clients between messages.
            [b'\n', ..] => 1,
            _ => return None,
        };
        let ping = length == 4 || (self.after_break && length == 2);
        self.buffer.drain(..length);
        self.after_break = !ping;
        Some(if ping { Framed::Ping } else { Framed::Pong })
    }

    /// The length of the message at the front; `None` as long as its head is not all there.
    fn find_length(&mut self) -> Result<Option<usize>, ParseErrorKind> {
        if self.length.is_some() {
            return Ok(self.length);
        }
        if !ends_head(&self.buffer[self.scanned..]) {
            // The last two bytes may be the start of an end.
            self.scanned = self.buffer.len().saturating_sub(2);
            let too_large = self.buffer.len() > self.limits.message;
            return if too_large {
                Err(ParseErrorKind::TooLarge)
            } else {
                Ok(None)
            };
        }
        let (head, length) = head_length(&self.buffer).ok_or(ParseErrorKind::Unterminated)?;
        let body = length.bytes()?.ok_or(ParseErrorKind::NoContentLength)?;
        self.length = head.checked_add(body).filter(|l| *l <= self.limits.message);
        self.length.ok_or(ParseErrorKind::TooLarge).map(Some)
    }

    fn take_message(&mut self) -> Result<Option<Framed>, ParseErrorKind> {
        let Some(length) = self.find_length()?.filter(|l| *l <= self.buffer.len()) else {
            return Ok(None);
        };
        self.scanned = 0;
        self.length = None;
        self.after_break = false;
        Ok(Some(Framed::Message(self.buffer.drain(..length).collect())))
    }
}

impl Iterator for StreamFramer {
    type Item = Result<Framed, ParseError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(line_break) = self.take_break() {
            return Some(Ok(line_break));
        }
        match self.take_message() {
            Ok(framed) => framed.map(Ok),
            Err(kind) => {
                self.failed = true;
                self.buffer = Vec::new();
                self.scanned = 0;
                Some(Err(ParseError::bare(kind)))
            }
        }
    }
}

/// Whether an empty line ends somewhere in `bytes`.
fn ends_head(bytes: &[u8]) -> bool {
    let after_line = |at: usize| &bytes[at + 1..];
    let mut lines = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    lines.any(|(at, _)| {
        let next = after_line(at);
        next.starts_with(b"\r\n") || next.starts_with(b"\n")
    })
}
