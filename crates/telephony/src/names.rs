//! Trunks and their addresses. Host names are looked up in tasks of their own, so that a name
//! server that is slow or gone never delays a message; the last good answer stays in use.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ::sip::endpoint::{Flow, Transport};
use domain::{Trunk, TrunkId, TrunkTransport};
use rustls::pki_types::ServerName;
use tokio::sync::mpsc;

use crate::exchange::Exchange;
use crate::transport::CarrierNames;
use crate::trunk::literal_address;

/// How long an address of a name is trusted, and how long a failed look-up rests.
const REFRESH: Duration = Duration::from_secs(60);
/// How long a look-up may take.
const LOOKUP_MAX: Duration = Duration::from_secs(5);

/// A trunk and where it is.
#[derive(Debug)]
pub(crate) struct TrunkState {
    pub(crate) trunk: Trunk,
    pub(crate) address: Option<SocketAddr>,
    /// When its name is looked up again; `None`: it has no name.
    refresh_at: Option<Instant>,
}

impl TrunkState {
    /// Where its messages go.
    pub(crate) fn flow(&self) -> Option<Flow> {
        let transport = match self.trunk.transport {
            TrunkTransport::Udp => Transport::Udp,
            TrunkTransport::Tcp => Transport::Tcp,
            TrunkTransport::Tls => Transport::Tls,
        };
        self.address.map(|remote| Flow { transport, remote })
    }
}

/// The answer to a look-up.
#[derive(Debug)]
pub(crate) struct Found {
    trunk: TrunkId,
    host: String,
    port: u16,
    addresses: Vec<SocketAddr>,
}

/// Starts look-ups; the answers come out of the channel. At most one a trunk a minute.
#[derive(Debug)]
pub(crate) struct Names {
    answers: mpsc::UnboundedSender<Found>,
}

impl Names {
    pub(crate) fn new() -> (Names, mpsc::UnboundedReceiver<Found>) {
        let (answers, inbox) = mpsc::unbounded_channel();
        (Names { answers }, inbox)
    }

    fn look_up(&self, trunk: TrunkId, host: String, port: u16) {
        let answers = self.answers.clone();
        tokio::spawn(async move {
            let lookup = tokio::net::lookup_host((host.as_str(), port));
            let addresses = match tokio::time::timeout(LOOKUP_MAX, lookup).await {
                Ok(Ok(found)) => found.collect(),
                Ok(Err(_)) | Err(_) => Vec::new(),
            };
            // An error means that telephony stopped meanwhile.
            let _ = answers.send(Found {
                trunk,
                host,
                port,
                addresses,
            });
        });
    }
}

impl Exchange {
    pub(crate) fn set_trunk(&mut self, now: Instant, trunk: Trunk) {
        let id = trunk.id;
        let literal = literal_address(&trunk);
        let known = self
            .trunks
            .remove(&id)
            .filter(|old| (&old.trunk.host, old.trunk.port) == (&trunk.host, trunk.port));
        let address = literal.or(known.and_then(|old| old.address));
        let refresh_at = literal.is_none().then_some(now);
        let state = TrunkState {
            trunk,
            address,
            refresh_at,
        };
        self.trunks.insert(id, state);
        self.refresh_names(now);
        self.trunk_found(now);
    }

    pub(crate) fn remove_trunk(&mut self, id: TrunkId) {
        self.trunks.remove(&id);
        self.trust_trunks();
    }

    /// Looks up the names that are due.
    pub(crate) fn refresh_names(&mut self, now: Instant) {
        for (id, state) in &mut self.trunks {
            if state.refresh_at.is_some_and(|due| due <= now) {
                state.refresh_at = Some(now + REFRESH);
                let (host, port) = (state.trunk.host.clone(), state.trunk.port);
                self.names.look_up(*id, host, port);
            }
        }
    }

    /// Takes the answer to a look-up, unless the trunk changed meanwhile.
    pub(crate) fn name_found(&mut self, now: Instant, found: Found) {
        let Some(state) = self.trunks.get_mut(&found.trunk) else {
            return;
        };
        if (&state.trunk.host, state.trunk.port) != (&found.host, found.port) {
            return;
        }
        let ours = |address: &&SocketAddr| self.address.speaks_family_of(**address);
        match found.addresses.iter().find(ours) {
            // Keep the one in use as long as it is among the answers.
            Some(_)
                if state
                    .address
                    .is_some_and(|used| found.addresses.contains(&used)) => {}
            Some(&first) => state.address = Some(first),
            None => tracing::warn!(trunk = %state.trunk.name, host = %found.host, "no address"),
        }
        self.trunk_found(now);
    }

    fn trunk_found(&mut self, now: Instant) {
        self.trust_trunks();
        self.end_waiting_orphans(now);
    }

    fn trust_trunks(&mut self) {
        let known = self.trunks.values().filter_map(|state| state.address);
        self.endpoint.set_trusted(known.map(|at| at.ip()).collect());
        self.carriers = Some(self.carrier_names());
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
            if let (Some(address), Ok(name)) = (state.address, ServerName::try_from(host)) {
                let names = carriers.entry(address).or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        carriers
    }
}
