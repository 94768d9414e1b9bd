//! What one leg says, laid on a time line: shared by those that need audio in its place (mixer and
//! recorder). What a packet too few left is filled by what was said before it (`conceal.rs`); what
//! else did not come is silence. Packets that are only forwarded never come here.

use std::time::{Duration, Instant};

use crate::codec::SAMPLE_RATE;
use crate::conceal::{FILLED_MAX, HISTORY, conceal};
use crate::{Codec, g711};

/// Samples kept: more than what anybody lets lie, and the longest packet. A power of two, so that
/// places are found by masking.
const RING: usize = 4_096;
/// The longest packet laid; longer ones are cut.
const PACKET_MAX: usize = 1_280;

/// The samples of a span of time.
pub(crate) const fn samples(span: Duration) -> i64 {
    span.as_millis() as i64 * SAMPLE_RATE as i64 / 1_000
}

/// The place of an instant on a time line that began at another.
pub(crate) fn place_of(began: Instant, now: Instant) -> i64 {
    let micros = now.saturating_duration_since(began).as_micros() as i64;
    micros * i64::from(SAMPLE_RATE) / 1_000_000
}

/// How far from where it came a packet may lie, by the timestamps of its sender.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    /// The first place, seen from the arrival.
    pub(crate) from: i64,
    /// The last one.
    pub(crate) to: i64,
    /// Where a packet goes whose timestamps lead out of that: its sender's clock is not ours, or
    /// it paused.
    pub(crate) anew: i64,
}

/// Where a sender's timestamps lie on the time line.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    ssrc: u32,
    timestamp: u32,
    place: i64,
}

/// A stretch of what a leg said, as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) codec: Codec,
    pub(crate) codes: &'a [u8],
}

/// The newest of what a leg said.
#[derive(Debug)]
pub(crate) struct Voice {
    fit: Fit,
    ring: Box<[i16; RING]>,
    /// The place of the first sample there ever was, and the one after the newest.
    begin: Option<i64>,
    end: i64,
    anchor: Option<Anchor>,
    /// Of its newest packet.
    sequence: Option<u16>,
}

impl Voice {
    pub(crate) fn new(fit: Fit) -> Voice {
        Voice {
            fit,
            ring: Box::new([0; RING]),
            begin: None,
            end: 0,
            anchor: None,
            sequence: None,
        }
    }

    /// Lays what came at `at` where it belongs.
    pub(crate) fn hear(&mut self, at: i64, said: Said<'_>) {
        let (place, followed) = self.place(at, said.ssrc, said.timestamp);
        let lost = match self.sequence {
            Some(last) => said.sequence.wrapping_sub(last).wrapping_sub(1) as i16,
            None => 0,
        };
        // A gap without a packet missing is somebody's silence, and stays that.
        if followed && lost > 0 {
            self.fill(place);
        }
        if lost >= 0 || !followed || self.sequence.is_none() {
            self.sequence = Some(said.sequence);
        }
        self.lay(place, said.codec, said.codes);
    }

    /// Fills a short loss up to a place.
    fn fill(&mut self, until: i64) {
        let missing = usize::try_from(until - self.end).unwrap_or(0);
        if (1..=FILLED_MAX).contains(&missing) && self.end >= HISTORY as i64 {
            let from = self.end - HISTORY as i64;
            let history = std::array::from_fn(|n| self.sample(from + n as i64));
            let mut gap = [0; FILLED_MAX];
            conceal(&history, &mut gap[..missing]);
            self.go_on(&gap[..missing]);
        }
    }

    /// Where a packet goes that came at `at`, and whether its timestamps led there.
    fn place(&mut self, at: i64, ssrc: u32, timestamp: u32) -> (i64, bool) {
        let known = self.anchor.filter(|anchor| anchor.ssrc == ssrc);
        let place = known.map(|anchor| {
            let step = timestamp.wrapping_sub(anchor.timestamp) as i32;
            anchor.place + i64::from(step)
        });
        let place = place.filter(|place| (self.fit.from..=self.fit.to).contains(&(place - at)));
        let followed = place.is_some();
        let place = place.unwrap_or(at + self.fit.anew);
        self.anchor = Some(Anchor {
            ssrc,
            timestamp,
            place,
        });
        (place, followed)
    }

    /// Lays a packet; between what there is and what comes now lies silence.
    fn lay(&mut self, place: i64, codec: Codec, payload: &[u8]) {
        let payload = &payload[..payload.len().min(PACKET_MAX)];
        self.begin = self.begin.or(Some(place));
        let first = self.end.max(place - RING as i64);
        for gap in first..place {
            self.ring[slot(gap)] = 0;
        }
        for (code, place) in payload.iter().zip(place..) {
            self.ring[slot(place)] = g711::decode(codec, *code);
        }
        self.end = self.end.max(place + payload.len() as i64);
    }

    /// Lays linear samples after the newest there are.
    fn go_on(&mut self, samples: &[i16]) {
        for (sample, place) in samples.iter().zip(self.end..) {
            self.ring[slot(place)] = *sample;
        }
        self.end += samples.len() as i64;
    }

    /// Takes back what lies from a place on.
    pub(crate) fn cut(&mut self, from: i64) {
        self.end = self.end.min(from.max(0));
        self.sequence = None;
    }

    /// The place after the newest sample there is.
    pub(crate) fn end(&self) -> i64 {
        self.end
    }

    /// Adds what was said from a place on to a sum.
    pub(crate) fn add_to(&self, from: i64, sum: &mut [i32]) {
        let first = from.max(self.end - RING as i64).max(0);
        let skipped = usize::try_from(first - from).unwrap_or(0).min(sum.len());
        let count = usize::try_from(self.end - first).unwrap_or(0);
        for (total, place) in sum[skipped..].iter_mut().take(count).zip(first..) {
            *total += i32::from(self.ring[slot(place)]);
        }
    }

    pub(crate) fn sample(&self, place: i64) -> i16 {
        if self.has(place) {
            self.ring[slot(place)]
        } else {
            0
        }
    }

    /// Whether anything lies there, be it silence between what was said.
    pub(crate) fn has(&self, place: i64) -> bool {
        let begun = self.begin.is_some_and(|begin| place >= begin);
        begun && place < self.end && place >= self.end - RING as i64
    }
}

fn slot(place: i64) -> usize {
    // A mask, so that no index need be checked, and of two's complement also before the beginning.
    (place & (RING as i64 - 1)) as usize
}

/// Loud together is loud, not noise: the sum stops at what a sample holds.
pub(crate) fn clipped(total: i32) -> i16 {
    total.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}
