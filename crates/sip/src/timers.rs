//! The durations of RFC 3261 section 17 and a queue of alarms that costs O(log n) to set, move,
//! cancel and fire, whatever the number of calls.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::time::{Duration, Instant};

/// T1, T2, T4 and the time after which a transaction gives up (RFC 3261 table 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// Estimate of the round trip: the first retransmission comes after it.
    pub t1: Duration,
    /// The longest interval between retransmissions, but for INVITE requests.
    pub t2: Duration,
    /// How long a message may stay in the network.
    pub t4: Duration,
    /// 64*T1: timers B, F, H, L, M, and D over datagrams. Lower it to free dead lines sooner.
    pub timeout: Duration,
}

impl Default for Timers {
    /// Those of the RFC: 500 ms, 4 s, 5 s and 32 s.
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
            timeout: Duration::from_secs(32),
        }
    }
}

/// At most one alarm per key, in order of time. Alarms of the same instant fire in order of key.
#[derive(Debug)]
pub(crate) struct Alarms<K> {
    order: BTreeSet<(Instant, K)>,
    times: HashMap<K, Instant>,
}

impl<K: Copy + Ord + Hash> Alarms<K> {
    pub(crate) fn new() -> Self {
        Self {
            order: BTreeSet::new(),
            times: HashMap::new(),
        }
    }

    /// Sets, moves or (`None`) cancels the alarm of `key`.
    pub(crate) fn set(&mut self, key: K, at: Option<Instant>) {
        let before = match at {
            Some(at) => self.times.insert(key, at),
            None => self.times.remove(&key),
        };
        if let Some(before) = before {
            self.order.remove(&(before, key));
        }
        if let Some(at) = at {
            self.order.insert((at, key));
        }
    }

    /// Whether an alarm of `key` is set.
    pub(crate) fn is_set(&self, key: &K) -> bool {
        self.times.contains_key(key)
    }

    /// When the next alarm is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.order.first().map(|(at, _)| *at)
    }

    /// Takes out the earliest alarm that is due at `now`.
    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<K> {
        let (at, key) = *self.order.first()?;
        if at > now {
            return None;
        }
        self.set(key, None);
        Some(key)
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_fire_in_order_and_moved_ones_only_once() {
        let start = Instant::now();
        let at = |seconds| Some(start + Duration::from_secs(seconds));
        let mut alarms = Alarms::new();
        alarms.set(1, at(3));
        alarms.set(2, at(2));
        alarms.set(3, at(9));
        alarms.set(1, at(1));
        alarms.set(3, None);
        assert_eq!(alarms.next(), at(1));
        let later = start + Duration::from_secs(10);
        assert_eq!(alarms.pop_due(start), None);
        assert_eq!(alarms.pop_due(later), Some(1));
        assert_eq!(alarms.pop_due(later), Some(2));
        assert_eq!(alarms.pop_due(later), None);
        assert_eq!(alarms.len(), 0);
    }
}
