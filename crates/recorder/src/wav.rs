//! A recording as a WAV file (RIFF, Microsoft 1991; G.711 with the `fact` chunk it asks for), made
//! as it is read: any range of its bytes from the range of sound behind it.

use std::ops::Range;

use media::codec::SAMPLE_RATE;
use media::{Codec, g711};

/// How samples are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Linear, 16 bits: what everything plays.
    Pcm,
    /// As they came over the line: half the size.
    G711,
}

/// A WAV file that exists only while it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wav {
    /// How samples are written.
    pub form: Form,
    /// The law of the recording.
    pub codec: Codec,
    /// Samples of each side.
    pub pairs: u64,
}

impl Wav {
    /// Bytes of the file.
    pub fn len(&self) -> u64 {
        self.header().len() as u64 + self.pairs * self.pair()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.pairs == 0
    }

    /// Bytes of a pair of samples.
    const fn pair(&self) -> u64 {
        match self.form {
            Form::Pcm => 4,
            Form::G711 => 2,
        }
    }

    /// All before the first sample.
    pub fn header(&self) -> Vec<u8> {
        let data = u32::try_from(self.pairs * self.pair()).unwrap_or(u32::MAX - 4_096);
        let (tag, bits): (u16, u16) = match (self.form, self.codec) {
            (Form::Pcm, _) => (1, 16),
            (Form::G711, Codec::Pcma) => (6, 8),
            (Form::G711, Codec::Pcmu) => (7, 8),
        };
        let mut format = Vec::new();
        format.extend(tag.to_le_bytes());
        format.extend(2_u16.to_le_bytes());
        format.extend(SAMPLE_RATE.to_le_bytes());
        format.extend((SAMPLE_RATE * self.pair() as u32).to_le_bytes());
        format.extend((self.pair() as u16).to_le_bytes());
        format.extend(bits.to_le_bytes());
        let mut body = b"WAVE".to_vec();
        if self.form == Form::G711 {
            format.extend(0_u16.to_le_bytes());
        }
        chunk(&mut body, b"fmt ", &format);
        if self.form == Form::G711 {
            let pairs = u32::try_from(self.pairs).unwrap_or(u32::MAX);
            chunk(&mut body, b"fact", &pairs.to_le_bytes());
        }
        body.extend(b"data");
        body.extend(data.to_le_bytes());
        let mut all = b"RIFF".to_vec();
        all.extend((body.len() as u32 + data).to_le_bytes());
        all.extend(body);
        all
    }

    /// The bytes of sound (pairs of codes) that a range of the file is made of.
    pub fn sound_of(&self, range: &Range<u64>) -> Range<u64> {
        let header = self.header().len() as u64;
        let first = range.start.saturating_sub(header) / self.pair();
        let last = range.end.saturating_sub(header).div_ceil(self.pair());
        2 * first.min(self.pairs)..2 * last.min(self.pairs)
    }

    /// A range of the file, from the sound that [`Wav::sound_of`] named for it.
    pub fn render(&self, range: &Range<u64>, sound: &[u8]) -> Vec<u8> {
        let header = self.header();
        let mut bytes = Vec::new();
        let start = range.start.min(header.len() as u64) as usize;
        let end = range.end.min(header.len() as u64) as usize;
        bytes.extend_from_slice(&header[start..end]);
        let after = range.start.saturating_sub(header.len() as u64);
        let skip = (after % self.pair()) as usize;
        let wanted = (range.end - range.start) as usize - bytes.len();
        let samples: Vec<u8> = match self.form {
            Form::G711 => sound.to_vec(),
            Form::Pcm => sound
                .iter()
                .flat_map(|code| g711::decode(self.codec, *code).to_le_bytes())
                .collect(),
        };
        bytes.extend(samples.into_iter().skip(skip).take(wanted));
        bytes
    }
}

fn chunk(body: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    body.extend(name);
    body.extend((content.len() as u32).to_le_bytes());
    body.extend(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_is_what_the_whole_file_has_there() {
        for form in [Form::Pcm, Form::G711] {
            let wav = Wav {
                form,
                codec: Codec::Pcma,
                pairs: 100,
            };
            let sound: Vec<u8> = (0..200).collect();
            let all = 0..wav.len();
            let whole = wav.render(&all, &sound);
            assert_eq!(whole.len() as u64, wav.len());
            for start in 0..wav.len() {
                for end in [start + 1, start + 3, wav.len()] {
                    let range = start..end.min(wav.len());
                    let needed = wav.sound_of(&range);
                    let needed = needed.start as usize..needed.end as usize;
                    let part = wav.render(&range, &sound[needed]);
                    assert_eq!(part, whole[range.start as usize..range.end as usize]);
                }
            }
        }
    }

    #[test]
    fn other_programs_read_the_header() {
        let wav = Wav {
            form: Form::Pcm,
            codec: Codec::Pcmu,
            pairs: 80,
        };
        let bytes = wav.render(&(0..wav.len()), &[0x80; 160]);
        let mut reader = hound::WavReader::new(bytes.as_slice()).expect("a WAV file");
        assert_eq!(
            (reader.spec().channels, reader.spec().sample_rate),
            (2, 8_000)
        );
        assert!(
            reader
                .samples::<i16>()
                .all(|s| s.expect("a sample") == 32_124)
        );
        assert_eq!(reader.duration(), 80);
    }
}
