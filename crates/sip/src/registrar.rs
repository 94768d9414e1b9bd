//! The registrar (RFC 3261 section 10.3): accounts, digest login, what is granted. It keeps digest
//! secrets, never passwords, and says the same to a wrong password as to an unknown user. Flows are
//! kept as RFC 5626 has it; no GRUU is ever given out (a phone that gets one is called by it, and
//! proxies on the way loop what they cannot map back).

mod bindings;
mod logins;
mod wish;

use crate::auth::{Algorithm, NonceRules, Nonces};
use crate::endpoint::{Binding, Flow};
use crate::message::Request;
use crate::uri::{Scheme, Uri};
use bindings::{Bindings, Entry, Origin};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use wish::Wish;

use logins::Account;
pub(crate) use logins::Who;

/// Phones of one user, or flows to them: a desk, a softphone with two flows, a browser.
const BINDINGS_PER_USER: usize = 10;

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
    /// By how many per cent what is granted may fall short of what was asked.
    pub(crate) expires_spread: u32,
}

#[derive(Debug)]
pub(crate) struct Registrar {
    rules: RegistrarRules,
    nonces: Nonces,
    accounts: HashMap<String, Account>,
    bindings: Bindings,
    rng: StdRng,
}

/// The answer to a REGISTER.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A final refusal.
    Refuse(u16),
    /// 403: the user has as many phones as they may.
    TooMany,
    /// 503 for a while: the user's phones register all the time.
    TooOften,
    /// 423 with this Min-Expires.
    TooBrief(Duration),
    /// 200 with all bindings of the user, and what changed.
    Done {
        bindings: Vec<Binding>,
        changes: Vec<Change>,
        /// Whether a flow was kept as RFC 5626 has it.
        outbound: bool,
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
            rng: StdRng::from_seed(rules.key),
            rules,
            accounts: HashMap::new(),
            bindings: Bindings::new(),
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
        if !self.may_register(now, &user) {
            return Answer::TooOften;
        }
        let Ok(call_id) = request.headers.call_id() else {
            return Answer::Refuse(400);
        };
        let origin = Origin {
            flow,
            call_id: call_id.to_owned(),
            cseq: request.headers.cseq().map_or(0, |cseq| cseq.number),
        };
        let mut outbound = false;
        let changes = if request.headers.contact_is_star() {
            if request.headers.expires().ok().flatten() != Some(0) {
                return Answer::Refuse(400);
            }
            let entries = self.bindings.of(&user);
            if entries.iter().any(|entry| entry.is_newer_than(&origin)) {
                return Answer::Refuse(500);
            }
            self.bindings.remove_all(&user)
        } else {
            let wishes = match self.wishes(request) {
                Ok(wishes) => wishes,
                Err(answer) => return answer,
            };
            // All or nothing (step 7): look first, then act.
            if let Some(answer) = self.objection(&user, &origin, &wishes) {
                return answer;
            }
            outbound = wishes.iter().any(|wish| wish.reg_id.is_some());
            self.grant(now, &user, &origin, wishes)
        };
        Answer::Done {
            bindings: self.bindings(now, &user),
            changes,
            outbound,
        }
    }

    /// Whether `user` is registered over this very flow.
    pub(crate) fn is_bound(&self, user: &str, flow: Flow) -> bool {
        self.bindings
            .of(user)
            .iter()
            .any(|entry| entry.origin.flow == flow)
    }

    /// Why these wishes are not granted, if they are not.
    fn objection(&self, user: &str, origin: &Origin, wishes: &[Wish]) -> Option<Answer> {
        // `sips` promises its users TLS; calls to a phone go over this very flow.
        let promised = |wish: &Wish| wish.contact.scheme == Scheme::Sips;
        if wishes.iter().any(promised) && !origin.flow.transport.is_secure() {
            return Some(Answer::Refuse(403));
        }
        let found = |wish: &Wish| self.bindings.find(user, wish);
        let newer = |wish: &Wish| found(wish).is_some_and(|entry| entry.is_newer_than(origin));
        if wishes.iter().any(newer) {
            return Some(Answer::Refuse(500));
        }
        let is_new = |wish: &&Wish| !wish.expires.is_zero() && found(wish).is_none();
        let more = wishes.iter().filter(is_new).count();
        let full = self.bindings.of(user).len() + more > BINDINGS_PER_USER;
        let source = origin.flow.remote.ip();
        // What a phone left behind under other ports makes room for it; other phones do not.
        let room = || more == 1 && self.bindings.leftover(user, source).is_some();
        (more > 0 && full && !room()).then_some(Answer::TooMany)
    }

    fn grant(
        &mut self,
        now: Instant,
        user: &str,
        origin: &Origin,
        wishes: Vec<Wish>,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        for wish in wishes {
            if wish.expires.is_zero() {
                changes.extend(self.bindings.remove_meant_by(user, &wish));
                continue;
            }
            let fresh = self.bindings.of(user).is_empty();
            let full = self.bindings.of(user).len() >= BINDINGS_PER_USER;
            if full && self.bindings.find(user, &wish).is_none() {
                let leftover = self.bindings.leftover(user, origin.flow.remote.ip());
                changes.extend(leftover.and_then(|id| self.bindings.remove(user, id)));
            }
            let entry = Entry::new(now, wish, origin.clone());
            let binding = entry.binding(user, now);
            changes.push(Change::Registered { binding, fresh });
            self.bindings.put(user, entry);
        }
        changes
    }

    /// How long a binding lives that was asked for so long: never longer, and phones that came all
    /// at once after a power cut do not come back all at once.
    fn granted(&mut self, asked: Duration) -> Duration {
        let longest = asked.min(self.rules.expires_max);
        let spread = longest.as_secs() * u64::from(self.rules.expires_spread.min(50)) / 100;
        if longest <= self.rules.expires_min || spread == 0 {
            return longest;
        }
        let less = Duration::from_secs(self.rng.next_u64() % (spread + 1));
        (longest - less).max(self.rules.expires_min)
    }

    pub(crate) fn bindings(&self, now: Instant, user: &str) -> Vec<Binding> {
        let entries = self.bindings.of(user).iter();
        entries.map(|entry| entry.binding(user, now)).collect()
    }

    /// Takes back a binding of a former life, unless its user has registered it anew.
    pub(crate) fn restore(&mut self, now: Instant, binding: Binding) {
        let wish = Wish {
            contact: binding.contact,
            instance: binding.instance,
            reg_id: binding.reg_id,
            path: binding.path,
            expires: binding.expires_in.min(self.rules.expires_max),
        };
        let known = self.bindings.find(&binding.user, &wish).is_some();
        let full = self.bindings.of(&binding.user).len() >= BINDINGS_PER_USER;
        if wish.expires.is_zero() || known || full {
            return;
        }
        let origin = Origin {
            flow: binding.flow,
            call_id: binding.call_id,
            cseq: binding.cseq,
        };
        let entry = Entry::new(now, wish, origin);
        self.bindings.put(&binding.user, entry);
    }

    /// Removes what was registered over a connection that is over.
    pub(crate) fn flow_ended(&mut self, flow: Flow) -> Vec<Change> {
        self.bindings.flow_ended(flow)
    }

    /// Whether a registered phone lives at `source`.
    pub(crate) fn knows(&self, source: IpAddr) -> bool {
        self.bindings.knows(source)
    }

    /// Removes what has run out.
    pub(crate) fn wake(&mut self, now: Instant) -> Vec<Change> {
        self.bindings.wake(now)
    }

    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.bindings.next_wake()
    }
}
