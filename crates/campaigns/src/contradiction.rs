//! Typifications that contradict what the system saw of their calls: "nobody" with forty seconds of talk, a
//! sale in five. Rules are data, the house's (`data/contradictions-es.csv`) or a campaign's own: what the typification
//! must be, what the call must have been, and the words for people. A cell left empty asks nothing.

use std::time::Duration;

use domain::{Disposition, Outcome};
use thiserror::Error;

use crate::{Catalogue, RowProblem};

mod reading;

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

/// Rules that cannot be used.
#[derive(Debug, Error)]
pub enum InvalidRules {
    /// Not a table.
    #[error("cannot read the rules as CSV")]
    Csv(#[from] csv::Error),
    /// Cells that say nothing, and rules that find nothing or contradict each other.
    #[error("{}", .0.iter().map(RowProblem::to_string).collect::<Vec<_>>().join("\n"))]
    Rows(Vec<RowProblem>),
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
        ContradictionRule::read(SPANISH, Some(Catalogue::house()))
            .expect("the rules compiled in are read by this crate's tests")
    }

    /// The text of the house's own.
    pub const fn house_text() -> &'static str {
        SPANISH
    }

    /// From their text, or everything that is wrong with it. With the typifications they speak of, codes that are in none of
    /// them are wrong too.
    pub fn read(
        text: &str,
        meant: Option<&Catalogue>,
    ) -> Result<Vec<ContradictionRule>, InvalidRules> {
        reading::rules(text, meant)
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

#[cfg(test)]
mod tests {
    use super::*;

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
            None,
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
    }

    #[test]
    fn everything_that_is_wrong_with_rules_is_told_at_once() {
        let text = "\u{feff}rule;codes;talk_min_s;talk_max_s;color;words\n\
                    corta;XX01;pronto;;rojo;x\n\
                    corta;;60;20;;x\n\
                    ;;;;;\n\
                    nada;;;;;algo\n\
                    muda;NC01;9;;;\n";
        let house = Some(Catalogue::house());
        let Err(InvalidRules::Rows(problems)) = ContradictionRule::read(text, house) else {
            panic!("nothing of it can be used");
        };
        let told: Vec<_> = problems
            .iter()
            .map(|problem| (problem.line, problem.column, problem.code.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (1, "rule", ""),
                (2, "talk_min_s", "corta"),
                (2, "codes", "corta"),
                (3, "talk_max_s", "corta"),
                (3, "rule", "corta"),
                (5, "rule", "nada"),
                (6, "words", "muda"),
            ]
        );
        assert!(ContradictionRule::read("rule,words\n", None).is_err());
    }

    #[test]
    fn the_house_has_its_rules_as_a_spreadsheet_writes_them_too() {
        let text = ContradictionRule::house_text().replace(',', ";");
        let read = ContradictionRule::read(&text, None).expect("semicolons");
        assert_eq!(read, ContradictionRule::house());
    }
}
