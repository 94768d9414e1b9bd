//! Which sockets of a media thread have something to be read.
//!
//! Level-triggered, which is why this is not `mio`: what is left unread is told again, so a leg's socket is read once
//! a turn, and no packet costs a second call that only says there is no other (`benches/media`).

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{EventfdFlags, Timespec, eventfd};

/// Sockets told of in one turn; the others are told in the next.
const TURN_MAX: usize = 512;

/// What the waker is told as.
pub(super) const WOKEN: u64 = u64::MAX;

/// The sockets of a thread, as others see them.
#[derive(Debug, Clone)]
pub(super) struct Watch(Arc<Kernel>);

#[derive(Debug)]
struct Kernel {
    epoll: OwnedFd,
    waker: OwnedFd,
}

/// The same as the thread sees them that waits.
pub(super) struct Waiting {
    watch: Watch,
    events: Vec<Event>,
}

impl Waiting {
    pub(super) fn of(watch: Watch) -> Waiting {
        Waiting {
            watch,
            events: Vec::with_capacity(TURN_MAX),
        }
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Waits until something is to be read, somebody wakes us, or time is over.
    pub(super) fn wait(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.events.clear();
        let timeout = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
        let events = spare_capacity(&mut self.events);
        match epoll::wait(&self.watch.0.epoll, events, timeout.as_ref()) {
            Ok(_) => Ok(()),
            Err(error) if error == rustix::io::Errno::INTR => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The token of what is ready, by its place in the order in which they are told.
    pub(super) fn ready(&self, place: usize) -> Option<u64> {
        self.events.get(place).map(|event| event.data.u64())
    }
}

impl Watch {
    pub(super) fn new() -> io::Result<Watch> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        let waker = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        // Told once a wake, so that nobody has to read it.
        let told = EventFlags::IN | EventFlags::ET;
        epoll::add(&epoll, &waker, EventData::new_u64(WOKEN), told)?;
        Ok(Watch(Arc::new(Kernel { epoll, waker })))
    }

    /// Tells a socket's token whenever it has something to be read.
    pub(super) fn add(&self, socket: impl AsFd, token: u64) -> io::Result<()> {
        let data = EventData::new_u64(token);
        Ok(epoll::add(&self.0.epoll, socket, data, EventFlags::IN)?)
    }

    /// Tells a socket's token once whenever more has come: for who looks at it without reading.
    pub(super) fn add_for_news(&self, socket: impl AsFd, token: u64) -> io::Result<()> {
        let (data, news) = (EventData::new_u64(token), EventFlags::IN | EventFlags::ET);
        Ok(epoll::add(&self.0.epoll, socket, data, news)?)
    }

    pub(super) fn remove(&self, socket: impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.0.epoll, socket)?)
    }

    pub(super) fn wake(&self) -> io::Result<()> {
        rustix::io::write(&self.0.waker, &1_u64.to_ne_bytes())?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    const TOKEN: u64 = 7;

    fn ready(waiting: &mut Waiting) -> Vec<u64> {
        waiting.wait(Some(Duration::ZERO)).expect("an epoll");
        (0..).map_while(|place| waiting.ready(place)).collect()
    }

    #[test]
    fn what_is_left_unread_is_told_again_and_a_wake_once() {
        let watch = Watch::new().expect("an epoll");
        let mut waiting = Waiting::of(watch.clone());
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        watch.add(&socket, TOKEN).expect("a socket");
        assert!(ready(&mut waiting).is_empty());
        let to = socket.local_addr().expect("bound");
        socket.send_to(b"one", to).expect("loopback");
        watch.wake().expect("it counts");
        let mut both = ready(&mut waiting);
        both.sort_unstable();
        assert_eq!(both, [TOKEN, WOKEN]);
        assert_eq!(ready(&mut waiting), [TOKEN]);
        let _ = socket.recv(&mut [0; 8]).expect("it is there");
        assert!(ready(&mut waiting).is_empty());
        watch.wake().expect("it counts");
        assert_eq!(ready(&mut waiting), [WOKEN]);
        socket.send_to(b"two", to).expect("loopback");
        watch.remove(&socket).expect("it was watched");
        assert!(ready(&mut waiting).is_empty());
    }
}
