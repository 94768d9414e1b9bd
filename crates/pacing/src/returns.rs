//! How often an agent is ready after wrap-up, rather than gone for a pause
//! that nobody was told of. Breaks that are booked are known from the
//! snapshot; the few of them among hundreds of calls do no harm here.

use domain::AgentId;

use crate::learnt::{rounded, sound};

/// Pauses and wrap-ups that count before any is seen.
const PRIOR: (f64, f64) = (0.5, 30.0);
/// Wrap-ups remembered.
const MEMORY: f64 = 2_000.0;
/// Wrap-ups that earlier days may count for.
const HISTORY_MAX: f64 = 500.0;

/// Wrap-ups that ended, and how many of them in a pause.
#[derive(Clone, Debug, Default)]
pub(crate) struct Returns {
    wrapped: f64,
    paused: f64,
    /// Whose wrap-up just ended: what comes next is not told yet.
    pending: Option<AgentId>,
}

impl Returns {
    pub(crate) fn wrapped_up(&mut self, agent: AgentId) {
        self.pending = Some(agent);
    }

    /// Wrap-ups and pauses, to be kept.
    pub(crate) fn counts(&self) -> (f64, f64) {
        (rounded(self.wrapped), rounded(self.paused))
    }

    /// Starts from those of earlier days, at part of their weight.
    pub(crate) fn start_from(&mut self, (wrapped, paused): (f64, f64), weight: f64) {
        let wrapped = sound(wrapped);
        let weight = weight * (HISTORY_MAX / wrapped.max(1e-9)).min(1.0);
        self.wrapped = wrapped * weight;
        self.paused = sound(paused).min(wrapped) * weight;
    }

    /// The agent is ready, or is not.
    pub(crate) fn then(&mut self, agent: AgentId, ready: bool) {
        if self.pending.take() != Some(agent) {
            return;
        }
        let keep = 1.0 - 1.0 / MEMORY;
        self.wrapped = self.wrapped * keep + 1.0;
        self.paused = self.paused * keep + if ready { 0.0 } else { 1.0 };
    }

    /// Share of wrap-ups after which the agent is ready.
    pub(crate) fn share(&self) -> f64 {
        let (paused, wrapped) = PRIOR;
        1.0 - (self.paused + paused) / (self.wrapped + wrapped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_after_wrap_up_are_learnt() {
        let mut returns = Returns::default();
        for call in 0..1_000 {
            let agent = AgentId::new(call % 7);
            returns.wrapped_up(agent);
            returns.then(agent, call % 10 != 0);
            returns.then(agent, false); // left much later: no pause after a call
        }
        assert!((returns.share() - 0.9).abs() < 0.01, "{returns:?}");
    }
}
