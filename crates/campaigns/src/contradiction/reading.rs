//! The text of contradiction rules, as spreadsheets write it. Everything that is wrong is told at once, by line and
//! column.

use std::time::Duration;

use csv::StringRecord;
use domain::Outcome;

use super::{ContradictionRule, Flag, InvalidRules};
use crate::edited_table::{is_blank, line_of, problem, reader};
use crate::{Catalogue, RowProblem};

/// Columns there are.
const COLUMNS: [&str; 13] = [
    "rule",
    "codes",
    "human",
    "holder",
    "effective_contact",
    "accepted_sale",
    "invalidates_phone",
    "outcome",
    "answered",
    "talk_min_s",
    "talk_max_s",
    "ring_max_s",
    "words",
];
/// More rules than anybody reads the findings of.
const RULES_MAX: usize = 200;

/// Rules of a text, or everything that is wrong with them.
pub(super) fn rules(
    text: &str,
    meant: Option<&Catalogue>,
) -> Result<Vec<ContradictionRule>, InvalidRules> {
    let mut reader = reader(text);
    let headings = reader.headers()?.clone();
    let mut problems = unknown(&headings);
    let mut rules: Vec<ContradictionRule> = Vec::new();
    for record in reader.records() {
        let record = record?;
        if is_blank(&record) {
            continue;
        }
        let mut row = Row {
            headings: &headings,
            record: &record,
            problems: Vec::new(),
        };
        let rule = row.read(meant);
        if rules.iter().any(|other| other.rule == rule.rule) {
            row.wrong("rule", "another rule has this name; give it its own");
        }
        rules.push(rule);
        problems.append(&mut row.problems);
    }
    if rules.is_empty() || rules.len() > RULES_MAX {
        let words = format!(
            "there are {} rules; write from 1 to {RULES_MAX}",
            rules.len()
        );
        problems.push(problem(1, "rule", "", words));
    }
    match problems.is_empty() {
        true => Ok(rules),
        false => Err(InvalidRules::Rows(problems)),
    }
}

fn unknown(headings: &StringRecord) -> Vec<RowProblem> {
    let headings = headings.iter().map(str::trim);
    let unknown = headings.filter(|heading| !heading.is_empty() && !COLUMNS.contains(heading));
    let told = unknown.map(|heading| {
        let known = COLUMNS.join(", ");
        let words = format!("there is no column \"{heading}\"; there are {known}");
        problem(1, "rule", "", words)
    });
    told.collect()
}

/// A line with its headings, and what is wrong with it so far.
struct Row<'a> {
    headings: &'a StringRecord,
    record: &'a StringRecord,
    problems: Vec<RowProblem>,
}

impl Row<'_> {
    fn read(&mut self, meant: Option<&Catalogue>) -> ContradictionRule {
        let mut flags = Vec::new();
        for (flag, column) in Flag::ALL {
            flags.extend(self.flag(column).map(|is| (flag, is)));
        }
        let rule = ContradictionRule {
            rule: self.cell("rule").to_owned(),
            words: self.cell("words").to_owned(),
            codes: self
                .cell("codes")
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
            flags,
            outcome: self.outcome(),
            answered: self.flag("answered"),
            talk_min: self.seconds("talk_min_s"),
            talk_max: self.seconds("talk_max_s"),
            ring_max: self.seconds("ring_max_s"),
        };
        self.check(&rule, meant);
        rule
    }

    /// What the cells say together.
    fn check(&mut self, rule: &ContradictionRule, meant: Option<&Catalogue>) {
        for code in &rule.codes {
            if meant.is_some_and(|meant| meant.get(code).is_none()) {
                let words = format!("the campaign has no typification {code}");
                self.wrong("codes", &words);
            }
        }
        let both = rule.talk_min.zip(rule.talk_max);
        if both.is_some_and(|(least, most)| least >= most) {
            self.wrong(
                "talk_max_s",
                "no call is as long and as short; make it longer than talk_min_s",
            );
        }
        let of_said = !rule.codes.is_empty() || !rule.flags.is_empty();
        let of_call = rule.outcome.is_some()
            || rule.answered.is_some()
            || [rule.talk_min, rule.talk_max, rule.ring_max] != [None; 3];
        if rule.rule.is_empty() {
            self.wrong("rule", "give the rule a name");
        } else if (!of_said || !of_call) && self.problems.is_empty() {
            let words =
                "it asks nothing of what was said, or nothing of the call: no contradiction";
            self.wrong("rule", words);
        }
        if rule.words.is_empty() {
            self.wrong("words", "say in words what contradicts what");
        }
    }

    fn cell(&self, column: &str) -> &str {
        let place = self
            .headings
            .iter()
            .position(|heading| heading.trim() == column);
        place
            .and_then(|place| self.record.get(place))
            .unwrap_or_default()
            .trim()
    }

    fn flag(&mut self, column: &'static str) -> Option<bool> {
        match self.cell(column) {
            "" => None,
            "1" => Some(true),
            "0" => Some(false),
            _ => {
                self.wrong(column, "write 1, 0 or nothing");
                None
            }
        }
    }

    fn outcome(&mut self) -> Option<Outcome> {
        let word = self.cell("outcome");
        let found = Outcome::ALL.iter().find(|outcome| outcome.word() == word);
        if found.is_none() && !word.is_empty() {
            self.wrong("outcome", "write an outcome such as connected");
        }
        found.copied()
    }

    fn seconds(&mut self, column: &'static str) -> Option<Duration> {
        match (self.cell(column), self.cell(column).parse()) {
            ("", _) => None,
            (_, Ok(seconds)) => Some(Duration::from_secs(seconds)),
            (_, Err(_)) => {
                self.wrong(column, "write seconds, or nothing");
                None
            }
        }
    }

    fn wrong(&mut self, column: &'static str, words: &str) {
        let line = line_of(self.record);
        let name = self.cell("rule").to_owned();
        self.problems
            .push(problem(line, column, &name, words.to_owned()));
    }
}
