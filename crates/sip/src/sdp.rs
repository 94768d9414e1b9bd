//! SDP offer and answer (RFC 3264, RFC 8866) for one audio stream of G.711 and telephone-event
//! over RTP, plain or with keys in the description (RFC 4568). Other streams are refused with
//! port 0; ICE, DTLS, bundling and RTCP multiplexing are not answered, which is how the RFCs have
//! them declined.

mod audio;
mod crypto;
mod direction;
#[cfg(test)]
mod tests;
mod write;

pub use crypto::{Crypto, CryptoSuite, Keying, MasterKey};
pub use direction::Direction;

use audio::Audio;
use crypto::Line;
use sdp_types::Session;
use std::net::SocketAddr;
use write::{Stream, push_audio, push_line, session_lines};

/// What we can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 A-law, payload type 8.
    Pcma,
    /// G.711 u-law, payload type 0.
    Pcmu,
}

/// What both sides agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// Where their audio wants to be sent. The address is unspecified (0.0.0.0, ::) if they hold
    /// the call the old way; `direction` then says that we do not send.
    pub remote: SocketAddr,
    /// The codec, both ways.
    pub codec: Codec,
    /// Its payload type in what we send.
    pub payload_type: u8,
    /// The payload type of telephone-event in what we send, if they take it.
    pub telephone_event: Option<u8>,
    /// Who sends, seen from us.
    pub direction: Direction,
    /// Packet length that they asked for, 20 by default.
    pub ptime_ms: u32,
    /// What both protect their audio with; `None`: it is in clear.
    pub crypto: Option<Crypto>,
}

/// Why there is no session: answer 488 to an offer, end the call on an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Not SDP at all.
    #[error("malformed SDP")]
    Malformed,
    /// No audio stream, or only refused ones (port 0).
    #[error("no audio stream")]
    NoAudio,
    /// Neither PCMA nor PCMU.
    #[error("no common codec")]
    NoCommonCodec,
    /// Neither RTP/AVP nor RTP/SAVP.
    #[error("unsupported transport {0}")]
    Transport(String),
    /// No key of a suite that we speak, where audio in clear is refused, by us or by them.
    #[error("audio would be in clear: {0} without a key that we can use")]
    Unprotected(String),
    /// No connection address, or one that is no unicast address.
    #[error("no usable address")]
    Address,
    /// The answer does not fit our offer.
    #[error("answer does not fit the offer: {0}")]
    Mismatch(&'static str),
}

/// The payload type of telephone-event in our offers: the one that most phones expect.
const TELEPHONE_EVENT: u8 = 101;

/// RTP in clear (RFC 3551), or with keys beside it for those who know them.
const PLAIN: &str = "RTP/AVP";
/// RTP with keys only (RFC 3711).
const SECURE: &str = "RTP/SAVP";

/// Our offer over plain RTP: `codecs` in order of preference, telephone-event besides.
pub fn offer(local: SocketAddr, session_id: u64, codecs: &[Codec], direction: Direction) -> String {
    offer_keyed(local, session_id, codecs, direction, None)
}

/// The same with a key, if there is one. Where plain RTP would do as well it is offered as such with
/// the key beside it, which phones that know no keys pass over.
pub fn offer_keyed(
    local: SocketAddr,
    session_id: u64,
    codecs: &[Codec],
    direction: Direction,
    keying: Option<Keying>,
) -> String {
    let mut sdp = session_lines(local, session_id, "0 0");
    let codecs: Vec<(u8, Codec)> = codecs.iter().map(|c| (c.payload_type(), *c)).collect();
    let stream = Stream {
        profile: match keying {
            Some(Keying { required: true, .. }) => SECURE,
            Some(_) | None => PLAIN,
        },
        port: local.port(),
        codecs: &codecs,
        telephone_event: Some(TELEPHONE_EVENT),
        crypto: keying.map(|keying| Line::offered(keying.key)),
        direction,
    };
    push_audio(&mut sdp, &stream);
    sdp
}

/// Our answer to `offer` over plain RTP, and what it settles. `session_id` as in [`offer()`]. Among
/// the streams the first that we can speak is taken, and in it the codec that they prefer.
pub fn answer(
    offer: &str,
    local: SocketAddr,
    session_id: u64,
    codecs: &[Codec],
    direction: Direction,
) -> Result<(String, Negotiated), SdpError> {
    answer_keyed(offer, local, session_id, codecs, direction, None)
}

/// The same with our key, which is used where they offer one.
pub fn answer_keyed(
    offer: &str,
    local: SocketAddr,
    session_id: u64,
    codecs: &[Codec],
    direction: Direction,
    keying: Option<Keying>,
) -> Result<(String, Negotiated), SdpError> {
    let theirs = read(offer)?;
    let (chosen, audio) = first_usable(&theirs, codecs, keying)?;
    let mut negotiated = audio.settle(codecs, direction, true)?;
    let line = audio.keyed(keying)?;
    negotiated.crypto = line.map(|(_, crypto)| crypto);
    let mut sdp = session_lines(local, session_id, times(offer));
    for (index, media) in theirs.medias.iter().enumerate() {
        if index == chosen {
            let stream = Stream {
                profile: &media.proto,
                port: local.port(),
                codecs: &[(negotiated.payload_type, negotiated.codec)],
                telephone_event: negotiated.telephone_event,
                crypto: line.map(|(line, _)| line),
                direction: negotiated.direction,
            };
            push_audio(&mut sdp, &stream);
        } else {
            push_line(
                &mut sdp,
                format_args!("m={} 0 {} {}", media.media, media.proto, media.fmt),
            );
        }
    }
    Ok((sdp, negotiated))
}

/// What their `answer` to `our_offer` settles.
pub fn accept(our_offer: &str, answer: &str) -> Result<Negotiated, SdpError> {
    let (ours, theirs) = (read(our_offer)?, read(answer)?);
    // Some carriers answer streams that nobody offered: those are theirs to miss.
    if ours.medias.len() > theirs.medias.len() {
        return Err(SdpError::Mismatch("fewer streams than we offered"));
    }
    let index = ours
        .medias
        .iter()
        .position(|media| media.media == "audio" && media.port != 0)
        .ok_or(SdpError::Mismatch("we offered no audio"))?;
    if !theirs.medias[index].media.eq_ignore_ascii_case("audio") {
        return Err(SdpError::Mismatch("another kind of stream"));
    }
    let offered = Audio::read(&ours, index)?;
    let answered = Audio::read(&theirs, index)?;
    let telephone_event = offered.telephone_event().is_some();
    let mut negotiated = answered.settle(&offered.codecs(), offered.direction, telephone_event)?;
    negotiated.crypto = answered.answers(&offered)?;
    Ok(negotiated)
}

/// Makes `next` follow `previous`, our last description in the same dialog: the same session id,
/// and the next version if anything changed (RFC 3264 section 8). For re-INVITEs, both ways.
pub fn revised(previous: &str, next: &str) -> String {
    let Some((id, version)) = origin(previous) else {
        return next.to_owned();
    };
    let same = without_origin(previous).eq(without_origin(next));
    let version = if same {
        version
    } else {
        version.wrapping_add(1)
    };
    let mut sdp = String::with_capacity(next.len() + 8);
    for line in next.lines() {
        match line
            .strip_prefix("o=")
            .and_then(|o| o.splitn(4, ' ').nth(3))
        {
            Some(place) => push_line(&mut sdp, format_args!("o=- {id} {version} {place}")),
            None => push_line(&mut sdp, format_args!("{line}")),
        }
    }
    sdp
}

impl Codec {
    /// The static payload type (RFC 3551).
    pub fn payload_type(self) -> u8 {
        match self {
            Self::Pcma => 8,
            Self::Pcmu => 0,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
        }
    }
}

/// Reads the lines that an answer depends on. Others are left out beforehand: a strange `o=` or
/// `b=` is no reason to refuse a call.
fn read(sdp: &str) -> Result<Session, SdpError> {
    let wanted: String = sdp
        .lines()
        .map(|line| line.trim_matches(['\r', '\0', ' ', '\t']))
        .filter(|line| {
            ["v=", "c=", "m=", "a="]
                .iter()
                .any(|key| line.starts_with(key))
        })
        .flat_map(|line| [line, "\r\n"])
        .collect();
    Session::parse(wanted.as_bytes()).map_err(|_| SdpError::Malformed)
}

/// The first stream that can be answered and its place; else what is wrong with the first audio.
fn first_usable<'a>(
    theirs: &'a Session,
    codecs: &[Codec],
    keying: Option<Keying>,
) -> Result<(usize, Audio<'a>), SdpError> {
    let mut problem = None;
    for index in 0..theirs.medias.len() {
        let usable = Audio::read(theirs, index).and_then(|audio| {
            audio.choose(codecs)?;
            audio.keyed(keying)?;
            Ok(audio)
        });
        match usable {
            Ok(audio) => return Ok((index, audio)),
            Err(SdpError::NoAudio) => {}
            Err(error) => problem = problem.or(Some(error)),
        }
    }
    Err(problem.unwrap_or(SdpError::NoAudio))
}

/// The times of an offer, which its answer repeats (RFC 3264 section 6).
fn times(offer: &str) -> &str {
    let legal = |c: char| c.is_ascii_digit() || c == ' ';
    offer
        .lines()
        .find_map(|line| line.strip_prefix("t="))
        .map(str::trim)
        .filter(|times| !times.is_empty() && times.chars().all(legal))
        .unwrap_or("0 0")
}

/// Session id and version of a description of ours.
fn origin(sdp: &str) -> Option<(&str, u64)> {
    let origin = sdp.lines().find_map(|line| line.strip_prefix("o=- "))?;
    let mut fields = origin.split(' ');
    Some((fields.next()?, fields.next()?.parse().ok()?))
}

fn without_origin(sdp: &str) -> impl Iterator<Item = &str> {
    sdp.lines().filter(|line| !line.starts_with("o="))
}
