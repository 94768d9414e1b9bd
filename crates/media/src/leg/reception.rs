//! What arrived of one stream and how regularly: RFC 3550, appendices A.1 (sequence), A.3 (loss)
//! and A.8 (jitter), with duplicates told apart.

use std::time::Instant;

use crate::codec::SAMPLE_RATE;
use crate::rtp::Packet;

/// A gap larger than this is a new start, not loss (A.1, `MAX_DROPOUT`).
const DROPOUT_MAX: u16 = 3_000;

/// Packets older than this are a new start, not late (A.1, `MAX_MISORDER`).
const MISORDER_MAX: u16 = 100;

/// A timestamp step further than this from the clock's is a sender's restart, not jitter.
const JITTER_STEP_MAX: f64 = 2.0 * SAMPLE_RATE as f64;

/// How a packet stands to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The newest so far.
    Next,
    /// One that a newer one overtook.
    Late,
    /// One that came already.
    Duplicate,
    /// Far from all others; if the next one follows it, the sender has begun anew.
    Stray,
}

#[derive(Debug)]
pub(super) struct Reception {
    pub(super) ssrc: u32,
    base: u64,
    highest: u64,
    received: u64,
    /// Bit n: the packet n before the highest has come.
    window: u128,
    stray: Option<u16>,
    jitter: f64,
    last: Option<(Instant, u32)>,
    /// Of streams or stretches that ended.
    lost_before: u64,
}

impl Reception {
    pub(super) fn new(packet: &Packet<'_>) -> Reception {
        let first = u64::from(packet.sequence);
        Reception {
            ssrc: packet.ssrc,
            base: first,
            highest: first,
            received: 0,
            window: 0,
            stray: None,
            jitter: 0.0,
            last: None,
            lost_before: 0,
        }
    }

    /// Begins another stream; its loss adds to the loss of those before.
    pub(super) fn restart(&mut self, packet: &Packet<'_>) {
        *self = Reception {
            lost_before: self.lost(),
            ..Reception::new(packet)
        };
    }

    pub(super) fn receive(&mut self, packet: &Packet<'_>) -> Arrival {
        if self.received == 0 {
            self.received = 1;
            self.window = 1;
            return Arrival::Next;
        }
        let ahead = packet.sequence.wrapping_sub(self.highest as u16);
        let behind = ahead.wrapping_neg();
        if ahead == 0 {
            Arrival::Duplicate
        } else if ahead < DROPOUT_MAX {
            self.advance(ahead)
        } else if behind <= MISORDER_MAX {
            self.fill(behind)
        } else if self.stray == Some(packet.sequence) {
            let jitter = self.jitter;
            self.restart(packet);
            self.jitter = jitter;
            self.receive(packet)
        } else {
            self.stray = Some(packet.sequence.wrapping_add(1));
            Arrival::Stray
        }
    }

    fn advance(&mut self, ahead: u16) -> Arrival {
        self.window = self.window.checked_shl(u32::from(ahead)).unwrap_or(0) | 1;
        self.highest += u64::from(ahead);
        self.received += 1;
        self.stray = None;
        Arrival::Next
    }

    fn fill(&mut self, behind: u16) -> Arrival {
        let bit = 1u128 << behind;
        if self.window & bit != 0 {
            return Arrival::Duplicate;
        }
        self.window |= bit;
        self.received += 1;
        // One from before the first: it was expected after all.
        self.base = self
            .base
            .min(self.highest.saturating_sub(u64::from(behind)));
        Arrival::Late
    }

    /// Interarrival jitter of audio; events repeat one timestamp and would spoil it.
    pub(super) fn time(&mut self, now: Instant, timestamp: u32) {
        if let Some((at, before)) = self.last {
            let clock = now.saturating_duration_since(at).as_secs_f64() * f64::from(SAMPLE_RATE);
            let step = f64::from(timestamp.wrapping_sub(before) as i32);
            let late = (clock - step).abs();
            if late < JITTER_STEP_MAX {
                self.jitter += (late - self.jitter) / 16.0;
            }
        }
        self.last = Some((now, timestamp));
    }

    /// Packets expected since the stream began.
    pub(super) fn expected(&self) -> u64 {
        self.highest - self.base + 1
    }

    /// Packets of the stream that came.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Packets that never came, of this stream and those before.
    pub(super) fn lost(&self) -> u64 {
        self.lost_before + self.expected().saturating_sub(self.received)
    }

    /// The highest sequence number with its wraps, as a report states it.
    pub(super) fn highest(&self) -> u32 {
        self.highest as u32
    }

    /// Jitter in timestamp units.
    pub(super) fn jitter(&self) -> f64 {
        self.jitter
    }
}
