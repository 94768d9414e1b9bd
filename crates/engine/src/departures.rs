//! Who leaves their seat when, by the roster: a break begins, a shift ends. Pacing makes no calls for who will be gone when they are
//! answered. It is a plan and not a fact: nobody is sent away by it, and who is still there some time after is counted on again.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{AgentId, Timestamp};

/// Who is still there so long after they were to leave stays.
const STAYS_AFTER: Duration = Duration::from_secs(120);

/// When each agent leaves.
#[derive(Debug, Default)]
pub(crate) struct Departures {
    of: BTreeMap<AgentId, Vec<Timestamp>>,
}

impl Departures {
    /// In place of what was told before.
    pub(crate) fn told(&mut self, rostered: Vec<(AgentId, Vec<Timestamp>)>) {
        self.of = rostered.into_iter().collect();
    }

    /// Whether an agent leaves within a time, or is just leaving.
    pub(crate) fn leaves(&self, agent: AgentId, now: Timestamp, within: Duration) -> bool {
        let Some(times) = self.of.get(&agent) else {
            return false;
        };
        let near = |at: &Timestamp| *at <= now + within && now < *at + STAYS_AFTER;
        times.iter().any(near)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_to_leave_is_not_counted_on_until_it_shows_that_they_stay() {
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let (ana, luz) = (AgentId::new(1), AgentId::new(2));
        let mut departures = Departures::default();
        departures.told(vec![(ana, vec![at(1_000), at(5_000)])]);
        let horizon = Duration::from_secs(30);
        let leaves = |now: i64| departures.leaves(ana, at(now), horizon);
        assert!(!leaves(969));
        assert!(leaves(970) && leaves(1_000) && leaves(1_119));
        assert!(!leaves(1_120), "they stayed");
        assert!(leaves(4_990), "the end of the shift");
        assert!(!departures.leaves(luz, at(1_000), horizon), "not rostered");
        departures.told(Vec::new());
        assert!(
            !departures.leaves(ana, at(1_000), horizon),
            "another roster"
        );
    }
}
