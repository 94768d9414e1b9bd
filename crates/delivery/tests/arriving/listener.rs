//! An HTTP listener that does with each request what it was told beforehand, and remembers them.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What is done with a request.
pub(crate) enum Does {
    /// Answers that it went wrong.
    Fail,
    /// Takes it, and hangs up before it answers.
    TakeAndHangUp,
    /// Takes it.
    Take,
    /// Says that it is elsewhere.
    Redirect(String),
}

/// A request as it came.
#[derive(Clone)]
pub(crate) struct Request {
    fields: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

pub(crate) struct Listener {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<Request>>>,
}

impl Listener {
    pub(crate) fn start(does: Vec<Does>) -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
        let address = listener.local_addr().expect("bound");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let (noted, mut does) = (Arc::clone(&taken), VecDeque::from(does));
        std::thread::spawn(move || {
            while let Some(next) = does.pop_front() {
                let (mut stream, _) = listener.accept().expect("somebody comes");
                let request = read(&stream);
                noted.lock().expect("nobody panics with it").push(request);
                let answer = match next {
                    Does::Fail => "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n".to_owned(),
                    Does::TakeAndHangUp => continue,
                    Does::Take => "HTTP/1.1 204 Taken\r\n".to_owned(),
                    Does::Redirect(url) => {
                        format!("HTTP/1.1 307 There\r\nLocation: {url}\r\nContent-Length: 0\r\n")
                    }
                };
                let answer = format!("{answer}Connection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).expect("they listen");
            }
        });
        Listener { address, taken }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/informes", self.address)
    }

    pub(crate) fn taken(&self) -> Vec<Request> {
        self.taken.lock().expect("nobody panics with it").clone()
    }
}

fn read(stream: &TcpStream) -> Request {
    let mut lines = BufReader::new(stream);
    let mut fields = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).expect("a request is text");
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            fields.insert(name.to_lowercase(), value.to_owned());
        }
    }
    let length = fields.get("content-length").expect("it says how long");
    let mut body = vec![0; length.parse().expect("a length")];
    lines.read_exact(&mut body).expect("so long it is");
    Request { fields, body }
}
