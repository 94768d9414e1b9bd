//! The signalling thread: waits for whatever comes first (an order, a media event, a datagram, a
//! message on a connection, a name found, a timer), hands it to the switchboard, sends what that
//! leads to. Orders go first, so that a bridge never waits behind a burst of messages.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use ::sip::endpoint::{Flow, Transport};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep_until;

use crate::connection::Arrival;
use crate::counters::Meters;
use crate::exchange::{Exchange, Settings};
use crate::handle::Order;
use crate::media::{MediaEvent, MediaPool};
use crate::names::{Found, Names};
use crate::sip_address::SipAddress;
use crate::transport::{self, Bound, Sockets};
use crate::{Report, TelephonyConfig, TelephonyError};

/// Datagrams taken in a row before orders are looked at again.
const BURST: usize = 16;
/// No datagram is longer.
const DATAGRAM_MAX: usize = 65_536;

/// Opens the sockets and starts the thread; says where SIP is heard.
pub(crate) fn spawn(
    config: TelephonyConfig,
    orders: mpsc::UnboundedReceiver<Order>,
    reports: mpsc::UnboundedSender<Report>,
    meters: Arc<Meters>,
) -> Result<SocketAddr, TelephonyError> {
    let bound = transport::bind(config.sip_bind)?;
    let local = bound.address;
    let address = SipAddress::new(&config, local)?;
    let (media_sender, media_events) = mpsc::unbounded_channel();
    let media = MediaPool::start(config.media, media_sender).map_err(TelephonyError::Media)?;
    let settings = Settings {
        address,
        digests: config.digests,
        secret: config.secret,
        message: config.message,
        seed: config.seed,
    };
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(TelephonyError::Thread)?;
    let (sockets, arrivals) = open(&runtime, bound, &meters).map_err(TelephonyError::Thread)?;
    let run = move || {
        runtime.block_on(async move {
            let (names, found) = Names::new();
            let now = Instant::now();
            let exchange = Exchange::new(now, settings, media, names, reports, meters.clone());
            let inboxes = Inboxes {
                orders,
                media_events,
                arrivals,
                found,
            };
            let driver = Driver {
                exchange,
                sockets,
                meters,
                stop: None,
            };
            driver.run(inboxes).await;
        });
    };
    let named = thread::Builder::new().name("signalling".to_owned());
    named.spawn(run).map_err(TelephonyError::Thread)?;
    Ok(local)
}

fn open(
    runtime: &Runtime,
    bound: Bound,
    meters: &Arc<Meters>,
) -> io::Result<(Sockets, mpsc::Receiver<Arrival>)> {
    let _inside = runtime.enter();
    Sockets::new(bound, Arc::clone(meters))
}

/// Where things come from.
struct Inboxes {
    orders: mpsc::UnboundedReceiver<Order>,
    media_events: mpsc::UnboundedReceiver<MediaEvent>,
    arrivals: mpsc::Receiver<Arrival>,
    found: mpsc::UnboundedReceiver<Found>,
}

struct Driver {
    exchange: Exchange,
    sockets: Sockets,
    meters: Arc<Meters>,
    stop: Option<Stop>,
}

/// An order to stop, under way.
struct Stop {
    until: Instant,
    done: oneshot::Sender<()>,
}

impl Driver {
    async fn run(mut self, mut inboxes: Inboxes) {
        let mut buffer = vec![0; DATAGRAM_MAX];
        loop {
            self.settle(Instant::now());
            if self.stop_is_done() {
                return;
            }
            let wake = self.next_wake();
            tokio::select! {
                biased;
                order = inboxes.orders.recv() => match order {
                    Some(order) => self.obey(order),
                    // Nobody holds a handle: nobody can order or listen any more.
                    None => return,
                },
                Some(event) = inboxes.media_events.recv() => {
                    self.exchange.heard(Instant::now(), event);
                }
                received = self.sockets.udp.recv_from(&mut buffer) => {
                    if let Ok((length, from)) = received {
                        self.datagram(from, &buffer[..length]);
                    }
                    self.burst(&mut buffer);
                }
                Some(arrival) = inboxes.arrivals.recv() => self.arrived(arrival),
                accepted = self.sockets.listener.accept() => self.accepted(accepted).await,
                Some(found) = inboxes.found.recv() => {
                    self.exchange.name_found(Instant::now(), found);
                }
                () = sleep_until(wake.into()) => {}
            }
        }
    }

    /// Takes what is there already, but not for ever.
    fn burst(&mut self, buffer: &mut [u8]) {
        for _ in 1..BURST {
            match self.sockets.udp.try_recv_from(buffer) {
                Ok((length, from)) => self.datagram(from, &buffer[..length]),
                Err(_) => return,
            }
        }
    }

    fn datagram(&mut self, remote: SocketAddr, bytes: &[u8]) {
        let transport = Transport::Udp;
        if !transport::is_keep_alive(bytes) {
            self.message(Flow { transport, remote }, bytes);
        }
    }

    fn message(&mut self, from: Flow, bytes: &[u8]) {
        self.meters.sip_in.count();
        if transport::looks_like_sip(bytes) {
            let now = Instant::now();
            self.exchange.endpoint.receive(now, from, bytes);
            // What came with this datagram is told with its time: an answer is measured from here.
            self.tell(now);
        } else {
            self.meters.malformed.count();
        }
    }

    fn arrived(&mut self, arrival: Arrival) {
        let transport = Transport::Tcp;
        match arrival {
            Arrival::Message { remote, bytes } => self.message(Flow { transport, remote }, &bytes),
            Arrival::Ended {
                remote,
                number,
                malformed,
            } => {
                if malformed {
                    self.meters.malformed.count();
                    self.meters.connections_refused.count();
                }
                if self.sockets.forget(remote, number) {
                    let flow = Flow { transport, remote };
                    self.exchange.endpoint.send_failed(Instant::now(), flow);
                }
            }
        }
    }

    async fn accepted(&mut self, accepted: io::Result<(tokio::net::TcpStream, SocketAddr)>) {
        if accepted.is_err() {
            // Out of descriptors: the connection stays in the queue and would be offered again at
            // once. Let others run first.
            tokio::task::yield_now().await;
        }
        self.sockets.accept(accepted);
    }

    fn obey(&mut self, order: Order) {
        let now = Instant::now();
        match order {
            Order::Stop { limit, done } => {
                self.exchange.end_everything(now);
                let until = now + limit;
                self.stop = Some(Stop { until, done });
            }
            order => self.exchange.obey(now, order),
        }
    }

    /// Tells and sends all that is waiting, until nothing is.
    fn settle(&mut self, now: Instant) {
        self.exchange.wake(now);
        loop {
            self.tell(now);
            let Some(transmit) = self.exchange.endpoint.poll_transmit() else {
                break;
            };
            if let Err(flow) = self.sockets.send(transmit) {
                self.exchange.endpoint.send_failed(now, flow);
            }
        }
        for flow in self.exchange.known_flows.drain(..) {
            self.sockets.trust(flow);
        }
    }

    fn tell(&mut self, now: Instant) {
        while let Some(event) = self.exchange.endpoint.poll_event() {
            self.exchange.signalled(now, event);
        }
    }

    fn next_wake(&self) -> Instant {
        let wake = self.exchange.next_wake();
        self.stop.as_ref().map_or(wake, |stop| stop.until.min(wake))
    }

    /// Whether an order to stop has been carried out; says so to who waits.
    fn stop_is_done(&mut self) -> bool {
        let done = self
            .stop
            .as_ref()
            .is_some_and(|stop| self.exchange.is_quiet() || stop.until <= Instant::now());
        if done && let Some(stop) = self.stop.take() {
            // An error means that nobody waits any more.
            let _ = stop.done.send(());
        }
        done
    }
}
