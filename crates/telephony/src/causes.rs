//! The table from what the network said to what became of the attempt, as data: the built-in one
//! (`data/causes.txt`), and what a site says otherwise. Reads no file itself.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use domain::Outcome;
use media::detect::Heard;

const TEXT: &str = include_str!("../data/causes.txt");
/// No table of causes is longer: there are 700 statuses and 128 causes.
const LINES_MAX: usize = 2_000;

static BUILT_IN: LazyLock<Causes> =
    LazyLock::new(|| Causes::read(TEXT).unwrap_or_else(|wrong| panic!("causes.txt, {wrong}")));

/// What each word of the network means. A copy costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Causes(Arc<BTreeMap<Word, Meaning>>);

/// A word of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// What is heard before anybody answers.
    Early(Heard),
    /// A cause of the Reason header (RFC 3326).
    Q850(u16),
    /// A final status (RFC 3261 section 21).
    Status(u16),
}

/// What it means, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What became of the attempt.
    pub outcome: Outcome,
    /// Whether the site says so, not the built-in table.
    pub by_site: bool,
}

/// A line that is no line of a table of causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongCause {
    /// Which line, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for WrongCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, `{}`: {}", self.line, self.text, self.why)
    }
}

impl std::error::Error for WrongCause {}

impl Default for Causes {
    fn default() -> Causes {
        BUILT_IN.clone()
    }
}

impl Causes {
    /// The built-in table, with what a site says otherwise: lines of the same kind.
    pub fn with_site(text: &str) -> Result<Causes, WrongCause> {
        let mut all = BUILT_IN.0.as_ref().clone();
        for (word, outcome) in lines(text)? {
            let by_site = true;
            all.insert(word, Meaning { outcome, by_site });
        }
        Ok(Causes(Arc::new(all)))
    }

    /// Everything in force.
    pub fn all(&self) -> impl Iterator<Item = (Word, Meaning)> {
        self.0.iter().map(|(word, meaning)| (*word, *meaning))
    }

    fn read(text: &str) -> Result<Causes, WrongCause> {
        let by_site = false;
        let meaning = |(word, outcome)| (word, Meaning { outcome, by_site });
        let all = lines(text)?.into_iter().map(meaning).collect();
        Ok(Causes(Arc::new(all)))
    }

    /// `None` where the status decides.
    pub(crate) fn by_q850(&self, cause: u16) -> Option<Outcome> {
        self.meaning(Word::Q850(cause))
    }

    /// What no line names is a trouble between us and the carrier.
    pub(crate) fn by_status(&self, status: u16) -> Outcome {
        let named = self.meaning(Word::Status(status));
        named.unwrap_or(Outcome::Congestion)
    }

    /// `None`: what is heard says nothing; the call goes on.
    pub(crate) fn by_early(&self, heard: Heard) -> Option<Outcome> {
        self.meaning(Word::Early(heard))
    }

    fn meaning(&self, word: Word) -> Option<Outcome> {
        self.0.get(&word).map(|meaning| meaning.outcome)
    }
}

/// The lines of a table, none of them said twice.
fn lines(text: &str) -> Result<BTreeMap<Word, Outcome>, WrongCause> {
    let mut all = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = |why: String| WrongCause {
            line: number + 1,
            text: line.chars().take(80).collect(),
            why,
        };
        if number >= LINES_MAX {
            return Err(wrong(format!("a table has at most {LINES_MAX} lines")));
        }
        let said = line.trim();
        if said.is_empty() || said.starts_with('#') {
            continue;
        }
        let (word, outcome) = read_line(said).map_err(wrong)?;
        if all.insert(word, outcome).is_some() {
            return Err(wrong("said already further up".into()));
        }
    }
    Ok(all)
}

fn read_line(line: &str) -> Result<(Word, Outcome), String> {
    let mut parts = line.split_whitespace();
    let mut next = |what: &str| parts.next().ok_or_else(|| format!("it names no {what}"));
    let (kind, what) = (next("kind")?, next("code")?);
    let number = |least: u16, most: u16| {
        let number = what.parse().ok().filter(|n| (least..=most).contains(n));
        number.ok_or_else(|| format!("`{what}` is no number from {least} to {most}"))
    };
    let word = match kind {
        "sip" => Word::Status(number(300, 699)?),
        "q850" => Word::Q850(number(1, 127)?),
        "early" => Word::Early(Heard::from_word(what).ok_or_else(|| {
            let known: Vec<_> = Heard::ALL.iter().map(|heard| heard.word()).collect();
            format!("`{what}` is not heard; say {}", known.join(", "))
        })?),
        _ => return Err("a line begins with `sip`, `q850` or `early`".into()),
    };
    let said = next("outcome")?;
    let outcome = Outcome::ALL.iter().find(|outcome| outcome.word() == said);
    let outcome = outcome.filter(|outcome| may_be_said(**outcome));
    let outcome = outcome.ok_or_else(|| {
        let all = Outcome::ALL.iter().filter(|outcome| may_be_said(**outcome));
        let words: Vec<_> = all.map(|outcome| outcome.word()).collect();
        format!(
            "`{said}` is no outcome of a call nobody answered; say {}",
            words.join(", ")
        )
    })?;
    Ok((word, *outcome))
}

/// The network cannot know the others: they are about what happens after an answer, or about us. A fax
/// machine is heard before and after one.
fn may_be_said(outcome: Outcome) -> bool {
    match outcome {
        Outcome::NoAnswer
        | Outcome::Busy
        | Outcome::Unreachable
        | Outcome::InvalidNumber
        | Outcome::Congestion
        | Outcome::Rejected
        | Outcome::Unwanted
        | Outcome::Fax
        | Outcome::Blocked => true,
        Outcome::Connected
        | Outcome::Abandoned
        | Outcome::HungUpWaiting
        | Outcome::Machine
        | Outcome::Cancelled
        | Outcome::UnknownCrash
        | Outcome::Unserved
        | Outcome::Refused => false,
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Word::Status(status) => write!(f, "sip {status}"),
            Word::Q850(cause) => write!(f, "q850 {cause}"),
            Word::Early(heard) => write!(f, "early {}", heard.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_names_all_kinds() {
        let causes = Causes::default();
        let count = |of: fn(&Word) -> bool| causes.all().filter(|(word, _)| of(word)).count();
        assert!(count(|word| matches!(word, Word::Q850(_))) > 15);
        assert!(count(|word| matches!(word, Word::Status(_))) > 12);
        assert!(count(|word| matches!(word, Word::Early(_))) > 2);
        assert!(causes.all().all(|(_, meaning)| !meaning.by_site));
    }

    #[test]
    fn a_line_that_is_no_cause_or_says_it_again_is_named() {
        for (text, line, why) in [
            ("sip", 1, "no code"),
            ("\n# a note\nisup 17 busy", 3, "begins with"),
            ("sip busy", 1, "no number"),
            ("sip 486", 1, "no outcome"),
            ("sip 486 engaged", 1, "is no outcome"),
            ("sip 486 connected", 1, "is no outcome"),
            ("q850 70000 busy", 1, "no number"),
            ("sip 200 busy", 1, "no number from 300"),
            ("early music busy", 1, "not heard"),
            ("sip 486 busy\nsip 486 rejected", 2, "already"),
        ] {
            let wrong = Causes::with_site(text).expect_err(text);
            assert_eq!(wrong.line, line, "{text}");
            assert!(wrong.why.contains(why), "{text}: {wrong}");
        }
    }

    #[test]
    fn a_site_overrules_the_table_line_by_line() {
        let text = "sip 603 busy  our carrier says so of a busy phone\nq850 3 invalid_number";
        let causes = Causes::with_site(text).expect("both are lines");
        assert_eq!(causes.by_status(603), Outcome::Busy);
        assert_eq!(causes.by_q850(3), Some(Outcome::InvalidNumber));
        assert_eq!(causes.by_status(486), Outcome::Busy);
        let ours = causes.all().filter(|(_, meaning)| meaning.by_site).count();
        assert_eq!(ours, 2);
    }
}
