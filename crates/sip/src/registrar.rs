//! The registrar (RFC 3261 section 10.3): accounts, digest login, bindings. It keeps digest
//! secrets, never passwords, and says the same to a wrong password as to an unknown user.

use crate::auth::{Algorithm, Authorization, Challenge, Ha1, NonceRules, Nonces, Verdict};
use crate::endpoint::{Binding, Flow};
use crate::message::{NameAddr, Request};
use crate::timers::Alarms;
use crate::uri::{Scheme, Uri};
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Phones of one user: a desk, a softphone, and what a reboot under another port leaves behind.
const BINDINGS_PER_USER: usize = 10;

/// Granted when a REGISTER does not say (RFC 3261 section 10.2.1.1).
const EXPIRES_DEFAULT: Duration = Duration::from_secs(3600);

/// How long a nonce may be used: a phone answers its challenge at once.
const NONCE_LIFETIME: Duration = Duration::from_secs(60);

/// Used nonces remembered; enough for 100 logins a second.
const NONCES_MAX: usize = 10_000;

#[derive(Clone, Debug)]
pub(crate) struct RegistrarRules {
    pub(crate) realm: String,
    pub(crate) key: [u8; 32],
    pub(crate) digests: Vec<Algorithm>,
    pub(crate) expires_min: Duration,
    pub(crate) expires_max: Duration,
}

#[derive(Debug)]
pub(crate) struct Registrar {
    rules: RegistrarRules,
    nonces: Nonces,
    accounts: HashMap<String, Ha1>,
    /// Latest first.
    users: HashMap<String, Vec<Entry>>,
    /// How many bindings came from an address.
    sources: HashMap<IpAddr, usize>,
    next: u64,
    owners: HashMap<u64, String>,
    expiry: Alarms<u64>,
}

#[derive(Clone, Debug)]
struct Entry {
    id: u64,
    contact: Uri,
    /// `+sip.instance`: the same phone under another address (RFC 5626).
    instance: Option<String>,
    flow: Flow,
    expires_at: Instant,
    call_id: String,
    cseq: u32,
}

/// The answer to a REGISTER.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A final refusal.
    Refuse(u16),
    /// 423 with this Min-Expires.
    TooBrief(Duration),
    /// 200 with all bindings of the user, and what changed.
    Done {
        bindings: Vec<Binding>,
        changes: Vec<Change>,
    },
}

/// Who sent a request, by the digest in it.
#[derive(Debug)]
pub(crate) enum Who {
    /// A user of ours.
    User(String),
    /// Nobody in particular: ask with these.
    Stranger(Vec<Challenge>),
    /// Credentials were given and wrong: the same answer, and worth counting.
    Wrong {
        /// Under which name.
        user: String,
        /// Whether the nonce was one that this source was given.
        proven: bool,
        /// To ask with.
        challenges: Vec<Challenge>,
    },
}

/// What changed.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Registered {
        binding: Binding,
        fresh: bool,
    },
    Unregistered {
        user: String,
        contact: Uri,
        last: bool,
    },
}

/// One Contact of a REGISTER.
struct Wish {
    contact: Uri,
    instance: Option<String>,
    /// Zero removes.
    expires: Duration,
}

impl Registrar {
    pub(crate) fn new(rules: RegistrarRules, now: Instant) -> Self {
        let nonce_rules = NonceRules {
            realm: rules.realm.clone(),
            key: rules.key,
            lifetime: NONCE_LIFETIME,
            capacity: NONCES_MAX,
            algorithms: rules.digests.clone(),
        };
        Self {
            nonces: Nonces::new(nonce_rules, now),
            rules,
            accounts: HashMap::new(),
            users: HashMap::new(),
            sources: HashMap::new(),
            next: 0,
            owners: HashMap::new(),
            expiry: Alarms::new(),
        }
    }

    /// Takes a REGISTER of `user` that came over `flow`.
    pub(crate) fn register(
        &mut self,
        now: Instant,
        flow: Flow,
        user: String,
        request: &Request,
    ) -> Answer {
        let named = request.headers.to().ok();
        let named = named.and_then(|to| to.uri.user_decoded());
        // Registering for somebody else is nobody's right here (step 4).
        if named.as_deref() != Some(user.as_str()) {
            return Answer::Refuse(403);
        }
        let Some(call_id) = request.headers.call_id().ok() else {
            return Answer::Refuse(400);
        };
        let cseq = request.headers.cseq().map_or(0, |cseq| cseq.number);
        let changes = if request.headers.contact_is_star() {
            if request.headers.expires().ok().flatten() != Some(0) {
                return Answer::Refuse(400);
            }
            let entries = self.users.get(&user);
            let stale = |entry: &Entry| entry.call_id == call_id && entry.cseq >= cseq;
            if entries.is_some_and(|entries| entries.iter().any(stale)) {
                return Answer::Refuse(500);
            }
            self.remove_all(&user)
        } else {
            let wishes = match self.wishes(request) {
                Ok(wishes) => wishes,
                Err(answer) => return answer,
            };
            // `sips` promises its users TLS; calls to a phone go over this very flow.
            let promised = |wish: &Wish| wish.contact.scheme == Scheme::Sips;
            if wishes.iter().any(promised) && !flow.transport.is_secure() {
                return Answer::Refuse(403);
            }
            // All or nothing (step 7): look first, then act.
            let out_of_order = wishes.iter().any(|wish| {
                let entry = self.find(&user, wish);
                entry.is_some_and(|entry| entry.call_id == call_id && entry.cseq >= cseq)
            });
            if out_of_order {
                return Answer::Refuse(500);
            }
            self.grant(now, &user, flow, call_id, cseq, wishes)
        };
        Answer::Done {
            bindings: self.bindings(now, &user),
            changes,
        }
    }

    /// The user of the digest in a request.
    pub(crate) fn who(&mut self, now: Instant, source: IpAddr, request: &Request) -> Who {
        let Some(given) = self.credentials(request) else {
            return self.stranger(now, source);
        };
        let account = self.accounts.get(&given.username);
        let verdict = self
            .nonces
            .verify(now, source, &given, &request.method, account);
        match verdict {
            // A digest made for another request is no better than a wrong one.
            Verdict::Accepted if is_for(&given.uri, &request.uri) => Who::User(given.username),
            Verdict::Stale => Who::Stranger(self.nonces.challenges(now, source, true)),
            Verdict::Accepted | Verdict::Refused => Who::Wrong {
                proven: self.nonces.gave(now, source, &given.nonce),
                challenges: self.nonces.challenges(now, source, false),
                user: given.username,
            },
        }
    }

    /// Somebody who said nothing, or to whom nobody listens.
    pub(crate) fn stranger(&mut self, now: Instant, source: IpAddr) -> Who {
        Who::Stranger(self.nonces.challenges(now, source, false))
    }

    /// The name that a request gives with its credentials.
    pub(crate) fn claimed(&self, request: &Request) -> Option<String> {
        self.credentials(request).map(|given| given.username)
    }

    fn credentials(&self, request: &Request) -> Option<Authorization> {
        let lines = request.headers.get_all("Authorization");
        lines
            .filter_map(|line| Authorization::parse(line).ok())
            .find(|authorization| authorization.realm == self.rules.realm)
    }

    /// Whether `user` is registered over this very flow.
    pub(crate) fn is_bound(&self, user: &str, flow: Flow) -> bool {
        let entries = self.users.get(user);
        entries.is_some_and(|entries| entries.iter().any(|entry| entry.flow == flow))
    }

    /// The Contacts of a REGISTER with the time that each is granted.
    fn wishes(&self, request: &Request) -> Result<Vec<Wish>, Answer> {
        let Ok(contacts) = request.headers.contacts() else {
            return Err(Answer::Refuse(400));
        };
        let header = request.headers.expires().ok().flatten();
        let default = header.map_or(EXPIRES_DEFAULT, |s| Duration::from_secs(s.into()));
        contacts
            .into_iter()
            .map(|contact| self.wish(contact, default))
            .collect()
    }

    fn wish(&self, contact: NameAddr, default: Duration) -> Result<Wish, Answer> {
        if !contact.uri.is_sip() {
            return Err(Answer::Refuse(400));
        }
        let own = contact.params.get("expires");
        let own = own.and_then(|seconds| seconds.parse::<u32>().ok());
        let asked = own.map_or(default, |seconds| Duration::from_secs(seconds.into()));
        if !asked.is_zero() && asked < self.rules.expires_min {
            return Err(Answer::TooBrief(self.rules.expires_min));
        }
        Ok(Wish {
            instance: contact.params.get_unquoted("+sip.instance"),
            contact: contact.uri,
            expires: asked.min(self.rules.expires_max),
        })
    }

    #[allow(clippy::too_many_arguments, reason = "they are the parts of a binding")]
    fn grant(
        &mut self,
        now: Instant,
        user: &str,
        flow: Flow,
        call_id: &str,
        cseq: u32,
        wishes: Vec<Wish>,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for wish in wishes {
            let before = self.find(user, &wish).cloned();
            let fresh = self.users.get(user).is_none_or(Vec::is_empty);
            if wish.expires.is_zero() {
                if let Some(before) = before {
                    changes.extend(self.remove(user, before.id));
                }
                continue;
            }
            if let Some(before) = before {
                // Replaced in place: nothing is told about the old address of the same phone.
                self.remove(user, before.id);
            }
            let entry = Entry {
                id: 0,
                contact: wish.contact,
                instance: wish.instance,
                flow,
                expires_at: now + wish.expires,
                call_id: call_id.to_owned(),
                cseq,
            };
            let binding = entry.binding(user, now);
            changes.push(Change::Registered { binding, fresh });
            changes.extend(self.insert(user, entry));
        }
        changes
    }

    /// Puts a binding in front; drops the oldest beyond the bound.
    fn insert(&mut self, user: &str, mut entry: Entry) -> Option<Change> {
        self.next += 1;
        entry.id = self.next;
        self.owners.insert(entry.id, user.to_owned());
        self.expiry.set(entry.id, Some(entry.expires_at));
        *self.sources.entry(entry.flow.remote.ip()).or_default() += 1;
        let entries = self.users.entry(user.to_owned()).or_default();
        entries.insert(0, entry);
        let excess = entries.get(BINDINGS_PER_USER).map(|entry| entry.id);
        excess.and_then(|id| self.remove(user, id))
    }

    fn remove(&mut self, user: &str, id: u64) -> Option<Change> {
        let entries = self.users.get_mut(user)?;
        let place = entries.iter().position(|entry| entry.id == id)?;
        let entry = entries.remove(place);
        let last = entries.is_empty();
        if last {
            self.users.remove(user);
        }
        self.owners.remove(&id);
        self.expiry.set(id, None);
        let source = entry.flow.remote.ip();
        if let Some(count) = self.sources.get_mut(&source) {
            *count -= 1;
            if *count == 0 {
                self.sources.remove(&source);
            }
        }
        Some(Change::Unregistered {
            user: user.to_owned(),
            contact: entry.contact,
            last,
        })
    }

    /// Removes what was registered over a connection that is over.
    pub(crate) fn flow_ended(&mut self, flow: Flow) -> Vec<Change> {
        // Strangers come and go often: only the end of a phone's connection is worth a search.
        if !self.knows(flow.remote.ip()) {
            return Vec::new();
        }
        let entries = self.users.iter().flat_map(|(user, entries)| {
            let of_flow = entries.iter().filter(|entry| entry.flow == flow);
            of_flow.map(|entry| (user.clone(), entry.id))
        });
        let gone: Vec<_> = entries.collect();
        gone.iter()
            .filter_map(|(user, id)| self.remove(user, *id))
            .collect()
    }

    fn remove_all(&mut self, user: &str) -> Vec<Change> {
        let entries = self.users.get(user).cloned().unwrap_or_default();
        let ids = entries.into_iter().rev().map(|entry| entry.id);
        ids.filter_map(|id| self.remove(user, id)).collect()
    }

    /// The binding that a wish means: the same address, or the same phone under another.
    fn find(&self, user: &str, wish: &Wish) -> Option<&Entry> {
        self.users.get(user)?.iter().find(|entry| {
            let same_phone = wish.instance.is_some() && entry.instance == wish.instance;
            same_phone || is_same(&entry.contact, &wish.contact)
        })
    }

    /// Sets or removes an account; removing it removes its bindings.
    pub(crate) fn set_account(&mut self, user: &str, password: Option<&str>) -> Vec<Change> {
        match password {
            Some(password) => {
                let secret = Ha1::new(user, &self.rules.realm, password);
                self.accounts.insert(user.to_owned(), secret);
                Vec::new()
            }
            None => {
                self.accounts.remove(user);
                self.remove_all(user)
            }
        }
    }

    pub(crate) fn bindings(&self, now: Instant, user: &str) -> Vec<Binding> {
        let entries = self.users.get(user).into_iter().flatten();
        entries.map(|entry| entry.binding(user, now)).collect()
    }

    /// Takes back a binding of a former life, unless its user has registered it anew.
    pub(crate) fn restore(&mut self, now: Instant, binding: Binding) {
        let wish = Wish {
            contact: binding.contact,
            instance: None,
            expires: binding.expires_in.min(self.rules.expires_max),
        };
        if wish.expires.is_zero() || self.find(&binding.user, &wish).is_some() {
            return;
        }
        let entry = Entry {
            id: 0,
            contact: wish.contact,
            instance: None,
            flow: binding.flow,
            expires_at: now + wish.expires,
            call_id: binding.call_id,
            cseq: binding.cseq,
        };
        self.insert(&binding.user, entry);
    }

    /// Whether a registered phone lives at `source`.
    pub(crate) fn knows(&self, source: IpAddr) -> bool {
        self.sources.contains_key(&source)
    }

    /// Removes what has run out.
    pub(crate) fn wake(&mut self, now: Instant) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some(id) = self.expiry.pop_due(now) {
            if let Some(user) = self.owners.get(&id).cloned() {
                changes.extend(self.remove(&user, id));
            }
        }
        changes
    }

    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.expiry.next()
    }
}

impl Entry {
    fn binding(&self, user: &str, now: Instant) -> Binding {
        Binding {
            user: user.to_owned(),
            contact: self.contact.clone(),
            flow: self.flow,
            expires_in: self.expires_at.saturating_duration_since(now),
            call_id: self.call_id.clone(),
            cseq: self.cseq,
        }
    }
}

/// Whether a digest over `said` is one for a request to `uri`. Phones add or drop ports and
/// parameters; the host and user must agree.
fn is_for(said: &str, uri: &Uri) -> bool {
    let said: Result<Uri, _> = said.parse();
    said.is_ok_and(|said| said.host == uri.host && said.user_decoded() == uri.user_decoded())
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
