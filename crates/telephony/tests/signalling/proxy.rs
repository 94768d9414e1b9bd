//! A network that is not loopback: between the node and its carrier every datagram is dropped, doubled,
//! delayed or overtaken, from a seed. Each side believes that the proxy is the other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What happens to datagrams, in per mille, and how long they take at most.
#[derive(Clone, Copy)]
pub(crate) struct Faults {
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    /// Overtaken by what was sent up to 700 ms later: more than T1.
    pub(crate) late: u64,
    /// All others take up to so long, so that neighbours change places.
    pub(crate) jitter: Duration,
}

/// A running proxy; dropped, it stops.
pub(crate) struct Proxy {
    /// Where the node finds its carrier.
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    pub(crate) fn start(node: SocketAddr, carrier: SocketAddr, seed: u64, faults: Faults) -> Proxy {
        let socket = || UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
        let (front, back) = (socket(), socket());
        for socket in [&front, &back] {
            socket.set_nonblocking(true).expect("a socket");
        }
        let address = front.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let mut worker = Worker {
            names: [
                (address.to_string(), carrier.to_string()),
                (
                    node.to_string(),
                    back.local_addr().expect("bound").to_string(),
                ),
            ],
            ends: [(front, node), (back, carrier)],
            faults,
            state: seed,
            flying: BinaryHeap::new(),
            number: 0,
        };
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                worker.turn();
                std::thread::sleep(Duration::from_micros(500));
            }
        });
        Proxy {
            address,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// When it arrives, its turn among those of that time, at which side, and what.
type Flying = (Instant, u64, usize, Vec<u8>);

struct Worker {
    /// The socket of each side and who is there: the node, the carrier.
    ends: [(UdpSocket, SocketAddr); 2],
    /// What the node calls somebody, and what the carrier calls the same.
    names: [(String, String); 2],
    faults: Faults,
    state: u64,
    /// When, in which order, through which end, what.
    flying: BinaryHeap<Reverse<Flying>>,
    number: u64,
}

impl Worker {
    fn turn(&mut self) {
        let mut buffer = [0; 65_536];
        for end in 0..2 {
            while let Ok((length, _)) = self.ends[end].0.recv_from(&mut buffer) {
                let bytes = self.renamed(end, &buffer[..length]);
                self.pass(1 - end, bytes);
            }
        }
        let now = Instant::now();
        while let Some(Reverse((at, _, _, _))) = self.flying.peek() {
            if *at > now {
                return;
            }
            let Some(Reverse((_, _, end, bytes))) = self.flying.pop() else {
                return;
            };
            let (socket, to) = &self.ends[end];
            // A side that is gone hears nothing.
            let _ = socket.send_to(&bytes, to);
        }
    }

    /// What came from an end, in the names of the other.
    fn renamed(&self, from: usize, bytes: &[u8]) -> Vec<u8> {
        let mut text = String::from_utf8_lossy(bytes).into_owned();
        for (for_node, for_carrier) in &self.names {
            let (old, new) = match from {
                0 => (for_node, for_carrier),
                _ => (for_carrier, for_node),
            };
            text = text.replace(old.as_str(), new);
        }
        text.into_bytes()
    }

    fn pass(&mut self, end: usize, bytes: Vec<u8>) {
        if self.chance(self.faults.lost) {
            return;
        }
        let copies = 1 + usize::from(self.chance(self.faults.doubled));
        for _ in 0..copies {
            let most = match self.chance(self.faults.late) {
                true => Duration::from_millis(700),
                false => self.faults.jitter,
            };
            let micros = u64::try_from(most.as_micros()).expect("less than a second");
            let wait = Duration::from_micros(self.draw() % micros.max(1));
            self.number += 1;
            let flight = (Instant::now() + wait, self.number, end, bytes.clone());
            self.flying.push(Reverse(flight));
        }
    }

    fn chance(&mut self, per_mille: u64) -> bool {
        self.draw() % 1000 < per_mille
    }

    /// SplitMix64.
    fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}
