//! The other side: a user agent on real sockets that answers as the dialed user says, sends RTP
//! with one repeated byte and counts which bytes it hears. A carrier, or a phone that registers.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sip::endpoint::{
    CallEvent, CallHandle, Endpoint, EndpointConfig, Event, Flow, NewCall, NewRegistration,
    Transport,
};
use sip::message::{NameAddr, Status};
use sip::sdp::{self, Codec, Direction};
use sip::uri::Uri;

/// The number of A-law (RFC 3551).
const PCMA: u8 = 8;

/// What becomes of a call to a user.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Behaviour {
    /// 180, then 200 after so long.
    Answers(Duration),
    /// 180 and nothing more.
    Rings,
    /// This status at once.
    Refuses(u16),
    /// 200, and BYE as soon as it is acknowledged.
    HangsUpAtOnce,
    /// 200 with a body that is no SDP.
    AnswersNonsense,
    /// 200, but never a packet of audio.
    AnswersMute,
}

/// What the peer saw, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// An INVITE for this user, with this Call-ID.
    Invited(String, String),
    /// It was cancelled.
    Cancelled(String),
    /// The ACK of the answer came.
    Confirmed(String),
    /// It ended by the other side's BYE.
    HungUp(String),
    /// Our own BYE or a failure ended it.
    Over(String),
}

/// What a test may ask a peer to do.
enum Ask {
    Call(String),
    /// To whom, at which address, and as whom.
    CallAs(String, SocketAddr, String),
    /// A key of the caller of this user, in the audio or by INFO.
    Press(String, char, bool),
    HangUp(String),
    Stop,
}

/// How a peer is set up.
pub(crate) struct Setup {
    /// What becomes of a call to this user.
    pub(crate) behave: fn(&str) -> Behaviour,
    /// The byte it speaks.
    pub(crate) voice: u8,
    /// Registrar, user and password, for a phone.
    pub(crate) register: Option<(SocketAddr, String, String)>,
}

#[derive(Default)]
struct Notes {
    seen: Vec<Seen>,
    heard: HashMap<String, HashMap<u8, usize>>,
    /// The codes of all that each user heard, one after the other.
    sound: HashMap<String, Vec<u8>>,
}

/// A running peer; dropped, it stops.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    asks: Sender<Ask>,
    notes: Arc<Mutex<Notes>>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    pub(crate) fn start(setup: Setup) -> Peer {
        Peer::start_at(Ipv4Addr::LOCALHOST.into(), setup)
    }

    pub(crate) fn start_at(ip: IpAddr, setup: Setup) -> Peer {
        let socket = UdpSocket::bind((ip, 0)).expect("loopback has free ports");
        let address = socket.local_addr().expect("bound");
        let (asks, inbox) = channel();
        let notes = Arc::new(Mutex::new(Notes::default()));
        let shared = Arc::clone(&notes);
        let thread = std::thread::spawn(move || Worker::new(socket, setup, shared).run(&inbox));
        Peer {
            address,
            asks,
            notes,
            thread: Some(thread),
        }
    }

    /// A phone calls this user of its registrar.
    pub(crate) fn calls(&self, user: &str) {
        let call = Ask::Call(user.into());
        self.asks.send(call).expect("the peer runs");
    }

    /// A carrier hands a call to this user over, from another.
    pub(crate) fn brings(&self, to: SocketAddr, user: &str, from: &str) {
        let call = Ask::CallAs(user.into(), to, from.into());
        self.asks.send(call).expect("the peer runs");
    }

    /// The caller of this user presses a key: in the audio (RFC 4733), or told by INFO.
    pub(crate) fn presses(&self, user: &str, key: char, in_audio: bool) {
        let press = Ask::Press(user.into(), key, in_audio);
        self.asks.send(press).expect("the peer runs");
    }

    pub(crate) fn hang_up(&self, user: &str) {
        self.asks
            .send(Ask::HangUp(user.into()))
            .expect("the peer runs");
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.notes
            .lock()
            .expect("no test panics inside")
            .seen
            .clone()
    }

    pub(crate) fn invites(&self) -> usize {
        let seen = self.seen();
        seen.iter()
            .filter(|seen| matches!(seen, Seen::Invited(..)))
            .count()
    }

    /// How many bytes of this value the user heard.
    pub(crate) fn heard(&self, user: &str, voice: u8) -> usize {
        let notes = self.notes.lock().expect("no test panics inside");
        let heard = notes.heard.get(user);
        heard
            .and_then(|bytes| bytes.get(&voice))
            .copied()
            .unwrap_or(0)
    }
}

impl Peer {
    /// All that the user heard, in codes of A-law.
    #[allow(dead_code, reason = "the tests of recordings listen to it")]
    pub(crate) fn sound(&self, user: &str) -> Vec<u8> {
        let notes = self.notes.lock().expect("no test panics inside");
        notes.sound.get(user).cloned().unwrap_or_default()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.asks.send(Ask::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Worker {
    socket: UdpSocket,
    endpoint: Endpoint,
    setup: Setup,
    notes: Arc<Mutex<Notes>>,
    calls: HashMap<CallHandle, Call>,
    next_frame: Instant,
}

struct Call {
    user: String,
    behaviour: Behaviour,
    offer: String,
    answer_at: Option<Instant>,
    rtp: UdpSocket,
    remote: Option<SocketAddr>,
    sequence: u16,
}

impl Worker {
    fn new(socket: UdpSocket, setup: Setup, notes: Arc<Mutex<Notes>>) -> Worker {
        let local = socket.local_addr().expect("bound");
        let mut seed = [7; 32];
        seed[..2].copy_from_slice(&local.port().to_be_bytes());
        let now = Instant::now();
        let config = EndpointConfig {
            local,
            seed,
            accept_calls: true,
            source_rate: 0,
            ..EndpointConfig::default()
        };
        let mut endpoint = Endpoint::new(config, now);
        if let Some((registrar, user, password)) = &setup.register {
            let registration = NewRegistration {
                flow: flow(*registrar),
                domain: "cadencia.test".into(),
                user: user.clone(),
                password: password.clone(),
                expires: Duration::from_secs(120),
            };
            endpoint.register(now, registration);
        }
        Worker {
            socket,
            endpoint,
            setup,
            notes,
            calls: HashMap::new(),
            next_frame: now,
        }
    }

    fn run(mut self, asks: &Receiver<Ask>) {
        let mut buffer = [0; 65_536];
        let pause = Some(Duration::from_millis(1));
        self.socket
            .set_read_timeout(pause)
            .expect("1 ms is a timeout");
        loop {
            let now = Instant::now();
            match asks.try_recv() {
                Ok(Ask::Call(user)) => {
                    let (registrar, own, word) = self.setup.register.clone().expect("a phone");
                    self.call(now, user, registrar, (own, Some(word)));
                }
                Ok(Ask::CallAs(user, to, own)) => self.call(now, user, to, (own, None)),
                Ok(Ask::Press(user, key, in_audio)) => self.press(now, &user, key, in_audio),
                Ok(Ask::HangUp(user)) => self.hang_up(now, &user),
                Ok(Ask::Stop) => return,
                Err(_) => {}
            }
            if self.endpoint.next_wake().is_some_and(|due| due <= now) {
                self.endpoint.wake(now);
            }
            self.answer_due(now);
            self.audio(now);
            self.flush(now);
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let now = Instant::now();
                    self.endpoint.receive(now, flow(from), &buffer[..length]);
                    self.flush(now);
                }
                Err(error) => assert!(
                    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                    "{error}"
                ),
            }
        }
    }

    fn flush(&mut self, now: Instant) {
        loop {
            while let Some(event) = self.endpoint.poll_event() {
                self.react(now, event);
            }
            let Some(transmit) = self.endpoint.poll_transmit() else {
                return;
            };
            let sent = self.socket.send_to(&transmit.bytes, transmit.flow.remote);
            sent.expect("loopback takes datagrams");
        }
    }

    fn note(&self, seen: Seen) {
        self.notes
            .lock()
            .expect("no test panics inside")
            .seen
            .push(seen);
    }

    fn react(&mut self, now: Instant, event: Event) {
        match event {
            Event::Incoming {
                call,
                request,
                offer,
                ..
            } => {
                let user = request.uri.user_decoded().unwrap_or_default();
                let call_id = request.headers.get("Call-ID").unwrap_or_default();
                self.note(Seen::Invited(user.clone(), call_id.to_owned()));
                self.incoming(now, call, user, offer.expect("we always offer"));
            }
            Event::Call { call, event } => self.call_event(now, call, &event),
            _ => {}
        }
    }

    fn incoming(&mut self, now: Instant, call: CallHandle, user: String, offer: String) {
        let behaviour = (self.setup.behave)(&user);
        let mut answer_at = None;
        match behaviour {
            Behaviour::Answers(after) => {
                self.endpoint.ring(now, call, None);
                answer_at = Some(now + after);
            }
            Behaviour::Rings => self.endpoint.ring(now, call, None),
            Behaviour::Refuses(status) => {
                let status = Status::new(status).expect("a status");
                self.endpoint.reject(now, call, status);
                return;
            }
            Behaviour::HangsUpAtOnce | Behaviour::AnswersNonsense | Behaviour::AnswersMute => {
                answer_at = Some(now);
            }
        }
        let here = self.socket.local_addr().expect("bound").ip();
        let rtp = UdpSocket::bind((here, 0)).expect("loopback has free ports");
        rtp.set_nonblocking(true).expect("a socket");
        let made = Call {
            user,
            behaviour,
            offer,
            answer_at,
            rtp,
            remote: None,
            sequence: 0,
        };
        self.calls.insert(call, made);
    }

    fn answer_due(&mut self, now: Instant) {
        for (handle, call) in &mut self.calls {
            if call.answer_at.is_none_or(|at| at > now) {
                continue;
            }
            call.answer_at = None;
            if matches!(call.behaviour, Behaviour::AnswersNonsense) {
                self.endpoint.answer(now, *handle, "this is no SDP".into());
                continue;
            }
            let local = call.rtp.local_addr().expect("bound");
            let codecs = [Codec::Pcma];
            let (body, settled) = sdp::answer(&call.offer, local, 1, &codecs, Direction::SendRecv)
                .expect("our own offer has PCMA");
            if !matches!(call.behaviour, Behaviour::AnswersMute) {
                call.remote = Some(settled.remote);
            }
            self.endpoint.answer(now, *handle, body);
        }
    }

    fn call_event(&mut self, now: Instant, handle: CallHandle, event: &CallEvent) {
        // What was sent before a BYE was heard before it.
        self.listen();
        let Some(call) = self.calls.get(&handle) else {
            return;
        };
        let user = call.user.clone();
        match event {
            CallEvent::Answered { sdp } => {
                let settled = sdp
                    .as_deref()
                    .map(|answer| sdp::accept(&call.offer, answer));
                let settled = settled.expect("a body").expect("an answer to our offer");
                if let Some(call) = self.calls.get_mut(&handle) {
                    call.remote = Some(settled.remote);
                }
                self.note(Seen::Confirmed(user));
            }
            CallEvent::Confirmed => {
                if matches!(call.behaviour, Behaviour::HangsUpAtOnce) {
                    self.endpoint.hang_up(now, handle, None);
                }
                self.note(Seen::Confirmed(user));
            }
            CallEvent::Cancelled => {
                self.calls.remove(&handle);
                self.note(Seen::Cancelled(user));
            }
            CallEvent::Ended { by, .. } => {
                self.calls.remove(&handle);
                self.note(match by {
                    sip::endpoint::EndedBy::Remote => Seen::HungUp(user),
                    _ => Seen::Over(user),
                });
            }
            CallEvent::Failed { .. } => {
                self.calls.remove(&handle);
                self.note(Seen::Over(user));
            }
            _ => {}
        }
    }

    fn press(&mut self, now: Instant, user: &str, key: char, in_audio: bool) {
        let found = self.calls.iter_mut().find(|(_, call)| call.user == user);
        let (&handle, call) = found.expect("a call to that user");
        if !in_audio {
            let held = Duration::from_millis(160);
            self.endpoint.send_digit(now, handle, key, held);
            return;
        }
        let event = "0123456789*#".find(key).expect("a key") as u8;
        let remote = call.remote.expect("it was answered");
        // The same event, longer each time, and its end said twice (RFC 4733 section 2.5).
        for (length, end) in [(160_u16, 0), (320, 0), (480, 0x80), (480, 0x80)] {
            let mut packet = vec![0x80, 101];
            packet.extend(call.sequence.to_be_bytes());
            packet.extend(77_u32.to_be_bytes());
            packet.extend(0x0bad_cafe_u32.to_be_bytes());
            packet.extend([event, end | 10]);
            packet.extend(length.to_be_bytes());
            call.sequence = call.sequence.wrapping_add(1);
            let sent = call.rtp.send_to(&packet, remote);
            sent.expect("loopback takes datagrams");
        }
    }

    fn call(
        &mut self,
        now: Instant,
        user: String,
        registrar: SocketAddr,
        (own, word): (String, Option<String>),
    ) {
        let here = self.socket.local_addr().expect("bound").ip();
        let rtp = UdpSocket::bind((here, 0)).expect("loopback has free ports");
        rtp.set_nonblocking(true).expect("a socket");
        let local = rtp.local_addr().expect("bound");
        let offer = sdp::offer(local, 1, &[Codec::Pcma], Direction::SendRecv);
        let to = Uri::sip_at(Some(&user), registrar);
        let invite = NewCall {
            flow: flow(registrar),
            request_uri: to.clone(),
            from: NameAddr::new(Uri::sip_at(Some(&own), registrar)),
            to: NameAddr::new(to),
            call_id: None,
            from_tag: None,
            branch: None,
            offer: offer.clone(),
            credentials: word.map(|word| (own, word)),
            ring_timeout: Duration::from_secs(20),
            headers: Vec::new(),
        };
        let handle = self.endpoint.invite(now, invite);
        let made = Call {
            user,
            behaviour: Behaviour::Rings,
            offer,
            answer_at: None,
            rtp,
            remote: None,
            sequence: 0,
        };
        self.calls.insert(handle, made);
    }

    fn hang_up(&mut self, now: Instant, user: &str) {
        let found = self.calls.iter().find(|(_, call)| call.user == user);
        if let Some((&handle, _)) = found {
            self.endpoint.hang_up(now, handle, None);
        }
    }

    /// Counts what every call heard so far.
    fn listen(&mut self) {
        let mut buffer = [0; 2048];
        for call in self.calls.values_mut() {
            while let Ok((length, _)) = call.rtp.recv_from(&mut buffer) {
                let Some(payload) = buffer.get(12..length) else {
                    continue;
                };
                let mut notes = self.notes.lock().expect("no test panics inside");
                let heard = notes.heard.entry(call.user.clone()).or_default();
                for byte in payload {
                    *heard.entry(*byte).or_default() += 1;
                }
                if buffer[1] & 0x7F == PCMA {
                    let sound = notes.sound.entry(call.user.clone()).or_default();
                    sound.extend_from_slice(payload);
                }
            }
        }
    }

    /// Sends a frame on every call each 20 ms, and listens.
    fn audio(&mut self, now: Instant) {
        self.listen();
        if now < self.next_frame {
            return;
        }
        self.next_frame = now + Duration::from_millis(20);
        for call in self.calls.values_mut() {
            let Some(remote) = call.remote else { continue };
            let mut packet = vec![0x80, 8];
            packet.extend(call.sequence.to_be_bytes());
            packet.extend((u32::from(call.sequence) * 160).to_be_bytes());
            packet.extend(0x0bad_cafe_u32.to_be_bytes());
            packet.extend([self.setup.voice; 160]);
            call.sequence = call.sequence.wrapping_add(1);
            let _ = call.rtp.send_to(&packet, remote);
        }
    }
}

fn flow(remote: SocketAddr) -> Flow {
    Flow {
        transport: Transport::Udp,
        remote,
    }
}
