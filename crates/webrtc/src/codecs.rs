//! What both sides speak: the two laws of G.711, and keys (RFC 4733), under the numbers that the
//! browser chose for them.

use media::Codec;
use str0m::format;
use str0m::format::{FormatParams, PayloadParams};
use str0m::media::{Mid, Pt};
use str0m::{Rtc, RtcConfig};

/// Bytes of an offer; Chromium's have some 6,000 with every codec and extension it knows.
pub const OFFER_MAX: usize = 32 * 1024;
/// Our number for keys, where the browser does not name one.
const KEYS: u8 = 101;
/// Above any event of a telephone's keys.
const EVENT_MAX: u8 = 16;

/// Why an offer is not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Longer than any browser's.
    #[error("the offer is longer than {OFFER_MAX} bytes")]
    TooLong,
    /// It asks for more than one stream of audio, or for something else.
    #[error("the offer has not exactly one medium, audio")]
    NotOneAudio,
    /// The audio does not go both ways.
    #[error("the offered audio does not go both ways")]
    NotBothWays,
    /// Neither law of G.711 is offered.
    #[error("the offer has neither PCMA nor PCMU")]
    NoCodec,
    /// It is no offer of a browser; why, as the library says it.
    #[error("the offer cannot be read: {0}")]
    Unreadable(String),
    /// No address of ours that a browser could reach.
    #[error("there is no address at which a browser could reach us")]
    NoAddress,
}

/// What was agreed on. A browser that changes between the two laws uses their static numbers (RFC 3551,
/// table 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// The law that we send.
    pub codec: Codec,
    /// Its number.
    pub payload_type: u8,
    /// The number of keys, if the browser takes them.
    pub telephone_event: Option<u8>,
}

/// A-law first, as on all our legs.
pub(crate) fn configure(mut config: RtcConfig) -> RtcConfig {
    config = config
        .clear_codecs()
        .enable_pcma(true, false)
        .enable_pcmu(true, false);
    let keys = FormatParams {
        telephone_event_max: Some(EVENT_MAX),
        ..FormatParams::default()
    };
    config.codec_config().add_config(
        KEYS.into(),
        None,
        format::Codec::Tele,
        str0m::media::Frequency::EIGHT_KHZ,
        None,
        keys,
    );
    config
}

/// Refuses what is not one stream of audio, before anything else reads it.
pub(crate) fn check(offer: &str) -> Result<(), OfferError> {
    if offer.len() > OFFER_MAX {
        return Err(OfferError::TooLong);
    }
    let mut media = offer.lines().filter(|line| line.starts_with("m="));
    match (media.next(), media.next()) {
        (Some(audio), None) if audio.starts_with("m=audio ") => Ok(()),
        _ => Err(OfferError::NotOneAudio),
    }
}

/// What was agreed on for a medium.
pub(crate) fn agreed(rtc: &Rtc, mid: Mid) -> Option<Agreed> {
    let numbers = rtc.media(mid)?.remote_pts();
    let number_of = |wanted: format::Codec| {
        let mut numbers = numbers.iter();
        numbers.find(|number| codec(rtc, **number) == Some(wanted))
    };
    let both = [
        (Codec::Pcma, format::Codec::PCMA),
        (Codec::Pcmu, format::Codec::PCMU),
    ];
    let mut spoken = both.into_iter();
    let (codec, number) = spoken.find_map(|(law, codec)| Some((law, number_of(codec)?)))?;
    Some(Agreed {
        codec,
        payload_type: **number,
        telephone_event: number_of(format::Codec::Tele).map(|number| **number),
    })
}

/// What a number means, whoever chose it.
fn codec(rtc: &Rtc, number: Pt) -> Option<format::Codec> {
    let of_number = |known: &PayloadParams| known.pt() == number;
    let known = rtc.codec_config().find(of_number)?;
    Some(known.spec().codec)
}
