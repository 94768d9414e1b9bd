//! Which of many sockets have something to be read: level-triggered epoll, as the media threads have it.

use std::net::UdpSocket;
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::OwnedFd;

/// Many sockets.
pub(crate) struct Ready {
    epoll: OwnedFd,
    events: Vec<Event>,
}

impl Ready {
    pub(crate) fn of(sockets: &[UdpSocket]) -> Ready {
        let epoll = epoll::create(CreateFlags::CLOEXEC).expect("an epoll");
        for (at, socket) in sockets.iter().enumerate() {
            let data = EventData::new_u64(at as u64);
            epoll::add(&epoll, socket, data, EventFlags::IN).expect("a socket");
        }
        Ready {
            epoll,
            events: Vec::with_capacity(512),
        }
    }

    /// The places of those that can be read, after `timeout` at most.
    pub(crate) fn wait(&mut self, timeout: Duration) -> impl Iterator<Item = usize> {
        self.events.clear();
        let timeout = Timespec::try_from(timeout).expect("it is short");
        let events = spare_capacity(&mut self.events);
        epoll::wait(&self.epoll, events, Some(&timeout)).expect("an epoll");
        self.events.iter().map(|event| event.data.u64() as usize)
    }
}
