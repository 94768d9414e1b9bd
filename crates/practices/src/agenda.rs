//! What of the practices is due in a span of days, what of it was held and what was missed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use law::Pack;

use crate::cycle::{Cycle, Every, Workdays};
use crate::model::{Model, Practice, Role};

/// A version of the model, with the day on which it came into force. A cycle is judged by the version in force on the day by
/// which it was due, so that a change makes no past cycle another.
#[derive(Clone, Debug)]
pub struct Edition {
    /// From this day on.
    pub since: NaiveDate,
    /// What it says.
    pub model: Model,
    /// Its holidays.
    pub pack: Pack,
}

impl Edition {
    /// Its working days.
    pub fn workdays(&self) -> Workdays<'_> {
        Workdays {
            model: &self.model,
            pack: &self.pack,
        }
    }

    /// The one in force on a day, of those in the order in which they came into force.
    pub fn on(editions: &[Edition], day: NaiveDate) -> Option<&Edition> {
        editions.iter().rev().find(|edition| edition.since <= day)
    }
}

/// A session that was held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The practice's key.
    pub practice: String,
    /// As whose.
    pub role: Role,
    /// By whom.
    pub leader: String,
    /// On which day.
    pub day: NaiveDate,
}

/// How far a line of the agenda is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Something is still to be held, and there is time.
    Planned,
    /// All of it was held.
    Done,
    /// The time is over.
    Missed,
}

impl State {
    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Done => "done",
            State::Missed => "missed",
        }
    }
}

/// A line of the agenda: a practice that a role, or one who leads in it, owes in a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The practice's key.
    pub practice: String,
    /// How often it is owed.
    pub every: Every,
    /// Minutes of each.
    pub minutes: u16,
    /// Who owes it.
    pub role: Role,
    /// Which of them; `None` where the model names nobody in the role.
    pub leader: Option<String>,
    /// In which cycle.
    pub cycle: Cycle,
    /// By which day: the last working day of the cycle.
    pub due: NaiveDate,
    /// How many.
    pub goal: u32,
    /// How many were held, more than the goal too.
    pub done: u32,
    /// How far that is.
    pub state: State,
}

impl Item {
    /// Those held that count: more than the goal of one cycle makes up for no other.
    pub fn counted(&self) -> u32 {
        self.done.min(self.goal)
    }

    /// Those still to be held, or that were missed.
    pub fn short(&self) -> u32 {
        self.goal - self.counted()
    }
}

/// What is due from a day to another, both included, by day, practice and owner.
pub fn agenda(
    editions: &[Edition],
    held: &[Held],
    (first, last): (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Vec<Item> {
    // By owner and cycle, so that a version that moved the last day of a cycle does not make it due twice.
    let mut items: BTreeMap<_, (usize, Item)> = BTreeMap::new();
    for day in first.iter_days().take_while(|day| *day <= last) {
        let Some(edition) = Edition::on(editions, day) else {
            continue;
        };
        if !edition.workdays().is(day) {
            continue;
        }
        for (place, practice) in edition.model.practices.iter().enumerate() {
            let cycle = Cycle::of(practice.every, day, &edition.model);
            if edition.workdays().last_of(cycle) != Some(day) {
                continue;
            }
            for (role, leader, goal) in owed(&edition.model, practice) {
                let owner = (practice.key.clone(), role, leader.clone(), cycle);
                let item = item(practice, (role, leader, goal), (cycle, day), held, today);
                items.insert(owner, (place, item));
            }
        }
    }
    let mut items: Vec<_> = items.into_values().collect();
    items.sort_by_key(|(place, item)| (item.due, *place, item.role));
    items.into_iter().map(|(_, item)| item).collect()
}

/// Who owes a practice how many times: each who leads in a role, or the role as one.
fn owed(model: &Model, practice: &Practice) -> Vec<(Role, Option<String>, u32)> {
    let of = |owner: &crate::model::Owner| {
        let (role, times) = (owner.role, owner.times);
        let leaders = model.leaders_in(role);
        match leaders.is_empty() {
            true => vec![(role, None, times)],
            false => leaders
                .into_iter()
                .map(|name| (role, Some(name.to_owned()), times))
                .collect(),
        }
    };
    practice.owners.iter().flat_map(of).collect()
}

fn item(
    practice: &Practice,
    (role, leader, goal): (Role, Option<String>, u32),
    (cycle, due): (Cycle, NaiveDate),
    held: &[Held],
    today: NaiveDate,
) -> Item {
    let counts = |it: &&Held| {
        it.practice == practice.key
            && it.role == role
            && leader.as_ref().is_none_or(|name| *name == it.leader)
            && cycle.has(it.day)
    };
    let done = u32::try_from(held.iter().filter(counts).count()).unwrap_or(u32::MAX);
    let state = match (done >= goal, today > cycle.last) {
        (true, _) => State::Done,
        (false, true) => State::Missed,
        (false, false) => State::Planned,
    };
    Item {
        practice: practice.key.clone(),
        every: practice.every,
        minutes: practice.minutes,
        role,
        leader,
        cycle,
        due,
        goal,
        done,
        state,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    pub(crate) fn house() -> Vec<Edition> {
        vec![Edition {
            since: NaiveDate::MIN,
            model: Model::house(),
            pack: Pack::colombia(),
        }]
    }

    pub(crate) fn held(practice: &str, role: Role, on: &str) -> Held {
        Held {
            practice: practice.to_owned(),
            role,
            leader: "Marta".to_owned(),
            day: day(on),
        }
    }

    fn of<'a>(items: &'a [Item], practice: &str) -> Vec<&'a Item> {
        items.iter().filter(|it| it.practice == practice).collect()
    }

    #[test]
    fn a_daily_practice_is_due_on_working_days_and_what_was_held_twice_counts_for_its_day() {
        // 7 to 13 December 2026: Tuesday is a holiday.
        let week = (day("2026-12-07"), day("2026-12-13"));
        let sessions = [
            held("dialogo_diario", Role::Supervisor, "2026-12-07"),
            held("dialogo_diario", Role::Supervisor, "2026-12-07"),
            held("dialogo_diario", Role::Coordinator, "2026-12-09"),
        ];
        let items = agenda(&house(), &sessions, week, day("2026-12-10"));
        let told: Vec<_> = of(&items, "dialogo_diario")
            .iter()
            .map(|it| (it.due.to_string(), it.done, it.state))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-12-07".to_owned(), 2, State::Done),
                ("2026-12-09".to_owned(), 0, State::Missed),
                ("2026-12-10".to_owned(), 0, State::Planned),
                ("2026-12-11".to_owned(), 0, State::Planned),
            ]
        );
    }

    #[test]
    fn a_longer_cycle_is_due_by_its_last_working_day() {
        // The fortnight of 30 November to 13 December, and the half year to 31 December.
        let weeks = |first: &str, last: &str| {
            let span = (day(first), day(last));
            let items = agenda(&house(), &[], span, day(first));
            let due = |key: &str| {
                of(&items, key)
                    .iter()
                    .map(|it| it.due.to_string())
                    .collect::<Vec<_>>()
            };
            (due("mejora_continua"), due("barometro"))
        };
        assert_eq!(weeks("2026-12-07", "2026-12-13").0, Vec::<String>::new());
        assert_eq!(weeks("2026-12-14", "2026-12-20").0, ["2026-12-18"]);
        assert_eq!(weeks("2026-12-28", "2027-01-03").1, ["2026-12-31"]);
        assert_eq!(weeks("2026-12-14", "2026-12-20").1, Vec::<String>::new());
    }

    #[test]
    fn each_who_leads_in_a_role_owes_its_practices() {
        let text = format!(
            "{}\n[[leader]]\nname = \"Marta\"\nrole = \"coordinator\"\n[[leader]]\nname = \"Luis\"\nrole = \"coordinator\"\n",
            crate::HOUSE
        );
        let mut editions = house();
        editions[0].model = Model::read(&text).expect("a model");
        let week = (day("2026-12-07"), day("2026-12-13"));
        let sessions = [
            held("confirmacion_funcion", Role::Coordinator, "2026-12-07"),
            held("confirmacion_funcion", Role::Coordinator, "2026-12-13"),
        ];
        let items = agenda(&editions, &sessions, week, day("2026-12-20"));
        let told: Vec<_> = of(&items, "confirmacion_funcion")
            .iter()
            .map(|it| (it.leader.as_deref(), it.goal, it.done, it.short()))
            .collect();
        assert_eq!(
            told,
            [
                (Some("Luis"), 3, 0, 3),
                (Some("Marta"), 3, 2, 1),
                (None, 1, 0, 1),
            ]
        );
    }

    #[test]
    fn a_new_version_makes_no_past_cycle_another() {
        let text = crate::HOUSE.replace("minutes = 15", "minutes = 20");
        let mut editions = house();
        editions.push(Edition {
            since: day("2026-12-10"),
            model: Model::read(&text).expect("a model"),
            pack: Pack::colombia(),
        });
        let week = (day("2026-12-07"), day("2026-12-13"));
        let items = agenda(&editions, &[], week, day("2026-12-13"));
        let minutes: Vec<_> = of(&items, "dialogo_diario")
            .iter()
            .map(|it| it.minutes)
            .collect();
        assert_eq!(minutes, [15, 15, 20, 20]);
    }
}
