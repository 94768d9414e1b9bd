//! The leg of a browser as the media threads share it: its peer and the socket it shares with others.
//!
//! The thread that owns the leg takes what the peer has to say; a thread that only speaks through it
//! sends what is to be sent, and leaves the rest for the owner.

use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::media::rtp::{self, Datagram};
use ::media::{LegStats, Remote};
use webrtc::{Figures, Peer, Told};

use super::leg::locked;

/// A peer is not woken more often than this, whatever it wishes: nothing of it is that urgent.
const REST: Duration = Duration::from_millis(10);

/// A browser's leg but for what it has in common with others. Locked after ear and mouth, and alone.
#[derive(Debug)]
pub(super) struct Browser {
    socket: Arc<UdpSocket>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    peer: Peer,
    /// Told while somebody else spoke through the leg.
    waiting: VecDeque<Told>,
    due: Option<Instant>,
    figures: Figures,
}

impl Browser {
    pub(super) fn new(peer: Peer, socket: Arc<UdpSocket>, now: Instant) -> Browser {
        Browser {
            socket,
            inner: Mutex::new(Inner {
                peer,
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

    pub(super) fn accepts(&self, now: Instant, from: SocketAddr, datagram: &[u8]) -> bool {
        locked(&self.inner).peer.accepts(now, from, datagram)
    }

    pub(super) fn receive(&self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        locked(&self.inner).peer.receive(now, from, datagram);
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
        inner.poll(now, &self.socket)
    }

    /// Sends a packet as it would leave in clear; false if it cannot.
    pub(super) fn send(&self, now: Instant, packet: &[u8]) -> bool {
        let Datagram::Rtp(packet) = rtp::read(packet) else {
            return false;
        };
        let mut inner = locked(&self.inner);
        let written = inner.peer.write(now, &packet);
        inner.drain(now, &self.socket);
        written
    }

    /// Ends it and says so to the browser.
    pub(super) fn close(&self, now: Instant) {
        let mut inner = locked(&self.inner);
        inner.peer.close();
        inner.drain(now, &self.socket);
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
    fn drain(&mut self, now: Instant, socket: &UdpSocket) {
        while let Some(told) = self.poll(now, socket) {
            self.waiting.push_back(told);
        }
    }

    fn poll(&mut self, now: Instant, socket: &UdpSocket) -> Option<Told> {
        loop {
            match self.peer.poll() {
                // What the network does not take is lost as on any way; the peer repeats what counts.
                Told::Send(to, datagram) => drop(socket.send_to(&datagram, to)),
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
