//! Hides in a message what is nobody's business: secrets wholly, telephone numbers but for their
//! ends. Works on bytes in place and changes no length, so that Content-Length stays true and what
//! is masked can still be read as SIP; a message that the parser refuses is masked all the same.
//! What is not known to be harmless is hidden. Follows RFC 3261 section 25.1 for URIs, RFC 8760 for
//! credentials, RFC 4568 for keys in SDP.

mod credentials;
mod numbers;
mod sdp;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::glance::{self, Field};

/// Put in the place of what is hidden; legal wherever a number or a secret may stand.
const MASK: u8 = b'*';

/// Fields whose digits are nobody's number.
const FIGURES: [&str; 16] = [
    "CSeq",
    "RSeq",
    "RAck",
    "Max-Forwards",
    "Content-Length",
    "Content-Type",
    "Expires",
    "Min-Expires",
    "Session-Expires",
    "Min-SE",
    "Timestamp",
    "Date",
    "Allow",
    "Supported",
    "Require",
    "Accept",
];
/// Fields of machines' own names: only what is all digits may be a number there.
const NAMES: [&str; 4] = ["Via", "Call-ID", "User-Agent", "Server"];
const CREDENTIALS: [&str; 6] = [
    "Authorization",
    "Proxy-Authorization",
    "WWW-Authenticate",
    "Proxy-Authenticate",
    "Authentication-Info",
    "Proxy-Authentication-Info",
];
/// Signed tokens that carry both numbers (RFC 8224), and where somebody is.
const HIDDEN: [&str; 4] = ["Identity", "Identity-Info", "Geolocation", "Cookie"];
/// Words in the name of a field of somebody's own that say it is a secret.
const SECRET_NAMES: [&str; 7] = [
    "auth",
    "pass",
    "secret",
    "token",
    "key",
    "pin",
    "credential",
];

/// What is done to a part of a message.
#[derive(Clone, Copy, Debug)]
enum Rule {
    /// Free text and addresses.
    Text,
    /// Names that machines made.
    Names,
    Figures,
    Credentials,
    Sdp,
    Hide,
}

impl Rule {
    fn apply(self, part: &mut [u8]) {
        match self {
            Rule::Text => text(part),
            Rule::Names => names(part),
            Rule::Figures => figures(part),
            Rule::Credentials => credentials::mask(part),
            Rule::Sdp => sdp::mask(part),
            Rule::Hide => hide(part),
        }
    }
}

/// Masks a message, or whatever came in its place.
pub fn mask(message: &mut [u8]) {
    for (part, rule) in parts(message) {
        rule.apply(&mut message[part]);
    }
    calm(message);
}

/// The value of one field as it stands in a masked message.
pub(crate) fn masked_value(field: &Field<'_>) -> Vec<u8> {
    let mut value = field.value.to_vec();
    rule_of(field).apply(&mut value);
    calm(&mut value);
    value
}

/// A start line as it stands in a masked message.
pub(crate) fn masked_start(start: &[u8]) -> Vec<u8> {
    let mut line = start.to_vec();
    text(&mut line[fixed_start(start)..]);
    calm(&mut line);
    line
}

/// What a session comes to in brief: addresses, formats and directions, whoever wrote them.
pub(crate) fn masked_brief(brief: &str) -> Vec<u8> {
    let mut bytes = brief.as_bytes().to_vec();
    names(&mut bytes);
    calm(&mut bytes);
    bytes
}

/// Version and status of a response are no number of anybody's.
fn fixed_start(start: &[u8]) -> usize {
    match start.starts_with(b"SIP/2.0 ") {
        true => start.len().min(11),
        false => 0,
    }
}

/// Masks a text that stands alone: an address, a number, a phrase.
pub fn mask_text(value: &str) -> String {
    let mut bytes = value.as_bytes().to_vec();
    text(&mut bytes);
    calm(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn parts(message: &[u8]) -> Vec<(Range<usize>, Rule)> {
    let place = |part: &[u8]| {
        // Of what is not there a place would mean nothing.
        if part.is_empty() {
            return 0..0;
        }
        let start = part.as_ptr() as usize - message.as_ptr() as usize;
        start..start + part.len()
    };
    let start = glance::start_line(message);
    let start = &start[fixed_start(start)..];
    let mut parts = vec![(place(start), Rule::Text)];
    let mut readable = true;
    for field in glance::all_fields(message) {
        parts.push((place(field.value), rule_of(&field)));
        readable &= match field.long_name() {
            name if name.eq_ignore_ascii_case("Content-Type") => is_sdp(field.value),
            name => !name.eq_ignore_ascii_case("Content-Encoding"),
        };
        if !is_token(field.name) {
            parts.push((place(field.name), Rule::Hide));
        }
    }
    let rule = if readable { Rule::Sdp } else { Rule::Hide };
    parts.push((place(glance::body(message)), rule));
    parts
}

fn rule_of(field: &Field<'_>) -> Rule {
    let name = field.long_name();
    let is = |known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(name));
    let lower = name.to_ascii_lowercase();
    if is(&CREDENTIALS) {
        return Rule::Credentials;
    }
    // A line break that only some read as one could hide another field.
    let torn = field.value.split(|byte| *byte == b'\n').any(|line| {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        line.contains(&b'\r')
    });
    let secret = SECRET_NAMES.iter().any(|word| lower.contains(word));
    if torn || secret || is(&HIDDEN) || !is_token(field.name) {
        return Rule::Hide;
    }
    match () {
        () if is(&FIGURES) => Rule::Figures,
        () if is(&NAMES) => Rule::Names,
        () => Rule::Text,
    }
}

fn is_token(name: &[u8]) -> bool {
    let legal = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte);
    !name.is_empty() && name.iter().all(legal)
}

fn is_sdp(content_type: &[u8]) -> bool {
    let kind = content_type.split(|byte| *byte == b';').next();
    kind.unwrap_or_default()
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/sdp")
}

fn text(value: &mut [u8]) {
    numbers::mask_users(value);
    numbers::mask_numbers(value);
    credentials::mask_named(value);
}

fn names(value: &mut [u8]) {
    numbers::mask_whole(value);
    credentials::mask_named(value);
}

fn figures(value: &mut [u8]) {
    numbers::mask_users(value);
    credentials::mask_named(value);
}

fn hide(part: &mut [u8]) {
    for byte in part {
        if !byte.is_ascii_whitespace() {
            *byte = MASK;
        }
    }
}

/// Takes from a message what would steer the terminal that shows it: control characters, of eight
/// bits and in UTF-8, and marks that turn the direction of writing.
fn calm(message: &mut [u8]) {
    for at in 0..message.len() {
        let steers = match message[at] {
            b'\r' | b'\n' | b'\t' => 0,
            0..0x20 | 0x7f => 1,
            0xc2 if matches!(message.get(at + 1), Some(0x80..=0x9f)) => 2,
            0xe2 => match message.get(at + 1..at + 3) {
                Some([0x80, 0xaa..=0xae] | [0x81, 0xa6..=0xa9]) => 3,
                _ => 0,
            },
            _ => 0,
        };
        message[at..at + steers].fill(b'.');
    }
}
