//! How many new requests one unknown address may send: a bucket of tokens per address, and silence
//! when it is empty, since an answer would only help whoever forges addresses.

use super::source_of;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Addresses remembered. More of them at once is a flood, and new ones then hear nothing.
const SOURCES_MAX: usize = 10_000;

/// What a wrong password costs, in requests.
const WRONG_COST: f64 = 5.0;

#[derive(Debug)]
pub(super) struct SourceRate {
    per_second: f64,
    buckets: HashMap<IpAddr, Bucket>,
    swept_at: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl SourceRate {
    /// `per_second` zero: no limit.
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        Self {
            per_second: f64::from(per_second),
            buckets: HashMap::new(),
            swept_at: now,
        }
    }

    /// Counts a request; says whether to take it.
    pub(super) fn admits(&mut self, now: Instant, source: IpAddr) -> bool {
        self.take(now, source, 1.0)
    }

    /// Counts a wrong password.
    pub(super) fn penalise(&mut self, now: Instant, source: IpAddr) {
        self.take(now, source, WRONG_COST);
    }

    fn take(&mut self, now: Instant, source: IpAddr, cost: f64) -> bool {
        let source = source_of(source);
        let full = self.per_second;
        if full == 0.0 {
            return true;
        }
        if !self.buckets.contains_key(&source) && self.buckets.len() >= SOURCES_MAX {
            self.sweep(now);
            if self.buckets.len() >= SOURCES_MAX {
                return false;
            }
        }
        let bucket = self.buckets.entry(source).or_insert(Bucket {
            tokens: full,
            at: now,
        });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        bucket.tokens = (bucket.tokens + passed * full).min(full);
        bucket.at = now;
        let admitted = bucket.tokens >= 1.0;
        // Debt is bounded: ten seconds of silence after the last wrong password.
        let owed = if admitted { cost } else { cost - 1.0 };
        bucket.tokens = (bucket.tokens - owed).max(-10.0 * full);
        admitted
    }

    /// Forgets addresses that have been quiet; at most once a second, since it looks at all.
    fn sweep(&mut self, now: Instant) {
        if now.saturating_duration_since(self.swept_at) < Duration::from_secs(1) {
            return;
        }
        self.swept_at = now;
        let quiet = Duration::from_secs(12);
        self.buckets
            .retain(|_, bucket| now.saturating_duration_since(bucket.at) < quiet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn source(number: u32) -> IpAddr {
        Ipv4Addr::from(number).into()
    }

    #[test]
    fn a_flood_is_cut_to_the_rate_and_others_are_not_touched() {
        let start = Instant::now();
        let mut rate = SourceRate::new(10, start);
        let admitted =
            |rate: &mut SourceRate, at| (0..100).filter(|_| rate.admits(at, source(1))).count();
        assert_eq!(admitted(&mut rate, start), 10);
        assert!(rate.admits(start, source(2)));
        assert_eq!(admitted(&mut rate, start + Duration::from_secs(1)), 10);
    }

    #[test]
    fn wrong_passwords_cost_more_and_are_forgiven() {
        let start = Instant::now();
        let mut rate = SourceRate::new(10, start);
        for _ in 0..1000 {
            rate.penalise(start, source(1));
        }
        assert!(!rate.admits(start + Duration::from_secs(9), source(1)));
        assert!(rate.admits(start + Duration::from_secs(12), source(1)));
    }

    #[test]
    fn memory_is_bounded_and_comes_back() {
        let start = Instant::now();
        let mut rate = SourceRate::new(10, start);
        for number in 0..50_000 {
            rate.admits(start, source(number));
        }
        assert_eq!(rate.buckets.len(), SOURCES_MAX);
        assert!(rate.admits(start + Duration::from_secs(60), source(99_999)));
        assert_eq!(rate.buckets.len(), 1);
    }
}
