//! What the shells around an engine do: the store writes down and leases, the
//! telephony places, ends and plays.

use std::time::Duration;

use domain::{Event, Typification};
use engine::{CallProgress, Command, Input, LineEvent};

use crate::world::{Happening, World};

/// How long the message to an abandoned caller lasts.
const MESSAGE: Duration = Duration::from_secs(8);

impl World<'_> {
    /// What the store writes down.
    pub(crate) fn journal(&mut self, event: &Event) {
        match event {
            Event::AttemptIntended(intent) => {
                let delay = self.scenario.commit_delay;
                self.after(delay, Happening::Commit(intent.attempt));
            }
            Event::CallRerouted { attempt, .. } => {
                let delay = self.scenario.commit_delay;
                self.after(delay, Happening::Commit(*attempt));
            }
            Event::AttemptRefused { next, .. } => self.shelf.update(next, None),
            Event::AttemptClosed {
                next: Some(next), ..
            }
            | Event::Typified(Typification { next, .. }) => self.shelf.update(next, Some(0)),
            _ => {}
        }
    }

    /// What the shells do as ordered.
    pub(crate) fn obey(&mut self, command: &Command) {
        match command {
            Command::PlaceCall {
                attempt,
                phone,
                ring_timeout,
                ..
            } => self.reach(*attempt, *phone, *ring_timeout),
            Command::HangUp { attempt } => self.hung_up(*attempt),
            Command::PlayMessage { attempt } => {
                let (attempt, progress) = (*attempt, CallProgress::MessagePlayed);
                self.tell(MESSAGE, Input::Call { attempt, progress });
            }
            Command::RaiseLine { agent } => {
                let (agent, event) = (*agent, LineEvent::Up);
                let pick_up = self.dice.millis(500, 4_000);
                self.tell(pick_up, Input::Line { agent, event });
            }
            Command::RefillHopper {
                count,
                agreed_alone,
                ..
            } => {
                // Nobody in here agreed to other hours.
                let count = if *agreed_alone { 0 } else { *count };
                self.after(self.scenario.commit_delay, Happening::Lease(count));
            }
            Command::ReleaseWork(updates) => {
                if let Some(record) = &mut self.record {
                    record.give_back(updates);
                }
                for update in updates {
                    self.shelf.update(update, None);
                }
            }
            // Nobody in here calls us.
            Command::TakeCall { .. } | Command::RefuseCall { .. } | Command::PlayMenu { .. } => {}
            // In memory, and nothing comes of it but what was drawn already.
            Command::Bridge { .. } | Command::DropLine { .. } | Command::Warn { .. } => {}
            // Nobody in here hands calls on, or listens to others.
            Command::Arrange { .. }
            | Command::Supervise { .. }
            | Command::CallSide { .. }
            | Command::DropSide { .. }
            | Command::SendDigits { .. } => {}
            // Nobody in here is in a register.
            Command::LookUpNumbers(_) => {}
            // Nobody in here says anything worth keeping.
            Command::Record { .. } => {}
        }
    }
}
