//! The signalling thread: waits for whatever comes first (an order, a media event, a datagram, a
//! message on a connection, a name found, a timer), hands it to the switchboard, sends what that
//! leads to. Orders go first, so that a bridge never waits behind a burst of messages; REGISTERs
//! last, so that no call waits behind a storm of phones.

use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use ::sip::endpoint::{Flow, Transmit, Transport};
use ::sip::stun;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep_until, timeout};

use crate::bind;
use crate::connection::{Arrival, Ending};
use crate::counters::Meters;
use crate::exchange::{Exchange, Settings};
use crate::handle::Order;
use crate::handshake::Edge;
use crate::media::{MediaEvent, MediaPool};
use crate::resolve::{Found, Names};
use crate::sieve;
use crate::sip_address::SipAddress;
use crate::tls::Tls;
use crate::transport::Sockets;
use crate::waiting_room::{self, WaitingRoom};
use crate::watch::Watch;
use crate::{Heard, ListenerKind, Report, TelephonyConfig, TelephonyError};

/// Datagrams acted upon in a row before orders are looked at again.
const BURST: usize = 16;
/// Datagrams taken in a row, where most only have to be put aside: the system drops what it cannot
/// hold, answers of customers among it.
const TAKEN: usize = 256;
/// REGISTERs served in a row while nothing else is there to do.
const REGISTERS: usize = 4;
/// A REGISTER is served each so many turns whatever else is there: no flood keeps phones out.
const REGISTER_EVERY: u32 = 4;
/// No datagram is longer.
const DATAGRAM_MAX: usize = 65_536;
/// How long connections may take for the last messages when telephony stops.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// Opens the sockets and starts the thread; says where SIP is heard, and with which certificates.
pub(crate) fn spawn(
    config: TelephonyConfig,
    orders: mpsc::UnboundedReceiver<Order>,
    reports: mpsc::UnboundedSender<Report>,
    meters: Arc<Meters>,
    mut watch: Watch,
) -> Result<(Vec<Heard>, Arc<Edge>), TelephonyError> {
    if config
        .places
        .first()
        .is_none_or(|first| first.kind != ListenerKind::Plain)
    {
        return Err(TelephonyError::NoPlace);
    }
    let with_tls = config
        .places
        .iter()
        .find(|place| place.kind.transport().is_secure());
    if let (Some(place), None) = (with_tls, &config.tls.own) {
        return Err(TelephonyError::NoCertificate(place.address));
    }
    let edge = Arc::new(Edge {
        tls: Tls::new(config.tls.clone())?,
        origins: config.origins.clone(),
    });
    let bound = bind::bind(&config.places)?;
    let heard = bound.heard.clone();
    watch.hears_at(&heard);
    let address = SipAddress::new(&config, &heard)?;
    let (media_sender, media_events) = mpsc::unbounded_channel();
    let media = MediaPool::start(config.media, media_sender).map_err(TelephonyError::Media)?;
    let settings = Settings {
        address,
        digests: config.digests,
        secret: config.secret,
        causes: config.causes,
        message: config.message,
        menu: config.menu,
        announcement: config.announcement,
        seed: config.seed,
        probe_every: config.probe_every,
        session_timer: config.session_timer,
        phone_srtp: config.phone_srtp,
        watch,
    };
    let runtime = Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(TelephonyError::Thread)?;
    let (sockets, arrivals) = {
        let _inside = runtime.enter();
        Sockets::new(
            bound,
            Arc::clone(&edge),
            config.keep_alive,
            Arc::clone(&meters),
        )
        .map_err(TelephonyError::Thread)?
    };
    let run = move || {
        runtime.block_on(async move {
            let (names, found) = Names::new(&config.name_servers);
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
                registers: WaitingRoom::default(),
                stop: None,
            };
            driver.run(inboxes).await;
        });
    };
    let named = thread::Builder::new().name("signalling".to_owned());
    named.spawn(run).map_err(TelephonyError::Thread)?;
    Ok((heard, edge))
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
    registers: WaitingRoom,
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
        let mut turn = 0_u32;
        loop {
            turn = turn.wrapping_add(1);
            if turn.is_multiple_of(REGISTER_EVERY) {
                self.serve_registers(1);
            }
            self.settle(Instant::now());
            if self.stop_is_done() {
                return self.finish(inboxes.arrivals).await;
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
                received = self.sockets.datagram(&mut buffer) => {
                    let put_aside = match received {
                        Ok((length, from)) => self.datagram(from, &buffer[..length]),
                        Err(_) => true,
                    };
                    self.burst(&mut buffer, usize::from(!put_aside));
                }
                Some(arrival) = inboxes.arrivals.recv() => self.arrived(arrival),
                (kind, accepted) = self.sockets.connection() => self.accepted(kind, accepted).await,
                Some(found) = inboxes.found.recv() => {
                    self.exchange.name_found(Instant::now(), found);
                }
                () = ready(()), if !self.registers.is_empty() => {
                    self.serve_registers(REGISTERS);
                }
                () = sleep_until(wake.into()) => {}
            }
        }
    }

    /// Takes what is there already, but not for ever.
    fn burst(&mut self, buffer: &mut [u8], mut acted_upon: usize) {
        for _ in 1..TAKEN {
            let Some((length, from)) = self.sockets.try_datagram(buffer) else {
                return;
            };
            acted_upon += usize::from(!self.datagram(from, &buffer[..length]));
            if acted_upon >= BURST {
                return;
            }
        }
    }

    /// Takes a datagram; says whether it was put aside.
    fn datagram(&mut self, remote: SocketAddr, bytes: &[u8]) -> bool {
        let transport = Transport::Udp;
        let from = Flow { transport, remote };
        if !sieve::is_keep_alive(bytes) {
            return self.message(from, bytes);
        }
        if stun::is_question(bytes) {
            self.tell_where_seen(from, bytes);
        }
        false
    }

    /// Answers a phone that keeps its flow alive (RFC 5626 section 4.4.2).
    fn tell_where_seen(&mut self, flow: Flow, bytes: &[u8]) {
        let (now, source) = (Instant::now(), flow.remote);
        if let Some(bytes) = stun::answer(bytes, source)
            && self.exchange.endpoint.admits_keep_alive(now, source.ip())
        {
            // Lost like any datagram, if it is: the phone asks again.
            let _ = self.sockets.send(Transmit { flow, bytes });
        }
    }

    /// Serves phones that wait, a few.
    fn serve_registers(&mut self, most: usize) {
        for _ in 0..most {
            let Some((from, bytes)) = self.registers.next() else {
                return;
            };
            self.act_upon(from, &bytes);
        }
    }

    /// Takes a message; says whether it was put aside.
    fn message(&mut self, from: Flow, bytes: &[u8]) -> bool {
        self.meters.sip_in.count();
        if !sieve::looks_like_sip(bytes) {
            self.meters.malformed.count();
            return false;
        }
        let waits = waiting_room::may_wait(bytes);
        if !waits {
            self.act_upon(from, bytes);
        } else if !self.registers.keep(from, bytes) {
            self.meters.registers_dropped.count();
        }
        waits
    }

    fn act_upon(&mut self, from: Flow, bytes: &[u8]) {
        let now = Instant::now();
        self.exchange.watch.passed(now, from, bytes, false);
        self.exchange.endpoint.receive(now, from, bytes);
        // What came with this datagram is told with its time: an answer is measured from here.
        self.tell(now);
    }

    fn arrived(&mut self, arrival: Arrival) {
        match arrival {
            Arrival::Message { flow, bytes } => {
                self.message(flow, &bytes);
            }
            Arrival::Ended {
                flow,
                number,
                ending,
            } => {
                match ending {
                    Ending::Closed => {}
                    Ending::Malformed => {
                        self.meters.malformed.count();
                        self.meters.connections_refused.count();
                    }
                    Ending::Handshake => self.meters.handshakes_failed.count(),
                }
                if self.sockets.forget(flow, number) {
                    self.exchange.endpoint.flow_ended(Instant::now(), flow);
                }
            }
        }
    }

    async fn accepted(
        &mut self,
        kind: ListenerKind,
        accepted: io::Result<(TcpStream, SocketAddr)>,
    ) {
        match accepted {
            Ok((stream, remote)) => self.sockets.accept(kind, stream, remote),
            // Out of descriptors: the connection stays in the queue and would be offered again at
            // once. Let others run first.
            Err(_) => tokio::task::yield_now().await,
        }
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
        // Before anything is sent to them.
        if let Some(carriers) = self.exchange.carriers.take() {
            self.sockets.set_carriers(carriers);
        }
        loop {
            self.tell(now);
            let Some(transmit) = self.exchange.endpoint.poll_transmit() else {
                break;
            };
            let (flow, bytes) = (transmit.flow, &transmit.bytes);
            self.exchange.watch.passed(now, flow, bytes, true);
            if let Err(flow) = self.sockets.send(transmit) {
                self.exchange.endpoint.send_failed(now, flow);
            }
        }
        for flow in self.exchange.known_flows.drain(..) {
            self.sockets.trust(flow);
        }
        self.exchange.report_phones();
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

    /// Whether an order to stop has been carried out.
    fn stop_is_done(&self) -> bool {
        let stop = self.stop.as_ref();
        stop.is_some_and(|stop| self.exchange.is_quiet() || stop.until <= Instant::now())
    }

    /// Lets connections write what is left for them, such as the last BYEs; then says that all is
    /// done.
    async fn finish(mut self, mut arrivals: mpsc::Receiver<Arrival>) {
        self.exchange.watch.end();
        // A connection ends when its outbox is empty and gone; the last one closes the channel.
        drop(self.sockets);
        let all_closed = async { while arrivals.recv().await.is_some() {} };
        if timeout(FAREWELL_MAX, all_closed).await.is_err() {
            tracing::warn!("a connection is too slow to take the last messages");
        }
        if let Some(stop) = self.stop.take() {
            // An error means that nobody waits any more.
            let _ = stop.done.send(());
        }
    }
}
