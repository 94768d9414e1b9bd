//! One connection: bytes to messages and back. Ends on silence, on nonsense, on a message that
//! does not come to its end, on a far side that does not read.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::sip::endpoint::Flow;
use ::sip::framing::{Framed, StreamFramer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};

use crate::pulse::{Beat, Pulse};

/// How long a message may take from its first byte to its last.
const PARTIAL_MAX: Duration = Duration::from_secs(10);
/// How long a stranger may stay silent.
const IDLE_MAX: Duration = Duration::from_secs(120);
/// How long a registered phone or a carrier may: longer than a registration lasts.
const KNOWN_IDLE_MAX: Duration = Duration::from_secs(2 * 3600);
/// How long a far side may take to read what we write.
pub(crate) const WRITE_MAX: Duration = Duration::from_secs(10);

/// What a connection brought.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// One message.
    Message {
        /// From where.
        flow: Flow,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// It ended, or could not be opened.
    Ended {
        /// With whom.
        flow: Flow,
        /// Which of the connections with them.
        number: u64,
        /// How.
        ending: Ending,
    },
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Either side closed it, or it fell silent.
    Closed,
    /// They sent what is no SIP.
    Malformed,
    /// What comes before SIP failed: TLS, WebSocket.
    Handshake,
}

impl From<io::Error> for Ending {
    fn from(_: io::Error) -> Ending {
        Ending::Closed
    }
}

/// A connection as the signalling thread knows it.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) flow: Flow,
    pub(crate) number: u64,
    /// Whether a phone or carrier has proved itself on it.
    pub(crate) known: Arc<AtomicBool>,
    /// Whether we opened it.
    pub(crate) ours: bool,
    /// How often to ask whether somebody is there.
    pub(crate) keep_alive: Duration,
    pub(crate) arrivals: mpsc::Sender<Arrival>,
}

impl Link {
    /// Hands a message over. Waits while the signalling thread is behind, and so makes the far side
    /// wait.
    pub(crate) async fn deliver(&self, bytes: Vec<u8>) -> Result<(), Ending> {
        let flow = self.flow;
        let arrival = Arrival::Message { flow, bytes };
        let sent = self.arrivals.send(arrival).await;
        sent.map_err(|_| Ending::Closed)
    }

    pub(crate) async fn ended(self, ending: Ending) {
        let ended = Arrival::Ended {
            flow: self.flow,
            number: self.number,
            ending,
        };
        // An error means that telephony stopped meanwhile.
        let _ = self.arrivals.send(ended).await;
    }

    /// How long it may be silent.
    pub(crate) fn idle_max(&self) -> Duration {
        match self.known.load(Ordering::Relaxed) {
            true => KNOWN_IDLE_MAX,
            false => IDLE_MAX,
        }
    }
}

/// Carries messages over an open stream until it ends.
pub(crate) async fn carry<S>(
    stream: S,
    link: &Link,
    outbox: mpsc::Receiver<Vec<u8>>,
) -> Result<(), Ending>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut carrier = Carrier {
        stream,
        link,
        framer: StreamFramer::new(),
        pulse: Pulse::new(link.keep_alive, false, Instant::now()),
    };
    carrier.run(outbox).await
}

struct Carrier<'a, S> {
    stream: S,
    link: &'a Link,
    framer: StreamFramer,
    pulse: Pulse,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Carrier<'_, S> {
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
                    self.pulse.heard(heard_at);
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
                    None => {
                        // Says goodbye where the transport has a word for it.
                        let _ = timeout(WRITE_MAX, self.stream.shutdown()).await;
                        return Err(Ending::Closed);
                    }
                },
                // Who opened a connection keeps it alive (RFC 5626 section 3.5.1).
                () = sleep_until(self.pulse.due()), if self.link.ours => {
                    match self.pulse.beat(Instant::now()) {
                        Beat::Ask => self.write(b"\r\n\r\n").await?,
                        Beat::Wait => {}
                        Beat::Dead => return Err(Ending::Closed),
                    }
                }
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
        match partial_since {
            Some(since) => since + PARTIAL_MAX,
            None => heard_at + self.link.idle_max(),
        }
    }

    /// Hands over what is whole; says whether anything was.
    async fn deliver(&mut self) -> Result<bool, Ending> {
        let mut any = false;
        while let Some(framed) = self.framer.next() {
            any = true;
            match framed.map_err(|_| Ending::Malformed)? {
                Framed::Message(bytes) => self.link.deliver(bytes).await?,
                Framed::Ping => self.write(b"\r\n").await?,
                Framed::Pong => self.pulse.answered(Instant::now()),
            }
        }
        Ok(any)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Ending> {
        let write = async {
            self.stream.write_all(bytes).await?;
            // TLS keeps what it could not write at once.
            self.stream.flush().await
        };
        match timeout(WRITE_MAX, write).await {
            Ok(written) => Ok(written?),
            Err(_) => Err(Ending::Closed),
        }
    }
}
