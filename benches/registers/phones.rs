//! Phones by the thousand in one thread: each registers by digest, from one of some sockets, and
//! repeats what is not answered, after half a second and then ever later (RFC 3261 timer E).

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sip::auth::{DigestClient, Login, strongest_challenge};
use sip::message::{Message, Method, Response, parse_datagram};

/// Phones that share a socket, as those of an office share an address.
const PER_SOCKET: u32 = 100;
const T1: Duration = Duration::from_millis(500);
const T2: Duration = Duration::from_secs(4);

pub(crate) fn user(number: u32) -> String {
    format!("adv{number}")
}

pub(crate) fn password(number: u32) -> String {
    format!("a long word of phone {number}")
}

/// How phones come back.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// So many REGISTERs a second, of each registration both.
    PerSecond(u32),
    /// As fast as the wire takes them.
    AllAtOnce,
}

/// What they did.
#[derive(Debug, Default)]
pub(crate) struct Did {
    pub(crate) sent: usize,
    pub(crate) answered: usize,
    pub(crate) registered: usize,
    pub(crate) unanswered: usize,
}

pub(crate) struct Phones {
    users: usize,
    stop: Arc<AtomicBool>,
    registered: Arc<AtomicUsize>,
    thread: JoinHandle<Did>,
}

impl Phones {
    pub(crate) fn start(node: SocketAddr, users: u32, pace: Pace) -> Phones {
        let stop = Arc::new(AtomicBool::new(false));
        let registered = Arc::new(AtomicUsize::new(0));
        let (stopped, count) = (Arc::clone(&stop), Arc::clone(&registered));
        let thread =
            std::thread::spawn(move || Office::open(node, users, pace, count).run(&stopped));
        Phones {
            users: users as usize,
            stop,
            registered,
            thread,
        }
    }

    pub(crate) fn all_are_registered(&self) -> bool {
        self.registered.load(Ordering::Relaxed) >= self.users
    }

    pub(crate) fn stop(self) -> Did {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("phones do nothing that panics")
    }
}

struct Office {
    node: SocketAddr,
    users: u32,
    pace: Pace,
    sockets: Vec<UdpSocket>,
    /// Whose turn it is.
    turn: u32,
    round: u32,
    /// What waits for an answer, by user.
    open: HashMap<u32, Open>,
    /// When to look whether it came.
    due: VecDeque<(Instant, u32, u32)>,
    did: Did,
    registered: Arc<AtomicUsize>,
}

struct Open {
    cseq: u32,
    bytes: Vec<u8>,
    wait: Duration,
}

impl Office {
    fn open(node: SocketAddr, users: u32, pace: Pace, registered: Arc<AtomicUsize>) -> Office {
        let bind = |_| {
            let socket = UdpSocket::bind("127.0.0.3:0").expect("loopback");
            socket.set_nonblocking(true).expect("a socket");
            socket
        };
        Office {
            node,
            users,
            pace,
            sockets: (0..users.div_ceil(PER_SOCKET)).map(bind).collect(),
            turn: 0,
            round: 0,
            open: HashMap::new(),
            due: VecDeque::new(),
            did: Did::default(),
            registered,
        }
    }

    fn run(mut self, stop: &AtomicBool) -> Did {
        let began = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            let heard = self.hear();
            self.repeat(Instant::now());
            let more = match self.pace {
                Pace::PerSecond(rate) => {
                    let due = began.elapsed().as_secs_f64() * f64::from(rate);
                    (due as usize)
                        .saturating_sub(self.did.sent)
                        .div_ceil(2)
                        .min(64)
                }
                Pace::AllAtOnce if self.round == 0 => 64,
                Pace::AllAtOnce => 0,
            };
            for _ in 0..more {
                self.begin();
            }
            if heard == 0 {
                std::thread::sleep(Duration::from_micros(500));
            }
        }
        self.did.unanswered = self.open.len();
        self.did
    }

    /// The next phone begins to register.
    fn begin(&mut self) {
        let number = self.turn;
        self.turn += 1;
        if self.turn == self.users {
            self.turn = 0;
            self.round += 1;
        }
        if !self.open.contains_key(&number) {
            self.send(number, 1 + self.round * 2, None);
        }
    }

    fn send(&mut self, number: u32, cseq: u32, authorization: Option<String>) {
        let socket = &self.sockets[(number / PER_SOCKET) as usize];
        let local = socket.local_addr().expect("bound");
        let (name, node, began) = (user(number), self.node, self.turn);
        let authorization = authorization
            .map(|answer| format!("Authorization: {answer}\r\n"))
            .unwrap_or_default();
        let bytes = format!(
            "REGISTER sip:{node} SIP/2.0\r\n\
             Via: SIP/2.0/UDP {local};rport;branch=z9hG4bK{number}x{cseq}x{began}x{}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{name}@{node}>;tag={number}\r\n\
             To: <sip:{name}@{node}>\r\nCall-ID: {number}-{}\r\nCSeq: {cseq} REGISTER\r\n\
             Contact: <sip:{name}@{local}>;+sip.instance=\"<urn:x:{number}>\"\r\n\
             Expires: 600\r\nUser-Agent: phone\r\n{authorization}Content-Length: 0\r\n\r\n",
            local.port(),
            local.port(),
        );
        let open = Open {
            cseq,
            bytes: bytes.into_bytes(),
            wait: T1,
        };
        self.did.sent += 1;
        let _ = socket.send_to(&open.bytes, self.node);
        self.open.insert(number, open);
        self.due.push_back((Instant::now() + T1, number, cseq));
    }

    /// Sends again what was not answered in time.
    fn repeat(&mut self, now: Instant) {
        while let Some(&(at, number, cseq)) = self.due.front() {
            if at > now {
                return;
            }
            self.due.pop_front();
            let Some(open) = self.open.get_mut(&number) else {
                continue;
            };
            if open.cseq != cseq {
                continue;
            }
            open.wait = (open.wait * 2).min(T2);
            self.did.sent += 1;
            let socket = &self.sockets[(number / PER_SOCKET) as usize];
            let _ = socket.send_to(&open.bytes, self.node);
            // Not quite in order, which only makes a later one a little later still.
            self.due.push_back((now + open.wait, number, cseq));
        }
    }

    /// Takes what came; says how much.
    fn hear(&mut self) -> usize {
        let mut buffer = [0; 4096];
        let mut heard = 0;
        for place in 0..self.sockets.len() {
            while let Ok((length, _)) = self.sockets[place].recv_from(&mut buffer) {
                heard += 1;
                if let Ok(Message::Response(response)) = parse_datagram(&buffer[..length]) {
                    self.answered(&response);
                }
            }
        }
        heard
    }

    fn answered(&mut self, response: &Response) {
        let to = response
            .headers
            .to()
            .expect("a node answers what it was asked");
        let name = to.uri.user_decoded().unwrap_or_default();
        let number = name.trim_start_matches("adv").parse().expect("one of ours");
        let cseq = response.headers.cseq().expect("as it was sent").number;
        // An answer to what was sent twice comes twice.
        if self.open.get(&number).is_none_or(|open| open.cseq != cseq) {
            return;
        }
        self.open.remove(&number);
        self.did.answered += 1;
        match response.status.code() {
            200 => {
                self.did.registered += 1;
                self.registered.fetch_add(1, Ordering::Relaxed);
            }
            401 => {
                let lines = response.headers.get_all("WWW-Authenticate");
                let challenge = strongest_challenge(lines).expect("a challenge");
                let (uri, word) = (format!("sip:{}", self.node), password(number));
                let login = Login {
                    user: &name,
                    password: &word,
                };
                let register = Method::Register;
                let answer = DigestClient::answer(&challenge, &register, &uri, login, 1, "c");
                self.send(number, cseq + 1, Some(answer));
            }
            // Told to wait: this phone comes again in its next turn.
            _ => {}
        }
    }
}
