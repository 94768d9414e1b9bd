//! What is not worth a parser: garbage, and signs of life.

use ::sip::stun;

/// Whether these bytes can be SIP at all: a start line that names it. Cheap, so that garbage costs
/// next to nothing; whether it is good SIP is the parser's to say.
pub(crate) fn looks_like_sip(bytes: &[u8]) -> bool {
    let start = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))
        .unwrap_or(bytes.len());
    let rest = &bytes[start..];
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
    rest.first().is_some_and(u8::is_ascii_graphic) && line.windows(4).any(|four| four == b"SIP/")
}

/// Whether these bytes are a keep-alive of a NAT-bound phone: line breaks or zeros, a few, which
/// want no answer in a datagram (RFC 5626 section 4.4.1), or a question of STUN, which does.
pub(crate) fn is_keep_alive(bytes: &[u8]) -> bool {
    let breaks = bytes.len() <= 4 && bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0));
    breaks || stun::is_question(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_told_from_sip_by_its_first_line() {
        for sip in [
            &b"OPTIONS sip:a@b SIP/2.0\r\n"[..],
            b"\r\n\r\nSIP/2.0 200 OK\r\n",
            b"INVITE sip:a@b SIP/7.0",
        ] {
            assert!(looks_like_sip(sip), "{sip:?}");
        }
        for garbage in [
            &b""[..],
            b"\r\n",
            b"GET / HTTP/1.1\r\nX: SIP/2.0",
            b"\0SIP/2.0",
            &[0xff; 900],
        ] {
            assert!(!looks_like_sip(garbage), "{garbage:?}");
        }
    }

    #[test]
    fn keep_alives_are_no_garbage() {
        assert!(is_keep_alive(b"\r\n\r\n") && is_keep_alive(b"\0\0\0\0") && is_keep_alive(b""));
        assert!(!is_keep_alive(b"ping") && !is_keep_alive(&[0; 64]));
        let mut stun = [0; 20];
        stun[1] = 1;
        stun[4..8].copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
        assert!(is_keep_alive(&stun));
    }
}
