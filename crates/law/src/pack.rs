//! One country's rules, and the plain limits asked of them. Calling hours are
//! in `hours.rs`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{NaiveDate, Offset as _};
use chrono_tz::Tz;
use domain::{LeavesUnder, Rate, Timestamp, Under};

use crate::book::{Edition, installed};
use crate::holidays::Calendar;
use crate::hours::local;
use crate::rule::{Rule, Value};
use crate::{LawError, pack_file};

const COLOMBIA: &str = include_str!("../../../config/law/co.toml");
const LABORATORY: &str = include_str!("../../../config/law/laboratorio.toml");
/// Id and text of each pack there is.
pub(crate) const PACKS: [(&str, &str); 5] = [
    ("co", COLOMBIA),
    ("us", include_str!("../../../config/law/us.toml")),
    ("uk", include_str!("../../../config/law/uk.toml")),
    ("neutral", include_str!("../../../config/law/neutral.toml")),
    ("laboratorio", LABORATORY),
];

/// The rules of one country, of one version.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Short name, such as `co`.
    pub id: String,
    /// Version of the text.
    pub version: String,
    /// Name for people.
    pub name: String,
    /// First day on which this version binds; none: from the beginning.
    pub(crate) in_force_from: Option<NaiveDate>,
    pub(crate) loopback_only: bool,
    pub(crate) rules: Vec<Rule>,
    pub(crate) holidays: Calendar,
    pub(crate) limits: Limits,
}

/// What every pack must say, taken out of its rules when it is read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limits {
    /// One at least.
    pub(crate) zones: Vec<Tz>,
    pub(crate) ring_min: Duration,
    pub(crate) abandon_wait: Duration,
    pub(crate) abandon_limit: Rate,
    pub(crate) abandon_target: Rate,
    pub(crate) abandon_period: Duration,
    pub(crate) abandon_from: Option<u32>,
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
        match Pack::all().iter().find(|pack| pack.id == id) {
            Some(pack) => Ok(Pack::clone(pack)),
            None => Err(LawError::UnknownPack {
                id: id.to_owned(),
                known: known(&Pack::all()),
            }),
        }
    }

    /// Every pack there is, of each the version in force ([`Book::install`](crate::Book::install)).
    pub fn all() -> Vec<Arc<Pack>> {
        let editions = installed();
        editions
            .iter()
            .map(|edition| Arc::clone(&edition.pack))
            .collect()
    }

    /// Pack and version, and the text, of every pack there is: as evidence of their rules.
    pub fn texts() -> Vec<(String, String)> {
        let editions = installed();
        let told = |edition: &Edition| (edition.pack.label(), edition.text.to_string());
        editions.iter().map(told).collect()
    }

    /// Ids of the packs compiled in.
    pub const IDS: [&'static str; 5] = ["co", "us", "uk", "neutral", "laboratorio"];

    /// Reads a pack from its text.
    pub fn from_toml(text: &str) -> Result<Pack, LawError> {
        pack_file::parse(text)
    }

    /// Pack and version as evidence, such as `co@2026.11.24`.
    pub fn label(&self) -> String {
        format!("{}@{}", self.id, self.version)
    }

    /// This law and the clock of the person at an instant, as kept with a call; the pack's own clock where
    /// theirs is not known.
    pub fn under(&self, at: Timestamp, zone: Option<&str>) -> Under {
        let theirs = zone.and_then(|name| name.parse().ok());
        let tz = theirs.unwrap_or(self.main_zone());
        let offset = local(at, tz).map(|local| local.offset().fix());
        Under {
            law: self.label().into(),
            zone: tz.name().into(),
            utc_offset_min: offset.map_or(0, |offset| offset.local_minus_utc() / 60),
            consents: LeavesUnder::default(),
        }
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
        self.main_zone().name()
    }

    /// Whether it limits how often a person is called.
    pub fn limits_contacts(&self) -> bool {
        let counts = |rule: &Rule| matches!(rule.value, Value::Frequency(_));
        self.rules.iter().any(counts)
    }

    /// Whether one clock counts for everybody whose zone is not known.
    pub fn has_one_zone(&self) -> bool {
        self.limits.zones.len() == 1
    }

    pub(crate) fn main_zone(&self) -> Tz {
        *self.limits.zones.first().expect("checked when it was read")
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

    /// How long a recording is kept of a call with this typification: its class, and days. The
    /// longest class that fits decides, and of several versions of it the one that keeps longest.
    pub fn recording_kept(&self, code: &str) -> Option<(&str, u32)> {
        let kept = self.rules.iter().filter_map(|rule| match &rule.value {
            Value::Keep { class, days } => Some((class.as_deref().unwrap_or_default(), *days)),
            _ => None,
        });
        kept.filter(|(class, _)| code.starts_with(class))
            .max_by_key(|(class, days)| (class.len(), *days))
    }
}

fn known(packs: &[Arc<Pack>]) -> String {
    let ids: Vec<&str> = packs.iter().map(|pack| pack.id.as_str()).collect();
    ids.join(", ")
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
            assert!(pack.abandon_target() < pack.abandon_limit());
            assert_eq!(pack.abandon_wait(), Duration::from_secs(2));
            assert!(pack.rules().iter().all(|rule| !rule.source.is_empty()));
        }
        let kept = |code| Pack::colombia().recording_kept(code).map(|(_, days)| days);
        assert_eq!(kept("VE02"), Some(1_825));
        assert_eq!(kept("NI01"), Some(180));
        assert_eq!(kept("TI05"), Some(30));
        assert_eq!(Pack::laboratory().recording_kept("VE01"), Some(("", 7)));
        assert!(Pack::laboratory().loopback_only() && !Pack::colombia().loopback_only());
    }

    #[test]
    fn an_unknown_pack_names_those_there_are() {
        let error = Pack::by_id("mx").expect_err("no such pack").to_string();
        assert!(
            error.contains("co, us, uk, neutral, laboratorio"),
            "{error}"
        );
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
