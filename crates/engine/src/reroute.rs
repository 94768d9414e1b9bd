//! An attempt whose trunk failed before anybody could ring goes on over the
//! next trunk of its routes: the same attempt, charged once if at all. Only
//! after the first INVITE is over, and only once the record knows the second.

use domain::{AttemptId, Cause, Event, Outcome, TrunkId};

use crate::Engine;
use crate::call::{Call, Phase};
use crate::timers::Timer;

/// Trunks tried for one attempt: somebody waits to be called, or to talk.
const TRUNKS_TRIED_MAX: usize = 4;

impl Engine {
    /// Lets an attempt go on over another trunk, if what ended it was its trunk
    /// and another one has room. False: it is over.
    pub(crate) fn goes_on_elsewhere(
        &mut self,
        attempt: AttemptId,
        outcome: Outcome,
        cause: &Cause,
    ) -> bool {
        if outcome != Outcome::Congestion || !is_the_trunks_fault(cause) {
            return false;
        }
        let Some(next) = self.another_trunk(attempt) else {
            return false;
        };
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return false;
        };
        let failed = std::mem::replace(&mut call.intent.trunk, next);
        call.tried.push(failed);
        call.phase = Phase::Rerouting;
        call.failed_with = cause.clone();
        self.timers.clear(Timer::Silence(attempt));
        self.trunks.judge(failed, outcome, cause.retry_after, now);
        self.trunks.free(failed, false);
        self.trunks.hold(next, now);
        self.emit(Event::CallRerouted {
            attempt,
            from: failed,
            to: next,
            cause: cause.clone(),
        });
        true
    }

    /// The next trunk of the attempt's routes that was not tried and takes a call.
    fn another_trunk(&mut self, attempt: AttemptId) -> Option<TrunkId> {
        let now = self.now;
        let call = self.calls.get(attempt)?;
        let may_go_on = matches!(call.phase, Phase::Ordered | Phase::Dialing)
            && !call.given_up
            && call.tried.len() + 1 < TRUNKS_TRIED_MAX;
        if !may_go_on || self.draining {
            return None;
        }
        let run = self.runs.get_mut(&call.intent.campaign)?;
        let (trunks, loopback) = (&self.trunks, run.loopback_only());
        let was_tried = |id: TrunkId| id == call.intent.trunk || call.tried.contains(&id);
        run.routes.choose(call.intent.phone, |id| {
            !was_tried(id) && trunks.lets_out(id, loopback, now)
        })
    }
}

/// A server that failed, that said nothing, or that could not be reached: what
/// another one may do better (RFC 3263 section 4.3). Whatever else a carrier
/// refuses for, the next one would too, or it is about the person called.
fn is_the_trunks_fault(cause: &Cause) -> bool {
    matches!(cause.sip_status, None | Some(408 | 500 | 502..=504))
}

impl Call {
    /// Whether it is between two trunks: it was an attempt, if its INVITE left.
    pub(crate) fn is_rerouting(&self) -> bool {
        self.phase == Phase::Rerouting
    }
}
