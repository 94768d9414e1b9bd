//! Wrong passwords slow down whoever sends them, by address and by user, so
//! that guessing is hopeless and nobody can lock a user out for long.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::hashing::Hashing;

/// Wrong passwords allowed within [`WINDOW`] from one address for one user.
const WRONG_MAX: u32 = 8;
const WINDOW: Duration = Duration::from_secs(60);
/// Pairs remembered; beyond it the oldest windows are dropped.
const REMEMBERED_MAX: usize = 10_000;

/// Who failed to log in lately, and who hashes.
#[derive(Debug)]
pub struct LogIns {
    wrong: Mutex<HashMap<(IpAddr, String), (Instant, u32)>>,
    pub(crate) hashing: Hashing,
}

impl Default for LogIns {
    fn default() -> LogIns {
        LogIns {
            wrong: Mutex::new(HashMap::new()),
            hashing: Hashing::start(),
        }
    }
}

impl LogIns {
    /// Whether this address may try this user now.
    pub(crate) fn may_try(&self, from: IpAddr, user: &str, now: Instant) -> bool {
        let wrong = self.wrong.lock().expect("no panic holds it");
        wrong
            .get(&(from, user.to_owned()))
            .is_none_or(|(since, times)| now - *since > WINDOW || *times < WRONG_MAX)
    }

    /// Notes a wrong password.
    pub(crate) fn was_wrong(&self, from: IpAddr, user: &str, now: Instant) {
        let mut wrong = self.wrong.lock().expect("no panic holds it");
        if wrong.len() >= REMEMBERED_MAX {
            wrong.retain(|_, (since, _)| now - *since <= WINDOW);
            if wrong.len() >= REMEMBERED_MAX {
                wrong.clear();
            }
        }
        let entry = wrong.entry((from, user.to_owned())).or_insert((now, 0));
        if now - entry.0 > WINDOW {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_stopped_for_a_minute_and_for_that_address_only() {
        let log_ins = LogIns::default();
        let now = Instant::now();
        let (guesser, other) = (IpAddr::from([127, 0, 0, 2]), IpAddr::from([127, 0, 0, 1]));
        for _ in 0..WRONG_MAX {
            assert!(log_ins.may_try(guesser, "admin", now));
            log_ins.was_wrong(guesser, "admin", now);
        }
        assert!(!log_ins.may_try(guesser, "admin", now));
        assert!(log_ins.may_try(other, "admin", now));
        assert!(log_ins.may_try(guesser, "admin", now + WINDOW + Duration::from_secs(1)));
    }
}
