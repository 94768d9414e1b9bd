//! FLAC in an object: the file as every player knows it, and behind it where its frames end, so that
//! any half second is found without reading those before it.
//!
//! ```text
//! fLaC and STREAMINFO, 42 bytes · frames · bytes of each frame, 4 each · how many frames, 4
//! ```

use std::io::Cursor;
use std::ops::Range;

use claxon::frame::FrameReader;
use claxon::input::BufferedReader;
use media::{Codec, flac};

use crate::error::RecordingError;

/// Bytes at the end that say how many frames there are.
pub(super) const COUNT: u64 = 4;

/// Where frames are written down as they are made.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<u8>);

impl Index {
    pub(super) fn add(&mut self, frame: &[u8]) {
        self.0.extend((frame.len() as u32).to_le_bytes());
    }

    /// What follows the last frame.
    pub(super) fn bytes(mut self) -> Vec<u8> {
        let count = (self.0.len() / 4) as u32;
        self.0.extend(count.to_le_bytes());
        self.0
    }
}

/// Where frames are.
#[derive(Debug)]
pub(super) struct Frames {
    /// Where each begins in the content, and where the last one ends.
    places: Vec<u64>,
    /// Samples of each side.
    pub(super) pairs: u64,
}

/// Where the index is, by the end of the content.
pub(super) fn index_of(length: u64, count: [u8; 4]) -> Option<Range<u64>> {
    let end = length.checked_sub(COUNT)?;
    let start = end.checked_sub(4 * u64::from(u32::from_le_bytes(count)))?;
    (start >= flac::HEAD as u64).then_some(start..end)
}

impl Frames {
    /// From what stands before the frames, and behind them. What was sealed is as it was written: what
    /// does not fit is of a later version.
    pub(super) fn read(head: &[u8], index: &[u8], index_at: u64) -> Option<Frames> {
        let samples: &[u8; 5] = head.get(21..26)?.try_into().ok()?;
        let low = u32::from_be_bytes([samples[1], samples[2], samples[3], samples[4]]);
        let pairs = u64::from(samples[0] & 0x0F) << 32 | u64::from(low);
        let mut places = vec![flac::HEAD as u64];
        for size in index.chunks_exact(4) {
            let size: [u8; 4] = size.try_into().ok()?;
            places.push(places.last()? + u64::from(u32::from_le_bytes(size)));
        }
        let frames = pairs.div_ceil(flac::FRAME as u64);
        let fits = *places.last()? == index_at && places.len() as u64 == frames + 1;
        fits.then_some(Frames { places, pairs })
    }

    /// The frames of a range of pairs, and where they are in the content.
    pub(super) fn of(&self, pairs: &Range<u64>) -> (Range<usize>, Range<u64>) {
        let size = flac::FRAME as u64;
        let last = self.places.len() - 1;
        let first = ((pairs.start / size) as usize).min(last);
        let end = (pairs.end.div_ceil(size) as usize).clamp(first, last);
        (first..end, self.places[first]..self.places[end])
    }

    /// Bytes of the FLAC file.
    pub(super) fn file(&self) -> u64 {
        self.places.last().copied().unwrap_or_default()
    }

    /// The codes of frames that were read as one piece.
    pub(super) fn decode(
        &self,
        frames: Range<usize>,
        bytes: &[u8],
        law: Codec,
    ) -> Result<Vec<u8>, RecordingError> {
        let start = self.places[frames.start];
        let mut codes = Vec::with_capacity(2 * flac::FRAME * frames.len());
        for frame in frames {
            let place = |n: usize| (self.places[n] - start) as usize;
            let bytes = bytes.get(place(frame)..place(frame + 1));
            codes.extend(pairs(bytes.unwrap_or_default(), law)?);
        }
        Ok(codes)
    }
}

/// The pairs of codes of a frame.
pub(super) fn pairs(frame: &[u8], law: Codec) -> Result<Vec<u8>, RecordingError> {
    let unread = || RecordingError::NotOurs("a frame of it cannot be read");
    let mut reader = FrameReader::new(BufferedReader::new(Cursor::new(frame)));
    let block = reader.read_next_or_eof(Vec::new());
    let block = block.ok().flatten().filter(|block| block.channels() == 2);
    let block = block.ok_or_else(unread)?;
    let pairs = block.stereo_samples();
    Ok(pairs
        .flat_map(|(left, right)| [flac::code(law, left), flac::code(law, right)])
        .collect())
}
