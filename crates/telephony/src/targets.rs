//! The addresses of a trunk and which of them a call goes to: the lowest priority first, by weight
//! within it (RFC 2782), and none that just failed as long as there is another (RFC 3263 section
//! 4.3). Looks nothing up.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long an address that failed is left alone.
const REST: Duration = Duration::from_secs(60);

/// One address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    /// Lower ones first.
    pub(crate) priority: u16,
    /// The part of the calls it is to have among its like.
    pub(crate) weight: u16,
    pub(crate) address: SocketAddr,
}

/// All the addresses of a trunk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    /// In order of priority.
    all: Vec<Target>,
    /// Until when those that failed are left alone.
    resting: HashMap<SocketAddr, Instant>,
}

impl Targets {
    /// A name server or the configuration said so. What failed before stays so.
    pub(crate) fn replace(&mut self, mut all: Vec<Target>) {
        // Name servers shuffle: calls must not wander with them.
        all.sort_unstable();
        self.resting
            .retain(|failed, _| all.iter().any(|target| target.address == *failed));
        self.all = all;
    }

    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        self.all.iter().map(|target| target.address)
    }

    /// The address for a call. The same number finds the same one, as long as nothing changed: a
    /// call that outlived us is cancelled where it went.
    pub(crate) fn pick(&self, now: Instant, number: u64) -> Option<SocketAddr> {
        self.pick_but(now, number, &[])
    }

    /// The next address for a call that others failed; one that rests only if none is awake, and
    /// none that failed this very call.
    pub(crate) fn pick_but(
        &self,
        now: Instant,
        number: u64,
        tried: &[SocketAddr],
    ) -> Option<SocketAddr> {
        let all = || {
            self.all
                .iter()
                .filter(|target| !tried.contains(&target.address))
        };
        let rests = |target: &Target| {
            let until = self.resting.get(&target.address);
            until.is_some_and(|until| now < *until)
        };
        let fit: Vec<_> = all().filter(|target| !rests(target)).collect();
        let fit = match fit.is_empty() {
            // Better one that failed than none.
            true => all().collect(),
            false => fit,
        };
        let best = fit.first()?.priority;
        let alike = || fit.iter().filter(|target| target.priority == best);
        let total: u64 = alike().map(|target| u64::from(target.weight)).sum();
        if total == 0 {
            return alike().next().map(|target| target.address);
        }
        let mut left = spread(number) % total;
        let chosen = alike().find(|target| {
            let weight = u64::from(target.weight);
            let found = left < weight;
            left = left.saturating_sub(weight);
            found
        });
        chosen.map(|target| target.address)
    }

    /// An address failed; says whether that is news.
    pub(crate) fn failed(&mut self, now: Instant, address: SocketAddr) -> bool {
        if !self.addresses().any(|known| known == address) {
            return false;
        }
        let before = self.resting.insert(address, now + REST);
        before.is_none_or(|until| until <= now)
    }

    /// An address answered.
    pub(crate) fn answered(&mut self, address: SocketAddr) {
        self.resting.remove(&address);
    }
}

/// Neighbouring numbers far apart (the golden ratio in 64 bits).
fn spread(number: u64) -> u64 {
    number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(priority: u16, weight: u16, port: u16) -> Target {
        Target {
            priority,
            weight,
            address: ([192, 0, 2, 1], port).into(),
        }
    }

    fn picks(targets: &Targets, now: Instant) -> Vec<usize> {
        let mut counts = vec![0; 5];
        for number in 0..1000 {
            let address = targets.pick(now, number).expect("there are some");
            counts[usize::from(address.port())] += 1;
        }
        counts
    }

    #[test]
    fn calls_go_by_priority_and_weight() {
        let mut targets = Targets::default();
        targets.replace(vec![target(20, 1, 3), target(10, 3, 1), target(10, 1, 2)]);
        let counts = picks(&targets, Instant::now());
        assert_eq!(counts[3], 0);
        assert!((700..800).contains(&counts[1]), "{counts:?}");
        assert_eq!(counts[1] + counts[2], 1000);
    }

    #[test]
    fn what_failed_rests_and_comes_back() {
        let mut targets = Targets::default();
        targets.replace(vec![target(10, 1, 1), target(20, 0, 2), target(20, 0, 3)]);
        let now = Instant::now();
        assert!(targets.failed(now, target(0, 0, 1).address));
        assert!(!targets.failed(now, target(0, 0, 1).address), "no news");
        assert!(!targets.failed(now, target(0, 0, 4).address), "not ours");
        assert_eq!(picks(&targets, now)[2], 1000, "without weights the first");
        targets.failed(now, target(0, 0, 2).address);
        assert_eq!(picks(&targets, now)[3], 1000);
        targets.failed(now, target(0, 0, 3).address);
        assert_eq!(picks(&targets, now)[1], 1000, "better one than none");
        targets.answered(target(0, 0, 2).address);
        assert_eq!(picks(&targets, now)[2], 1000);
        assert_eq!(picks(&targets, now + REST)[1], 1000);
        assert_eq!(Targets::default().pick(now, 1), None);
        let first = targets.pick(now, 1).expect("there are some");
        let second = targets.pick_but(now, 1, &[first]).expect("there are more");
        assert_ne!(first, second, "never where this call failed already");
        let all: Vec<_> = targets.addresses().collect();
        assert_eq!(targets.pick_but(now, 1, &all), None);
    }
}
