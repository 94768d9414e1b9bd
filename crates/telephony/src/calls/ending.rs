//! Ending a call: by us whatever its state, and what is left to do when an answered one is over.

use std::time::{Duration, Instant};

use domain::{AttemptId, Cause, EndedBy, Outcome};
use engine::CallProgress;

use super::{CustomerCall, Phase};
use crate::Report;
use crate::exchange::{Exchange, Owner};
use crate::parties;

/// No customer talks longer: what does is a call whose end got lost.
const CALL_LENGTH_MAX: Duration = Duration::from_secs(4 * 3600);

impl Exchange {
    /// Ends a call whatever its state.
    pub(crate) fn hang_up(&mut self, now: Instant, attempt: AttemptId) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        if call.answered().is_some() {
            self.end_answered(now, attempt, EndedBy::System);
        } else {
            // One that rang out already goes on being that: the network only takes its time to agree.
            call.given_up |= !self.endpoint.is_given_up(call.handle);
            self.endpoint.hang_up(now, call.handle, None);
        }
    }

    /// Ends an answered call and says so.
    pub(crate) fn end_answered(&mut self, now: Instant, attempt: AttemptId, by: EndedBy) {
        if let Some(call) = self.calls.get(&attempt) {
            let handle = call.handle;
            self.owners.insert(handle, Owner::Ghost(None));
            self.endpoint.hang_up(now, handle, None);
            self.customer_gone(now, attempt, by, None);
        }
    }

    /// Ends an answered call that turned out to be no person's.
    pub(super) fn end_as(
        &mut self,
        now: Instant,
        attempt: AttemptId,
        outcome: Outcome,
        cause: Cause,
    ) {
        if let Some(call) = self.calls.get(&attempt) {
            let handle = call.handle;
            self.owners.insert(handle, Owner::Ghost(None));
            self.endpoint.hang_up(now, handle, None);
            self.customer_left_as(now, attempt, CallProgress::Failed { outcome, cause });
        }
    }

    /// Ends an answered call of which nothing is to be said, or something else.
    pub(super) fn let_go(&mut self, now: Instant, attempt: AttemptId) {
        self.end_recording(now, attempt);
        self.end_captured_call(attempt);
        if let Some(call) = self.calls.remove(&attempt) {
            self.owners.insert(call.handle, Owner::Ghost(None));
            self.endpoint.hang_up(now, call.handle, None);
            self.close_session(&call.session);
        }
    }

    /// An answered call is over: frees its leg, parts its agent, says so.
    pub(crate) fn customer_gone(
        &mut self,
        now: Instant,
        attempt: AttemptId,
        by: EndedBy,
        q850: Option<u16>,
    ) {
        let cause = Cause {
            q850,
            ..Cause::default()
        };
        self.customer_left_as(now, attempt, CallProgress::Ended { by, cause });
    }

    /// The same, told so.
    fn customer_left_as(&mut self, now: Instant, attempt: AttemptId, told: CallProgress) {
        self.end_recording(now, attempt);
        self.end_captured_call(attempt);
        let legs = self.measured(attempt);
        let Some(call) = self.calls.remove(&attempt) else {
            return;
        };
        self.close_session(&call.session);
        if let Some((supervisor, _)) = call.supervisor {
            self.supervisor_left(supervisor);
        }
        for agent in parties::agents(&call.talk) {
            self.customer_left(now, agent, attempt);
        }
        self.end_side(now, attempt);
        if !legs.is_empty() {
            self.report(Report::Measured { attempt, legs });
        }
        self.report_call(attempt, told);
    }

    /// Ends calls whose message or whose end got lost.
    pub(crate) fn end_overdue_calls(&mut self, now: Instant) {
        let overdue = |call: &CustomerCall| match call.phase {
            Phase::Calling => false,
            Phase::Answered { since, message, .. } => {
                now.duration_since(since) > CALL_LENGTH_MAX
                    || message.is_some_and(|until| until < now)
            }
        };
        let late: Vec<_> = self
            .calls
            .iter()
            .filter_map(|(attempt, call)| overdue(call).then_some(*attempt))
            .collect();
        for attempt in late {
            tracing::warn!(%attempt, "overdue; hung up");
            self.end_answered(now, attempt, EndedBy::System);
        }
    }
}
