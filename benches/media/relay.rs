//! The relays, each a process of its own. Ours are this program again: it is told the ports of the
//! ends, says its own, and forwards until its input ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{AttemptId, Timestamp};
use media::srtp::{Keys, MasterKey, Protect, Suite, Unprotect};
use media::{LegId, Side};
use recorder::{MasterKeys, Recorder, RecorderConfig};
use telephony::media::{Codec, MediaConfig, MediaPool, Remote};
use tempfile::TempDir;

use crate::load::Load;
use crate::ready::Ready;
use crate::{apart, rtpengine, spike};

/// Tells a process of ours which relay it is.
const ROLE: &str = "CADENCIA_BENCH_RELAY";
const SUITE: Suite = Suite::AesCm128HmacSha1Tag80;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A socket a leg, recv and send: the least there is.
    Plain,
    /// The same in C, if it is here.
    Spike,
    /// Legs of ours, bridged.
    Bridged,
    /// The same, one of the two ends with SRTP.
    Protected,
    /// Bridged, and every call recorded to the disk, sealed.
    Recorded,
    /// rtpengine, if it is here.
    Rtpengine,
}

impl Kind {
    const ALL: [Kind; 6] = [
        Kind::Plain,
        Kind::Spike,
        Kind::Bridged,
        Kind::Protected,
        Kind::Recorded,
        Kind::Rtpengine,
    ];

    pub(crate) const fn words(self) -> &'static str {
        match self {
            Kind::Plain => "plain relay",
            Kind::Spike => "plain relay in C",
            Kind::Bridged => "bridged",
            Kind::Protected => "bridged, one end SRTP",
            Kind::Recorded => "bridged and recorded",
            Kind::Rtpengine => "rtpengine",
        }
    }
}

/// The relays of this machine.
pub(crate) struct Relays {
    folder: TempDir,
    spike: Option<PathBuf>,
    /// On a processor of their own.
    apart: bool,
    pub(crate) kinds: Vec<Kind>,
}

impl Relays {
    pub(crate) fn here(apart: bool) -> Relays {
        let folder = tempfile::tempdir().expect("a folder");
        let spike = spike::compile(folder.path());
        let rtpengine = rtpengine::is_here();
        let is_here = |kind: &Kind| match kind {
            Kind::Spike => spike.is_some(),
            Kind::Rtpengine => rtpengine,
            _ => true,
        };
        let kinds = Kind::ALL.into_iter().filter(is_here).collect();
        Relays {
            folder,
            spike,
            apart,
            kinds,
        }
    }

    pub(crate) fn start(&self, kind: Kind, load: &Load) -> Relay {
        let ends: Vec<u16> = load.ports().collect();
        let (child, ports) = match (kind, &self.spike) {
            (Kind::Rtpengine, _) => rtpengine::start(&ends, self.apart),
            (Kind::Spike, Some(program)) => spike::start(program, &ends, self.apart),
            _ => self.start_ours(kind, &ends),
        };
        Relay {
            child,
            ports,
            is_ours: !matches!(kind, Kind::Rtpengine | Kind::Spike),
        }
    }

    /// Starts this program as a relay; recordings go into the folder.
    fn start_ours(&self, kind: Kind, ends: &[u16]) -> (Child, Vec<u16>) {
        let place = Kind::ALL.iter().position(|known| *known == kind);
        let place = place.expect("it is one of them");
        let program = std::env::current_exe().expect("this program");
        let mut child = apart::command(&program, self.apart)
            .env(ROLE, place.to_string())
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program again");
        let ends: Vec<String> = ends.iter().map(u16::to_string).collect();
        let mut input = child.stdin.as_ref().expect("piped");
        writeln!(input, "{}", ends.join(" ")).expect("it reads");
        let mut line = String::new();
        let output = child.stdout.as_mut().expect("piped");
        let told = BufReader::new(output).read_line(&mut line);
        told.expect("it writes");
        let ports = line.split_whitespace();
        let ports = ports.map(|port| port.parse().expect("a port")).collect();
        (child, ports)
    }
}

/// A relay at work.
pub(crate) struct Relay {
    child: Child,
    /// Where each end sends to.
    pub(crate) ports: Vec<u16>,
    /// Ours end with their input.
    is_ours: bool,
}

impl Relay {
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        match self.is_ours {
            true => drop(self.child.stdin.take()),
            false => drop(self.child.kill()),
        }
        let _ = self.child.wait();
    }
}

/// The far side's halves of the protected leg.
pub(crate) fn far_protect() -> Protect {
    Protect::new(&theirs())
}

pub(crate) fn far_unprotect() -> Unprotect {
    Unprotect::new(&ours())
}

fn ours() -> MasterKey {
    MasterKey::new(SUITE, &[1; 30]).expect("as long as the suite wants")
}

fn theirs() -> MasterKey {
    MasterKey::new(SUITE, &[2; 30]).expect("as long as the suite wants")
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
        Kind::Bridged | Kind::Protected | Kind::Recorded => bridged(kind, &ends),
        Kind::Spike | Kind::Rtpengine => unreachable!("they are programs of others"),
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
    let socket = |_| {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        socket.set_nonblocking(true).expect("a socket");
        socket
    };
    let sockets: Vec<UdpSocket> = ends.iter().map(socket).collect();
    let port = |socket: &UdpSocket| socket.local_addr().expect("bound").port();
    say(&sockets.iter().map(port).collect::<Vec<_>>());
    // Ends with the process: the input is watched by another thread.
    thread::spawn(|| {
        until_the_end();
        std::process::exit(0);
    });
    let mut ready = Ready::of(&sockets);
    let mut packet = [0; 2_048];
    loop {
        for at in ready.wait(Duration::from_secs(1)) {
            if let Ok((length, _)) = sockets[at].recv_from(&mut packet) {
                let _ = sockets[at ^ 1].send_to(&packet[..length], ends[at ^ 1]);
            }
        }
    }
}

fn bridged(kind: Kind, ends: &[SocketAddr]) {
    let (events, mut told) = tokio::sync::mpsc::unbounded_channel();
    let pool = MediaPool::start(MediaConfig::loopback(1), events).expect("loopback is there");
    let recorder = (kind == Kind::Recorded).then(recorder);
    let mut legs = Vec::new();
    for (at, end) in ends.iter().enumerate() {
        let leg = pool.open("bench").expect("a free pair of ports");
        let protected = kind == Kind::Protected && at % 2 == 0;
        let remote = Remote {
            keys: protected.then_some(Keys {
                ours: ours(),
                theirs: theirs(),
            }),
            ..Remote::new(*end, Codec::Pcma)
        };
        pool.set_remote(leg.id, remote);
        if let Some(recorder) = &recorder {
            record(recorder, at, leg.id);
            pool.tap(leg.id, Some(recorder.frames()));
        }
        legs.push(leg);
    }
    for pair in legs.chunks_exact(2) {
        pool.bridge(pair[0].id, pair[1].id);
    }
    thread::spawn(move || while told.blocking_recv().is_some() {});
    say(&legs.iter().map(|leg| leg.local.port()).collect::<Vec<_>>());
    until_the_end();
    std::process::exit(0);
}

/// A recorder in the folder where we are.
fn recorder() -> Recorder {
    let folder = tempfile::tempdir_in(".").expect("a folder").keep();
    let keys = MasterKeys::load_or_make(&folder.join("master")).expect("a folder of ours");
    let config = RecorderConfig {
        folder: folder.join("spool"),
        codec: Codec::Pcma,
    };
    let (recorder, mut told) = Recorder::start(config, Arc::new(keys.0)).expect("threads start");
    thread::spawn(move || while told.blocking_recv().is_some() {});
    recorder
}

/// Two legs are a call: the first is its customer.
fn record(recorder: &Recorder, at: usize, leg: LegId) {
    let attempt = AttemptId::new(at as i64 / 2 + 1);
    let side = match at % 2 {
        0 => {
            let began = Timestamp::from_millis(1_700_000_000_000);
            recorder.begin(attempt, Instant::now(), began);
            Side::Customer
        }
        _ => Side::Agent,
    };
    recorder.seat(attempt, leg, side);
}
