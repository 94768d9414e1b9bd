//! Somebody's audio alone: a packet each 20 ms, numbered, and which numbers of the other came.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const FRAME: Duration = Duration::from_millis(20);

/// A running voice; dropped, it stops.
pub(crate) struct Talker {
    pub(crate) at: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    to: Mutex<Option<SocketAddr>>,
    heard: Mutex<Vec<Heard>>,
    over: AtomicBool,
}

/// A packet that came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard {
    pub(crate) sequence: u16,
    pub(crate) voice: u8,
    pub(crate) at: Instant,
}

impl Talker {
    pub(crate) fn start(voice: u8) -> Talker {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        let at = socket.local_addr().expect("bound");
        let shared = Arc::<Shared>::default();
        let kept = Arc::clone(&shared);
        let thread = std::thread::spawn(move || kept.run(&socket, voice));
        Talker {
            at,
            shared,
            thread: Some(thread),
        }
    }

    /// Speaks there from now on.
    pub(crate) fn speaks_to(&self, to: SocketAddr) {
        *self.shared.to.lock().expect("no panic holds it") = Some(to);
    }

    /// What came since then.
    pub(crate) fn since(&self, then: Instant) -> Vec<Heard> {
        let heard = self.shared.heard.lock().expect("no panic holds it");
        heard.iter().copied().filter(|it| it.at > then).collect()
    }

    /// Whether this voice was heard just now.
    pub(crate) fn hears(&self, voice: u8) -> bool {
        let heard = self.shared.heard.lock().expect("no panic holds it");
        heard.last().is_some_and(|last| last.voice == voice)
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn run(&self, socket: &UdpSocket, voice: u8) {
        let pause = Some(Duration::from_millis(2));
        socket.set_read_timeout(pause).expect("a timeout");
        let mut buffer = [0; 2_048];
        let mut next = Instant::now();
        let mut sequence = 0_u16;
        while !self.over.load(Ordering::Relaxed) {
            let to = *self.to.lock().expect("no panic holds it");
            if let Some(to) = to.filter(|_| Instant::now() >= next) {
                let mut packet = vec![0x80, 8];
                packet.extend(sequence.to_be_bytes());
                packet.extend((u32::from(sequence) * 160).to_be_bytes());
                packet.extend([0, 0, 0, voice]);
                packet.extend([voice; 160]);
                socket.send_to(&packet, to).expect("loopback");
                sequence = sequence.wrapping_add(1);
                next = (next + FRAME).max(Instant::now() - FRAME);
            }
            let Ok((length, _)) = socket.recv_from(&mut buffer) else {
                continue;
            };
            // Reports come there too, if at all; audio is as long as a frame.
            if length == 172 {
                let heard = Heard {
                    sequence: u16::from_be_bytes([buffer[2], buffer[3]]),
                    voice: buffer[12],
                    at: Instant::now(),
                };
                self.heard.lock().expect("no panic holds it").push(heard);
            }
        }
    }
}
