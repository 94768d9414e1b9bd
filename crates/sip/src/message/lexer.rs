//! The few lexical rules that all header grammars share (RFC 3261 section 25.1): tokens, quoted
//! strings, lists. Everything is linear in its input and never fails on odd characters.

use memchr::{memchr, memchr2, memchr3};
use std::borrow::Cow;

/// A set of bytes, looked up in a table.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// Control characters, `marks`, and bytes beyond ASCII: few characters there break anything,
    /// and they are rare, so that they are looked at as characters only where one stands.
    pub(crate) const fn suspect(marks: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut byte = 0;
        while byte < set.len() {
            set[byte] = byte < 0x20 || byte >= 0x7f;
            byte += 1;
        }
        Self(set).and(marks)
    }

    /// The same and `marks`.
    pub(crate) const fn and(mut self, marks: &[u8]) -> Self {
        let mut index = 0;
        while index < marks.len() {
            self.0[marks[index] as usize] = true;
            index += 1;
        }
        self
    }

    /// Whether it is one of them.
    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }

    /// Whether one of them stands in `text`.
    pub(crate) fn meets(&self, text: &str) -> bool {
        let within = |byte: u8| self.0[usize::from(byte)];
        text.bytes().fold(false, |met, byte| met | within(byte))
    }
}

/// Whether `byte` may stand in a token.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~'
        )
}

/// Whether `text` is a token: one or more of its characters.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Whether `text` stays within its line when sent.
pub(crate) fn is_one_line(text: &str) -> bool {
    !text.contains(['\r', '\n', '\0'])
}

/// Blank or tab: what is left of linear white space once a line is unfolded.
pub(crate) fn is_blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

/// `text` without blanks at its ends.
pub(crate) fn trim(text: &str) -> &str {
    let word = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let bytes = text.as_bytes();
    let start = bytes.iter().position(word).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(word).map_or(start, |last| last + 1);
    &text[start..end]
}

/// Where `mark`, an ASCII character, first stands. What is searched here are the few bytes of a
/// value's parts, where a plain loop is done before a search by vectors has begun.
pub(crate) fn find(text: &str, mark: u8) -> Option<usize> {
    text.bytes().position(|byte| byte == mark)
}

/// `text` before and after the first `mark`, an ASCII character.
pub(crate) fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = find(text, mark)?;
    Some((&text[..at], &text[at + 1..]))
}

/// `text` before the first `mark`, an ASCII character, and from it on.
pub(crate) fn cut_before(text: &str, mark: u8) -> (&str, &str) {
    text.split_at(find(text, mark).unwrap_or(text.len()))
}

/// Where `wanted` (an ASCII character) first stands outside quoted strings and angle brackets.
/// The outer `None`: a quote or bracket stays open.
pub(crate) fn find_outside(text: &str, wanted: u8) -> Option<Option<usize>> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = memchr3(wanted, b'"', b'<', &bytes[from..]).map(|at| from + at) {
        from = match bytes[at] {
            byte if byte == wanted => return Some(Some(at)),
            b'"' => after_quoted(bytes, at)?,
            _ => at + 1 + memchr(b'>', &bytes[at..])?,
        };
    }
    Some(None)
}

/// Where what follows the quoted string begins whose first quote is at `open`; `None`: it stays open.
fn after_quoted(bytes: &[u8], open: usize) -> Option<usize> {
    let mut from = open + 1;
    loop {
        let at = from + memchr2(b'"', b'\\', bytes.get(from..)?)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            _ => from = at + 2,
        }
    }
}

/// Reads the quoted string at the start of `text`: its content without escapes, and what follows.
pub(crate) fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = text.strip_prefix('"')?;
    // Most hold no escape.
    let end = memchr2(b'"', b'\\', inner.as_bytes())?;
    if inner.as_bytes()[end] == b'"' {
        return Some((Cow::Borrowed(&inner[..end]), &inner[end + 1..]));
    }
    let mut content = String::new();
    let mut escaped = false;
    for (index, c) in inner.char_indices() {
        match c {
            _ if escaped => {
                content.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((Cow::Owned(content), &inner[index + 1..])),
            _ => content.push(c),
        }
    }
    None
}

/// The content of `text` if it is one quoted string, else `text` itself.
pub(crate) fn unquote(text: &str) -> String {
    match quoted(text) {
        Some((content, "")) => content.into_owned(),
        _ => text.to_owned(),
    }
}

/// Writes `text` as a quoted string. Line breaks become blanks: they have no spelling there.
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '\r' | '\n' => quoted.push(' '),
            '"' | '\\' | '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f' => {
                quoted.push('\\');
                quoted.push(c);
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Where `wanted` first stands outside quoted strings; `None` too if a quote stays open before it.
pub(crate) fn find_outside_quotes(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + memchr2(wanted, b'"', &bytes[from..])?;
        match bytes[at] {
            byte if byte == wanted => return Some(at),
            _ => from = after_quoted(bytes, at)?,
        }
    }
}

/// Splits at `separator` outside quoted strings; `None` if a quote stays open.
pub(crate) fn split_outside_quotes(text: &str, separator: u8) -> Option<Vec<&str>> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped) = (false, false);
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if byte == separator && !quoted => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (!quoted).then_some(parts)
}
