//! Who sends a REGISTER, or any request that needs a name: accounts, digests, and how often a user
//! may register.

use super::{Change, Registrar};
use crate::auth::{Authorization, Challenge, Ha1, Verdict};
use crate::message::Request;
use crate::uri::Uri;
use std::net::IpAddr;
use std::time::Instant;

/// REGISTERs that one user may send at once, and how soon they may send another: every phone of
/// theirs comes back twice over, and then one is broken.
const REGISTERS_AT_ONCE: f64 = 40.0;
const REGISTERS_PER_SECOND: f64 = 1.0;

/// Who may register.
#[derive(Debug)]
pub(super) struct Account {
    secret: Ha1,
    /// REGISTERs that the user may still send now, and when that was counted.
    allowance: (f64, Instant),
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

impl Registrar {
    /// The user of the digest in a request.
    pub(crate) fn who(&mut self, now: Instant, source: IpAddr, request: &Request) -> Who {
        let Some(given) = self.credentials(request) else {
            return self.stranger(now, source);
        };
        let account = self.accounts.get(&given.username);
        let secret = account.map(|account| &account.secret);
        let verdict = self
            .nonces
            .verify(now, source, &given, &request.method, secret);
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

    /// Whether a request answers a challenge that its source was given.
    pub(crate) fn gave_nonce_of(&self, now: Instant, source: IpAddr, request: &Request) -> bool {
        let given = self.credentials(request);
        given.is_some_and(|given| self.nonces.gave(now, source, &given.nonce))
    }

    /// The same of a REGISTER that nobody has read yet.
    pub(crate) fn gave_nonce_in(&self, now: Instant, source: IpAddr, bytes: &[u8]) -> bool {
        const NAME: &[u8] = b"nonce=\"";
        if !bytes.starts_with(b"REGISTER ") {
            return false;
        }
        let begins = |place: &usize| bytes[*place..].starts_with(NAME) && bytes[*place - 1] != b'c';
        let mut places = 1..bytes.len().saturating_sub(NAME.len());
        let Some(place) = places.find(begins) else {
            return false;
        };
        let rest = &bytes[place + NAME.len()..];
        let length = rest.iter().position(|byte| *byte == b'"');
        let nonce = length.and_then(|length| std::str::from_utf8(&rest[..length]).ok());
        nonce.is_some_and(|nonce| self.nonces.gave(now, source, nonce))
    }

    /// Counts a REGISTER with the right password. One phone gone wild must not cost the others.
    pub(super) fn may_register(&mut self, now: Instant, user: &str) -> bool {
        let Some(account) = self.accounts.get_mut(user) else {
            return false;
        };
        let (left, at) = account.allowance;
        let since = now.saturating_duration_since(at).as_secs_f64();
        let left = (left + since * REGISTERS_PER_SECOND).min(REGISTERS_AT_ONCE);
        let may = left >= 1.0;
        account.allowance = (if may { left - 1.0 } else { left }, now);
        may
    }

    /// Sets or removes an account; removing it, or another password, removes its bindings.
    pub(crate) fn set_account(
        &mut self,
        now: Instant,
        user: &str,
        password: Option<&str>,
    ) -> Vec<Change> {
        match password {
            Some(password) => {
                let secret = Ha1::new(user, &self.rules.realm, password);
                let known = self.accounts.get(user);
                if known.is_some_and(|account| account.secret == secret) {
                    return Vec::new();
                }
                let renewed = known.is_some();
                let account = Account {
                    secret,
                    allowance: (REGISTERS_AT_ONCE, now),
                };
                self.accounts.insert(user.to_owned(), account);
                // Whoever has the old password may be the reason for the new one.
                if renewed {
                    return self.bindings.remove_all(user);
                }
                Vec::new()
            }
            None => {
                self.accounts.remove(user);
                self.bindings.remove_all(user)
            }
        }
    }
}

/// Whether a digest over `said` is one for a request to `uri`. Phones add or drop ports and
/// parameters; the host and user must agree.
fn is_for(said: &str, uri: &Uri) -> bool {
    let said: Result<Uri, _> = said.parse();
    said.is_ok_and(|said| said.host == uri.host && said.user_decoded() == uri.user_decoded())
}
