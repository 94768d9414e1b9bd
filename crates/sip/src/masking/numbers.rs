//! Telephone numbers in addresses and free text, however they are written: with blanks and
//! dashes, or escaped as in a URI (RFC 3261 section 25.1). Addresses of machines stay.

use std::net::Ipv4Addr;

use super::{MASK, hide};

/// Fewer digits are no number of a person.
const DIGITS_MIN: usize = 7;
/// In the user part of an address fewer are one already; extensions are not.
const USER_DIGITS_MIN: usize = 5;
/// Digits left at the end, to tell numbers apart by.
const TAIL: usize = 2;
/// Digits left at the beginning of a long number: the country, and what kind of number.
const HEAD_MAX: usize = 4;
/// Digits hidden, before any is left at the beginning.
const HIDDEN_MIN: usize = 6;

/// Masks runs of digits that are long enough to be somebody's number.
pub(super) fn mask_numbers(value: &mut [u8]) {
    let mut at = 0;
    while at < value.len() {
        let run = run_length(&value[at..]);
        if run == 0 {
            at += 1;
            continue;
        }
        let part = &mut value[at..at + run];
        if !is_address(part) {
            mask_digits(part, DIGITS_MIN);
        }
        at += run;
    }
}

/// Masks words that are nothing but digits: branches and identifiers have letters too.
pub(super) fn mask_whole(value: &mut [u8]) {
    let words = value.split_mut(|byte| !byte.is_ascii_alphanumeric());
    for word in words {
        if word.iter().all(u8::is_ascii_digit) {
            mask_digits(word, DIGITS_MIN);
        }
    }
}

/// Masks in every URI the user's number, their password, and header fields that it carries.
pub(super) fn mask_users(value: &mut [u8]) {
    let mut at = 0;
    while let Some(after) = after_scheme(&value[at..]) {
        at += after;
        let rest = &mut value[at..];
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'>' | b'"') || byte.is_ascii_whitespace())
            .unwrap_or(rest.len());
        mask_uri(&mut rest[..end]);
        at += end;
    }
}

/// What follows the scheme of a URI.
fn mask_uri(uri: &mut [u8]) {
    let host = match uri.iter().rposition(|byte| *byte == b'@') {
        Some(sign) => {
            let user = &mut uri[..sign];
            if let Some(colon) = user.iter().position(|byte| *byte == b':') {
                hide(&mut user[colon + 1..]);
            }
            mask_digits(user, USER_DIGITS_MIN);
            sign + 1
        }
        None => 0,
    };
    let host = &mut uri[host..];
    if let Some(question) = host.iter().position(|byte| *byte == b'?') {
        hide(&mut host[question + 1..]);
    }
}

fn after_scheme(value: &[u8]) -> Option<usize> {
    let colons = value.iter().enumerate().filter(|(_, byte)| **byte == b':');
    let mut ends = colons.map(|(at, _)| at + 1);
    ends.find(|end| {
        [&b"sip:"[..], b"sips:", b"tel:"].into_iter().any(|scheme| {
            let start = end.checked_sub(scheme.len());
            start.is_some_and(|start| value[start..*end].eq_ignore_ascii_case(scheme))
        })
    })
}

/// How long the run of digits is that begins here, with what may stand between them; 0: none does.
fn run_length(value: &[u8]) -> usize {
    if digit_length(value) == 0 {
        return 0;
    }
    let (mut piece, mut end) = (0, 0);
    loop {
        match digit_length(&value[end..]) {
            0 => {}
            length => {
                end += length;
                continue;
            }
        }
        let between = value[end..]
            .iter()
            .take(3)
            .take_while(|byte| b"-. ()_/\t".contains(byte))
            .count();
        if between == 0 || digit_length(&value[end + between..]) == 0 {
            return end;
        }
        if value[end..end + between]
            .iter()
            .any(u8::is_ascii_whitespace)
        {
            let next = &value[end + between..];
            let length = next
                .iter()
                .position(|byte| !byte.is_ascii_digit() && *byte != b'.')
                .unwrap_or(next.len());
            if is_address(&value[piece..end]) || is_address(&next[..length]) {
                return end;
            }
            piece = end + between;
        }
        end += between;
    }
}

/// How many bytes a digit takes here: one, three if it is escaped, 0 if it is none.
fn digit_length(value: &[u8]) -> usize {
    match value {
        [b'0'..=b'9', ..] => 1,
        [b'%', b'3', b'0'..=b'9', ..] => 3,
        _ => 0,
    }
}

fn is_address(run: &[u8]) -> bool {
    let text = std::str::from_utf8(run).unwrap_or_default();
    text.parse::<Ipv4Addr>().is_ok()
}

/// Masks the digits of a part that has at least `min` of them.
fn mask_digits(part: &mut [u8], min: usize) {
    let (mut digits, mut at) = (Vec::new(), 0);
    while at < part.len() {
        let length = digit_length(&part[at..]);
        if length > 0 {
            digits.push(at..at + length);
        }
        at += length.max(1);
    }
    let count = digits.len();
    if count < min {
        return;
    }
    let head = count.saturating_sub(TAIL + HIDDEN_MIN).min(HEAD_MAX);
    for digit in digits.drain(..).take(count - TAIL).skip(head) {
        part[digit].fill(MASK);
    }
}
