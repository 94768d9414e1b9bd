//! What an advisor says in a call, as a path: steps in the seven stages of the operation, where each answer of the customer
//! leads, what is said to objections, and which texts must be read as they stand. Says nothing of how a call goes on.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::setting::{InvalidSetting, Words, read, sound, twice};

/// Longest text of a step, in characters: what somebody can read aloud in some minutes.
const SAY_MAX: usize = 4_000;
/// Steps and objections a script may have.
const STEPS_MAX: usize = 200;
/// Answers of a step: as many as have a key.
const ANSWERS_MAX: usize = 4;

/// A script.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Its steps; the first begins the call.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
    /// What is said to objections, at any time.
    #[serde(default, rename = "objection")]
    pub objections: Vec<Objection>,
}

/// The stages of a call, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStage {
    /// Who calls, whom, and from where.
    Greeting,
    /// What is offered.
    Offer,
    /// What the customer should agree to before they are asked.
    PreClosings,
    /// They are asked.
    Closings,
    /// The contract is read, as the law has it.
    Contract,
    /// Thanks, and what comes next.
    Farewell,
    /// What the call was.
    Typification,
}

impl CallStage {
    /// Every stage, in order.
    pub const ALL: [CallStage; 7] = [
        Self::Greeting,
        Self::Offer,
        Self::PreClosings,
        Self::Closings,
        Self::Contract,
        Self::Farewell,
        Self::Typification,
    ];

    /// The word used in texts, the API and marks of recordings.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Greeting => "greeting",
            Self::Offer => "offer",
            Self::PreClosings => "pre_closings",
            Self::Closings => "closings",
            Self::Contract => "contract",
            Self::Farewell => "farewell",
            Self::Typification => "typification",
        }
    }
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its word, by which answers lead to it and recordings are marked.
    pub key: String,
    /// Where in the call it is.
    pub stage: CallStage,
    /// What is said; `{nombre}` and the names of the base's columns in braces are filled in.
    pub say: Words,
    /// Whether it must be read as it stands: when it was is marked in the recording.
    #[serde(default)]
    pub required: bool,
    /// What the customer may answer; none: the next step follows.
    #[serde(default)]
    pub answers: Vec<Reply>,
}

/// An answer of the customer.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// On its button.
    pub label: Words,
    /// The step it leads to.
    #[serde(default)]
    pub go: Option<String>,
    /// The typification it suggests.
    #[serde(default)]
    pub typify: Option<String>,
}

/// An objection, and what is said to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objection {
    /// What the customer says, in short.
    pub title: Words,
    /// What is answered.
    pub say: Words,
}

impl Script {
    /// From its text, or all that is wrong with it.
    pub fn read(text: &str) -> Result<Script, InvalidSetting> {
        let script: Script = read(text)?;
        let mut problems = twice("step", script.steps.iter().map(|step| step.key.as_str()));
        if script.steps.is_empty() {
            problems.push("a script has one step at least; add [[step]]".to_owned());
        }
        if script.steps.len() + script.objections.len() > STEPS_MAX {
            problems.push(format!(
                "more than {STEPS_MAX} steps and objections; split it by campaign"
            ));
        }
        for step in &script.steps {
            problems.extend(script.wrong_with(step));
        }
        for objection in &script.objections {
            let said = [&objection.title, &objection.say];
            problems.extend(
                said.into_iter()
                    .flat_map(|words| wrong_with_words("objection", words)),
            );
        }
        problems.extend(script.unreached());
        sound(script, problems)
    }

    fn wrong_with(&self, step: &Step) -> Vec<String> {
        let at = format!("step \"{}\"", step.key);
        let mut problems = wrong_with_words(&at, &step.say);
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !(1..=32).contains(&step.key.len()) || !step.key.chars().all(plain) {
            problems.push(format!("{at}: a key has 1 to 32 of a-z, 0-9 and _"));
        }
        if step.answers.len() > ANSWERS_MAX {
            problems.push(format!(
                "{at}: more than {ANSWERS_MAX} answers; ask in two steps"
            ));
        }
        for answer in &step.answers {
            problems.extend(wrong_with_words(&at, &answer.label));
            match &answer.go {
                Some(go) if self.step(go).is_none() => {
                    problems.push(format!(
                        "{at}: an answer leads to \"{go}\", which is no step"
                    ));
                }
                None if answer.typify.is_none() => {
                    problems.push(format!(
                        "{at}: an answer leads nowhere; give it `go` or `typify`"
                    ));
                }
                _ => {}
            }
        }
        problems
    }

    /// A step by its key.
    pub fn step(&self, key: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == key)
    }

    /// Steps that no way leads to.
    fn unreached(&self) -> Vec<String> {
        let mut reached = BTreeSet::new();
        let mut ahead: Vec<&Step> = self.steps.first().into_iter().collect();
        while let Some(step) = ahead.pop() {
            if !reached.insert(step.key.as_str()) {
                continue;
            }
            let named = step
                .answers
                .iter()
                .filter_map(|answer| self.step(answer.go.as_ref()?));
            ahead.extend(named);
            if step.answers.is_empty() {
                let after = self.steps.iter().skip_while(|other| other.key != step.key);
                ahead.extend(after.skip(1).take(1));
            }
        }
        let missed = self
            .steps
            .iter()
            .filter(|step| !reached.contains(step.key.as_str()));
        missed
            .map(|step| {
                format!(
                    "step \"{}\": nothing leads to it; lead an answer there, or remove it",
                    step.key
                )
            })
            .collect()
    }
}

/// Both languages are there, of a length that can be read, and every brace is closed.
fn wrong_with_words(at: &str, words: &Words) -> Vec<String> {
    let mut problems = Vec::new();
    for (lang, text) in [("es", &words.es), ("en", &words.en)] {
        if text.trim().is_empty() {
            problems.push(format!("{at}: there are no words in `{lang}`"));
        }
        if text.chars().count() > SAY_MAX {
            problems.push(format!(
                "{at}: the words in `{lang}` are longer than {SAY_MAX} characters"
            ));
        }
        if !braces_close(text) {
            problems.push(format!(
                "{at}: a brace in `{lang}` is not closed, or holds nothing"
            ));
        }
    }
    problems
}

fn braces_close(text: &str) -> bool {
    let mut open = None;
    for (at, c) in text.char_indices() {
        match (c, open) {
            ('{', None) => open = Some(at),
            ('}', Some(from)) if text[from + 1..at].trim().is_empty() => return false,
            ('}', Some(_)) => open = None,
            ('{' | '}', _) => return false,
            _ => {}
        }
    }
    open.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::Setting;

    fn wrong(text: &str) -> String {
        Script::read(text)
            .expect_err("it cannot be used")
            .to_string()
    }

    fn step(key: &str, more: &str) -> String {
        format!(
            "[[step]]\nkey = \"{key}\"\nstage = \"offer\"\nsay = {{ es = \"Hola {{nombre}}\", en = \"Hello\" }}\n{more}\n"
        )
    }

    #[test]
    fn the_houses_own_goes_through_every_stage_and_has_the_contract_read() {
        let script = Script::read(Setting::Script.house()).expect("it is ours");
        let stages: BTreeSet<CallStage> = script.steps.iter().map(|step| step.stage).collect();
        assert_eq!(stages.into_iter().collect::<Vec<_>>(), CallStage::ALL);
        let contract = |step: &&Step| step.stage == CallStage::Contract;
        assert!(
            script
                .steps
                .iter()
                .filter(contract)
                .all(|step| step.required)
        );
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let answer = "answers = [{ label = { es = \"Sí\", en = \"Yes\" }, go = \"cierre\" }, { label = { es = \"No\", en = \"\" } }]";
        let said = wrong(&format!("{}{}", step("oferta", answer), step("sola", "")));
        for words in [
            "an answer leads to \"cierre\", which is no step",
            "an answer leads nowhere",
            "no words in `en`",
            "step \"sola\": nothing leads to it",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }

    #[test]
    fn keys_are_plain_and_differ_and_braces_close() {
        assert!(wrong(&format!("{}{}", step("a", ""), step("a", ""))).contains("comes twice"));
        assert!(wrong(&step("Con espacio", "")).contains("a key has 1 to 32"));
        for text in ["{", "}", "{}", "{ }", "{a{b}}", "a } b {"] {
            assert!(!braces_close(text), "{text}");
        }
        assert!(braces_close("Hola {nombre}, su plan {PLAN ACTUAL}."));
        assert!(wrong("step = []").contains("one step at least"));
    }

    #[test]
    fn steps_without_answers_follow_each_other() {
        let text = format!("{}{}{}", step("uno", ""), step("dos", ""), step("tres", ""));
        assert_eq!(Script::read(&text).map(|script| script.steps.len()), Ok(3));
    }
}
