//! A carrier in a thread of its own: rings and answers at once.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sip::endpoint::{Endpoint, EndpointConfig, Event, Flow, Transport};
use sip::sdp::{self, Codec, Direction};

pub(crate) struct Carrier {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Carrier {
    pub(crate) fn start() -> Carrier {
        let socket = UdpSocket::bind("127.0.0.2:0").expect("loopback");
        let address = socket.local_addr().expect("bound");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || run(&socket, address, &stopped));
        Carrier {
            address,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(socket: &UdpSocket, local: SocketAddr, stop: &AtomicBool) {
    let pause = Some(Duration::from_millis(5));
    socket.set_read_timeout(pause).expect("a timeout");
    let config = EndpointConfig {
        local,
        seed: [8; 32],
        accept_calls: true,
        source_rate: 0,
        ..EndpointConfig::default()
    };
    let mut endpoint = Endpoint::new(config, Instant::now());
    let mut buffer = [0; 4096];
    while !stop.load(Ordering::Relaxed) {
        if let Ok((length, remote)) = socket.recv_from(&mut buffer) {
            let transport = Transport::Udp;
            let from = Flow { transport, remote };
            endpoint.receive(Instant::now(), from, &buffer[..length]);
        }
        let now = Instant::now();
        if endpoint.next_wake().is_some_and(|due| due <= now) {
            endpoint.wake(now);
        }
        while let Some(event) = endpoint.poll_event() {
            if let Event::Incoming { call, offer, .. } = event {
                let offer = offer.expect("a node offers");
                let rtp = SocketAddr::new(local.ip(), 40_000);
                let answer = sdp::answer(&offer, rtp, 1, &[Codec::Pcma], Direction::Inactive);
                endpoint.ring(now, call, None);
                endpoint.answer(now, call, answer.expect("PCMA is offered").0);
            }
        }
        while let Some(transmit) = endpoint.poll_transmit() {
            let _ = socket.send_to(&transmit.bytes, transmit.flow.remote);
        }
    }
}
