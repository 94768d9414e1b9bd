//! Tones: made for one side, looked for in what the other side heard.

use std::collections::HashMap;
use std::f64::consts::TAU;
use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

const RATE: f64 = 8_000.0;
/// What one packet brings: how far one look is from the next.
const HOP: usize = 160;
/// What one look takes in: long enough that tones 60 Hz apart do not leak into each other.
const LOOK: usize = 5 * HOP;
/// A hole shorter than this is a late packet, not the end of a call.
const HOLE: usize = 10;

/// So many seconds of a tone at half of full scale.
pub(crate) fn tone(frequency: f64, seconds: usize) -> Vec<i16> {
    (0..seconds * RATE as usize)
        .map(|at| ((TAU * frequency * at as f64 / RATE).sin() * LOUDNESS) as i16)
        .collect()
}

/// The peak of what is said, of 32,767.
const LOUDNESS: f64 = 16_000.0;

/// A stretch in which somebody is heard and nobody else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spell {
    /// Who: which of the tones that were asked for.
    pub(crate) who: usize,
    pub(crate) seconds: f64,
    /// How loud, of what was said: 1 is unchanged.
    pub(crate) loudness: f64,
}

/// Who of these tones is heard, one after another.
pub(crate) fn spells(tones: &[f64], samples: &[i16]) -> Vec<Spell> {
    let mut heard: Vec<(usize, usize, usize)> = Vec::new();
    for (at, look) in samples.windows(LOOK).step_by(HOP).enumerate() {
        let Some(who) = tones.iter().position(|tone| is_tone(*tone, look)) else {
            continue;
        };
        match heard.last_mut() {
            Some((same, _, last)) if *same == who && at - *last <= HOLE => *last = at,
            _ => heard.push((who, at, at)),
        }
    }
    let spell = |(who, first, last): (usize, usize, usize)| {
        let stretch = &samples[first * HOP..last * HOP + LOOK];
        Spell {
            who,
            seconds: stretch.len() as f64 / RATE,
            loudness: (2.0 * power(stretch)).sqrt() / LOUDNESS,
        }
    };
    heard.into_iter().map(spell).collect()
}

/// Goertzel: the power at the frequency is most of the power there is.
pub(crate) fn is_tone(frequency: f64, look: &[i16]) -> bool {
    let turn = 2.0 * (TAU * frequency / RATE).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for &sample in look {
        let next = f64::from(sample) + turn * last - before;
        (before, last) = (last, next);
    }
    let length = look.len() as f64;
    let at = (last * last + before * before - turn * last * before) * 2.0 / (length * length);
    let all = power(look);
    all > 1_000_000.0 && at > 0.8 * all
}

fn power(samples: &[i16]) -> f64 {
    let squares = samples.iter().map(|sample| f64::from(*sample).powi(2));
    squares.sum::<f64>() / samples.len() as f64
}

/// Writes what a phone says.
pub(crate) fn write_wav(path: &Path, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).expect("the folder is ours");
    for sample in samples {
        file.write_sample(*sample).expect("the disk has room");
    }
    file.finalize().expect("the disk has room");
}

/// Reads what a phone heard.
pub(crate) fn read_wav(path: &Path) -> Vec<i16> {
    let file = hound::WavReader::open(path).expect("baresip writes WAV files");
    let spec = file.spec();
    assert_eq!((spec.channels, spec.sample_rate), (1, RATE as u32));
    file.into_samples().map_while(Result::ok).collect()
}

/// mu-law (G.711) by its definition, not by the product's tables.
pub(crate) fn encode(sample: i16) -> u8 {
    let sign = if sample < 0 { 0x80 } else { 0 };
    let level = i32::from(sample).abs().min(32_635) + 132;
    let segment = (31 - level.leading_zeros() as i32) - 7;
    !(sign | (segment << 4) as u8 | ((level >> (segment + 3)) & 15) as u8)
}

pub(crate) fn decode(code: u8) -> i16 {
    let code = !code;
    let level = ((i32::from(code & 15) << 3) + 132) << ((code >> 4) & 7);
    let level = (level - 132) as i16;
    if code & 0x80 != 0 { -level } else { level }
}

/// Audio by the stream it came in: its sender and SSRC.
type Streams = HashMap<(SocketAddr, [u8; 4]), Vec<i16>>;

/// Where customers who listen have their media sent.
pub(crate) struct Ear {
    local: SocketAddr,
    streams: Arc<Mutex<Streams>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    pub(crate) fn open() -> Ear {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        socket
            .set_read_timeout(Some(Duration::from_millis(50)))
            .expect("a timeout above zero");
        let local = socket.local_addr().expect("it is bound");
        let streams = Arc::<Mutex<Streams>>::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (kept, stopped) = (Arc::clone(&streams), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let mut packet = [0; 2_048];
            while !stopped.load(Ordering::Relaxed) {
                // Only the timeout fails; RTP of payload type 0 is all we offered.
                let Ok((length, from)) = socket.recv_from(&mut packet) else {
                    continue;
                };
                if length > 12 && packet[0] == 0x80 && packet[1] & 0x7F == 0 {
                    let ssrc = [packet[8], packet[9], packet[10], packet[11]];
                    let mut streams = kept.lock().expect("no panic holds it");
                    let audio = streams.entry((from, ssrc)).or_default();
                    audio.extend(packet[12..length].iter().copied().map(decode));
                }
            }
        });
        Ear {
            local,
            streams,
            stop,
            thread: Some(thread),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.local.port()
    }

    /// What each customer heard, in no order.
    pub(crate) fn heard(&self) -> Vec<Vec<i16>> {
        let streams = self.streams.lock().expect("no panic holds it");
        streams.values().cloned().collect()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It cannot panic but on a poisoned lock, and then the test already fails.
            let _ = thread.join();
        }
    }
}
