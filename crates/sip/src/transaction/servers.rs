//! All server transactions of an endpoint, found by branch, sent-by and method (RFC 3261 section
//! 17.2.3).

use super::invite_server::InviteServer;
use super::key::merge_key;
use super::non_invite_server::NonInviteServer;
use super::{Class, ServerDo, ServerKey};
use crate::endpoint::{Flow, Transmit};
use crate::message::{Message, Method, Request, Response};
use crate::timers::{Alarms, Timers};
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

/// A server transaction; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ServerId(u64);

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// No transaction knows it.
    New,
    /// It was a repetition, or the ACK of a refusal.
    Absorbed,
    /// It came over two ways (RFC 3261 section 8.2.2.2): 482.
    Merged,
}

#[derive(Debug)]
pub(crate) struct ServerTable {
    timers: Timers,
    next: u64,
    table: HashMap<ServerId, Box<Server>>,
    by_key: HashMap<ServerKey, ServerId>,
    by_merge: HashMap<String, ServerId>,
    alarms: Alarms<ServerId>,
}

#[derive(Debug)]
struct Server {
    machine: Machine,
    key: ServerKey,
    merge: Option<String>,
    /// Where responses go.
    flow: Flow,
    /// The latest response, to repeat.
    response: Box<[u8]>,
}

#[derive(Debug)]
enum Machine {
    Invite(InviteServer),
    Other(NonInviteServer),
}

impl ServerTable {
    pub(crate) fn new(timers: Timers) -> Self {
        Self {
            timers,
            next: 0,
            table: HashMap::new(),
            by_key: HashMap::new(),
            by_merge: HashMap::new(),
            alarms: Alarms::new(),
        }
    }

    /// Offers a request to the transaction that may know it.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        out: &mut VecDeque<Transmit>,
        key: &ServerKey,
        request: &Request,
    ) -> Receipt {
        let Some((id, server)) = self
            .by_key
            .get(key)
            .and_then(|id| Some((*id, self.table.get_mut(id)?)))
        else {
            let merged = request.method == Method::Invite
                && merge_key(request).is_some_and(|merge| self.by_merge.contains_key(&merge));
            return if merged {
                Receipt::Merged
            } else {
                Receipt::New
            };
        };
        let action = match (&mut server.machine, &request.method) {
            (Machine::Invite(machine), Method::Ack) => machine.ack(now, &self.timers),
            (Machine::Invite(machine), _) => machine.repeated(),
            (Machine::Other(machine), _) => machine.repeated(),
        };
        if action == ServerDo::Repeat {
            server.repeat(out);
        }
        self.alarms.set(id, server.machine.deadline());
        match action {
            ServerDo::PassUp => Receipt::New,
            ServerDo::Nothing | ServerDo::Repeat | ServerDo::Send => Receipt::Absorbed,
        }
    }

    /// Opens a transaction for a new request; responses go to `flow`.
    pub(crate) fn open(&mut self, key: ServerKey, request: &Request, flow: Flow) -> ServerId {
        self.next += 1;
        let id = ServerId(self.next);
        let reliable = flow.transport.is_connected();
        let (machine, merge) = if request.method == Method::Invite {
            let machine = Machine::Invite(InviteServer::new(&self.timers, reliable));
            (machine, merge_key(request))
        } else {
            (Machine::Other(NonInviteServer::new(reliable)), None)
        };
        self.by_key.insert(key.clone(), id);
        if let Some(merge) = &merge {
            self.by_merge.insert(merge.clone(), id);
        }
        let server = Server {
            machine,
            key,
            merge,
            flow,
            response: Box::default(),
        };
        self.table.insert(id, Box::new(server));
        id
    }

    /// Sends a response, unless a final one was sent before; says whether it was sent.
    pub(crate) fn respond(
        &mut self,
        now: Instant,
        out: &mut VecDeque<Transmit>,
        id: ServerId,
        response: Response,
    ) -> bool {
        let Some(server) = self.table.get_mut(&id) else {
            return false;
        };
        let class = Class::from(response.status);
        let action = match &mut server.machine {
            Machine::Invite(machine) => machine.respond(now, &self.timers, class),
            Machine::Other(machine) => machine.respond(now, &self.timers, class),
        };
        if action != ServerDo::Send {
            return false;
        }
        server.response = Message::Response(response).to_bytes().into();
        server.repeat(out);
        self.alarms.set(id, server.machine.deadline());
        true
    }

    /// The latest response of a transaction as it went out.
    pub(crate) fn latest(&self, id: ServerId) -> Option<Transmit> {
        let server = self.table.get(&id)?;
        Some(Transmit {
            flow: server.flow,
            bytes: server.response.to_vec(),
        })
    }

    /// The transaction with `key`, and whether it has been finally answered.
    pub(crate) fn find(&self, key: &ServerKey) -> Option<(ServerId, bool)> {
        let id = *self.by_key.get(key)?;
        let answered = match &self.table.get(&id)?.machine {
            Machine::Invite(machine) => machine.is_answered(),
            Machine::Other(machine) => machine.is_answered(),
        };
        Some((id, answered))
    }

    /// Repeats and ends what is due.
    pub(crate) fn wake(&mut self, now: Instant, out: &mut VecDeque<Transmit>) {
        while let Some(id) = self.alarms.pop_due(now) {
            let Some(server) = self.table.get_mut(&id) else {
                continue;
            };
            match &mut server.machine {
                Machine::Invite(machine) => {
                    if machine.wake(now) == ServerDo::Repeat {
                        server.repeat(out);
                    }
                }
                Machine::Other(machine) => machine.wake(now),
            }
            if server.machine.is_terminated() {
                self.remove(id);
            } else {
                self.alarms.set(id, server.machine.deadline());
            }
        }
    }

    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.alarms.next()
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    fn remove(&mut self, id: ServerId) {
        self.alarms.set(id, None);
        let Some(server) = self.table.remove(&id) else {
            return;
        };
        if self.by_key.get(&server.key) == Some(&id) {
            self.by_key.remove(&server.key);
        }
        if let Some(merge) = server.merge
            && self.by_merge.get(&merge) == Some(&id)
        {
            self.by_merge.remove(&merge);
        }
    }
}

impl Server {
    fn repeat(&self, out: &mut VecDeque<Transmit>) {
        if !self.response.is_empty() {
            out.push_back(Transmit {
                flow: self.flow,
                bytes: self.response.to_vec(),
            });
        }
    }
}

impl Machine {
    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Invite(machine) => machine.deadline(),
            Self::Other(machine) => machine.deadline(),
        }
    }

    fn is_terminated(&self) -> bool {
        match self {
            Self::Invite(machine) => machine.is_terminated(),
            Self::Other(machine) => machine.is_terminated(),
        }
    }
}
