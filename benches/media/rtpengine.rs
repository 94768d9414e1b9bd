//! rtpengine, if this machine has it: in user space with one thread of audio, told by its ng protocol
//! (bencode over UDP) which ends belong together.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::apart;

/// Its ports: below those the system gives out by itself.
const PORTS: [&str; 2] = ["--port-min=12000", "--port-max=31999"];
/// It answers sooner, or never.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether it is installed.
pub(crate) fn is_here() -> bool {
    let asked = Command::new("rtpengine")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    asked.is_ok_and(|status| status.success())
}

/// Starts one that forwards between these ends, each with the next; where each sends to.
pub(crate) fn start(ends: &[u16], apart: bool) -> (Child, Vec<u16>) {
    let free = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let control = free.local_addr().expect("bound");
    drop(free);
    let child = apart::command(Path::new("rtpengine"), apart)
        .args(["--foreground", "--table=-1", "--interface=127.0.0.1"])
        .args(["--num-threads=1", "--log-level=2", "--log-stderr"])
        .args(PORTS)
        .arg(format!("--listen-ng={control}"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it is installed");
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(control).expect("loopback");
    let mut ng = Ng { socket, asked: 0 };
    ng.wait_until_up();
    let mut to = Vec::new();
    for (at, pair) in ends.chunks_exact(2).enumerate() {
        let call = format!("bench-{at}");
        let towards_second = ng.tell(&call, "offer", pair[0]);
        let towards_first = ng.tell(&call, "answer", pair[1]);
        to.extend([towards_first, towards_second]);
    }
    (child, to)
}

struct Ng {
    socket: UdpSocket,
    asked: u32,
}

impl Ng {
    fn wait_until_up(&mut self) {
        let began = Instant::now();
        let wait = Some(Duration::from_millis(100));
        self.socket.set_read_timeout(wait).expect("a wait");
        while self.ask("d7:command4:pinge").is_none() {
            assert!(began.elapsed() < PATIENCE, "rtpengine does not answer");
        }
        self.socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a wait");
    }

    /// Offers or answers an end; the port its other side then sends to.
    fn tell(&mut self, call: &str, what: &str, end: u16) -> u16 {
        let sdp = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
             m=audio {end} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n"
        );
        let word = |text: &str| format!("{}:{text}", text.len());
        let mut words = format!(
            "d{}{}{}{}{}{}{}l{}e{}{}{}{}",
            word("ICE"),
            word("remove"),
            word("call-id"),
            word(call),
            word("command"),
            word(what),
            word("flags"),
            word("trust-address"),
            word("from-tag"),
            word("a"),
            word("sdp"),
            word(&sdp),
        );
        if what == "answer" {
            words += &(word("to-tag") + &word("b"));
        }
        let answer = self.ask(&(words + "e")).expect("rtpengine answers");
        let port = answer.split("m=audio ").nth(1);
        let port = port.and_then(|rest| rest.split(' ').next()?.parse().ok());
        port.unwrap_or_else(|| panic!("rtpengine gives no port: {answer}"))
    }

    fn ask(&mut self, words: &str) -> Option<String> {
        self.asked += 1;
        // Before it is up, the kernel refuses for it.
        let _ = self
            .socket
            .send(format!("{} {words}", self.asked).as_bytes());
        let mut answer = [0; 4_096];
        let length = self.socket.recv(&mut answer).ok()?;
        Some(String::from_utf8_lossy(&answer[..length]).into_owned())
    }
}
