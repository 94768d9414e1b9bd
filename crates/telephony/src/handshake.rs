//! From a bare connection to one that carries messages: opening it, TLS, whose certificate must
//! bear what. All of it bounded in time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::ListenerKind;
use crate::connection::{Ending, Link, carry};
use crate::tls::{Tls, explain};

/// How long a connection may take to open.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long TLS may take from the first byte to the last.
const HANDSHAKE_MAX: Duration = Duration::from_secs(5);

/// Serves a connection that came, until it ends.
pub(crate) async fn serve(
    kind: ListenerKind,
    stream: TcpStream,
    tls: Arc<Tls>,
    link: Link,
    outbox: mpsc::Receiver<Vec<u8>>,
) {
    let ended = receive(kind, stream, &tls, &link, outbox).await;
    link.ended(ended.err().unwrap_or(Ending::Closed)).await;
}

async fn receive(
    kind: ListenerKind,
    stream: TcpStream,
    tls: &Tls,
    link: &Link,
    outbox: mpsc::Receiver<Vec<u8>>,
) -> Result<(), Ending> {
    // Messages are whole when they are written: waiting for more only delays them.
    let _ = stream.set_nodelay(true);
    match kind {
        ListenerKind::Plain => carry(stream, link, outbox).await,
        ListenerKind::Tls => carry(accept(stream, tls, link).await?, link, outbox).await,
    }
}

async fn accept(
    stream: TcpStream,
    tls: &Tls,
    link: &Link,
) -> Result<tokio_rustls::server::TlsStream<TcpStream>, Ending> {
    let accepting = tls.acceptor()?.accept(stream);
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
    tls: Arc<Tls>,
    outbox: mpsc::Receiver<Vec<u8>>,
) {
    let ended = match connect(&link).await {
        Ok(stream) => match within(HANDSHAKE_MAX, tls.connect(stream, &names)).await {
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
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

async fn within<T>(limit: Duration, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    match timeout(limit, step).await {
        Ok(done) => done,
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}
