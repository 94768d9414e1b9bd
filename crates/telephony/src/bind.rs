//! The places where SIP is heard, taken before anything runs.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::{Heard, Listener, ListenerKind, TelephonyError};

/// A burst of a few thousand messages waits in the kernel while we compute.
const SOCKET_BUFFER: usize = 4 << 20;
/// Connections that wait to be accepted: phones come back all at once.
const BACKLOG: i32 = 1024;
/// Tries to get the same port for datagrams and connections when the system chooses.
const PORT_TRIES: usize = 16;

/// Bound, not yet part of a runtime.
#[derive(Debug, Default)]
pub(crate) struct Bound {
    pub(crate) udp: Vec<UdpSocket>,
    pub(crate) listeners: Vec<(ListenerKind, TcpListener)>,
    /// In the order of the configuration.
    pub(crate) heard: Vec<Heard>,
}

/// Takes every place of `listeners`.
pub(crate) fn bind(listeners: &[Listener]) -> Result<Bound, TelephonyError> {
    let mut bound = Bound::default();
    for listener in listeners {
        bound.take(listener)?;
    }
    Ok(bound)
}

impl Bound {
    fn take(&mut self, wanted: &Listener) -> Result<(), TelephonyError> {
        let Listener { kind, address, .. } = *wanted;
        let failed = |transport| {
            move |source| TelephonyError::Bind {
                address,
                transport,
                source,
            }
        };
        let (listener, local) = match kind {
            ListenerKind::Plain => {
                let (udp, tcp, local) = bind_both(address, failed)?;
                self.udp.push(udp);
                (tcp, local)
            }
            ListenerKind::Tls | ListenerKind::Ws | ListenerKind::Wss => {
                let bound = bind_tcp(address)
                    .and_then(|listener| listener.local_addr().map(|local| (listener, local)));
                bound.map_err(failed(kind.name()))?
            }
        };
        self.listeners.push((kind, listener));
        self.heard.push(Heard {
            kind,
            address: local,
        });
        Ok(())
    }
}

/// The same port, for datagrams and connections.
fn bind_both<F: Fn(io::Error) -> TelephonyError>(
    address: SocketAddr,
    failed: impl Fn(&'static str) -> F,
) -> Result<(UdpSocket, TcpListener, SocketAddr), TelephonyError> {
    let mut tries = if address.port() == 0 { PORT_TRIES } else { 1 };
    loop {
        tries -= 1;
        let udp = bind_udp(address).map_err(failed("UDP"))?;
        let local = udp.local_addr().map_err(failed("UDP"))?;
        match bind_tcp(local) {
            Ok(tcp) => return Ok((udp, tcp, local)),
            Err(_) if tries > 0 => {}
            Err(source) => return Err(failed("TCP")(source)),
        }
    }
}

fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = socket(address, Type::DGRAM, Protocol::UDP)?;
    // The system caps both at its own limits without an error.
    socket.set_recv_buffer_size(SOCKET_BUFFER)?;
    socket.set_send_buffer_size(SOCKET_BUFFER)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address, Type::STREAM, Protocol::TCP)?;
    // Connections of an earlier life may linger in TIME-WAIT.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn socket(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        // IPv4 has a socket of its own: its addresses never come in IPv6 clothes, in which they
        // would be told to others and compared with the trunks'.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_port_serves_datagrams_and_connections() {
        let bound =
            bind(&[Listener::plain(([127, 0, 0, 1], 0).into())]).expect("loopback has free ports");
        let address = bound.heard[0].address;
        assert_ne!(address.port(), 0);
        let tcp = bound.listeners[0].1.local_addr().expect("bound");
        assert_eq!(tcp, address);
        assert_eq!(bound.udp[0].local_addr().expect("bound"), address);
    }

    #[test]
    fn a_port_in_use_is_named() {
        let first =
            bind(&[Listener::plain(([127, 0, 0, 1], 0).into())]).expect("loopback has free ports");
        let address = first.heard[0].address;
        let error = bind(&[Listener::plain(address)]).expect_err("the port is taken");
        assert!(error.to_string().contains(&address.to_string()), "{error}");
    }
}
