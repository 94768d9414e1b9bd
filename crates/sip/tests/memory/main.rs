//! What a call costs in memory, by an allocator that counts: per live leg, per transaction, and what
//! is left of thousands of calls. One test, because the count is the whole process's.

use sip::endpoint::{CallHandle, Endpoint, EndpointConfig, Event, Flow, NewCall, Transport};
use sip::message::NameAddr;
use sip::sdp::{self, Codec, Direction};
use sip::uri::Uri;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Calls at a time, and how often so many come and go once the tables have their room.
const CALLS: usize = 500;
const WAVES: usize = 4;
const KIB: usize = 1024;

/// What a leg may cost while it is up, and a transaction until its timers have run.
const LEG_MAX: usize = 4 * KIB;
const TRANSACTION_MAX: usize = 2 * KIB;

fn live() -> usize {
    let stats = COUNTING.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// Two endpoints that reach each other at once.
struct Line {
    now: Instant,
    sides: [Endpoint; 2],
    calls: Vec<CallHandle>,
    incoming: Vec<CallHandle>,
}

fn address(side: usize) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, u8::try_from(side + 1).expect("two")], 5060))
}

fn flow(side: usize) -> Flow {
    Flow {
        transport: Transport::Udp,
        remote: address(side),
    }
}

fn description(side: usize) -> String {
    let codecs = [Codec::Pcma, Codec::Pcmu];
    sdp::offer(address(side), 7, &codecs, Direction::SendRecv)
}

impl Line {
    fn new() -> Self {
        let now = Instant::now();
        let sides = [0, 1].map(|side| {
            let config = EndpointConfig {
                local: address(side),
                domain: "dialer.example.com".to_owned(),
                seed: [u8::try_from(side + 1).expect("two"); 32],
                source_rate: 0,
                accept_calls: true,
                ..EndpointConfig::default()
            };
            Endpoint::new(config, now)
        });
        Self {
            now,
            sides,
            calls: Vec::with_capacity(CALLS),
            incoming: Vec::with_capacity(CALLS),
        }
    }

    /// Carries messages back and forth until none is left.
    fn carry(&mut self) {
        let mut idle = false;
        while !idle {
            idle = true;
            for side in [0, 1] {
                while let Some(transmit) = self.sides[side].poll_transmit() {
                    idle = false;
                    let other = &mut self.sides[1 - side];
                    other.receive(self.now, flow(side), &transmit.bytes);
                }
                while let Some(event) = self.sides[side].poll_event() {
                    if let Event::Incoming { call, .. } = event {
                        self.incoming.push(call);
                    }
                }
            }
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let wakes = self.sides.iter().filter_map(Endpoint::next_wake);
            let Some(at) = wakes.min().filter(|at| *at <= until) else {
                break;
            };
            self.now = self.now.max(at);
            for side in &mut self.sides {
                side.wake(self.now);
            }
            self.carry();
        }
        self.now = until;
    }

    fn ring(&mut self) {
        for number in 0..CALLS {
            let callee = format!("+5730012{number:05}");
            let request_uri = Uri::sip_at(Some(&callee), address(1));
            let caller: Uri = "sip:+576013000000@dialer.example.com"
                .parse()
                .expect("a URI");
            let call = NewCall {
                flow: flow(1),
                to: NameAddr::new(request_uri.clone()),
                request_uri,
                from: NameAddr::new(caller.clone()),
                call_id: Some(format!("{number:024x}@dialer.example.com")),
                from_tag: None,
                branch: None,
                offer: description(0),
                credentials: Some(("trunk-user".to_owned(), "a-long-password".to_owned())),
                ring_timeout: Duration::from_secs(60),
                headers: vec![("P-Asserted-Identity".to_owned(), format!("<{caller}>"))],
            };
            let call = self.sides[0].invite(self.now, call);
            self.calls.push(call);
            self.carry();
            let incoming = *self.incoming.last().expect("it came in");
            self.sides[1].ring(self.now, incoming, None);
            self.carry();
        }
    }

    fn answer(&mut self) {
        for incoming in &self.incoming {
            self.sides[1].answer(self.now, *incoming, description(1));
        }
        self.carry();
    }

    fn hang_up(&mut self) {
        for call in self.calls.drain(..) {
            self.sides[0].hang_up(self.now, call, None);
        }
        self.incoming.clear();
        self.carry();
    }

    fn transactions(&self) -> usize {
        let of = |side: &Endpoint| side.load().clients + side.load().servers;
        self.sides.iter().map(of).sum()
    }

    /// A wave of calls; gives back what a ringing leg, a live leg and a transaction took.
    fn wave(&mut self) -> [usize; 3] {
        let legs = 2 * CALLS;
        let before = live();
        self.ring();
        let ringing = (live() - before) / legs;
        self.answer();
        let (young, transactions) = (live(), self.transactions());
        self.pass(Duration::from_secs(40));
        let transaction = (young - live()) / (transactions - self.transactions());
        let up = (live() - before) / legs;
        assert_eq!(self.sides[0].load().calls, CALLS);
        self.hang_up();
        self.pass(Duration::from_secs(64));
        [ringing, up, transaction]
    }
}

#[test]
fn a_leg_and_a_transaction_stay_small_and_nothing_is_left_of_them_after_64_seconds() {
    let mut line = Line::new();
    let fresh = live();
    let [ringing, up, transaction] = line.wave();
    let rest = live();
    let again = line.wave();
    println!(
        "bytes: ringing leg with its transaction {ringing}, live leg {up}, transaction {transaction}; \
         kept by tables after {CALLS} calls {} a call; second wave {again:?}",
        (rest - fresh) / CALLS
    );
    assert!(up <= LEG_MAX, "a live leg takes {up} bytes");
    assert!(
        transaction <= TRANSACTION_MAX,
        "a transaction takes {transaction} bytes"
    );
    assert!(
        ringing <= LEG_MAX + TRANSACTION_MAX,
        "a ringing leg and its transaction take {ringing} bytes"
    );
    for side in &line.sides {
        assert_eq!(side.load(), sip::endpoint::Load::default());
    }
    // Tables keep their room for the next wave, and grow no more.
    let room = (rest - fresh) / CALLS;
    assert!(room <= TRANSACTION_MAX, "{room} bytes kept for each call");
    for _ in 0..WAVES {
        line.wave();
    }
    // A table may still double by chance of its hashes; whatever were left of each call is more.
    let left = live().saturating_sub(rest) / (WAVES * CALLS);
    assert!(left < 32, "{left} bytes are left of each call");
}
