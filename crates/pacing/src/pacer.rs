//! One campaign's pacing: learns from facts, decides on snapshots.

use std::collections::HashMap;
use std::time::Duration;

use domain::{AttemptId, DialMode, Rate, Timestamp};

use crate::decision::{Binding, Decision};
use crate::fact::Fact;
use crate::limits;
use crate::snapshot::Snapshot;

/// What a campaign asks of its pacing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PacerConfig {
    /// Share of live calls abandoned to aim at.
    pub target: Rate,
    /// Share never to exceed in the long run.
    pub limit: Rate,
    /// How long a live call may wait for an agent.
    pub wait_limit: Duration,
    /// How long the far end may ring.
    pub ring_timeout: Duration,
}

/// One campaign's pacing.
#[derive(Clone, Debug)]
pub struct Pacer {
    config: PacerConfig,
    open: HashMap<AttemptId, bool>,
    finished: f64,
    live: u64,
    abandoned: u64,
}

impl Pacer {
    /// A pacer that knows nothing yet.
    pub fn new(config: PacerConfig) -> Pacer {
        Pacer {
            config,
            open: HashMap::new(),
            finished: 0.0,
            live: 0,
            abandoned: 0,
        }
    }

    /// Takes up the balance of the abandon period after a restart: calls
    /// answered by people so far, and of those abandoned.
    pub fn restore_balance(&mut self, live: u64, abandoned: u64) {
        self.live = live;
        self.abandoned = abandoned.min(live);
    }

    /// Takes one fact, in order of time.
    pub fn observe(&mut self, _now: Timestamp, fact: Fact) {
        match fact {
            Fact::CallPlaced { call } => {
                self.open.insert(call, false);
            }
            Fact::Live { call } | Fact::Bridged { call, .. } | Fact::Abandoned { call } => {
                if let Some(live) = self.open.get_mut(&call)
                    && !*live
                {
                    *live = true;
                    self.live += 1;
                    self.finished += 1.0;
                }
                if matches!(fact, Fact::Abandoned { .. }) && self.open.remove(&call).is_some() {
                    self.abandoned += 1;
                }
            }
            Fact::Failed { call } => {
                if self.open.remove(&call).is_some() {
                    self.finished += 1.0;
                }
            }
            Fact::Cancelled { call } | Fact::Ended { call } => {
                self.open.remove(&call);
            }
            Fact::Ringing { .. }
            | Fact::Answered { .. }
            | Fact::AgentReady { .. }
            | Fact::AgentLeft { .. }
            | Fact::TalkEnded { .. }
            | Fact::WrapUpEnded { .. } => {}
        }
    }

    /// How many calls to place now. Ask about once a second.
    pub fn decide(&mut self, snapshot: &Snapshot) -> Decision {
        if let Some(held) = limits::closed(snapshot) {
            return held;
        }
        let lines = match snapshot.mode {
            DialMode::Preview => {
                return Decision::none(Binding::Mode, "preview: agents start the calls");
            }
            DialMode::Progressive => 1.0,
            DialMode::Power => snapshot.power_ratio.clamp(1.0, 10.0),
            DialMode::Predictive => self.lines_per_ready_agent(),
        };
        let wanted = (f64::from(snapshot.agents_ready) * lines).floor() as u32;
        let in_flight = u32::try_from(snapshot.calls.len()).unwrap_or(u32::MAX);
        let wanted = wanted.saturating_sub(in_flight.saturating_add(snapshot.waiting));
        let (room, limit) = limits::room(snapshot);
        let (dial, binding) = if wanted > room {
            (room, limit)
        } else if snapshot.mode == DialMode::Predictive {
            (wanted, Binding::Abandon)
        } else {
            (wanted, Binding::Mode)
        };
        Decision {
            dial,
            binding: binding.word(),
            why: format!(
                "{lines:.1} lines per ready agent, {} ready, {in_flight} in flight: {dial} now",
                snapshot.agents_ready
            ),
            inputs: vec![
                ("ready", f64::from(snapshot.agents_ready)),
                ("in_flight", f64::from(in_flight)),
                ("lines_per_agent", lines),
                ("live", self.live as f64),
                ("abandoned", self.abandoned as f64),
            ],
        }
    }

    /// Lines that reach about 0.7 people per ready agent, one once the share
    /// abandoned comes near the target.
    fn lines_per_ready_agent(&self) -> f64 {
        let answer_rate = (self.live as f64 + 15.0) / (self.finished + 50.0);
        let abandoned = Rate::of(self.abandoned, self.live).unwrap_or_default();
        if abandoned.get() >= 0.9 * self.config.target.get().min(self.config.limit.get()) {
            return 1.0;
        }
        (0.7 / answer_rate).clamp(1.0, 6.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_there_means_nothing_dialed() {
        let mut pacer = Pacer::new(PacerConfig {
            target: Rate::new(0.02).expect("a share"),
            limit: Rate::new(0.03).expect("a share"),
            wait_limit: Duration::from_secs(2),
            ring_timeout: Duration::from_secs(25),
        });
        let mut floor = Snapshot::empty(Timestamp::from_millis(0), DialMode::Predictive);
        (floor.channels_free, floor.calls_now_max, floor.hopper) = (100, 100, 100);
        let held = pacer.decide(&floor);
        assert_eq!((held.dial, held.binding), (0, "no agents"));
        floor.agents_ready = 3;
        assert!(pacer.decide(&floor).dial >= 3);
    }
}
