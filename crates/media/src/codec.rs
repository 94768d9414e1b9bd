//! The two codecs of the telephone network (ITU-T G.711) as RTP names them (RFC 3551, section 6).

/// One of the two laws of G.711, both 8000 samples a second and one byte a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// A-law, the law of Europe and Latin America; static payload type 8.
    Pcma,
    /// Mu-law, the law of North America and Japan; static payload type 0.
    Pcmu,
}

/// Samples a second of every stream here, which is also the RTP clock of G.711 and RFC 4733.
pub const SAMPLE_RATE: u32 = 8_000;

/// Samples of one generated frame: 20 ms, the default packet time of RFC 3551.
pub const FRAME_SAMPLES: usize = 160;

impl Codec {
    /// The payload type RFC 3551 reserves for this codec.
    pub const fn payload_type(self) -> u8 {
        match self {
            Codec::Pcmu => 0,
            Codec::Pcma => 8,
        }
    }

    /// The codec a static payload type means, if it is one of ours.
    pub const fn from_payload_type(payload_type: u8) -> Option<Codec> {
        match payload_type {
            0 => Some(Codec::Pcmu),
            8 => Some(Codec::Pcma),
            _ => None,
        }
    }

    /// The encoding name of an SDP `rtpmap` line.
    pub const fn name(self) -> &'static str {
        match self {
            Codec::Pcma => "PCMA",
            Codec::Pcmu => "PCMU",
        }
    }

    /// The code of a sample of value zero.
    pub const fn silence(self) -> u8 {
        match self {
            Codec::Pcma => 0xD5,
            Codec::Pcmu => 0xFF,
        }
    }
}
