//! G.711 (ITU-T, 1988): the two companding laws, as tables made at compile time.
//!
//! Linear samples are 16 bits, the scale that sound files use.

use std::sync::LazyLock;

use crate::Codec;

static FROM_PCMA: [i16; 256] = decode_table(Codec::Pcma);
static FROM_PCMU: [i16; 256] = decode_table(Codec::Pcmu);
static PCMA_TO_PCMU: [u8; 256] = transcode_table(Codec::Pcma, Codec::Pcmu);
static PCMU_TO_PCMA: [u8; 256] = transcode_table(Codec::Pcmu, Codec::Pcma);

/// The linear value of a code.
pub fn decode(codec: Codec, code: u8) -> i16 {
    match codec {
        Codec::Pcma => FROM_PCMA[code as usize],
        Codec::Pcmu => FROM_PCMU[code as usize],
    }
}

/// The code nearest to a linear value.
pub const fn encode(codec: Codec, sample: i16) -> u8 {
    match codec {
        Codec::Pcma => encode_pcma(sample),
        Codec::Pcmu => encode_pcmu(sample),
    }
}

/// The codes of all samples there are: for those who encode by the thousand.
#[derive(Debug)]
pub struct Codes(Box<[u8; 65_536]>);

impl Codes {
    fn table(codec: Codec) -> Codes {
        let mut table = Box::new([0; 65_536]);
        for sample in i16::MIN..=i16::MAX {
            table[usize::from(sample as u16)] = encode(codec, sample);
        }
        Codes(table)
    }

    /// The code nearest to a linear value.
    pub fn of(&self, sample: i16) -> u8 {
        self.0[usize::from(sample as u16)]
    }
}

/// The table of a law, made when it is first asked for.
pub fn codes(codec: Codec) -> &'static Codes {
    static PCMA: LazyLock<Codes> = LazyLock::new(|| Codes::table(Codec::Pcma));
    static PCMU: LazyLock<Codes> = LazyLock::new(|| Codes::table(Codec::Pcmu));
    match codec {
        Codec::Pcma => &PCMA,
        Codec::Pcmu => &PCMU,
    }
}

/// Writes `from` into `to` in the other law, or unchanged if both are the same. Writes as many
/// codes as both slices hold.
pub fn transcode(from_codec: Codec, from: &[u8], to_codec: Codec, to: &mut [u8]) {
    let table = match (from_codec, to_codec) {
        (Codec::Pcma, Codec::Pcmu) => &PCMA_TO_PCMU,
        (Codec::Pcmu, Codec::Pcma) => &PCMU_TO_PCMA,
        (Codec::Pcma, Codec::Pcma) | (Codec::Pcmu, Codec::Pcmu) => {
            let length = from.len().min(to.len());
            to[..length].copy_from_slice(&from[..length]);
            return;
        }
    };
    for (target, code) in to.iter_mut().zip(from) {
        *target = table[*code as usize];
    }
}

/// All codes of a packet as linear samples.
pub fn decode_all(codec: Codec, codes: &[u8]) -> Vec<i16> {
    codes.iter().map(|code| decode(codec, *code)).collect()
}

const fn decode_table(codec: Codec) -> [i16; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = expand(codec, code as u8);
        code += 1;
    }
    table
}

const fn transcode_table(from: Codec, to: Codec) -> [u8; 256] {
    let mut table = [0; 256];
    let mut code = 0;
    while code < 256 {
        table[code] = encode(to, expand(from, code as u8));
        code += 1;
    }
    table
}

const fn expand(codec: Codec, code: u8) -> i16 {
    match codec {
        Codec::Pcma => {
            let code = code ^ 0x55;
            let step = ((code & 0x0F) as i16) << 4;
            let segment = (code >> 4) & 7;
            let size = match segment {
                0 => step + 8,
                _ => (step + 0x108) << (segment - 1),
            };
            if code & 0x80 != 0 { size } else { -size }
        }
        Codec::Pcmu => {
            let code = !code;
            let size = ((((code & 0x0F) as i16) << 3) + BIAS) << ((code >> 4) & 7);
            if code & 0x80 != 0 {
                BIAS - size
            } else {
                size - BIAS
            }
        }
    }
}

/// Mu-law adds this before it looks for the segment, so that all segments are alike.
const BIAS: i16 = 0x84;

/// The largest size that, with the bias, still fits the last segment of mu-law.
const CLIP: u16 = 32_635;

const fn encode_pcma(sample: i16) -> u8 {
    let (size, mask) = if sample >= 0 {
        (sample, 0xD5)
    } else {
        (-(sample + 1), 0x55)
    };
    let code = if size < 256 {
        (size >> 4) as u8
    } else {
        let segment = segment_of(size);
        (segment << 4) | ((size >> (segment + 3)) & 0x0F) as u8
    };
    code ^ mask
}

const fn encode_pcmu(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let size = sample.unsigned_abs();
    let size = if size > CLIP { CLIP } else { size } as i16 + BIAS;
    let segment = segment_of(size);
    !(sign | (segment << 4) | ((size >> (segment + 3)) & 0x0F) as u8)
}

/// The segment of a size of at least 128: its highest bit, counted from bit 7.
const fn segment_of(size: i16) -> u8 {
    (15 - (size as u16).leading_zeros() as u8) - 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_have_the_values_of_the_standard() {
        assert_eq!(decode(Codec::Pcma, 0xD5), 8);
        assert_eq!(decode(Codec::Pcma, 0x55), -8);
        assert_eq!(decode(Codec::Pcma, 0xAA), 32_256);
        assert_eq!(decode(Codec::Pcma, 0x2A), -32_256);
        assert_eq!(decode(Codec::Pcmu, 0xFF), 0);
        assert_eq!(decode(Codec::Pcmu, 0x80), 32_124);
        assert_eq!(decode(Codec::Pcmu, 0x00), -32_124);
        assert_eq!(decode(Codec::Pcmu, 0xF0), 120);
    }

    #[test]
    fn every_code_survives_decoding_and_encoding() {
        for codec in [Codec::Pcma, Codec::Pcmu] {
            for code in 0..=255 {
                let back = encode(codec, decode(codec, code));
                // Mu-law has two zeros; the negative one comes back as the positive one.
                let expected = if codec == Codec::Pcmu && code == 0x7F {
                    0xFF
                } else {
                    code
                };
                assert_eq!(back, expected, "{codec:?} {code:#x}");
            }
        }
    }

    #[test]
    fn every_sample_is_encoded_within_half_a_step() {
        for sample in i16::MIN..=i16::MAX {
            for codec in [Codec::Pcma, Codec::Pcmu] {
                let heard = i32::from(decode(codec, encode(codec, sample)));
                let size = i32::from(sample).abs();
                // The widest step is 1024; below that a step is a sixteenth of its segment. Mu-law
                // clips at 32635.
                let allowed = (size / 16).max(16) + if size > 32_124 { 640 } else { 0 };
                assert!(
                    (heard - i32::from(sample)).abs() <= allowed,
                    "{codec:?} {sample} {heard}"
                );
            }
        }
    }

    #[test]
    fn transcoding_there_and_back_changes_a_code_by_one_step_at_most() {
        let all: Vec<u8> = (0..=255).collect();
        for (one, other) in [(Codec::Pcma, Codec::Pcmu), (Codec::Pcmu, Codec::Pcma)] {
            let (mut there, mut back) = ([0; 256], [0; 256]);
            transcode(one, &all, other, &mut there);
            transcode(other, &there, one, &mut back);
            for (code, back) in all.iter().zip(back) {
                let before = f64::from(decode(one, *code));
                let after = f64::from(decode(one, back));
                assert!(
                    (before - after).abs() <= (before.abs() / 16.0).max(16.0),
                    "{one:?} {code:#x}"
                );
            }
        }
    }

    #[test]
    fn the_same_law_is_copied_and_the_shorter_slice_decides() {
        let mut to = [0; 2];
        transcode(Codec::Pcma, &[1, 2, 3], Codec::Pcma, &mut to);
        assert_eq!(to, [1, 2]);
    }
}
