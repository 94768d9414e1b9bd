//! A connection of a browser whose network lets no UDP pass (RFC 6544): datagrams as frames of a stream.
//!
//! Audio that a stream holds up is worth nothing: what a slow connection does not take is dropped, whole
//! frames of it, so that the browser hears now and not what was said a while ago.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;

use webrtc::{Frames, Path, framed};

/// Bytes that wait here for a connection that takes no more: with what the system holds, a third of a
/// second of audio.
const WAITING_MAX: usize = 4 * 1_024;

/// What the system is asked to hold; it takes twice that.
const SEND_BUFFER: usize = 4 * 1_024;

/// Bytes read at once, before the others have their turn.
const READ: usize = 8 * 1_024;

/// A connection of a browser.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) path: Path,
    stream: TcpStream,
    frames: Frames,
    /// The rest of a frame that left in part, and those behind it.
    waiting: VecDeque<u8>,
    broken: bool,
    /// Whether its browser proved by its password that it is the browser's.
    pub(super) proved: bool,
}

/// What has come by a connection.
#[derive(Debug, Default)]
pub(super) struct Come {
    /// Datagrams, in order.
    pub(super) datagrams: Vec<Vec<u8>>,
    /// It has ended.
    pub(super) over: bool,
}

impl Wire {
    pub(super) fn new(path: Path, stream: TcpStream) -> Wire {
        // Each frame is audio of 20 ms. A system that refuses still carries the call, less well.
        let _ = stream.set_nodelay(true);
        let _ = socket2::SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER);
        Wire {
            path,
            stream,
            frames: Frames::default(),
            waiting: VecDeque::new(),
            broken: false,
            proved: false,
        }
    }

    /// Sends a datagram; false if it is dropped.
    pub(super) fn send(&mut self, datagram: &[u8]) -> bool {
        self.flush();
        if self.waiting.len() > WAITING_MAX {
            return false;
        }
        let Some(frame) = framed(datagram) else {
            return false;
        };
        self.waiting.extend(frame);
        self.flush();
        true
    }

    /// Lets what waits go, as far as the connection takes it.
    fn flush(&mut self) {
        while !self.waiting.is_empty() && !self.broken {
            match self.stream.write(self.waiting.as_slices().0) {
                Ok(0) => self.broken = true,
                Ok(sent) => drop(self.waiting.drain(..sent)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.broken = true,
            }
        }
    }

    /// Reads some of what has come; the rest is told again.
    pub(super) fn read(&mut self) -> Come {
        self.flush();
        let mut come = Come::default();
        let mut buffer = [0; READ];
        match self.stream.read(&mut buffer) {
            Ok(0) => come.over = true,
            Ok(length) => {
                let datagrams = &mut come.datagrams;
                let keep = |frame: &[u8]| datagrams.push(frame.to_vec());
                come.over = self.frames.take(&buffer[..length], keep).is_err();
            }
            Err(error) => {
                let later = [ErrorKind::WouldBlock, ErrorKind::Interrupted];
                come.over = !later.contains(&error.kind());
            }
        }
        come.over |= self.broken;
        come
    }
}
