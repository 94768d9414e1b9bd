//! The settings of a node about files that clients send: our keys, and the folders that are watched.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use api::{PlaceSettings, Reception};
use campaigns::ReturnSchedule;
use reception::KeyFiles;
use serde::Deserialize;

use crate::config::ConfigError;

/// Files that clients send.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReceptionSettings {
    /// Where the folders of the places are, each with `in`, `taken`, `done`, `quarantine` and `return` in it.
    pub folder: PathBuf,
    /// Our identities of age, one a line.
    pub age_key: PathBuf,
    /// Our secret keys of OpenPGP, armoured.
    pub openpgp_key: PathBuf,
    /// Passphrases, one a line.
    pub passphrases: PathBuf,
    /// MiB that an encrypted file may hold; it is held in memory.
    pub plaintext_mib: u64,
    /// A file is complete when it is marked, or nothing changed for so many seconds.
    pub steady_s: u64,
    /// Whose files come where.
    pub place: Vec<PlaceSection>,
}

/// A watched folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlaceSection {
    /// Its name, and that of its folder.
    pub name: String,
    /// The campaign that dials what comes here.
    pub campaign: Option<String>,
    /// Name of the list a file goes into; `{file}` is that of the file.
    pub list: String,
    /// What columns hold, as `role=column`, where it is not to be guessed.
    pub mapping: Vec<String>,
    /// Sheet of workbooks.
    pub sheet: Option<String>,
    /// Why these people may be called; without it, each row must say so.
    pub legal_basis: String,
    /// Take files in the clear as well.
    pub clear: bool,
    /// Take only files signed with the key of the campaign's client.
    pub signed: bool,
    /// The hour, such as `06:00`, at which return files of the day before go out by themselves.
    pub return_at: Option<String>,
    /// The first day of which one goes, such as `2026-11-30`.
    pub return_since: Option<String>,
    /// Days whose calls were corrected go again.
    pub restate: bool,
}

impl PlaceSection {
    /// When return files go out by themselves; the setting that makes no sense, and why.
    fn returns(&self) -> Result<Option<ReturnSchedule>, (&'static str, String)> {
        let Some(hour) = &self.return_at else {
            return match (&self.return_since, self.restate) {
                (None, false) => Ok(None),
                _ => Err((
                    "reception.place.return_at",
                    format!("`{}` says no hour at which return files go", self.name),
                )),
            };
        };
        if self.campaign.is_none() {
            return Err((
                "reception.place.return_at",
                format!("`{}` needs a campaign: its records go back", self.name),
            ));
        }
        let minute = minute_of(hour).ok_or_else(|| {
            let problem = format!("`{hour}` is no hour; write it as 06:00");
            ("reception.place.return_at", problem)
        })?;
        let since = self.return_since.as_deref().map(|text| {
            day_of(text).ok_or_else(|| {
                let problem = format!("`{text}` is no date; write it as 2026-11-30");
                ("reception.place.return_since", problem)
            })
        });
        Ok(Some(ReturnSchedule {
            minute,
            since: since.transpose()?,
            restate: self.restate,
        }))
    }
}

/// A day such as `2026-11-30`, counted from 1970.
fn day_of(text: &str) -> Option<i64> {
    let begins = law::instant_in("UTC", &format!("{text}T00:00"))?;
    Some(begins.as_millis() / 86_400_000)
}

/// Minutes after midnight of `06:00`.
fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, most: u16| -> Option<u16> {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: u16 = text.parse().ok()?;
        (digits && number <= most).then_some(number)
    };
    Some(number(hour, 23)? * 60 + number(minute, 59)?)
}

impl Default for ReceptionSettings {
    fn default() -> ReceptionSettings {
        ReceptionSettings {
            folder: PathBuf::from("reception"),
            age_key: PathBuf::from("reception-age.key"),
            openpgp_key: PathBuf::from("reception-openpgp.asc"),
            passphrases: PathBuf::from("reception-passphrases.txt"),
            plaintext_mib: 100,
            steady_s: 10,
            place: Vec::new(),
        }
    }
}

impl ReceptionSettings {
    /// As the rest of the product takes them.
    pub fn resolved(&self) -> Reception {
        let place = |it: &PlaceSection| PlaceSettings {
            name: it.name.clone(),
            root: self.folder.join(&it.name),
            campaign: it.campaign.clone(),
            list: it.list.clone(),
            mapping: it.mapping.clone(),
            sheet: it.sheet.clone(),
            legal_basis: it.legal_basis.clone(),
            clear: it.clear,
            signed: it.signed,
            // What makes no sense was refused by `check`.
            returns: it.returns().unwrap_or_default(),
        };
        Reception {
            keys: KeyFiles {
                age: self.age_key.clone(),
                openpgp: self.openpgp_key.clone(),
                passphrases: self.passphrases.clone(),
            },
            plaintext_max: self.plaintext_mib << 20,
            steady: Duration::from_secs(self.steady_s),
            places: self.place.iter().map(place).collect(),
        }
    }

    /// Refuses what cannot work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let no = |name, problem: String| Err(ConfigError::Setting(name, problem));
        if !(1..=4_096).contains(&self.plaintext_mib) {
            return no("reception.plaintext_mib", "from 1 to 4096".to_owned());
        }
        let mut names = HashSet::new();
        let mut returning = HashSet::new();
        for place in &self.place {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            if place.name.is_empty() || !place.name.chars().all(plain) {
                return no(
                    "reception.place.name",
                    format!("`{}`: letters, digits, - and _: it is a folder", place.name),
                );
            }
            if !names.insert(&place.name) {
                return no(
                    "reception.place.name",
                    format!("`{}` is there twice", place.name),
                );
            }
            let returns = place
                .returns()
                .map_err(|(name, problem)| ConfigError::Setting(name, problem))?;
            if returns.is_some() && !returning.insert(&place.campaign) {
                return no(
                    "reception.place.return_at",
                    format!(
                        "`{}`: the files of its campaign go to another place already",
                        place.name
                    ),
                );
            }
            if place.signed && place.campaign.is_none() {
                return no(
                    "reception.place.signed",
                    format!(
                        "`{}` needs a campaign: its key says whose signature counts",
                        place.name
                    ),
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<(), String> {
        let settings: ReceptionSettings =
            toml::from_str(text).map_err(|fault| fault.to_string())?;
        settings.check().map_err(|problem| problem.to_string())
    }

    #[test]
    fn a_place_has_a_name_that_is_a_folder_and_its_own() {
        checked("").expect("none is needed");
        checked("[[place]]\nname = \"claro-hogares\"\n").expect("a place");
        for (text, complaint) in [
            ("[[place]]\nname = \"../x\"\n", "it is a folder"),
            ("[[place]]\nname = \"\"\n", "it is a folder"),
            (
                "[[place]]\nname = \"a\"\n[[place]]\nname = \"a\"\n",
                "there twice",
            ),
            (
                "[[place]]\nname = \"a\"\nsigned = true\n",
                "needs a campaign",
            ),
            (
                "[[place]]\nname = \"a\"\nreturn_at = \"06:00\"\n",
                "needs a campaign",
            ),
            (
                "[[place]]\nname = \"a\"\ncampaign = \"c\"\nreturn_at = \"24:00\"\n",
                "`24:00` is no hour",
            ),
            (
                "[[place]]\nname = \"a\"\ncampaign = \"c\"\nrestate = true\n",
                "says no hour",
            ),
            (
                "[[place]]\nname = \"a\"\ncampaign = \"c\"\nreturn_at = \"06:00\"\nreturn_since = \"ayer\"\n",
                "`ayer` is no date",
            ),
            (
                "[[place]]\nname = \"a\"\ncampaign = \"c\"\nreturn_at = \"06:00\"\n\
                 [[place]]\nname = \"b\"\ncampaign = \"c\"\nreturn_at = \"07:00\"\n",
                "go to another place already",
            ),
            ("plaintext_mib = 0\n", "from 1 to 4096"),
            ("[[place]]\nnmae = \"a\"\n", "nmae"),
        ] {
            let problem = checked(text).expect_err(text);
            assert!(problem.contains(complaint), "{problem}");
        }
    }

    #[test]
    fn return_files_go_by_themselves_only_where_an_hour_is_said() {
        let place = |text: &str| {
            let text = format!("[[place]]\nname = \"a\"\ncampaign = \"c\"\n{text}");
            let settings: ReceptionSettings = toml::from_str(&text).expect("read");
            settings.check().expect("sound");
            settings.resolved().places[0].returns
        };
        assert_eq!(place(""), None);
        let said = "return_at = \"06:30\"\nreturn_since = \"1970-01-03\"\nrestate = true\n";
        let wanted = ReturnSchedule {
            minute: 390,
            since: Some(2),
            restate: true,
        };
        assert_eq!(place(said), Some(wanted));
    }
}
