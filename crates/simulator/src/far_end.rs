//! What carriers and callees do: pick up, fail, hang up.

use std::time::Duration;

use domain::{AttemptId, Cause, EndedBy, Outcome, PhoneNumber, SignallingRecord};
use engine::{CallProgress, Input};

use crate::callee::{Callee, Fate};
use crate::world::{Happening, Line, NETWORK, World};

impl World<'_> {
    pub(crate) fn answer(&mut self, attempt: AttemptId) {
        let Some(line) = self.lines.get_mut(&attempt) else {
            return;
        };
        line.answered = true;
        if line.callee == Callee::Machine {
            self.tally.machines += 1;
        } else {
            self.tally.people += 1;
            let patience = Duration::from_secs(1) + self.dice.about(self.scenario.patience_mean);
            self.after(patience, Happening::PatienceEnds(attempt));
        }
        let record = SignallingRecord(format!("dialog {attempt}"));
        self.call(attempt, CallProgress::Answered(record));
    }

    pub(crate) fn fail(&mut self, attempt: AttemptId, outcome: Outcome) {
        let unanswered = self.lines.get(&attempt).is_some_and(|line| !line.answered);
        if unanswered {
            self.lines.remove(&attempt);
            let cause = Cause::default();
            self.call(attempt, CallProgress::Failed { outcome, cause });
        }
    }

    pub(crate) fn customer_leaves(&mut self, attempt: AttemptId) {
        if self.lines.remove(&attempt).is_some() {
            let (by, cause) = (EndedBy::Customer, Cause::default());
            self.call(attempt, CallProgress::Ended { by, cause });
        }
    }

    pub(crate) fn call(&mut self, attempt: AttemptId, progress: CallProgress) {
        self.feed(Input::Call { attempt, progress });
    }

    /// An order to end a call reached the far end.
    pub(crate) fn hung_up(&mut self, attempt: AttemptId) {
        let Some(line) = self.lines.get(&attempt) else {
            return;
        };
        if line.answered {
            self.lines.remove(&attempt);
            let (by, cause) = (EndedBy::System, Cause::default());
            let progress = CallProgress::Ended { by, cause };
            self.tell(NETWORK, Input::Call { attempt, progress });
        } else {
            self.after(NETWORK, Happening::Fail(attempt, Outcome::Cancelled));
        }
    }

    pub(crate) fn reach(&mut self, attempt: AttemptId, phone: PhoneNumber, ring_timeout: Duration) {
        let (known, hour) = (self.shelf.is_known(phone), self.hour());
        let segment = self.shelf.segment_of(attempt);
        let fate = Fate::draw(self.scenario, segment, phone, known, hour, &mut self.dice);
        let line = Line {
            callee: fate.callee,
            answered: false,
            bridged: false,
        };
        self.lines.insert(attempt, line);
        self.channels_peak = self.channels_peak.max(self.lines.len());
        let placed = CallProgress::Placed;
        self.tell(
            NETWORK,
            Input::Call {
                attempt,
                progress: placed,
            },
        );
        let setup = NETWORK + fate.setup;
        if fate.rings() && setup < ring_timeout {
            let progress = CallProgress::Ringing;
            self.tell(setup, Input::Call { attempt, progress });
        }
        let (span, what) = match fate.callee {
            Callee::Nobody(Outcome::NoAnswer) => (ring_timeout, None),
            // Detection hears a machine out before it is sure; a refusal comes
            // while it rings.
            Callee::Nobody(outcome) => (setup + fate.ring, Some(Happening::Fail(attempt, outcome))),
            Callee::Person | Callee::Machine => {
                (setup + fate.ring, Some(Happening::Answer(attempt)))
            }
        };
        match what {
            Some(what) if span < ring_timeout => self.after(span, what),
            _ => self.after(
                NETWORK + ring_timeout,
                Happening::Fail(attempt, Outcome::NoAnswer),
            ),
        }
    }
}
