//! Queues: by when a sale should leave its stage, and which is next.

use std::cmp::Ordering;
use std::time::Duration;

use domain::Timestamp;
use law::Pack;
use serde::Deserialize;

use crate::calendar::BusinessHours;
use crate::setting::{InvalidSetting, Setting, read, sound, twice};
use crate::stage::Stage;

/// The terms of a campaign's queues.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queues {
    /// When business is done.
    pub hours: BusinessHours,
    #[serde(rename = "queue", default)]
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    stage: String,
    hours: u32,
}

/// A sale's place in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// When it came to its stage.
    pub since: Timestamp,
    /// By when it should have left it; none: no term.
    pub due: Option<Timestamp>,
    /// Whether that is over.
    pub is_overdue: bool,
}

impl Queues {
    /// The house's own.
    pub fn house() -> Queues {
        Queues::read(Setting::Queues.house())
            .expect("the queues compiled in are read by this crate's tests")
    }

    /// From their text, or all that is wrong with it.
    pub fn read(text: &str) -> Result<Queues, InvalidSetting> {
        let queues: Queues = read(text)?;
        let mut problems = queues.hours.problems();
        for term in &queues.terms {
            match Stage::from_word(&term.stage) {
                None => problems.push(format!("queue: there is no stage \"{}\"", term.stage)),
                Some(stage) if stage.is_terminal() => {
                    problems.push(format!("queue: a sale does not leave {stage}; take it out"));
                }
                Some(_) => {}
            }
        }
        problems.extend(twice(
            "queue",
            queues.terms.iter().map(|term| term.stage.as_str()),
        ));
        sound(queues, problems)
    }

    /// Where a sale stands that came to a stage at an instant.
    pub fn place(&self, stage: Stage, since: Timestamp, now: Timestamp, pack: &Pack) -> QueuePlace {
        let term = self.terms.iter().find(|term| term.stage == stage.word());
        let due = term.and_then(|term| {
            let span = Duration::from_secs(u64::from(term.hours) * 3_600);
            self.hours.after(since, span, pack)
        });
        QueuePlace {
            since,
            due,
            is_overdue: due.is_some_and(|due| due < now),
        }
    }
}

impl QueuePlace {
    /// The order of a queue: what is due first, then what waits longest.
    pub fn order(&self, other: &QueuePlace) -> Ordering {
        let due = |place: &QueuePlace| place.due.unwrap_or(Timestamp::from_millis(i64::MAX));
        due(self)
            .cmp(&due(other))
            .then(self.since.cmp(&other.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_first_comes_first_and_what_is_over_is_told() {
        let queues = Queues::house();
        let pack = Pack::colombia();
        // Tuesday, 1 December 2026, 08:00 in Bogota.
        let morning = Timestamp::from_millis(1_796_130_000_000);
        let hour = |n: u64| morning + Duration::from_secs(n * 3_600);
        let place = |stage, since, now| queues.place(stage, since, now, &pack);
        let validation = place(Stage::InValidation, morning, hour(3));
        assert_eq!(
            (validation.due, validation.is_overdue),
            (Some(hour(4)), false)
        );
        assert!(place(Stage::InValidation, morning, hour(5)).is_overdue);
        let legal = place(Stage::Legalised, morning, hour(5_000));
        assert_eq!((legal.due, legal.is_overdue), (None, false));
        let route = place(Stage::OnRoute, morning, hour(1));
        assert_eq!(validation.order(&route), Ordering::Less);
        assert_eq!(legal.order(&route), Ordering::Greater);
    }

    #[test]
    fn a_queue_of_no_stage_is_refused() {
        let text = "[hours]\nwindows = [{ days = [\"lun\"], opens = \"18:00\", closes = \"08:00\" }]\n\
                    [[queue]]\nstage = \"devuelta\"\nhours = 1\n[[queue]]\nstage = \"anulada\"\nhours = 1\n";
        let Err(InvalidSetting::Says(problems)) = Queues::read(text) else {
            panic!("nothing of it can be used");
        };
        assert_eq!(problems.len(), 4, "{problems:?}");
    }
}
