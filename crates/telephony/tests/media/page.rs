//! A browser as far as audio is concerned: str0m behind a real socket, as a page has it.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use media::tone::{ToneKind, share_at};
use media::{Codec, g711};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::{Codec as Format, FormatParams};
use str0m::media::{Direction, Frequency, MediaKind, Mid};
use str0m::net::{Protocol, Receive, TcpType};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};
use telephony::media::{LegHandle, LegId};
use webrtc::{Frames, framed};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The number a page gives to keys.
const KEYS: u8 = 126;
const PCMU: u8 = 0;

pub(crate) struct Page {
    rtc: Rtc,
    mid: Mid,
    pending: Option<SdpPendingOffer>,
    pub(crate) offer: String,
    pub(crate) socket: UdpSocket,
    /// The connection it talks by, where no UDP passes.
    wire: Option<(TcpStream, Frames)>,
    pub(crate) leg: Option<LegHandle>,
    sequence: u64,
    timestamp: u32,
    pub(crate) seen: Vec<Seen>,
    pub(crate) connected: bool,
    pub(crate) gone: bool,
}

/// A packet as a page saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) payload_type: u8,
    pub(crate) sequence: u64,
    pub(crate) payload: Vec<u8>,
}

impl Seen {
    pub(crate) fn is_silence(&self) -> bool {
        self.payload
            .iter()
            .all(|code| *code == Codec::Pcma.silence())
    }
}

impl Page {
    pub(crate) fn new() -> Page {
        Page::at(Ipv4Addr::LOCALHOST.into())
    }

    pub(crate) fn at(ip: IpAddr) -> Page {
        let provider = str0m::crypto::from_feature_flags();
        let mut config = Rtc::builder()
            .set_crypto_provider(provider.into())
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_pcmu(true, false)
            .enable_pcma(true, false);
        let keys = FormatParams {
            telephone_event_max: Some(16),
            ..FormatParams::default()
        };
        let codecs = config.codec_config();
        codecs.add_config(
            KEYS.into(),
            None,
            Format::Tele,
            Frequency::EIGHT_KHZ,
            None,
            keys,
        );
        let mut rtc = config.build(Instant::now());
        let socket = UdpSocket::bind((ip, 0)).expect("a free port");
        let here = socket.local_addr().expect("bound");
        rtc.add_local_candidate(Candidate::host(here, "udp").expect("an address"));
        let mut changes = rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().expect("something changed");
        Page {
            rtc,
            mid,
            pending: Some(pending),
            offer: offer.to_sdp_string(),
            socket,
            wire: None,
            leg: None,
            sequence: 100,
            timestamp: 0,
            seen: Vec::new(),
            connected: false,
            gone: false,
        }
    }

    pub(crate) fn take(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("SDP");
        let pending = self.pending.take().expect("answered once");
        let api = self.rtc.sdp_api();
        api.accept_answer(pending, answer).expect("an answer to it");
    }

    /// Takes the answer where no UDP passes: by a connection to the place it names.
    pub(crate) fn take_by_tcp(&mut self, answer: &str, buffer: Option<usize>) {
        let there = tcp_place(answer).expect("a place for connections");
        let socket = socket2::Socket::new(
            socket2::Domain::for_address(there),
            socket2::Type::STREAM,
            None,
        );
        let socket = socket.expect("a socket");
        if let Some(bytes) = buffer {
            socket.set_recv_buffer_size(bytes).expect("a size");
        }
        socket.connect(&there.into()).expect("it listens");
        let stream = TcpStream::from(socket);
        stream.set_nodelay(true).expect("a connection");
        let here = stream.local_addr().expect("connected");
        let active = Candidate::builder().tcp().host(here);
        let active = active.tcptype(TcpType::Active).build();
        self.rtc.add_local_candidate(active.expect("an address"));
        self.wire = Some((stream, Frames::default()));
        let no_udp = |line: &&str| !(line.starts_with("a=candidate") && line.contains(" udp "));
        let lines: Vec<&str> = answer.lines().filter(no_udp).collect();
        self.take(&(lines.join("\r\n") + "\r\n"));
    }

    /// Its connection breaks.
    pub(crate) fn cut(&mut self) {
        let (stream, _) = self.wire.take().expect("it talks by a connection");
        stream
            .shutdown(std::net::Shutdown::Both)
            .expect("it was open");
    }

    pub(crate) fn leg(&self) -> LegId {
        self.leg.expect("it was opened").id
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().expect("bound")
    }

    /// Lives until that is so.
    pub(crate) fn until(&mut self, what: &str, fits: impl Fn(&Page) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !fits(self) {
            assert!(Instant::now() < deadline, "never so: {what}");
            self.live();
        }
    }

    /// Takes what comes within a few milliseconds.
    pub(crate) fn live(&mut self) {
        if self.wire.is_some() {
            return self.live_by_wire();
        }
        let mut buffer = [0; 2_000];
        let wait = Duration::from_millis(5);
        self.socket.set_read_timeout(Some(wait)).expect("not zero");
        if let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            let here = self.address();
            let received = Receive::new(Protocol::Udp, from, here, &buffer[..length]);
            let input = Input::Receive(Instant::now(), received.expect("of ours"));
            self.rtc.handle_input(input).expect("no error");
        }
        let now = Input::Timeout(Instant::now());
        self.rtc.handle_input(now).expect("no error");
        self.drain();
    }

    fn live_by_wire(&mut self) {
        let mut came = Vec::new();
        let (stream, frames) = self.wire.as_mut().expect("asked for");
        let (here, there) = (stream.local_addr(), stream.peer_addr());
        stream
            .set_read_timeout(Some(Duration::from_millis(5)))
            .expect("not zero");
        let mut buffer = [0; 16_384];
        if let Ok(length) = stream.read(&mut buffer) {
            let cut = frames.take(&buffer[..length], |frame| came.push(frame.to_vec()));
            cut.expect("frames of a datagram's length");
        }
        let (here, there) = (here.expect("connected"), there.expect("connected"));
        for datagram in came {
            let received = Receive::new(Protocol::Tcp, there, here, &datagram);
            let input = Input::Receive(Instant::now(), received.expect("of ours"));
            self.rtc.handle_input(input).expect("no error");
            self.drain();
        }
        let now = Input::Timeout(Instant::now());
        self.rtc.handle_input(now).expect("no error");
        self.drain();
    }

    /// Takes what has come, and waits for nothing.
    pub(crate) fn glance(&mut self) {
        let mut buffer = [0; 2_000];
        self.socket.set_nonblocking(true).expect("a socket");
        while let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            let here = self.address();
            let received = Receive::new(Protocol::Udp, from, here, &buffer[..length]);
            let input = Input::Receive(Instant::now(), received.expect("of ours"));
            self.rtc.handle_input(input).expect("no error");
            self.drain();
        }
        self.socket.set_nonblocking(false).expect("a socket");
    }

    fn drain(&mut self) {
        loop {
            match self.rtc.poll_output().expect("no error") {
                Output::Timeout(_) => return,
                Output::Transmit(sent) if sent.proto == Protocol::Tcp => {
                    if let Some((stream, _)) = &mut self.wire {
                        let frame = framed(&sent.contents).expect("a datagram");
                        stream.write_all(&frame).expect("it is taken");
                    }
                }
                Output::Transmit(sent) => {
                    let sent = self.socket.send_to(&sent.contents, sent.destination);
                    sent.expect("loopback takes it");
                }
                Output::Event(Event::Connected) => self.connected = true,
                Output::Event(Event::Closed) => self.gone = true,
                Output::Event(Event::RtpPacket(packet)) => self.seen.push(Seen {
                    payload_type: *packet.header.payload_type,
                    sequence: *packet.seq_no,
                    payload: packet.payload.to_vec(),
                }),
                Output::Event(_) => {}
            }
        }
    }

    /// Says a tone at the pace of a microphone.
    pub(crate) fn say(&mut self, hertz: u16, frames: u32) {
        for _ in 0..frames {
            let payload: Vec<u8> = (0..160)
                .map(|n| ToneKind::Steady(hertz).sample(self.timestamp.wrapping_add(n)))
                .map(|sample| g711::encode(Codec::Pcmu, sample))
                .collect();
            self.send(PCMU, &payload);
            self.timestamp = self.timestamp.wrapping_add(160);
            let next = Instant::now() + Duration::from_millis(20);
            while Instant::now() < next {
                self.live();
            }
        }
    }

    pub(crate) fn press(&mut self, key: char) {
        for (duration, end) in [(160, false), (320, false), (480, true), (480, true)] {
            let event = media::dtmf::Event {
                key,
                end,
                volume: 10,
                duration,
            };
            self.send(KEYS, &event.to_bytes().expect("a key"));
        }
        self.timestamp = self.timestamp.wrapping_add(480);
    }

    pub(crate) fn send(&mut self, payload_type: u8, payload: &[u8]) {
        let (number, timestamp) = (self.sequence, self.timestamp);
        let kind = payload_type.into();
        let packet = RtpWrite::new(kind, number.into(), timestamp, Instant::now(), payload);
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(self.mid, None);
        stream.expect("it was offered").write_rtp(packet);
        self.sequence += 1;
        let now = Input::Timeout(Instant::now());
        self.rtc.handle_input(now).expect("no error");
        self.drain();
    }

    pub(crate) fn close(&mut self) {
        self.rtc.close().expect("it is open");
        self.drain();
    }

    /// Waits until it has heard so many packets of that tone, and nothing was lost.
    pub(crate) fn expect_tone(&mut self, hertz: u16, packets: usize) {
        let silence = [Codec::Pcma.silence(); 160];
        let sound = |page: &Page| {
            let seen = page.seen.iter();
            let sound = seen.filter(|seen| seen.payload.len() == 160 && seen.payload != silence);
            sound.cloned().collect::<Vec<_>>()
        };
        self.until("it hears that", |page| sound(page).len() >= packets);
        let codes: Vec<u8> = sound(self)
            .into_iter()
            .flat_map(|seen| seen.payload)
            .collect();
        let share = share_at(hertz, &g711::decode_all(Codec::Pcma, &codes));
        assert!(share > 0.9, "{hertz} Hz has {share} of the power");
        let gapless = |pair: &[Seen]| pair[1].sequence == pair[0].sequence + 1;
        assert!(self.seen.windows(2).all(gapless), "a packet is missing");
    }

    pub(crate) fn keys_seen(&self) -> Vec<Seen> {
        let keys = self.seen.iter().filter(|seen| seen.payload_type == KEYS);
        keys.cloned().collect()
    }
}

/// Where an answer wants connections.
pub(crate) fn tcp_place(answer: &str) -> Option<SocketAddr> {
    let candidate = answer.lines().find(|line| line.contains(" tcp "))?;
    assert!(
        candidate.contains("typ host tcptype passive"),
        "{candidate}"
    );
    let words: Vec<&str> = candidate.split(' ').collect();
    let ip = words[4].parse().expect("an address");
    Some(SocketAddr::new(ip, words[5].parse().expect("a port")))
}
