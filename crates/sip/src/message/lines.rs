//! The lines of a message (RFC 3261 section 7.3.1): where each ends, which are folded, and their
//! text. What a line says is `parse.rs`'s.

use memchr::{memchr, memchr2};
use std::borrow::Cow;

/// Cuts lines off the front.
pub(super) struct Lines<'a> {
    pub(super) rest: &'a [u8],
    /// As much of `rest`, from its beginning, as is UTF-8.
    text: &'a str,
}

/// A line without its CRLF or LF.
pub(super) struct Line<'a> {
    pub(super) bytes: &'a [u8],
    /// The same, if it is UTF-8.
    text: Option<&'a str>,
    /// Whether it is folded, or holds a lone carriage return.
    pub(super) has_breaks: bool,
}

impl<'a> Line<'a> {
    /// UTF-8 if it is, else Latin-1, where every byte is the character of its number.
    pub(super) fn decode(&self) -> Cow<'a, str> {
        match self.text.or_else(|| std::str::from_utf8(self.bytes).ok()) {
            Some(text) => Cow::Borrowed(text),
            None => self.bytes.iter().map(|byte| char::from(*byte)).collect(),
        }
    }
}

impl<'a> Lines<'a> {
    pub(super) fn of(rest: &'a [u8]) -> Self {
        let valid = match std::str::from_utf8(rest) {
            Ok(text) => return Self { rest, text },
            Err(error) => error.valid_up_to(),
        };
        let text = std::str::from_utf8(&rest[..valid]).unwrap_or_default();
        Self { rest, text }
    }

    /// The next line; the last may lack its break.
    pub(super) fn next_line(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', self.rest);
        Some(self.cut_off(end.unwrap_or(self.rest.len()), true))
    }

    /// The next header line with its continuation lines, line breaks inside; empty at the end of
    /// the headers. `None` where the bytes end first; a line without its break is left in `rest`.
    pub(super) fn next_field(&mut self) -> Option<Line<'a>> {
        let bytes = self.rest;
        let first = memchr2(b'\r', b'\n', bytes)?;
        // Nearly all lines: one break, and it ends them.
        let crlf = usize::from(bytes[first] == b'\r');
        let is_whole = bytes.get(first + crlf) == Some(&b'\n');
        let goes_on = |end: usize| matches!(bytes.get(end + 1), Some(b' ' | b'\t'));
        if is_whole && (first == 0 || !goes_on(first + crlf)) {
            return Some(self.cut_off(first + crlf, false));
        }
        let mut end = first + memchr(b'\n', &bytes[first..])?;
        while goes_on(end) {
            match memchr(b'\n', &bytes[end + 1..]) {
                Some(next) => end += 1 + next,
                None => break,
            }
        }
        Some(self.cut_off(end, true))
    }

    /// Takes what stands before the break at `end`, and the break.
    fn cut_off(&mut self, end: usize, has_breaks: bool) -> Line<'a> {
        let bytes = &self.rest[..end];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let text = self.text.get(..bytes.len());
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        self.text = self.text.get(end + 1..).unwrap_or_default();
        Line {
            bytes,
            text,
            has_breaks,
        }
    }
}
