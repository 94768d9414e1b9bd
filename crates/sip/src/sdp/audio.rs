//! One audio stream of a description, read into what an answer needs: address, payload types,
//! direction, packet length.

use super::crypto::{Crypto, Keying, Line};
use super::{Codec, Direction, Negotiated, PLAIN, SECURE, SdpError};
use sdp_types::{Attribute, Session};
use std::net::{IpAddr, SocketAddr};

/// There are no more payload types than this, so a longer list is not read to its end.
const PAYLOAD_TYPES_MAX: usize = 128;

/// A usable audio stream as its sender describes it.
#[derive(Debug)]
pub(super) struct Audio<'a> {
    session: &'a Session,
    port: u16,
    index: usize,
    /// Whether it may be in clear.
    plain: bool,
    /// What each payload type is, in the order of preference.
    formats: Vec<(u8, Format)>,
    /// Who sends, seen from the sender of the description.
    pub(super) direction: Direction,
}

/// The formats that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Audio(Codec),
    TelephoneEvent,
}

impl<'a> Audio<'a> {
    /// Reads the stream at `index`. `NoAudio` if it is another kind or refused.
    pub(super) fn read(session: &'a Session, index: usize) -> Result<Self, SdpError> {
        let media = session.medias.get(index).ok_or(SdpError::NoAudio)?;
        if !media.media.eq_ignore_ascii_case("audio") || media.port == 0 {
            return Err(SdpError::NoAudio);
        }
        let plain = media.proto.eq_ignore_ascii_case(PLAIN);
        if !plain && !media.proto.eq_ignore_ascii_case(SECURE) {
            return Err(SdpError::Transport(media.proto.clone()));
        }
        let direction = direction(&media.attributes)
            .or_else(|| direction(&session.attributes))
            .unwrap_or(Direction::SendRecv);
        Ok(Self {
            session,
            port: media.port,
            index,
            plain,
            formats: formats(&media.fmt, &media.attributes),
            direction,
        })
    }

    /// The codecs that it names, in its order.
    pub(super) fn codecs(&self) -> Vec<Codec> {
        let codec = |(_, format): &(u8, Format)| match format {
            Format::Audio(codec) => Some(*codec),
            Format::TelephoneEvent => None,
        };
        self.formats.iter().filter_map(codec).collect()
    }

    /// Its payload type of telephone-event.
    pub(super) fn telephone_event(&self) -> Option<u8> {
        self.formats
            .iter()
            .find(|(_, format)| *format == Format::TelephoneEvent)
            .map(|(payload_type, _)| *payload_type)
    }

    /// The first of its codecs that is one of `codecs`.
    pub(super) fn choose(&self, codecs: &[Codec]) -> Result<(u8, Codec), SdpError> {
        self.formats
            .iter()
            .find_map(|(payload_type, format)| match format {
                Format::Audio(codec) if codecs.contains(codec) => Some((*payload_type, *codec)),
                Format::Audio(_) | Format::TelephoneEvent => None,
            })
            .ok_or(SdpError::NoCommonCodec)
    }

    /// What we do with this stream if we speak `codecs` and want `direction`.
    pub(super) fn settle(
        &self,
        codecs: &[Codec],
        direction: Direction,
        telephone_event: bool,
    ) -> Result<Negotiated, SdpError> {
        let (payload_type, codec) = self.choose(codecs)?;
        let remote = SocketAddr::new(self.address()?, self.port);
        let mut direction = direction.and(self.direction.reversed());
        if remote.ip().is_unspecified() {
            // Hold as RFC 2543 had it: nothing may be sent there (RFC 3264 section 8.4).
            direction = direction.and(Direction::RecvOnly);
        }
        Ok(Negotiated {
            remote,
            codec,
            payload_type,
            telephone_event: self.telephone_event().filter(|_| telephone_event),
            direction,
            ptime_ms: self.ptime(),
            crypto: None,
        })
    }

    /// The line that answers this offer with our key, and what is agreed on then; `None`: audio is
    /// in clear.
    pub(super) fn keyed(&self, keying: Option<Keying>) -> Result<Option<(Line, Crypto)>, SdpError> {
        let agreed = keying.and_then(|keying| {
            let theirs = self.keys().next()?;
            let line = Line {
                key: keying.key,
                ..theirs
            };
            Some((line, agreed(line, theirs)))
        });
        let required = keying.is_some_and(|keying| keying.required);
        match agreed {
            None if required || !self.plain => Err(self.unprotected()),
            agreed => Ok(agreed),
        }
    }

    /// What this answer and our offer agree on.
    pub(super) fn answers(&self, offered: &Audio<'_>) -> Result<Option<Crypto>, SdpError> {
        let ours = offered.keys().next();
        let agreed = ours.and_then(|ours| {
            let fits = |line: &Line| (line.tag, line.suite) == (ours.tag, ours.suite);
            self.keys().find(fits).map(|theirs| agreed(ours, theirs))
        });
        match agreed {
            None if !offered.plain || !self.plain => Err(self.unprotected()),
            agreed => Ok(agreed),
        }
    }

    fn keys(&self) -> impl Iterator<Item = Line> {
        Line::all(&self.session.medias[self.index].attributes)
    }

    fn unprotected(&self) -> SdpError {
        let profile = &self.session.medias[self.index].proto;
        SdpError::Unprotected(profile.clone())
    }

    /// The address of the stream, or of the session. A name would need a resolver, and a group or
    /// broadcast address would spread a call over strangers: both are refused.
    fn address(&self) -> Result<IpAddr, SdpError> {
        let media = &self.session.medias[self.index];
        let connection = media
            .connections
            .first()
            .or(self.session.connection.as_ref())
            .ok_or(SdpError::Address)?;
        let ip = connection.try_address().map_err(|_| SdpError::Address)?.ip;
        let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
        if ip.is_multicast() || broadcast {
            return Err(SdpError::Address);
        }
        Ok(ip)
    }

    /// The packet length asked for, if it is one that G.711 is sent with.
    fn ptime(&self) -> u32 {
        let number = |name| {
            let value = value(&self.session.medias[self.index].attributes, name)
                .or_else(|| value(&self.session.attributes, name))?;
            value.trim().parse::<u32>().ok()
        };
        let usual = |ms: &u32| (10..=60).contains(ms) && ms.is_multiple_of(10);
        let ptime = number("ptime").filter(usual).unwrap_or(20);
        number("maxptime")
            .filter(usual)
            .map_or(ptime, |max| ptime.min(max))
    }
}

fn agreed(ours: Line, theirs: Line) -> Crypto {
    Crypto {
        suite: ours.suite,
        ours: ours.key,
        theirs: theirs.key,
    }
}

/// The payload types of an `m=` line that we know, from `a=rtpmap` or by their static meaning.
fn formats(fmt: &str, attributes: &[Attribute]) -> Vec<(u8, Format)> {
    let mut known: [Option<&str>; PAYLOAD_TYPES_MAX] = [None; PAYLOAD_TYPES_MAX];
    for map in attributes
        .iter()
        .filter(|a| a.attribute.eq_ignore_ascii_case("rtpmap"))
    {
        let Some((number, encoding)) = map.value.as_deref().and_then(|v| v.trim().split_once(' '))
        else {
            continue;
        };
        if let Some(slot) = number.parse().ok().and_then(|n: usize| known.get_mut(n)) {
            *slot = Some(encoding.trim());
        }
    }
    fmt.split_ascii_whitespace()
        .take(PAYLOAD_TYPES_MAX)
        .filter_map(|number| {
            let number: u8 = number.parse().ok()?;
            let format = match known.get(usize::from(number))? {
                Some(encoding) => format_of(encoding)?,
                None => static_format(number)?,
            };
            Some((number, format))
        })
        .collect()
}

/// `PCMA/8000`, `PCMA/8000/1`, `telephone-event/8000`. Keys at another clock belong to a codec of
/// that clock.
fn format_of(encoding: &str) -> Option<Format> {
    let mut parts = encoding.split('/');
    let name = parts.next()?;
    if parts.next() != Some("8000") || parts.next().is_some_and(|channels| channels != "1") {
        return None;
    }
    [
        ("PCMA", Format::Audio(Codec::Pcma)),
        ("PCMU", Format::Audio(Codec::Pcmu)),
        ("telephone-event", Format::TelephoneEvent),
    ]
    .into_iter()
    .find(|(known, _)| known.eq_ignore_ascii_case(name))
    .map(|(_, format)| format)
}

fn static_format(payload_type: u8) -> Option<Format> {
    [Codec::Pcma, Codec::Pcmu]
        .into_iter()
        .find(|codec| codec.payload_type() == payload_type)
        .map(Format::Audio)
}

fn direction(attributes: &[Attribute]) -> Option<Direction> {
    attributes
        .iter()
        .find_map(|a| Direction::parse(&a.attribute))
}

fn value<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a str> {
    attributes
        .iter()
        .find(|a| a.attribute.eq_ignore_ascii_case(name))
        .and_then(|a| a.value.as_deref())
}
