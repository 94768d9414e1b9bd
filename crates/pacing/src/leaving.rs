//! Agents who leave one after another: a lunch, the end of a shift. Those booked
//! to leave are known from the snapshot; the others go as they stand, and where
//! several went within a minute more will follow.

use std::collections::{BTreeMap, BTreeSet};

use domain::AgentId;

/// Memory of those who left, in seconds.
const MEMORY: f64 = 60.0;
/// So many within the memory are a coincidence.
const USUAL: f64 = 1.5;
/// Share of those there that leaves in a second, at most: a guess from few.
const RATE_MAX: f64 = 0.05;

/// After so long nobody counts as having just left.
const FORGOTTEN: f64 = 10.0 * MEMORY;

/// Who is there, and who left lately: the sooner, the more it counts. Who comes
/// back was not leaving.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leaving {
    there: BTreeSet<AgentId>,
    gone: BTreeMap<AgentId, i64>,
}

impl Leaving {
    /// Is there: ready, or on a call.
    pub(crate) fn there(&mut self, agent: AgentId) {
        self.there.insert(agent);
        self.gone.remove(&agent);
    }

    /// Is not, or no longer.
    pub(crate) fn left(&mut self, now: i64, agent: AgentId) {
        if self.there.remove(&agent) {
            self.gone.retain(|_, at| seconds(*at, now) < FORGOTTEN);
            self.gone.insert(agent, now);
        }
    }

    /// Bytes held beside itself, or about as many.
    pub(crate) fn footprint(&self) -> usize {
        let gone = self.gone.len() * size_of::<(AgentId, i64)>();
        self.there.len() * size_of::<AgentId>() + gone
    }

    /// Share of `staying` agents that leaves in a second, where it is unusual.
    pub(crate) fn rate(&self, now: i64, staying: usize) -> Option<f64> {
        let weight = |at: &i64| (-seconds(*at, now) / MEMORY).exp();
        let unusual = self.gone.values().map(weight).sum::<f64>() - USUAL;
        (unusual > 0.0).then(|| (unusual / MEMORY / staying.max(1) as f64).min(RATE_MAX))
    }
}

fn seconds(from: i64, to: i64) -> f64 {
    to.saturating_sub(from).max(0) as f64 * 1e-3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> i64 {
        second * 1_000
    }

    #[test]
    fn one_who_leaves_means_nothing_and_several_mean_more() {
        let mut leaving = Leaving::default();
        (0..20).for_each(|agent| leaving.there(AgentId::new(agent)));
        leaving.left(at(0), AgentId::new(0));
        assert_eq!(leaving.rate(at(0), 20), None);
        (1..6).for_each(|agent| leaving.left(at(agent * 5), AgentId::new(agent)));
        let many = leaving.rate(at(25), 14).expect("six within half a minute");
        assert!(many > 0.003 && many < 0.01, "{many}");
        let fewer = leaving.rate(at(25), 4).expect("the same six");
        assert!(fewer > many, "of few who are left, each is likelier to go");
        assert_eq!(leaving.rate(at(200), 14), None, "it is over");
    }

    #[test]
    fn who_logs_in_on_a_break_or_comes_back_was_not_leaving() {
        let mut leaving = Leaving::default();
        (0..9).for_each(|agent| leaving.left(at(0), AgentId::new(agent)));
        assert_eq!(leaving.rate(at(0), 9), None, "they had not been there");
        (0..9).for_each(|agent| leaving.there(AgentId::new(agent)));
        (0..9).for_each(|agent| leaving.left(at(1), AgentId::new(agent)));
        assert!(leaving.rate(at(2), 9).is_some());
        (0..9).for_each(|agent| leaving.there(AgentId::new(agent)));
        assert_eq!(leaving.rate(at(3), 9), None);
    }
}
