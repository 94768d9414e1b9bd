//! The pool of legs and the commands others give it.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use ::media::rtcp::NtpClock;
use ::media::{Country, LegId, LegStats, Playback, Remote};
use tokio::sync::mpsc;

use super::lateness::{LATENESS_BOUNDS_MS, Lateness};
use webrtc::{Identity, OfferError, Peer};

use super::browser::Browser;
use super::copier::Copier;
use super::door::{BrowserDoors, Door};
use super::leg::{Leg, Way, locked};
use super::plan::{Arranged, Hears, Plan, Room};
use super::porch::{Listening, Names, Porch};
use super::ports::{Families, Pair};
use super::worker::{Command, Common, Worker};
use super::{MediaEvent, TapFrame};

/// Keeps the seeds of neighbouring legs apart (the golden ratio in 64 bits).
const SEED_STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// How a pool is set up.
#[derive(Debug, Clone)]
pub struct MediaConfig {
    /// The local addresses of legs, one for each address family.
    pub bind_ips: Vec<IpAddr>,
    /// First and last UDP port, both included; a leg takes an even port and the odd one above it
    /// (RFC 3550, section 11). `(0, 0)` lets the system choose.
    pub port_range: (u16, u16),
    /// Media threads; 0 means one for every two processors.
    pub threads: usize,
    /// How long a far side may send nothing before [`MediaEvent::Silent`].
    pub silence_timeout: Duration,
    /// How long a closed leg's ports rest before reuse.
    pub drain: Duration,
    /// Where browsers are heard; `None`: nowhere.
    pub browsers: Option<BrowserDoors>,
    /// Seed of every SSRC, first sequence number and first timestamp.
    pub seed: u64,
}

impl MediaConfig {
    /// A pool on 127.0.0.1 with ports the system chooses: for tests and demonstrations.
    pub fn loopback(seed: u64) -> MediaConfig {
        MediaConfig {
            bind_ips: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
            port_range: (0, 0),
            threads: 1,
            silence_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(2),
            browsers: None,
            seed,
        }
    }
}

/// An open leg: its name, and the address to put into the SDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegHandle {
    /// The leg.
    pub id: LegId,
    /// Where it receives RTP (RTCP one port above, or on the same port).
    pub local: SocketAddr,
}

/// Why there is no leg for a browser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBrowserLeg {
    /// None is wanted here.
    #[error("this node hears no browsers; see the setting `media.browser`")]
    NotHere,
    /// Its offer is not answered.
    #[error(transparent)]
    Offer(#[from] OfferError),
}

/// The state of a pool, for the metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolFigures {
    /// Legs opened since the start.
    pub opened: u64,
    /// Legs open now.
    pub open: usize,
    /// Frames made here, by how late they left: below each of [`LATENESS_BOUNDS_MS`], and later.
    pub lateness: [u64; LATENESS_BOUNDS_MS.len() + 1],
}

/// All the legs of a process. Clones share them; the last clone dropped stops the threads.
#[derive(Debug, Clone)]
pub struct MediaPool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    workers: Vec<Worker>,
    /// The legs of browsers by the name that their checks bear.
    names: Names,
    porch: Option<Porch>,
    ports: Arc<Mutex<Families>>,
    lateness: Arc<Lateness>,
    clock: NtpClock,
    seed: u64,
    /// What we are to browsers.
    identity: Option<Identity>,
    /// Held while commands are sent, so that every thread gets them in one order.
    directory: Mutex<Directory>,
}

#[derive(Debug, Default)]
struct Directory {
    opened: u64,
    legs: HashMap<LegId, Entry>,
}

#[derive(Debug)]
struct Entry {
    leg: Arc<Leg>,
    bridged: Option<LegId>,
    /// Where it hears several others, or is heard by who does.
    room: Option<Room>,
    /// Whether it hears several others.
    in_room: bool,
}

impl MediaPool {
    /// Starts the media threads.
    ///
    /// The channel is unbounded because a media thread may neither wait nor lose a `Closed` or
    /// `PlaybackDone`; each leg can produce only a few events a second (digits at most 25).
    pub fn start(
        config: MediaConfig,
        events: mpsc::UnboundedSender<MediaEvent>,
    ) -> io::Result<MediaPool> {
        let ports = Arc::new(Mutex::new(Families::new(
            &config.bind_ips,
            config.port_range,
        )?));
        let lateness = Arc::<Lateness>::default();
        let common = Common {
            events,
            ports: Arc::clone(&ports),
            silence_timeout: config.silence_timeout,
            drain: config.drain,
            lateness: Arc::clone(&lateness),
        };
        let threads = match config.threads {
            0 => std::thread::available_parallelism().map_or(1, |n| n.get().div_ceil(2)),
            threads => threads,
        };
        let identity = match &config.browsers {
            Some(_) => Some(identity()?),
            None => None,
        };
        let ips = &config.bind_ips;
        let browsers = config.browsers.as_ref();
        let listening = browsers.map(|doors| Listening::bind(ips, doors));
        let listening = listening.transpose()?;
        let tcp: &[SocketAddr] = listening.as_ref().map_or(&[], |it| &it.announced);
        let door = |number| {
            let open = browsers.map(|doors| Door::open(ips, number, doors, tcp));
            open.transpose()
        };
        let workers = (0..threads)
            .map(|number| Worker::start(number, door(number)?, common.clone()))
            .collect::<io::Result<Vec<_>>>()?;
        let names = Names::default();
        let tellers = workers.iter().map(Worker::teller).collect();
        let porch = match listening {
            Some(listening) => Porch::open(listening, Arc::clone(&names), tellers)?,
            None => None,
        };
        let shared = Shared {
            workers,
            names,
            porch,
            ports,
            lateness,
            clock: clock(),
            seed: config.seed,
            identity,
            directory: Mutex::default(),
        };
        Ok(MediaPool {
            shared: Arc::new(shared),
        })
    }

    /// Opens a leg: binds a pair of ports. `purpose` is for the log only.
    pub fn open(&self, purpose: &'static str) -> io::Result<LegHandle> {
        self.open_pair(None, purpose)
    }

    /// The same of the address family of somebody, if we have one.
    pub fn open_toward(&self, remote: IpAddr, purpose: &'static str) -> io::Result<LegHandle> {
        self.open_pair(Some(remote), purpose)
    }

    fn open_pair(&self, alike: Option<IpAddr>, purpose: &'static str) -> io::Result<LegHandle> {
        let pair = locked(&self.shared.ports).take(alike)?;
        let local = pair.local;
        self.adopt(pair, purpose)
            .inspect_err(|_| locked(&self.shared.ports).give_back(local))
    }

    /// Opens a leg for a browser and answers its offer. Whether and when it is connected, and what
    /// becomes of it, is told as [`MediaEvent`]s; nobody needs to say who its far side is.
    pub fn open_browser(&self, offer: &str) -> Result<(LegHandle, String), NoBrowserLeg> {
        let mut directory = locked(&self.shared.directory);
        let worker = self.shared.worker(LegId(directory.opened));
        let (Some(identity), Some(door)) = (&self.shared.identity, &worker.door) else {
            return Err(NoBrowserLeg::NotHere);
        };
        let now = Instant::now();
        // Somebody else's library reads what a browser wrote; a defect of it costs this offer.
        let read = AssertUnwindSafe(|| Peer::answer(now, offer, &door.place, identity));
        let (peer, answer) = std::panic::catch_unwind(read).unwrap_or_else(|_| {
            tracing::error!("an offer of a browser met a defect and is refused");
            Err(OfferError::Unreadable("a defect of ours".to_owned()))
        })?;
        let local = door.ways.first().map(|way| way.local);
        let local = local.or_else(|| door.place.tcp.first().copied());
        let local = local.ok_or(NoBrowserLeg::NotHere)?;
        let user = peer.user().to_owned();
        let browser = Browser::new(peer, Arc::clone(&door.ways), now);
        let way = Way::Browser(Box::new(browser));
        let handle = self.enter(&mut directory, local, way, "browser");
        if let Ok(handle) = &handle {
            locked(&self.shared.names).insert(user, handle.id);
        }
        handle
            .map(|handle| (handle, answer))
            .map_err(|_| NoBrowserLeg::NotHere)
    }

    fn adopt(&self, pair: Pair, purpose: &'static str) -> io::Result<LegHandle> {
        let mut directory = locked(&self.shared.directory);
        let local = pair.local;
        self.enter(&mut directory, local, Way::Plain(pair), purpose)
    }

    fn enter(
        &self,
        directory: &mut Directory,
        local: SocketAddr,
        way: Way,
        purpose: &'static str,
    ) -> io::Result<LegHandle> {
        let id = LegId(directory.opened);
        directory.opened += 1;
        let seed = self.shared.seed.wrapping_add(id.0.wrapping_mul(SEED_STEP));
        let leg = Leg::new(id, local, way, self.shared.clock, seed);
        let worker = self.shared.worker(id);
        worker.watch(&leg)?;
        let leg = Arc::new(leg);
        worker.tell(Command::Open(Arc::clone(&leg)));
        let entry = Entry {
            leg,
            bridged: None,
            room: None,
            in_room: false,
        };
        directory.legs.insert(id, entry);
        tracing::debug!(leg = %id, %local, purpose, "leg opened");
        Ok(LegHandle { id, local })
    }

    /// Says who the far side is (after offer/answer). Comfort silence starts if nothing plays.
    /// Saying the same again, as a re-INVITE does, keeps what was learned.
    pub fn set_remote(&self, leg: LegId, remote: Remote) {
        let directory = locked(&self.shared.directory);
        self.shared
            .tell(&directory, leg, Command::SetRemote(leg, remote));
    }

    /// Joins two legs from the next packet on; stops any playback on both (no `PlaybackDone`).
    /// A leg that was bridged with another is parted from it first.
    pub fn bridge(&self, a: LegId, b: LegId) {
        self.connect(&[(a, vec![b]), (b, vec![a])]);
    }

    /// Lets a leg hear itself until it is parted or closed.
    pub fn echo(&self, leg: LegId) {
        let mut directory = locked(&self.shared.directory);
        let Some(own) = directory.leg(leg) else {
            return;
        };
        self.shared.part(&mut directory, leg);
        directory.set_bridged(leg, Some(leg));
        let arranged = Arranged {
            hears: Hears::One(leg),
            to: Some(own),
            room: None,
        };
        let command = Command::Arrange(leg, arranged);
        self.shared.tell(&directory, leg, command);
    }

    /// Lets several legs hear each other from the next frame on: audio is mixed, which costs more
    /// than forwarding, so two are better bridged. A leg that was bridged, or mixed with others, is
    /// parted from them first; a playback on one of them ends (no `PlaybackDone`).
    pub fn mix(&self, legs: &[LegId]) {
        let all = legs.iter().map(|leg| {
            let others = legs.iter().filter(|other| *other != leg);
            (*leg, others.copied().collect())
        });
        self.connect(&all.collect::<Vec<_>>());
    }

    /// Says who hears whom of these legs from now on. Who hears one other is sent its packets as they
    /// come, who hears several hears them mixed, who hears nobody goes on with what is played to it.
    /// Those who go on hearing the same are not disturbed: their packets are what they would be.
    pub fn connect(&self, legs: &[(LegId, Vec<LegId>)]) {
        let mut directory = locked(&self.shared.directory);
        let plan = Plan::of(legs, |leg| directory.legs.contains_key(&leg));
        for leg in plan.legs() {
            let partner = directory.bridged(leg);
            if partner.is_some_and(|partner| !plan.legs().any(|known| known == partner)) {
                self.shared.part(&mut directory, leg);
            }
        }
        let known = plan.legs().find_map(|leg| directory.room(leg));
        let room = plan.room(Instant::now(), known);
        for leg in plan.legs() {
            let hears = plan.hears(leg);
            directory.set_bridged(leg, hears.one());
            let room = room.clone().filter(|_| plan.is_in_room(leg));
            directory.set_in_room(leg, hears == Hears::Several, room.clone());
            let arranged = Arranged {
                hears,
                to: plan.forwarded_to(leg).and_then(|to| directory.leg(to)),
                room,
            };
            let command = Command::Arrange(leg, arranged);
            self.shared.tell(&directory, leg, command);
        }
    }

    /// Every leg that is open.
    pub fn open_legs(&self) -> Vec<LegId> {
        let directory = locked(&self.shared.directory);
        directory.legs.keys().copied().collect()
    }

    /// Parts a leg from the one it is bridged with, or from those it is mixed with; both fall back to comfort silence, or go on
    /// with the playback they hear instead of the bridge.
    pub fn unbridge(&self, leg: LegId) {
        self.shared.part(&mut locked(&self.shared.directory), leg);
    }

    /// Plays to a leg. On a bridged leg the playback is heard instead of the other side until it
    /// is done, or, when repeated or `Silence`, until `bridge` is called again. A playback that
    /// another one replaces ends without `PlaybackDone`; before `set_remote` it waits.
    pub fn play(&self, leg: LegId, what: Playback, repeat: bool) {
        let directory = locked(&self.shared.directory);
        self.shared
            .tell(&directory, leg, Command::Play(leg, what, repeat));
    }

    /// Presses keys towards a leg's far side (RFC 4733), one after the other; meanwhile it hears nothing
    /// else. Nothing where the far side takes no such events.
    pub fn press(&self, leg: LegId, keys: &str) {
        let directory = locked(&self.shared.directory);
        self.shared
            .tell(&directory, leg, Command::Press(leg, keys.to_owned()));
    }

    /// Listens for tones of a network of this country in what a leg receives, from now on; or, because the call was
    /// answered, for a fax machine alone and a few seconds. From then on its silence counts.
    pub fn listen_for_tones(&self, leg: LegId, listen: Option<&'static Country>) {
        let directory = locked(&self.shared.directory);
        self.shared
            .tell(&directory, leg, Command::Listen(leg, listen));
    }

    /// Copies what a leg receives to a bounded channel; frames that do not fit are counted and
    /// dropped. `None` ends it. A listener that waits for each frame costs the media thread a call
    /// of the system to wake it; one that looks every few milliseconds costs it a copy.
    pub fn tap(&self, leg: LegId, listener: Option<SyncSender<TapFrame>>) {
        let directory = locked(&self.shared.directory);
        self.shared
            .tell(&directory, leg, Command::Tap(leg, listener));
    }

    /// Where a leg receives, if it is open.
    pub fn local(&self, leg: LegId) -> Option<SocketAddr> {
        Some(locked(&self.shared.directory).leg(leg)?.local)
    }

    /// Copies what a leg hears and says for a capture, from now on.
    pub fn capture(&self, leg: LegId, copier: Copier) {
        if let Some(leg) = locked(&self.shared.directory).leg(leg) {
            leg.copied_by(copier);
        }
    }

    /// No more for that capture.
    pub fn end_capture(&self, leg: LegId, capture: u64) {
        if let Some(leg) = locked(&self.shared.directory).leg(leg) {
            leg.copied_no_more(capture);
        }
    }

    /// The figures of an open leg.
    pub fn stats(&self, leg: LegId) -> Option<LegStats> {
        let leg = locked(&self.shared.directory).leg(leg)?;
        Some(leg.stats())
    }

    /// The state of the whole pool.
    pub fn figures(&self) -> PoolFigures {
        let directory = locked(&self.shared.directory);
        PoolFigures {
            opened: directory.opened,
            open: directory.legs.len(),
            lateness: self.shared.lateness.read(),
        }
    }

    /// Closes a leg: parts its bridge, sends RTCP BYE, rests its ports, emits `Closed`.
    /// Closing it twice is harmless.
    pub fn close(&self, leg: LegId) {
        let mut directory = locked(&self.shared.directory);
        self.shared.part(&mut directory, leg);
        self.shared.tell(&directory, leg, Command::Close(leg));
        let closed = directory.legs.remove(&leg);
        if let Some(browser) = closed.as_ref().and_then(|entry| entry.leg.browser()) {
            locked(&self.shared.names).remove(&browser.user());
        }
    }
}

impl Shared {
    fn worker(&self, leg: LegId) -> &Worker {
        &self.workers[leg.0 as usize % self.workers.len()]
    }

    fn tell(&self, directory: &Directory, leg: LegId, command: Command) {
        if directory.legs.contains_key(&leg) {
            self.worker(leg).tell(command);
        }
    }

    fn part(&self, directory: &mut Directory, leg: LegId) {
        if let Some(partner) = directory.bridged(leg) {
            // Who only listens to somebody is not missed by them.
            let mutual = directory.bridged(partner) == Some(leg);
            let parted = [Some(leg), Some(partner).filter(|_| mutual)];
            for leg in parted.into_iter().flatten() {
                directory.set_bridged(leg, None);
                directory.set_in_room(leg, false, None);
                self.tell(directory, leg, Command::Part(leg));
            }
        }
        if directory.is_in_room(leg) {
            directory.set_in_room(leg, false, None);
            self.tell(directory, leg, Command::Part(leg));
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // First who hands connections to the threads.
        self.porch = None;
        self.workers.iter_mut().for_each(Worker::stop);
    }
}

impl Directory {
    fn leg(&self, leg: LegId) -> Option<Arc<Leg>> {
        self.legs.get(&leg).map(|entry| Arc::clone(&entry.leg))
    }

    fn bridged(&self, leg: LegId) -> Option<LegId> {
        self.legs.get(&leg).and_then(|entry| entry.bridged)
    }

    fn is_in_room(&self, leg: LegId) -> bool {
        self.legs.get(&leg).is_some_and(|entry| entry.in_room)
    }

    fn room(&self, leg: LegId) -> Option<Room> {
        self.legs.get(&leg).and_then(|entry| entry.room.clone())
    }

    fn set_in_room(&mut self, leg: LegId, in_room: bool, room: Option<Room>) {
        if let Some(entry) = self.legs.get_mut(&leg) {
            entry.in_room = in_room;
            entry.room = room;
        }
    }

    fn set_bridged(&mut self, leg: LegId, with: Option<LegId>) {
        if let Some(entry) = self.legs.get_mut(&leg) {
            entry.bridged = with;
        }
    }
}

fn identity() -> io::Result<Identity> {
    Identity::generate().ok_or_else(|| io::Error::other("no certificate for browsers can be made"))
}

/// Seconds from 1900, where NTP counts from, to 1970.
const NTP_EPOCH: u64 = 2_208_988_800;

/// The clock of the reports, read once: it counts on without the jumps of the system's.
fn clock() -> NtpClock {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    NtpClock::new(
        Instant::now(),
        ((since.as_secs() + NTP_EPOCH) << 32) | fraction,
    )
}
