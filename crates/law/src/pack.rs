//! One country's rules, and the plain limits asked of them. Calling hours are
//! in `hours.rs`.

use std::time::Duration;

use chrono_tz::Tz;
use domain::Rate;

use crate::holidays::Calendar;
use crate::rule::Rule;
use crate::{LawError, pack_file};

const COLOMBIA: &str = include_str!("../packs/co.toml");
const LABORATORY: &str = include_str!("../packs/laboratorio.toml");

/// The rules of one country, of one version.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Short name, such as `co`.
    pub id: String,
    /// Version of the text.
    pub version: String,
    /// Name for people.
    pub name: String,
    pub(crate) loopback_only: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) holidays: Calendar,
    pub(crate) limits: Limits,
}

/// What every pack must say, taken out of its rules when it is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limits {
    pub(crate) zone: Tz,
    pub(crate) ring_min: Duration,
    pub(crate) abandon_wait: Duration,
    pub(crate) abandon_limit: Rate,
    pub(crate) abandon_target: Rate,
    pub(crate) attempt_gap: Option<Duration>,
    pub(crate) attempts_per_day: Option<u32>,
}

impl Pack {
    /// Colombia: Ley 2300 de 2023, Ley 51 de 1983, Ley 2578 de 2026.
    pub fn colombia() -> Pack {
        Pack::from_toml(COLOMBIA).expect("the pack compiled in is read by this crate's tests")
    }

    /// Any hour, for calls that reach nobody. Whoever takes it must check that
    /// every trunk address is a loopback one: see [`Pack::loopback_only`].
    pub fn laboratory() -> Pack {
        Pack::from_toml(LABORATORY).expect("the pack compiled in is read by this crate's tests")
    }

    /// A pack by its id.
    pub fn by_id(id: &str) -> Result<Pack, LawError> {
        match id {
            "co" => Ok(Pack::colombia()),
            "laboratorio" => Ok(Pack::laboratory()),
            _ => Err(LawError::UnknownPack {
                id: id.to_owned(),
                known: Pack::IDS.join(", "),
            }),
        }
    }

    /// Ids of the packs there are.
    pub const IDS: [&'static str; 2] = ["co", "laboratorio"];

    /// Reads a pack from its text.
    pub fn from_toml(text: &str) -> Result<Pack, LawError> {
        pack_file::parse(text)
    }

    /// Pack and version as evidence, such as `co@2026.11.24`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// Whether calls under this pack may only leave towards the machine itself.
    pub fn loopback_only(&self) -> bool {
        self.loopback_only
    }

    /// Every rule, with its dates and source.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The holidays.
    pub fn holidays(&self) -> &Calendar {
        &self.holidays
    }

    /// Name of the time zone that counts when a person's own is not known.
    pub fn zone(&self) -> &'static str {
        self.limits.zone.name()
    }

    /// How long a phone must ring before giving up.
    pub fn ring_min(&self) -> Duration {
        self.limits.ring_min
    }

    /// Share of answered calls that may find no agent.
    pub fn abandon_limit(&self) -> Rate {
        self.limits.abandon_limit
    }

    /// Share the pacing aims at, under the limit.
    pub fn abandon_target(&self) -> Rate {
        self.limits.abandon_target
    }

    /// How long a person may wait for an agent before the call counts as abandoned.
    pub fn abandon_wait(&self) -> Duration {
        self.limits.abandon_wait
    }

    /// Attempts a day to one person, where the pack says so. Stored, not
    /// enforced here: it needs a ledger of contacts by person and seller.
    pub fn attempts_per_day(&self) -> Option<u32> {
        self.limits.attempts_per_day
    }

    /// Time between attempts to one person, where the pack says so. Stored, not
    /// enforced here.
    pub fn attempt_gap(&self) -> Option<Duration> {
        self.limits.attempt_gap
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packs_compiled_in_are_sound() {
        for id in Pack::IDS {
            let pack = Pack::by_id(id).expect("listed");
            assert_eq!(pack.id, id);
            assert_eq!(pack.ring_min(), Duration::from_secs(15));
            assert_eq!(pack.abandon_limit(), "3%".parse().expect("a share"));
            assert_eq!(pack.abandon_target(), "2%".parse().expect("a share"));
            assert_eq!(pack.abandon_wait(), Duration::from_secs(2));
            assert!(pack.rules().iter().all(|rule| !rule.source.is_empty()));
        }
        assert!(Pack::laboratory().loopback_only() && !Pack::colombia().loopback_only());
        assert_eq!(Pack::colombia().attempts_per_day(), Some(3));
        assert_eq!(
            Pack::colombia().attempt_gap(),
            Some(Duration::from_secs(7_200))
        );
    }

    #[test]
    fn an_unknown_pack_names_those_there_are() {
        let error = Pack::by_id("mx").expect_err("no such pack").to_string();
        assert!(error.contains("co, laboratorio"), "{error}");
    }

    #[test]
    fn a_pack_that_cannot_be_trusted_is_refused_with_its_rule() {
        for (from, to, complaint) in [
            (
                "closes = \"19:00\"",
                "closes = \"06:00\"",
                "CO-1.hours: a window cannot close",
            ),
            ("America/Bogota", "America/Bogotá", "no time zone"),
            ("\"3%\"", "\"300%\"", "CO-8.abandon-limit"),
            ("on = \"01-06\"", "on = \"13-06\"", "Reyes"),
            (
                "id = \"CO-8.ring-min\"",
                "id = \"CO-8.ring\"",
                "ring-min: the pack has no such rule",
            ),
            ("version = ", "verison = ", "cannot read"),
        ] {
            let text = COLOMBIA.replacen(from, to, 1);
            let error = Pack::from_toml(&text).expect_err(complaint).to_string();
            assert!(error.contains(complaint), "{error}");
        }
    }
}
