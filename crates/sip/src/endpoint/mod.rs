//! A SIP user agent and registrar as a value: bytes and time in, bytes and events out. The shell
//! owns sockets and clock; after every call it drains [`Endpoint::poll_transmit`] and
//! [`Endpoint::poll_event`], and calls [`Endpoint::wake`] at [`Endpoint::next_wake`].

mod again;
mod auth;
mod bans;
mod call;
mod cancel;
mod compose;
mod config;
mod early;
mod event;
mod flow;
mod guard;
mod in_dialog;
mod info;
mod login;
mod outside;
mod probe;
mod record;
mod refer;
mod registering;
mod registry;
mod reinvite;
mod reliable;
mod renewal;
mod renewed;
mod session_timer;
mod source_rate;
mod uac;
mod uas;

pub use crate::timers::Timers;
pub use bans::Ban;
pub use config::{
    Binding, CallHandle, EndpointConfig, InvalidRecord, NewCall, NewRegistration, OptionsHandle,
    OrphanInvite, ReferHandle, RegistrationHandle, Transmit,
};
pub use event::{CallEvent, EndedBy, Event, NoAnswer, OptionsAnswer, RegistrationState};
pub use flow::{Flow, Transport, source_of};
pub use guard::TurnedAway;

use crate::dialog::DialogId;
use crate::message::{Message, Response, parse_datagram};
use crate::registrar::{Registrar, RegistrarRules};
use crate::timers::Alarms;
use crate::transaction::{ClientId, ClientTable, ServerId, ServerTable};
use call::{Call, Owner};
use guard::Guard;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use registering::Registering;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::Instant;

/// Calls at a time, those included that only await the end of their timers. Beyond, INVITEs are
/// answered with 503, ours and theirs: memory stays bounded whatever happens.
const CALLS_MAX: usize = 20_000;

/// A SIP user agent and registrar.
#[derive(Debug)]
pub struct Endpoint {
    config: EndpointConfig,
    rng: StdRng,
    next_handle: u64,
    transmits: VecDeque<Transmit>,
    events: VecDeque<Event>,
    clients: ClientTable<Owner>,
    servers: ServerTable,
    /// Boxed, like transactions, so that the room which tables keep is small.
    calls: HashMap<CallHandle, Box<Call>>,
    dialogs: HashMap<DialogId, CallHandle>,
    /// Calls whose INVITE or re-INVITE we have not answered: what a CANCEL means.
    pending: HashMap<ServerId, CallHandle>,
    alarms: Alarms<Alarm>,
    registrar: Registrar,
    registrations: HashMap<RegistrationHandle, Registering>,
    guard: Guard,
    /// The time that was given last.
    latest: Instant,
}

/// What an endpoint waits for besides its transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Alarm {
    /// Our INVITE has rung long enough.
    RingTimeout(CallHandle),
    /// Our CANCEL had no effect (RFC 3261 section 9.1).
    CancelLimit(CallHandle),
    /// Our 2xx has not been acknowledged.
    Unacked(CallHandle),
    /// Our reliable response has not been acknowledged (RFC 3262).
    Unpracked(CallHandle),
    /// A change of ours that met theirs is tried again (RFC 3261 section 14.1).
    Renewal(CallHandle),
    /// The session wants to be refreshed, or was not (RFC 4028).
    Session(CallHandle),
    /// The call is over; what came of a transfer is not told any more.
    ReferLimit(CallHandle),
    /// Proxies forget an INVITE that hears nothing for three minutes (timer C).
    KeepRinging(CallHandle),
    /// A registration of ours wants to be refreshed or tried again.
    Registration(RegistrationHandle),
}

/// How much an endpoint keeps; all fall back to zero when it has nothing to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Calls, those included that are over and await the end of their timers.
    pub calls: usize,
    /// Dialogs.
    pub dialogs: usize,
    /// Client transactions.
    pub clients: usize,
    /// Server transactions.
    pub servers: usize,
    /// Alarms of calls and registrations.
    pub alarms: usize,
}

impl Endpoint {
    /// An endpoint without calls.
    pub fn new(config: EndpointConfig, now: Instant) -> Self {
        let mut rng = StdRng::from_seed(config.seed);
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        let rules = RegistrarRules {
            realm: config.domain.clone(),
            key,
            digests: config.digests.clone(),
            expires_min: config.expires_min,
            expires_max: config.expires_max,
            expires_spread: config.expires_spread,
        };
        Self {
            rng,
            registrar: Registrar::new(rules, now),
            registrations: HashMap::new(),
            guard: Guard::new(config.source_rate, now),
            latest: now,
            clients: ClientTable::new(config.timers),
            servers: ServerTable::new(config.timers),
            config,
            next_handle: 0,
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            calls: HashMap::new(),
            dialogs: HashMap::new(),
            pending: HashMap::new(),
            alarms: Alarms::new(),
        }
    }

    /// Takes one datagram, or one message that was framed out of a stream.
    pub fn receive(&mut self, now: Instant, from: Flow, bytes: &[u8]) {
        self.latest = now;
        let source = from.remote.ip();
        // Of an office whose phones all come back at once, those who were asked who they are and say
        // so are heard whatever the others send: the first of them makes the office known.
        let answers = || self.registrar.gave_nonce_in(now, source, bytes);
        if !self.is_known(source)
            && self.guard.is_shut(now, source)
            && (self.guard.is_banned(now, source) || !answers())
        {
            return;
        }
        match parse_datagram(bytes) {
            Ok(Message::Request(request)) => self.on_request(now, from, request),
            Ok(Message::Response(response)) => self.on_response(now, &response),
            Err(error) => self.on_malformed(now, from, error),
        }
    }

    /// The transport reported an error: client transactions on `flow` fail as if by 503
    /// (RFC 3261 section 8.1.3.1).
    pub fn send_failed(&mut self, now: Instant, flow: Flow) {
        for lost in self.clients.fail(flow) {
            self.on_lost(now, lost.id, lost.owner, 503);
        }
    }

    /// A connection is over. Besides what was under way on it, the registrations that came over it
    /// are gone: nobody can be reached there any more (RFC 5626 section 5.3).
    pub fn flow_ended(&mut self, now: Instant, flow: Flow) {
        self.send_failed(now, flow);
        let changes = self.registrar.flow_ended(flow);
        self.tell_changes(changes);
    }

    /// Does what is due at `now`.
    pub fn wake(&mut self, now: Instant) {
        self.latest = now;
        let changes = self.registrar.wake(now);
        self.tell_changes(changes);
        self.servers.wake(now, &mut self.transmits);
        for lost in self.clients.wake(now, &mut self.transmits) {
            self.on_lost(now, lost.id, lost.owner, 408);
        }
        while let Some(alarm) = self.alarms.pop_due(now) {
            match alarm {
                Alarm::RingTimeout(call) => self.on_ring_timeout(now, call),
                Alarm::CancelLimit(call) => self.on_cancel_limit(now, call),
                Alarm::Unacked(call) => self.on_unacked(now, call),
                Alarm::KeepRinging(call) => self.on_keep_ringing(now, call),
                Alarm::ReferLimit(call) => self.finish(call),
                Alarm::Unpracked(call) => self.on_unpracked(now, call),
                Alarm::Renewal(call) => self.on_renewal_due(now, call),
                Alarm::Session(call) => self.on_session_due(now, call),
                Alarm::Registration(handle) => self.ask_registrar(now, handle),
            }
        }
    }

    /// When to call [`Self::wake`] next.
    pub fn next_wake(&self) -> Option<Instant> {
        let wakes = [
            self.servers.next_wake(),
            self.clients.next_wake(),
            self.alarms.next(),
            self.registrar.next_wake(),
        ];
        wakes.into_iter().flatten().min()
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The calls whose end was not told yet, for an application to compare with its own.
    pub fn calls(&self) -> impl Iterator<Item = CallHandle> {
        let live =
            |call: &call::Call| !call.silent && !matches!(call.phase, call::Phase::Ending(_));
        let calls = self.calls.iter();
        calls
            .filter(move |(_, call)| live(call))
            .map(|(handle, _)| *handle)
    }

    /// Whether anything is left of a call.
    pub fn has_call(&self, call: CallHandle) -> bool {
        self.calls.contains_key(&call)
    }

    /// How much is kept at the moment.
    pub fn load(&self) -> Load {
        Load {
            calls: self.calls.len(),
            dialogs: self.dialogs.len(),
            clients: self.clients.len(),
            servers: self.servers.len(),
            alarms: self.alarms.len(),
        }
    }

    /// Replaces the trusted peers.
    pub fn set_trusted(&mut self, peers: Vec<IpAddr>) {
        self.config.trusted_peers = peers;
    }

    fn on_response(&mut self, now: Instant, response: &Response) {
        let told = self.clients.receive(now, &mut self.transmits, response);
        let Some((id, owner)) = told else {
            return;
        };
        match owner {
            Owner::Invite(call) => self.on_invite_response(now, id, call, response),
            Owner::Bye(call) => self.on_bye_response(now, id, call, response),
            Owner::Renewal(call) => self.on_renewal_response(now, id, call, response),
            Owner::Prack(call) => self.on_prack_response(now, id, call, response),
            Owner::Notify(refer) => self.on_notify_response(refer, response),
            Owner::Cancel | Owner::Info => {}
            Owner::Registration(handle) => self.on_register_response(now, id, handle, response),
            Owner::Options(probe) => self.on_options_response(probe, response),
        }
    }

    /// A request of ours got no answer: `status` is 408 after silence, 503 for a dead transport.
    fn on_lost(&mut self, now: Instant, id: ClientId, owner: Owner, status: u16) {
        match owner {
            Owner::Invite(call) => self.on_invite_lost(id, call, status),
            Owner::Bye(call) => self.finish(call),
            Owner::Renewal(call) => self.on_renewal_lost(now, call, status),
            Owner::Cancel | Owner::Info | Owner::Prack(_) | Owner::Notify(_) => {}
            Owner::Registration(handle) => self.on_register_failed(now, handle, status, None),
            Owner::Options(probe) => self.on_options_lost(probe, status),
        }
    }

    /// A number for a new handle.
    fn handle(&mut self) -> u64 {
        self.next_handle += 1;
        self.next_handle
    }

    /// Tells about a call, unless its last event was told before.
    fn tell(&mut self, handle: CallHandle, event: CallEvent) {
        let is_final = matches!(
            event,
            CallEvent::Failed { .. } | CallEvent::Cancelled | CallEvent::Ended { .. }
        );
        if let Some(call) = self.calls.get_mut(&handle) {
            if call.silent {
                return;
            }
            call.silent = is_final;
        }
        self.events.push_back(Event::Call {
            call: handle,
            event,
        });
    }

    /// Forgets a call.
    fn finish(&mut self, handle: CallHandle) {
        let Some(call) = self.calls.remove(&handle) else {
            return;
        };
        let forks = match call.phase {
            call::Phase::Calling(calling) => calling.early,
            call::Phase::Ringing(_) | call::Phase::Up | call::Phase::Ending(_) => Vec::new(),
        };
        let forks = forks.into_iter().map(|early| early.dialog);
        for dialog in call.dialog.into_iter().chain(forks) {
            if self.dialogs.get(&dialog.id) == Some(&handle) {
                self.dialogs.remove(&dialog.id);
            }
        }
        for alarm in [
            Alarm::RingTimeout(handle),
            Alarm::CancelLimit(handle),
            Alarm::Unacked(handle),
            Alarm::KeepRinging(handle),
            Alarm::ReferLimit(handle),
            Alarm::Unpracked(handle),
            Alarm::Renewal(handle),
            Alarm::Session(handle),
        ] {
            self.alarms.set(alarm, None);
        }
    }
}
