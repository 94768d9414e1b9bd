//! How many new requests one unknown address may send: two buckets of tokens per address, one for
//! the second and one for the hour, and silence when either is empty, since an answer would only
//! help whoever forges addresses.

use super::source_of;
use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Addresses remembered. More of them at once is a flood, and new ones then hear nothing.
const SOURCES_MAX: usize = 10_000;

/// What a wrong password costs, in requests.
const WRONG_COST: f64 = 5.0;

/// Requests that are answered without a right login ever coming of it: an office of phones needs few
/// before the first of them is known, who looks for numbers needs thousands.
const PATIENCE: f64 = 200.0;

/// How fast that comes back, in requests a second.
const PATIENCE_BACK: f64 = 0.2;

/// For how long a source is remembered, in which its patience comes back.
const REMEMBERED: Duration = Duration::from_secs(1000);

/// Requests beyond the budget after which none is read any more, as a multiple of it.
const FLOOD: f64 = 20.0;

#[derive(Debug)]
pub(super) struct SourceRate {
    per_second: f64,
    buckets: HashMap<IpAddr, Bucket>,
    swept_at: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    patience: f64,
    /// Refused lately; runs off ten times as fast as tokens come back.
    refused: f64,
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

    /// Whether an address sends so much beyond its budget that its messages are not worth reading.
    pub(super) fn is_flooding(&mut self, now: Instant, source: IpAddr) -> bool {
        let full = self.per_second;
        if full == 0.0 {
            return false;
        }
        let Some(bucket) = self.buckets.get_mut(&source_of(source)) else {
            return self.buckets.len() >= SOURCES_MAX && !self.has_room(now);
        };
        bucket.pass(now, full);
        let floods = bucket.refused > FLOOD * full;
        bucket.refused += f64::from(u8::from(floods));
        bucket.refused = bucket.refused.min(2.0 * FLOOD * full);
        floods
    }

    /// Forgets what an address did.
    pub(super) fn forgive(&mut self, source: IpAddr) {
        self.buckets.remove(&source_of(source));
    }

    fn take(&mut self, now: Instant, source: IpAddr, cost: f64) -> bool {
        let source = source_of(source);
        let full = self.per_second;
        if full == 0.0 {
            return true;
        }
        if !self.buckets.contains_key(&source) && !self.has_room(now) {
            return false;
        }
        let bucket = self.buckets.entry(source).or_insert(Bucket {
            tokens: full,
            patience: PATIENCE,
            refused: 0.0,
            at: now,
        });
        bucket.pass(now, full);
        let admitted = bucket.tokens >= 1.0 && bucket.patience >= 1.0;
        // Debt is bounded: ten seconds of silence after the last wrong password.
        let owed = if admitted { cost } else { cost - 1.0 };
        bucket.tokens = (bucket.tokens - owed).max(-10.0 * full);
        bucket.patience -= f64::from(u8::from(admitted));
        bucket.refused += f64::from(u8::from(!admitted));
        admitted
    }

    /// Whether one more address can be remembered; looks for room at most once a second, since that
    /// means looking at all.
    fn has_room(&mut self, now: Instant) -> bool {
        if self.buckets.len() < SOURCES_MAX {
            return true;
        }
        if now.saturating_duration_since(self.swept_at) < Duration::from_secs(1) {
            return false;
        }
        self.swept_at = now;
        for quiet in [REMEMBERED, Duration::from_secs(12)] {
            self.buckets
                .retain(|_, bucket| now.saturating_duration_since(bucket.at) < quiet);
            if self.buckets.len() < SOURCES_MAX / 2 {
                break;
            }
        }
        self.buckets.len() < SOURCES_MAX
    }
}

impl Bucket {
    /// Lets time pass.
    fn pass(&mut self, now: Instant, full: f64) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = (self.tokens + passed * full).min(full);
        self.patience = (self.patience + passed * PATIENCE_BACK).min(PATIENCE);
        self.refused = (self.refused - passed * full * 10.0).max(0.0);
        self.at = now;
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

    #[test]
    fn who_asks_on_and_on_and_never_logs_in_is_answered_no_more() {
        let mut now = Instant::now();
        let mut rate = SourceRate::new(10, now);
        let mut admitted = 0;
        for _ in 0..2000 {
            admitted += u32::from(rate.admits(now, source(1)));
            now += Duration::from_millis(200);
        }
        assert!((200..=300).contains(&admitted), "{admitted}");
        now += REMEMBERED;
        assert!(rate.admits(now, source(1)), "quiet for long enough");
    }

    #[test]
    fn a_flood_is_not_even_read_until_it_ebbs() {
        let start = Instant::now();
        let mut rate = SourceRate::new(10, start);
        for _ in 0..300 {
            rate.admits(start, source(1));
        }
        assert!(rate.is_flooding(start, source(1)) && !rate.is_flooding(start, source(2)));
        let later = start + Duration::from_secs(5);
        assert!(!rate.is_flooding(later, source(1)));
    }
}
