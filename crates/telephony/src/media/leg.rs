//! A leg as the media threads share it. The thread that owns it hears with `ear` and drives the
//! clock of `mouth`; the thread that owns the other side of a bridge speaks through `mouth`.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ::media::leg::{Incoming, Outgoing, Reporter};
use ::media::rtcp::NtpClock;
use ::media::{LegId, LegStats};
use mio::net::UdpSocket;

use super::ports::Pair;

/// Lock order: `reporter`, `ear`, `mouth` of one leg; never the mouths of two.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) local: SocketAddr,
    pub(super) rtp: UdpSocket,
    pub(super) rtcp: UdpSocket,
    ear: Mutex<Incoming>,
    mouth: Mutex<Outgoing>,
    reporter: Mutex<Reporter>,
}

impl Leg {
    pub(super) fn new(id: LegId, pair: Pair, clock: NtpClock, seed: u64) -> Leg {
        Leg {
            id,
            local: pair.local,
            rtp: pair.rtp,
            rtcp: pair.rtcp,
            ear: Mutex::new(Incoming::new()),
            mouth: Mutex::new(Outgoing::new(seed)),
            reporter: Mutex::new(Reporter::new(clock, seed)),
        }
    }

    pub(super) fn ear(&self) -> MutexGuard<'_, Incoming> {
        locked(&self.ear)
    }

    pub(super) fn mouth(&self) -> MutexGuard<'_, Outgoing> {
        locked(&self.mouth)
    }

    pub(super) fn reporter(&self) -> MutexGuard<'_, Reporter> {
        locked(&self.reporter)
    }

    pub(super) fn stats(&self) -> LegStats {
        let mut stats = LegStats::default();
        self.ear().add_to(&mut stats);
        self.mouth().add_to(&mut stats);
        self.reporter().add_to(&mut stats);
        stats
    }

    /// Sends the report that is due, or the last one.
    pub(super) fn report(&self, now: Instant, bye: bool) {
        let mut reporter = self.reporter();
        let (ear, mouth) = (self.ear(), self.mouth());
        let report = match bye {
            true => reporter.bye(now, &ear, &mouth),
            false => reporter.report(now, &ear, &mouth),
        };
        if let (Some(report), Some(to)) = (report, reporter.destination(&mouth)) {
            // A peer that reports from its audio port wants reports there (RFC 5761).
            let one_port = mouth.destination() == Some(to);
            let socket = if one_port { &self.rtp } else { &self.rtcp };
            if socket.send_to(&report, to).is_ok() {
                reporter.sent();
            }
        }
    }

    /// Takes a datagram that should be a report.
    pub(super) fn take_report(&self, now: Instant, from: SocketAddr, report: &[u8]) {
        let mut reporter = self.reporter();
        let mut ear = self.ear();
        if !ear.admits_report(from) {
            return;
        }
        let own = self.mouth().ssrc();
        if !reporter.receive(now, from, report, &ear, own) {
            ear.malformed();
        }
    }

    /// Sends to where the peer is now; what the network does not take is counted, not kept.
    pub(super) fn send(&self, mouth: &mut Outgoing, packet: &[u8]) {
        if let Some(destination) = mouth.destination()
            && self.rtp.send_to(packet, destination).is_err()
        {
            mouth.send_failed();
        }
    }
}

/// A thread that panicked while it held a leg has spoilt that leg at most, not the pool.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
