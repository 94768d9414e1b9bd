//! Trunks that register with their carriers (RFC 3261 section 10.2): begun when the address is
//! known, kept up by the endpoint, taken back when the trunk goes or we stop. Calls leave through
//! the same socket and towards the same address; how it stands is the engine's to weigh.

use std::time::Instant;

use ::sip::endpoint::{NewRegistration, RegistrationHandle, RegistrationState};
use domain::{Trunk, TrunkId};

use crate::exchange::Exchange;
use crate::{Report, TrunkRegistration};

impl Exchange {
    /// Registers the trunks that should be and are not.
    pub(crate) fn register_trunks(&mut self, now: Instant) {
        let missing: Vec<TrunkId> = self
            .trunks
            .iter()
            .filter(|(_, state)| state.trunk.enabled && state.trunk.register.is_some())
            .map(|(id, _)| *id)
            .filter(|id| !self.registrations.values().any(|known| known == id))
            .collect();
        for id in missing {
            if let Some(wanted) = self.wanted(now, id) {
                let handle = self.endpoint.register(now, wanted);
                self.registrations.insert(handle, id);
            }
        }
    }

    fn wanted(&self, now: Instant, id: TrunkId) -> Option<NewRegistration> {
        let state = self.trunks.get(&id)?;
        let (user, password) = state.trunk.credentials.as_ref()?;
        let domain = state.trunk.identity.from_domain.as_ref();
        Some(NewRegistration {
            flow: state.registrar(now)?,
            // The carrier's domain: where it wants one in From, that is the one.
            domain: domain.unwrap_or(&state.trunk.host).clone(),
            user: user.clone(),
            password: password.expose().to_owned(),
            expires: state.trunk.register?,
        })
    }

    /// A trunk changed or went: what was registered for it is taken back. It is registered anew, if
    /// it should be, once that is done: a registrar that heard both at once might forget us.
    pub(crate) fn forget_registration(&mut self, now: Instant, id: TrunkId) {
        let known = self.registrations.iter().find(|(_, trunk)| **trunk == id);
        if let Some(handle) = known.map(|(handle, _)| *handle) {
            self.endpoint.unregister(now, handle);
        }
    }

    /// Leaves every registrar.
    pub(crate) fn leave_registrars(&mut self, now: Instant) {
        for handle in self.registrations.keys() {
            self.endpoint.unregister(now, *handle);
        }
    }

    pub(crate) fn trunk_registration(
        &mut self,
        now: Instant,
        handle: RegistrationHandle,
        state: RegistrationState,
    ) {
        let Some(trunk) = self.registrations.get(&handle).copied() else {
            return;
        };
        let name = self.trunks.get(&trunk).map(|state| &state.trunk.name);
        let state = match state {
            RegistrationState::Up { expires } => {
                tracing::debug!(%trunk, ?name, ?expires, "registered");
                TrunkRegistration::Up(expires)
            }
            RegistrationState::Failed { status } => {
                tracing::warn!(%trunk, ?name, status, "the carrier does not register the trunk");
                TrunkRegistration::Failed(status)
            }
            RegistrationState::Down => {
                self.registrations.remove(&handle);
                TrunkRegistration::Down
            }
        };
        self.report(Report::TrunkRegistration { trunk, state });
        if !self.stopping {
            self.register_trunks(now);
        }
    }
}

/// Whether a changed trunk is registered as it was.
pub(crate) fn is_registered_alike(before: &Trunk, after: &Trunk) -> bool {
    let of = |trunk: &Trunk| {
        let wanted = trunk.register.filter(|_| trunk.enabled);
        let (host, port) = (trunk.host.clone(), trunk.port);
        let domain = trunk.identity.from_domain.clone();
        (
            wanted,
            host,
            port,
            trunk.transport,
            trunk.credentials.clone(),
            domain,
        )
    };
    of(before) == of(after)
}
