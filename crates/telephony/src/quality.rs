//! How a call sounded: its legs' figures when it ends, an agent's from when they came onto it, since
//! their line may stay up for many calls.

use domain::{AttemptId, CallLeg, LegQuality};

use crate::exchange::Exchange;
use crate::lines::Line;
use crate::media::{LegId, LegStats, Quality};
use crate::parties;

/// What a line's leg had heard when a customer came onto it.
#[derive(Debug)]
pub(crate) struct Mark {
    attempt: AttemptId,
    leg: LegId,
    heard: LegStats,
}

impl Line {
    /// A customer is on it from now on: what it heard until then was not theirs.
    pub(crate) fn mark(&mut self, attempt: AttemptId, leg: LegId, heard: LegStats) {
        let known = self.mark.as_ref().map(|mark| (mark.attempt, mark.leg));
        if known != Some((attempt, leg)) {
            self.mark = Some(Mark {
                attempt,
                leg,
                heard,
            });
        }
    }

    /// Its leg, and what that had heard before this customer came onto it.
    fn marked(&self, attempt: AttemptId) -> Option<(LegId, &LegStats)> {
        let mark = self.mark.as_ref().filter(|mark| mark.attempt == attempt)?;
        Some((mark.leg, &mark.heard))
    }
}

impl Exchange {
    /// Measures the legs of a call that is about to end; those that never heard a packet are left
    /// out.
    pub(crate) fn measured(&self, attempt: AttemptId) -> Vec<LegQuality> {
        let Some(call) = self.calls.get(&attempt) else {
            return Vec::new();
        };
        let customer = self.media.stats(call.session.leg.id);
        let customer = customer.and_then(|now| Quality::between(&LegStats::default(), &now));
        let agent = parties::agents(&call.talk).next().and_then(|agent| {
            let (leg, before) = self.lines.get(&agent)?.marked(attempt)?;
            Quality::between(before, &self.media.stats(leg)?)
        });
        let legs = [(CallLeg::Customer, customer), (CallLeg::Agent, agent)];
        let legs = legs.into_iter();
        legs.filter_map(|(leg, quality)| Some(recorded(leg, &quality?)))
            .collect()
    }
}

fn recorded(leg: CallLeg, quality: &Quality) -> LegQuality {
    let count = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let micros = |ms: f64| (ms * 1_000.0).round() as u32;
    LegQuality {
        leg,
        received: count(quality.received),
        lost: count(quality.lost),
        jitter_us: micros(quality.jitter_ms),
        rtt_us: quality.rtt_ms.map(micros),
        remote_lost: quality.remote_lost.map(count),
        remote_jitter_us: quality.remote_jitter_ms.map(micros),
        r_tenths: (quality.r_factor * 10.0).round() as u16,
    }
}
