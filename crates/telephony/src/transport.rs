//! The sockets of signalling: one for datagrams, a listener, and the connections of both ways.
//! Everything a stranger can make grow has a bound here.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ::sip::endpoint::{Flow, Transmit, Transport};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;

use crate::TelephonyError;
use crate::connection::{self, Arrival};
use crate::counters::Meters;

/// A burst of a few thousand messages waits in the kernel while we compute.
const SOCKET_BUFFER: usize = 4 << 20;
/// Connections at once, both ways.
const CONNECTIONS_MAX: usize = 1024;
/// Connections at once from one address: an office behind one NAT, not a flood.
const CONNECTIONS_PER_SOURCE_MAX: usize = 128;
/// Messages that wait for one slow connection before it is given up.
const OUTBOX: usize = 256;
/// Messages of all connections that wait for the signalling thread; readers wait beyond.
const INBOX: usize = 256;
/// Tries to get the same port for datagrams and connections when the system chooses.
const PORT_TRIES: usize = 16;

/// Bound, not yet part of a runtime.
pub(crate) struct Bound {
    udp: std::net::UdpSocket,
    tcp: std::net::TcpListener,
    pub(crate) address: SocketAddr,
}

/// Takes the port, for datagrams and connections.
pub(crate) fn bind(address: SocketAddr) -> Result<Bound, TelephonyError> {
    let mut tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        let failed = |transport| {
            move |source| TelephonyError::Bind {
                address,
                transport,
                source,
            }
        };
        let udp = bind_udp(address).map_err(failed("UDP"))?;
        let bound = udp.local_addr().map_err(failed("UDP"))?;
        match bind_tcp(bound) {
            Ok(tcp) => {
                let address = bound;
                return Ok(Bound { udp, tcp, address });
            }
            Err(_) if tries > 0 => {}
            Err(source) => return Err(failed("TCP")(source)),
        }
    }
}

fn bind_udp(address: SocketAddr) -> io::Result<std::net::UdpSocket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::DGRAM,
        Some(Protocol::UDP),
    )?;
    // The system caps both at its own limits without an error.
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn bind_tcp(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // Connections of an earlier life may linger in TIME-WAIT.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(128)?;
    Ok(socket.into())
}

/// The open sockets.
pub(crate) struct Sockets {
    pub(crate) udp: UdpSocket,
    /// The same socket, for sending without asking the runtime first.
    sender: std::net::UdpSocket,
    pub(crate) listener: TcpListener,
    connections: HashMap<SocketAddr, Connection>,
    arrivals: mpsc::Sender<Arrival>,
    next_connection: u64,
    meters: Arc<Meters>,
}

struct Connection {
    number: u64,
    outbox: mpsc::Sender<Vec<u8>>,
    /// Whether a phone or carrier has proved itself on it.
    known: Arc<AtomicBool>,
}

impl Sockets {
    /// Makes them part of the current runtime. What connections bring comes out of the channel.
    pub(crate) fn new(
        bound: Bound,
        meters: Arc<Meters>,
    ) -> io::Result<(Sockets, mpsc::Receiver<Arrival>)> {
        let (arrivals, inbox) = mpsc::channel(INBOX);
        let sender = bound.udp.try_clone()?;
        let sockets = Sockets {
            udp: UdpSocket::from_std(bound.udp)?,
            sender,
            listener: TcpListener::from_std(bound.tcp)?,
            connections: HashMap::new(),
            arrivals,
            next_connection: 0,
            meters,
        };
        Ok((sockets, inbox))
    }

    /// Sends a message. An error means that its flow does not work.
    pub(crate) fn send(&mut self, transmit: Transmit) -> Result<(), Flow> {
        self.meters.sip_out.count();
        let sent = match transmit.flow.transport {
            Transport::Udp => self.send_datagram(&transmit),
            Transport::Tcp => self.send_on_stream(transmit.flow, transmit.bytes),
        };
        if !sent {
            self.meters.send_errors.count();
            return Err(transmit.flow);
        }
        Ok(())
    }

    fn send_datagram(&self, transmit: &Transmit) -> bool {
        match self.sender.send_to(&transmit.bytes, transmit.flow.remote) {
            Ok(_) => true,
            // A full buffer is a lost datagram: SIP sends it again.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => true,
            Err(error) => {
                tracing::debug!(%error, to = %transmit.flow.remote, "datagram not sent");
                false
            }
        }
    }

    fn send_on_stream(&mut self, flow: Flow, bytes: Vec<u8>) -> bool {
        if !self.connections.contains_key(&flow.remote) && !self.connect(flow.remote) {
            return false;
        }
        let Some(connection) = self.connections.get(&flow.remote) else {
            return false;
        };
        let sent = connection.outbox.try_send(bytes).is_ok();
        if !sent {
            // Dropping the outbox ends its task.
            self.connections.remove(&flow.remote);
        }
        sent
    }

    fn connect(&mut self, remote: SocketAddr) -> bool {
        if self.connections.len() >= CONNECTIONS_MAX {
            self.meters.connections_refused.count();
            return false;
        }
        let (number, outbox, known) = self.add(remote);
        known.store(true, Ordering::Relaxed);
        tokio::spawn(connection::open(
            remote,
            number,
            known,
            outbox,
            self.arrivals.clone(),
        ));
        true
    }

    /// Takes a connection that a stranger opened, or closes it at once.
    pub(crate) fn accept(&mut self, accepted: io::Result<(TcpStream, SocketAddr)>) {
        let Ok((stream, remote)) = accepted else {
            return;
        };
        let source = remote.ip();
        let from_source = self
            .connections
            .keys()
            .filter(|other| other.ip() == source)
            .count();
        let full =
            self.connections.len() >= CONNECTIONS_MAX || from_source >= CONNECTIONS_PER_SOURCE_MAX;
        if full {
            self.meters.connections_refused.count();
            return;
        }
        let (number, outbox, known) = self.add(remote);
        tokio::spawn(connection::serve(
            stream,
            remote,
            number,
            known,
            outbox,
            self.arrivals.clone(),
        ));
    }

    fn add(&mut self, remote: SocketAddr) -> (u64, mpsc::Receiver<Vec<u8>>, Arc<AtomicBool>) {
        self.next_connection += 1;
        let (outbox, messages) = mpsc::channel(OUTBOX);
        let known = Arc::new(AtomicBool::new(false));
        let connection = Connection {
            number: self.next_connection,
            outbox,
            known: Arc::clone(&known),
        };
        self.connections.insert(remote, connection);
        self.meters.connections_open.set(self.connections.len());
        (self.next_connection, messages, known)
    }

    /// Forgets a connection that ended; false if a newer one took its place.
    pub(crate) fn forget(&mut self, remote: SocketAddr, number: u64) -> bool {
        let current = self
            .connections
            .get(&remote)
            .is_none_or(|connection| connection.number == number);
        if current {
            self.connections.remove(&remote);
        }
        self.meters.connections_open.set(self.connections.len());
        current
    }

    /// A phone or carrier proved itself on this flow: its silence is borne longer.
    pub(crate) fn trust(&self, flow: Flow) {
        if flow.transport == Transport::Tcp
            && let Some(connection) = self.connections.get(&flow.remote)
        {
            connection.known.store(true, Ordering::Relaxed);
        }
    }
}

/// Whether these bytes can be SIP at all: a start line that names it. Cheap, so that garbage costs
/// next to nothing; whether it is good SIP is the parser's to say.
pub(crate) fn looks_like_sip(bytes: &[u8]) -> bool {
    let start = bytes
        .iter()
        .position(|byte| !matches!(byte, b'\r' | b'\n'))
        .unwrap_or(bytes.len());
    let rest = &bytes[start..];
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
    rest.first().is_some_and(u8::is_ascii_graphic) && line.windows(4).any(|four| four == b"SIP/")
}

/// Whether these bytes are a keep-alive of a NAT-bound phone: line breaks or zeros, a few.
pub(crate) fn is_keep_alive(bytes: &[u8]) -> bool {
    bytes.len() <= 4 && bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_told_from_sip_by_its_first_line() {
        for sip in [
            &b"OPTIONS sip:a@b SIP/2.0\r\n"[..],
            b"\r\n\r\nSIP/2.0 200 OK\r\n",
            b"INVITE sip:a@b SIP/7.0",
        ] {
            assert!(looks_like_sip(sip), "{sip:?}");
        }
        for garbage in [
            &b""[..],
            b"\r\n",
            b"GET / HTTP/1.1\r\nX: SIP/2.0",
            b"\0SIP/2.0",
            &[0xff; 900],
        ] {
            assert!(!looks_like_sip(garbage), "{garbage:?}");
        }
    }

    #[test]
    fn keep_alives_are_no_garbage() {
        assert!(is_keep_alive(b"\r\n\r\n") && is_keep_alive(b"\0\0\0\0") && is_keep_alive(b""));
        assert!(!is_keep_alive(b"ping") && !is_keep_alive(&[0; 64]));
    }

    #[test]
    fn one_port_serves_datagrams_and_connections() {
        let bound = bind(([127, 0, 0, 1], 0).into()).expect("loopback has free ports");
        assert_ne!(bound.address.port(), 0);
        assert_eq!(bound.tcp.local_addr().expect("bound"), bound.address);
    }

    #[test]
    fn a_port_in_use_is_named() {
        let first = bind(([127, 0, 0, 1], 0).into()).expect("loopback has free ports");
        let error = bind(first.address).err().expect("the port is taken");
        assert!(
            error.to_string().contains(&first.address.to_string()),
            "{error}"
        );
    }
}
