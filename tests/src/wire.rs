//! A carrier of a few lines that notes what crossed the wire. It reads bytes,
//! not messages: it shares no code and no belief with the engine it judges.
//!
//! The last digit of the number called decides: 0 to 3 is busy, 4 and 5 ring
//! for ever, the others answer after 300 ms and stay until they get a BYE.

use std::collections::{HashMap, HashSet};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// One call as the carrier saw it.
#[derive(Clone, Debug)]
pub struct WireCall {
    /// The number of the request line, with its plus sign.
    pub number: String,
    /// First INVITE.
    pub since: Instant,
    /// BYE, CANCEL or a final refusal came by.
    pub over: bool,
    /// Refused with 503 while the carrier was down.
    pub failed: bool,
    answer: Option<Answer>,
}

#[derive(Clone, Debug)]
struct Answer {
    due: Instant,
    again: Duration,
    to: SocketAddr,
    text: String,
}

type Calls = Arc<Mutex<HashMap<String, WireCall>>>;
type Notes = Arc<Mutex<Vec<Note>>>;

/// A message as it crossed the wire.
#[derive(Clone, Debug)]
pub struct Note {
    /// Whether the engine said it, not the carrier.
    pub by_engine: bool,
    /// Its call.
    pub call_id: String,
    /// Every byte of it.
    pub text: String,
}

/// The socket, and all that passes it.
struct Line {
    socket: UdpSocket,
    notes: Notes,
    /// Numbers that end so get no answer to their first INVITE.
    deaf_to: Option<char>,
    unheard: Mutex<HashSet<String>>,
}

impl Line {
    /// A peer that was killed cannot be told.
    fn send(&self, text: &str, to: SocketAddr) {
        self.note(false, text);
        let _ = self.socket.send_to(text.as_bytes(), to);
    }

    fn note(&self, by_engine: bool, text: &str) {
        let note = Note {
            by_engine,
            call_id: header(text, "Call-ID").unwrap_or_default(),
            text: text.to_owned(),
        };
        self.notes.lock().expect("no panic holds it").push(note);
    }

    /// Whether this INVITE is one that is not heard.
    fn misses(&self, number: &str, call_id: &str) -> bool {
        let mut unheard = self.unheard.lock().expect("no panic holds it");
        self.deaf_to.is_some_and(|digit| number.ends_with(digit))
            && unheard.insert(call_id.to_owned())
    }
}

/// The carrier.
pub struct Wire {
    local: SocketAddr,
    calls: Calls,
    down: Arc<AtomicBool>,
    notes: Notes,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Wire {
    /// Listens on a port of the system's choice.
    pub fn start() -> Wire {
        Wire::that_misses(None)
    }

    /// Misses the first INVITE to every number that ends so.
    pub fn missing_first_invites_to(digit: char) -> Wire {
        Wire::that_misses(Some(digit))
    }

    fn that_misses(deaf_to: Option<char>) -> Wire {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        let local = socket.local_addr().expect("it is bound");
        socket
            .set_read_timeout(Some(Duration::from_millis(20)))
            .expect("a timeout above zero");
        let calls = Calls::default();
        let stop = Arc::new(AtomicBool::new(false));
        let down = Arc::new(AtomicBool::new(false));
        let (noted, stopped) = (Arc::clone(&calls), Arc::clone(&stop));
        let failing = Arc::clone(&down);
        let notes = Notes::default();
        let line = Line {
            socket,
            notes: Arc::clone(&notes),
            deaf_to,
            unheard: Mutex::default(),
        };
        let thread = std::thread::spawn(move || {
            let mut buffer = vec![0; 65_535];
            while !stopped.load(Ordering::Relaxed) {
                // A timeout, or the unreachable port of an engine just killed.
                if let Ok((length, from)) = line.socket.recv_from(&mut buffer) {
                    let is_down = failing.load(Ordering::Relaxed);
                    take(&line, &noted, is_down, &buffer[..length], from);
                }
                answer_due(&line, &noted);
            }
        });
        Wire {
            local,
            calls,
            down,
            notes,
            stop,
            thread: Some(thread),
        }
    }

    /// Whether every INVITE is refused with 503 from now on.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }

    /// Where calls are sent.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// Every message so far, in order.
    pub fn notes(&self) -> Vec<Note> {
        self.notes.lock().expect("no panic holds it").clone()
    }

    /// Every call so far, by Call-ID.
    pub fn calls(&self) -> HashMap<String, WireCall> {
        self.calls.lock().expect("no panic holds it").clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Its panic is a failure of the test, unless the test fails already.
            if thread.join().is_err() && !std::thread::panicking() {
                panic!("the carrier broke off");
            }
        }
    }
}

fn take(line: &Line, calls: &Calls, is_down: bool, bytes: &[u8], from: SocketAddr) {
    let text = String::from_utf8_lossy(bytes);
    line.note(true, &text);
    let Some(call_id) = header(&text, "Call-ID") else {
        return;
    };
    let local = line.socket.local_addr().expect("it is bound");
    let reply = |status: &str, extra: &str| {
        line.send(&response(local, &text, status, extra), from);
    };
    let mut calls = calls.lock().expect("no panic holds it");
    match text.split(' ').next() {
        Some("INVITE") if line.misses(&number_of(&text), &call_id) => {}
        Some("INVITE") => invite(&mut calls, &text, call_id, (local, from), is_down, reply),
        Some("CANCEL") => {
            reply("200 OK", "");
            if let Some(call) = calls.get_mut(&call_id) {
                call.over = true;
                let invite = text
                    .replacen("CANCEL ", "INVITE ", 1)
                    .replace(" CANCEL", " INVITE");
                let terminated = response(local, &invite, "487 Request Terminated", "");
                line.send(&terminated, from);
            }
        }
        Some("BYE") => {
            reply("200 OK", "");
            if let Some(call) = calls.get_mut(&call_id) {
                call.over = true;
            }
        }
        Some("ACK") => {
            if let Some(call) = calls.get_mut(&call_id) {
                call.answer = None;
            }
        }
        Some("OPTIONS") => reply("200 OK", ""),
        _ => {}
    }
}

fn invite(
    calls: &mut HashMap<String, WireCall>,
    text: &str,
    call_id: String,
    (local, from): (SocketAddr, SocketAddr),
    is_down: bool,
    reply: impl Fn(&str, &str),
) {
    if calls.contains_key(&call_id) {
        return;
    }
    let mut call = WireCall {
        number: number_of(text),
        since: Instant::now(),
        over: false,
        failed: false,
        answer: None,
    };
    if is_down {
        reply("503 Service Unavailable", "");
        (call.over, call.failed) = (true, true);
        calls.insert(call_id, call);
        return;
    }
    match call.number.bytes().last() {
        Some(b'0'..=b'3') => {
            reply("486 Busy Here", "");
            call.over = true;
        }
        Some(b'4' | b'5') => reply("180 Ringing", ""),
        _ => {
            reply("180 Ringing", "");
            let ip = "127.0.0.1";
            let sdp = format!(
                "v=0\r\no=- 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
                 m=audio 9 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
            );
            let body = format!("Content-Type: application/sdp\r\n\r\n{sdp}");
            call.answer = Some(Answer {
                due: Instant::now() + Duration::from_millis(300),
                again: Duration::from_millis(500),
                to: from,
                text: response(local, text, "200 OK", &body),
            });
        }
    }
    calls.insert(call_id, call);
}

/// The number of a request line.
fn number_of(invite: &str) -> String {
    let rest = &invite["INVITE sip:".len()..];
    rest.chars().take_while(|c| *c != '@').collect()
}

/// Sends 200s that are due, and again until they are acknowledged.
fn answer_due(line: &Line, calls: &Calls) {
    let now = Instant::now();
    for call in calls.lock().expect("no panic holds it").values_mut() {
        if call.over {
            continue;
        }
        if let Some(answer) = call.answer.as_mut().filter(|answer| answer.due <= now) {
            line.send(&answer.text, answer.to);
            answer.due = now + answer.again;
            answer.again *= 2;
        }
    }
}

/// A response to a request, its headers given back as they came.
fn response(local: SocketAddr, request: &str, status: &str, extra: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for line in request.split("\r\n").take_while(|line| !line.is_empty()) {
        let name = line.split(':').next().unwrap_or_default();
        match name.trim().to_ascii_lowercase().as_str() {
            "via" | "from" | "call-id" | "cseq" => text += &format!("{line}\r\n"),
            "to" if line.contains(";tag=") => text += &format!("{line}\r\n"),
            "to" => text += &format!("{line};tag=wire\r\n"),
            _ => {}
        }
    }
    text += &format!("Contact: <sip:wire@{local}>\r\n");
    match extra.split_once("\r\n\r\n") {
        Some((head, body)) => {
            text + head + &format!("\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        }
        None => text + "Content-Length: 0\r\n\r\n",
    }
}

fn header(text: &str, name: &str) -> Option<String> {
    text.split("\r\n")
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            let (is, value) = line.split_once(':')?;
            is.trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
}
