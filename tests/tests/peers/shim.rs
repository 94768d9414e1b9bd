//! Between a baresip 1.0.0 and the engine, both ways, unchanged but for one
//! thing: a challenge by SHA-256 is taken out. That version gives up with
//! "Function not implemented" on a 401 that offers SHA-256 beside MD5, where
//! it should pass over what it does not know (RFC 8760 section 2.4). What is
//! left is the engine's own MD5 challenge: the digest stays between the two.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// One phone's way to the registrar.
pub(crate) struct Shim {
    pub(crate) local: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Shim {
    pub(crate) fn to(engine: SocketAddr) -> Shim {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .expect("a timeout above zero");
        let local = socket.local_addr().expect("it is bound");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut buffer, mut phone) = (vec![0; 65_535], None);
            while !stopped.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                let bytes = &buffer[..length];
                // Whoever is gone already cannot be told.
                if from != engine {
                    phone = Some(from);
                    let _ = socket.send_to(bytes, engine);
                } else if let Some(phone) = phone {
                    let _ = socket.send_to(&without_sha256(bytes), phone);
                }
            }
        });
        Shim {
            local,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Shim {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has nothing to panic on.
            let _ = thread.join();
        }
    }
}

fn without_sha256(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split_inclusive("\r\n");
    let kept = lines.filter(|line| {
        !(line.to_ascii_lowercase().starts_with("www-authenticate:") && line.contains("SHA-256"))
    });
    kept.collect::<String>().into_bytes()
}
