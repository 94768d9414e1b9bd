//! When a leg reports (RFC 3550, section 6.2) and what it learns from its peer's reports: round
//! trip, and the loss and jitter that the peer sees.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Incoming, Outgoing, scramble};
use crate::LegStats;
use crate::codec::SAMPLE_RATE;
use crate::rtcp::{self, Compound, NtpClock, ReportBlock};

/// Between two reports, on average; the first comes after half of it. The least RFC 3550 allows.
const INTERVAL: Duration = Duration::from_secs(5);

/// The reporting side of a leg.
#[derive(Debug)]
pub struct Reporter {
    clock: NtpClock,
    name: String,
    chance: u64,
    due: Option<Instant>,
    /// Where the peer's reports come from, once one has come.
    learned: Option<SocketAddr>,
    /// The peer's last sender report: its stream, its middle bits, and when it came.
    sender_report: Option<(u32, u32, Instant)>,
    before: Before,
    stats: LegStats,
}

/// Figures at the last report, from which the next one's shares are taken.
#[derive(Debug, Default)]
struct Before {
    ssrc: u32,
    expected: u64,
    received: u64,
    packets_sent: u32,
}

/// What a leg's reception amounts to at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) ssrc: u32,
    pub(super) expected: u64,
    pub(super) received: u64,
    pub(super) highest: u32,
    pub(super) jitter: f64,
}

impl Reporter {
    /// A reporter that is not yet due; the seed gives its name and the spread of its reports.
    pub fn new(clock: NtpClock, seed: u64) -> Reporter {
        let chance = scramble(seed ^ 0x0C4A_3E00);
        Reporter {
            clock,
            // Short-lived and without a host in it (RFC 7022).
            name: format!("{:016x}", scramble(chance)),
            chance,
            due: None,
            learned: None,
            sender_report: None,
            before: Before::default(),
            stats: LegStats::default(),
        }
    }

    /// A peer is known: reports begin.
    pub fn start(&mut self, now: Instant) {
        if self.due.is_none() {
            self.due = Some(now + self.spread(INTERVAL / 2));
        }
    }

    /// When [`Reporter::report`] should be asked for next.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Makes the report that is due, if one is.
    pub fn report(&mut self, now: Instant, ear: &Incoming, mouth: &Outgoing) -> Option<Vec<u8>> {
        self.due.filter(|due| *due <= now)?;
        self.due = Some(now + self.spread(INTERVAL));
        Some(self.make(now, ear, mouth, false))
    }

    /// Makes the last report; `None` if there never was a peer.
    pub fn bye(&mut self, now: Instant, ear: &Incoming, mouth: &Outgoing) -> Option<Vec<u8>> {
        self.due.take()?;
        Some(self.make(now, ear, mouth, true))
    }

    /// Where reports go: where the peer's come from, else one port above its audio.
    pub fn destination(&self, mouth: &Outgoing) -> Option<SocketAddr> {
        let audio = mouth.destination()?;
        let port = audio.port().checked_add(1)?;
        Some(self.learned.unwrap_or(SocketAddr::new(audio.ip(), port)))
    }

    /// A report left.
    pub fn sent(&mut self) {
        self.stats.rtcp_out += 1;
    }

    /// Takes a report of the peer; false if it is none.
    pub fn receive(
        &mut self,
        now: Instant,
        from: SocketAddr,
        report: &[u8],
        ear: &Incoming,
        own_ssrc: u32,
    ) -> bool {
        let Some(compound) = rtcp::parse(report) else {
            return false;
        };
        self.stats.rtcp_in += 1;
        self.learned = Some(from);
        self.learn(now, &compound, ear, own_ssrc);
        true
    }

    fn learn(&mut self, now: Instant, compound: &Compound, ear: &Incoming, own_ssrc: u32) {
        if let (Some((ssrc, info)), Some(reading)) = (compound.sender, ear.reading())
            && ssrc == reading.ssrc
        {
            self.sender_report = Some((ssrc, rtcp::middle(info.ntp), now));
        }
        let of_ours = compound.blocks.iter().find(|block| block.ssrc == own_ssrc);
        if let Some(block) = of_ours {
            self.stats.remote_lost = Some(block.lost);
            self.stats.remote_jitter_ms = Some(milliseconds(f64::from(block.jitter)));
            if let Some(rtt) = self.round_trip(now, block) {
                self.stats.rtt_ms = Some(rtt);
            }
        }
    }

    /// A - LSR - DLSR (6.4.1). A peer that invents these gets no answer, or a wrong one of its own.
    fn round_trip(&self, now: Instant, block: &ReportBlock) -> Option<f64> {
        if block.last_sender_report == 0 {
            return None;
        }
        let now = rtcp::middle(self.clock.now(now));
        let trip = now
            .wrapping_sub(block.last_sender_report)
            .wrapping_sub(block.delay) as i32;
        // Rounding on both sides may make a trip of nothing negative by a unit or two.
        (trip >= -4).then(|| f64::from(trip.max(0)) * 1_000.0 / 65_536.0)
    }

    fn make(&mut self, now: Instant, ear: &Incoming, mouth: &Outgoing, bye: bool) -> Vec<u8> {
        let block = ear.reading().map(|reading| self.block(now, reading));
        let sender = mouth.sender_info(now, self.clock.now(now));
        let sender = sender.filter(|info| info.packets != self.before.packets_sent);
        if let Some(info) = sender {
            self.before.packets_sent = info.packets;
        }
        rtcp::write(mouth.ssrc(), sender, block, &self.name, bye)
    }

    fn block(&mut self, now: Instant, reading: Reading) -> ReportBlock {
        if reading.ssrc != self.before.ssrc || reading.expected < self.before.expected {
            self.before = Before {
                ssrc: reading.ssrc,
                packets_sent: self.before.packets_sent,
                ..Before::default()
            };
        }
        let expected = reading.expected - self.before.expected;
        let received = reading.received.saturating_sub(self.before.received);
        self.before.expected = reading.expected;
        self.before.received = reading.received;
        let share = (expected.saturating_sub(received) * 256)
            .checked_div(expected)
            .unwrap_or(0);
        let (last_sender_report, delay) = match self.sender_report {
            Some((ssrc, report, at)) if ssrc == reading.ssrc => {
                (report, rtcp::units(now.saturating_duration_since(at)))
            }
            _ => (0, 0),
        };
        ReportBlock {
            ssrc: reading.ssrc,
            fraction_lost: share.min(255) as u8,
            lost: reading.expected as i32 - reading.received as i32,
            highest: reading.highest,
            jitter: reading.jitter as u32,
            last_sender_report,
            delay,
        }
    }

    /// Half to one and a half times as long, so that legs do not report in step.
    fn spread(&mut self, interval: Duration) -> Duration {
        self.chance = scramble(self.chance);
        interval.mul_f64(0.5 + (self.chance >> 11) as f64 / (1u64 << 53) as f64)
    }

    /// Adds the figures of the reports.
    pub fn add_to(&self, stats: &mut LegStats) {
        stats.rtcp_in = self.stats.rtcp_in;
        stats.rtcp_out = self.stats.rtcp_out;
        stats.rtt_ms = self.stats.rtt_ms;
        stats.remote_lost = self.stats.remote_lost;
        stats.remote_jitter_ms = self.stats.remote_jitter_ms;
    }
}

fn milliseconds(samples: f64) -> f64 {
    samples * 1_000.0 / f64::from(SAMPLE_RATE)
}
