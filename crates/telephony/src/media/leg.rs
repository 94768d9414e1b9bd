//! A leg as the media threads share it. The thread that owns it hears with `ear` and drives the
//! clock of `mouth`; the thread that owns the other side of a bridge speaks through `mouth`.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ::media::leg::{Incoming, Outgoing, Reporter};
use ::media::rtcp::NtpClock;
use ::media::{LegId, LegStats};

use super::browser::Browser;
use super::ports::Pair;

/// Lock order: `reporter`, `ear`, `mouth`, browser of one leg; never the mouths of two.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) local: SocketAddr,
    pub(super) way: Way,
    ear: Mutex<Incoming>,
    mouth: Mutex<Outgoing>,
    reporter: Mutex<Reporter>,
}

/// How a leg's packets travel.
#[derive(Debug)]
pub(super) enum Way {
    /// As plain RTP and RTCP, through two sockets of its own.
    Plain(Pair),
    /// To and from a browser (DTLS-SRTP), through a socket that many share.
    Browser(Box<Browser>),
}

impl Leg {
    pub(super) fn new(id: LegId, local: SocketAddr, way: Way, clock: NtpClock, seed: u64) -> Leg {
        let mouth = match &way {
            Way::Plain(_) => Outgoing::new(seed),
            Way::Browser(browser) => Outgoing::to_page(browser.ssrc(), seed),
        };
        Leg {
            id,
            local,
            way,
            ear: Mutex::new(Incoming::new()),
            mouth: Mutex::new(mouth),
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

    /// Its browser, if it is one's.
    pub(super) fn browser(&self) -> Option<&Browser> {
        match &self.way {
            Way::Browser(browser) => Some(browser),
            Way::Plain(_) => None,
        }
    }

    /// Sends the report that is due, or the last one.
    pub(super) fn report(&self, now: Instant, bye: bool) {
        let mut reporter = self.reporter();
        let (ear, mut mouth) = (self.ear(), self.mouth());
        let report = match bye {
            true => reporter.bye(now, &ear, &mouth),
            false => reporter.report(now, &ear, &mouth),
        };
        let Some(mut report) = report else {
            return;
        };
        if mouth.protect_report(&mut report).is_none() {
            return;
        }
        let sent = match &self.way {
            Way::Plain(pair) => reporter.destination(&mouth).is_some_and(|to| {
                // A peer that reports from its audio port wants reports there (RFC 5761).
                let one_port = mouth.destination() == Some(to);
                let socket = if one_port { &pair.rtp } else { &pair.rtcp };
                socket.send_to(&report, to).is_ok()
            }),
            Way::Browser(browser) => browser.send(&report),
        };
        if sent {
            reporter.sent();
        }
    }

    /// Takes a datagram that should be a report, opened already.
    pub(super) fn take_report(&self, now: Instant, from: SocketAddr, report: &[u8]) {
        let mut reporter = self.reporter();
        let mut ear = self.ear();
        // A browser's was proved by its keys.
        if self.browser().is_none() && !ear.admits_report(from) {
            return;
        }
        let own = self.mouth().ssrc();
        if !reporter.receive(now, from, report, &ear, own) {
            ear.malformed();
        }
    }

    /// Sends to where the peer is now; what the network does not take is counted, not kept.
    pub(super) fn send(&self, mouth: &mut Outgoing, packet: &[u8]) {
        let Some(destination) = mouth.destination() else {
            return;
        };
        let sent = match &self.way {
            Way::Plain(pair) => pair.rtp.send_to(packet, destination).is_ok(),
            Way::Browser(browser) => browser.send(packet),
        };
        if !sent {
            mouth.send_failed();
        }
    }
}

/// A thread that panicked while it held a leg has spoilt that leg at most, not the pool.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
