//! Descriptions of sessions (RFC 8866): who calls (`o=`, `e=`, `p=`) and keys (`k=`, and `a=crypto`
//! of RFC 4568) go; where audio flows and how stays.

use super::{credentials, hide, numbers};

/// Attributes without anything of a person in them, whose digits mean machines.
const HARMLESS: [&[u8]; 22] = [
    b"rtpmap",
    b"fmtp",
    b"ptime",
    b"maxptime",
    b"sendrecv",
    b"sendonly",
    b"recvonly",
    b"inactive",
    b"rtcp",
    b"rtcp-mux",
    b"rtcp-fb",
    b"candidate",
    b"ssrc",
    b"mid",
    b"msid",
    b"group",
    b"extmap",
    b"fingerprint",
    b"setup",
    b"ice-lite",
    b"ice-options",
    b"end-of-candidates",
];

/// Masks a description, or whatever stands in its place.
pub(super) fn mask(body: &mut [u8]) {
    for line in body.split_mut(|byte| *byte == b'\n') {
        match line {
            [b't', b'=', ..] => {}
            [b'v' | b'c' | b'm' | b'b', b'=', value @ ..] => {
                numbers::mask_whole(value);
                credentials::mask_named(value);
            }
            [b's', b'=', value @ ..] => super::text(value),
            [b'o', b'=', value @ ..] => origin(value),
            [b'a', b'=', value @ ..] => attribute(value),
            [_, b'=', value @ ..] => hide(value),
            strange => hide(strange),
        }
    }
}

/// User name, session, version and address.
fn origin(value: &mut [u8]) {
    let end = value.iter().position(|byte| *byte == b' ');
    let end = end.unwrap_or(value.len());
    super::text(&mut value[..end]);
    numbers::mask_users(value);
}

fn attribute(value: &mut [u8]) {
    let colon = value.iter().position(|byte| *byte == b':');
    let (name, rest) = value.split_at_mut(colon.unwrap_or(value.len()));
    let name = name.trim_ascii();
    if name.eq_ignore_ascii_case(b"crypto") {
        return crypto(rest);
    }
    if HARMLESS
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
    {
        return credentials::mask_named(rest);
    }
    hide(rest.get_mut(1..).unwrap_or_default());
}

/// `:1 AES_CM_128_HMAC_SHA1_80 inline:...`: the number and the suite stay.
fn crypto(value: &mut [u8]) {
    let mut blanks = value.iter().enumerate().filter(|(_, byte)| **byte == b' ');
    let end = blanks.nth(1).map_or(0, |(at, _)| at);
    // No key stands before the second blank, unless somebody wrote nonsense.
    if value[..end]
        .windows(7)
        .any(|seven| seven.eq_ignore_ascii_case(b"inline:"))
    {
        return hide(value);
    }
    hide(&mut value[end..]);
}
