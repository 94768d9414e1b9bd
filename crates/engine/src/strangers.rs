//! Callers of whom no contact has the number, or who hide it. They hear the
//! message; a key of theirs is noted, and who asks for it is never called.

use campaigns::Catalogue;
use domain::{
    AttemptId, Event, Occasion, Outcome, PersonId, PhoneNumber, SignallingRecord, TrunkId,
};

use crate::inbound::asked_by;
use crate::timers::Timer;
use crate::{CallProgress, Command, Engine, Menu};

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Stranger {
    trunk: TrunkId,
    phone: Option<PhoneNumber>,
    called: PhoneNumber,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Our answer is ordered.
    Answering,
    /// They hear the message.
    Choosing,
    /// The record knows what became of them; the call need only end.
    Told,
}

impl Stranger {
    pub(crate) fn new(trunk: TrunkId, phone: Option<PhoneNumber>, called: PhoneNumber) -> Stranger {
        Stranger {
            trunk,
            phone,
            called,
            stage: Stage::Answering,
        }
    }
}

impl Engine {
    /// Whether somebody is on a call of ours, known or not.
    pub(crate) fn is_on_a_call(
        &self,
        person: Option<PersonId>,
        phone: Option<PhoneNumber>,
    ) -> bool {
        let strange = |phone| {
            self.strangers
                .values()
                .any(|other| other.phone == Some(phone))
        };
        self.calls.have_on_line(person, phone) || phone.is_some_and(strange)
    }

    pub(crate) fn stranger_went_on(&mut self, attempt: AttemptId, progress: &CallProgress) {
        match progress {
            CallProgress::Answered(signalling) => self.stranger_is_through(attempt, signalling),
            CallProgress::Key(key) => self.stranger_pressed(attempt, *key),
            CallProgress::MessagePlayed
            | CallProgress::Announced
            | CallProgress::Failed { .. }
            | CallProgress::Ended { .. } => self.stranger_left(attempt),
            CallProgress::Placed | CallProgress::Ringing => {}
        }
    }

    fn stranger_is_through(&mut self, attempt: AttemptId, signalling: &SignallingRecord) {
        if self.stage_of(attempt) == Some(Stage::Answering) {
            self.note_stranger(attempt, Some(signalling.clone()));
            self.set_stage(attempt, Stage::Choosing);
            self.play_menu(attempt, Menu::Choices);
        }
    }

    fn stranger_pressed(&mut self, attempt: AttemptId, key: char) {
        let Some(stranger) = self.strangers.get(&attempt) else {
            return;
        };
        // Nothing can be done for a number we were not told.
        let (Some(asked), Some(phone)) = (asked_by(key), stranger.phone) else {
            return;
        };
        if stranger.stage != Stage::Choosing {
            return;
        }
        let suppress = asked == Occasion::KeyOptOut;
        if suppress {
            self.opted_out.insert_phone(phone);
        }
        self.emit(Event::StrangerLeft {
            attempt,
            outcome: Outcome::Unserved,
            // They are in no campaign: the house's word.
            code: Some(Catalogue::house().system(asked).code.clone()),
            suppress,
        });
        self.set_stage(attempt, Stage::Told);
        self.play_menu(attempt, Menu::Noted);
    }

    /// Their call is over.
    pub(crate) fn stranger_left(&mut self, attempt: AttemptId) {
        let Some(stage) = self.stage_of(attempt) else {
            return;
        };
        if stage == Stage::Answering {
            self.note_stranger(attempt, None);
        }
        if stage != Stage::Told {
            self.emit(Event::StrangerLeft {
                attempt,
                outcome: Outcome::Unserved,
                code: None,
                suppress: false,
            });
        }
        if let Some(gone) = self.strangers.remove(&attempt) {
            self.trunks.free(gone.trunk, false);
        }
        self.timers.clear(Timer::Silence(attempt));
    }

    /// Ends the call of a stranger ourselves.
    pub(crate) fn dismiss_stranger(&mut self, attempt: AttemptId) {
        self.order(Command::HangUp { attempt });
        self.stranger_left(attempt);
    }

    fn note_stranger(&mut self, attempt: AttemptId, signalling: Option<SignallingRecord>) {
        if let Some(stranger) = self.strangers.get(&attempt) {
            let stranger = domain::Stranger {
                attempt,
                trunk: stranger.trunk,
                phone: stranger.phone,
                called: stranger.called,
                signalling,
            };
            self.emit(Event::StrangerCalled(stranger));
        }
    }

    fn stage_of(&self, attempt: AttemptId) -> Option<Stage> {
        self.strangers.get(&attempt).map(|stranger| stranger.stage)
    }

    fn set_stage(&mut self, attempt: AttemptId, stage: Stage) {
        if let Some(stranger) = self.strangers.get_mut(&attempt) {
            stranger.stage = stage;
        }
    }
}
