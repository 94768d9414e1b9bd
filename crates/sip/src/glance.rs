//! A message at a glance: its start line, its fields and its body found in the bytes, nothing
//! decoded. For whoever looks at every message (traces, ladders, figures) and must cost next to
//! nothing; what the parser refuses is seen too. Judges nothing: that is the parser's.

use crate::message::long_name;

/// No message that the parser takes has more header fields.
const FIELDS_MAX: usize = 256;
/// Longest line that is looked at.
const LINE_MAX: usize = 8 * 1024;

/// What tells one message from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance<'a> {
    /// The start line, without its line break.
    pub start: &'a [u8],
    /// Value of Call-ID.
    pub call_id: &'a [u8],
    /// Value of CSeq.
    pub cseq: &'a [u8],
    /// Value of From.
    pub from: &'a [u8],
    /// Value of To.
    pub to: &'a [u8],
}

impl<'a> Glance<'a> {
    /// Looks at a message; what is not there is empty.
    pub fn of(bytes: &'a [u8]) -> Self {
        let mut glance = Self {
            start: start_line(bytes),
            ..Self::default()
        };
        for field in fields(bytes) {
            let slot = match field.name {
                [b'c' | b'C', b'a' | b'A', ..] | [b'i' | b'I'] if field.is("Call-ID") => {
                    &mut glance.call_id
                }
                [b'c' | b'C', b's' | b'S', ..] if field.is("CSeq") => &mut glance.cseq,
                [b'f' | b'F', ..] if field.is("From") => &mut glance.from,
                [b't' | b'T', ..] if field.is("To") => &mut glance.to,
                _ => continue,
            };
            if slot.is_empty() {
                *slot = field.value;
            }
        }
        glance
    }

    /// The status of a response.
    pub fn status(&self) -> Option<u16> {
        let rest = self.start.strip_prefix(b"SIP/2.0 ")?;
        let digits = rest.get(..3)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// The method of a request.
    pub fn method(&self) -> Option<&'a str> {
        if self.start.starts_with(b"SIP/") {
            return None;
        }
        let end = self.start.iter().position(|byte| *byte == b' ')?;
        std::str::from_utf8(&self.start[..end]).ok()
    }

    /// The method that CSeq names: of a response, what it answers.
    pub fn cseq_method(&self) -> &'a str {
        let words = self.cseq.rsplit(|byte| matches!(byte, b' ' | b'\t'));
        let word = words.into_iter().next().unwrap_or_default();
        std::str::from_utf8(word).unwrap_or_default()
    }

    /// Whether the other side or we are addressed as this user, in From or To.
    pub fn names_user(&self, user: &str) -> bool {
        [self.from, self.to]
            .into_iter()
            .filter_map(user_of)
            .any(|named| named == user.as_bytes())
    }

    /// Whether a number that ends with these digits is called or calls.
    pub fn names_number(&self, ends: &str) -> bool {
        let target = self.start.split(|byte| *byte == b' ').nth(1);
        [target.unwrap_or_default(), self.from, self.to]
            .into_iter()
            .filter_map(user_of)
            .any(|user| {
                let digits: Vec<u8> = user.iter().copied().filter(u8::is_ascii_digit).collect();
                digits.ends_with(ends.as_bytes())
            })
    }
}

/// A header field as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// As written, without blanks.
    pub name: &'a [u8],
    /// Without blanks at its ends; a folded one has its line breaks inside.
    pub value: &'a [u8],
}

impl Field<'_> {
    /// Whether it is called so, compact form or long, in any case.
    pub fn is(&self, long: &str) -> bool {
        self.long_name().eq_ignore_ascii_case(long)
    }

    /// Its long name in the usual spelling where it is known, else as written.
    pub fn long_name(&self) -> &str {
        std::str::from_utf8(self.name).map_or("", long_name)
    }
}

/// The start line; line breaks before it are skipped (RFC 3261 section 7.5).
pub fn start_line(bytes: &[u8]) -> &[u8] {
    first_line(skip_breaks(bytes))
}

/// The header fields in order. A line that is none has an empty name, and all of it is the value.
pub fn fields(bytes: &[u8]) -> impl Iterator<Item = Field<'_>> {
    all_fields(bytes).take(FIELDS_MAX)
}

/// The same without an end but that of the bytes.
pub(crate) fn all_fields(bytes: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let start = skip_breaks(bytes);
    let mut rest = after_line(start);
    std::iter::from_fn(move || {
        let line = next_field(&mut rest)?;
        Some(split(line))
    })
}

/// What follows the empty line.
pub fn body(bytes: &[u8]) -> &[u8] {
    let mut rest = after_line(skip_breaks(bytes));
    while next_field(&mut rest).is_some() {}
    after_line(rest)
}

fn skip_breaks(bytes: &[u8]) -> &[u8] {
    let start = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))
        .unwrap_or(bytes.len());
    &bytes[start..]
}

fn first_line(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let line = &bytes[..end.unwrap_or(bytes.len())];
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn after_line(bytes: &[u8]) -> &[u8] {
    match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => &bytes[end + 1..],
        None => &bytes[bytes.len()..],
    }
}

/// Cuts a field with its continuation lines off the front; `None` at the empty line or the end.
fn next_field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let whole = *rest;
    if whole.is_empty() || first_line(whole).is_empty() {
        return None;
    }
    let mut end = 0;
    loop {
        end += match whole[end..].iter().position(|byte| *byte == b'\n') {
            Some(line) => line + 1,
            None => whole.len() - end,
        };
        if !matches!(whole.get(end), Some(b' ' | b'\t')) {
            break;
        }
    }
    *rest = &whole[end..];
    Some(&whole[..end])
}

fn split(line: &[u8]) -> Field<'_> {
    let colon = line
        .iter()
        .take(LINE_MAX)
        .position(|byte| *byte == b':')
        .filter(|colon| !line[..*colon].contains(&b'\n'));
    match colon {
        Some(colon) => Field {
            name: line[..colon].trim_ascii(),
            value: line[colon + 1..].trim_ascii(),
        },
        None => Field {
            name: &[],
            value: line.trim_ascii(),
        },
    }
}

/// The user part of the first address in a value.
fn user_of(value: &[u8]) -> Option<&[u8]> {
    let scheme = value
        .windows(4)
        .position(|four| four.eq_ignore_ascii_case(b"sip:") || four.eq_ignore_ascii_case(b"tel:"))
        .map(|at| at + 4)
        .or_else(|| {
            let five = value
                .windows(5)
                .position(|five| five.eq_ignore_ascii_case(b"sips:"));
            five.map(|at| at + 5)
        })?;
    let rest = &value[scheme..];
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'@' | b'>' | b';' | b':' | b' '))
        .unwrap_or(rest.len());
    Some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &[u8] = b"\r\nINVITE sip:+573001234567@h SIP/2.0\r\nv: SIP/2.0/UDP h\r\n\
        f: \"Ana\" <sip:ana@h>;tag=1\r\nTo :\r\n  <sip:+573001234567@h>\r\ni: c1@h\r\n\
        CSEQ: 7  INVITE\r\nno field\r\n\r\nv=0\r\n";

    #[test]
    fn a_glance_finds_what_tells_messages_apart() {
        let glance = Glance::of(INVITE);
        assert_eq!(glance.call_id, b"c1@h");
        assert_eq!(
            (glance.method(), glance.status(), glance.cseq_method()),
            (Some("INVITE"), None, "INVITE")
        );
        assert!(glance.names_user("ana") && !glance.names_user("an"));
        assert!(glance.names_number("4567") && !glance.names_number("4568"));
        assert_eq!(body(INVITE), b"v=0\r\n");
        assert_eq!(
            fields(INVITE).last().expect("six fields").value,
            b"no field"
        );
        let ringing = Glance::of(b"SIP/2.0 180 Ringing\nCall-ID:x\nCSeq: 1 INVITE\n\n");
        assert_eq!((ringing.status(), ringing.method()), (Some(180), None));
        assert_eq!(ringing.call_id, b"x");
    }

    #[test]
    fn whatever_comes_is_looked_at_in_peace() {
        for bytes in [
            &b""[..],
            b"\r\n\r\n",
            b"INVITE",
            b"SIP/2.0 1",
            b"SIP/2.0 \xff\xff\xff\r\n:\r\n",
            b"X y\r\n \r\n \r\n",
            b"A b\n: \n:\n::\n",
        ] {
            let glance = Glance::of(bytes);
            let _ = (glance.status(), glance.method(), glance.names_number("1"));
            let _ = (fields(bytes).count(), body(bytes));
        }
        let endless = [b"A b\r\n".as_slice(), &b"x: y\r\n".repeat(10_000)].concat();
        assert_eq!(fields(&endless).count(), FIELDS_MAX);
    }
}
