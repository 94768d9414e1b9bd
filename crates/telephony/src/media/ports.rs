//! The UDP ports of the legs: handed out in pairs, rested before reuse.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

/// How often the system is asked for a port whose neighbour is free too.
const SYSTEM_TRIES: usize = 64;

/// Expedited forwarding (RFC 3246), which networks that care give to voice.
const TOS_VOICE: u32 = 0xB8;

/// The sockets of a leg: RTP on an even port, RTCP on the odd one above it.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) rtp: UdpSocket,
    pub(super) rtcp: UdpSocket,
    pub(super) local: SocketAddr,
}

/// The free ports of a pool.
#[derive(Debug)]
enum Ports {
    /// The system chooses.
    System(IpAddr),
    /// Even ports not in use, the one longest unused first.
    Range {
        ip: IpAddr,
        first: u16,
        last: u16,
        free: VecDeque<u16>,
    },
}

/// The free ports of each address family.
#[derive(Debug)]
pub(super) struct Families(Vec<(IpAddr, Ports)>);

impl Families {
    pub(super) fn new(ips: &[IpAddr], range: (u16, u16)) -> io::Result<Families> {
        if ips.is_empty() {
            let text = "audio needs an address to be heard at";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        let families = ips.iter().map(|ip| Ok((*ip, Ports::new(*ip, range)?)));
        families.collect::<io::Result<_>>().map(Families)
    }

    /// Binds a pair of the family of `alike`, if there is one, or else of the first.
    pub(super) fn take(&mut self, alike: Option<IpAddr>) -> io::Result<Pair> {
        let wanted = alike.and_then(|alike| self.place(alike)).unwrap_or(0);
        self.0[wanted].1.take()
    }

    /// A pair has rested and may be taken again.
    pub(super) fn give_back(&mut self, local: SocketAddr) {
        if let Some(place) = self.place(local.ip()) {
            self.0[place].1.give_back(local.port());
        }
    }

    fn place(&self, alike: IpAddr) -> Option<usize> {
        let mut families = self.0.iter();
        families.position(|(ip, _)| ip.is_ipv4() == alike.is_ipv4())
    }
}

impl Ports {
    fn new(ip: IpAddr, (first, last): (u16, u16)) -> io::Result<Ports> {
        if (first, last) == (0, 0) {
            return Ok(Ports::System(ip));
        }
        let free: VecDeque<u16> = (first..last).filter(|port| port % 2 == 0).collect();
        if first == 0 || free.is_empty() {
            let text = format!("the port range {first} to {last} holds no pair of ports");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        Ok(Ports::Range {
            ip,
            first,
            last,
            free,
        })
    }

    /// Binds a pair. A port that another program holds is passed over and tried again later.
    fn take(&mut self) -> io::Result<Pair> {
        match self {
            Ports::System(ip) => system_pair(*ip),
            Ports::Range {
                ip,
                first,
                last,
                free,
            } => {
                for _ in 0..free.len() {
                    let Some(port) = free.pop_front() else { break };
                    match bind_pair(*ip, port) {
                        Ok(pair) => return Ok(pair),
                        Err(error) => {
                            free.push_back(port);
                            if error.kind() != io::ErrorKind::AddrInUse {
                                return Err(error);
                            }
                        }
                    }
                }
                let text = format!(
                    "no free pair of media ports between {first} and {last}: \
                     widen the range or end some calls"
                );
                Err(io::Error::new(io::ErrorKind::AddrInUse, text))
            }
        }
    }

    /// A pair has rested and may be taken again.
    fn give_back(&mut self, port: u16) {
        if let Ports::Range { free, .. } = self {
            free.push_back(port);
        }
    }
}

fn system_pair(ip: IpAddr) -> io::Result<Pair> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..SYSTEM_TRIES {
        let probe = bind(ip, 0)?;
        let port = probe.local_addr()?.port();
        let (rtp, rtcp) = match port % 2 {
            0 => (Ok(probe), bind(ip, port + 1)),
            _ => (bind(ip, port - 1), Ok(probe)),
        };
        match rtp.and_then(|rtp| pair(rtp, rtcp?)) {
            Ok(pair) => return Ok(pair),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn bind_pair(ip: IpAddr, port: u16) -> io::Result<Pair> {
    pair(bind(ip, port)?, bind(ip, port + 1)?)
}

fn pair(rtp: UdpSocket, rtcp: UdpSocket) -> io::Result<Pair> {
    let local = rtp.local_addr()?;
    Ok(Pair { rtp, rtcp, local })
}

pub(super) fn bind(ip: IpAddr, port: u16) -> io::Result<UdpSocket> {
    let address = SocketAddr::new(ip, port);
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    socket.set_nonblocking(true)?;
    // A system that forbids it still carries the call.
    if ip.is_ipv4() {
        let _ = socket.set_tos_v4(TOS_VOICE);
    } else {
        // The same port may be another leg's over IPv4.
        socket.set_only_v6(true)?;
        let _ = socket.set_tclass_v6(TOS_VOICE);
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn the_system_gives_an_even_port_and_the_odd_one_above_it() {
        let mut ports = Ports::new(HERE, (0, 0)).expect("no range to check");
        let pair = ports.take().expect("loopback has free ports");
        assert_eq!(pair.local.port() % 2, 0);
        let rtcp = pair.rtcp.local_addr().expect("bound");
        assert_eq!(rtcp.port(), pair.local.port() + 1);
    }

    #[test]
    fn a_port_returns_to_the_end_of_the_queue() {
        let mut ports = Ports::new(HERE, (47_310, 47_313)).expect("two pairs");
        let first = ports.take().expect("free").local.port();
        ports.give_back(first);
        let second = ports.take().expect("free").local.port();
        assert_ne!(first, second);
    }

    #[test]
    fn a_port_that_another_program_holds_is_passed_over() {
        let other = std::net::UdpSocket::bind((HERE, 47_321)).expect("free");
        let mut ports = Ports::new(HERE, (47_320, 47_323)).expect("two pairs");
        assert_eq!(ports.take().expect("the second pair").local.port(), 47_322);
        let refusal = ports.take().expect_err("none is left").to_string();
        assert!(refusal.contains("between 47320 and 47323"), "{refusal}");
        drop(other);
        assert_eq!(ports.take().expect("free again").local.port(), 47_320);
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        for range in [(5_001, 5_002), (7_000, 7_000), (9_000, 8_000), (0, 10)] {
            assert!(Ports::new(HERE, range).is_err(), "{range:?}");
        }
    }
}
