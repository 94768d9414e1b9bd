//! All client transactions of an endpoint, found by branch and method (RFC 3261 section 17.1.3).

use super::ack::ack_for_failure;
use super::invite_client::InviteClient;
use super::non_invite_client::NonInviteClient;
use super::{Class, ClientDo};
use crate::endpoint::{Flow, Transmit};
use crate::message::{Message, Method, Request, Response, parse_datagram};
use crate::timers::{Alarms, Timers};
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

/// A client transaction; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ClientId(u64);

/// A request that got no answer.
#[derive(Debug)]
pub(crate) struct Lost<O> {
    pub(crate) id: ClientId,
    pub(crate) owner: O,
}

/// How many forks of one INVITE may answer before further ones are left alone.
const FORKS_MAX: usize = 16;

#[derive(Debug)]
pub(crate) struct ClientTable<O> {
    timers: Timers,
    next: u64,
    table: HashMap<ClientId, Box<Client<O>>>,
    by_key: HashMap<Key, ClientId>,
    alarms: Alarms<ClientId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    branch: String,
    method: Method,
}

#[derive(Debug)]
struct Client<O> {
    machine: Machine,
    key: Key,
    flow: Flow,
    /// The request as it is on the wire, which is a third of what it takes as a value: it is read again
    /// for the few that need that.
    bytes: Box<[u8]>,
    /// The ACK of a refusal.
    ack: Box<[u8]>,
    /// The ACK of each 2xx, by To tag: sent again when the 2xx comes again.
    accepted: Vec<(String, Transmit)>,
    owner: O,
}

#[derive(Debug)]
enum Machine {
    Invite(InviteClient),
    Other(NonInviteClient),
}

impl<O: Copy> ClientTable<O> {
    pub(crate) fn new(timers: Timers) -> Self {
        Self {
            timers,
            next: 0,
            table: HashMap::new(),
            by_key: HashMap::new(),
            alarms: Alarms::new(),
        }
    }

    /// Sends `request`, whose top Via holds its branch, and watches over it.
    pub(crate) fn start(
        &mut self,
        now: Instant,
        out: &mut VecDeque<Transmit>,
        request: Request,
        flow: Flow,
        owner: O,
    ) -> ClientId {
        let reliable = flow.transport.is_connected();
        let machine = if request.method == Method::Invite {
            Machine::Invite(InviteClient::new(now, &self.timers, reliable))
        } else {
            Machine::Other(NonInviteClient::new(now, &self.timers, reliable))
        };
        let key = Key::of(&request);
        let bytes = Message::Request(request).to_bytes();
        let kept = bytes.as_slice().into();
        out.push_back(Transmit { flow, bytes });
        self.insert(key, flow, owner, machine, kept)
    }

    /// Watches over an INVITE that was sent in a former life.
    pub(crate) fn adopt(&mut self, request: Request, flow: Flow, owner: O) -> ClientId {
        let machine = Machine::Invite(InviteClient::adopted(flow.transport.is_connected()));
        let key = Key::of(&request);
        let bytes = Message::Request(request).to_bytes().into();
        self.insert(key, flow, owner, machine, bytes)
    }

    fn insert(
        &mut self,
        key: Key,
        flow: Flow,
        owner: O,
        machine: Machine,
        bytes: Box<[u8]>,
    ) -> ClientId {
        self.next += 1;
        let id = ClientId(self.next);
        self.by_key.insert(key.clone(), id);
        let client = Client {
            machine,
            key,
            flow,
            bytes,
            ack: Box::default(),
            accepted: Vec::new(),
            owner,
        };
        self.alarms.set(id, client.machine.deadline());
        self.table.insert(id, Box::new(client));
        id
    }

    /// Whether an INVITE with `branch` is under way, so that the branch must not be used again.
    pub(crate) fn knows_invite(&self, branch: &str) -> bool {
        self.by_key.contains_key(&Key {
            branch: branch.to_owned(),
            method: Method::Invite,
        })
    }

    /// Takes a response; gives back whom to tell.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        out: &mut VecDeque<Transmit>,
        response: &Response,
    ) -> Option<(ClientId, O)> {
        let key = Key {
            branch: response.headers.via_top().ok()?.branch()?.to_owned(),
            method: response.headers.cseq().ok()?.method,
        };
        let id = *self.by_key.get(&key)?;
        let client = self.table.get_mut(&id)?;
        let class = Class::from(response.status);
        let action = match &mut client.machine {
            Machine::Invite(machine) => machine.response(now, &self.timers, class),
            Machine::Other(machine) => machine.response(now, &self.timers, class),
        };
        let delivered = match action {
            ClientDo::Deliver => true,
            ClientDo::DeliverAndAck => {
                if let Some(invite) = client.request() {
                    client.ack = ack_for_failure(&invite, response).into();
                    client.repeat_ack(out);
                }
                true
            }
            ClientDo::RepeatAck => {
                client.repeat_ack(out);
                false
            }
            ClientDo::Nothing | ClientDo::Repeat | ClientDo::GiveUp => false,
        };
        self.alarms.set(id, client.machine.deadline());
        delivered.then_some((id, client.owner))
    }

    /// The request of a transaction that still exists.
    pub(crate) fn request(&self, id: ClientId) -> Option<Request> {
        self.table.get(&id)?.request()
    }

    /// Where the request of a transaction went.
    pub(crate) fn flow(&self, id: ClientId) -> Option<Flow> {
        self.table.get(&id).map(|client| client.flow)
    }

    /// The ACK that was sent for the 2xx with `to_tag`.
    pub(crate) fn ack_of(&self, id: ClientId, to_tag: &str) -> Option<&Transmit> {
        let client = self.table.get(&id)?;
        client
            .accepted
            .iter()
            .find(|(tag, _)| tag == to_tag)
            .map(|(_, ack)| ack)
    }

    /// Whether another fork may still be taken in.
    pub(crate) fn takes_forks(&self, id: ClientId) -> bool {
        self.table
            .get(&id)
            .is_some_and(|client| client.accepted.len() < FORKS_MAX)
    }

    /// Remembers the ACK for the 2xx with `to_tag`.
    pub(crate) fn remember_ack(&mut self, id: ClientId, to_tag: &str, ack: Transmit) {
        if let Some(client) = self.table.get_mut(&id) {
            client.accepted.push((to_tag.to_owned(), ack));
        }
    }

    /// Ends a transaction whose response nobody awaits any more.
    pub(crate) fn forget(&mut self, id: ClientId) {
        self.remove(id);
    }

    /// Repeats and gives up what is due; gives back the users whose request got no answer.
    pub(crate) fn wake(&mut self, now: Instant, out: &mut VecDeque<Transmit>) -> Vec<Lost<O>> {
        let mut lost = Vec::new();
        while let Some(id) = self.alarms.pop_due(now) {
            let Some(client) = self.table.get_mut(&id) else {
                continue;
            };
            let action = match &mut client.machine {
                Machine::Invite(machine) => machine.wake(now),
                Machine::Other(machine) => machine.wake(now),
            };
            match action {
                ClientDo::Repeat => out.push_back(Transmit {
                    flow: client.flow,
                    bytes: client.bytes.to_vec(),
                }),
                ClientDo::GiveUp => lost.push(Lost {
                    id,
                    owner: client.owner,
                }),
                ClientDo::Nothing
                | ClientDo::Deliver
                | ClientDo::DeliverAndAck
                | ClientDo::RepeatAck => {}
            }
            if client.machine.is_terminated() {
                self.remove(id);
            } else {
                self.alarms.set(id, client.machine.deadline());
            }
        }
        lost
    }

    /// The transport to `flow` broke: its unanswered requests are lost.
    pub(crate) fn fail(&mut self, flow: Flow) -> Vec<Lost<O>> {
        let mut lost: Vec<_> = self
            .table
            .iter()
            .filter(|(_, client)| client.flow == flow && !client.machine.is_settled())
            .map(|(id, client)| Lost {
                id: *id,
                owner: client.owner,
            })
            .collect();
        lost.sort_by_key(|lost| lost.id);
        for lost in &lost {
            self.remove(lost.id);
        }
        lost
    }

    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.alarms.next()
    }

    pub(crate) fn len(&self) -> usize {
        self.table.len()
    }

    fn remove(&mut self, id: ClientId) {
        self.alarms.set(id, None);
        if let Some(client) = self.table.remove(&id)
            && self.by_key.get(&client.key) == Some(&id)
        {
            self.by_key.remove(&client.key);
        }
    }
}

impl Key {
    fn of(request: &Request) -> Self {
        let via = request.headers.via_top().ok();
        let branch = via.and_then(|via| via.branch().map(str::to_owned));
        Self {
            branch: branch.unwrap_or_default(),
            method: request.method.clone(),
        }
    }
}

impl<O> Client<O> {
    /// The request as a value; ours can always be read, but for one that an application made too long.
    fn request(&self) -> Option<Request> {
        match parse_datagram(&self.bytes) {
            Ok(Message::Request(request)) => Some(request),
            Ok(Message::Response(_)) | Err(_) => None,
        }
    }

    fn repeat_ack(&self, out: &mut VecDeque<Transmit>) {
        out.push_back(Transmit {
            flow: self.flow,
            bytes: self.ack.to_vec(),
        });
    }
}

impl Machine {
    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Invite(machine) => machine.deadline(),
            Self::Other(machine) => machine.deadline(),
        }
    }

    fn is_settled(&self) -> bool {
        match self {
            Self::Invite(machine) => machine.is_settled(),
            Self::Other(machine) => machine.is_settled(),
        }
    }

    fn is_terminated(&self) -> bool {
        match self {
            Self::Invite(machine) => machine.is_terminated(),
            Self::Other(machine) => machine.is_terminated(),
        }
    }
}
