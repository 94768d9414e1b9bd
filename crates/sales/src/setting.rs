//! Settings as texts in versions: how one is read, and what is told of one that cannot be used.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// A setting of a campaign that decides about its sales. Each is a TOML text in versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Setting {
    /// The form of its sheets.
    Form,
    /// Which evidence of identity it asks for.
    Identity,
    /// By when a sale leaves a stage.
    Queues,
    /// How sales are audited, and which.
    Scorecard,
    /// What advisors say in its calls.
    Script,
}

impl Setting {
    /// Every setting.
    pub const ALL: [Setting; 5] = [
        Setting::Form,
        Setting::Identity,
        Setting::Queues,
        Setting::Scorecard,
        Setting::Script,
    ];

    /// The word used in the record and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Setting::Form => "form",
            Setting::Identity => "identity",
            Setting::Queues => "queues",
            Setting::Scorecard => "scorecard",
            Setting::Script => "script",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Setting> {
        Self::ALL.into_iter().find(|setting| setting.word() == word)
    }

    /// The house's own text: what a campaign goes by that has none.
    pub const fn house(self) -> &'static str {
        match self {
            Setting::Form => include_str!("../data/form.toml"),
            Setting::Identity => include_str!("../data/identity.toml"),
            Setting::Queues => include_str!("../data/queues.toml"),
            Setting::Scorecard => include_str!("../data/scorecard.toml"),
            Setting::Script => include_str!("../data/script.toml"),
        }
    }

    /// Whether a text of this setting can be used.
    pub fn check(self, text: &str) -> Result<(), InvalidSetting> {
        match self {
            Setting::Form => crate::SaleForm::read(text).map(drop),
            Setting::Identity => crate::IdentityPolicy::read(text).map(drop),
            Setting::Queues => crate::Queues::read(text).map(drop),
            Setting::Scorecard => crate::Scorecard::read(text).map(drop),
            Setting::Script => crate::Script::read(text).map(drop),
        }
    }
}

/// A text that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidSetting {
    /// Not TOML of the expected shape; where, and what is wrong.
    #[error("{0}")]
    Shape(String),
    /// It says something impossible: all of that.
    #[error("{}", .0.join("\n"))]
    Says(Vec<String>),
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

pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, InvalidSetting> {
    toml::from_str(text).map_err(|error| InvalidSetting::Shape(error.to_string().trim().to_owned()))
}

pub(crate) fn sound<T>(read: T, problems: Vec<String>) -> Result<T, InvalidSetting> {
    match problems.is_empty() {
        true => Ok(read),
        false => Err(InvalidSetting::Says(problems)),
    }
}

/// What is said of keys that come twice.
pub(crate) fn twice<'k>(what: &str, keys: impl IntoIterator<Item = &'k str>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    let again = keys.into_iter().filter(|key| !seen.insert(*key));
    again
        .map(|key| format!("{what} \"{key}\" comes twice; give each its own name"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_houses_own_settings_can_be_used() {
        for setting in Setting::ALL {
            let read = setting.check(setting.house());
            assert_eq!(read, Ok(()), "{}", setting.word());
            assert_eq!(Setting::from_word(setting.word()), Some(setting));
        }
    }

    #[test]
    fn a_text_of_another_shape_is_told_by_its_line() {
        let wrong = Setting::Identity
            .check("require = 3\n")
            .expect_err("a number");
        assert!(wrong.to_string().contains("line 1"), "{wrong}");
    }
}
