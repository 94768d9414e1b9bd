//! The table of bindings (RFC 3261 section 10.3, RFC 5626 section 6): who is reached where, over
//! which flow and for how long. It judges nobody; whoever calls it has asked for a password.

use super::Change;
use super::wish::Wish;
use crate::endpoint::{Binding, Flow};
use crate::timers::Alarms;
use crate::uri::Uri;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

#[derive(Debug)]
pub(super) struct Bindings {
    /// Latest first.
    users: HashMap<String, Vec<Entry>>,
    owners: HashMap<u64, String>,
    /// How many bindings came from an address.
    sources: HashMap<IpAddr, usize>,
    /// What came over each connection: a thousand may end at once.
    connections: HashMap<Flow, Vec<u64>>,
    expiry: Alarms<u64>,
    next: u64,
}

/// The REGISTER that a binding comes from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) flow: Flow,
    pub(super) call_id: String,
    pub(super) cseq: u32,
}

/// A binding.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    id: u64,
    wish: Wish,
    pub(super) origin: Origin,
    expires_at: Instant,
}

impl Entry {
    pub(super) fn new(now: Instant, wish: Wish, origin: Origin) -> Self {
        Self {
            id: 0,
            expires_at: now + wish.expires,
            wish,
            origin,
        }
    }

    /// Whether another REGISTER came before this binding's own (section 10.3, step 7).
    pub(super) fn is_newer_than(&self, other: &Origin) -> bool {
        self.origin.call_id == other.call_id && self.origin.cseq >= other.cseq
    }

    /// Whether `wish` means this binding: the same flow of the same phone, the same phone under
    /// another address, or the same address (RFC 5626 section 6).
    fn is_meant_by(&self, wish: &Wish) -> bool {
        let same_phone = wish.instance.is_some() && self.wish.instance == wish.instance;
        match (self.wish.reg_id, wish.reg_id) {
            (Some(ours), Some(theirs)) => same_phone && ours == theirs,
            // Its flows are told apart by number; without one only the address is left to go by,
            // and only to remove.
            (Some(_), None) => wish.expires.is_zero() && self.has_address_of(wish),
            (None, Some(_)) => same_phone,
            (None, None) => same_phone || self.has_address_of(wish),
        }
    }

    fn has_address_of(&self, wish: &Wish) -> bool {
        is_same(&self.wish.contact, &wish.contact)
    }

    pub(super) fn binding(&self, user: &str, now: Instant) -> Binding {
        Binding {
            user: user.to_owned(),
            contact: self.wish.contact.clone(),
            flow: self.origin.flow,
            expires_in: self.expires_at.saturating_duration_since(now),
            call_id: self.origin.call_id.clone(),
            cseq: self.origin.cseq,
            instance: self.wish.instance.clone(),
            reg_id: self.wish.reg_id,
            path: self.wish.path.clone(),
        }
    }
}

impl Bindings {
    pub(super) fn new() -> Self {
        Self {
            users: HashMap::new(),
            owners: HashMap::new(),
            sources: HashMap::new(),
            connections: HashMap::new(),
            expiry: Alarms::new(),
            next: 0,
        }
    }

    /// Of a user, latest first.
    pub(super) fn of(&self, user: &str) -> &[Entry] {
        self.users.get(user).map_or(&[], Vec::as_slice)
    }

    /// The binding that a wish means.
    pub(super) fn find(&self, user: &str, wish: &Wish) -> Option<&Entry> {
        self.of(user).iter().find(|entry| entry.is_meant_by(wish))
    }

    /// The oldest binding of a user that came from `source` and can be told from no other phone:
    /// what a phone leaves behind that restarts under another port.
    pub(super) fn leftover(&self, user: &str, source: IpAddr) -> Option<u64> {
        let mut oldest_first = self.of(user).iter().rev();
        let left = oldest_first
            .find(|entry| entry.origin.flow.remote.ip() == source && entry.wish.instance.is_none());
        left.map(|entry| entry.id)
    }

    /// Puts a binding in front, in the place of the one that its wish means.
    pub(super) fn put(&mut self, user: &str, mut entry: Entry) {
        if let Some(before) = self.find(user, &entry.wish).map(|before| before.id) {
            self.remove(user, before);
        }
        self.next += 1;
        entry.id = self.next;
        self.owners.insert(entry.id, user.to_owned());
        self.expiry.set(entry.id, Some(entry.expires_at));
        *self
            .sources
            .entry(entry.origin.flow.remote.ip())
            .or_default() += 1;
        if entry.origin.flow.transport.is_connected() {
            let of_flow = self.connections.entry(entry.origin.flow).or_default();
            of_flow.push(entry.id);
        }
        let entries = self.users.entry(user.to_owned()).or_default();
        entries.insert(0, entry);
    }

    pub(super) fn remove_meant_by(&mut self, user: &str, wish: &Wish) -> Option<Change> {
        let id = self.find(user, wish)?.id;
        self.remove(user, id)
    }

    pub(super) fn remove(&mut self, user: &str, id: u64) -> Option<Change> {
        let entries = self.users.get_mut(user)?;
        let place = entries.iter().position(|entry| entry.id == id)?;
        let entry = entries.remove(place);
        let last = entries.is_empty();
        if last {
            self.users.remove(user);
        }
        self.owners.remove(&id);
        self.expiry.set(id, None);
        let source = entry.origin.flow.remote.ip();
        if let Some(count) = self.sources.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&source);
            }
        }
        if let Some(of_flow) = self.connections.get_mut(&entry.origin.flow) {
            of_flow.retain(|other| *other != id);
            if of_flow.is_empty() {
                self.connections.remove(&entry.origin.flow);
            }
        }
        Some(Change::Unregistered {
            user: user.to_owned(),
            contact: entry.wish.contact,
            last,
        })
    }

    pub(super) fn remove_all(&mut self, user: &str) -> Vec<Change> {
        let ids: Vec<_> = self.of(user).iter().rev().map(|entry| entry.id).collect();
        let ids = ids.into_iter();
        ids.filter_map(|id| self.remove(user, id)).collect()
    }

    /// Removes what was registered over a connection that is over.
    pub(super) fn flow_ended(&mut self, flow: Flow) -> Vec<Change> {
        let gone = self.connections.get(&flow).cloned().unwrap_or_default();
        gone.into_iter()
            .filter_map(|id| self.remove_owned(id))
            .collect()
    }

    /// Removes what has run out.
    pub(super) fn wake(&mut self, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some(id) = self.expiry.pop_due(now) {
            changes.extend(self.remove_owned(id));
        }
        changes
    }

    fn remove_owned(&mut self, id: u64) -> Option<Change> {
        let user = self.owners.get(&id).cloned()?;
        self.remove(&user, id)
    }

    pub(super) fn next_wake(&self) -> Option<Instant> {
        self.expiry.next()
    }

    /// Whether a registered phone lives at `source`.
    pub(super) fn knows(&self, source: IpAddr) -> bool {
        self.sources.contains_key(&source)
    }
}

/// Whether two Contacts are one address (RFC 3261 section 19.1.4, as far as phones go).
fn is_same(a: &Uri, b: &Uri) -> bool {
    let transport = |uri: &Uri| {
        let transport = uri.params.get("transport").unwrap_or("udp");
        transport.to_ascii_lowercase()
    };
    a.scheme == b.scheme
        && a.host == b.host
        && a.port.unwrap_or(5060) == b.port.unwrap_or(5060)
        && a.user_decoded() == b.user_decoded()
        && transport(a) == transport(b)
}
