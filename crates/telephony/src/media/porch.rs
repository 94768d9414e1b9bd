//! Where connections of browsers are taken in, one port for all media threads: offices that let no UDP
//! pass let few TCP ports pass either.
//!
//! The first thing on a connection must be a check of connectivity (RFC 8445, 7.2.2) that names a leg;
//! then the connection is handed to the leg's thread, unread, which asks for the proof. Whoever says
//! something else, or nothing for a while, is hung up on: nothing is ever said to a stranger.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::media::LegId;
use webrtc::{Over, Path, user_of};

use super::door::BrowserDoors;
use super::epoll::{WOKEN, Waiting, Watch};
use super::leg::locked;
use super::worker::{Command, Teller};

/// Connections that have not said whose they are.
const WAITING_MAX: usize = 256;
/// Of one address: an office has many pages, but they do not all come at once.
const WAITING_OF_ONE_MAX: usize = 32;
/// A browser's check comes as soon as it is connected.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections that the system holds until they are taken in.
const BACKLOG: i32 = 128;
/// A check of connectivity and its length; longer ones than this no browser sends.
const CHECK_MAX: usize = 512;

/// Which leg a check names, by our half of its user name.
pub(super) type Names = Arc<Mutex<HashMap<String, LegId>>>;

/// The sockets, before the threads run that connections are handed to.
#[derive(Debug)]
pub(super) struct Listening {
    listeners: Vec<(TcpListener, SocketAddr)>,
    /// What browsers are told.
    pub(super) announced: Vec<SocketAddr>,
}

/// The thread that takes connections in. Dropped, it ends.
#[derive(Debug)]
pub(super) struct Porch {
    watch: Watch,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Listening {
    /// Binds one socket of each address family that browsers can be told of.
    pub(super) fn bind(ips: &[IpAddr], doors: &BrowserDoors) -> io::Result<Listening> {
        let mut listening = Listening {
            listeners: Vec::new(),
            announced: Vec::new(),
        };
        let Some(port) = doors.tcp_port else {
            return Ok(listening);
        };
        for ip in ips {
            let listener = listen(*ip, port).map_err(|error| {
                let text = format!(
                    "no socket for browsers at {ip}, TCP port {port} (setting \
                     `media.browser.tcp_port`): {error}"
                );
                io::Error::new(error.kind(), text)
            })?;
            let told = doors.announced_for(listener.local_addr()?);
            if let Some(here) = told.first() {
                listening.listeners.push((listener, *here));
                listening.announced.extend(told);
            }
        }
        Ok(listening)
    }
}

impl Porch {
    /// `None` where nobody listens.
    pub(super) fn open(
        listening: Listening,
        names: Names,
        threads: Vec<Teller>,
    ) -> io::Result<Option<Porch>> {
        if listening.listeners.is_empty() {
            return Ok(None);
        }
        let watch = Watch::new()?;
        for ((listener, _), token) in listening.listeners.iter().zip(0..) {
            watch.add(listener, token)?;
        }
        let stop = Arc::<AtomicBool>::default();
        let (watched, stopped) = (watch.clone(), Arc::clone(&stop));
        let doorman = move || Doorman {
            events: Waiting::of(watched),
            next: listening.listeners.len() as u64,
            listeners: listening.listeners,
            names,
            threads,
            waiting: HashMap::new(),
            stop: stopped,
        };
        let thread = std::thread::Builder::new()
            .name("media-porch".to_owned())
            .spawn(move || doorman().run())?;
        Ok(Some(Porch {
            watch,
            stop,
            thread: Some(thread),
        }))
    }
}

impl Drop for Porch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let woken = self.watch.wake().is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken)
            && thread.join().is_err()
        {
            tracing::error!("the thread that takes browsers' connections in ended by a panic");
        }
    }
}

struct Doorman {
    events: Waiting,
    listeners: Vec<(TcpListener, SocketAddr)>,
    names: Names,
    threads: Vec<Teller>,
    waiting: HashMap<u64, Unnamed>,
    next: u64,
    stop: Arc<AtomicBool>,
}

/// A connection that has not said whose it is.
struct Unnamed {
    stream: TcpStream,
    path: Path,
    since: Instant,
}

/// What the first bytes of a connection say.
enum Says {
    NotEnough,
    Names(LegId),
    Nonsense,
}

impl Doorman {
    fn run(mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            let patience = (!self.waiting.is_empty()).then_some(PATIENCE / 4);
            if let Err(error) = self.events.wait(patience) {
                tracing::error!(%error, "connections of browsers are taken in no more");
                return;
            }
            let mut place = 0;
            while let Some(token) = self.events.ready(place) {
                place += 1;
                match token {
                    WOKEN => {}
                    token if token < self.listeners.len() as u64 => self.take_in(token as usize),
                    token => self.listen_to(token),
                }
            }
            let now = Instant::now();
            self.waiting
                .retain(|_, unnamed| now.duration_since(unnamed.since) < PATIENCE);
        }
    }

    /// Takes one in; others are told of again.
    fn take_in(&mut self, number: usize) {
        let (listener, here) = &self.listeners[number];
        let (stream, there) = match listener.accept() {
            Ok(accepted) => accepted,
            Err(error) => {
                // One that has gone already, or too many open files: a moment later it is tried again.
                std::thread::sleep(Duration::from_millis(1));
                return tracing::debug!(%error, "a connection is not taken in");
            }
        };
        let alike = |unnamed: &&Unnamed| unnamed.path.there.ip() == there.ip();
        let of_one = self.waiting.values().filter(alike).count();
        if self.waiting.len() >= WAITING_MAX || of_one >= WAITING_OF_ONE_MAX {
            return;
        }
        let token = self.next;
        let watched = stream
            .set_nonblocking(true)
            .and_then(|()| self.events.watch().add_for_news(&stream, token));
        if watched.is_err() {
            return;
        }
        self.next += 1;
        let path = Path {
            over: Over::Tcp,
            here: *here,
            there,
        };
        let since = Instant::now();
        let unnamed = Unnamed {
            stream,
            path,
            since,
        };
        self.waiting.insert(token, unnamed);
    }

    fn listen_to(&mut self, token: u64) {
        let Some(unnamed) = self.waiting.get(&token) else {
            return;
        };
        let leg = match says(&unnamed.stream, &self.names) {
            Says::NotEnough => return,
            Says::Nonsense => None,
            Says::Names(leg) => Some(leg),
        };
        let unnamed = self.waiting.remove(&token);
        if let (Some(leg), Some(Unnamed { stream, path, .. })) = (leg, unnamed)
            && self.events.watch().remove(&stream).is_ok()
        {
            let thread = &self.threads[leg.0 as usize % self.threads.len()];
            thread.tell(Command::Come(leg, stream, path));
        }
    }
}

/// Looks at what has come without taking it: it is the thread's to read that has the leg.
fn says(stream: &TcpStream, names: &Names) -> Says {
    let mut buffer = [0; 2 + CHECK_MAX];
    let length = match stream.peek(&mut buffer) {
        Ok(0) => return Says::Nonsense,
        Ok(length) => length,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Says::NotEnough,
        Err(_) => return Says::Nonsense,
    };
    let Some((head, rest)) = buffer[..length].split_at_checked(2) else {
        return Says::NotEnough;
    };
    let wanted = usize::from(u16::from_be_bytes([head[0], head[1]]));
    if wanted > CHECK_MAX {
        return Says::Nonsense;
    }
    let Some(check) = rest.get(..wanted) else {
        return Says::NotEnough;
    };
    let named = user_of(check).and_then(|user| locked(names).get(user).copied());
    named.map_or(Says::Nonsense, Says::Names)
}

fn listen(ip: IpAddr, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(ip, port);
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, Some(socket2::Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    // Connections of the engine before this one may still be closing.
    socket.set_reuse_address(true)?;
    if ip.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
