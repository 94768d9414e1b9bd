//! Our descriptions, line by line.

use std::fmt::Write;
use std::net::SocketAddr;

use super::crypto::Line;
use super::{Codec, Direction};

/// An audio stream of ours to be written.
pub(super) struct Stream<'a> {
    pub(super) profile: &'a str,
    pub(super) port: u16,
    pub(super) codecs: &'a [(u8, Codec)],
    pub(super) telephone_event: Option<u8>,
    pub(super) crypto: Option<Line>,
    pub(super) direction: Direction,
}

pub(super) fn session_lines(local: SocketAddr, session_id: u64, times: &str) -> String {
    let family = if local.is_ipv4() { "IP4" } else { "IP6" };
    let address = local.ip();
    let mut sdp = String::with_capacity(320);
    push_line(&mut sdp, format_args!("v=0"));
    push_line(
        &mut sdp,
        format_args!("o=- {session_id} 1 IN {family} {address}"),
    );
    push_line(&mut sdp, format_args!("s=-"));
    push_line(&mut sdp, format_args!("c=IN {family} {address}"));
    push_line(&mut sdp, format_args!("t={times}"));
    sdp
}

pub(super) fn push_audio(sdp: &mut String, stream: &Stream<'_>) {
    let Stream { profile, port, .. } = stream;
    let mut types = String::new();
    let audio = stream.codecs.iter().map(|(p, _)| *p);
    for payload_type in audio.chain(stream.telephone_event) {
        write!(types, " {payload_type}").expect("a String takes all");
    }
    push_line(sdp, format_args!("m=audio {port} {profile}{types}"));
    if let Some(line) = stream.crypto {
        push_line(sdp, format_args!("a=crypto:{line}"));
    }
    for (payload_type, codec) in stream.codecs {
        push_line(
            sdp,
            format_args!("a=rtpmap:{payload_type} {}/8000", codec.name()),
        );
    }
    if let Some(event) = stream.telephone_event {
        push_line(sdp, format_args!("a=rtpmap:{event} telephone-event/8000"));
        // The sixteen keys; flash and tones are not spoken (RFC 4733 section 3.2).
        push_line(sdp, format_args!("a=fmtp:{event} 0-15"));
    }
    push_line(sdp, format_args!("a=ptime:20"));
    push_line(sdp, format_args!("a={}", stream.direction.as_str()));
}

pub(super) fn push_line(sdp: &mut String, line: std::fmt::Arguments<'_>) {
    write!(sdp, "{line}\r\n").expect("a String takes all");
}
