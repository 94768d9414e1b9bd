//! From one sound to another without a click: where audio that is forwarded becomes audio that is mixed,
//! or the other way, there is a step of up to the full scale between two samples. What was heard last
//! falls to nothing while the new rises.

use std::time::{Duration, Instant};

use crate::codec::SAMPLE_RATE;
use crate::{Codec, g711};

/// Samples that it takes: 60 ms.
const LENGTH: u16 = (SAMPLE_RATE * 60 / 1_000) as u16;

/// Whoever heard nothing for so long hears a click where the old sound comes back to fade.
const WITHIN: Duration = Duration::from_millis(60);

/// What was heard last, and how much of the way is left.
#[derive(Debug, Default)]
pub(super) struct Fade {
    last: Option<(Codec, u8)>,
    from: i16,
    left: u16,
    /// When it was to begin, until it does.
    asked: Option<Instant>,
}

impl Fade {
    /// What is heard is another sound from the next sample on.
    pub(super) fn begin(&mut self, now: Instant) {
        self.asked = Some(now);
        self.from = self
            .last
            .map_or(0, |(codec, code)| g711::decode(codec, code));
        self.left = LENGTH;
    }

    pub(super) fn is_over(&self) -> bool {
        self.left == 0
    }

    /// The next sound is there; too late, it is heard as it is.
    pub(super) fn comes(&mut self, now: Instant) {
        if self.asked.take().is_some_and(|asked| now > asked + WITHIN) {
            self.left = 0;
        }
    }

    /// These codes are heard as they are.
    pub(super) fn heard(&mut self, codec: Codec, codes: &[u8]) {
        self.last = codes.last().map(|code| (codec, *code)).or(self.last);
    }

    /// These codes are heard next.
    pub(super) fn pass(&mut self, codec: Codec, codes: &mut [u8]) {
        let length = i32::from(LENGTH);
        for code in codes.iter_mut().take(usize::from(self.left)) {
            let left = i32::from(self.left);
            let new = i32::from(g711::decode(codec, *code)) * (length - left);
            let mixed = (i32::from(self.from) * left + new) / length;
            *code = g711::encode(codec, mixed as i16);
            self.left -= 1;
        }
        self.heard(codec, codes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(samples: impl Iterator<Item = i16>) -> Vec<u8> {
        samples
            .map(|sample| g711::encode(Codec::Pcma, sample))
            .collect()
    }

    #[test]
    fn the_largest_step_there_is_becomes_a_slope() {
        let mut fade = Fade::default();
        fade.heard(Codec::Pcmu, &[g711::encode(Codec::Pcmu, -30_000)]);
        let now = Instant::now();
        fade.begin(now);
        fade.comes(now + Duration::from_millis(20));
        let mut next = codes(std::iter::repeat_n(30_000, 640));
        for frame in next.chunks_mut(160) {
            fade.pass(Codec::Pcma, frame);
        }
        assert!(fade.is_over());
        let heard = g711::decode_all(Codec::Pcma, &next);
        assert!(heard[0] < -28_000 && heard[500] > 28_000);
        // A-law's own steps are 1,024 at that strength.
        let steps = heard.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.max() <= Some(1_024));
    }

    #[test]
    fn who_heard_nothing_meanwhile_hears_the_new_sound_as_it_is() {
        let mut fade = Fade::default();
        fade.heard(Codec::Pcma, &[g711::encode(Codec::Pcma, 20_000)]);
        let now = Instant::now();
        fade.begin(now);
        fade.comes(now + Duration::from_millis(400));
        let mut silence = codes(std::iter::repeat_n(0, 160));
        let before = silence.clone();
        fade.pass(Codec::Pcma, &mut silence);
        assert_eq!(silence, before);
    }

    #[test]
    fn without_a_change_nothing_is_touched() {
        let mut fade = Fade::default();
        let mut tone = codes((0..160).map(|n| n * 100));
        let before = tone.clone();
        fade.pass(Codec::Pcma, &mut tone);
        assert_eq!(tone, before);
    }
}
