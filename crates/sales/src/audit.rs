//! The audit of sales: which sales are audited, a scorecard with critical errors, and what an audit comes to.

use std::collections::BTreeMap;

use domain::Rate;
use serde::Deserialize;

use crate::setting::{InvalidSetting, Setting, Words, read, sound, twice};

/// How a campaign's sales are audited.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// Share of sales that is drawn: `10%`.
    pub share: String,
    /// Points of a hundred with which one passes.
    pub pass: u32,
    /// Sales that are audited whatever is drawn.
    #[serde(default)]
    pub mandatory: Mandatory,
    /// What is looked at.
    #[serde(rename = "criterion")]
    pub criteria: Vec<Criterion>,
}

/// Sales that are audited whatever is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mandatory {
    /// Those of these typifications.
    pub codes: Vec<String>,
    /// Those worth so much, or more.
    pub value_from: Option<i64>,
    /// The first so many of an advisor.
    pub first_of_advisor: Option<u32>,
    /// Those that went back to their advisor so often, or more.
    pub returned_from: Option<u32>,
}

/// Something that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its word.
    pub key: String,
    /// Its name.
    pub label: Words,
    /// Points it weighs.
    pub weight: u32,
    /// Whoever misses it does not pass.
    #[serde(default)]
    pub critical: bool,
}

/// What decides whether a sale is audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaleSubject<'a> {
    /// Its number.
    pub sale: i64,
    /// Its typification.
    pub code: &'a str,
    /// What it is worth.
    pub value: i64,
    /// Sales its advisor had before it.
    pub before_it: u32,
    /// How often it went back to its advisor.
    pub returned: u32,
}

/// An answer to a criterion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// As it should be.
    Yes,
    /// Not so.
    No,
    /// It did not come up; it weighs nothing.
    NotApplicable,
}

impl Answer {
    /// From the word.
    pub fn from_word(word: &str) -> Option<Answer> {
        match word {
            "yes" | "si" | "sí" => Some(Answer::Yes),
            "no" => Some(Answer::No),
            "na" => Some(Answer::NotApplicable),
            _ => None,
        }
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::NotApplicable => "na",
        }
    }
}

/// What an audit came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It passed.
    Passed,
    /// Too few points.
    TooFewPoints,
    /// A critical error.
    CriticalError,
}

impl Verdict {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::Passed => "passed",
            Verdict::TooFewPoints => "too_few_points",
            Verdict::CriticalError => "critical_error",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Verdict> {
        [
            Verdict::Passed,
            Verdict::TooFewPoints,
            Verdict::CriticalError,
        ]
        .into_iter()
        .find(|verdict| verdict.word() == word)
    }
}

/// An audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Points of a hundred, of what came up.
    pub score: u32,
    /// What it came to.
    pub verdict: Verdict,
}

impl Scorecard {
    /// The house's own.
    pub fn house() -> Scorecard {
        Scorecard::read(Setting::Scorecard.house())
            .expect("the scorecard compiled in is read by this crate's tests")
    }

    /// From its text, or all that is wrong with it.
    pub fn read(text: &str) -> Result<Scorecard, InvalidSetting> {
        let card: Scorecard = read(text)?;
        let mut problems = twice("criterion", card.criteria.iter().map(|c| c.key.as_str()));
        if card.share.parse::<Rate>().is_err() {
            problems.push(format!(
                "share: \"{}\" is no share; write it as 10%",
                card.share
            ));
        }
        if card.pass > 100 {
            problems.push("pass: of a hundred points".to_owned());
        }
        if card.criteria.iter().all(|criterion| criterion.weight == 0) {
            problems.push("criterion: give one a weight at least".to_owned());
        }
        sound(card, problems)
    }

    /// Why a sale is audited, in words; none where it is not. The same seed draws the same sales.
    pub fn demands(&self, sale: SaleSubject<'_>, seed: u64) -> Option<String> {
        let rules = &self.mandatory;
        let reached =
            |limit: Option<u32>, count: u32| limit.is_some_and(|limit| limit > 0 && count >= limit);
        if rules.codes.iter().any(|code| code == sale.code) {
            return Some(format!("typification {}", sale.code));
        }
        if rules.value_from.is_some_and(|from| sale.value >= from) {
            return Some(format!(
                "worth {} or more",
                rules.value_from.unwrap_or_default()
            ));
        }
        if rules
            .first_of_advisor
            .is_some_and(|first| sale.before_it < first)
        {
            return Some(format!(
                "one of the advisor's first {}",
                rules.first_of_advisor.unwrap_or_default()
            ));
        }
        if reached(rules.returned_from, sale.returned) {
            return Some(format!("went back {} times", sale.returned));
        }
        let share = self.share.parse::<Rate>().map_or(1.0, Rate::get);
        drawn(seed, sale.sale, share).then(|| format!("drawn of {}", self.share))
    }

    /// What answers come to; or what is wrong with them.
    pub fn audit(&self, answers: &BTreeMap<String, Answer>) -> Result<Audited, Vec<String>> {
        let known = |key: &&String| self.criteria.iter().any(|criterion| criterion.key == **key);
        let mut problems: Vec<String> = answers
            .keys()
            .filter(|key| !known(key))
            .map(|key| format!("the scorecard has no criterion \"{key}\""))
            .collect();
        let (mut got, mut of, mut critical) = (0, 0, false);
        for criterion in &self.criteria {
            match answers.get(&criterion.key) {
                None => problems.push(format!(
                    "\"{}\" is not answered: yes, no or na",
                    criterion.key
                )),
                Some(Answer::NotApplicable) => {}
                Some(Answer::Yes) => {
                    got += criterion.weight;
                    of += criterion.weight;
                }
                Some(Answer::No) => {
                    of += criterion.weight;
                    critical |= criterion.critical;
                }
            }
        }
        if of == 0 && problems.is_empty() {
            problems.push("nothing that weighs anything came up; that is no audit".to_owned());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        // Half up, as on paper.
        let score = (200 * got + of) / (2 * of);
        let verdict = match (critical, score >= self.pass) {
            (true, _) => Verdict::CriticalError,
            (false, true) => Verdict::Passed,
            (false, false) => Verdict::TooFewPoints,
        };
        Ok(Audited { score, verdict })
    }
}

/// Whether a sale is among a share of all: as good as chance, and the same each time (SplitMix64).
fn drawn(seed: u64, sale: i64, share: f64) -> bool {
    let mut x = seed ^ (sale as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    (x >> 11) as f64 / (1_u64 << 53) as f64 <= share && share > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(said: &[(&str, Answer)]) -> BTreeMap<String, Answer> {
        let card = Scorecard::house();
        let all = card.criteria.iter().map(|c| (c.key.clone(), Answer::Yes));
        let mut all: BTreeMap<_, _> = all.collect();
        all.extend(
            said.iter()
                .map(|(key, answer)| ((*key).to_owned(), *answer)),
        );
        all
    }

    #[test]
    fn a_critical_error_fails_whatever_the_points() {
        let card = Scorecard::house();
        let audit = |said: &[(&str, Answer)]| card.audit(&answers(said)).expect("answered");
        assert_eq!(
            audit(&[]),
            Audited {
                score: 100,
                verdict: Verdict::Passed
            }
        );
        assert_eq!(
            audit(&[("saludo", Answer::No)]),
            Audited {
                score: 90,
                verdict: Verdict::Passed
            }
        );
        assert_eq!(
            audit(&[("saludo", Answer::No), ("despedida", Answer::No)]).verdict,
            Verdict::TooFewPoints
        );
        assert_eq!(
            audit(&[("contrato", Answer::No)]).verdict,
            Verdict::CriticalError
        );
        // What did not come up weighs nothing: 80 of 90 points.
        let audited = audit(&[("saludo", Answer::NotApplicable), ("despedida", Answer::No)]);
        assert_eq!(audited.score, 89);
    }

    #[test]
    fn an_audit_answers_each_criterion_and_no_other() {
        let card = Scorecard::house();
        let mut said = answers(&[("color", Answer::Yes)]);
        said.remove("oferta");
        let problems = card.audit(&said).expect_err("not so");
        assert_eq!(problems.len(), 2, "{problems:?}");
    }

    #[test]
    fn mandatory_rules_come_before_the_draw() {
        let card = Scorecard::house();
        let sale = SaleSubject {
            sale: 7,
            code: "VE01",
            value: 1,
            before_it: 50,
            returned: 0,
        };
        let why = |sale| card.demands(sale, 1).unwrap_or_default();
        assert!(
            why(SaleSubject {
                code: "VE03",
                ..sale
            })
            .contains("VE03")
        );
        assert!(
            why(SaleSubject {
                value: 3_000_000,
                ..sale
            })
            .contains("worth")
        );
        assert!(
            why(SaleSubject {
                before_it: 9,
                ..sale
            })
            .contains("first 10")
        );
        assert!(
            why(SaleSubject {
                returned: 2,
                ..sale
            })
            .contains("back 2")
        );
    }

    #[test]
    fn about_the_share_is_drawn_and_the_same_each_time() {
        let card = Scorecard::house();
        let drawn = |seed: u64| {
            let subjects = (1..=10_000).map(|sale| SaleSubject {
                sale,
                code: "VE01",
                value: 1,
                before_it: 50,
                returned: 0,
            });
            subjects
                .filter(|sale| card.demands(*sale, seed).is_some())
                .count()
        };
        for seed in [1, 2, 99] {
            let count = drawn(seed);
            assert!((850..=1_150).contains(&count), "{count} of 10,000");
            assert_eq!(count, drawn(seed));
        }
        let none = Scorecard {
            share: "0%".to_owned(),
            ..Scorecard::house()
        };
        let sale = SaleSubject {
            sale: 1,
            code: "VE01",
            value: 1,
            before_it: 50,
            returned: 0,
        };
        assert_eq!(none.demands(sale, 1), None);
    }
}
