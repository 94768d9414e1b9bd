//! Which evidence of identity a campaign asks for before a sale is validated. Acceptance does not wait for it; where a
//! typification says that it is missing, a sale goes back to its advisor once a term is over.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::Timestamp;
use serde::Deserialize;

use crate::setting::{InvalidSetting, Setting, Words, read, sound, twice};
use crate::stage::Stage;

/// The policy.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityPolicy {
    /// Kinds of evidence there are.
    #[serde(rename = "evidence")]
    pub kinds: Vec<EvidenceKind>,
    /// What must be there: of each, one kind at least.
    #[serde(default)]
    pub require: Vec<Required>,
    /// Typifications that say that evidence is missing.
    #[serde(default)]
    pub late: Vec<Late>,
}

/// A kind of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceKind {
    /// Its word.
    pub kind: String,
    /// Its name.
    pub label: Words,
}

/// Something that must be there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// One of these kinds.
    pub any_of: Vec<String>,
}

/// A sale that came without.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// Code of its typification.
    pub code: String,
    /// Hours by the clock until it goes back.
    pub hours: u32,
}

impl IdentityPolicy {
    /// The house's own.
    pub fn house() -> IdentityPolicy {
        IdentityPolicy::read(Setting::Identity.house())
            .expect("the policy compiled in is read by this crate's tests")
    }

    /// From its text, or all that is wrong with it.
    pub fn read(text: &str) -> Result<IdentityPolicy, InvalidSetting> {
        let policy: IdentityPolicy = read(text)?;
        let mut problems = twice(
            "evidence",
            policy.kinds.iter().map(|kind| kind.kind.as_str()),
        );
        for (place, required) in (1..).zip(&policy.require) {
            if required.any_of.is_empty() {
                problems.push(format!(
                    "require {place}: name one kind of evidence at least"
                ));
            }
            for kind in required
                .any_of
                .iter()
                .filter(|kind| policy.kind(kind).is_none())
            {
                problems.push(format!(
                    "require {place}: \"{kind}\" is no kind of evidence; add it as one, or name another"
                ));
            }
        }
        let none = policy.late.iter().filter(|late| late.hours == 0);
        problems.extend(none.map(|late| format!("late {}: say how many hours", late.code)));
        sound(policy, problems)
    }

    /// A kind of evidence by its word.
    pub fn kind(&self, kind: &str) -> Option<&EvidenceKind> {
        self.kinds.iter().find(|known| known.kind == kind)
    }

    /// What is missing among kinds attached, each in words.
    pub fn missing(&self, attached: &BTreeSet<String>) -> Vec<String> {
        let there =
            |required: &&Required| !required.any_of.iter().any(|kind| attached.contains(kind));
        let label = |kind: &String| match self.kind(kind) {
            Some(known) => known.label.es.clone(),
            None => kind.clone(),
        };
        let missing = self.require.iter().filter(there);
        missing
            .map(|required| {
                required
                    .any_of
                    .iter()
                    .map(label)
                    .collect::<Vec<_>>()
                    .join(" o ")
            })
            .collect()
    }

    /// When a sale of this typification goes back to its advisor for want of evidence: once, and not any more when it is
    /// there or the sale is past validation.
    pub fn expires(
        &self,
        code: &str,
        accepted_at: Timestamp,
        stage: Stage,
        was_returned: bool,
        attached: &BTreeSet<String>,
    ) -> Option<Timestamp> {
        let waits = matches!(stage, Stage::Accepted | Stage::InValidation) && !was_returned;
        let late = self.late.iter().find(|late| late.code == code);
        let late = late.filter(|_| waits && !self.missing(attached).is_empty())?;
        Some(accepted_at + Duration::from_secs(u64::from(late.hours) * 3_600))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn a_sale_without_evidence_goes_back_after_a_day_and_once() {
        let policy = IdentityPolicy::house();
        let accepted = Timestamp::from_millis(1_000);
        let expires = |code, stage, returned, attached: &[&str]| {
            policy.expires(code, accepted, stage, returned, &kinds(attached))
        };
        let day = Some(Timestamp::from_millis(86_401_000));
        assert_eq!(expires("VE02", Stage::Accepted, false, &[]), day);
        assert_eq!(
            expires("VE02", Stage::InValidation, false, &["documento"]),
            day
        );
        assert_eq!(expires("VE01", Stage::Accepted, false, &[]), None);
        assert_eq!(expires("VE02", Stage::Accepted, true, &[]), None);
        assert_eq!(expires("VE02", Stage::Validated, false, &[]), None);
        let all: Vec<_> = policy
            .require
            .iter()
            .map(|r| r.any_of[0].as_str())
            .collect();
        assert_eq!(expires("VE02", Stage::Accepted, false, &all), None);
    }

    #[test]
    fn one_of_several_kinds_will_do() {
        let text = "[[evidence]]\nkind = \"a\"\nlabel = { es = \"Cédula\", en = \"Id\" }\n\
                    [[evidence]]\nkind = \"b\"\nlabel = { es = \"Huella\", en = \"Print\" }\n\
                    [[require]]\nany_of = [\"a\", \"b\"]\n";
        let policy = IdentityPolicy::read(text).expect("sound");
        assert_eq!(policy.missing(&kinds(&[])), ["Cédula o Huella"]);
        assert_eq!(policy.missing(&kinds(&["b"])), Vec::<String>::new());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let text = "[[evidence]]\nkind = \"a\"\nlabel = { es = \"A\", en = \"A\" }\n\
                    [[evidence]]\nkind = \"a\"\nlabel = { es = \"A\", en = \"A\" }\n\
                    [[require]]\nany_of = [\"c\"]\n[[require]]\nany_of = []\n\
                    [[late]]\ncode = \"VE02\"\nhours = 0\n";
        let Err(InvalidSetting::Says(problems)) = IdentityPolicy::read(text) else {
            panic!("nothing of it can be used");
        };
        assert_eq!(problems.len(), 4, "{problems:?}");
    }
}
