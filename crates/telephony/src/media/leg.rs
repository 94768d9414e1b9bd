//! A leg as the media threads share it. The thread that owns it hears with `ear` and drives the
//! clock of `mouth`; the thread that owns the other side of a bridge speaks through `mouth`.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use ::media::leg::{Incoming, Outgoing, Reporter};
use ::media::rtcp::NtpClock;
use ::media::{LegId, LegStats};

use super::browser::Browser;
use super::copier::{Copier, Form, Passing};
use super::ports::Pair;

/// Lock order: `reporter`, `ear`, `mouth`, browser of one leg, `copiers`; never the mouths of two.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) local: SocketAddr,
    pub(super) way: Way,
    ear: Mutex<Incoming>,
    mouth: Mutex<Outgoing>,
    reporter: Mutex<Reporter>,
    copiers: Mutex<Vec<Copier>>,
    /// Whether there are copiers: asked for each packet.
    is_captured: AtomicBool,
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
            copiers: Mutex::default(),
            is_captured: AtomicBool::new(false),
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
        let plain = self.is_captured().then(|| report.clone());
        if mouth.protect_report(&mut report).is_none() {
            return;
        }
        let to = match &self.way {
            Way::Plain(_) => reporter.destination(&mouth),
            Way::Browser(_) => mouth.destination(),
        };
        // A peer that reports from its audio port wants reports there (RFC 5761).
        let beside = self.browser().is_none() && mouth.destination() != to;
        let sent = match (&self.way, to) {
            (Way::Plain(pair), Some(to)) => {
                let socket = if beside { &pair.rtcp } else { &pair.rtp };
                socket.send_to(&report, to).is_ok()
            }
            (Way::Plain(_), None) => false,
            (Way::Browser(browser), _) => browser.send(&report),
        };
        if let (true, Some(plain), Some(to)) = (sent, plain, to) {
            self.copy_said(&mouth, (to, beside), &report, Some(&plain));
        }
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
        match sent {
            true if self.is_captured() => {
                self.copy_said(mouth, (destination, false), packet, mouth.plain());
            }
            true => {}
            false => mouth.send_failed(),
        }
    }

    /// From now on its packets are copied by that one too.
    pub(super) fn copied_by(&self, copier: Copier) {
        if copier.is_clear() {
            self.mouth().keep_plain(true);
        }
        locked(&self.copiers).push(copier);
        self.is_captured.store(true, Ordering::Relaxed);
    }

    /// A capture is over.
    pub(super) fn copied_no_more(&self, capture: u64) {
        self.keep_copiers(|copier| copier.number != capture);
        if !locked(&self.copiers).iter().any(Copier::is_clear) {
            self.mouth().keep_plain(false);
        }
    }

    pub(super) fn is_captured(&self) -> bool {
        self.is_captured.load(Ordering::Relaxed)
    }

    /// Copies a datagram as it came; of one that is protected, before it is opened.
    pub(super) fn copy_heard(
        &self,
        ear: &Incoming,
        (from, beside): (SocketAddr, bool),
        bytes: &[u8],
    ) {
        let form = match ear.is_protected() {
            true => Form::Sealed,
            false => Form::Plain,
        };
        self.copy_as(form, ear, (from, beside), bytes);
    }

    /// Copies what was in a protected datagram.
    pub(super) fn copy_opened(
        &self,
        ear: &Incoming,
        (from, beside): (SocketAddr, bool),
        bytes: &[u8],
    ) {
        if ear.is_protected() {
            self.copy_as(Form::Opened, ear, (from, beside), bytes);
        }
    }

    fn copy_as(
        &self,
        form: Form,
        ear: &Incoming,
        (from, beside): (SocketAddr, bool),
        bytes: &[u8],
    ) {
        self.copy(&Passing {
            ours: false,
            form,
            beside,
            to_or_from: from,
            agreed: ear.remote(),
            bytes,
        });
    }

    /// Copies what left, and what it was before it was protected.
    fn copy_said(
        &self,
        mouth: &Outgoing,
        (to, beside): (SocketAddr, bool),
        bytes: &[u8],
        plain: Option<&[u8]>,
    ) {
        let mut passing = Passing {
            ours: true,
            form: Form::Plain,
            beside,
            to_or_from: to,
            agreed: mouth.remote(),
            bytes,
        };
        if mouth.is_protected() {
            passing.form = Form::Sealed;
        }
        self.copy(&passing);
        if let (true, Some(bytes)) = (mouth.is_protected(), plain) {
            let form = Form::Opened;
            self.copy(&Passing {
                form,
                bytes,
                ..passing
            });
        }
    }

    fn copy(&self, passing: &Passing<'_>) {
        self.keep_copiers(|copier| copier.copy(self.id, passing));
    }

    fn keep_copiers(&self, keep: impl FnMut(&Copier) -> bool) {
        let mut copiers = locked(&self.copiers);
        copiers.retain(keep);
        self.is_captured
            .store(!copiers.is_empty(), Ordering::Relaxed);
    }
}

/// A thread that panicked while it held a leg has spoilt that leg at most, not the pool.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
