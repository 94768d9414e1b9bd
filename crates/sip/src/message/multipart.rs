//! Bodies of several parts (RFC 2046 section 5.1, as RFC 5621 has them in SIP): carriers that speak
//! ISUP inside SIP (RFC 3204) put their SDP beside it. Only looks for a part; makes none.

use super::Params;
use super::lexer::trim;

/// Parts within parts, and no deeper: nothing that is meant well goes further.
const DEPTH_MAX: usize = 5;
/// Parts that are looked at on one level.
const PARTS_MAX: usize = 32;

/// The first part of the type `wanted`, which is written small: the whole body, if that is its type
/// or it has none, since old gateways leave the type out.
pub(crate) fn part<'a>(kind: Option<&str>, body: &'a [u8], wanted: &str) -> Option<&'a [u8]> {
    match kind {
        None => Some(body),
        Some(kind) => part_within(kind, body, wanted, DEPTH_MAX),
    }
}

fn part_within<'a>(kind: &str, body: &'a [u8], wanted: &str, depth: usize) -> Option<&'a [u8]> {
    let (name, rest) = kind.split_at(kind.find(';').unwrap_or(kind.len()));
    let name = name.split('/').map(trim).collect::<Vec<_>>().join("/");
    let name = name.to_ascii_lowercase();
    if name == wanted {
        return Some(body);
    }
    if !name.starts_with("multipart/") || depth == 0 {
        return None;
    }
    let boundary = Params::parse(rest)?.get_unquoted("boundary")?;
    parts(body, &boundary).find_map(|part| {
        let (head, body) = split_head(part);
        part_within(&type_of(head)?, body, wanted, depth - 1)
    })
}

/// The parts between lines of two dashes and the boundary, the line break before each such line
/// being the line's. Without an end, the last part goes on to the end of the body.
fn parts<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = &'a [u8]> {
    let line = format!("--{boundary}").into_bytes();
    let mut rest = after_line(body, &line).map(|(_, rest)| rest);
    let next = move || {
        let from = rest?;
        match after_line(from, &line) {
            Some((part, after)) => {
                rest = Some(after);
                Some(part)
            }
            None => {
                rest = None;
                Some(from)
            }
        }
    };
    // After the last line there is an epilogue, which has no type and is passed over.
    std::iter::from_fn(next).take(PARTS_MAX)
}

/// What stands before the first line that begins so, and what after it.
fn after_line<'a>(text: &'a [u8], line: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let mut start = 0;
    loop {
        let rest = &text[start..];
        let end = rest.iter().position(|byte| *byte == b'\n');
        let next = end.map_or(text.len(), |end| start + end + 1);
        if rest.starts_with(line) {
            return Some((without_break(&text[..start]), &text[next..]));
        }
        end?;
        start = next;
    }
}

fn without_break(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// The header fields of a part and, after an empty line, the rest.
fn split_head(part: &[u8]) -> (&[u8], &[u8]) {
    for (at, _) in part.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        let rest = &part[at + 1..];
        for blank in [&b"\r\n"[..], b"\n"] {
            if let Some(body) = rest.strip_prefix(blank) {
                return (without_break(&part[..=at]), body);
            }
        }
    }
    (part, b"")
}

fn type_of(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head);
    head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_type = trim(name).eq_ignore_ascii_case("Content-Type");
        is_type.then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "application/sdp";

    fn found(kind: &str, body: &str) -> Option<String> {
        let part = part(Some(kind), body.as_bytes(), SDP);
        part.map(|part| String::from_utf8_lossy(part).into_owned())
    }

    #[test]
    fn sdp_is_found_beside_isup_and_without_its_boundary() {
        let body = "preface\r\n--b\r\nContent-Type: application/isup;version=x\r\n\r\n\u{1}\r\n\
            --b\r\ncontent-TYPE : application/SDP\r\nContent-Disposition: session\r\n\r\nv=0\r\n\
            o=x\r\n\r\n--b--\r\nafterword";
        let kind = "Multipart/Mixed ; boundary=\"b\"";
        assert_eq!(found(kind, body).as_deref(), Some("v=0\r\no=x\r\n"));
        let unended = "--b\nContent-Type: application/sdp\n\nv=0\n";
        assert_eq!(found(kind, unended).as_deref(), Some("v=0\n"));
    }

    #[test]
    fn sdp_is_found_in_a_part_of_a_part_but_not_however_deep() {
        let nested = |levels: usize| {
            let mut body = "v=0\r\n".to_owned();
            let mut kind = SDP.to_owned();
            for level in 0..levels {
                body = format!("--{level}x\r\nContent-Type: {kind}\r\n\r\n{body}");
                kind = format!("multipart/mixed;boundary={level}x");
            }
            found(&kind, &body)
        };
        assert_eq!(nested(DEPTH_MAX).as_deref(), Some("v=0\r\n"));
        assert_eq!(nested(DEPTH_MAX + 1), None);
    }

    #[test]
    fn what_has_no_type_is_taken_as_it_is_and_what_has_another_is_not() {
        assert_eq!(part(None, b"v=0", SDP), Some(&b"v=0"[..]));
        assert_eq!(found("text/plain", "v=0"), None);
        for broken in [
            "multipart/mixed",
            "multipart/mixed;boundary",
            "multipart/mixed;boundary=\"",
        ] {
            assert_eq!(
                found(broken, "--\r\nContent-Type: application/sdp\r\n\r\nv=0"),
                None
            );
        }
        assert_eq!(found("multipart/mixed;boundary=b", "no line of it"), None);
        assert_eq!(found("multipart/mixed;boundary=b", "--b"), None);
    }
}
