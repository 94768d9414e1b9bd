//! The few lexical rules that all header grammars share (RFC 3261 section 25.1): tokens, quoted
//! strings, lists. Everything is linear in its input and never fails on odd characters.

use memchr::{memchr, memchr2, memchr3};
use std::borrow::Cow;

/// Which characters a run of text is made of, by a table of their bytes: one look at each byte says
/// both that it may stand there and where the run ends.
pub(crate) struct Run([Step; 256]);

/// What a byte means to a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    On,
    End,
    /// Ends it if it begins a control character beyond ASCII (U+0080 to U+009F).
    Look,
}

impl Run {
    /// All characters but control characters and `marks`.
    pub(crate) const fn until(marks: &[u8]) -> Self {
        let mut steps = [Step::On; 256];
        let mut byte = 0;
        while byte < 0x20 {
            steps[byte] = Step::End;
            byte += 1;
        }
        steps[0x7f] = Step::End;
        steps[0xc2] = Step::Look;
        Self(steps).with(marks, Step::End)
    }

    /// Letters and digits of ASCII, and `marks`.
    pub(crate) const fn of(marks: &[u8]) -> Self {
        let mut steps = [Step::End; 256];
        let mut byte = 0u8;
        while byte < 0x80 {
            if byte.is_ascii_alphanumeric() {
                steps[byte as usize] = Step::On;
            }
            byte += 1;
        }
        Self(steps).with(marks, Step::On)
    }

    const fn with(mut self, marks: &[u8], step: Step) -> Self {
        let mut index = 0;
        while index < marks.len() {
            self.0[marks[index] as usize] = step;
            index += 1;
        }
        self
    }

    /// The run at the start of `text`, which may be empty, and what follows.
    pub(crate) fn split<'a>(&self, text: &'a str) -> (&'a str, &'a str) {
        let bytes = text.as_bytes();
        let stops = |byte: &u8| self.0[usize::from(*byte)] != Step::On;
        let mut end = 0;
        while let Some(stop) = bytes[end..].iter().position(stops) {
            end += stop;
            let looked = self.0[usize::from(bytes[end])] == Step::Look && bytes[end + 1] >= 0xa0;
            if !looked {
                return text.split_at(end);
            }
            end += 1;
        }
        (text, "")
    }

    /// Whether all of `text` is one run.
    pub(crate) fn is_all(&self, text: &str) -> bool {
        self.split(text).1.is_empty()
    }

    /// Whether a run goes on at `c`.
    pub(crate) fn has(&self, c: char) -> bool {
        self.is_all(c.encode_utf8(&mut [0; 4]))
    }
}

/// What a token is made of.
pub(crate) static TOKEN: Run = Run::of(b"-.!%*_+`'~");

/// Whether `text` is a token: one or more of its characters.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && TOKEN.is_all(text)
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

/// `text` without blanks before it.
pub(crate) fn trim_start(text: &str) -> &str {
    let word = |byte: u8| !matches!(byte, b' ' | b'\t');
    &text[text.bytes().position(word).unwrap_or(text.len())..]
}

/// `text` before and after its first blank.
pub(crate) fn cut_at_blank(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| matches!(byte, b' ' | b'\t'))?;
    Some((&text[..at], &text[at + 1..]))
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

/// What `read` finds behind `mark` where that stands at the start of `text`, and what follows.
pub(crate) fn optional<'a, T>(
    text: &'a str,
    mark: char,
    read: impl FnOnce(&'a str) -> Option<(T, &'a str)>,
) -> Option<(Option<T>, &'a str)> {
    match text.strip_prefix(mark) {
        Some(rest) => read(rest).map(|(found, rest)| (Some(found), rest)),
        None => Some((None, text)),
    }
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
pub(crate) fn after_quoted(bytes: &[u8], open: usize) -> Option<usize> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_at_its_marks_and_at_control_characters_in_ascii_and_beyond() {
        let run = Run::until(b";");
        for (text, length) in [
            ("", 0),
            ("a;b", 1),
            (";", 0),
            ("ab\tc", 2),
            ("ab\u{7f}", 2),
            ("añ€\u{a0}\u{bf}\u{9f}", "añ€\u{a0}\u{bf}".len()),
            ("\u{80}", 0),
            ("\u{1f600} z", 6),
        ] {
            assert_eq!(run.split(text).0.len(), length, "{text:?}");
        }
        assert_eq!(TOKEN.split("Call-ID : x"), ("Call-ID", " : x"));
        assert_eq!(TOKEN.split("añ"), ("a", "ñ"));
        assert!(!is_token("") && is_token("z9hG4bK-1.2~") && !is_token("a b"));
    }
}
