//! A media thread: an epoll loop that owns the sockets of many legs.
//!
//! Each turn it obeys its commands, forwards what has arrived, and makes the frames that are due.
//! It waits for nobody but the kernel.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::io;
use std::net::TcpStream;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use ::media::detect::Detector;
use ::media::{Country, LegId, Playback, Remote};
use domain::Keyed;
use webrtc::Path;

use super::browser::Browser;
use super::door::{Door, Guests, Whose};
use super::epoll::{WOKEN, Waiting, Watch};
use super::lateness::Lateness;
use super::leg::{Leg, Way, locked};
use super::owned::{Owned, read_some};
use super::plan::{Arranged, Hears};
use super::ports::{Families, Pair};
use super::wire::Wire;
use super::{MediaEvent, TapFrame};

/// The first token of the sockets that browsers share, one of each address family.
const DOORS: u64 = WOKEN - 8;

/// The first token of a connection of a browser; they count from here. Legs count from zero and never
/// come so far.
const WIRES: u64 = u64::MAX / 2;

/// Legs that are looked after before audio is read again.
const ALARMS_MAX: usize = 32;

/// What the pool tells a thread. All but `Open` and `Stop` name a leg of that thread; one that
/// has been closed meanwhile is ignored.
#[derive(Debug)]
pub(super) enum Command {
    Open(Arc<Leg>),
    /// A browser's connection, of which nothing is read yet.
    Come(LegId, TcpStream, Path),
    SetRemote(LegId, Remote),
    Arrange(LegId, Arranged),
    Part(LegId),
    Play(LegId, Playback, bool),
    Press(LegId, String),
    Tap(LegId, Option<SyncSender<TapFrame>>),
    Listen(LegId, Option<&'static Country>),
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
    teller: Teller,
    /// Where its browsers are heard, if any are.
    pub(super) door: Option<Door>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// What a thread is told by.
#[derive(Debug, Clone)]
pub(super) struct Teller {
    commands: mpsc::Sender<Command>,
    watch: Watch,
}

impl Teller {
    pub(super) fn tell(&self, command: Command) {
        let heard = self.commands.send(command).is_ok() && self.watch.wake().is_ok();
        if !heard {
            tracing::error!("a media thread has ended and cannot be told anything");
        }
    }
}

impl Worker {
    pub(super) fn start(number: usize, door: Option<Door>, common: Common) -> io::Result<Worker> {
        let watch = Watch::new()?;
        // Unbounded, because signalling may not wait for media; it sends a few a call.
        let (commands, inbox) = mpsc::channel();
        let ways = door.iter().flat_map(|door| door.ways.iter());
        for (way, token) in ways.zip(DOORS..) {
            watch.add(&way.socket, token)?;
        }
        let (heard, watched) = (door.clone(), watch.clone());
        let thread = std::thread::Builder::new()
            .name(format!("media-{number}"))
            .spawn(move || Turner::new(watched, inbox, heard, common).run())?;
        Ok(Worker {
            teller: Teller { commands, watch },
            door,
            thread: Some(thread),
        })
    }

    /// Lets the thread hear a leg's own sockets; `Command::Open` must follow.
    pub(super) fn watch(&self, leg: &Leg) -> io::Result<()> {
        let Way::Plain(pair) = &leg.way else {
            return Ok(());
        };
        let token = leg.id.0 * 2;
        self.teller.watch.add(&pair.rtp, token)?;
        self.teller.watch.add(&pair.rtcp, token + 1)
    }

    pub(super) fn tell(&self, command: Command) {
        self.teller.tell(command);
    }

    /// The same for somebody else.
    pub(super) fn teller(&self) -> Teller {
        self.teller.clone()
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

struct Turner {
    waiting: Waiting,
    inbox: mpsc::Receiver<Command>,
    door: Option<Door>,
    guests: Guests,
    /// Connections of browsers: whose, and the way of what comes there.
    wires: HashMap<u64, (LegId, Path)>,
    next_wire: u64,
    common: Common,
    legs: Keyed<LegId, Owned>,
    alarms: BinaryHeap<Reverse<(Instant, LegId)>>,
    resting: VecDeque<(Instant, Arc<Leg>)>,
    stopping: bool,
}

impl Turner {
    fn new(
        watch: Watch,
        inbox: mpsc::Receiver<Command>,
        door: Option<Door>,
        common: Common,
    ) -> Turner {
        Turner {
            waiting: Waiting::of(watch),
            inbox,
            door,
            guests: Guests::default(),
            wires: HashMap::new(),
            next_wire: WIRES,
            common,
            legs: Keyed::default(),
            alarms: BinaryHeap::new(),
            resting: VecDeque::new(),
            stopping: false,
        }
    }

    fn run(mut self) {
        let mut now = Instant::now();
        while !self.stopping {
            let timeout = self.timeout(now);
            if let Err(error) = self.waiting.wait(timeout) {
                tracing::error!(%error, "a media thread cannot wait for its sockets");
                break;
            }
            // A defect met in one call may not silence all others of the thread. What the turn
            // left undone is taken up by the next packet or command of the leg.
            let turn = AssertUnwindSafe(|| self.turn());
            now = std::panic::catch_unwind(turn).unwrap_or_else(|_| {
                tracing::error!("a media thread met a defect and goes on");
                Instant::now()
            });
        }
        let open: Vec<LegId> = self.legs.keys().copied().collect();
        open.into_iter().for_each(|leg| self.close(leg));
    }

    /// Answers with the time at its end.
    fn turn(&mut self) -> Instant {
        self.obey();
        let mut place = 0;
        while let Some(token) = self.waiting.ready(place) {
            self.read(token);
            place += 1;
        }
        let now = Instant::now();
        self.ring_alarms(now);
        self.end_rests(now);
        now
    }

    fn timeout(&self, now: Instant) -> Option<Duration> {
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
                Command::Come(leg, stream, path) => self.come(leg, stream, path),
                Command::SetRemote(leg, remote) => self.with(leg, |owned| {
                    owned.leg.ear().set_remote(now, remote);
                    owned.leg.mouth().set_remote(now, remote);
                    owned.leg.reporter().start(now);
                }),
                Command::Arrange(leg, arranged) => self.with(leg, |owned| {
                    match arranged.hears {
                        Hears::Nobody => {}
                        Hears::One(other) => owned.leg.mouth().join(now, other),
                        Hears::Several => owned.leg.mouth().enter_room(now),
                    }
                    owned.other = arranged.to;
                    owned.room = arranged.room;
                }),
                Command::Part(leg) => self.with(leg, |owned| {
                    owned.leg.mouth().part(now);
                    owned.other = None;
                    owned.room = None;
                }),
                Command::Play(leg, what, repeat) => {
                    self.with(leg, |owned| owned.leg.mouth().play(now, what, repeat));
                }
                Command::Press(leg, keys) => {
                    self.with(leg, |owned| owned.leg.mouth().press(now, &keys));
                }
                Command::Tap(leg, listener) => self.with(leg, |owned| owned.tap = listener),
                Command::Listen(leg, Some(country)) => self.with(leg, |owned| {
                    // The tones of another 18x go on where those of the first left off.
                    let begin = || Box::new(Detector::of(country));
                    owned.detector.get_or_insert_with(begin);
                }),
                Command::Listen(leg, None) => self.with(leg, |owned| {
                    owned.detector = Some(Box::new(Detector::of_fax()));
                    owned.leg.ear().restart_silence(now);
                }),
                Command::Close(leg) => self.close(leg),
                Command::Stop => self.stopping = true,
            }
        }
    }

    fn open(&mut self, leg: Arc<Leg>) {
        let id = leg.id;
        if let Some(browser) = leg.browser() {
            self.guests.add(id, browser.user());
        }
        self.legs.insert(id, Owned::new(leg));
        self.set_alarm(id);
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
        let limit = owned.silence_limit(&self.common);
        let silence = owned.leg.ear().silence_due(limit);
        let frame = owned.leg.mouth().due();
        let report = owned.leg.reporter().due();
        let browser = owned.leg.browser().and_then(Browser::due);
        let next = [silence, frame, report, browser];
        let next = next.into_iter().flatten().min();
        if let Some(at) = next
            && owned.alarm.is_none_or(|set| at < set)
        {
            owned.alarm = Some(at);
            self.alarms.push(Reverse((at, id)));
        }
    }

    /// Does what is due, for a few legs: audio of the others may have come meanwhile.
    fn ring_alarms(&mut self, now: Instant) {
        for _ in 0..ALARMS_MAX {
            let Some(Reverse((at, id))) = self.alarms.peek().copied() else {
                return;
            };
            if at > now {
                return;
            }
            self.alarms.pop();
            if let Some(owned) = self.legs.get_mut(&id)
                && owned.alarm == Some(at)
            {
                owned.alarm = None;
                owned.speak(now, &self.common);
                owned.watch(now, &self.common);
                owned.leg.report(now, false);
                owned.wake_browser(&self.common, now);
                self.set_alarm(id);
            }
        }
    }

    fn read(&mut self, token: u64) {
        match (token, self.legs.get_mut(&LegId(token / 2))) {
            (WOKEN, _) => {}
            (DOORS.., _) => self.read_door(token),
            (WIRES.., _) => self.read_wire(token),
            (_, Some(owned)) if token.is_multiple_of(2) => owned.read_rtp(&self.common),
            (_, Some(owned)) => owned.read_rtcp(),
            // Closed meanwhile, or not yet opened: then it is told again.
            (_, None) => {}
        }
    }

    /// A connection is a browser's.
    fn come(&mut self, leg: LegId, stream: TcpStream, path: Path) {
        let Some(browser) = self.legs.get(&leg).and_then(|owned| owned.leg.browser()) else {
            return;
        };
        let token = self.next_wire;
        self.next_wire = WIRES + (self.next_wire - WIRES + 1) % (DOORS - WIRES);
        if let Err(error) = self.waiting.watch().add(&stream, token) {
            return tracing::debug!(%error, %leg, "a connection of a browser cannot be heard");
        }
        browser.connected_by(Wire::new(path, stream));
        // One may have had to go for it.
        self.wires
            .retain(|_, (of, path)| *of != leg || browser.has_wire(*path));
        self.wires.insert(token, (leg, path));
    }

    fn read_wire(&mut self, token: u64) {
        let Some(&(leg, path)) = self.wires.get(&token) else {
            return;
        };
        let owned = self.legs.get_mut(&leg);
        if !owned.is_some_and(|owned| owned.read_wire(&self.common, path)) {
            self.wires.remove(&token);
        }
        self.set_alarm(leg);
    }

    fn read_door(&mut self, token: u64) {
        let ways = self.door.as_ref().map(|door| Arc::clone(&door.ways));
        let ways = ways.unwrap_or_default();
        let Some(way) = ways.get((token - DOORS) as usize) else {
            return;
        };
        let (guests, legs, common) = (&mut self.guests, &mut self.legs, &self.common);
        let mut stirred = Vec::new();
        read_some(&way.socket, |from, datagram| {
            let (id, known) = match guests.whose(from, datagram) {
                Whose::Known(id) => (id, true),
                Whose::Claimed(id) => (id, false),
                Whose::Stranger => return,
            };
            let Some(owned) = legs.get_mut(&id) else {
                return;
            };
            if !known {
                let asked = owned.leg.browser();
                let now = Instant::now();
                if !asked.is_some_and(|browser| browser.accepts(now, way.path(from), datagram)) {
                    return;
                }
                guests.learn(id, from);
            }
            if owned.browser_sent(common, way.path(from), datagram) {
                stirred.push(id);
            }
        });
        stirred.into_iter().for_each(|id| self.set_alarm(id));
    }

    fn close(&mut self, id: LegId) {
        let Some(owned) = self.legs.remove(&id) else {
            return;
        };
        let (leg, now) = (owned.leg, Instant::now());
        leg.report(now, true);
        // A partner on another thread may not have been told yet.
        leg.mouth().end();
        match &leg.way {
            Way::Plain(pair) => self.forget(id, pair),
            Way::Browser(browser) => {
                browser.close(now);
                // Whoever still knows the leg keeps no connection open that nobody reads.
                browser.cut_wires();
                self.guests.remove(id);
                self.wires.retain(|_, (leg, _)| *leg != id);
            }
        }
        let stats = leg.stats();
        self.common.send(MediaEvent::Closed { leg: id, stats });
        // The sockets stay bound while they rest: late packets of this call reach nobody.
        if leg.browser().is_none() {
            self.resting.push_back((now + self.common.drain, leg));
        }
    }

    fn forget(&self, leg: LegId, pair: &Pair) {
        for socket in [&pair.rtp, &pair.rtcp] {
            if let Err(error) = self.waiting.watch().remove(socket) {
                tracing::debug!(%error, %leg, "a socket is watched on");
            }
        }
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

impl Common {
    /// Whoever no longer listens is stopping; nothing is to be done about it here.
    pub(super) fn send(&self, event: MediaEvent) {
        let _ = self.events.send(event);
    }
}
