//! What a browser sends on a signalling connection: the handshake and frames under limits like those
//! of the node (`crates/telephony/src/websocket.rs`, which is not driven itself: it wants sockets), each
//! message then read as SIP. Driven by cargo-fuzz.

use std::io::{self, Cursor, Read, Write};
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Message, WebSocket, accept};

const MESSAGE_MAX: usize = 64 * 1024;

/// Bytes that come, and whatever is answered.
struct Wire<'a>(Cursor<&'a [u8]>);

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection from its first byte, and again as if its handshake were over.
pub(crate) fn websocket(bytes: &[u8]) {
    if let Ok(mut socket) = accept(Wire(Cursor::new(bytes))) {
        hear(&mut socket);
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_MAX))
        .max_frame_size(Some(MESSAGE_MAX));
    let wire = Wire(Cursor::new(bytes));
    hear(&mut WebSocket::from_raw_socket(
        wire,
        Role::Server,
        Some(config),
    ));
}

fn hear(socket: &mut WebSocket<Wire<'_>>) {
    while let Ok(message) = socket.read() {
        let bytes = match message {
            Message::Text(text) => text.as_bytes().to_vec(),
            Message::Binary(bytes) => bytes.to_vec(),
            _ => continue,
        };
        assert!(bytes.len() <= MESSAGE_MAX);
        let _ = sip::message::parse_datagram(&bytes);
    }
}
