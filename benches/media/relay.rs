//! The relays, each a process of this program: it is told the ports of the ends, says its own, and
//! forwards until its input ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::thread;

use media::srtp::{Keys, MasterKey, Protect, Suite, Unprotect};
use mio::net::UdpSocket as Watched;
use mio::{Events, Interest, Poll, Token};
use telephony::media::{Codec, MediaConfig, MediaPool, Remote};

use crate::load::Load;

/// Tells a process of ours which relay it is.
const ROLE: &str = "CADENCIA_BENCH_RELAY";
const SUITE: Suite = Suite::AesCm128HmacSha1Tag80;
const OURS: MasterKey = MasterKey([1; 30]);
const THEIRS: MasterKey = MasterKey([2; 30]);

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A socket a leg, recv and send: the least there is.
    Plain,
    /// Legs of ours, bridged.
    Bridged,
    /// The same, one of the two ends with SRTP.
    Protected,
    /// Bridged, and both legs copied to a listener, as for a recording.
    Tapped,
}

impl Kind {
    pub(crate) const ALL: [Kind; 4] = [Kind::Plain, Kind::Bridged, Kind::Protected, Kind::Tapped];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Kind::Plain => "plain relay",
            Kind::Bridged => "bridged",
            Kind::Protected => "bridged, one end SRTP",
            Kind::Tapped => "bridged, both ends copied",
        }
    }
}

/// A relay at work.
pub(crate) struct Relay {
    child: Child,
    /// Where each end sends to.
    pub(crate) ports: Vec<u16>,
}

impl Relay {
    pub(crate) fn start(kind: Kind, load: &Load) -> Relay {
        let place = Kind::ALL.iter().position(|known| *known == kind);
        let place = place.expect("it is one of them");
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .env(ROLE, place.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program again");
        let ports: Vec<String> = load.ports().map(|port| port.to_string()).collect();
        let mut input = child.stdin.as_ref().expect("piped");
        writeln!(input, "{}", ports.join(" ")).expect("it reads");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it writes");
        let ports = line
            .split_whitespace()
            .map(|port| port.parse().expect("a port"));
        Relay {
            ports: ports.collect(),
            child,
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// The far side's halves of the protected leg.
pub(crate) fn far_protect() -> Protect {
    Protect::new(SUITE, &THEIRS)
}

pub(crate) fn far_unprotect() -> Unprotect {
    Unprotect::new(SUITE, &OURS)
}

/// Whether this process is a relay.
pub(crate) fn is_one_of_ours() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Is the relay that the environment names.
pub(crate) fn serve() {
    let role = std::env::var(ROLE)
        .ok()
        .and_then(|role| role.parse::<usize>().ok());
    let kind = role.and_then(|place| Kind::ALL.get(place).copied());
    let kind = kind.expect("one of them");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("the ports");
    let ends: Vec<SocketAddr> = line
        .split_whitespace()
        .map(|port| SocketAddr::from(([127, 0, 0, 1], port.parse().expect("a port"))))
        .collect();
    match kind {
        Kind::Plain => plain(&ends),
        Kind::Bridged | Kind::Protected | Kind::Tapped => bridged(kind, &ends),
    }
}

/// Says where each end sends to; then waits until nobody needs it any more.
fn say(ports: &[u16]) {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    println!("{}", ports.join(" "));
}

fn until_the_end() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

fn plain(ends: &[SocketAddr]) {
    let mut poll = Poll::new().expect("an epoll");
    let mut sockets = Vec::new();
    for at in 0..ends.len() {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.set_nonblocking(true).expect("a socket");
        let mut socket = Watched::from_std(socket);
        let watched = poll
            .registry()
            .register(&mut socket, Token(at), Interest::READABLE);
        watched.expect("a socket");
        sockets.push(socket);
    }
    let port = |socket: &Watched| socket.local_addr().expect("bound").port();
    say(&sockets.iter().map(port).collect::<Vec<_>>());
    // Ends with the process: the input is watched by another thread.
    thread::spawn(|| {
        until_the_end();
        std::process::exit(0);
    });
    let mut events = Events::with_capacity(1_024);
    let mut packet = [0; 2_048];
    loop {
        poll.poll(&mut events, None).expect("an epoll");
        for event in &events {
            let at = event.token().0;
            while let Ok((length, _)) = sockets[at].recv_from(&mut packet) {
                let _ = sockets[at ^ 1].send_to(&packet[..length], ends[at ^ 1]);
            }
        }
    }
}

fn bridged(kind: Kind, ends: &[SocketAddr]) {
    let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
    let pool = MediaPool::start(MediaConfig::loopback(1), events).expect("loopback is there");
    let (tap, frames) = std::sync::mpsc::sync_channel(4_096);
    let mut legs = Vec::new();
    for (at, end) in ends.iter().enumerate() {
        let leg = pool.open("bench").expect("a free pair of ports");
        let protected = kind == Kind::Protected && at % 2 == 0;
        let remote = Remote {
            keys: protected.then_some(Keys {
                suite: SUITE,
                ours: OURS,
                theirs: THEIRS,
            }),
            ..Remote::new(*end, Codec::Pcma)
        };
        pool.set_remote(leg.id, remote);
        if kind == Kind::Tapped {
            pool.tap(leg.id, Some(tap.clone()));
        }
        legs.push(leg);
    }
    for pair in legs.chunks_exact(2) {
        pool.bridge(pair[0].id, pair[1].id);
    }
    thread::spawn(move || while frames.recv().is_ok() {});
    thread::spawn(move || while told.blocking_recv().is_some() {});
    say(&legs.iter().map(|leg| leg.local.port()).collect::<Vec<_>>());
    until_the_end();
    std::process::exit(0);
}
