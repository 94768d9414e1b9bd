//! The practices of an installation, as their text says.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;
use thiserror::Error;

use crate::cycle::Every;

/// The house's own text: what counts until an installation puts its own in force.
pub const HOUSE: &str = include_str!("../../../config/practices.toml");

/// More would be no practice of a week.
const TIMES_MAX: u32 = 50;
/// A working day.
const MINUTES_MAX: u16 = 480;
/// Longest key, name and leader.
const WORD_MAX: usize = 80;
/// More than any operation has: each leader owes each practice on each day.
const ROWS_MAX: usize = 50;

/// Who leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Leads advisors.
    Supervisor,
    /// Leads supervisors.
    Coordinator,
    /// Leads the operation.
    Manager,
}

impl Role {
    /// Every role, from the floor up.
    pub const ALL: [Role; 3] = [Role::Supervisor, Role::Coordinator, Role::Manager];

    /// The word used in texts, on the command line and in the record.
    pub const fn word(self) -> &'static str {
        match self {
            Role::Supervisor => "supervisor",
            Role::Coordinator => "coordinator",
            Role::Manager => "manager",
        }
    }

    /// In Spanish.
    pub const fn spanish(self) -> &'static str {
        match self {
            Role::Supervisor => "supervisor",
            Role::Coordinator => "coordinador",
            Role::Manager => "gerente",
        }
    }

    /// From either word.
    pub fn from_word(word: &str) -> Option<Role> {
        Self::ALL
            .into_iter()
            .find(|role| role.word() == word || role.spanish() == word)
    }
}

/// The practices of an installation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// The law pack whose holidays count.
    pub pack: String,
    days: Vec<String>,
    fortnight_from: String,
    /// Who leads, by name.
    #[serde(rename = "leader", default)]
    pub leaders: Vec<Leader>,
    /// The practices, in the order in which they are shown.
    #[serde(rename = "practice", default)]
    pub practices: Vec<Practice>,
}

/// Somebody who leads.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leader {
    /// Their name, as sessions have it.
    pub name: String,
    /// As what.
    pub role: Role,
}

/// A practice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Practice {
    /// Stable.
    pub key: String,
    /// Its name.
    pub name: Words,
    /// How often.
    pub every: Every,
    /// How long one takes.
    pub minutes: u16,
    /// Who owes it, how many times in a cycle.
    pub owners: Vec<Owner>,
}

/// Who owes a practice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// The role.
    pub role: Role,
    /// In each cycle.
    pub times: u32,
}

/// Words for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// In Spanish.
    pub es: String,
    /// In English.
    pub en: String,
}

/// A text that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidModel {
    /// Not TOML of the expected shape; where, and what is wrong.
    #[error("{0}")]
    Shape(String),
    /// It says something impossible: all of that.
    #[error("{}", .0.join("\n"))]
    Says(Vec<String>),
}

impl Model {
    /// The house's own.
    pub fn house() -> Model {
        Model::read(HOUSE).expect("the practices compiled in are read by this crate's tests")
    }

    /// From its text, or all that is wrong with it.
    pub fn read(text: &str) -> Result<Model, InvalidModel> {
        let read: Model = toml::from_str(text)
            .map_err(|error| InvalidModel::Shape(error.to_string().trim().to_owned()))?;
        let mut problems = read.calendar_problems();
        problems.extend(read.practices.iter().flat_map(Practice::problems));
        problems.extend(twice(
            "practice",
            read.practices.iter().map(|it| it.key.as_str()),
        ));
        problems.extend(twice(
            "leader",
            read.leaders.iter().map(|it| it.name.as_str()),
        ));
        let names = read.leaders.iter().filter(|it| !is_word(&it.name));
        problems.extend(names.map(|it| format!("leader: \"{}\" is no name", it.name)));
        if read.practices.is_empty() || read.practices.len() > ROWS_MAX {
            problems.push(format!("practice: there must be 1 to {ROWS_MAX}"));
        }
        if read.leaders.len() > ROWS_MAX {
            problems.push(format!("leader: there may be {ROWS_MAX} at most"));
        }
        match problems.is_empty() {
            true => Ok(read),
            false => Err(InvalidModel::Says(problems)),
        }
    }

    fn calendar_problems(&self) -> Vec<String> {
        let mut said: Vec<String> = self
            .days
            .iter()
            .filter(|day| weekday(day).is_none())
            .map(|day| format!("days: \"{day}\" is no day; write mon to sun"))
            .collect();
        if self.days.is_empty() {
            said.push("days: say on which days something can be due".to_owned());
        }
        if law::Pack::by_id(&self.pack).is_err() {
            said.push(format!(
                "pack: there is no law pack \"{}\"; write co",
                self.pack
            ));
        }
        match self.fortnight_from.parse::<NaiveDate>() {
            Ok(day) if day.weekday() == Weekday::Mon => {}
            _ => said.push(format!(
                "fortnight_from: \"{}\" is no Monday; write it as 2026-01-05",
                self.fortnight_from
            )),
        }
        said
    }

    /// Whether something can be due on a day of the week.
    pub fn works_on(&self, day: Weekday) -> bool {
        self.days.iter().any(|name| weekday(name) == Some(day))
    }

    /// The Monday that fortnights are counted from.
    pub fn fortnight_from(&self) -> NaiveDate {
        self.fortnight_from
            .parse()
            .expect("checked when it was read")
    }

    /// The practice with a key.
    pub fn practice(&self, key: &str) -> Option<&Practice> {
        self.practices.iter().find(|practice| practice.key == key)
    }

    /// Who leads in a role, by name; nobody where the text names none.
    pub fn leaders_in(&self, role: Role) -> Vec<&str> {
        let of_role = self.leaders.iter().filter(|leader| leader.role == role);
        of_role.map(|leader| leader.name.as_str()).collect()
    }
}

impl Practice {
    fn problems(&self) -> Vec<String> {
        let mut said = Vec::new();
        let mut wrong = |words: &str| said.push(format!("practice {}: {words}", self.key));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !is_word(&self.key) || !self.key.chars().all(plain) {
            wrong("a key is made of a-z, 0-9 and _");
        }
        if !is_word(&self.name.es) || !is_word(&self.name.en) {
            wrong("give it a name in Spanish and in English");
        }
        if !(1..=MINUTES_MAX).contains(&self.minutes) {
            wrong("it takes 1 to 480 minutes");
        }
        if self.owners.is_empty() {
            wrong("say who owes it");
        }
        if self
            .owners
            .iter()
            .any(|it| !(1..=TIMES_MAX).contains(&it.times))
        {
            wrong("it is owed 1 to 50 times in a cycle");
        }
        let roles: BTreeSet<Role> = self.owners.iter().map(|owner| owner.role).collect();
        if roles.len() < self.owners.len() {
            wrong("a role owes it twice; add the times up");
        }
        said
    }
}

fn is_word(text: &str) -> bool {
    let length = text.trim().chars().count();
    (1..=WORD_MAX).contains(&length) && !text.chars().any(char::is_control)
}

fn weekday(name: &str) -> Option<Weekday> {
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .contains(&name)
        .then(|| name.parse().ok())?
}

fn twice<'k>(what: &str, keys: impl Iterator<Item = &'k str>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    keys.filter(|key| !seen.insert(*key))
        .map(|key| format!("{what} \"{key}\" comes twice; give each its own name"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_has_the_nine_practices_of_the_procedure() {
        let house = Model::house();
        assert_eq!(house.practices.len(), 9);
        let told = |key: &str| {
            let practice = house.practice(key).expect("there");
            let owners = practice
                .owners
                .iter()
                .map(|owner| (owner.role.word(), owner.times));
            (
                practice.every.word(),
                practice.minutes,
                owners.collect::<Vec<_>>(),
            )
        };
        assert_eq!(told("dialogo_diario"), ("day", 15, vec![("supervisor", 1)]));
        assert_eq!(
            told("confirmacion_funcion"),
            ("week", 30, vec![("coordinator", 3), ("manager", 1)])
        );
        assert_eq!(told("barometro").0, "half_year");
    }

    #[test]
    fn everything_wrong_with_a_text_is_told() {
        let text = "pack = \"mx\"\ndays = [\"lun\"]\nfortnight_from = \"2026-01-06\"\n\
                    [[practice]]\nkey = \"A b\"\nname = { es = \"\", en = \"x\" }\nevery = \"day\"\nminutes = 0\n\
                    owners = [{ role = \"manager\", times = 0 }, { role = \"manager\", times = 1 }]\n\
                    [[practice]]\nkey = \"A b\"\nname = { es = \"x\", en = \"x\" }\nevery = \"day\"\nminutes = 5\nowners = []\n";
        let Err(InvalidModel::Says(problems)) = Model::read(text) else {
            panic!("nothing of it can be used");
        };
        assert_eq!(problems.len(), 11, "{problems:#?}");
        let Err(InvalidModel::Shape(words)) = Model::read("pack = \"co\"\nevery = 3\n") else {
            panic!("another shape");
        };
        assert!(words.contains("line 2"), "{words}");
    }
}
