//! Fax machines and modems by what they say first: the called one's 2100 Hz (CED of ITU-T T.30, ANS and ANSam of V.25 and
//! V.8, with or without its phase turned over every 450 ms and its strength waving), the calling one's half second of
//! 1100 Hz every three and a half (CNG). Blocks of 20 ms in, at most one verdict out.

use crate::detect::Heard;
use crate::tone::share_at;

const BLOCK_MS: u32 = 20;
/// Machines are 15 Hz off at 2100 Hz and 38 Hz at 1100 Hz; of these one is near enough.
const CALLED: [u16; 2] = [2_090, 2_110];
const CALLING: [u16; 3] = [1_075, 1_100, 1_125];
/// Of the power of a block, this much must lie at one of them. No voice holds that for long.
const PURE: f64 = 0.7;

/// So long the called machine's tone must last: no key, no beep and no voice does.
const CALLED_MS: u32 = 600;
/// A turn of its phase, or a lost packet, may spoil two blocks.
const SPOILT_MAX: u32 = 2;
/// The calling machine's tone and pause: half a second and three, 15 % off, and a block at either end. It must come
/// twice, since the beep of an answering machine may be as long and as high.
const CALLING_MS: std::ops::RangeInclusive<u32> = 400..=600;
const PAUSE_MS: std::ops::RangeInclusive<u32> = 2_500..=3_500;

/// Listens to the blocks of one call.
#[derive(Debug, Default)]
pub(crate) struct Fax {
    called_ms: u32,
    spoilt: u32,
    calling_ms: u32,
    /// Since the calling machine's tone ended, if it was as long as that is.
    pause_ms: Option<u32>,
}

impl Fax {
    /// Takes 20 ms that are not silent, or `None` where they are.
    pub(crate) fn take(&mut self, block: Option<&[i16]>) -> Option<Heard> {
        let holds = |tones: &[u16]| {
            block.is_some_and(|block| tones.iter().any(|hertz| share_at(*hertz, block) >= PURE))
        };
        if self.called(holds(&CALLED)) {
            return Some(Heard::FaxCed);
        }
        self.calling(holds(&CALLING)).then_some(Heard::FaxCng)
    }

    fn called(&mut self, sounds: bool) -> bool {
        if sounds {
            self.called_ms += BLOCK_MS;
            self.spoilt = 0;
        } else if self.called_ms > 0 {
            self.spoilt += 1;
            if self.spoilt > SPOILT_MAX {
                self.called_ms = 0;
            }
        }
        self.called_ms >= CALLED_MS
    }

    fn calling(&mut self, sounds: bool) -> bool {
        if sounds {
            self.calling_ms += BLOCK_MS;
            return false;
        }
        let before = self.pause_ms;
        if self.calling_ms > 0 {
            let fits = CALLING_MS.contains(&self.calling_ms);
            self.calling_ms = 0;
            self.pause_ms = fits.then_some(0);
            return fits && before.is_some_and(|pause| PAUSE_MS.contains(&pause));
        }
        self.pause_ms = before.map(|pause| pause.saturating_add(BLOCK_MS));
        false
    }
}
