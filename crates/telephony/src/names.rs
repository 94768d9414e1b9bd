//! Trunks and their addresses. The last good answer of a name server stays in use for as long as
//! no better one comes.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::{Flow, OptionsHandle, Transport};
use domain::{AttemptId, Trunk, TrunkId, TrunkTransport};
use rustls::pki_types::ServerName;

use crate::exchange::Exchange;
use crate::resolve::{Found, Question};
use crate::targets::{Target, Targets};
use crate::transport::CarrierNames;
use crate::trunk::{self, literal_address};
use crate::trunk_registration::is_registered_alike;

/// A name server may want to be asked more often than this, or less: it is not.
const REFRESH_MIN: Duration = Duration::from_secs(5);
const REFRESH_MAX: Duration = Duration::from_secs(3600);
/// How long a failed look-up rests.
const RETRY: Duration = Duration::from_secs(30);
/// How long at most until the answer to a look-up; longer than any takes.
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// A trunk and where it is.
#[derive(Debug)]
pub(crate) struct TrunkState {
    pub(crate) trunk: Trunk,
    targets: Targets,
    /// When its name is looked up again; `None`: it has no name.
    refresh_at: Option<Instant>,
}

impl TrunkState {
    /// Where the messages of a call go, but for where it failed already.
    pub(crate) fn flow_but(
        &self,
        now: Instant,
        attempt: AttemptId,
        tried: &[SocketAddr],
    ) -> Option<Flow> {
        let number = attempt.get().unsigned_abs();
        let at = self.targets.pick_but(now, number, tried);
        at.map(|at| self.flow_to(at))
    }

    /// Every place where the messages of a call may have gone, the likeliest first.
    pub(crate) fn flows(&self, now: Instant, attempt: AttemptId) -> Vec<Flow> {
        let number = attempt.get().unsigned_abs();
        let first = self.targets.pick(now, number);
        let others = self.targets.addresses().filter(|at| Some(*at) != first);
        first
            .into_iter()
            .chain(others)
            .map(|at| self.flow_to(at))
            .collect()
    }

    /// Whether one of its addresses fits.
    pub(crate) fn is_at(&self, fits: &dyn Fn(SocketAddr) -> bool) -> bool {
        self.targets.addresses().any(fits)
    }

    /// Where its registrar is.
    pub(crate) fn registrar(&self, now: Instant) -> Option<Flow> {
        self.targets.pick(now, 0).map(|at| self.flow_to(at))
    }

    /// Every place where it is.
    pub(crate) fn all_flows(&self) -> impl Iterator<Item = Flow> {
        self.targets.addresses().map(|at| self.flow_to(at))
    }

    fn flow_to(&self, remote: SocketAddr) -> Flow {
        let transport = match self.trunk.transport {
            TrunkTransport::Udp => Transport::Udp,
            TrunkTransport::Tcp => Transport::Tcp,
            TrunkTransport::Tls => Transport::Tls,
        };
        Flow { transport, remote }
    }

    fn question(&self) -> Question {
        Question {
            host: self.trunk.host.clone(),
            port: self.trunk.port,
            transport: self.trunk.transport,
        }
    }
}

impl Exchange {
    pub(crate) fn set_trunk(&mut self, now: Instant, trunk: Trunk) {
        let id = trunk.id;
        let literal = literal_address(&trunk);
        let mut state = TrunkState {
            trunk,
            targets: Targets::default(),
            refresh_at: literal.is_none().then_some(now),
        };
        let known = self.trunks.remove(&id);
        let alike = |known: &TrunkState| is_registered_alike(&known.trunk, &state.trunk);
        if known.as_ref().is_some_and(|known| !alike(known)) {
            self.forget_registration(now, id);
        }
        if let Some(known) = known.filter(|known| known.question() == state.question()) {
            state.targets = known.targets;
        }
        if let Some(address) = literal {
            state.targets.replace(vec![Target {
                priority: 0,
                weight: 0,
                address,
            }]);
        }
        self.trunks.insert(id, state);
        self.refresh_names(now);
        self.trunk_found(now);
    }

    pub(crate) fn remove_trunk(&mut self, now: Instant, id: TrunkId) {
        self.trunks.remove(&id);
        self.forget_registration(now, id);
        self.trust_trunks();
    }

    /// Looks up the names that are due.
    pub(crate) fn refresh_names(&mut self, now: Instant) {
        for (id, state) in &mut self.trunks {
            if state.refresh_at.is_some_and(|due| due <= now) {
                state.refresh_at = Some(now + ANSWER_MAX);
                self.names.look_up(*id, state.question());
            }
        }
    }

    /// Looks up a trunk of which no address is known, whenever that was tried last.
    pub(crate) fn look_up_now(&mut self, now: Instant, trunk: TrunkId) {
        if let Some(state) = self.trunks.get_mut(&trunk)
            && state.targets.addresses().next().is_none()
        {
            state.refresh_at = Some(now);
        }
        self.refresh_names(now);
    }

    /// Takes the answer to a look-up, unless the trunk changed meanwhile.
    pub(crate) fn name_found(&mut self, now: Instant, found: Found) {
        let Some(state) = self.trunks.get_mut(&found.trunk) else {
            return;
        };
        if state.question() != found.question {
            return;
        }
        let ours = |target: &Target| self.address.speaks_family_of(target.address);
        let until = found
            .answer
            .as_ref()
            .map_or(now + RETRY, |answer| answer.until);
        let targets = found
            .answer
            .map(|answer| answer.targets)
            .unwrap_or_default();
        let targets: Vec<_> = targets.into_iter().filter(ours).collect();
        state.refresh_at = Some(until.clamp(now + REFRESH_MIN, now + REFRESH_MAX));
        if targets.is_empty() {
            state.refresh_at = Some(now + RETRY);
            let host = &found.question.host;
            tracing::warn!(trunk = %state.trunk.name, host, "no address; the last one stays");
            self.tests_have_no_address(now, found.trunk);
            return;
        }
        state.targets.replace(targets);
        self.trunk_found(now);
    }

    /// An address of a trunk did not do what it is for: calls go to another, if there is one.
    pub(crate) fn target_failed(&mut self, now: Instant, trunk: TrunkId, at: SocketAddr) {
        if let Some(state) = self.trunks.get_mut(&trunk)
            && state.targets.failed(now, at)
        {
            tracing::warn!(trunk = %state.trunk.name, %at, "does not answer as it should");
        }
    }

    /// Asks every address of every trunk whether it is alive, if that is wanted.
    pub(crate) fn probe_trunks(&mut self, now: Instant) {
        let Some(every) = self.probe_every.filter(|_| self.next_probe <= now) else {
            return;
        };
        self.next_probe = now + every;
        for (id, state) in &self.trunks {
            let uri = trunk::uri(&state.trunk).filter(|_| state.trunk.enabled);
            let Some(uri) = uri else { continue };
            for at in state.targets.addresses() {
                let handle = self.endpoint.options(now, state.flow_to(at), uri.clone());
                self.probes.insert(handle, (*id, at));
            }
        }
    }

    pub(crate) fn probed(&mut self, now: Instant, probe: OptionsHandle, alive: bool) {
        let Some((trunk, at)) = self.probes.remove(&probe) else {
            return;
        };
        if !alive {
            self.target_failed(now, trunk, at);
        } else if let Some(state) = self.trunks.get_mut(&trunk) {
            state.targets.answered(at);
        }
    }

    fn trunk_found(&mut self, now: Instant) {
        self.trust_trunks();
        self.register_trunks(now);
        self.begin_tests(now);
        self.end_waiting_orphans(now);
    }

    fn trust_trunks(&mut self) {
        let states = self.trunks.values();
        let known = states.flat_map(|state| state.targets.addresses());
        self.endpoint.set_trusted(known.map(|at| at.ip()).collect());
        self.carriers = Some(self.carrier_names());
        let states = self.trunks.values();
        let trunks = states.map(|state| (&state.trunk, state.targets.addresses()));
        self.watch.set_trunks(trunks);
    }

    /// What the certificates of carriers must bear: the hosts as configured, whatever a name server
    /// says of them. Two trunks at one address need a certificate for both.
    fn carrier_names(&self) -> CarrierNames {
        let mut carriers = CarrierNames::new();
        for state in self.trunks.values() {
            if state.trunk.transport != TrunkTransport::Tls {
                continue;
            }
            let host = state.trunk.host.trim_matches(['[', ']']).to_owned();
            let Ok(name) = ServerName::try_from(host) else {
                continue;
            };
            for address in state.targets.addresses() {
                let names = carriers.entry(address).or_default();
                if !names.contains(&name) {
                    names.push(name.clone());
                }
            }
        }
        carriers
    }
}
