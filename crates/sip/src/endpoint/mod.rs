//! A SIP user agent and registrar as a value: bytes and time in, bytes and events out. The shell
//! owns sockets and clock; after every call it drains [`Endpoint::poll_transmit`] and
//! [`Endpoint::poll_event`], and calls [`Endpoint::wake`] at [`Endpoint::next_wake`].

mod config;
mod event;

pub use crate::timers::Timers;
pub use config::{
    Binding, CallHandle, EndpointConfig, Flow, InvalidRecord, NewCall, NewRegistration,
    OptionsHandle, OrphanInvite, RegistrationHandle, Transmit, Transport,
};
pub use event::{CallEvent, EndedBy, Event, RegistrationState};

use crate::message::Status;
use crate::uri::Uri;
use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Instant;

/// A SIP user agent and registrar.
#[derive(Debug)]
pub struct Endpoint {
    config: EndpointConfig,
    next_handle: u64,
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
}

impl Endpoint {
    /// An endpoint without calls.
    pub fn new(config: EndpointConfig, now: Instant) -> Self {
        let _ = now;
        Self {
            config,
            next_handle: 0,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Takes one datagram, or one message that was framed out of a stream.
    pub fn receive(&mut self, now: Instant, from: Flow, bytes: &[u8]) {
        let _ = (now, from, bytes);
    }

    /// The transport reported an error: client transactions on `flow` fail as if by 503
    /// (RFC 3261 section 8.1.3.1).
    pub fn send_failed(&mut self, now: Instant, flow: Flow) {
        let _ = (now, flow);
    }

    /// Does what is due at `now`.
    pub fn wake(&mut self, now: Instant) {
        let _ = now;
    }

    /// When to call [`Self::wake`] next.
    pub fn next_wake(&self) -> Option<Instant> {
        None
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Calls somebody.
    pub fn invite(&mut self, now: Instant, call: NewCall) -> CallHandle {
        let _ = (now, call);
        self.next_handle += 1;
        CallHandle(self.next_handle)
    }

    /// Ends a call whatever its state: CANCEL before the answer (once a 1xx allows it), BYE after;
    /// a refusal if it came in and was not answered. `reason` is the value of a Reason header.
    /// Harmless twice.
    pub fn hang_up(&mut self, now: Instant, call: CallHandle, reason: Option<&str>) {
        let _ = (now, call, reason);
    }

    /// Callee: 180, or 183 with early media.
    pub fn ring(&mut self, now: Instant, call: CallHandle, early_sdp: Option<String>) {
        let _ = (now, call, early_sdp);
    }

    /// Callee: 200, repeated until acknowledged.
    pub fn answer(&mut self, now: Instant, call: CallHandle, sdp: String) {
        let _ = (now, call, sdp);
    }

    /// Callee: refuses the call with a final status from 300.
    pub fn reject(&mut self, now: Instant, call: CallHandle, status: Status) {
        let _ = (now, call, status);
    }

    /// Answers `CallEvent::Reinvite`; `None` refuses with 488 and leaves the session as it was.
    pub fn answer_reinvite(&mut self, now: Instant, call: CallHandle, sdp: Option<String>) {
        let _ = (now, call, sdp);
    }

    /// One line of text from which [`Self::resume`] can end an answered call after a crash.
    pub fn dialog_record(&self, call: CallHandle) -> Option<String> {
        let _ = call;
        None
    }

    /// A handle on a call of a former life, on which only `hang_up` makes sense.
    pub fn resume(&mut self, record: &str) -> Result<CallHandle, InvalidRecord> {
        let _ = record;
        Err(InvalidRecord)
    }

    /// Cancels an INVITE of a former life that may still ring somewhere; ends the call should it
    /// have been answered meanwhile.
    pub fn cancel_orphan(&mut self, now: Instant, call: OrphanInvite) {
        let _ = (now, call);
    }

    /// Registrar: sets the password of a user of our domain; `None` removes the account and its
    /// bindings. Only the digest secret is kept.
    pub fn set_account(&mut self, user: &str, password: Option<&str>) {
        let _ = (user, password);
    }

    /// Registrar: where a user is reached, latest first.
    pub fn bindings(&self, user: &str) -> Vec<Binding> {
        let _ = user;
        Vec::new()
    }

    /// Registrar: takes back a binding of a former life.
    pub fn restore_binding(&mut self, now: Instant, binding: Binding) {
        let _ = (now, binding);
    }

    /// Registers with another registrar and keeps that up.
    pub fn register(&mut self, now: Instant, registration: NewRegistration) -> RegistrationHandle {
        let _ = (now, registration);
        self.next_handle += 1;
        RegistrationHandle(self.next_handle)
    }

    /// Takes a registration of ours back.
    pub fn unregister(&mut self, now: Instant, registration: RegistrationHandle) {
        let _ = (now, registration);
    }

    /// Asks whether somebody is alive.
    pub fn options(&mut self, now: Instant, to: Flow, uri: Uri) -> OptionsHandle {
        let _ = (now, to, uri);
        self.next_handle += 1;
        OptionsHandle(self.next_handle)
    }

    /// Replaces the trusted peers.
    pub fn set_trusted(&mut self, peers: Vec<IpAddr>) {
        self.config.trusted_peers = peers;
    }
}
