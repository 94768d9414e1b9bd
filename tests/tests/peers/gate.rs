//! A gate between a browser and the server: what passes by TCP can be held up or cut off. Audio does not
//! pass here.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct Bar {
    shut: AtomicBool,
    late_ms: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
}

pub(crate) struct Gate {
    address: SocketAddr,
    bar: Arc<Bar>,
}

impl Gate {
    pub(crate) fn before(server: SocketAddr) -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let address = listener.local_addr().expect("it is bound");
        let bar = Arc::<Bar>::default();
        let shared = Arc::clone(&bar);
        thread::spawn(move || {
            for guest in listener.incoming().map_while(Result::ok) {
                if shared.shut.load(Ordering::Relaxed) {
                    let _ = guest.shutdown(Shutdown::Both);
                    continue;
                }
                // A server that has stopped takes nobody in.
                let Ok(host) = TcpStream::connect(server) else {
                    continue;
                };
                let again = |stream: &TcpStream| stream.try_clone().expect("a handle more");
                let mut open = shared.open.lock().expect("no panic holds it");
                open.extend([again(&guest), again(&host)]);
                drop(open);
                let (there, back) = ((again(&guest), again(&host)), (host, guest));
                let bar = Arc::clone(&shared);
                thread::spawn(move || pass(there, || Duration::ZERO));
                thread::spawn(move || {
                    let late = || Duration::from_millis(bar.late_ms.load(Ordering::Relaxed));
                    pass(back, late);
                });
            }
        });
        Gate { address, bar }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends every connection, and lets nobody through until it is opened.
    pub(crate) fn shut(&self) {
        self.bar.shut.store(true, Ordering::Relaxed);
        let mut open = self.bar.open.lock().expect("no panic holds it");
        for stream in open.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn open(&self) {
        self.bar.shut.store(false, Ordering::Relaxed);
    }

    /// What the server says is that late from now on.
    pub(crate) fn hold_up(&self, late: Duration) {
        let late = late.as_millis() as u64;
        self.bar.late_ms.store(late, Ordering::Relaxed);
    }
}

fn pass((mut from, mut to): (TcpStream, TcpStream), late: impl Fn() -> Duration) {
    let mut buffer = [0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        thread::sleep(late());
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
