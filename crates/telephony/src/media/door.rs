//! The sockets through which a media thread hears all its browsers, one of each address family, and whose
//! each datagram is.
//!
//! An address is a browser's once a check of connectivity came from it with that leg's password;
//! before that only such checks are read, and of everybody else nothing.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;

use ::media::LegId;
use webrtc::{Over, Path, Place, user_of};

use super::ports;

/// Addresses that one leg may have: a browser tries each of its networks, and moves between them.
const ADDRESSES_MAX: usize = 16;

/// Half a second of two hundred browsers.
const SOCKET_BUFFER: usize = 4 << 20;

/// Where browsers are heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserDoors {
    /// The first UDP port; each media thread takes the next one. 0 lets the system choose.
    pub port: u16,
    /// The TCP port for those whose network lets no UDP pass, one for all threads; 0 lets the system
    /// choose, `None`: there is none.
    pub tcp_port: Option<u16>,
    /// What browsers are told to reach us at, where that is not the address we are bound to (NAT); those
    /// of a family that we are bound to count.
    pub announced: Vec<IpAddr>,
}

/// A thread's sockets for browsers, one of each address family, as the pool knows them.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) ways: Arc<[DoorWay]>,
    pub(super) place: Arc<Place>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct DoorWay {
    pub(super) socket: UdpSocket,
    pub(super) local: SocketAddr,
    /// Never none. Whatever of them a datagram was sent to, it came to the only socket.
    announced: Vec<SocketAddr>,
}

impl Door {
    /// Binds the door of one thread. `tcp`: where connections are taken in.
    pub(super) fn open(
        ips: &[IpAddr],
        number: usize,
        doors: &BrowserDoors,
        tcp: &[SocketAddr],
    ) -> io::Result<Door> {
        let port = match doors.port {
            0 => 0,
            first => u16::try_from(number)
                .ok()
                .and_then(|number| first.checked_add(number))
                .ok_or_else(|| io::Error::other("there is no port for browsers that high"))?,
        };
        let mut ways = Vec::new();
        for ip in ips {
            let way = DoorWay::open(*ip, port, doors)?;
            if !way.announced.is_empty() {
                ways.push(way);
            }
        }
        let udp = ways.iter().flat_map(|way| way.announced.iter().copied());
        let place = Place {
            udp: udp.collect(),
            tcp: tcp.to_vec(),
        };
        Ok(Door {
            ways: ways.into(),
            place: Arc::new(place),
        })
    }
}

impl DoorWay {
    fn open(ip: IpAddr, port: u16, doors: &BrowserDoors) -> io::Result<DoorWay> {
        let socket = ports::bind(ip, port).map_err(|error| {
            let text = format!(
                "no socket for browsers at {ip}, UDP port {port} (setting `media.browser.port`): {error}"
            );
            io::Error::new(error.kind(), text)
        })?;
        // All browsers of the thread wait in it while the thread is busy; the system caps it at its own
        // limit (net.core.rmem_max) without an error.
        socket2::SockRef::from(&socket).set_recv_buffer_size(SOCKET_BUFFER)?;
        let local = socket.local_addr()?;
        Ok(DoorWay {
            socket,
            local,
            announced: doors.announced_for(local),
        })
    }

    /// The way of what came from there.
    pub(super) fn path(&self, there: SocketAddr) -> Path {
        Path {
            over: Over::Udp,
            here: self.announced[0],
            there,
        }
    }

    /// Whether it is our end there.
    pub(super) fn is_at(&self, here: SocketAddr) -> bool {
        self.announced.contains(&here)
    }
}

impl BrowserDoors {
    /// What browsers are told of a socket that is bound there: nothing, if that is no address to reach.
    pub(super) fn announced_for(&self, local: SocketAddr) -> Vec<SocketAddr> {
        let alike = |ip: &&IpAddr| ip.is_ipv4() == local.is_ipv4();
        let told: Vec<_> = self.announced.iter().filter(alike).collect();
        match told.as_slice() {
            [] if local.ip().is_unspecified() => Vec::new(),
            [] => vec![local],
            told => told
                .iter()
                .map(|ip| SocketAddr::new(**ip, local.port()))
                .collect(),
        }
    }
}

/// Whose is what, on one thread.
#[derive(Debug, Default)]
pub(super) struct Guests {
    by_user: HashMap<String, LegId>,
    by_address: HashMap<SocketAddr, LegId>,
    addresses: HashMap<LegId, Vec<SocketAddr>>,
}

/// Whose a datagram is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// This leg's.
    Known(LegId),
    /// Perhaps this one's: ask it.
    Claimed(LegId),
    /// Nobody's.
    Stranger,
}

impl Guests {
    pub(super) fn add(&mut self, leg: LegId, user: String) {
        self.by_user.insert(user, leg);
        self.addresses.insert(leg, Vec::new());
    }

    pub(super) fn whose(&self, from: SocketAddr, datagram: &[u8]) -> Whose {
        if let Some(leg) = self.by_address.get(&from) {
            // Behind one NAT another page may get the address of one that has gone.
            let asks = user_of(datagram).and_then(|user| self.by_user.get(user));
            return match asks {
                Some(other) if other != leg => Whose::Claimed(*other),
                _ => Whose::Known(*leg),
            };
        }
        let asks = user_of(datagram).and_then(|user| self.by_user.get(user));
        asks.map_or(Whose::Stranger, |leg| Whose::Claimed(*leg))
    }

    /// A leg proved that an address is its browser's.
    pub(super) fn learn(&mut self, leg: LegId, from: SocketAddr) {
        let Some(known) = self.addresses.get_mut(&leg) else {
            return;
        };
        if known.len() >= ADDRESSES_MAX {
            let oldest = known.remove(0);
            self.by_address.remove(&oldest);
        }
        known.push(from);
        if let Some(former) = self.by_address.insert(from, leg)
            && let Some(known) = self.addresses.get_mut(&former)
            && former != leg
        {
            known.retain(|address| *address != from);
        }
    }

    pub(super) fn remove(&mut self, leg: LegId) {
        self.by_user.retain(|_, of| *of != leg);
        for address in self.addresses.remove(&leg).unwrap_or_default() {
            self.by_address.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: LegId = LegId(1);
    const B: LegId = LegId(2);

    fn check(user: &str) -> Vec<u8> {
        let length = user.len() as u8;
        let mut check = vec![0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42];
        check.extend([0; 12]);
        check.extend([0, 6, 0, length]);
        check.extend(user.bytes());
        check
    }

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, 1], port))
    }

    #[test]
    fn an_address_is_whose_it_was_proved_to_be_until_it_goes_or_another_proves_it() {
        let mut guests = Guests::default();
        guests.add(A, "aa".into());
        guests.add(B, "bb".into());
        assert_eq!(guests.whose(at(1), &[0x80; 20]), Whose::Stranger);
        assert_eq!(guests.whose(at(1), &check("cc:x")), Whose::Stranger);
        assert_eq!(guests.whose(at(1), &check("aa:x")), Whose::Claimed(A));
        guests.learn(A, at(1));
        assert_eq!(guests.whose(at(1), &[0x80; 20]), Whose::Known(A));
        assert_eq!(guests.whose(at(1), &check("aa:x")), Whose::Known(A));
        assert_eq!(guests.whose(at(1), &check("bb:y")), Whose::Claimed(B));
        guests.learn(B, at(1));
        assert_eq!(guests.whose(at(1), &[0x80; 20]), Whose::Known(B));
        guests.remove(A);
        assert_eq!(guests.whose(at(1), &[0x80; 20]), Whose::Known(B));
        guests.remove(B);
        assert_eq!(guests.whose(at(1), &check("bb:y")), Whose::Stranger);
    }

    #[test]
    fn a_leg_that_moves_without_end_keeps_its_newest_addresses_only() {
        let mut guests = Guests::default();
        guests.add(A, "aa".into());
        for port in 1..1_000 {
            guests.learn(A, at(port));
        }
        assert_eq!(guests.by_address.len(), ADDRESSES_MAX);
        assert_eq!(guests.whose(at(999), &[0x80; 20]), Whose::Known(A));
    }
}
