//! The leg of a browser as the media threads share it: its peer, the sockets it shares with others, and the
//! connections it has of its own.
//!
//! The thread that owns the leg takes what the peer has to say; a thread that only speaks through it
//! sends what is to be sent, and leaves the rest for the owner.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::media::rtp::{self, Datagram};
use ::media::{LegStats, Remote};
use webrtc::{Figures, Over, Path, Peer, Told};

use super::door::DoorWay;
use super::leg::locked;
use super::wire::{Come, Wire};

/// A peer is not woken more often than this, whatever it wishes: nothing of it is that urgent.
const REST: Duration = Duration::from_millis(10);

/// Connections of one browser: one for each of its networks and our addresses, and those before.
const WIRES_MAX: usize = 8;

/// A browser's leg but for what it has in common with others. Locked after ear and mouth, and alone.
#[derive(Debug)]
pub(super) struct Browser {
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    peer: Peer,
    ways: Ways,
    /// Told while somebody else spoke through the leg.
    waiting: VecDeque<Told>,
    due: Option<Instant>,
    figures: Figures,
}

/// Everything that leads to a browser.
#[derive(Debug)]
struct Ways {
    udp: Arc<[DoorWay]>,
    /// The oldest first; a page opens a few at most.
    tcp: Vec<Wire>,
}

impl Browser {
    pub(super) fn new(peer: Peer, udp: Arc<[DoorWay]>, now: Instant) -> Browser {
        let ways = Ways {
            udp,
            tcp: Vec::new(),
        };
        Browser {
            inner: Mutex::new(Inner {
                peer,
                ways,
                waiting: VecDeque::new(),
                due: Some(now),
                figures: Figures::default(),
            }),
        }
    }

    /// Our half of the name its first datagrams bear.
    pub(super) fn user(&self) -> String {
        locked(&self.inner).peer.user().to_owned()
    }

    pub(super) fn accepts(&self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        locked(&self.inner).peer.accepts(now, path, datagram)
    }

    pub(super) fn receive(&self, now: Instant, path: Path, datagram: &[u8]) {
        locked(&self.inner).peer.receive(now, path, datagram);
    }

    /// A connection more leads to it; of too many the oldest ends.
    pub(super) fn connected_by(&self, wire: Wire) {
        let mut inner = locked(&self.inner);
        if inner.ways.tcp.len() >= WIRES_MAX {
            inner.ways.tcp.remove(0);
        }
        inner.ways.tcp.push(wire);
    }

    /// What has come by one of its connections; `None` if that is no more.
    pub(super) fn read_wire(&self, path: Path) -> Option<Come> {
        let mut inner = locked(&self.inner);
        let mut wires = inner.ways.tcp.iter_mut();
        wires.find(|wire| wire.path == path).map(Wire::read)
    }

    /// Whether what came by a connection is the browser's: the first of it must prove so.
    pub(super) fn admits(&self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        let mut inner = locked(&self.inner);
        let Inner { peer, ways, .. } = &mut *inner;
        let Some(wire) = ways.tcp.iter_mut().find(|wire| wire.path == path) else {
            return false;
        };
        wire.proved = wire.proved || peer.accepts(now, path, datagram);
        wire.proved
    }

    /// Whether a connection still leads to it.
    pub(super) fn has_wire(&self, path: Path) -> bool {
        let inner = locked(&self.inner);
        inner.ways.tcp.iter().any(|wire| wire.path == path)
    }

    /// Ends all its connections: nobody hears them any more.
    pub(super) fn cut_wires(&self) {
        locked(&self.inner).ways.tcp.clear();
    }

    /// Ends one of its connections.
    pub(super) fn cut_wire(&self, path: Path) {
        let mut inner = locked(&self.inner);
        inner.ways.tcp.retain(|wire| wire.path != path);
    }

    /// Time went by, if its time has come.
    pub(super) fn wake(&self, now: Instant) {
        let mut inner = locked(&self.inner);
        if inner.due.is_some_and(|due| due <= now) {
            inner.due = None;
            inner.peer.wake(now);
        }
    }

    /// When [`Browser::wake`] should be called next.
    pub(super) fn due(&self) -> Option<Instant> {
        locked(&self.inner).due
    }

    /// The next thing that concerns its owner; sends what is to be sent before it.
    pub(super) fn next(&self, now: Instant) -> Option<Told> {
        let mut inner = locked(&self.inner);
        if let Some(told) = inner.waiting.pop_front() {
            return Some(told);
        }
        inner.poll(now)
    }

    /// Sends a packet as it would leave in clear; false if it cannot.
    pub(super) fn send(&self, now: Instant, packet: &[u8]) -> bool {
        let Datagram::Rtp(packet) = rtp::read(packet) else {
            return false;
        };
        let mut inner = locked(&self.inner);
        let written = inner.peer.write(now, &packet);
        inner.drain(now);
        written
    }

    /// Ends it and says so to the browser.
    pub(super) fn close(&self, now: Instant) {
        let mut inner = locked(&self.inner);
        inner.peer.close();
        inner.drain(now);
    }

    /// The far side, once it is connected.
    pub(super) fn remote(&self, from: SocketAddr) -> Remote {
        let agreed = locked(&self.inner).peer.agreed();
        Remote {
            payload_type: agreed.payload_type,
            telephone_event: agreed.telephone_event,
            ..Remote::new(from, agreed.codec)
        }
    }

    pub(super) fn add_to(&self, stats: &mut LegStats) {
        locked(&self.inner).figures.add_to(stats);
    }
}

impl Inner {
    fn drain(&mut self, now: Instant) {
        while let Some(told) = self.poll(now) {
            self.waiting.push_back(told);
        }
    }

    fn poll(&mut self, now: Instant) -> Option<Told> {
        loop {
            match self.peer.poll() {
                Told::Send(path, datagram) => self.ways.send(path, &datagram),
                Told::Figures(figures) => self.figures.merge(&figures),
                Told::Idle(at) => {
                    self.due = at.map(|at| at.max(now + REST));
                    return None;
                }
                told => return Some(told),
            }
        }
    }
}

impl Ways {
    /// What the network does not take is lost as on any way; the peer repeats what counts.
    fn send(&mut self, path: Path, datagram: &[u8]) {
        match path.over {
            Over::Udp => {
                if let Some(way) = self.udp.iter().find(|way| way.is_at(path.here)) {
                    let _ = way.socket.send_to(datagram, path.there);
                }
            }
            Over::Tcp => {
                if let Some(wire) = self.tcp.iter_mut().find(|wire| wire.path == path) {
                    wire.send(datagram);
                }
            }
        }
    }
}
