//! How long a call may last: from when its first agent hears the customer, with
//! a word to who has it a minute before the end.

use std::time::Duration;

use domain::{AttemptId, EndedBy};

use crate::timers::{LENGTH_GRACE, LENGTH_WARNING, Timer};
use crate::{Command, Engine};

impl Engine {
    /// Longest an agent may be on a call: a little more than the call may last,
    /// so that it ends by its own timer.
    pub(crate) fn talk_limit(&self, attempt: AttemptId) -> Duration {
        self.call_max(attempt) + LENGTH_GRACE
    }

    fn call_max(&self, attempt: AttemptId) -> Duration {
        self.campaign_of(attempt)
            .and_then(|id| self.runs.get(&id))
            .map_or(Duration::from_secs(3_600), |run| run.campaign.call_max)
    }

    /// The first agent hears the customer: from here the call's length counts.
    pub(crate) fn length_counts(&mut self, attempt: AttemptId) {
        let max = self.call_max(attempt);
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if call.ends.is_some() {
            return;
        }
        call.ends = Some(now + max);
        let first = max.checked_sub(LENGTH_WARNING).filter(|at| !at.is_zero());
        call.warned = first.is_none();
        self.timers
            .set(Timer::Length(attempt), now + first.unwrap_or(max));
    }

    /// A minute is left, or none.
    pub(crate) fn length_is_up(&mut self, attempt: AttemptId) {
        let now = self.now;
        let Some(call) = self.calls.get_mut(attempt) else {
            return;
        };
        if std::mem::replace(&mut call.warned, true) {
            return self.hang_up_answered(attempt, EndedBy::System);
        }
        call.ends = Some(now + LENGTH_WARNING);
        if let Some(agent) = call.agent() {
            self.order(Command::Warn { attempt, agent });
        }
        self.timers
            .set(Timer::Length(attempt), now + LENGTH_WARNING);
    }
}
