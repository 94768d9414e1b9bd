//! A page as far as its leg is concerned, and the network between it and us.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use media::rtp::{self, Datagram, Packet};
use media::srtp::{Protect, Unprotect};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::{Codec, FormatParams};
use str0m::media::{Direction, Frequency, MediaKind, Mid};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc};
use webrtc::{Identity, Over, Path, Peer, Place, Told, is_audio};

pub(crate) const HERE: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)), 19_000);
pub(crate) const ADDRESS: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7)), 50_000);
/// How they reach each other.
pub(crate) const PATH: Path = Path {
    over: Over::Udp,
    here: HERE,
    there: ADDRESS,
};
/// The number a page gives to keys.
pub(crate) const KEYS: u8 = 126;
pub(crate) const FRAME: Duration = Duration::from_millis(20);
/// How long a datagram is under way.
const WAY: Duration = Duration::from_millis(10);
const STEP: Duration = Duration::from_millis(5);

pub(crate) struct Page {
    rtc: Rtc,
    mid: Mid,
    pending: Option<SdpPendingOffer>,
    pub(crate) offer: String,
    seen: Vec<Seen>,
    gone: bool,
}

/// A packet as it came.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) payload_type: u8,
    pub(crate) sequence: u16,
    pub(crate) payload: Vec<u8>,
}

impl Page {
    pub(crate) fn new() -> Page {
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
        config.codec_config().add_config(
            KEYS.into(),
            None,
            Codec::Tele,
            Frequency::EIGHT_KHZ,
            None,
            keys,
        );
        let mut rtc = config.build(Instant::now());
        let candidate = Candidate::host(ADDRESS, "udp").expect("an address");
        rtc.add_local_candidate(candidate);
        let mut changes = rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().expect("something changed");
        Page {
            rtc,
            mid,
            pending: Some(pending),
            offer: offer.to_sdp_string(),
            seen: Vec::new(),
            gone: false,
        }
    }
}

/// A page and our leg for it, with audio beside it as a media thread has it.
pub(crate) struct Call {
    pub(crate) now: Instant,
    pub(crate) ours: Peer,
    pub(crate) answer: String,
    audio: Option<Audio>,
    pub(crate) took: Duration,
    page: Page,
    ways: [VecDeque<(Instant, Vec<u8>)>; 2],
    lose_every: usize,
    sent: usize,
    last: Option<Vec<u8>>,
    heard: Vec<Seen>,
    connected: bool,
    missed: bool,
    left: bool,
    /// What our side took to hear and to say.
    pub(crate) hearing: Duration,
    pub(crate) saying: Duration,
}

/// What protects our audio, and opens the page's.
struct Audio {
    protect: Protect,
    unprotect: Unprotect,
}

const TO_US: usize = 0;
const TO_PAGE: usize = 1;

impl Call {
    /// Both sides have the other's description, and nothing was sent.
    pub(crate) fn new(mut page: Page) -> Call {
        let now = Instant::now();
        let identity = Identity::generate().expect("chance is there");
        let place = place();
        let (ours, answer) =
            Peer::answer(now, &page.offer, &place, &identity).expect("an offer of a page");
        let taken = SdpAnswer::from_sdp_string(&answer).expect("our answer is SDP");
        let pending = page.pending.take().expect("it is answered once");
        let api = page.rtc.sdp_api();
        api.accept_answer(pending, taken)
            .expect("the page takes it");
        Call {
            now,
            ours,
            answer,
            audio: None,
            took: Duration::ZERO,
            page,
            ways: [VecDeque::new(), VecDeque::new()],
            lose_every: 0,
            sent: 0,
            last: None,
            heard: Vec::new(),
            connected: false,
            missed: false,
            left: false,
            hearing: Duration::ZERO,
            saying: Duration::ZERO,
        }
    }

    pub(crate) fn connected(page: Page) -> Call {
        let mut call = Call::new(page);
        let start = call.now;
        while !(call.connected && call.page.rtc.is_connected()) {
            call.pass(STEP);
            assert!(call.now < start + Duration::from_secs(5), "never connected");
        }
        call.took = call.now - start;
        call
    }

    /// Lets time go by.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.now += STEP.min(until - self.now);
            self.arrive();
            self.page
                .rtc
                .handle_input(Input::Timeout(self.now))
                .expect("no error");
            self.ours.wake(self.now);
            self.drain();
        }
    }

    pub(crate) fn lose_every(&mut self, packets: usize) {
        self.lose_every = packets;
    }

    pub(crate) fn we_say(&mut self, packet: &Packet<'_>) {
        let began = Instant::now();
        let ssrc = self.ours.ssrc();
        let audio = self.audio.as_mut().expect("the leg is up");
        let mut buffer = [0; 400];
        let length = rtp::write(&Packet { ssrc, ..*packet }, &mut buffer).expect("short");
        let length = audio.protect.rtp(&mut buffer, length).expect("a new one");
        self.saying += began.elapsed();
        self.send(TO_PAGE, buffer[..length].to_vec());
    }

    pub(crate) fn page_says(&mut self, payload_type: u8, sequence: u16, payload: &[u8]) {
        let timestamp = u32::from(sequence) * 160;
        let packet = RtpWrite::new(
            payload_type.into(),
            u64::from(sequence).into(),
            timestamp,
            self.now,
            payload,
        );
        let mut direct = self.page.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(self.page.mid, None);
        stream.expect("it was offered").write_rtp(packet);
        self.drain();
    }

    pub(crate) fn close_page(&mut self) {
        self.page.rtc.close().expect("it is open");
        self.drain();
    }

    /// The page's last datagram arrives once more.
    pub(crate) fn repeat_last(&mut self) {
        let again = self.last.clone().expect("the page sent something");
        self.ways[TO_US].push_back((self.now, again));
    }

    /// What the page sends first of all.
    pub(crate) fn first_check(&mut self) -> Vec<u8> {
        while self.ways[TO_US].is_empty() {
            self.now += STEP;
            self.page
                .rtc
                .handle_input(Input::Timeout(self.now))
                .expect("no error");
            self.drain();
        }
        self.ways[TO_US].pop_front().expect("waited for").1
    }

    pub(crate) fn page_heard(&mut self) -> Vec<Seen> {
        self.pass(WAY * 2);
        std::mem::take(&mut self.page.seen)
    }

    pub(crate) fn we_heard(&mut self) -> Vec<Seen> {
        self.pass(WAY * 2);
        std::mem::take(&mut self.heard)
    }

    pub(crate) fn page_is_gone(&self) -> bool {
        self.page.gone
    }

    pub(crate) fn we_left(&self) -> bool {
        self.left
    }

    pub(crate) fn we_missed_it(&self) -> bool {
        self.missed
    }

    fn arrive(&mut self) {
        for to in [TO_US, TO_PAGE] {
            while self.ways[to].front().is_some_and(|(at, _)| *at <= self.now) {
                let (_, datagram) = self.ways[to].pop_front().expect("just seen");
                match to {
                    TO_US if is_audio(&datagram) => self.hear(datagram),
                    TO_US => self.ours.receive(self.now, PATH, &datagram),
                    _ => {
                        let received = Receive::new(Protocol::Udp, HERE, ADDRESS, &datagram);
                        let received = received.expect("we send what can be read");
                        let input = Input::Receive(self.now, received);
                        self.page.rtc.handle_input(input).expect("no error");
                    }
                }
                self.drain();
            }
        }
    }

    /// What is not of the page, or came before, is not heard.
    fn hear(&mut self, mut datagram: Vec<u8>) {
        let began = Instant::now();
        let Some(audio) = &mut self.audio else {
            return;
        };
        if rtp::is_rtcp(&datagram) {
            audio.unprotect.rtcp(&mut datagram).expect("of the page");
            return;
        }
        if let Ok(length) = audio.unprotect.rtp(&mut datagram)
            && let Datagram::Rtp(packet) = rtp::read(&datagram[..length])
        {
            self.hearing += began.elapsed();
            self.heard.push(Seen {
                payload_type: packet.payload_type,
                sequence: packet.sequence,
                payload: packet.payload.to_vec(),
            });
        }
    }

    fn drain(&mut self) {
        self.drain_ours();
        self.drain_page();
    }

    fn drain_ours(&mut self) {
        loop {
            match self.ours.poll() {
                Told::Send(path, datagram) => {
                    assert_eq!(path, PATH);
                    // Two who protect with one key use its key stream twice.
                    assert!(!is_audio(&datagram), "audio that is not ours");
                    self.send(TO_PAGE, datagram);
                }
                Told::Connected => {
                    self.connected = true;
                    let keys = self.ours.keys().expect("it is connected");
                    self.audio.get_or_insert_with(|| Audio {
                        protect: Protect::new(&keys.ours),
                        unprotect: Unprotect::new(&keys.theirs),
                    });
                }
                Told::Unreachable => self.missed = true,
                Told::Left => self.left = true,
                Told::Idle(_) => break,
            }
        }
    }

    fn drain_page(&mut self) {
        loop {
            match self.page.rtc.poll_output().expect("no error") {
                Output::Timeout(_) => break,
                Output::Transmit(sent) => {
                    let datagram: Vec<u8> = sent.contents.into();
                    self.last = Some(datagram.clone());
                    self.send(TO_US, datagram);
                }
                Output::Event(Event::RtpPacket(packet)) => self.page.seen.push(Seen {
                    payload_type: *packet.header.payload_type,
                    sequence: packet.header.sequence_number,
                    payload: packet.payload.to_vec(),
                }),
                Output::Event(Event::Closed) => self.page.gone = true,
                Output::Event(_) => {}
            }
        }
    }

    fn send(&mut self, to: usize, datagram: Vec<u8>) {
        self.sent += 1;
        let lost = self.lose_every > 0 && self.sent.is_multiple_of(self.lose_every);
        if !lost {
            self.ways[to].push_back((self.now + WAY, datagram));
        }
    }
}

/// Where pages are told to reach us.
pub(crate) fn place() -> Place {
    Place {
        udp: vec![HERE],
        tcp: Vec::new(),
    }
}

pub(crate) fn packet(payload_type: u8, sequence: u16, payload: &[u8]) -> Packet<'_> {
    Packet {
        payload_type,
        marker: false,
        sequence,
        timestamp: u32::from(sequence) * 160,
        ssrc: 1,
        payload,
    }
}

/// A check with one letter of its password's proof changed.
pub(crate) fn renamed(check: &[u8], user: &str) -> Vec<u8> {
    assert_eq!(webrtc::user_of(check), Some(user));
    let mut forged = check.to_vec();
    // The tie-breaker of the offering side stands in front of the proof and is covered by it.
    let at = forged.len() - 40;
    forged[at] ^= 1;
    forged
}
