//! Drives one SIP endpoint on one UDP socket, with media: the shell that
//! carrier and phones share. Decisions are its [`Party`]'s.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sip::endpoint::{Endpoint, Event, Flow, Transport};
use telephony::media::{MediaEvent, MediaPool};
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};

use crate::stats::WireCount;

/// What a party works with.
pub(crate) struct Line {
    pub(crate) endpoint: Endpoint,
    pub(crate) media: MediaPool,
}

/// Someone on a line: told what happens, acts at once.
pub(crate) trait Party: Send {
    /// Signalling.
    fn event(&mut self, now: Instant, event: Event, line: &mut Line);
    /// Media.
    fn heard(&mut self, _now: Instant, _event: MediaEvent, _line: &mut Line) {}
    /// The time asked for by `next_wake` has come.
    fn wake(&mut self, _now: Instant, _line: &mut Line) {}
    /// When to call `wake`.
    fn next_wake(&self) -> Option<Instant> {
        None
    }
    /// Told to stop: hang up, unregister.
    fn stop(&mut self, now: Instant, line: &mut Line);
}

/// What the loop listens to besides its socket.
pub(crate) struct Inputs {
    pub(crate) heard: Option<mpsc::UnboundedReceiver<MediaEvent>>,
    pub(crate) stop: oneshot::Receiver<()>,
    pub(crate) wire: Option<Arc<Mutex<WireCount>>>,
}

/// How long a stopped party may take to say goodbye.
const GOODBYE: Duration = Duration::from_millis(700);

/// Runs until told to stop, then says goodbye and returns.
pub(crate) async fn run<P: Party>(
    socket: UdpSocket,
    mut line: Line,
    party: Arc<Mutex<P>>,
    mut inputs: Inputs,
) {
    let mut stopping: Option<Instant> = None;
    let mut buffer = vec![0_u8; 65_535];
    loop {
        flush(&socket, &mut line, &party);
        let wake = next_wake(&line, &party, stopping);
        tokio::select! {
            ready = socket.readable() => if ready.is_ok() {
                receive(&socket, &mut line, &inputs, &mut buffer);
            },
            event = next_event(&mut inputs.heard) => {
                party.lock().expect("no panic holds it").heard(Instant::now(), event, &mut line);
            }
            _ = &mut inputs.stop, if stopping.is_none() => {
                let now = Instant::now();
                party.lock().expect("no panic holds it").stop(now, &mut line);
                stopping = Some(now + GOODBYE);
            }
            () = tokio::time::sleep_until(wake.into()) => {
                let now = Instant::now();
                line.endpoint.wake(now);
                party.lock().expect("no panic holds it").wake(now, &mut line);
            }
        }
        if stopping.is_some_and(|until| Instant::now() >= until) {
            flush(&socket, &mut line, &party);
            return;
        }
    }
}

async fn next_event(heard: &mut Option<mpsc::UnboundedReceiver<MediaEvent>>) -> MediaEvent {
    if let Some(receiver) = heard {
        if let Some(event) = receiver.recv().await {
            return event;
        }
        *heard = None;
    }
    poll_fn(|_| std::task::Poll::Pending).await
}

fn next_wake<P: Party>(line: &Line, party: &Mutex<P>, stopping: Option<Instant>) -> Instant {
    let party = party.lock().expect("no panic holds it").next_wake();
    [line.endpoint.next_wake(), party, stopping]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or_else(|| Instant::now() + Duration::from_secs(60))
}

/// Reads what has come, a bounded number at a time so that timers get a turn.
fn receive(socket: &UdpSocket, line: &mut Line, inputs: &Inputs, buffer: &mut [u8]) {
    for _ in 0..64 {
        let Ok((length, from)) = socket.try_recv_from(buffer) else {
            return;
        };
        let bytes = &buffer[..length];
        if let Some(wire) = &inputs.wire {
            wire.lock().expect("no panic holds it").datagram(bytes);
        }
        let flow = Flow {
            transport: Transport::Udp,
            remote: from,
        };
        line.endpoint.receive(Instant::now(), flow, bytes);
    }
}

/// Hands events to the party and datagrams to the socket until both are empty.
fn flush<P: Party>(socket: &UdpSocket, line: &mut Line, party: &Mutex<P>) {
    loop {
        let mut idle = true;
        while let Some(transmit) = line.endpoint.poll_transmit() {
            idle = false;
            // A full buffer loses the datagram like a network would: SIP retransmits.
            let _ = socket.try_send_to(&transmit.bytes, transmit.flow.remote);
        }
        while let Some(event) = line.endpoint.poll_event() {
            idle = false;
            let mut party = party.lock().expect("no panic holds it");
            party.event(Instant::now(), event, line);
        }
        if idle {
            return;
        }
    }
}

/// Binds a loopback socket; anything else is refused, for this side of the
/// wire must never reach a real network.
pub(crate) async fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    if !address.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!(
                "{address} is not a loopback address; carrier and phones serve 127.0.0.0/8 only"
            ),
        ));
    }
    let socket = UdpSocket::bind(address).await?;
    // Registered interest first: `try_recv_from` needs it.
    socket.writable().await?;
    Ok(socket)
}
