//! A pool, its events, and phones to call it with.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use media::rtp::{self, Datagram, Packet};
use media::tone::share_at;
use media::{g711, tone};
use telephony::media::{
    Codec, LegHandle, LegId, LegStats, MediaConfig, MediaEvent, MediaPool, Remote, ToneKind,
};

/// Longer than any of these tests needs, on a machine that does other things as well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Rig {
    pub(crate) pool: MediaPool,
    events: mpsc::Receiver<MediaEvent>,
    threads: usize,
}

impl Rig {
    pub(crate) fn new() -> Rig {
        Rig::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut MediaConfig)) -> Rig {
        let mut config = MediaConfig::loopback(7);
        change(&mut config);
        let threads = config.threads;
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let pool = MediaPool::start(config, sender).expect("loopback is there");
        let (copy, events) = mpsc::channel();
        std::thread::spawn(move || {
            while let Some(event) = receiver.blocking_recv() {
                if copy.send(event).is_err() {
                    break;
                }
            }
        });
        Rig {
            pool,
            events,
            threads,
        }
    }

    /// A leg whose far side is a new phone; returns once the pool speaks to it.
    pub(crate) fn connected(&self, codec: Codec) -> Phone {
        self.connected_by(codec, |_| {})
    }

    pub(crate) fn connected_by(&self, codec: Codec, change: impl FnOnce(&mut Remote)) -> Phone {
        let mut phone = Phone::new(self.pool.open("test").expect("ports"), codec);
        let mut remote = Remote::new(phone.address(), codec);
        change(&mut remote);
        phone.events = remote.telephone_event;
        self.pool.set_remote(phone.leg(), remote);
        phone.receive();
        phone
    }

    pub(crate) fn bridged(&self, one: Codec, other: Codec) -> (Phone, Phone) {
        let (a, b) = (self.connected(one), self.connected(other));
        self.bridge(&a, &b);
        (a, b)
    }

    /// Joins two phones' legs and returns once their threads have done so.
    pub(crate) fn bridge(&self, a: &Phone, b: &Phone) {
        self.pool.bridge(a.leg(), b.leg());
        self.settle();
    }

    /// Returns once every command given so far is obeyed: a thread obeys in order, so the end of
    /// a leg opened last on each is the proof. Events told meanwhile are passed over.
    pub(crate) fn settle(&self) {
        for _ in 0..self.threads {
            let last = self.pool.open("settling").expect("ports");
            self.close(last.id);
        }
    }

    /// Waits for an event that fits; others before it are passed over.
    pub(crate) fn expect<T>(&self, fits: impl Fn(MediaEvent) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = self.events.recv_timeout(left).expect("an event that fits");
            if let Some(found) = fits(event) {
                return found;
            }
        }
    }

    /// Closes a leg and gives its last figures.
    pub(crate) fn close(&self, leg: LegId) -> LegStats {
        self.pool.close(leg);
        self.expect(|event| match event {
            MediaEvent::Closed { leg: closed, stats } if closed == leg => Some(stats),
            _ => None,
        })
    }

    /// Drops the pool and gives what is still to be told.
    pub(crate) fn end(self) -> mpsc::Receiver<MediaEvent> {
        self.events
    }

    /// Everything told so far.
    pub(crate) fn told(&self) -> Vec<MediaEvent> {
        self.events.try_iter().collect()
    }

    /// Waits until the leg's figures satisfy the test.
    pub(crate) fn until(&self, leg: LegId, fits: impl Fn(&LegStats) -> bool) -> LegStats {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let stats = self.pool.stats(leg).expect("the leg is open");
            if fits(&stats) {
                return stats;
            }
            assert!(Instant::now() < deadline, "never came to be: {stats:?}");
            std::thread::yield_now();
        }
    }
}

/// A packet as a phone received it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) payload_type: u8,
    pub(crate) marker: bool,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) ssrc: u32,
    pub(crate) payload: Vec<u8>,
    pub(crate) from: SocketAddr,
    pub(crate) at: Instant,
}

pub(crate) struct Phone {
    pub(crate) handle: LegHandle,
    pub(crate) codec: Codec,
    pub(crate) events: Option<u8>,
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    socket: UdpSocket,
}

impl Phone {
    pub(crate) fn new(handle: LegHandle, codec: Codec) -> Phone {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        socket.set_read_timeout(Some(PATIENCE)).expect("not zero");
        Phone {
            handle,
            codec,
            events: None,
            ssrc: 0xC0FF_EE00,
            sequence: 65_530,
            timestamp: 0xFFFF_FF00,
            socket,
        }
    }

    pub(crate) fn leg(&self) -> LegId {
        self.handle.id
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().expect("bound")
    }

    /// Sends so many frames of a tone at once, as a network that held them back would.
    pub(crate) fn say(&mut self, hertz: u16, frames: u32) {
        for frame in 0..frames {
            let payload: Vec<u8> = (0..160)
                .map(|n| tone::ToneKind::sample(ToneKind::Steady(hertz), frame * 160 + n))
                .map(|sample| g711::encode(self.codec, sample))
                .collect();
            self.send_payload(self.codec.payload_type(), false, &payload);
            self.timestamp = self.timestamp.wrapping_add(160);
        }
    }

    /// Sends the next frame of a tone.
    pub(crate) fn say_frame(&mut self, hertz: u16) {
        let payload: Vec<u8> = (0..160)
            .map(|n| ToneKind::Steady(hertz).sample(self.timestamp.wrapping_add(256) + n))
            .map(|sample| g711::encode(self.codec, sample))
            .collect();
        self.send_payload(self.codec.payload_type(), false, &payload);
        self.timestamp = self.timestamp.wrapping_add(160);
    }

    /// Passes over what has come already.
    pub(crate) fn drain(&self) {
        let mut buffer = [0; 2_000];
        self.socket.set_nonblocking(true).expect("a socket");
        while self.socket.recv_from(&mut buffer).is_ok() {}
        self.socket.set_nonblocking(false).expect("a socket");
    }

    /// Presses a key: three packets while it is held, three when it is released.
    pub(crate) fn press(&mut self, key: char) {
        let payload_type = self.events.expect("telephone-event was negotiated");
        for (n, (duration, end)) in (0u16..).zip([
            (160, false),
            (320, false),
            (480, false),
            (640, true),
            (640, true),
            (640, true),
        ]) {
            let event = media::dtmf::Event {
                key,
                end,
                volume: 10,
                duration,
            };
            let payload = event.to_bytes().expect("a key");
            self.send_payload(payload_type, n == 0, &payload);
        }
        self.timestamp = self.timestamp.wrapping_add(800);
    }

    pub(crate) fn send_payload(&mut self, payload_type: u8, marker: bool, payload: &[u8]) {
        let mut buffer = [0; 2_000];
        let packet = Packet {
            payload_type,
            marker,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            payload,
        };
        let length = rtp::write(&packet, &mut buffer).expect("fits");
        self.sequence = self.sequence.wrapping_add(1);
        self.send_raw(&buffer[..length]);
    }

    pub(crate) fn send_raw(&self, bytes: &[u8]) {
        let sent = self.socket.send_to(bytes, self.handle.local);
        sent.expect("loopback takes it");
    }

    /// The next packet.
    pub(crate) fn receive(&self) -> Heard {
        let mut buffer = [0; 2_000];
        let (length, from) = self
            .socket
            .recv_from(&mut buffer)
            .expect("a packet in time");
        let Datagram::Rtp(packet) = rtp::read(&buffer[..length]) else {
            panic!("the pool sent something else than RTP");
        };
        Heard {
            payload_type: packet.payload_type,
            marker: packet.marker,
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: packet.ssrc,
            payload: packet.payload.to_vec(),
            from,
            at: Instant::now(),
        }
    }

    pub(crate) fn receive_many(&self, count: usize) -> Vec<Heard> {
        (0..count).map(|_| self.receive()).collect()
    }

    /// Packets until one fits, that one included.
    pub(crate) fn receive_until(&self, fits: impl Fn(&Heard) -> bool) -> Vec<Heard> {
        let deadline = Instant::now() + PATIENCE;
        let mut all = Vec::new();
        loop {
            let heard = self.receive();
            let found = fits(&heard);
            all.push(heard);
            if found {
                return all;
            }
            assert!(
                Instant::now() < deadline,
                "no packet fits: {:?}",
                all.last()
            );
        }
    }

    /// Waits for the first audible packet, and gives it and the next ones.
    pub(crate) fn hear_sound(&self, packets: usize) -> Vec<Heard> {
        let mut sound = self.receive_until(|heard| !self.is_silence(heard));
        sound.drain(..sound.len() - 1);
        sound.extend(self.receive_many(packets - 1));
        sound
    }

    pub(crate) fn is_silence(&self, heard: &Heard) -> bool {
        heard
            .payload
            .iter()
            .all(|code| *code == self.codec.silence())
    }

    pub(crate) fn expect_tone(&self, hertz: u16, packets: usize) {
        let sound = self.hear_sound(packets);
        let codes: Vec<u8> = sound
            .iter()
            .flat_map(|heard| heard.payload.clone())
            .collect();
        let share = share_at(hertz, &g711::decode_all(self.codec, &codes));
        assert!(share > 0.9, "{hertz} Hz has {share} of the power");
    }
}
