//! A media thread: an epoll loop that owns the sockets of many legs.
//!
//! Each turn it obeys its commands, forwards what has arrived, and makes the frames that are due.
//! It waits for nobody but the kernel.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use ::media::detect::Detector;
use ::media::g711::decode_all;
use ::media::leg::What;
use ::media::mixer::Mixer;
use ::media::{LegId, Playback, Remote};
use mio::{Events, Interest, Poll, Registry, Token, Waker};

use super::lateness::Lateness;
use super::leg::{Leg, locked};
use super::ports::Families;
use super::{MediaEvent, TapFrame};

/// Datagrams read from one socket before the others have their turn.
const READ_MAX: usize = 64;

/// Larger than any Ethernet frame; a datagram that fills it was cut and is no audio of ours.
const DATAGRAM_MAX: usize = 2_048;

/// The token of the waker; legs count from zero and never come so far.
const WAKER: Token = Token(usize::MAX);

/// What the pool tells a thread. All but `Open` and `Stop` name a leg of that thread; one that
/// has been closed meanwhile is ignored.
#[derive(Debug)]
pub(super) enum Command {
    Open(Arc<Leg>),
    SetRemote(LegId, Remote),
    Join(LegId, Arc<Leg>),
    Part(LegId),
    Seat(LegId, Arc<Mutex<Mixer>>),
    Play(LegId, Playback, bool),
    Press(LegId, String),
    Tap(LegId, Option<tokio::sync::mpsc::Sender<TapFrame>>),
    Listen(LegId, bool),
    Close(LegId),
    Stop,
}

/// What all threads of a pool have in common.
#[derive(Debug, Clone)]
pub(super) struct Common {
    pub(super) events: tokio::sync::mpsc::UnboundedSender<MediaEvent>,
    pub(super) ports: Arc<Mutex<Families>>,
    pub(super) silence_timeout: Duration,
    pub(super) drain: Duration,
    pub(super) lateness: Arc<Lateness>,
}

/// A thread as the pool holds it.
#[derive(Debug)]
pub(super) struct Worker {
    commands: mpsc::Sender<Command>,
    waker: Waker,
    registry: Registry,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(number: usize, common: Common) -> io::Result<Worker> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, WAKER)?;
        // Unbounded, because signalling may not wait for media; it sends a few a call.
        let (commands, inbox) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name(format!("media-{number}"))
            .spawn(move || Turner::new(poll, inbox, common).run())?;
        Ok(Worker {
            commands,
            waker,
            registry,
            thread: Some(thread),
        })
    }

    /// Lets the thread hear a leg's sockets; `Command::Open` must follow.
    pub(super) fn watch(&self, leg: &mut Leg) -> io::Result<()> {
        let token = leg.id.0 as usize * 2;
        self.registry
            .register(&mut leg.rtp, Token(token), Interest::READABLE)?;
        self.registry
            .register(&mut leg.rtcp, Token(token + 1), Interest::READABLE)
    }

    pub(super) fn tell(&self, command: Command) {
        let heard = self.commands.send(command).is_ok() && self.waker.wake().is_ok();
        if !heard {
            tracing::error!("a media thread has ended and cannot be told anything");
        }
    }

    pub(super) fn stop(&mut self) {
        self.tell(Command::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("a media thread ended by a panic");
        }
    }
}

/// A leg and what only its own thread needs of it.
struct Owned {
    leg: Arc<Leg>,
    other: Option<Arc<Leg>>,
    /// Whom it hears where they are several. Locked after a mouth, never before.
    room: Option<Arc<Mutex<Mixer>>>,
    tap: Option<tokio::sync::mpsc::Sender<TapFrame>>,
    /// Listens for tones of the network, until the call is answered.
    detector: Option<Box<Detector>>,
    /// The instant in the queue of alarms that counts.
    alarm: Option<Instant>,
}

struct Turner {
    poll: Poll,
    inbox: mpsc::Receiver<Command>,
    common: Common,
    legs: HashMap<LegId, Owned>,
    alarms: BinaryHeap<Reverse<(Instant, LegId)>>,
    /// Sockets that may hold more than was read.
    unread: Vec<Token>,
    resting: VecDeque<(Instant, Arc<Leg>)>,
    stopping: bool,
}

impl Turner {
    fn new(poll: Poll, inbox: mpsc::Receiver<Command>, common: Common) -> Turner {
        Turner {
            poll,
            inbox,
            common,
            legs: HashMap::new(),
            alarms: BinaryHeap::new(),
            unread: Vec::new(),
            resting: VecDeque::new(),
            stopping: false,
        }
    }

    fn run(mut self) {
        let mut events = Events::with_capacity(1_024);
        while !self.stopping {
            let timeout = self.timeout(Instant::now());
            if let Err(error) = self.poll.poll(&mut events, timeout)
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "a media thread cannot wait for its sockets");
                break;
            }
            // A defect met in one call may not silence all others of the thread. What the turn
            // left undone is taken up by the next packet or command of the leg.
            let turn = AssertUnwindSafe(|| self.turn(&events));
            if std::panic::catch_unwind(turn).is_err() {
                tracing::error!("a media thread met a defect and goes on");
            }
        }
        let open: Vec<LegId> = self.legs.keys().copied().collect();
        open.into_iter().for_each(|leg| self.close(leg));
    }

    fn turn(&mut self, events: &Events) {
        self.obey();
        let mut ready = std::mem::take(&mut self.unread);
        ready.extend(events.iter().map(|event| event.token()));
        ready.into_iter().for_each(|token| self.read(token));
        self.ring_alarms(Instant::now());
        self.end_rests(Instant::now());
    }

    fn timeout(&self, now: Instant) -> Option<Duration> {
        if !self.unread.is_empty() {
            return Some(Duration::ZERO);
        }
        let alarm = self.alarms.peek().map(|Reverse((at, _))| *at);
        let rested = self.resting.front().map(|(until, _)| *until);
        let next = alarm.into_iter().chain(rested).min()?;
        Some(next.saturating_duration_since(now))
    }

    fn obey(&mut self) {
        while let Ok(command) = self.inbox.try_recv() {
            let now = Instant::now();
            match command {
                Command::Open(leg) => self.open(leg),
                Command::SetRemote(leg, remote) => self.with(leg, |owned| {
                    owned.leg.ear().set_remote(now, remote);
                    owned.leg.mouth().set_remote(now, remote);
                    owned.leg.reporter().start(now);
                }),
                Command::Join(leg, other) => self.with(leg, |owned| {
                    owned.leg.mouth().join(now, other.id);
                    owned.other = Some(other);
                    owned.room = None;
                }),
                Command::Part(leg) => self.with(leg, |owned| {
                    owned.leg.mouth().part(now);
                    owned.other = None;
                    owned.room = None;
                }),
                Command::Seat(leg, room) => self.with(leg, |owned| {
                    owned.leg.mouth().enter_room(now);
                    owned.other = None;
                    owned.room = Some(room);
                }),
                Command::Play(leg, what, repeat) => {
                    self.with(leg, |owned| owned.leg.mouth().play(now, what, repeat));
                }
                Command::Press(leg, keys) => {
                    self.with(leg, |owned| owned.leg.mouth().press(now, &keys));
                }
                Command::Tap(leg, listener) => self.with(leg, |owned| owned.tap = listener),
                Command::Listen(leg, true) => self.with(leg, |owned| {
                    // The tones of another 18x go on where those of the first left off.
                    owned.detector.get_or_insert_default();
                }),
                Command::Listen(leg, false) => self.with(leg, |owned| {
                    owned.detector = None;
                    owned.leg.ear().restart_silence(now);
                }),
                Command::Close(leg) => self.close(leg),
                Command::Stop => self.stopping = true,
            }
        }
    }

    fn open(&mut self, leg: Arc<Leg>) {
        let token = leg.id.0 as usize * 2;
        let owned = Owned {
            leg: Arc::clone(&leg),
            other: None,
            room: None,
            tap: None,
            detector: None,
            alarm: None,
        };
        self.legs.insert(leg.id, owned);
        // What came before this command was announced to nobody.
        self.unread.extend([Token(token), Token(token + 1)]);
    }

    /// Changes a leg, then sets its alarm anew.
    fn with(&mut self, leg: LegId, change: impl FnOnce(&mut Owned)) {
        if let Some(owned) = self.legs.get_mut(&leg) {
            change(owned);
        }
        self.set_alarm(leg);
    }

    fn set_alarm(&mut self, id: LegId) {
        let Some(owned) = self.legs.get_mut(&id) else {
            return;
        };
        let silence = owned.leg.ear().silence_due(self.common.silence_timeout);
        let frame = owned.leg.mouth().due();
        let report = owned.leg.reporter().due();
        let next = [silence, frame, report].into_iter().flatten().min();
        if let Some(at) = next
            && owned.alarm.is_none_or(|set| at < set)
        {
            owned.alarm = Some(at);
            self.alarms.push(Reverse((at, id)));
        }
    }

    fn ring_alarms(&mut self, now: Instant) {
        while let Some(Reverse((at, id))) = self.alarms.peek().copied() {
            if at > now {
                break;
            }
            self.alarms.pop();
            if let Some(owned) = self.legs.get_mut(&id)
                && owned.alarm == Some(at)
            {
                owned.alarm = None;
                owned.speak(now, &self.common);
                owned.watch(now, &self.common);
                owned.leg.report(now, false);
                self.set_alarm(id);
            }
        }
    }

    fn read(&mut self, token: Token) {
        let id = LegId(token.0 as u64 / 2);
        let Some(owned) = self.legs.get_mut(&id).filter(|_| token != WAKER) else {
            return;
        };
        let all = if token.0.is_multiple_of(2) {
            owned.read_rtp(&self.common)
        } else {
            owned.read_rtcp()
        };
        if !all {
            self.unread.push(token);
        }
    }

    fn close(&mut self, id: LegId) {
        let Some(owned) = self.legs.remove(&id) else {
            return;
        };
        let leg = owned.leg;
        leg.report(Instant::now(), true);
        // A partner on another thread may not have been told yet.
        leg.mouth().end();
        for socket in [&leg.rtp, &leg.rtcp] {
            let fd = std::os::fd::AsRawFd::as_raw_fd(socket);
            if let Err(error) = self
                .poll
                .registry()
                .deregister(&mut mio::unix::SourceFd(&fd))
            {
                tracing::debug!(%error, leg = %id, "a socket was not deregistered");
            }
        }
        let stats = leg.stats();
        self.common.send(MediaEvent::Closed { leg: id, stats });
        // The sockets stay bound while they rest: late packets of this call reach nobody.
        self.resting
            .push_back((Instant::now() + self.common.drain, leg));
    }

    fn end_rests(&mut self, now: Instant) {
        while self.resting.front().is_some_and(|(until, _)| *until <= now) {
            let Some((_, leg)) = self.resting.pop_front() else {
                return;
            };
            let local = leg.local;
            drop(leg);
            locked(&self.common.ports).give_back(local);
        }
    }
}

impl Owned {
    /// Reads what has come; false if there may be more.
    fn read_rtp(&mut self, common: &Common) -> bool {
        let leg = Arc::clone(&self.leg);
        let mut datagram = [0; DATAGRAM_MAX];
        for _ in 0..READ_MAX {
            match leg.rtp.recv_from(&mut datagram) {
                Ok((length, from)) => self.hear(common, from, &datagram[..length]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                // An error of an earlier send, told late: the next datagram is not concerned.
                Err(_) => {}
            }
        }
        false
    }

    fn read_rtcp(&mut self) -> bool {
        let mut datagram = [0; DATAGRAM_MAX];
        for _ in 0..READ_MAX {
            match self.leg.rtcp.recv_from(&mut datagram) {
                Ok((length, from)) => {
                    let now = Instant::now();
                    self.leg.take_report(now, from, &datagram[..length]);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                Err(_) => {}
            }
        }
        false
    }

    fn hear(&mut self, common: &Common, from: std::net::SocketAddr, datagram: &[u8]) {
        let now = Instant::now();
        let leg = self.leg.id;
        let judged = self.leg.ear().receive(now, from, datagram);
        if let Some(source) = judged.learned {
            self.leg.mouth().learned(source);
        }
        self.forward(now, &judged.what);
        if judged.first {
            common.send(MediaEvent::FirstPacket { leg, at: now });
        }
        if judged.resumed {
            common.send(MediaEvent::Resumed { leg });
        }
        if let (Some(detector), What::Audio(codec, packet)) = (&mut self.detector, &judged.what)
            && let Some(heard) = detector.hear(&decode_all(*codec, packet.payload))
        {
            common.send(MediaEvent::Tone { leg, heard });
        }
        match judged.what {
            What::Keys(_, Some(digit)) => common.send(MediaEvent::Digit { leg, digit }),
            What::Report(report) => self.leg.take_report(now, from, report),
            What::Audio(..) if self.tap.is_some() => self.copy_to_tap(now, &judged.what),
            _ => {}
        }
    }

    fn forward(&self, now: Instant, what: &What<'_>) {
        if let (Some(room), What::Audio(codec, packet)) = (&self.room, what) {
            let stream = (packet.ssrc, packet.timestamp);
            locked(room).hear(now, self.leg.id, *codec, stream, packet.payload);
        }
        let Some(other) = &self.other else {
            return;
        };
        let mut buffer = [0; DATAGRAM_MAX];
        let mut mouth = other.mouth();
        let from = self.leg.id;
        let length = match what {
            What::Audio(codec, packet) => {
                mouth.forward_audio(now, from, *codec, packet, &mut buffer)
            }
            What::Keys(packet, _) => mouth.forward_keys(now, from, packet, &mut buffer),
            What::Skipped(packet) => {
                mouth.pass_over(from, packet);
                None
            }
            What::Report(_) | What::Dropped => None,
        };
        if let Some(length) = length {
            other.send(&mut mouth, &buffer[..length]);
        }
    }

    fn copy_to_tap(&mut self, at: Instant, what: &What<'_>) {
        let (Some(tap), What::Audio(codec, packet)) = (&self.tap, what) else {
            return;
        };
        let frame = TapFrame {
            leg: self.leg.id,
            codec: *codec,
            timestamp: packet.timestamp,
            sequence: packet.sequence,
            at,
            payload: packet.payload.to_vec(),
        };
        match tap.try_send(frame) {
            Ok(()) => {}
            Err(tokio::sync::mpsc::error::TrySendError::Full(_)) => self.leg.ear().tap_dropped(),
            Err(tokio::sync::mpsc::error::TrySendError::Closed(_)) => self.tap = None,
        }
    }

    /// Sends the frames that are due.
    fn speak(&self, now: Instant, common: &Common) {
        let mut buffer = [0; DATAGRAM_MAX];
        let mut mouth = self.leg.mouth();
        while let Some(due) = mouth.due().filter(|due| *due <= now) {
            let tick = match &self.room {
                Some(room) => {
                    let room = &mut *locked(room);
                    mouth.tick_in(now, Some((room, self.leg.id)), &mut buffer)
                }
                None => mouth.tick(now, &mut buffer),
            };
            if let Some(length) = tick.packet {
                common.lateness.count(now - due);
                self.leg.send(&mut mouth, &buffer[..length]);
            }
            if tick.done {
                common.send(MediaEvent::PlaybackDone { leg: self.leg.id });
            }
        }
    }

    fn watch(&self, now: Instant, common: &Common) {
        if let Some(for_) = self.leg.ear().silence(now, common.silence_timeout) {
            let leg = self.leg.id;
            common.send(MediaEvent::Silent { leg, for_ });
        }
    }
}

impl Common {
    /// Whoever no longer listens is stopping; nothing is to be done about it here.
    fn send(&self, event: MediaEvent) {
        let _ = self.events.send(event);
    }
}
