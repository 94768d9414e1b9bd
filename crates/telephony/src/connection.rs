//! One connection: bytes to messages and back. Ends on silence, on nonsense, on a message that
//! does not come to its end, on a far side that does not read.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::sip::framing::{Framed, StreamFramer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

/// How long a connection may take to open.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long a message may take from its first byte to its last.
const PARTIAL_MAX: Duration = Duration::from_secs(10);
/// How long a stranger may stay silent.
const IDLE_MAX: Duration = Duration::from_secs(120);
/// How long a registered phone or a carrier may: longer than a registration lasts.
const KNOWN_IDLE_MAX: Duration = Duration::from_secs(2 * 3600);
/// How long a far side may take to read what we write.
const WRITE_MAX: Duration = Duration::from_secs(10);

/// What a connection brought.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// One message.
    Message {
        /// From where.
        remote: SocketAddr,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// It ended, or could not be opened.
    Ended {
        /// With whom.
        remote: SocketAddr,
        /// Which of the connections with them.
        number: u64,
        /// Whether they sent what is no SIP.
        malformed: bool,
    },
}

/// Opens a connection and serves it.
pub(crate) async fn open(
    remote: SocketAddr,
    number: u64,
    known: Arc<AtomicBool>,
    outbox: mpsc::Receiver<Vec<u8>>,
    arrivals: mpsc::Sender<Arrival>,
) {
    match timeout(CONNECT_MAX, TcpStream::connect(remote)).await {
        Ok(Ok(stream)) => serve(stream, remote, number, known, outbox, arrivals).await,
        Ok(Err(_)) | Err(_) => {
            let ended = Arrival::Ended {
                remote,
                number,
                malformed: false,
            };
            // An error means that telephony stopped meanwhile.
            let _ = arrivals.send(ended).await;
        }
    }
}

/// Serves an open connection until it ends.
pub(crate) async fn serve(
    stream: TcpStream,
    remote: SocketAddr,
    number: u64,
    known: Arc<AtomicBool>,
    outbox: mpsc::Receiver<Vec<u8>>,
    arrivals: mpsc::Sender<Arrival>,
) {
    // Messages are whole when they are written: waiting for more only delays them.
    let _ = stream.set_nodelay(true);
    let mut connection = Connection {
        stream,
        remote,
        known,
        framer: StreamFramer::new(),
        arrivals: arrivals.clone(),
    };
    let malformed = matches!(connection.run(outbox).await, Err(Ending::Malformed));
    let ended = Arrival::Ended {
        remote,
        number,
        malformed,
    };
    let _ = arrivals.send(ended).await;
}

/// Why a connection ends.
enum Ending {
    Closed,
    Malformed,
}

impl From<io::Error> for Ending {
    fn from(_: io::Error) -> Ending {
        Ending::Closed
    }
}

struct Connection {
    stream: TcpStream,
    remote: SocketAddr,
    known: Arc<AtomicBool>,
    framer: StreamFramer,
    arrivals: mpsc::Sender<Arrival>,
}

impl Connection {
    async fn run(&mut self, mut outbox: mpsc::Receiver<Vec<u8>>) -> Result<(), Ending> {
        let mut buffer = [0; 8192];
        let mut heard_at = Instant::now();
        let mut partial_since = None;
        loop {
            let deadline = self.deadline(heard_at, partial_since);
            tokio::select! {
                read = self.stream.read(&mut buffer) => {
                    let length = read?;
                    if length == 0 {
                        return Err(Ending::Closed);
                    }
                    heard_at = Instant::now();
                    self.framer.push(&buffer[..length]);
                    if self.deliver().await? {
                        partial_since = None;
                    }
                    partial_since = match self.framer.is_partial() {
                        true => partial_since.or(Some(heard_at)),
                        false => None,
                    };
                }
                message = outbox.recv() => match message {
                    Some(bytes) => self.write(&bytes).await?,
                    None => return Err(Ending::Closed),
                },
                () = sleep_until(deadline) => {
                    // It may have become known while we slept.
                    if Instant::now() >= self.deadline(heard_at, partial_since) {
                        return Err(Ending::Closed);
                    }
                }
            }
        }
    }

    fn deadline(&self, heard_at: Instant, partial_since: Option<Instant>) -> Instant {
        let idle = match self.known.load(Ordering::Relaxed) {
            true => KNOWN_IDLE_MAX,
            false => IDLE_MAX,
        };
        match partial_since {
            Some(since) => since + PARTIAL_MAX,
            None => heard_at + idle,
        }
    }

    /// Hands over what is whole; says whether anything was. Waits while the signalling thread is
    /// behind, and so makes the far side wait.
    async fn deliver(&mut self) -> Result<bool, Ending> {
        let mut any = false;
        while let Some(framed) = self.framer.next() {
            any = true;
            match framed.map_err(|_| Ending::Malformed)? {
                Framed::Message(bytes) => {
                    let remote = self.remote;
                    let arrival = Arrival::Message { remote, bytes };
                    self.arrivals
                        .send(arrival)
                        .await
                        .map_err(|_| Ending::Closed)?;
                }
                Framed::Ping => self.write(b"\r\n").await?,
                Framed::Pong => {}
            }
        }
        Ok(any)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Ending> {
        match timeout(WRITE_MAX, self.stream.write_all(bytes)).await {
            Ok(written) => Ok(written?),
            Err(_) => Err(Ending::Closed),
        }
    }
}
