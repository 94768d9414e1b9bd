//! The network: endpoints by address, datagrams under way, and one clock for all.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sip::endpoint::{Endpoint, EndpointConfig, Event, Flow, Load, Transport};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

/// What happens to datagrams, in per mille.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Faults {
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    /// Overtaken by what was sent up to two seconds later.
    pub(crate) late: u64,
}

impl Faults {
    /// A network that loses so many of a hundred, and doubles and delays some of the rest.
    pub(crate) fn losing(percent: u64) -> Self {
        Self {
            lost: percent * 10,
            doubled: 20,
            late: 20,
        }
    }
}

/// The time from one end to the other varies by this much, so that neighbours change places.
const JITTER_MS: u64 = 60;
const LATENCY: Duration = Duration::from_millis(20);

struct Datagram {
    at: Instant,
    number: u64,
    from: usize,
    to: usize,
    bytes: Vec<u8>,
}

impl Datagram {
    fn key(&self) -> (Instant, u64) {
        (self.at, self.number)
    }
}

impl PartialEq for Datagram {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Datagram {}

impl PartialOrd for Datagram {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Datagram {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

pub(crate) struct Net {
    pub(crate) now: Instant,
    pub(crate) rng: StdRng,
    faults: Faults,
    endpoints: Vec<Endpoint>,
    /// When each endpoint wants to be woken.
    wakes: Vec<Option<Instant>>,
    due: BTreeSet<(Instant, usize)>,
    flying: BinaryHeap<Reverse<Datagram>>,
    sent: u64,
    /// Stands for all that was sent, and in which order.
    pub(crate) digest: u64,
    events: Vec<(usize, Event)>,
}

/// Where the endpoint of this number is.
pub(crate) fn address(endpoint: usize) -> SocketAddr {
    let number = u32::try_from(endpoint).expect("few endpoints");
    let ip = Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 0, 0, 1)) + number);
    SocketAddr::new(ip.into(), 5060)
}

pub(crate) fn flow(endpoint: usize) -> Flow {
    Flow {
        transport: Transport::Udp,
        remote: address(endpoint),
    }
}

impl Net {
    pub(crate) fn new(endpoints: usize, seed: u64, faults: Faults) -> Self {
        let now = Instant::now();
        let endpoint = |number: usize| {
            let mut own = [0; 32];
            own[..8].copy_from_slice(&seed.to_be_bytes());
            own[8..16].copy_from_slice(&(number as u64).to_be_bytes());
            let config = EndpointConfig {
                local: address(number),
                domain: "example.com".to_owned(),
                seed: own,
                source_rate: 0,
                accept_calls: true,
                ..EndpointConfig::default()
            };
            Endpoint::new(config, now)
        };
        Self {
            now,
            rng: StdRng::seed_from_u64(seed),
            faults,
            endpoints: (0..endpoints).map(endpoint).collect(),
            wakes: vec![None; endpoints],
            due: BTreeSet::new(),
            flying: BinaryHeap::new(),
            sent: 0,
            digest: 0,
            events: Vec::new(),
        }
    }

    /// Acts on an endpoint now.
    pub(crate) fn act<T>(&mut self, at: usize, act: impl FnOnce(&mut Endpoint, Instant) -> T) -> T {
        let result = act(&mut self.endpoints[at], self.now);
        self.drain(at);
        result
    }

    /// What endpoints told since the last time.
    pub(crate) fn events(&mut self) -> Vec<(usize, Event)> {
        std::mem::take(&mut self.events)
    }

    pub(crate) fn load(&self, at: usize) -> Load {
        self.endpoints[at].load()
    }

    /// When something happens next by itself.
    pub(crate) fn next(&self) -> Option<Instant> {
        let wake = self.due.first().map(|(at, _)| *at);
        let arrival = self.flying.peek().map(|Reverse(datagram)| datagram.at);
        [wake, arrival].into_iter().flatten().min()
    }

    /// Does the next thing due at `now` or before; false if there is none.
    pub(crate) fn step(&mut self) -> bool {
        if let Some(Reverse(datagram)) = self.flying.peek()
            && datagram.at <= self.now
        {
            let Some(Reverse(datagram)) = self.flying.pop() else {
                return false;
            };
            let (to, from, now) = (datagram.to, flow(datagram.from), self.now);
            self.endpoints[to].receive(now, from, &datagram.bytes);
            self.drain(to);
            return true;
        }
        match self.due.first().copied() {
            Some((at, endpoint)) if at <= self.now => {
                self.act(endpoint, |endpoint, now| endpoint.wake(now));
                true
            }
            _ => false,
        }
    }

    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.rng.next_u64() % 1000 < per_mille
    }

    /// Up to `most`, from the seed.
    pub(crate) fn up_to(&mut self, most: Duration) -> Duration {
        let millis = u64::try_from(most.as_millis()).expect("a few seconds");
        Duration::from_millis(self.rng.next_u64() % millis.max(1))
    }

    fn drain(&mut self, at: usize) {
        while let Some(transmit) = self.endpoints[at].poll_transmit() {
            let number = |address: SocketAddr| match address.ip() {
                std::net::IpAddr::V4(ip) => ip.to_bits() - u32::from(Ipv4Addr::new(10, 0, 0, 1)),
                std::net::IpAddr::V6(_) => u32::MAX,
            };
            let to = number(transmit.flow.remote) as usize;
            assert!(
                to < self.endpoints.len(),
                "sent to {}",
                transmit.flow.remote
            );
            self.send(at, to, transmit.bytes);
        }
        while let Some(event) = self.endpoints[at].poll_event() {
            self.events.push((at, event));
        }
        let wake = self.endpoints[at].next_wake();
        if wake != self.wakes[at] {
            if let Some(before) = self.wakes[at] {
                self.due.remove(&(before, at));
            }
            self.due.extend(wake.map(|wake| (wake, at)));
            self.wakes[at] = wake;
        }
    }

    fn send(&mut self, from: usize, to: usize, bytes: Vec<u8>) {
        let mut hasher = DefaultHasher::new();
        (self.digest, bytes.as_slice()).hash(&mut hasher);
        self.digest = hasher.finish();
        if self.chance(self.faults.lost) {
            return;
        }
        let copies = 1 + usize::from(self.chance(self.faults.doubled));
        for _ in 0..copies {
            let mut at = self.now + LATENCY + self.up_to(Duration::from_millis(JITTER_MS));
            if self.chance(self.faults.late) {
                at += self.up_to(Duration::from_secs(2));
            }
            self.sent += 1;
            self.flying.push(Reverse(Datagram {
                at,
                number: self.sent,
                from,
                to,
                bytes: bytes.clone(),
            }));
        }
    }
}
