//! One continuous stream out of many sources: own SSRC, gapless sequence numbers, timestamps that
//! follow the clock across every change of source, so that the listener's jitter buffer and meters
//! see one sender that never stumbles.

use std::time::Instant;

use crate::codec::SAMPLE_RATE;
use crate::rtp::Packet;

/// A sequence number this far from the last is a sender's restart, not loss or lateness.
const SEQUENCE_STEP_MAX: i16 = 1_000;

/// A timestamp this far from where the clock puts it is a sender's restart: 2 s.
const TIMESTAMP_DRIFT_MAX: i64 = 2 * SAMPLE_RATE as i64;

#[derive(Debug)]
pub(super) struct Stream {
    ssrc: u32,
    next_sequence: u16,
    last: Option<Sent>,
    source: Source,
    first_timestamp: u32,
}

/// The newest thing sent.
#[derive(Debug, Clone, Copy)]
struct Sent {
    timestamp: u32,
    samples: u32,
    at: Instant,
}

/// Whose packets the stream carries at the moment.
#[derive(Debug)]
enum Source {
    Undecided,
    Own,
    Foreign(Mapping),
}

/// How a source's numbers become ours, since the last change of source.
#[derive(Debug, Clone, Copy)]
struct Mapping {
    ssrc: u32,
    first: u16,
    highest: u16,
    timestamp: u32,
    at: Instant,
    add_sequence: u16,
    add_timestamp: u32,
}

/// The header fields of a packet about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) ssrc: u32,
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
}

impl Stream {
    pub(super) fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Stream {
        Stream {
            ssrc,
            next_sequence: sequence,
            last: None,
            source: Source::Undecided,
            first_timestamp: timestamp,
        }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// The timestamp of this instant, for a sender report; `None` before anything was sent.
    pub(super) fn timestamp_at(&self, now: Instant) -> Option<u32> {
        let last = self.last?;
        Some(last.timestamp.wrapping_add(samples_between(last.at, now)))
    }

    /// Numbers for a frame of our own, the first after something else being marked.
    pub(super) fn own(&mut self, now: Instant, samples: u32) -> Numbers {
        let begins = !matches!(self.source, Source::Own);
        self.source = Source::Own;
        let timestamp = match self.last {
            Some(last) if !begins => last.timestamp.wrapping_add(last.samples),
            _ => self.timestamp_after(now),
        };
        self.send(now, timestamp, samples, begins)
    }

    /// Frames of our own were left out until now: the next one takes the clock's timestamp.
    pub(super) fn pause(&mut self, now: Instant) {
        if let Some(last) = &mut self.last {
            let passed = samples_between(last.at, now).max(last.samples);
            last.timestamp = last.timestamp.wrapping_add(passed);
            last.samples = 0;
            last.at = now;
        }
    }

    /// Numbers for another sender's packet; `None` if it is too late to be placed.
    pub(super) fn forward(
        &mut self,
        now: Instant,
        packet: &Packet<'_>,
        samples: u32,
    ) -> Option<Numbers> {
        let begins = !self.continues(now, packet);
        if begins {
            self.adopt(now, packet);
        }
        let Source::Foreign(mapping) = &mut self.source else {
            return None;
        };
        if (packet.sequence.wrapping_sub(mapping.first) as i16) < 0 {
            return None;
        }
        let numbers = Numbers {
            ssrc: self.ssrc,
            sequence: packet.sequence.wrapping_add(mapping.add_sequence),
            timestamp: packet.timestamp.wrapping_add(mapping.add_timestamp),
            marker: begins || packet.marker,
        };
        if begins || (packet.sequence.wrapping_sub(mapping.highest) as i16) > 0 {
            mapping.highest = packet.sequence;
            if begins || mapping.timestamp != packet.timestamp {
                mapping.timestamp = packet.timestamp;
                mapping.at = now;
            }
            self.next_sequence = numbers.sequence.wrapping_add(1);
            self.last = Some(Sent {
                timestamp: numbers.timestamp,
                samples,
                at: now,
            });
        }
        Some(numbers)
    }

    /// A packet of the source is not sent: the next one takes its number, so that the listener
    /// does not count it as lost.
    pub(super) fn pass_over(&mut self, packet: &Packet<'_>) {
        if let Source::Foreign(mapping) = &mut self.source
            && mapping.ssrc == packet.ssrc
            && packet.sequence.wrapping_sub(mapping.highest) as i16 > 0
        {
            mapping.highest = packet.sequence;
            mapping.add_sequence = mapping.add_sequence.wrapping_sub(1);
        }
    }

    /// The next packet begins a new stretch, whoever sends it.
    pub(super) fn cut(&mut self) {
        self.source = Source::Undecided;
    }

    fn continues(&self, now: Instant, packet: &Packet<'_>) -> bool {
        let Source::Foreign(mapping) = &self.source else {
            return false;
        };
        let step = packet.sequence.wrapping_sub(mapping.highest) as i16;
        let passed = i64::from(samples_between(mapping.at, now));
        let drift = i64::from(packet.timestamp.wrapping_sub(mapping.timestamp) as i32) - passed;
        mapping.ssrc == packet.ssrc
            && step.unsigned_abs() <= SEQUENCE_STEP_MAX.unsigned_abs()
            // All packets of a key carry one timestamp, however long it is held.
            && (packet.timestamp == mapping.timestamp || drift.abs() <= TIMESTAMP_DRIFT_MAX)
    }

    fn adopt(&mut self, now: Instant, packet: &Packet<'_>) {
        let timestamp = self.timestamp_after(now);
        self.source = Source::Foreign(Mapping {
            ssrc: packet.ssrc,
            first: packet.sequence,
            highest: packet.sequence,
            timestamp: packet.timestamp,
            at: now,
            add_sequence: self.next_sequence.wrapping_sub(packet.sequence),
            add_timestamp: timestamp.wrapping_sub(packet.timestamp),
        });
    }

    /// Where the clock puts the next packet, but never inside the last one.
    fn timestamp_after(&self, now: Instant) -> u32 {
        match self.last {
            Some(last) => {
                let passed = samples_between(last.at, now).max(last.samples);
                last.timestamp.wrapping_add(passed)
            }
            None => self.first_timestamp,
        }
    }

    fn send(&mut self, now: Instant, timestamp: u32, samples: u32, marker: bool) -> Numbers {
        let sequence = self.next_sequence;
        self.next_sequence = sequence.wrapping_add(1);
        self.last = Some(Sent {
            timestamp,
            samples,
            at: now,
        });
        Numbers {
            ssrc: self.ssrc,
            sequence,
            timestamp,
            marker,
        }
    }
}

fn samples_between(from: Instant, to: Instant) -> u32 {
    let micros = to.saturating_duration_since(from).as_micros();
    (micros * u128::from(SAMPLE_RATE) / 1_000_000) as u32
}
