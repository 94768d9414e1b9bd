//! A past from the events of an engine, where there is no record to ask.

use std::collections::BTreeMap;

use domain::{AttemptId, Event, Intent, Outcome, Recorded, Timestamp};

use super::{History, PastCall, PastChange};

impl History {
    /// Of events in order, with the typifications of the house. Local time is
    /// so many hours from UTC.
    pub fn told(events: impl IntoIterator<Item = Recorded>, utc_offset: i8) -> History {
        let mut history = History {
            utc_offset,
            ..History::default()
        };
        let mut calls = Calls::default();
        for Recorded { at, event, .. } in events {
            match event {
                Event::AttemptIntended(intent) => calls.intended(&intent, at),
                Event::CallRinging { attempt } => {
                    calls.change(attempt, |call| call.ringing = Some(at));
                }
                Event::CallAnswered { attempt, .. } => {
                    calls.change(attempt, |call| call.answered = Some(at));
                }
                Event::CallBridged { attempt, .. } => {
                    calls.change(attempt, |call| call.bridged = Some(at));
                }
                Event::AttemptClosed {
                    attempt, outcome, ..
                } => calls.change(attempt, |call| {
                    call.ended = at;
                    call.outcome = outcome;
                }),
                Event::Typified(said) => {
                    calls.change(said.attempt, |call| call.code = Some(said.code));
                }
                Event::AgentStateChanged {
                    agent, to, reason, ..
                } => history.changes.push(PastChange {
                    at,
                    agent,
                    to,
                    reason,
                }),
                _ => {}
            }
        }
        history.calls = calls.over();
        history
    }
}

/// By attempt, those that are not over included.
#[derive(Default)]
struct Calls(BTreeMap<AttemptId, PastCall>);

impl Calls {
    fn intended(&mut self, intent: &Intent, at: Timestamp) {
        let call = PastCall {
            contact: intent.contact,
            phone: intent.phone,
            placed: at,
            ringing: None,
            answered: None,
            bridged: None,
            ended: at,
            outcome: Outcome::Cancelled,
            code: None,
            segment: None,
        };
        self.0.insert(intent.attempt, call);
    }

    fn change(&mut self, attempt: AttemptId, change: impl FnOnce(&mut PastCall)) {
        if let Some(call) = self.0.get_mut(&attempt) {
            change(call);
        }
    }

    fn over(self) -> Vec<PastCall> {
        let calls = self.0.into_values();
        calls.filter(|call| call.ended > call.placed).collect()
    }
}
