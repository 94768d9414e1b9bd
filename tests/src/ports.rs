//! Addresses for what is started, stopped and started again: below those that
//! the system hands out, so that nobody takes one in between.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// A loopback address free for UDP and TCP, and the next port for TCP: a SIP
/// phone takes that one for TLS.
pub fn free_port() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 18_000 + (std::process::id() % 400) as u16 * 20;
    loop {
        let port = first + 2 * NEXT.fetch_add(1, Ordering::Relaxed);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let next = SocketAddr::from(([127, 0, 0, 1], port + 1));
        let free = UdpSocket::bind(address).is_ok()
            && TcpListener::bind(address).is_ok()
            && TcpListener::bind(next).is_ok();
        if free {
            return address;
        }
    }
}
