//! A carrier in plain text, independent of our own SIP: it keeps every request as it came and
//! answers as a test wrote.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::floor::until;

/// A running carrier; dropped, it stops.
pub(crate) struct TextCarrier {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TextCarrier {
    /// `answer` gives the responses to a request, in order.
    pub(crate) fn start(
        mut answer: impl FnMut(&str) -> Vec<String> + Send + 'static,
    ) -> TextCarrier {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = socket.local_addr().expect("bound");
        let patience = Some(Duration::from_millis(20));
        socket.set_read_timeout(patience).expect("a timeout");
        let requests = Arc::<Mutex<Vec<String>>>::default();
        let over = Arc::new(AtomicBool::new(false));
        let (kept, ended) = (Arc::clone(&requests), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let mut buffer = [0; 8_192];
            while !ended.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut buffer) else {
                    continue;
                };
                let request = String::from_utf8_lossy(&buffer[..length]).into_owned();
                kept.lock()
                    .expect("no test panics inside")
                    .push(request.clone());
                for response in answer(&request) {
                    socket.send_to(response.as_bytes(), from).expect("loopback");
                }
            }
        });
        TextCarrier {
            address,
            requests,
            over,
            thread: Some(thread),
        }
    }

    /// Every request so far of this method.
    pub(crate) fn requests(&self, method: &str) -> Vec<String> {
        let all = self.requests.lock().expect("no test panics inside");
        let begins = |request: &&String| request.starts_with(&format!("{method} "));
        all.iter().filter(begins).cloned().collect()
    }

    /// Waits for so many of a method; gives the last.
    pub(crate) async fn receives(&self, method: &str, count: usize) -> String {
        until(&format!("{count} {method}"), || {
            self.requests(method).len() >= count
        })
        .await;
        self.requests(method)[count - 1].clone()
    }
}

impl Drop for TextCarrier {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A response to a request: its status line, further header lines, its body.
pub(crate) fn reply(request: &str, status: &str, fields: &[&str], body: &str) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
        for line in request.lines().take_while(|line| !line.is_empty()) {
            if line.starts_with(&format!("{name}:")) {
                text += line.trim_end();
                let tag = name == "To" && !line.contains(";tag=") && !status.starts_with("100");
                text += if tag { ";tag=theirs\r\n" } else { "\r\n" };
            }
        }
    }
    for field in fields {
        text += &format!("{field}\r\n");
    }
    if !body.is_empty() {
        text += "Content-Type: application/sdp\r\n";
    }
    format!("{text}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// The value of a header line of a request.
pub(crate) fn field<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let begins = format!("{name}: ");
    let mut lines = request.lines().take_while(|line| !line.is_empty());
    lines.find_map(|line| line.strip_prefix(begins.as_str()))
}
