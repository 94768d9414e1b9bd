//! The endpoint on a socket, and the least that joins two calls.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use sip::endpoint::{
    CallEvent, CallHandle, Endpoint, EndpointConfig, Event, Flow, Load as Held, NewCall, Transport,
};
use sip::message::NameAddr;
use sip::uri::Uri;

const OFFER: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
    m=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
    a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n";

/// How long after the last call was placed the rest may take: what is not over by then has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// No message of these is longer.
const DATAGRAM_MAX: usize = 8_192;
/// How long nothing need come before timers and new calls are looked at.
const PAUSE: Duration = Duration::from_micros(500);

/// What is asked of it.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) rate: u32,
    pub(crate) calls: u32,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) bridged: u32,
    /// Messages beyond those the calls need.
    pub(crate) retransmitted: u64,
    /// Processor seconds of the thread.
    pub(crate) cpu: f64,
    reactions: Vec<Duration>,
    setups: Vec<Duration>,
}

impl Done {
    /// From the datagram with the customer's 200 to the INVITE to the advisor.
    pub(crate) fn reaction(&self, share: f64) -> Duration {
        quantile(&self.reactions, share)
    }

    /// From the first INVITE to the second 200.
    pub(crate) fn setup(&self, share: f64) -> Duration {
        quantile(&self.setups, share)
    }
}

fn quantile(all: &[Duration], share: f64) -> Duration {
    let mut all = all.to_vec();
    all.sort_unstable();
    let at = (all.len() as f64 * share) as usize;
    all.get(at.min(all.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

#[derive(Clone, Copy)]
enum Leg {
    Customer {
        since: Instant,
    },
    Advisor {
        customer: CallHandle,
        since: Instant,
    },
}

pub(crate) struct Switch {
    socket: UdpSocket,
    endpoint: Endpoint,
    legs: HashMap<CallHandle, Leg>,
    to: [Flow; 2],
    sent: u64,
    ended: u32,
}

impl Switch {
    pub(crate) fn new(customers: SocketAddr, advisors: SocketAddr) -> Switch {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
        socket
            .set_read_timeout(Some(PAUSE))
            .expect("it is not zero");
        let config = EndpointConfig {
            local: socket.local_addr().expect("it is bound"),
            seed: [9; 32],
            source_rate: 0,
            ..EndpointConfig::default()
        };
        let udp = |remote| Flow {
            transport: Transport::Udp,
            remote,
        };
        Switch {
            socket,
            endpoint: Endpoint::new(config, Instant::now()),
            legs: HashMap::new(),
            to: [udp(customers), udp(advisors)],
            sent: 0,
            ended: 0,
        }
    }

    /// What the endpoint still holds.
    pub(crate) fn left(&self) -> Held {
        self.endpoint.load()
    }

    pub(crate) fn run(&mut self, load: Load) -> Done {
        let mut done = Done::default();
        let (began, used) = (Instant::now(), thread_seconds());
        let span = Duration::from_secs(u64::from(load.calls / load.rate));
        let mut placed = 0;
        let mut buffer = [0; DATAGRAM_MAX];
        while self.ended < 2 * load.calls {
            let now = Instant::now();
            let due = (now - began).as_secs_f64() * f64::from(load.rate);
            while placed < load.calls && f64::from(placed) < due {
                self.call(now, 0, Leg::Customer { since: now });
                placed += 1;
            }
            if self.endpoint.next_wake().is_some_and(|wake| wake <= now) {
                self.endpoint.wake(now);
            }
            self.flush(now, now, &mut done);
            if now - began > span + PATIENCE {
                break;
            }
            self.hear(&mut buffer, &mut done);
        }
        done.cpu = thread_seconds() - used;
        // INVITE, ACK and BYE of each leg.
        done.retransmitted = self.sent.saturating_sub(u64::from(load.calls) * 6);
        done
    }

    /// Waits for a datagram, for a moment at most, and takes it.
    fn hear(&mut self, buffer: &mut [u8], done: &mut Done) {
        match self.socket.recv_from(buffer) {
            Ok((length, remote)) => {
                let heard = Instant::now();
                let from = Flow {
                    transport: Transport::Udp,
                    remote,
                };
                self.endpoint.receive(heard, from, &buffer[..length]);
                self.flush(heard, heard, done);
            }
            Err(error) => assert!(
                matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
                "{error}"
            ),
        }
    }

    fn flush(&mut self, now: Instant, heard: Instant, done: &mut Done) {
        let mut answered = 0;
        while let Some(event) = self.endpoint.poll_event() {
            if let Event::Call { call, event } = event {
                answered += u32::from(self.react(now, call, &event, done));
            }
        }
        while let Some(transmit) = self.endpoint.poll_transmit() {
            let sent = self.socket.send_to(&transmit.bytes, transmit.flow.remote);
            sent.expect("loopback takes datagrams");
            self.sent += 1;
        }
        for _ in 0..answered {
            done.reactions.push(heard.elapsed());
        }
    }

    /// Says whether a customer answered.
    fn react(
        &mut self,
        now: Instant,
        call: CallHandle,
        event: &CallEvent,
        done: &mut Done,
    ) -> bool {
        match (event, self.legs.get(&call).copied()) {
            (CallEvent::Answered { .. }, Some(Leg::Customer { since })) => {
                let customer = call;
                self.call(now, 1, Leg::Advisor { customer, since });
                return true;
            }
            (CallEvent::Answered { .. }, Some(Leg::Advisor { customer, since })) => {
                done.bridged += 1;
                done.setups.push(now - since);
                self.endpoint.hang_up(now, customer, None);
                self.endpoint.hang_up(now, call, None);
            }
            (CallEvent::Ended { .. } | CallEvent::Failed { .. }, Some(_)) => {
                self.legs.remove(&call);
                self.ended += 1;
            }
            _ => {}
        }
        false
    }

    fn call(&mut self, now: Instant, side: usize, leg: Leg) {
        let flow = self.to[side];
        let uri = |user: &str| Uri::sip_at(Some(user), flow.remote);
        let call = NewCall {
            flow,
            request_uri: uri("+573001234567"),
            from: NameAddr::new(uri("+576013000000")),
            to: NameAddr::new(uri("+573001234567")),
            call_id: None,
            from_tag: None,
            branch: None,
            offer: OFFER.to_owned(),
            credentials: None,
            ring_timeout: Duration::from_secs(30),
            headers: Vec::new(),
        };
        let handle = self.endpoint.invite(now, call);
        self.legs.insert(handle, leg);
    }
}

/// Processor seconds of this thread, to the nanosecond (`schedstat`).
fn thread_seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("on Linux");
    let ran = text
        .split(' ')
        .next()
        .and_then(|word| word.parse::<f64>().ok());
    ran.expect("nanoseconds") / 1e9
}
