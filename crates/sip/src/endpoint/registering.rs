//! The client's side of REGISTER: asks, answers challenges, refreshes, retries, leaves.

use super::call::{Challenges, Credentials, Owner};
use super::{Alarm, Endpoint, Event, NewRegistration, RegistrationHandle, RegistrationState};
use crate::message::{Request, Response};
use crate::registration::Registration;
use crate::transaction::ClientId;
use crate::uri::Scheme;
use std::time::Instant;

/// A registration and its request under way.
#[derive(Debug)]
pub(super) struct Registering {
    registration: Registration,
    request: Option<ClientId>,
    answered: Challenges,
}

impl Endpoint {
    /// Registers with another registrar and keeps that up.
    pub fn register(&mut self, now: Instant, registration: NewRegistration) -> RegistrationHandle {
        let handle = RegistrationHandle(self.handle());
        let user = Some(registration.user.as_str());
        let contact = self.contact(user, registration.flow, &Scheme::Sip);
        let (from_tag, call_id) = (self.token(), self.token());
        let registering = Registering {
            registration: Registration::new(registration, from_tag, call_id, contact),
            request: None,
            answered: Challenges::default(),
        };
        self.registrations.insert(handle, registering);
        self.ask_registrar(now, handle);
        handle
    }

    /// Takes a registration of ours back.
    pub fn unregister(&mut self, now: Instant, registration: RegistrationHandle) {
        let Some(registering) = self.registrations.get_mut(&registration) else {
            return;
        };
        if registering.registration.leaving {
            return;
        }
        registering.registration.leaving = true;
        // One REGISTER at a time (RFC 3261 section 10.2): the one under way is awaited first.
        if registering.request.is_none() {
            self.ask_registrar(now, registration);
        }
    }

    pub(super) fn ask_registrar(&mut self, now: Instant, handle: RegistrationHandle) {
        let Some(registering) = self.registrations.get_mut(&handle) else {
            return;
        };
        registering.answered = Challenges::default();
        let request = registering.registration.request();
        self.send_register(now, handle, request);
    }

    fn send_register(&mut self, now: Instant, handle: RegistrationHandle, mut request: Request) {
        self.alarms.set(Alarm::Registration(handle), None);
        let Some(registering) = self.registrations.get(&handle) else {
            return;
        };
        let flow = registering.registration.wanted.flow;
        self.stamp(&mut request, flow);
        let owner = Owner::Registration(handle);
        let id = self
            .clients
            .start(now, &mut self.transmits, request, flow, owner);
        if let Some(registering) = self.registrations.get_mut(&handle) {
            registering.request = Some(id);
        }
    }

    pub(super) fn on_register_response(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: RegistrationHandle,
        response: &Response,
    ) {
        if response.status.is_provisional() {
            return;
        }
        let Some(registering) = self.registrations.get_mut(&handle) else {
            return;
        };
        registering.request = None;
        let status = response.status.code();
        match status {
            401 | 407 if self.register_again(now, id, handle, response) => {}
            423 if self.raise_expires(handle, response) => self.ask_registrar(now, handle),
            200..300 => self.on_registered(now, handle, response),
            _ => self.on_register_failed(now, handle, status, Some(response)),
        }
    }

    fn register_again(
        &mut self,
        now: Instant,
        id: ClientId,
        handle: RegistrationHandle,
        response: &Response,
    ) -> bool {
        let Some(registering) = self.registrations.get(&handle) else {
            return false;
        };
        let wanted = &registering.registration.wanted;
        let credentials = Credentials {
            user: wanted.user.clone(),
            password: wanted.password.clone(),
        };
        let mut answered = registering.answered;
        let again = self.authorized(id, response, &credentials, &mut answered);
        let Some((again, _)) = again else {
            return false;
        };
        if let Some(registering) = self.registrations.get_mut(&handle) {
            registering.answered = answered;
            registering.registration.cseq += 1;
        }
        self.send_register(now, handle, again);
        true
    }

    fn raise_expires(&mut self, handle: RegistrationHandle, response: &Response) -> bool {
        let registering = self.registrations.get_mut(&handle);
        registering.is_some_and(|registering| registering.registration.raise_expires(response))
    }

    fn on_registered(&mut self, now: Instant, handle: RegistrationHandle, response: &Response) {
        let Some(registering) = self.registrations.get_mut(&handle) else {
            return;
        };
        let asked_zero = registering.left();
        if asked_zero {
            self.registrations.remove(&handle);
            self.tell_registration(handle, RegistrationState::Down);
            return;
        }
        let expires = registering.registration.granted(response);
        if registering.registration.leaving {
            self.ask_registrar(now, handle);
            return;
        }
        let refresh_at = now + Registration::refresh_after(expires);
        self.alarms
            .set(Alarm::Registration(handle), Some(refresh_at));
        self.tell_registration(handle, RegistrationState::Up { expires });
    }

    pub(super) fn on_register_failed(
        &mut self,
        now: Instant,
        handle: RegistrationHandle,
        status: u16,
        response: Option<&Response>,
    ) {
        let Some(registering) = self.registrations.get_mut(&handle) else {
            return;
        };
        registering.request = None;
        if registering.registration.leaving {
            // Whatever the registrar thinks, we are gone; the binding runs out by itself.
            self.registrations.remove(&handle);
            self.tell_registration(handle, RegistrationState::Down);
            return;
        }
        let wait = registering.registration.retry_after(status, response);
        self.alarms
            .set(Alarm::Registration(handle), Some(now + wait));
        self.tell_registration(handle, RegistrationState::Failed { status });
    }

    fn tell_registration(&mut self, handle: RegistrationHandle, state: RegistrationState) {
        self.events.push_back(Event::Registration { handle, state });
    }
}

impl Registering {
    /// Whether the REGISTER that was just answered took the registration back.
    fn left(&self) -> bool {
        self.registration.leaving && self.registration.asked_zero
    }
}
