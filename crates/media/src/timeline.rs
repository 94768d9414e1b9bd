//! The two sides of a call on one time line, as a recording has them: the customer left, all others
//! right, each packet where its sender's timestamps put it, silence where nothing came. Both sides
//! are aligned by when their packets came, and stay so over losses, pauses and legs that change.
//! Where samples go and what they are sealed with is a shell's.

use std::time::{Duration, Instant};

use crate::codec::FRAME_SAMPLES;
use crate::tap::TapFrame;
use crate::voice::{Fit, Said, Voice, clipped, place_of, samples};
use crate::{Codec, LegId, g711};

/// What is younger than this may still change: late packets find their place.
const OPEN: Duration = Duration::from_millis(320);
/// A packet may lie so far before where it came, as a late one does, and so far after it, where the
/// first one was late. A sender whose clock leads out of that is laid on anew.
const FIT: Fit = Fit {
    from: -samples(Duration::from_millis(240)),
    to: samples(Duration::from_millis(40)),
    anew: 0,
};
/// Voices on a call at once, those that left and are not written yet included.
const VOICES_MAX: usize = 8;

/// Which channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Left.
    Customer,
    /// Right.
    Agent,
}

/// Two channels of a call, as it goes on.
#[derive(Debug)]
pub struct Timeline {
    began: Instant,
    voices: Vec<Speaker>,
    /// Everything before this place is out.
    told: i64,
    paused: Option<Instant>,
    resumed: Option<Instant>,
}

#[derive(Debug)]
struct Speaker {
    leg: LegId,
    side: Side,
    voice: Voice,
    gone: bool,
}

impl Timeline {
    /// A time line that begins now, with nobody on it.
    pub fn new(began: Instant) -> Timeline {
        Timeline {
            began,
            voices: Vec::new(),
            told: 0,
            paused: None,
            resumed: None,
        }
    }

    /// What this leg says is heard on that side from now on.
    pub fn seat(&mut self, leg: LegId, side: Side) {
        if let Some(known) = self.voices.iter_mut().find(|known| known.leg == leg) {
            known.side = side;
            known.gone = false;
        } else if self.voices.len() < VOICES_MAX {
            self.voices.push(Speaker {
                leg,
                side,
                voice: Voice::new(FIT),
                gone: false,
            });
        }
    }

    /// This leg is not heard any more; what it said is.
    pub fn leave(&mut self, leg: LegId) {
        let known = self.voices.iter_mut().find(|known| known.leg == leg);
        if let Some(known) = known {
            known.gone = true;
        }
    }

    /// The legs that are heard.
    pub fn legs(&self) -> impl Iterator<Item = LegId> {
        let there = self.voices.iter().filter(|known| !known.gone);
        there.map(|known| known.leg)
    }

    /// What comes from this instant on is not kept: silence lies in its place.
    pub fn pause(&mut self, at: Instant) {
        if self.paused.is_none() {
            self.paused = Some(at);
            self.resumed = None;
            let from = place_of(self.began, at);
            for known in &mut self.voices {
                known.voice.cut(from);
            }
        }
    }

    /// What comes from this instant on is kept again.
    pub fn resume(&mut self, at: Instant) {
        if self.paused.take().is_some() {
            self.resumed = Some(at);
        }
    }

    /// A leg has said this.
    pub fn hear(&mut self, frame: &TapFrame) {
        let kept = match (self.paused, self.resumed) {
            (Some(paused), _) => frame.at < paused,
            (None, Some(resumed)) => frame.at >= resumed,
            (None, None) => frame.at >= self.began,
        };
        let at = place_of(self.began, frame.at);
        let known = self.voices.iter_mut().find(|known| known.leg == frame.leg);
        if let (true, Some(known)) = (kept, known) {
            let said = Said {
                ssrc: frame.ssrc,
                sequence: frame.sequence,
                timestamp: frame.timestamp,
                codec: frame.codec,
                codes: frame.codes(),
            };
            known.voice.hear(at, said);
        }
    }

    /// Adds all that can no longer change, as pairs of codes, left and right.
    pub fn take(&mut self, now: Instant, codec: Codec, pairs: &mut Vec<u8>) {
        self.take_until(place_of(self.began, now) - samples(OPEN), codec, pairs);
    }

    /// The end: adds all that is left up to there.
    pub fn finish(&mut self, at: Instant, codec: Codec, pairs: &mut Vec<u8>) {
        self.take_until(place_of(self.began, at), codec, pairs);
    }

    fn take_until(&mut self, until: i64, codec: Codec, pairs: &mut Vec<u8>) {
        let codes = g711::codes(codec);
        while self.told < until {
            let count = (until - self.told).min(FRAME_SAMPLES as i64) as usize;
            let (mut left, mut right) = ([0_i32; FRAME_SAMPLES], [0_i32; FRAME_SAMPLES]);
            for known in &self.voices {
                let sum = match known.side {
                    Side::Customer => &mut left,
                    Side::Agent => &mut right,
                };
                known.voice.add_to(self.told, &mut sum[..count]);
            }
            let sides = left[..count].iter().zip(&right[..count]);
            pairs.extend(
                sides.flat_map(|(left, right)| {
                    [codes.of(clipped(*left)), codes.of(clipped(*right))]
                }),
            );
            self.told += count as i64;
        }
        let told = self.told;
        self.voices
            .retain(|known| !known.gone || known.voice.end() > told);
    }
}

#[cfg(test)]
mod tests;
