//! SDP offer and answer (RFC 3264, RFC 8866) for one audio stream of G.711 and telephone-event
//! over plain RTP. Other streams are refused with port 0; SRTP, ICE, bundling and RTCP
//! multiplexing are not answered, which is how the RFCs have them declined.

mod audio;
#[cfg(test)]
mod tests;

use audio::Audio;
use sdp_types::Session;
use std::fmt::Write;
use std::net::SocketAddr;

/// What we can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// G.711 A-law, payload type 8.
    Pcma,
    /// G.711 u-law, payload type 0.
    Pcmu,
}

/// Who sends, seen from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Both.
    SendRecv,
    /// Only we.
    SendOnly,
    /// Only they.
    RecvOnly,
    /// Nobody.
    Inactive,
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
    /// Not plain RTP/AVP, such as SRTP that we do not speak.
    #[error("unsupported transport {0}")]
    Transport(String),
    /// No connection address, or one that is no unicast address.
    #[error("no usable address")]
    Address,
    /// The answer does not fit our offer.
    #[error("answer does not fit the offer: {0}")]
    Mismatch(&'static str),
}

/// The payload type of telephone-event in our offers: the one that most phones expect.
const TELEPHONE_EVENT: u8 = 101;

/// Our offer: `codecs` in order of preference, telephone-event besides.
pub fn offer(local: SocketAddr, session_id: u64, codecs: &[Codec], direction: Direction) -> String {
    let mut sdp = session_lines(local, session_id, "0 0");
    let codecs: Vec<(u8, Codec)> = codecs.iter().map(|c| (c.payload_type(), *c)).collect();
    push_audio(
        &mut sdp,
        local.port(),
        &codecs,
        Some(TELEPHONE_EVENT),
        direction,
    );
    sdp
}

/// Our answer to `offer`, and what it settles. `session_id` as in [`offer()`]. Among the streams
/// the first that we can speak is taken, and in it the codec that they prefer.
pub fn answer(
    offer: &str,
    local: SocketAddr,
    session_id: u64,
    codecs: &[Codec],
    direction: Direction,
) -> Result<(String, Negotiated), SdpError> {
    let theirs = read(offer)?;
    let (chosen, audio) = first_usable(&theirs, codecs)?;
    let negotiated = audio.settle(codecs, direction, true)?;
    let mut sdp = session_lines(local, session_id, times(offer));
    for (index, media) in theirs.medias.iter().enumerate() {
        if index == chosen {
            push_audio(
                &mut sdp,
                local.port(),
                &[(negotiated.payload_type, negotiated.codec)],
                negotiated.telephone_event,
                negotiated.direction,
            );
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
    Audio::read(&theirs, index)?.settle(
        &offered.codecs(),
        offered.direction,
        offered.telephone_event().is_some(),
    )
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

impl Direction {
    /// The direction in which we send, receive, both or neither.
    pub fn of(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// Whether we send.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether we receive.
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same seen from the other side.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self::of(self.receives(), self.sends())
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::of(
            self.sends() && other.sends(),
            self.receives() && other.receives(),
        )
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::SendRecv,
            Self::SendOnly,
            Self::RecvOnly,
            Self::Inactive,
        ]
        .into_iter()
        .find(|direction| direction.as_str().eq_ignore_ascii_case(text))
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
fn first_usable<'a>(theirs: &'a Session, codecs: &[Codec]) -> Result<(usize, Audio<'a>), SdpError> {
    let mut problem = None;
    for index in 0..theirs.medias.len() {
        let usable = Audio::read(theirs, index).and_then(|audio| {
            audio.choose(codecs)?;
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

fn session_lines(local: SocketAddr, session_id: u64, times: &str) -> String {
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

fn push_audio(
    sdp: &mut String,
    port: u16,
    codecs: &[(u8, Codec)],
    telephone_event: Option<u8>,
    direction: Direction,
) {
    let mut types = String::new();
    for payload_type in codecs.iter().map(|(p, _)| *p).chain(telephone_event) {
        write!(types, " {payload_type}").expect("a String takes all");
    }
    push_line(sdp, format_args!("m=audio {port} RTP/AVP{types}"));
    for (payload_type, codec) in codecs {
        push_line(
            sdp,
            format_args!("a=rtpmap:{payload_type} {}/8000", codec.name()),
        );
    }
    if let Some(event) = telephone_event {
        push_line(sdp, format_args!("a=rtpmap:{event} telephone-event/8000"));
        // The sixteen keys; flash and tones are not spoken (RFC 4733 section 3.2).
        push_line(sdp, format_args!("a=fmtp:{event} 0-15"));
    }
    push_line(sdp, format_args!("a=ptime:20"));
    push_line(sdp, format_args!("a={}", direction.as_str()));
}

fn push_line(sdp: &mut String, line: std::fmt::Arguments<'_>) {
    write!(sdp, "{line}\r\n").expect("a String takes all");
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
