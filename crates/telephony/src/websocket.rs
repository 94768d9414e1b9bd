//! SIP over WebSocket (RFC 7118): the subprotocol `sip`, one message in a frame of text or bytes,
//! bounded; who comes from a page of another site is refused where origins are named. A browser
//! that does not answer a ping is gone.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use crate::connection::{Ending, Link, WRITE_MAX};
use crate::pulse::{Beat, Pulse};

/// No SIP message is longer; the parser has the same bound.
const MESSAGE_MAX: usize = 64 * 1024;
/// Read at once from a browser: phones are many and say little.
const READ_BUFFER: usize = 4096;
/// What RFC 7118 section 3 calls SIP.
const SUBPROTOCOL: &str = "sip";

/// Becomes a WebSocket that speaks SIP.
pub(crate) async fn accept<S>(
    stream: S,
    origins: &[String],
    limit: Duration,
) -> Result<WebSocketStream<S>, Ending>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    #[allow(clippy::result_large_err, reason = "the form that tungstenite wants")]
    let judge = |request: &Request, response: Response| greet(request, response, origins);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MESSAGE_MAX)
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX));
    let accepting = accept_hdr_async_with_config(stream, judge, Some(config));
    match timeout(limit, accepting).await {
        Ok(Ok(socket)) => Ok(socket),
        Ok(Err(_)) | Err(_) => Err(Ending::Handshake),
    }
}

/// What a browser is answered.
#[allow(clippy::result_large_err, reason = "the form that tungstenite wants")]
fn greet(
    request: &Request,
    mut response: Response,
    origins: &[String],
) -> Result<Response, ErrorResponse> {
    let refuse = |status: StatusCode, why: &str| {
        let mut refusal = ErrorResponse::new(Some(why.to_owned()));
        *refusal.status_mut() = status;
        Err(refusal)
    };
    let header = |name| request.headers().get_all(name).iter();
    let offered = header("Sec-WebSocket-Protocol").filter_map(|value| value.to_str().ok());
    let mut offered = offered.flat_map(|value| value.split(','));
    if !offered.any(|name| name.trim() == SUBPROTOCOL) {
        return refuse(StatusCode::BAD_REQUEST, "the subprotocol here is \"sip\"");
    }
    // Pages cannot leave it out; what is no page has no site.
    let foreign =
        |value: &HeaderValue| !origins.iter().any(|own| own.as_bytes() == value.as_bytes());
    if !origins.is_empty() && header("Origin").any(foreign) {
        return refuse(
            StatusCode::FORBIDDEN,
            "pages of this site may not call here",
        );
    }
    let chosen = HeaderValue::from_static(SUBPROTOCOL);
    response
        .headers_mut()
        .insert("Sec-WebSocket-Protocol", chosen);
    Ok(response)
}

/// Carries messages until the socket ends.
pub(crate) async fn carry<S>(
    mut socket: WebSocketStream<S>,
    link: &Link,
    mut outbox: mpsc::Receiver<Vec<u8>>,
) -> Result<(), Ending>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut said_at = Instant::now();
    // RFC 6455 has everybody answer pings.
    let mut pulse = Pulse::new(link.keep_alive, true, said_at);
    loop {
        let silent_at = said_at + link.idle_max();
        tokio::select! {
            came = socket.next() => {
                let came = came.ok_or(Ending::Closed)?.map_err(ending)?;
                pulse.heard(Instant::now());
                let bytes = match came {
                    Message::Text(text) => Bytes::from(text),
                    Message::Binary(bytes) => bytes,
                    // Answered below us.
                    Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
                    Message::Close(_) => return Err(Ending::Closed),
                };
                said_at = Instant::now();
                // Some keep alive as over a stream, which RFC 7118 leaves them (RFC 5626).
                match &bytes[..] {
                    b"\r\n\r\n" => write(&mut socket, Message::text("\r\n")).await?,
                    b"\r\n" => {}
                    _ => link.deliver(bytes.into()).await?,
                }
            }
            message = outbox.recv() => match message {
                Some(bytes) => write(&mut socket, framed(bytes)).await?,
                None => {
                    let _ = timeout(WRITE_MAX, socket.close(None)).await;
                    return Err(Ending::Closed);
                }
            },
            () = sleep_until(pulse.due()) => match pulse.beat(Instant::now()) {
                Beat::Ask => write(&mut socket, Message::Ping(Bytes::new())).await?,
                Beat::Wait => {}
                Beat::Dead => return Err(Ending::Closed),
            },
            () = sleep_until(silent_at) => {
                // It may have become known while we slept. Pongs are no reason to keep a stranger.
                if Instant::now() >= said_at + link.idle_max() {
                    return Err(Ending::Closed);
                }
            }
        }
    }
}

/// Text where it can be: that is what pages expect.
fn framed(bytes: Vec<u8>) -> Message {
    match String::from_utf8(bytes) {
        Ok(text) => Message::text(text),
        Err(error) => Message::binary(error.into_bytes()),
    }
}

async fn write<S>(socket: &mut WebSocketStream<S>, message: Message) -> Result<(), Ending>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match timeout(WRITE_MAX, socket.send(message)).await {
        Ok(sent) => sent.map_err(ending),
        Err(_) => Err(Ending::Closed),
    }
}

fn ending(error: Error) -> Ending {
    match error {
        Error::Capacity(_) | Error::Protocol(_) | Error::Utf8(_) => Ending::Malformed,
        _ => Ending::Closed,
    }
}
