//! The open sockets of signalling: for datagrams, listeners, and the connections of both ways.
//! Everything a stranger can make grow has a bound here.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use ::sip::endpoint::{Flow, Transmit, Transport, source_of};
use rustls::pki_types::ServerName;
use tokio::io::ReadBuf;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;

use crate::ListenerKind;
use crate::bind::Bound;
use crate::connection::{Arrival, Link};
use crate::counters::Meters;
use crate::handshake::{self, Edge};

/// Connections at once, both ways: ten thousand phones, and what an open file costs.
const CONNECTIONS_MAX: usize = 12_000;
/// Connections at once of whoever has not proved to be a phone or a carrier yet.
const STRANGERS_MAX: usize = 1024;
/// Those of one address: an office behind one NAT, not a flood.
const STRANGERS_PER_SOURCE_MAX: usize = 128;
/// Messages that wait for one slow connection before it is given up.
const OUTBOX: usize = 256;
/// Messages of all connections that wait for the signalling thread; readers wait beyond.
const INBOX: usize = 256;

/// The names that a carrier's certificate must bear, by its address.
pub(crate) type CarrierNames = HashMap<SocketAddr, Vec<ServerName<'static>>>;

/// The open sockets.
pub(crate) struct Sockets {
    udp: Vec<UdpSocket>,
    /// The same sockets, for sending without asking the runtime first.
    senders: Vec<(SocketAddr, std::net::UdpSocket)>,
    listeners: Vec<(ListenerKind, TcpListener)>,
    /// Who is asked first, in turn: a flood at one place must not silence the others.
    turn: Cell<usize>,
    connections: HashMap<Flow, Connection>,
    arrivals: mpsc::Sender<Arrival>,
    next_connection: u64,
    edge: Arc<Edge>,
    keep_alive: Duration,
    carriers: CarrierNames,
    meters: Arc<Meters>,
}

struct Connection {
    number: u64,
    outbox: mpsc::Sender<Vec<u8>>,
    /// Whether a phone or carrier has proved itself on it.
    known: Arc<AtomicBool>,
    /// Whether we opened it, and over TLS know whose it is.
    ours: bool,
}

impl Sockets {
    /// Makes them part of the current runtime. What connections bring comes out of the channel.
    pub(crate) fn new(
        bound: Bound,
        edge: Arc<Edge>,
        keep_alive: Duration,
        meters: Arc<Meters>,
    ) -> io::Result<(Sockets, mpsc::Receiver<Arrival>)> {
        let (arrivals, inbox) = mpsc::channel(INBOX);
        let mut senders = Vec::new();
        let mut udp = Vec::new();
        for socket in bound.udp {
            senders.push((socket.local_addr()?, socket.try_clone()?));
            udp.push(UdpSocket::from_std(socket)?);
        }
        let mut listeners = Vec::new();
        for (kind, listener) in bound.listeners {
            listeners.push((kind, TcpListener::from_std(listener)?));
        }
        let sockets = Sockets {
            udp,
            senders,
            listeners,
            turn: Cell::new(0),
            connections: HashMap::new(),
            arrivals,
            next_connection: 0,
            edge,
            keep_alive,
            carriers: CarrierNames::new(),
            meters,
        };
        Ok((sockets, inbox))
    }

    /// The next datagram.
    pub(crate) async fn datagram(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        poll_fn(|context| {
            for socket in self.in_turn(&self.udp) {
                let mut read = ReadBuf::new(buffer);
                if let Poll::Ready(from) = socket.poll_recv_from(context, &mut read) {
                    return Poll::Ready(from.map(|from| (read.filled().len(), from)));
                }
            }
            Poll::Pending
        })
        .await
    }

    /// A datagram that is there already.
    pub(crate) fn try_datagram(&self, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
        self.in_turn(&self.udp)
            .find_map(|socket| socket.try_recv_from(buffer).ok())
    }

    /// The next connection that a stranger opens.
    pub(crate) async fn connection(&self) -> (ListenerKind, io::Result<(TcpStream, SocketAddr)>) {
        poll_fn(|context| {
            for (kind, listener) in self.in_turn(&self.listeners) {
                if let Poll::Ready(accepted) = listener.poll_accept(context) {
                    return Poll::Ready((*kind, accepted));
                }
            }
            Poll::Pending
        })
        .await
    }

    fn in_turn<'a, T>(&self, all: &'a [T]) -> impl Iterator<Item = &'a T> {
        self.turn.set(self.turn.get().wrapping_add(1));
        let (before, first) = all.split_at(self.turn.get() % all.len().max(1));
        first.iter().chain(before)
    }

    /// Sends a message. An error means that its flow does not work.
    pub(crate) fn send(&mut self, transmit: Transmit) -> Result<(), Flow> {
        self.meters.sip_out.count();
        let sent = match transmit.flow.transport {
            Transport::Udp => self.send_datagram(&transmit),
            Transport::Tcp | Transport::Tls | Transport::Ws | Transport::Wss => {
                self.send_on_connection(transmit.flow, transmit.bytes)
            }
        };
        if !sent {
            self.meters.send_errors.count();
            return Err(transmit.flow);
        }
        Ok(())
    }

    fn send_datagram(&self, transmit: &Transmit) -> bool {
        let remote = transmit.flow.remote;
        let mut senders = self.senders.iter();
        let sender = senders.find(|(local, _)| local.is_ipv4() == remote.is_ipv4());
        let Some((_, sender)) = sender else {
            tracing::debug!(to = %remote, "no socket of this address family");
            return false;
        };
        match sender.send_to(&transmit.bytes, remote) {
            Ok(_) => true,
            // A full buffer is a lost datagram: SIP sends it again.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => true,
            Err(error) => {
                tracing::debug!(%error, to = %remote, "datagram not sent");
                false
            }
        }
    }

    fn send_on_connection(&mut self, flow: Flow, bytes: Vec<u8>) -> bool {
        if !self.is_open(flow) && !self.connect(flow) {
            return false;
        }
        let Some(connection) = self.connections.get(&flow) else {
            return false;
        };
        let sent = connection.outbox.try_send(bytes).is_ok();
        if !sent {
            // Dropping the outbox ends its task.
            self.connections.remove(&flow);
        }
        sent
    }

    /// Whether there is a connection that may be used: what somebody opened from a carrier's
    /// address is not the carrier until TLS has said so, which it does when we open it.
    fn is_open(&self, flow: Flow) -> bool {
        self.connections
            .get(&flow)
            .is_some_and(|connection| connection.ours || !self.is_carrier(flow))
    }

    fn is_carrier(&self, flow: Flow) -> bool {
        flow.transport == Transport::Tls && self.carriers.contains_key(&flow.remote)
    }

    fn connect(&mut self, flow: Flow) -> bool {
        if flow.transport.is_theirs_to_open() {
            return false;
        }
        if self.connections.len() >= CONNECTIONS_MAX {
            self.meters.connections_refused.count();
            return false;
        }
        let (link, outbox) = self.add(flow, true);
        link.known.store(true, Ordering::Relaxed);
        if flow.transport == Transport::Tls {
            let names = self.carriers.get(&flow.remote).cloned();
            let names = names.unwrap_or_else(|| vec![flow.remote.ip().into()]);
            let edge = Arc::clone(&self.edge);
            tokio::spawn(handshake::open_tls(link, names, edge, outbox));
        } else {
            tokio::spawn(handshake::open(link, outbox));
        }
        true
    }

    /// Takes a connection that a stranger opened, or closes it at once.
    pub(crate) fn accept(&mut self, kind: ListenerKind, stream: TcpStream, remote: SocketAddr) {
        let source = source_of(remote.ip());
        let (mut strangers, mut from_source) = (0, 0);
        for (other, connection) in &self.connections {
            if !connection.known.load(Ordering::Relaxed) {
                strangers += 1;
                from_source += usize::from(source_of(other.remote.ip()) == source);
            }
        }
        let full = self.connections.len() >= CONNECTIONS_MAX
            || strangers >= STRANGERS_MAX
            || from_source >= STRANGERS_PER_SOURCE_MAX;
        if full {
            self.meters.connections_refused.count();
            return;
        }
        let transport = kind.transport();
        let (link, outbox) = self.add(Flow { transport, remote }, false);
        let edge = Arc::clone(&self.edge);
        tokio::spawn(handshake::serve(kind, stream, edge, link, outbox));
    }

    fn add(&mut self, flow: Flow, ours: bool) -> (Link, mpsc::Receiver<Vec<u8>>) {
        self.next_connection += 1;
        let (outbox, messages) = mpsc::channel(OUTBOX);
        let known = Arc::new(AtomicBool::new(false));
        let connection = Connection {
            number: self.next_connection,
            outbox,
            known: Arc::clone(&known),
            ours,
        };
        self.connections.insert(flow, connection);
        self.meters.connections_open.set(self.connections.len());
        let link = Link {
            flow,
            number: self.next_connection,
            known,
            ours,
            keep_alive: self.keep_alive,
            arrivals: self.arrivals.clone(),
        };
        (link, messages)
    }

    /// Forgets a connection that ended; false if a newer one took its place.
    pub(crate) fn forget(&mut self, flow: Flow, number: u64) -> bool {
        let current = self
            .connections
            .get(&flow)
            .is_none_or(|connection| connection.number == number);
        if current {
            self.connections.remove(&flow);
        }
        self.meters.connections_open.set(self.connections.len());
        current
    }

    /// A phone or carrier proved itself on this flow: its silence is borne longer.
    pub(crate) fn trust(&self, flow: Flow) {
        if let Some(connection) = self.connections.get(&flow) {
            connection.known.store(true, Ordering::Relaxed);
        }
    }

    /// Whose certificates to expect where. A connection that was opened for fewer names is closed:
    /// the next message opens one that is known to be all of theirs.
    pub(crate) fn set_carriers(&mut self, carriers: CarrierNames) {
        let transport = Transport::Tls;
        for (&remote, names) in &carriers {
            let before = self.carriers.get(&remote);
            let proven = |name| before.is_some_and(|before| before.contains(name));
            if !names.iter().all(proven) {
                self.connections.remove(&Flow { transport, remote });
            }
        }
        self.carriers = carriers;
    }
}
