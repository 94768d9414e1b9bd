//! SDP offer and answer (RFC 3264, RFC 4566) for one audio stream of G.711 and telephone-event.

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
    /// Where their audio wants to be sent.
    pub remote: SocketAddr,
    /// The codec, both ways.
    pub codec: Codec,
    /// Its payload type.
    pub payload_type: u8,
    /// The payload type of telephone-event, if they take it.
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
    /// No connection address, or one that is no address.
    #[error("no usable address")]
    Address,
    /// The answer does not fit our offer.
    #[error("answer does not fit the offer: {0}")]
    Mismatch(&'static str),
}

/// Our offer: `codecs` in order of preference, telephone-event besides.
pub fn offer(local: SocketAddr, session_id: u64, codecs: &[Codec], direction: Direction) -> String {
    let _ = (local, session_id, codecs, direction);
    String::new()
}

/// Our answer to `offer`, and what it settles. `session_id` as in [`offer`].
pub fn answer(
    offer: &str,
    local: SocketAddr,
    session_id: u64,
    codecs: &[Codec],
    direction: Direction,
) -> Result<(String, Negotiated), SdpError> {
    let _ = (offer, local, session_id, codecs, direction);
    Err(SdpError::Malformed)
}

/// What their `answer` to `our_offer` settles.
pub fn accept(our_offer: &str, answer: &str) -> Result<Negotiated, SdpError> {
    let _ = (our_offer, answer);
    Err(SdpError::Malformed)
}
