//! The breaker of a trunk: rests one whose carrier refuses call after call, or asks to be left
//! alone (Retry-After, RFC 3261 section 21.5.4), and lets one call find out whether it is back.
//!
//! ```text
//! Closed ──refusals in a row, or asked──▶ Open ──the rest is over──▶ Half open
//!   ▲                                      └◀── its call was refused ──┤
//!   └◀── its call got through ────────────────────────────────────────┘
//! ```

use std::time::Duration;

use domain::{Outcome, Timestamp, TrunkId};

use crate::{BreakerLive, BreakerState};

/// Refusals in a row after which a trunk is rested.
pub(crate) const TROUBLES_MAX: u32 = 5;
/// First rest; doubled while the probe after it fails too.
const REST_FIRST: Duration = Duration::from_secs(2);
/// Longest rest by our own judgement: with its jitter, a second of pacing and
/// the time it takes to ring, a carrier that is back is found within 10 s.
const REST_MAX: Duration = Duration::from_secs(4);
/// Longest rest a carrier may ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(300);
/// Rests are longer by up to this part, so that trunks that failed together do
/// not come back together.
const JITTER: f64 = 0.2;

/// The breaker of one trunk.
#[derive(Clone, Debug)]
pub(crate) struct Breaker {
    trunk: TrunkId,
    troubles: u32,
    rest: Duration,
    /// How often it rested: the seed of the next jitter.
    rests: u64,
    rests_until: Option<Timestamp>,
    /// Whether the carrier asked for the rest.
    asked: bool,
    /// After a rest, one call finds out; until it does, no other leaves.
    probing: bool,
    /// When it last opened or closed.
    turned_at: Option<Timestamp>,
}

impl Breaker {
    pub(crate) fn new(trunk: TrunkId) -> Breaker {
        Breaker {
            trunk,
            troubles: 0,
            rest: REST_FIRST,
            rests: 0,
            rests_until: None,
            asked: false,
            probing: false,
            turned_at: None,
        }
    }

    /// Of so many channels, those that it lets be taken.
    pub(crate) fn leaves(&self, free: u32, now: Timestamp) -> u32 {
        match self.rests_until {
            Some(until) if now < until => 0,
            Some(_) => free.min(u32::from(!self.probing)),
            None => free,
        }
    }

    /// Whether the trunk is left alone.
    pub(crate) fn rests(&self, now: Timestamp) -> bool {
        self.rests_until.is_some_and(|until| now < until)
    }

    /// A channel was taken: after a rest, by the call that finds out.
    pub(crate) fn taken(&mut self, now: Timestamp) {
        self.probing |= self.rests_until.is_some_and(|until| now >= until);
    }

    /// What was intended did not become a call. It may have been the one that finds out: let another.
    pub(crate) fn not_called(&mut self) {
        self.probing = false;
    }

    /// What the network made of a call tells how the trunk is.
    pub(crate) fn judge(
        &mut self,
        outcome: Outcome,
        retry_after: Option<Duration>,
        now: Timestamp,
    ) {
        self.probing = false;
        if outcome != Outcome::Congestion {
            self.troubles = 0;
            self.rest = REST_FIRST;
            // A call that left before the carrier asked to be left alone proves nothing.
            if !self.asked || !self.rests(now) {
                self.close(now);
            }
            return;
        }
        self.troubles += 1;
        if let Some(asked) = retry_after.filter(|asked| !asked.is_zero()) {
            self.let_rest(now, asked.min(RETRY_AFTER_MAX));
            self.asked = true;
        } else if self.troubles >= TROUBLES_MAX && !self.rests(now) {
            self.let_rest(now, self.rest);
            self.asked = false;
            self.rest = (self.rest * 2).min(REST_MAX);
        }
    }

    fn close(&mut self, now: Timestamp) {
        self.asked = false;
        if self.rests_until.take().is_some() {
            self.turned_at = Some(now);
        }
    }

    /// Lets it rest so long and a little, if it does not rest longer already.
    fn let_rest(&mut self, now: Timestamp, span: Duration) {
        if !self.rests(now) {
            self.turned_at = Some(now);
        }
        self.rests += 1;
        let until = now + span.mul_f64(1.0 + jitter(self.trunk, self.rests) * JITTER);
        self.rests_until = Some(self.rests_until.map_or(until, |known| known.max(until)));
    }

    /// What was counted from the old clock is counted from the new one.
    pub(crate) fn clock_set_back(&mut self, span: Duration) {
        self.rests_until = self.rests_until.map(|until| until - span);
        self.turned_at = self.turned_at.map(|at| at - span);
    }

    /// As people see it.
    pub(crate) fn live(&self, now: Timestamp) -> BreakerLive {
        let (state, since) = match self.rests_until {
            None => (BreakerState::Closed, self.turned_at),
            Some(until) if now < until => (BreakerState::Open, self.turned_at),
            Some(until) => (BreakerState::HalfOpen, Some(until)),
        };
        BreakerLive {
            state,
            since,
            retry_at: self.rests_until.filter(|until| now < *until),
            asked: self.asked && self.rests(now),
        }
    }
}

/// From 0 to 1, the same for the same trunk and rest (splitmix64).
fn jitter(trunk: TrunkId, rests: u64) -> f64 {
    let mut mixed = trunk
        .get()
        .unsigned_abs()
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        ^ rests;
    for factor in [0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB] {
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(factor);
    }
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: TrunkId = TrunkId::new(1);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn it_is_shown_open_with_the_time_of_the_next_call_then_half_open_then_closed() {
        let mut breaker = Breaker::new(ID);
        let never = breaker.live(at(0));
        assert_eq!((never.state, never.since), (BreakerState::Closed, None));
        for _ in 0..TROUBLES_MAX {
            breaker.judge(Outcome::Congestion, None, at(1_000));
        }
        let open = breaker.live(at(1_500));
        assert_eq!(
            (open.state, open.since),
            (BreakerState::Open, Some(at(1_000)))
        );
        let retry_at = open.retry_at.expect("it opens again");
        assert!((at(3_000)..at(3_400)).contains(&retry_at) && !open.asked);
        let half = breaker.live(retry_at);
        assert_eq!(
            (half.state, half.since, half.retry_at),
            (BreakerState::HalfOpen, Some(retry_at), None)
        );
        breaker.judge(Outcome::Busy, None, at(4_000));
        let closed = breaker.live(at(9_000));
        assert_eq!(
            (closed.state, closed.since),
            (BreakerState::Closed, Some(at(4_000)))
        );
    }

    #[test]
    fn a_rest_that_the_carrier_asked_for_is_shown_as_such() {
        let mut breaker = Breaker::new(ID);
        let asked = Some(Duration::from_secs(20));
        breaker.judge(Outcome::Congestion, asked, at(0));
        // One that left before it asked got through.
        breaker.judge(Outcome::Busy, None, at(10));
        let open = breaker.live(at(19_999));
        assert_eq!((open.state, open.asked), (BreakerState::Open, true));
        assert!(!breaker.live(at(24_001)).asked);
    }

    #[test]
    fn rests_are_spread_and_the_same_each_time() {
        let spread: Vec<_> = (1..20).map(|id| jitter(TrunkId::new(id), 1)).collect();
        assert!(spread.iter().all(|part| (0.0..1.0).contains(part)));
        let (low, high) = spread.iter().fold((1.0_f64, 0.0_f64), |(low, high), part| {
            (low.min(*part), high.max(*part))
        });
        assert!(low < 0.2 && high > 0.8, "{spread:?}");
        assert_eq!(jitter(ID, 7), jitter(ID, 7));
        assert_ne!(jitter(ID, 7), jitter(ID, 8));
    }
}
