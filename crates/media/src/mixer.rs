//! Several legs that hear each other: each hears the sum of the others, or of those it may hear.
//!
//! What a leg says is laid on a time line common to all, a fixed while after
//! it came, so that late packets still find their place; a packet that is lost
//! is filled by what was said before it. A sender whose clock drifts, or that
//! pauses, is laid on anew: nobody is heard later than [`LEAD_MAX`] after they
//! spoke. Who comes is faded in, and who is heard no more is faded out: a step
//! would be a click. Used only where audio is mixed; two legs are bridged by
//! forwarding their packets.

use std::time::{Duration, Instant};

use crate::codec::FRAME_SAMPLES;
use crate::rtp::Packet;
use crate::voice::{Fit, Said, Voice, clipped, place_of, samples};
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

/// How long a voice takes to come or go.
const FADE: u16 = samples(Duration::from_millis(60)) as u16;

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
    /// Whom it hears, or still hears fading, and how far each has come: of [`FADE`] samples.
    hears: Vec<Heard>,
    voice: Voice,
    /// The place after the newest sample that was ever asked for.
    read: Option<i64>,
}

/// Somebody as one leg hears them.
#[derive(Clone, Copy, Debug)]
struct Heard {
    leg: LegId,
    strength: u16,
    /// Otherwise they are on their way out.
    stays: bool,
}

impl Mixer {
    /// A mixer of legs that all hear each other; more than [`SEATS_MAX`] are not seated.
    pub fn new(now: Instant, legs: &[LegId]) -> Mixer {
        let all: Vec<_> = legs.iter().map(|leg| (*leg, legs.to_vec())).collect();
        Mixer::of(now, &all)
    }

    /// A mixer of legs with whom each of them hears; nobody hears themselves.
    pub fn of(now: Instant, legs: &[(LegId, Vec<LegId>)]) -> Mixer {
        let mut mixer = Mixer {
            began: now,
            seats: Vec::new(),
        };
        mixer.arrange(legs);
        mixer
    }

    /// Says anew who hears whom; those who go on hearing each other notice nothing.
    pub fn arrange(&mut self, legs: &[(LegId, Vec<LegId>)]) {
        let legs = &legs[..legs.len().min(SEATS_MAX)];
        self.seats
            .retain(|seat| legs.iter().any(|(leg, _)| *leg == seat.leg));
        for (leg, hears) in legs {
            let place = self.seats.iter().position(|seat| seat.leg == *leg);
            let place = place.unwrap_or_else(|| {
                self.seats.push(Seat::new(*leg));
                self.seats.len() - 1
            });
            let there = |other: &&LegId| *other != leg && legs.iter().any(|(leg, _)| leg == *other);
            self.seats[place].listen_to(hears.iter().filter(there));
        }
    }

    /// A leg has said this.
    pub fn hear(&mut self, now: Instant, leg: LegId, codec: Codec, packet: &Packet<'_>) {
        let at = self.place(now);
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.leg == leg) else {
            return;
        };
        let said = Said {
            ssrc: packet.ssrc,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            codec,
            codes: packet.payload,
        };
        seat.voice.hear(at, said);
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
        let Some(own) = self.seats.iter().position(|seat| seat.leg == leg) else {
            return frame.fill(codec.silence());
        };
        let from = self.seats[own].next_read(at);
        let mut hears = std::mem::take(&mut self.seats[own].hears);
        for heard in &mut hears {
            let other = self.seats.iter().find(|seat| seat.leg == heard.leg);
            if let Some(seat) = other {
                heard.add(&seat.voice, from, &mut sum);
            }
        }
        hears.retain(|heard| heard.stays || heard.strength > 0);
        self.seats[own].hears = hears;
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
    fn new(leg: LegId) -> Seat {
        Seat {
            leg,
            hears: Vec::new(),
            voice: Voice::new(FIT),
            read: None,
        }
    }

    /// Hears these from now on.
    fn listen_to<'a>(&mut self, legs: impl Iterator<Item = &'a LegId>) {
        for heard in &mut self.hears {
            heard.stays = false;
        }
        for leg in legs {
            match self.hears.iter_mut().find(|heard| heard.leg == *leg) {
                Some(heard) => heard.stays = true,
                None => self.hears.push(Heard {
                    leg: *leg,
                    strength: 0,
                    stays: true,
                }),
            }
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

impl Heard {
    /// Adds what they say from a place on. They come and go by what is heard of them: silence moves
    /// nothing.
    fn add(&mut self, voice: &Voice, from: i64, sum: &mut [i32; FRAME_SAMPLES]) {
        if self.stays && self.strength == FADE {
            return voice.add_to(from, sum);
        }
        for (total, place) in sum.iter_mut().zip(from..) {
            let said = voice.has(place);
            self.strength = match self.stays {
                true if said => (self.strength + 1).min(FADE),
                true => self.strength,
                false => self.strength.saturating_sub(1),
            };
            let strength = i32::from(self.strength);
            *total += i32::from(voice.sample(place)) * strength / i32::from(FADE);
        }
    }
}

#[cfg(test)]
mod tests;
