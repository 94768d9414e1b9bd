//! What arrives on the port of SIP and is no SIP: dropped without an answer.

use super::assert_dropped;
use sip::message::ParseErrorKind;

#[test]
fn keep_alives_and_nothing() {
    for bytes in [b"".as_slice(), b"\r\n", b"\r\n\r\n", b"\n", b" \r\n", b"  "] {
        assert_eq!(assert_dropped(bytes), ParseErrorKind::Empty);
    }
    for bytes in [b"\0".as_slice(), b"\0\0\0\0", b"jaK\0", b"keepalive", b"."] {
        assert_eq!(assert_dropped(bytes), ParseErrorKind::StartLine);
    }
}

#[test]
fn other_protocols() {
    let stun = b"\x00\x01\x00\x00\x21\x12\xa4\x42aaaaaaaaaaaa";
    let rtp = b"\x80\x08\x00\x01\x00\x00\x00\xa0\xde\xad\xbe\xef\xd5\xd5\xd5\xd5";
    let tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    for bytes in [
        stun.as_slice(),
        rtp,
        tls,
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        b"\xef\xbb\xbfINVITE sip:a@b SIP/2.0\r\n\r\n",
        b"\xff\xfeI\0N\0V\0I\0T\0E\0",
    ] {
        assert_eq!(assert_dropped(bytes), ParseErrorKind::StartLine);
    }
}

#[test]
fn half_a_start_line() {
    for bytes in [
        b"INVITE".as_slice(),
        b"INVITE sip:a@b",
        b"INVITE sip:a@b\r\n\r\n",
        b"INVITE SIP/2.0\r\n\r\n",
        b"sip:a@b SIP/2.0\r\n\r\n",
        b"INV ITE sip:a@b SIP/2.0 x\r\n\r\n",
        b"IN(VITE sip:a@b SIP/2.0\r\n\r\n",
    ] {
        assert_eq!(assert_dropped(bytes), ParseErrorKind::StartLine);
    }
}

#[test]
fn a_datagram_beyond_the_limit() {
    let bytes = vec![b'x'; 64 * 1024 + 1];
    assert_eq!(assert_dropped(&bytes), ParseErrorKind::TooLarge);
}
