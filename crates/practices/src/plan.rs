//! How an action plan, or an agreement of a session, stands: what its steps make of it, and whether it is late.

use chrono::NaiveDate;

use crate::cycle::Workdays;

/// What may happen to a plan. Steps are only added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Somebody followed it up.
    Note,
    /// It is due on another day.
    Due,
    /// It is another's.
    Owner,
    /// It is done.
    Done,
    /// It was not done after all.
    Reopened,
    /// It is not to be done.
    Withdrawn,
}

impl StepKind {
    /// Every kind.
    pub const ALL: [StepKind; 6] = [
        StepKind::Note,
        StepKind::Due,
        StepKind::Owner,
        StepKind::Done,
        StepKind::Reopened,
        StepKind::Withdrawn,
    ];

    /// The word used in the record, on the command line and in the API.
    pub const fn word(self) -> &'static str {
        match self {
            StepKind::Note => "note",
            StepKind::Due => "due",
            StepKind::Owner => "owner",
            StepKind::Done => "done",
            StepKind::Reopened => "reopened",
            StepKind::Withdrawn => "withdrawn",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<StepKind> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What happened.
    pub kind: StepKind,
    /// On which day.
    pub day: NaiveDate,
    /// The new last day, of [`StepKind::Due`].
    pub due: Option<NaiveDate>,
    /// Who has it now, of [`StepKind::Owner`].
    pub owner: Option<String>,
}

/// How a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanState {
    /// To be done, and there is time.
    Open,
    /// To be done, and its day is over.
    Late,
    /// Done.
    Done,
    /// Not to be done.
    Withdrawn,
}

impl PlanState {
    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            PlanState::Open => "open",
            PlanState::Late => "late",
            PlanState::Done => "done",
            PlanState::Withdrawn => "withdrawn",
        }
    }

    /// In Spanish.
    pub const fn spanish(self) -> &'static str {
        match self {
            PlanState::Open => "abierto",
            PlanState::Late => "vencido",
            PlanState::Done => "cumplido",
            PlanState::Withdrawn => "retirado",
        }
    }

    /// Why a step cannot be; nothing where it can.
    pub fn refuses(self, step: StepKind) -> Option<&'static str> {
        let is_open = matches!(self, PlanState::Open | PlanState::Late);
        match step {
            StepKind::Note => None,
            StepKind::Reopened if is_open => Some("it is open already"),
            StepKind::Reopened => None,
            StepKind::Due | StepKind::Owner | StepKind::Done | StepKind::Withdrawn if !is_open => {
                Some("it is closed; reopen it first")
            }
            StepKind::Due | StepKind::Owner | StepKind::Done | StepKind::Withdrawn => None,
        }
    }
}

/// Where a plan stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanStanding {
    /// How.
    pub state: PlanState,
    /// Whose it is.
    pub owner: String,
    /// Its last day.
    pub due: NaiveDate,
    /// Working days after that: until it was done, or until today.
    pub days_late: u32,
    /// When it was done or withdrawn.
    pub closed_on: Option<NaiveDate>,
}

/// Where a plan stands on a day that was opened for somebody with a last day, by its steps in order.
pub fn standing(
    (owner, due): (&str, NaiveDate),
    steps: &[Step],
    today: NaiveDate,
    workdays: Workdays<'_>,
) -> PlanStanding {
    let mut stands = PlanStanding {
        state: PlanState::Open,
        owner: owner.to_owned(),
        due,
        days_late: 0,
        closed_on: None,
    };
    for step in steps {
        match step.kind {
            StepKind::Note => {}
            StepKind::Due => stands.due = step.due.unwrap_or(stands.due),
            StepKind::Owner => {
                if let Some(owner) = &step.owner {
                    stands.owner.clone_from(owner);
                }
            }
            StepKind::Done => (stands.state, stands.closed_on) = (PlanState::Done, Some(step.day)),
            StepKind::Withdrawn => {
                (stands.state, stands.closed_on) = (PlanState::Withdrawn, Some(step.day));
            }
            StepKind::Reopened => (stands.state, stands.closed_on) = (PlanState::Open, None),
        }
    }
    let until = match stands.state {
        PlanState::Withdrawn => stands.due,
        PlanState::Open | PlanState::Late | PlanState::Done => stands.closed_on.unwrap_or(today),
    };
    // Over a weekend nothing gets later.
    stands.days_late = workdays.between(stands.due, until);
    if stands.state == PlanState::Open && today > stands.due {
        stands.state = PlanState::Late;
    }
    stands
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agenda::tests::{day, house};

    fn step(kind: StepKind, on: &str) -> Step {
        Step {
            kind,
            day: day(on),
            due: None,
            owner: None,
        }
    }

    fn told(steps: &[Step], today: &str) -> (PlanState, u32) {
        let editions = house();
        let due = day("2026-12-04");
        let stands = standing(("Marta", due), steps, day(today), editions[0].workdays());
        (stands.state, stands.days_late)
    }

    #[test]
    fn a_plan_is_late_from_the_day_after_its_last_counted_in_working_days() {
        assert_eq!(told(&[], "2026-12-04"), (PlanState::Open, 0));
        // Saturday; then Monday, and after the holiday of Tuesday.
        assert_eq!(told(&[], "2026-12-05"), (PlanState::Late, 0));
        assert_eq!(told(&[], "2026-12-09"), (PlanState::Late, 2));
        let done = [step(StepKind::Done, "2026-12-07")];
        assert_eq!(told(&done, "2027-03-01"), (PlanState::Done, 1));
        let done = [step(StepKind::Done, "2026-12-03")];
        assert_eq!(told(&done, "2027-03-01"), (PlanState::Done, 0));
        let given_up = [step(StepKind::Withdrawn, "2026-12-30")];
        assert_eq!(told(&given_up, "2027-03-01"), (PlanState::Withdrawn, 0));
        let again = [
            step(StepKind::Done, "2026-12-03"),
            step(StepKind::Note, "2026-12-04"),
            step(StepKind::Reopened, "2026-12-07"),
        ];
        assert_eq!(told(&again, "2026-12-07"), (PlanState::Late, 1));
    }

    #[test]
    fn another_last_day_and_owner_count_from_then_on() {
        let mut moved = step(StepKind::Due, "2026-12-04");
        moved.due = Some(day("2026-12-11"));
        let mut handed = step(StepKind::Owner, "2026-12-04");
        handed.owner = Some("Luis".to_owned());
        assert_eq!(told(&[moved.clone()], "2026-12-09"), (PlanState::Open, 0));
        let editions = house();
        let steps = [moved, handed];
        let stands = standing(
            ("Marta", day("2026-12-04")),
            &steps,
            day("2026-12-14"),
            editions[0].workdays(),
        );
        assert_eq!((stands.owner.as_str(), stands.days_late), ("Luis", 1));
    }

    #[test]
    fn what_is_closed_takes_notes_alone_until_it_is_reopened() {
        for kind in StepKind::ALL {
            assert_eq!(StepKind::from_word(kind.word()), Some(kind));
            let open = PlanState::Late.refuses(kind).is_none();
            let closed = PlanState::Done.refuses(kind).is_none();
            assert_eq!(open, kind != StepKind::Reopened, "{}", kind.word());
            let of_closed = matches!(kind, StepKind::Note | StepKind::Reopened);
            assert_eq!(closed, of_closed, "{}", kind.word());
        }
    }
}
