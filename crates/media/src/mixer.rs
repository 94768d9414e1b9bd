//! Several legs that all hear each other: each hears the sum of the others.
//!
//! What a leg says is laid on a time line common to all, a fixed while after
//! it came, so that late packets still find their place; what did not come is
//! silence. A sender whose clock drifts, or that pauses, is laid on anew: nobody
//! is heard later than [`LEAD_MAX`] after they spoke. Used only where audio is
//! mixed; two legs are bridged by forwarding their packets.

use std::time::{Duration, Instant};

use crate::codec::{FRAME_SAMPLES, SAMPLE_RATE};
use crate::{Codec, LegId, g711};

/// How long after it came a packet is heard: what a jittery network is late by.
const LEAD: i64 = samples(Duration::from_millis(60));
/// Laid on this far ahead or more, a sender is laid on anew.
const LEAD_MAX: i64 = samples(Duration::from_millis(160));
/// Samples kept of each leg: more than the lead and the longest packet. A power
/// of two, so that places are found by masking.
const RING: usize = 4_096;
/// The longest packet mixed; longer ones are cut.
const PACKET_MAX: usize = 1_280;
/// The most that sit together. More would be a meeting, not a call.
pub const SEATS_MAX: usize = 4;

const fn samples(span: Duration) -> i64 {
    span.as_millis() as i64 * SAMPLE_RATE as i64 / 1_000
}

/// The legs that hear each other.
#[derive(Debug)]
pub struct Mixer {
    began: Instant,
    seats: Vec<Seat>,
}

/// One leg of them.
#[derive(Debug)]
struct Seat {
    leg: LegId,
    ring: Box<[i16; RING]>,
    /// The place after the newest sample there is.
    end: i64,
    /// The place after the newest sample that was ever asked for.
    read: Option<i64>,
    anchor: Option<Anchor>,
}

/// Where a sender's timestamps lie on the time line.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    ssrc: u32,
    timestamp: u32,
    place: i64,
}

impl Mixer {
    /// A mixer of these legs; more than [`SEATS_MAX`] are not seated.
    pub fn new(now: Instant, legs: &[LegId]) -> Mixer {
        let seats = legs.iter().take(SEATS_MAX).map(|leg| Seat::new(*leg));
        Mixer {
            began: now,
            seats: seats.collect(),
        }
    }

    /// A leg has said this.
    pub fn hear(
        &mut self,
        now: Instant,
        leg: LegId,
        codec: Codec,
        (ssrc, timestamp): (u32, u32),
        payload: &[u8],
    ) {
        let at = self.place(now);
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.leg == leg) else {
            return;
        };
        let payload = &payload[..payload.len().min(PACKET_MAX)];
        let place = seat.place_of(at, ssrc, timestamp);
        seat.lay(place, codec, payload);
    }

    /// The next frame a leg hears; every leg asks each 20 ms, on its own beat.
    pub fn frame(
        &mut self,
        now: Instant,
        leg: LegId,
        codec: Codec,
        frame: &mut [u8; FRAME_SAMPLES],
    ) {
        let at = self.place(now);
        let mut sum = [0i32; FRAME_SAMPLES];
        let from = self.seats.iter_mut().find(|seat| seat.leg == leg);
        let from = from.map_or(at, |seat| seat.next_read(at));
        for seat in self.seats.iter().filter(|seat| seat.leg != leg) {
            for (total, place) in sum.iter_mut().zip(from..) {
                *total += i32::from(seat.sample(place));
            }
        }
        for (code, total) in frame.iter_mut().zip(sum) {
            *code = g711::encode(codec, clipped(total));
        }
    }

    /// The place on the time line of an instant.
    fn place(&self, now: Instant) -> i64 {
        let micros = now.saturating_duration_since(self.began).as_micros() as i64;
        micros * i64::from(SAMPLE_RATE) / 1_000_000
    }
}

impl Seat {
    fn new(leg: LegId) -> Seat {
        Seat {
            leg,
            ring: Box::new([0; RING]),
            end: 0,
            read: None,
            anchor: None,
        }
    }

    /// Where a packet goes, that came at `at`.
    fn place_of(&mut self, at: i64, ssrc: u32, timestamp: u32) -> i64 {
        let known = self.anchor.filter(|anchor| anchor.ssrc == ssrc);
        let place = known.map(|anchor| {
            let step = timestamp.wrapping_sub(anchor.timestamp) as i32;
            anchor.place + i64::from(step)
        });
        // Late by all of the lead, or far ahead: the sender's clock is not ours.
        let place = place.filter(|place| (at..=at + LEAD_MAX).contains(place));
        let place = place.unwrap_or(at + LEAD);
        self.anchor = Some(Anchor {
            ssrc,
            timestamp,
            place,
        });
        place
    }

    fn lay(&mut self, place: i64, codec: Codec, payload: &[u8]) {
        // Between what there is and what comes now lies silence.
        let first = self.end.max(place - RING as i64);
        for gap in first..place {
            self.ring[slot(gap)] = 0;
        }
        for (code, place) in payload.iter().zip(place..) {
            self.ring[slot(place)] = g711::decode(codec, *code);
        }
        self.end = self.end.max(place + payload.len() as i64);
    }

    fn sample(&self, place: i64) -> i16 {
        let there = place < self.end && place >= self.end - RING as i64 && place >= 0;
        if there { self.ring[slot(place)] } else { 0 }
    }

    /// Where the frame begins that this leg hears next: after the last one, as
    /// long as its beat keeps up with the clock.
    fn next_read(&mut self, at: i64) -> i64 {
        let frame = FRAME_SAMPLES as i64;
        let from = self.read.filter(|read| (read - at).abs() < 2 * frame);
        let from = from.unwrap_or(at);
        self.read = Some(from + frame);
        from
    }
}

fn slot(place: i64) -> usize {
    place.rem_euclid(RING as i64) as usize
}

/// Loud together is loud, not noise: the sum stops at what a sample holds.
fn clipped(total: i32) -> i16 {
    total.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests;
