//! From a bare connection to one that carries messages: opening it, TLS, whose certificate must
//! bear what, WebSocket. All of it bounded in time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::connection::{Ending, Link, carry};
use crate::tls::{Tls, explain};
use crate::{ListenerKind, websocket};

/// How long a connection may take to open.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long TLS may take, and as long what comes after it, before SIP is spoken.
const HANDSHAKE_MAX: Duration = Duration::from_secs(5);

/// After how much silence the system asks whether the far side is there, how often, how many times.
const PROBE_AFTER: Duration = Duration::from_secs(60);
const PROBE_EVERY: Duration = Duration::from_secs(10);
const PROBES: u32 = 3;

/// What connections need before they carry messages.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) tls: Tls,
    /// Whose pages may come.
    pub(crate) origins: Vec<String>,
}

/// Serves a connection that came, until it ends.
pub(crate) async fn serve(
    kind: ListenerKind,
    stream: TcpStream,
    edge: Arc<Edge>,
    link: Link,
    outbox: mpsc::Receiver<Vec<u8>>,
) {
    let ended = receive(kind, stream, &edge, &link, outbox).await;
    link.ended(ended.err().unwrap_or(Ending::Closed)).await;
}

async fn receive(
    kind: ListenerKind,
    stream: TcpStream,
    edge: &Edge,
    link: &Link,
    outbox: mpsc::Receiver<Vec<u8>>,
) -> Result<(), Ending> {
    tune(&stream);
    match kind {
        ListenerKind::Plain => carry(stream, link, outbox).await,
        ListenerKind::Tls => carry(accept(stream, edge, link).await?, link, outbox).await,
        ListenerKind::Ws => page(stream, edge, link, outbox).await,
        ListenerKind::Wss => page(accept(stream, edge, link).await?, edge, link, outbox).await,
    }
}

/// A page in a browser, or who speaks like one.
async fn page<S>(
    stream: S,
    edge: &Edge,
    link: &Link,
    outbox: mpsc::Receiver<Vec<u8>>,
) -> Result<(), Ending>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let socket = websocket::accept(stream, &edge.origins, HANDSHAKE_MAX).await?;
    websocket::carry(socket, link, outbox).await
}

async fn accept(
    stream: TcpStream,
    edge: &Edge,
    link: &Link,
) -> Result<tokio_rustls::server::TlsStream<TcpStream>, Ending> {
    let accepting = edge.tls.acceptor()?.accept(stream);
    within(HANDSHAKE_MAX, accepting).await.map_err(|error| {
        // Anybody may try: what strangers get wrong is theirs.
        tracing::debug!(from = %link.flow.remote, %error, "no TLS");
        Ending::Handshake
    })
}

/// Opens a connection and serves it.
pub(crate) async fn open(link: Link, outbox: mpsc::Receiver<Vec<u8>>) {
    let ended = match connect(&link).await {
        Ok(stream) => carry(stream, &link, outbox).await,
        Err(error) => Err(error.into()),
    };
    link.ended(ended.err().unwrap_or(Ending::Closed)).await;
}

/// Opens a connection inside TLS to somebody whose certificate must bear `names`, and serves it.
pub(crate) async fn open_tls(
    link: Link,
    names: Vec<ServerName<'static>>,
    edge: Arc<Edge>,
    outbox: mpsc::Receiver<Vec<u8>>,
) {
    let ended = match connect(&link).await {
        Ok(stream) => match within(HANDSHAKE_MAX, edge.tls.connect(stream, &names)).await {
            Ok(stream) => carry(stream, &link, outbox).await,
            Err(error) => {
                let names: Vec<_> = names.iter().map(ServerName::to_str).collect();
                let (at, why) = (link.flow.remote, explain(&error));
                tracing::warn!(host = names.join(", "), %at, why, "no TLS with the carrier");
                Err(Ending::Handshake)
            }
        },
        Err(error) => Err(error.into()),
    };
    link.ended(ended.err().unwrap_or(Ending::Closed)).await;
}

async fn connect(link: &Link) -> io::Result<TcpStream> {
    let stream = within(CONNECT_MAX, TcpStream::connect(link.flow.remote)).await?;
    tune(&stream);
    Ok(stream)
}

/// A system that refuses either still carries messages.
fn tune(stream: &TcpStream) {
    // Messages are whole when they are written: waiting for more only delays them.
    let _ = stream.set_nodelay(true);
    // A far side that lost its power says nothing: the system finds out.
    let probes = TcpKeepalive::new()
        .with_time(PROBE_AFTER)
        .with_interval(PROBE_EVERY)
        .with_retries(PROBES);
    let _ = SockRef::from(stream).set_tcp_keepalive(&probes);
}

async fn within<T>(limit: Duration, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match timeout(limit, step).await {
        Ok(done) => done,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
