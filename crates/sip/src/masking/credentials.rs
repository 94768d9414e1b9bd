//! Digests and their challenges (RFC 8760): the names stay, what was computed or drawn goes; and
//! parameters anywhere whose name says that they are secret.

use super::{hide, numbers};

/// Parameters of a digest that give nothing away.
const SHOWN: [&[u8]; 9] = [
    b"realm",
    b"algorithm",
    b"qop",
    b"stale",
    b"nc",
    b"username",
    b"uri",
    b"domain",
    b"charset",
];
/// Names of parameters that hold a secret, wherever they stand.
const SECRET: [&[u8]; 13] = [
    b"response",
    b"cnonce",
    b"nonce",
    b"nextnonce",
    b"rspauth",
    b"password",
    b"passwd",
    b"pwd",
    b"secret",
    b"token",
    b"key",
    b"inline",
    b"authorization",
];

/// Masks the value of an Authorization or a challenge.
pub(super) fn mask(value: &mut [u8]) {
    let end = value
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b','))
        .unwrap_or(value.len());
    let blank = value.get(end).is_some_and(u8::is_ascii_whitespace);
    if blank && !value[..end].eq_ignore_ascii_case(b"Digest") {
        let word = value[..end].iter().all(u8::is_ascii_alphabetic);
        return hide(&mut value[if word { end } else { 0 }..]);
    }
    // Authentication-Info has no scheme (RFC 7615).
    let params = if blank { end } else { 0 };
    hide_params(&mut value[params..]);
}

fn hide_params(value: &mut [u8]) {
    let mut at = 0;
    while at < value.len() {
        let rest = &mut value[at..];
        let end = param_end(rest);
        let param = &mut rest[..end];
        match param.iter().position(|byte| *byte == b'=') {
            Some(equals) => {
                let (name, value) = param.split_at_mut(equals);
                let shown = SHOWN
                    .iter()
                    .any(|shown| name.trim_ascii().eq_ignore_ascii_case(shown));
                if shown {
                    numbers::mask_users(value);
                    // The count of uses is eight digits by law.
                    if !name.trim_ascii().eq_ignore_ascii_case(b"nc") {
                        numbers::mask_numbers(value);
                    }
                } else {
                    numbers::mask_users(name);
                    numbers::mask_numbers(name);
                    hide_value(&mut value[1..]);
                }
            }
            None => hide(param),
        }
        at += end + 1;
    }
}

/// Up to the comma that is not quoted.
fn param_end(value: &[u8]) -> usize {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => return at,
            _ => {}
        }
    }
    value.len()
}

/// Hides a value; its quotes stay.
fn hide_value(value: &mut [u8]) {
    for byte in value {
        if !byte.is_ascii_whitespace() && *byte != b'"' {
            *byte = super::MASK;
        }
    }
}

/// Hides what follows `name=` or `name:` where the name is one of a secret.
pub(super) fn mask_named(value: &mut [u8]) {
    let mut at = 0;
    while at < value.len() {
        let sign = at;
        at += 1;
        if !matches!(value[sign], b'=' | b':') || !ends_with_secret(&value[..sign]) {
            continue;
        }
        at += value[at..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let rest = &mut value[at..];
        let quoted = rest.first() == Some(&b'"');
        let end = match quoted {
            true => closing_quote(rest),
            false => rest
                .iter()
                .position(|byte| b",;>&\" \t\r\n".contains(byte))
                .unwrap_or(rest.len()),
        };
        hide_value(&mut rest[..end]);
        at += end;
    }
}

fn ends_with_secret(before: &[u8]) -> bool {
    let before = before.trim_ascii_end();
    let letters = before.iter().rev();
    let length = letters
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let name = &before[before.len() - length..];
    SECRET
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
}

fn closing_quote(value: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in value.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    value.len()
}
