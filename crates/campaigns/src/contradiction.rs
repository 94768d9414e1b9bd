//! Typifications that contradict what the system saw of their calls: "nobody" with forty seconds of talk, a
//! sale in five. Rules are data (`data/contradictions-es.csv`): what the typification must be, what the call
//! must have been, and the words for people. A cell left empty asks nothing.

use std::time::Duration;

use domain::{Disposition, Outcome};
use thiserror::Error;

const SPANISH: &str = include_str!("../data/contradictions-es.csv");

/// A rule that finds contradictions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContradictionRule {
    /// Its name.
    pub rule: String,
    words: String,
    codes: Vec<String>,
    flags: Vec<(Flag, bool)>,
    outcome: Option<Outcome>,
    answered: Option<bool>,
    talk_min: Option<Duration>,
    talk_max: Option<Duration>,
    ring_max: Option<Duration>,
}

/// What the system saw of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signals {
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the far end picked up.
    pub answered: bool,
    /// How long customer and agent heard each other.
    pub talk: Duration,
    /// How long it rang or was on its way before an answer or its end.
    pub ring: Duration,
}

/// Rules nobody could read.
#[derive(Debug, Error)]
pub enum InvalidRules {
    /// Not a table.
    #[error("cannot read the rules as CSV")]
    Csv(#[from] csv::Error),
    /// A cell that says nothing.
    #[error("line {line} of the rules, column {column}: \"{value}\" says nothing; {advice}")]
    Cell {
        /// Line of the text.
        line: u64,
        /// Heading.
        column: &'static str,
        /// What stands there.
        value: String,
        /// What to write.
        advice: &'static str,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flag {
    Human,
    Holder,
    EffectiveContact,
    AcceptedSale,
    InvalidatesPhone,
}

impl Flag {
    const ALL: [(Flag, &'static str); 5] = [
        (Flag::Human, "human"),
        (Flag::Holder, "holder"),
        (Flag::EffectiveContact, "effective_contact"),
        (Flag::AcceptedSale, "accepted_sale"),
        (Flag::InvalidatesPhone, "invalidates_phone"),
    ];

    const fn of(self, said: &Disposition) -> bool {
        match self {
            Flag::Human => said.human,
            Flag::Holder => said.holder,
            Flag::EffectiveContact => said.effective_contact,
            Flag::AcceptedSale => said.accepted_sale,
            Flag::InvalidatesPhone => said.retry.invalidates_phone,
        }
    }
}

impl ContradictionRule {
    /// The house's own.
    pub fn house() -> Vec<ContradictionRule> {
        ContradictionRule::read(SPANISH)
            .expect("the rules compiled in are read by this crate's tests")
    }

    /// From their text.
    pub fn read(text: &str) -> Result<Vec<ContradictionRule>, InvalidRules> {
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headings = reader.headers()?.clone();
        let records = reader.records();
        records
            .map(|record| Cells(&headings, &record?).read())
            .collect()
    }

    /// The contradiction in words, if what was said of a call is one by this rule.
    pub fn finds(&self, said: &Disposition, saw: Signals) -> Option<String> {
        let named = self.codes.is_empty() || self.codes.contains(&said.code);
        let flagged = self.flags.iter().all(|(flag, is)| flag.of(said) == *is);
        let seen = self.outcome.is_none_or(|outcome| saw.outcome == outcome)
            && self
                .answered
                .is_none_or(|answered| saw.answered == answered)
            && self.talk_min.is_none_or(|least| saw.talk >= least)
            && self.talk_max.is_none_or(|most| saw.talk < most)
            && self.ring_max.is_none_or(|most| saw.ring < most);
        (named && flagged && seen).then(|| {
            let seconds = |span: Duration| span.as_secs().to_string();
            self.words
                .replace("{talk}", &seconds(saw.talk))
                .replace("{ring}", &seconds(saw.ring))
        })
    }
}

/// A line with its headings.
struct Cells<'a>(&'a csv::StringRecord, &'a csv::StringRecord);

impl Cells<'_> {
    fn read(&self) -> Result<ContradictionRule, InvalidRules> {
        let mut flags = Vec::new();
        for (flag, column) in Flag::ALL {
            flags.extend(self.flag(column)?.map(|is| (flag, is)));
        }
        let rule = self.cell("rule");
        if rule.is_empty() {
            return Err(self.wrong("rule", "give the rule a name"));
        }
        Ok(ContradictionRule {
            rule: rule.to_owned(),
            words: self.cell("words").to_owned(),
            codes: self
                .cell("codes")
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            flags,
            outcome: match self.cell("outcome") {
                "" => None,
                word => {
                    let found = Outcome::ALL.iter().find(|outcome| outcome.word() == word);
                    let wrong = || self.wrong("outcome", "write an outcome such as connected");
                    Some(*found.ok_or_else(wrong)?)
                }
            },
            answered: self.flag("answered")?,
            talk_min: self.seconds("talk_min_s")?,
            talk_max: self.seconds("talk_max_s")?,
            ring_max: self.seconds("ring_max_s")?,
        })
    }

    fn cell(&self, column: &str) -> &str {
        let place = self.0.iter().position(|heading| heading.trim() == column);
        place
            .and_then(|place| self.1.get(place))
            .unwrap_or_default()
            .trim()
    }

    fn flag(&self, column: &'static str) -> Result<Option<bool>, InvalidRules> {
        match self.cell(column) {
            "" => Ok(None),
            "1" => Ok(Some(true)),
            "0" => Ok(Some(false)),
            _ => Err(self.wrong(column, "write 1, 0 or nothing")),
        }
    }

    fn seconds(&self, column: &'static str) -> Result<Option<Duration>, InvalidRules> {
        match self.cell(column) {
            "" => Ok(None),
            text => match text.parse() {
                Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
                Err(_) => Err(self.wrong(column, "write seconds, or nothing")),
            },
        }
    }

    fn wrong(&self, column: &'static str, advice: &'static str) -> InvalidRules {
        InvalidRules::Cell {
            line: self.1.position().map_or(0, csv::Position::line),
            column,
            value: self.cell(column).to_owned(),
            advice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Catalogue;

    fn found(code: &str, outcome: Outcome, talk: u64) -> Vec<String> {
        let said = Catalogue::house().get(code).expect(code);
        let saw = Signals {
            outcome,
            answered: talk > 0,
            talk: Duration::from_secs(talk),
            ring: Duration::from_secs(20),
        };
        let rules = ContradictionRule::house();
        let found = rules.iter().filter(|rule| rule.finds(said, saw).is_some());
        found.map(|rule| rule.rule.clone()).collect()
    }

    #[test]
    fn codes_that_contradict_their_calls_are_found_and_others_are_not() {
        use Outcome::{Connected, Machine, NoAnswer};
        assert_eq!(found("NC03", Connected, 40), ["nobody_but_talk"]);
        assert_eq!(found("NC03", Connected, 8), Vec::<String>::new());
        assert_eq!(found("VE01", Connected, 5), ["sale_too_short"]);
        assert_eq!(found("VE01", Connected, 400), Vec::<String>::new());
        assert_eq!(found("NI01", Connected, 14), ["contact_too_short"]);
        assert_eq!(found("NC07", Connected, 12), ["number_answered"]);
        assert_eq!(
            found("NI01", Machine, 0),
            ["person_but_not_answered", "person_but_machine"]
        );
        assert_eq!(found("NC01", NoAnswer, 0), Vec::<String>::new());
    }

    #[test]
    fn rules_say_what_they_found_and_refuse_cells_that_say_nothing() {
        let rules = ContradictionRule::read(
            "rule,outcome,talk_min_s,human,words\nlarga,connected,30,0,van {talk} s\n",
        )
        .expect("few columns are enough");
        let said = Catalogue::house().get("NC03").expect("a machine");
        let saw = Signals {
            outcome: Outcome::Connected,
            answered: true,
            talk: Duration::from_secs(41),
            ring: Duration::ZERO,
        };
        assert_eq!(rules[0].finds(said, saw).as_deref(), Some("van 41 s"));
        let bad = ContradictionRule::read("rule,talk_min_s\nx,pronto\n");
        assert!(bad.is_err_and(|why| why.to_string().contains("column talk_min_s")));
    }
}
