//! What the engine promises, checked on every step: no call before its intent
//! is durable, one call per person at a time, one end per call.

use domain::{AttemptId, Event, Keyed, KeyedSet, PersonId};
use engine::{Command, Step};

/// More than this are not listed: the first ones tell.
const BROKEN_MAX: usize = 20;

/// The check.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    open: Keyed<AttemptId, PersonId>,
    called: KeyedSet<PersonId>,
    committed: KeyedSet<AttemptId>,
    broken: Vec<String>,
}

impl Promises {
    pub(crate) fn committed(&mut self, attempt: AttemptId) {
        self.committed.insert(attempt);
    }

    pub(crate) fn check(&mut self, step: &Step) {
        for event in step.facts() {
            self.check_event(event);
        }
        for command in &step.commands {
            if let Command::PlaceCall { attempt, .. } = command
                && !self.committed.contains(attempt)
            {
                self.complain(format!("call {attempt} left before its intent was durable"));
            }
        }
    }

    /// Promises broken, in words; empty in a sound engine.
    pub(crate) fn into_broken(self) -> Vec<String> {
        self.broken
    }

    /// Attempts that are not over.
    pub(crate) fn open(&self) -> usize {
        self.open.len()
    }

    fn check_event(&mut self, event: &Event) {
        match event {
            Event::AttemptIntended(intent) => {
                if !self.called.insert(intent.person) {
                    let (attempt, person) = (intent.attempt, intent.person);
                    self.complain(format!(
                        "attempt {attempt} calls person {person} who is being called"
                    ));
                }
                self.open.insert(intent.attempt, intent.person);
            }
            Event::AttemptClosed { attempt, .. } | Event::AttemptRefused { attempt, .. } => {
                self.committed.remove(attempt);
                match self.open.remove(attempt) {
                    Some(person) => {
                        self.called.remove(&person);
                    }
                    None => self.complain(format!("attempt {attempt} ended twice")),
                }
            }
            _ => {}
        }
    }

    fn complain(&mut self, what: String) {
        if self.broken.len() < BROKEN_MAX {
            self.broken.push(what);
        }
    }
}
