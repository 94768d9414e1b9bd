//! Paced audio over loopback: every stream has two ends that each send a packet of 20 ms of G.711 to
//! the relay and expect the other's. Each packet carries the time it left.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use media::srtp::{Protect, Unprotect};

use crate::ready::Ready;
use crate::relay::{self, Relay};
use crate::usage::Usage;

/// The packet time.
const FRAME: Duration = Duration::from_millis(20);
/// What a packet of G.711 takes: header and payload.
const PACKET: usize = 172;
/// Where the time stands in it.
const TIME: usize = 12;
/// How far a sender may be ahead of its clock: packets of different calls do not come in bursts.
const BURST: Duration = Duration::from_micros(200);
/// Before the count begins: sources are learned, caches warm.
const WARM: Duration = Duration::from_millis(500);
/// What is under way at the end may still arrive.
const REST: Duration = Duration::from_millis(300);
/// Latencies by microsecond; what is later counts as this.
const LATE: usize = 200_000;

/// The ends of all streams.
pub(crate) struct Load {
    /// `2n` and `2n + 1` hear each other; the even ones are protected, if any are.
    ends: Vec<UdpSocket>,
    protected: bool,
}

/// What came of it.
pub(crate) struct Outcome {
    /// Microseconds of the relay's processor a packet forwarded.
    pub(crate) cpu: f64,
    /// Microseconds from the call that sends to the call that receives.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

impl Outcome {
    /// The least of each figure, and the packets of both.
    pub(crate) fn least(self, other: Outcome) -> Outcome {
        Outcome {
            cpu: self.cpu.min(other.cpu),
            p50: self.p50.min(other.p50),
            p99: self.p99.min(other.p99),
            sent: self.sent + other.sent,
            received: self.received + other.received,
        }
    }
}

impl Load {
    pub(crate) fn new(streams: usize, protected: bool) -> Load {
        let end = |_| {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
            socket.set_nonblocking(true).expect("a socket");
            socket
        };
        Load {
            ends: (0..streams * 2).map(end).collect(),
            protected,
        }
    }

    pub(crate) fn ports(&self) -> impl Iterator<Item = u16> {
        let port = |end: &UdpSocket| end.local_addr().expect("bound").port();
        self.ends.iter().map(port)
    }

    pub(crate) fn run(self, span: Duration, relay: &Relay) -> Outcome {
        let over = Arc::new(AtomicBool::new(false));
        let counting = Arc::new(AtomicBool::new(false));
        let began = Instant::now();
        let ear = {
            let ends = self.ends.iter().map(|end| end.try_clone().expect("a copy"));
            let ends: Vec<UdpSocket> = ends.collect();
            let (over, protected) = (Arc::clone(&over), self.protected);
            thread::spawn(move || hear(ends, protected, began, &over))
        };
        let sent = Arc::new(AtomicU64::new(0));
        let mouth = {
            let (over, counting) = (Arc::clone(&over), Arc::clone(&counting));
            let (sent, to) = (Arc::clone(&sent), relay.ports.clone());
            thread::spawn(move || speak(self, &to, began, &over, &counting, &sent))
        };
        thread::sleep(WARM);
        let before = Usage::of(relay.process());
        counting.store(true, Ordering::Relaxed);
        thread::sleep(span);
        counting.store(false, Ordering::Relaxed);
        thread::sleep(REST);
        let after = Usage::of(relay.process());
        over.store(true, Ordering::Relaxed);
        mouth.join().expect("it only sends");
        let heard = ear.join().expect("it only listens");
        let sent = sent.load(Ordering::Relaxed);
        let cpu = (after.media + after.rest - before.media - before.rest) * 1e6;
        // The relay went on for the rest as well.
        let forwarded = sent as f64 * (span + REST).as_secs_f64() / span.as_secs_f64();
        Outcome {
            cpu: cpu / forwarded,
            p50: heard.latency(0.5),
            p99: heard.latency(0.99),
            sent,
            received: heard.counted,
        }
    }
}

/// Sends every end's packet each 20 ms, spread evenly over them. The first byte of the audio says
/// whether the packet counts.
fn speak(
    load: Load,
    to: &[u16],
    began: Instant,
    over: &AtomicBool,
    counting: &AtomicBool,
    sent: &AtomicU64,
) {
    let step = FRAME / load.ends.len() as u32;
    let mut keys: Vec<Protect> = match load.protected {
        true => load.ends.iter().map(|_| relay::far_protect()).collect(),
        false => Vec::new(),
    };
    let (mut due, mut number) = (Instant::now(), 0_u32);
    while !over.load(Ordering::Relaxed) {
        for (at, end) in load.ends.iter().enumerate() {
            // A few packets leave together: a sender that spins would take the processor
            // of who is measured.
            let ahead = due.saturating_duration_since(Instant::now());
            if ahead > BURST {
                thread::sleep(ahead);
            }
            due += step;
            let counts = counting.load(Ordering::Relaxed);
            let mut packet = [0x55; PACKET + 16];
            packet[..2].copy_from_slice(&[0x80, 8]);
            packet[2..4].copy_from_slice(&(number as u16).to_be_bytes());
            packet[4..8].copy_from_slice(&number.wrapping_mul(160).to_be_bytes());
            packet[8..12].copy_from_slice(&(at as u32 + 1).to_be_bytes());
            packet[TIME..TIME + 8].copy_from_slice(&nanos(began).to_be_bytes());
            packet[TIME + 8] = u8::from(counts);
            let mut length = PACKET;
            if at % 2 == 0
                && let Some(key) = keys.get_mut(at)
            {
                length = key.rtp(&mut packet, PACKET).expect("there is room");
            }
            let relay = SocketAddr::from(([127, 0, 0, 1], to[at]));
            let left = end.send_to(&packet[..length], relay).is_ok();
            sent.fetch_add(u64::from(left && counts), Ordering::Relaxed);
        }
        number = number.wrapping_add(1);
    }
}

/// What all ends heard.
struct Heard {
    counted: u64,
    late: Vec<u64>,
}

impl Heard {
    fn latency(&self, share: f64) -> f64 {
        let wanted = (self.counted as f64 * share) as u64;
        let mut seen = 0;
        let place = self.late.iter().position(|count| {
            seen += count;
            seen > wanted
        });
        place.unwrap_or(LATE) as f64
    }
}

fn hear(ends: Vec<UdpSocket>, protected: bool, began: Instant, over: &AtomicBool) -> Heard {
    let mut keys: Vec<Unprotect> = match protected {
        true => ends.iter().map(|_| relay::far_unprotect()).collect(),
        false => Vec::new(),
    };
    let mut heard = Heard {
        counted: 0,
        late: vec![0; LATE + 1],
    };
    let mut ready = Ready::of(&ends);
    let mut packet = [0; 2_048];
    while !over.load(Ordering::Relaxed) {
        for at in ready.wait(Duration::from_millis(50)) {
            let Ok(length) = ends[at].recv(&mut packet) else {
                continue;
            };
            let opened = match keys.get_mut(at) {
                Some(key) if at % 2 == 0 => key.rtp(&mut packet[..length]).ok(),
                Some(_) | None => Some(length),
            };
            if opened.is_none_or(|length| length < PACKET) || packet[TIME + 8] != 1 {
                continue;
            }
            let left = packet[TIME..TIME + 8].try_into().map(u64::from_be_bytes);
            let late = nanos(began).saturating_sub(left.unwrap_or(u64::MAX)) / 1_000;
            heard.counted += 1;
            heard.late[(late as usize).min(LATE)] += 1;
        }
    }
    heard
}

fn nanos(began: Instant) -> u64 {
    began.elapsed().as_nanos() as u64
}
