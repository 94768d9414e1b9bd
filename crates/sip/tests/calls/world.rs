//! Virtual time, a network with seeded faults, endpoints on it, and scripted peers: an address
//! without endpoint is a mailbox that the test reads and writes for.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sip::endpoint::{
    CallEvent, CallHandle, Endpoint, EndpointConfig, Event, Flow, Load, NewCall, Transport,
};
use sip::message::{Message, NameAddr, Request, parse_datagram};
use sip::uri::Uri;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What the network does to datagrams, in per mille.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) late: u64,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Datagram {
    at: Instant,
    number: u64,
    from: SocketAddr,
    to: SocketAddr,
    transport: Transport,
    bytes: Vec<u8>,
}

pub(crate) struct Side {
    pub(crate) endpoint: Endpoint,
    pub(crate) address: SocketAddr,
    pub(crate) events: Vec<Event>,
}

pub(crate) struct World {
    pub(crate) start: Instant,
    pub(crate) now: Instant,
    pub(crate) faults: Faults,
    pub(crate) latency: Duration,
    pub(crate) sides: Vec<Side>,
    /// What was sent to addresses without endpoint.
    pub(crate) mail: Vec<(SocketAddr, SocketAddr, Vec<u8>)>,
    /// Start lines of all that was sent: `10.0.0.1:5060 INVITE sip:...`.
    pub(crate) wire: Vec<(SocketAddr, String)>,
    flying: BinaryHeap<Reverse<Datagram>>,
    number: u64,
    pub(crate) rng: StdRng,
}

pub(crate) const ALICE: usize = 0;
pub(crate) const BOB: usize = 1;

pub(crate) fn address(host: u8) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, host], 5060))
}

pub(crate) fn udp(remote: SocketAddr) -> Flow {
    Flow {
        transport: Transport::Udp,
        remote,
    }
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn config(host: u8) -> EndpointConfig {
    EndpointConfig {
        local: address(host),
        domain: "example.com".to_owned(),
        seed: [host; 32],
        source_rate: 0,
        expires_spread: 0,
        accept_calls: true,
        ..EndpointConfig::default()
    }
}

pub(crate) fn uri(text: &str) -> Uri {
    text.parse().expect("a URI of the test's own")
}

/// A call to `bob` at `to` that rings for a minute.
pub(crate) fn call_to(to: SocketAddr) -> NewCall {
    NewCall {
        flow: udp(to),
        request_uri: Uri::sip_at(Some("bob"), to),
        from: NameAddr::new(uri("sip:alice@example.com")),
        to: NameAddr::new(uri("sip:bob@example.com")),
        call_id: None,
        from_tag: None,
        branch: None,
        offer: "v=0 offer".to_owned(),
        credentials: None,
        ring_timeout: secs(60),
        headers: Vec::new(),
    }
}

impl World {
    /// Alice at 10.0.0.1 and Bob at 10.0.0.2.
    pub(crate) fn pair() -> Self {
        Self::of(vec![config(1), config(2)])
    }

    pub(crate) fn of(configs: Vec<EndpointConfig>) -> Self {
        let start = Instant::now();
        let side = |config: EndpointConfig| Side {
            address: config.local,
            endpoint: Endpoint::new(config, start),
            events: Vec::new(),
        };
        Self {
            start,
            now: start,
            faults: Faults::default(),
            latency: Duration::from_millis(20),
            sides: configs.into_iter().map(side).collect(),
            mail: Vec::new(),
            wire: Vec::new(),
            flying: BinaryHeap::new(),
            number: 0,
            rng: StdRng::from_seed([7; 32]),
        }
    }

    pub(crate) fn seeded(mut self, seed: u64, faults: Faults) -> Self {
        self.rng = StdRng::seed_from_u64(seed);
        self.faults = faults;
        self
    }

    pub(crate) fn endpoint(&mut self, side: usize) -> &mut Endpoint {
        &mut self.sides[side].endpoint
    }

    /// Acts on an endpoint at the present time.
    pub(crate) fn act<T>(
        &mut self,
        side: usize,
        act: impl FnOnce(&mut Endpoint, Instant) -> T,
    ) -> T {
        let now = self.now;
        let result = act(&mut self.sides[side].endpoint, now);
        self.drain(side);
        result
    }

    pub(crate) fn hang_up(&mut self, side: usize, call: CallHandle) {
        self.act(side, |endpoint, now| endpoint.hang_up(now, call, None));
    }

    /// Lets `time` pass.
    pub(crate) fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.next().filter(|at| *at <= until) {
            self.step_to(at);
        }
        self.now = until;
    }

    /// Lets time pass until nothing more will happen by itself; at most an hour.
    pub(crate) fn settle(&mut self) {
        let limit = self.now + secs(3600);
        while let Some(at) = self.next() {
            assert!(at <= limit, "endpoints never come to rest");
            self.step_to(at);
        }
    }

    /// When something happens next.
    pub(crate) fn next(&self) -> Option<Instant> {
        let wakes = self
            .sides
            .iter()
            .filter_map(|side| side.endpoint.next_wake());
        let arrivals = self.flying.peek().map(|Reverse(datagram)| datagram.at);
        wakes.chain(arrivals).min()
    }

    /// Goes to `at` and does what is due there.
    pub(crate) fn step_to(&mut self, at: Instant) {
        self.now = self.now.max(at);
        while self
            .flying
            .peek()
            .is_some_and(|Reverse(datagram)| datagram.at <= self.now)
        {
            let Some(Reverse(datagram)) = self.flying.pop() else {
                break;
            };
            self.deliver(datagram);
        }
        for side in 0..self.sides.len() {
            if self.sides[side]
                .endpoint
                .next_wake()
                .is_some_and(|wake| wake <= self.now)
            {
                let now = self.now;
                self.sides[side].endpoint.wake(now);
                self.drain(side);
            }
        }
    }

    fn deliver(&mut self, datagram: Datagram) {
        let Some(side) = self.sides.iter().position(|s| s.address == datagram.to) else {
            self.mail.push((datagram.from, datagram.to, datagram.bytes));
            return;
        };
        let flow = Flow {
            transport: datagram.transport,
            remote: datagram.from,
        };
        let now = self.now;
        self.sides[side]
            .endpoint
            .receive(now, flow, &datagram.bytes);
        self.drain(side);
    }

    /// Puts what an endpoint wants sent on the network, and takes its events.
    fn drain(&mut self, side: usize) {
        let from = self.sides[side].address;
        while let Some(transmit) = self.sides[side].endpoint.poll_transmit() {
            self.send(
                from,
                transmit.flow.remote,
                transmit.flow.transport,
                transmit.bytes,
            );
        }
        while let Some(event) = self.sides[side].endpoint.poll_event() {
            self.sides[side].events.push(event);
        }
    }

    fn send(&mut self, from: SocketAddr, to: SocketAddr, transport: Transport, bytes: Vec<u8>) {
        let text = String::from_utf8_lossy(&bytes);
        let line = text.lines().next().unwrap_or("").to_owned();
        self.wire.push((from, line));
        let reliable = transport == Transport::Tcp;
        if !reliable && self.chance(self.faults.lost) {
            return;
        }
        let copies = if !reliable && self.chance(self.faults.doubled) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let mut at = self.now + self.latency;
            if !reliable && self.chance(self.faults.late) {
                at += Duration::from_millis(self.rng.next_u64() % 3000);
            }
            self.number += 1;
            self.flying.push(Reverse(Datagram {
                at,
                number: self.number,
                from,
                to,
                transport,
                bytes: bytes.clone(),
            }));
        }
    }

    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        per_mille > 0 && self.rng.next_u64() % 1000 < per_mille
    }

    /// A scripted peer at `from` sends.
    pub(crate) fn inject(&mut self, from: SocketAddr, to: usize, bytes: impl Into<Vec<u8>>) {
        let to = self.sides[to].address;
        self.send(from, to, Transport::Udp, bytes.into());
    }

    /// The requests of `method` that scripted peers got so far.
    pub(crate) fn mailed(&self, method: &str) -> Vec<Request> {
        let parsed = self
            .mail
            .iter()
            .filter_map(|(_, _, bytes)| parse_datagram(bytes).ok());
        parsed
            .filter_map(|message| match message {
                Message::Request(request) if request.method.as_str() == method => Some(request),
                _ => None,
            })
            .collect()
    }

    /// The status lines that scripted peers got so far: `200 OK`.
    pub(crate) fn mailed_statuses(&self) -> Vec<String> {
        let lines = self.mail.iter().map(|(_, _, bytes)| {
            let text = String::from_utf8_lossy(bytes);
            text.lines().next().unwrap_or("").to_owned()
        });
        lines
            .filter_map(|line| line.strip_prefix("SIP/2.0 ").map(str::to_owned))
            .collect()
    }

    /// How many messages with a start line that begins so were sent by a side.
    pub(crate) fn sent(&self, side: usize, start: &str) -> usize {
        let from = self.sides[side].address;
        self.wire
            .iter()
            .filter(|(source, line)| *source == from && line.starts_with(start))
            .count()
    }

    /// The call that came in last at a side.
    pub(crate) fn incoming(&self, side: usize) -> CallHandle {
        let calls = self.sides[side].events.iter().rev();
        calls
            .filter_map(|event| match event {
                Event::Incoming { call, .. } => Some(*call),
                _ => None,
            })
            .next()
            .expect("a call came in")
    }

    /// All that a side was told about a call.
    pub(crate) fn told(&self, side: usize, call: CallHandle) -> Vec<CallEvent> {
        let events = self.sides[side].events.iter();
        events
            .filter_map(|event| match event {
                Event::Call { call: which, event } if *which == call => Some(event.clone()),
                _ => None,
            })
            .collect()
    }

    /// Asserts that nothing is kept any more, once all timers have run.
    pub(crate) fn expect_at_rest(&mut self) {
        self.settle();
        for side in &self.sides {
            assert_eq!(side.endpoint.load(), Load::default());
        }
    }

    /// Alice calls Bob and Bob answers.
    pub(crate) fn connected(&mut self) -> (CallHandle, CallHandle) {
        let to = self.sides[BOB].address;
        let call = self.act(ALICE, |alice, now| alice.invite(now, call_to(to)));
        self.pass(secs(1));
        let incoming = self.incoming(BOB);
        self.act(BOB, |bob, now| bob.ring(now, incoming, None));
        self.pass(secs(1));
        self.act(BOB, |bob, now| {
            bob.answer(now, incoming, "v=0 answer".to_owned());
        });
        self.pass(secs(1));
        (call, incoming)
    }
}
