//! The leg of a browser as the media threads share it: its peer, and the ways that lead to the browser,
//! which are sockets it shares with others and connections of its own.
//!
//! Only the thread that owns the leg asks the peer. Whoever speaks through the leg sends by the way that the
//! browser itself was heard by last, protected already; the peer has no part in that.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::media::Remote;
use webrtc::{Over, Path, Peer, Told};

use super::door::DoorWay;
use super::leg::locked;
use super::wire::{Come, Wire};

/// A peer is not woken more often than this, whatever it wishes: nothing of it is that urgent.
const REST: Duration = Duration::from_millis(10);

/// Connections of one browser: one for each of its networks and our addresses, and those before.
const WIRES_MAX: usize = 8;

/// A browser's leg but for what it has in common with others. Locked after ear and mouth; the ways after the
/// peer.
#[derive(Debug)]
pub(super) struct Browser {
    asked: Mutex<Asked>,
    ways: Mutex<Ways>,
    ssrc: u32,
}

/// The peer, and when to ask it next.
#[derive(Debug)]
struct Asked {
    peer: Peer,
    due: Option<Instant>,
}

/// Everything that leads to a browser.
#[derive(Debug)]
struct Ways {
    udp: Arc<[DoorWay]>,
    /// The oldest first; a page opens a few at most.
    tcp: Vec<Wire>,
    /// Where the browser was heard last: it has chosen that way, and is reached by it.
    audio: Option<Path>,
    /// Whether it agrees to be sent anything at the moment (RFC 7675).
    consents: bool,
}

impl Browser {
    pub(super) fn new(peer: Peer, udp: Arc<[DoorWay]>, now: Instant) -> Browser {
        let ssrc = peer.ssrc();
        let due = Some(now);
        Browser {
            asked: Mutex::new(Asked { peer, due }),
            ways: Mutex::new(Ways {
                udp,
                tcp: Vec::new(),
                audio: None,
                consents: false,
            }),
            ssrc,
        }
    }

    /// The stream that it was told is ours.
    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Our half of the name its first datagrams bear.
    pub(super) fn user(&self) -> String {
        locked(&self.asked).peer.user().to_owned()
    }

    pub(super) fn accepts(&self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        locked(&self.asked).peer.accepts(now, path, datagram)
    }

    /// Takes what is not audio.
    pub(super) fn receive(&self, now: Instant, path: Path, datagram: &[u8]) {
        locked(&self.asked).peer.receive(now, path, datagram);
    }

    /// It was heard by that way, and proved that it was it.
    pub(super) fn heard_by(&self, path: Path) {
        locked(&self.ways).audio = Some(path);
    }

    /// Whether it is reached: by the way it was heard last, else by the one that a handshake came by.
    pub(super) fn is_reached(&self, reached: bool, by: Option<Path>) {
        let mut ways = locked(&self.ways);
        ways.consents = reached;
        ways.audio = ways.audio.or(by);
    }

    /// A connection more leads to it; of too many the oldest ends.
    pub(super) fn connected_by(&self, wire: Wire) {
        let mut ways = locked(&self.ways);
        if ways.tcp.len() >= WIRES_MAX {
            ways.tcp.remove(0);
        }
        ways.tcp.push(wire);
    }

    /// What has come by one of its connections; `None` if that is no more.
    pub(super) fn read_wire(&self, path: Path) -> Option<Come> {
        let mut ways = locked(&self.ways);
        let mut wires = ways.tcp.iter_mut();
        wires.find(|wire| wire.path == path).map(Wire::read)
    }

    /// Whether what came by a connection is the browser's: the first of it must prove so.
    pub(super) fn admits(&self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        let asked = locked(&self.asked);
        let mut ways = locked(&self.ways);
        let Some(wire) = ways.tcp.iter_mut().find(|wire| wire.path == path) else {
            return false;
        };
        wire.proved = wire.proved || asked.peer.accepts(now, path, datagram);
        wire.proved
    }

    /// Whether a connection still leads to it.
    pub(super) fn has_wire(&self, path: Path) -> bool {
        locked(&self.ways).tcp.iter().any(|wire| wire.path == path)
    }

    /// Ends all its connections: nobody hears them any more.
    pub(super) fn cut_wires(&self) {
        locked(&self.ways).tcp.clear();
    }

    /// Ends one of its connections.
    pub(super) fn cut_wire(&self, path: Path) {
        locked(&self.ways).tcp.retain(|wire| wire.path != path);
    }

    /// Time went by, if its time has come.
    pub(super) fn wake(&self, now: Instant) {
        let mut asked = locked(&self.asked);
        if asked.due.is_some_and(|due| due <= now) {
            asked.due = None;
            asked.peer.wake(now);
        }
    }

    /// When [`Browser::wake`] should be called next.
    pub(super) fn due(&self) -> Option<Instant> {
        locked(&self.asked).due
    }

    /// The next thing that concerns its owner; sends what is to be sent before it.
    pub(super) fn next(&self, now: Instant) -> Option<Told> {
        let mut asked = locked(&self.asked);
        loop {
            match asked.peer.poll() {
                Told::Send(path, datagram) => {
                    locked(&self.ways).send(path, &datagram);
                }
                Told::Idle(at) => {
                    asked.due = at.map(|at| at.max(now + REST));
                    return None;
                }
                told => return Some(told),
            }
        }
    }

    /// Sends audio or a report, protected already; false if it cannot.
    pub(super) fn send(&self, packet: &[u8]) -> bool {
        let mut ways = locked(&self.ways);
        let path = ways.audio.filter(|_| ways.consents);
        path.is_some_and(|path| ways.send(path, packet))
    }

    /// Ends it and says so to the browser.
    pub(super) fn close(&self, now: Instant) {
        locked(&self.asked).peer.close();
        while self.next(now).is_some() {}
    }

    /// The far side, once audio can be protected.
    pub(super) fn remote(&self, from: SocketAddr) -> Option<Remote> {
        let asked = locked(&self.asked);
        let agreed = asked.peer.agreed();
        Some(Remote {
            payload_type: agreed.payload_type,
            telephone_event: agreed.telephone_event,
            keys: Some(asked.peer.keys()?),
            ..Remote::new(from, agreed.codec)
        })
    }
}

impl Ways {
    /// What the network does not take is lost as on any way; the peer repeats what counts.
    fn send(&mut self, path: Path, datagram: &[u8]) -> bool {
        match path.over {
            Over::Udp => {
                let way = self.udp.iter().find(|way| way.is_at(path.here));
                way.is_some_and(|way| way.socket.send_to(datagram, path.there).is_ok())
            }
            Over::Tcp => {
                let wire = self.tcp.iter_mut().find(|wire| wire.path == path);
                wire.is_some_and(|wire| wire.send(datagram))
            }
        }
    }
}
