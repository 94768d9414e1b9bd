//! Several legs that hear each other: each hears the sum of the others, or of those it may hear.
//!
//! What a leg says is laid on a time line common to all, a fixed while after
//! it came, so that late packets still find their place; what did not come is
//! silence. A sender whose clock drifts, or that pauses, is laid on anew: nobody
//! is heard later than [`LEAD_MAX`] after they spoke. Used only where audio is
//! mixed; two legs are bridged by forwarding their packets.

use std::time::{Duration, Instant};

use crate::codec::FRAME_SAMPLES;
use crate::voice::{Fit, Voice, clipped, place_of, samples};
use crate::{Codec, LegId, g711};

/// How long after it came a packet is heard: what a jittery network is late by.
const LEAD: i64 = samples(Duration::from_millis(60));
/// Laid on this far ahead or more, a sender is laid on anew.
const LEAD_MAX: i64 = samples(Duration::from_millis(160));
const FIT: Fit = Fit {
    from: 0,
    to: LEAD_MAX,
    anew: LEAD,
};
/// The most that sit together. More would be a meeting, not a call.
pub const SEATS_MAX: usize = 4;

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
    /// Whom it hears, as places in the list of seats.
    hears: u8,
    voice: Voice,
    /// The place after the newest sample that was ever asked for.
    read: Option<i64>,
}

impl Mixer {
    /// A mixer of legs that all hear each other; more than [`SEATS_MAX`] are not seated.
    pub fn new(now: Instant, legs: &[LegId]) -> Mixer {
        let all: Vec<_> = legs.iter().map(|leg| (*leg, legs.to_vec())).collect();
        Mixer::of(now, &all)
    }

    /// A mixer of legs with whom each of them hears; nobody hears themselves.
    pub fn of(now: Instant, legs: &[(LegId, Vec<LegId>)]) -> Mixer {
        let legs = &legs[..legs.len().min(SEATS_MAX)];
        let seats = legs.iter().map(|(leg, hears)| {
            let heard = |other: &LegId| other != leg && hears.contains(other);
            let places = legs.iter().enumerate();
            let hears = places.filter(|(_, (other, _))| heard(other));
            Seat::new(*leg, hears.map(|(place, _)| 1 << place).sum())
        });
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
        let (place, _) = seat.voice.place(at, ssrc, timestamp);
        seat.voice.lay(place, codec, payload);
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
        let own = self.seats.iter_mut().find(|seat| seat.leg == leg);
        let (from, hears) = own.map_or((at, 0), |seat| (seat.next_read(at), seat.hears));
        let seats = self.seats.iter().enumerate();
        for (_, seat) in seats.filter(|(place, _)| hears & (1 << place) != 0) {
            seat.voice.add_to(from, &mut sum);
        }
        for (code, total) in frame.iter_mut().zip(sum) {
            *code = g711::encode(codec, clipped(total));
        }
    }

    /// The place on the time line of an instant.
    fn place(&self, now: Instant) -> i64 {
        place_of(self.began, now)
    }
}

impl Seat {
    fn new(leg: LegId, hears: u8) -> Seat {
        Seat {
            leg,
            hears,
            voice: Voice::new(FIT),
            read: None,
        }
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

#[cfg(test)]
mod tests;
