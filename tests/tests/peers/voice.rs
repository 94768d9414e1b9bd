//! A customer's audio without a telephone: a socket that says a tone to whoever sends to it, and notes
//! every packet it gets.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::tone::{decode, encode, is_tone, tone};

const FRAME: Duration = Duration::from_millis(20);
const SAMPLES: usize = 160;
/// Longer than a busy machine holds a packet up.
const FRESH: Duration = Duration::from_millis(300);

/// A packet as it came.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    pub(crate) at: Instant,
    pub(crate) kind: u8,
    pub(crate) sequence: u16,
    pub(crate) payload: Vec<u8>,
}

pub(crate) struct Voice {
    local: SocketAddr,
    notes: Arc<Mutex<Vec<Note>>>,
    said: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Voice {
    /// A customer who says this tone as soon as there is a call.
    pub(crate) fn open(says: f64) -> Voice {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        let local = socket.local_addr().expect("it is bound");
        let (notes, said) = (Arc::default(), Arc::default());
        let stop = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (notes, said, stop) = (Arc::clone(&notes), Arc::clone(&said), Arc::clone(&stop));
            move || talk(&socket, says, (&notes, &said, &stop))
        });
        Voice {
            local,
            notes,
            said,
            stop,
            thread: Some(thread),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.local.port()
    }

    /// Packets said so far.
    pub(crate) fn said(&self) -> u64 {
        self.said.load(Ordering::Relaxed)
    }

    /// Every packet so far.
    pub(crate) fn notes(&self) -> Vec<Note> {
        self.notes.lock().expect("no panic holds it").clone()
    }

    /// What came since.
    pub(crate) fn since(&self, then: Instant) -> Vec<Note> {
        let mut notes = self.notes();
        notes.retain(|note| note.at >= then);
        notes
    }

    /// Whether the last fifth of a second is this tone.
    pub(crate) fn hears(&self, hertz: f64) -> bool {
        let notes = self.notes();
        let newest = &notes[notes.len().saturating_sub(10)..];
        let now = newest.last().is_some_and(|note| note.at.elapsed() < FRESH);
        now && newest.len() == 10 && sounds(newest, hertz)
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It cannot panic but on a poisoned lock, and then the test already fails.
            let _ = thread.join();
        }
    }
}

/// Whether these packets are this tone.
pub(crate) fn sounds(notes: &[Note], hertz: f64) -> bool {
    let audio = notes.iter().filter(|note| note.kind == 0);
    let samples: Vec<i16> = audio
        .flat_map(|note| note.payload.iter().copied().map(decode))
        .collect();
    !samples.is_empty() && is_tone(hertz, &samples)
}

type Shared<'a> = (&'a Mutex<Vec<Note>>, &'a AtomicU64, &'a AtomicBool);

fn talk(socket: &UdpSocket, says: f64, (notes, said, stop): Shared<'_>) {
    let words: Vec<u8> = tone(says, 1).into_iter().map(encode).collect();
    let (mut sequence, mut listener) = (0u16, None);
    let mut due = Instant::now();
    let mut packet = [0; 2_048];
    while !stop.load(Ordering::Relaxed) {
        let wait = due.saturating_duration_since(Instant::now());
        let wait = wait.max(Duration::from_micros(200));
        socket.set_read_timeout(Some(wait)).expect("above zero");
        if let Ok((length @ 12.., from)) = socket.recv_from(&mut packet) {
            listener = Some(from);
            let note = Note {
                at: Instant::now(),
                kind: packet[1] & 0x7F,
                sequence: u16::from_be_bytes([packet[2], packet[3]]),
                payload: packet[12..length].to_vec(),
            };
            notes.lock().expect("no panic holds it").push(note);
        }
        if Instant::now() < due {
            continue;
        }
        due += FRAME;
        let Some(to) = listener else { continue };
        let at = usize::from(sequence) * SAMPLES % words.len();
        let mut frame = vec![0x80, 0];
        frame.extend(sequence.to_be_bytes());
        frame.extend((u32::from(sequence) * SAMPLES as u32).to_be_bytes());
        frame.extend([7; 4]);
        frame.extend(&words[at..at + SAMPLES]);
        // The engine closes its port when the call is over.
        if socket.send_to(&frame, to).is_ok() {
            said.fetch_add(1, Ordering::Relaxed);
        }
        sequence = sequence.wrapping_add(1);
    }
}
