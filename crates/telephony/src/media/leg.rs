//! A leg as the media threads share it. The thread that owns it hears with `ear` and drives the
//! clock of `mouth`; the thread that owns the other side of a bridge speaks through `mouth`.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::media::leg::{Incoming, Outgoing};
use ::media::{LegId, LegStats};
use mio::net::UdpSocket;

use super::ports::Pair;

/// Lock order: `ear` before `mouth` of one leg; never the mouths of two.
#[derive(Debug)]
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) local: SocketAddr,
    pub(super) rtp: UdpSocket,
    pub(super) rtcp: UdpSocket,
    ear: Mutex<Incoming>,
    mouth: Mutex<Outgoing>,
}

impl Leg {
    pub(super) fn new(id: LegId, pair: Pair, seed: u64) -> Leg {
        Leg {
            id,
            local: pair.local,
            rtp: pair.rtp,
            rtcp: pair.rtcp,
            ear: Mutex::new(Incoming::new()),
            mouth: Mutex::new(Outgoing::new(seed)),
        }
    }

    pub(super) fn ear(&self) -> MutexGuard<'_, Incoming> {
        locked(&self.ear)
    }

    pub(super) fn mouth(&self) -> MutexGuard<'_, Outgoing> {
        locked(&self.mouth)
    }

    pub(super) fn stats(&self) -> LegStats {
        let mut stats = LegStats::default();
        self.ear().add_to(&mut stats);
        self.mouth().add_to(&mut stats);
        stats
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
