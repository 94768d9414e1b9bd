//! What must hold of the rows of a catalogue, each by itself and all together.

use std::collections::{BTreeMap, BTreeSet};

use domain::{CallBack, Disposition, NextPhone, Occasion, Origin, Outcome};

use super::RowProblem;

/// Longest code.
const CODE_MAX: usize = 16;

/// Everything that is wrong, in the order of the lines.
pub(super) fn all(rows: &[(u64, Disposition)]) -> Vec<RowProblem> {
    let mut problems = Problems::default();
    for (line, row) in rows {
        code(&mut problems, *line, row);
        levels(&mut problems, *line, row);
        flags(&mut problems, *line, row);
        retry(&mut problems, *line, row);
        occasions_of(&mut problems, *line, row);
    }
    together(&mut problems, rows);
    problems.0.sort_by_key(|problem| problem.line);
    problems.0
}

#[derive(Default)]
struct Problems(Vec<RowProblem>);

impl Problems {
    fn is(&mut self, wrong: bool, line: u64, row: &Disposition, column: &'static str, words: &str) {
        if wrong {
            self.0.push(RowProblem {
                line,
                column,
                code: row.code.clone(),
                words: words.to_owned(),
            });
        }
    }
}

fn code(problems: &mut Problems, line: u64, row: &Disposition) {
    let shaped = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "_-".contains(c);
    let wrong = row.code.is_empty() || row.code.len() > CODE_MAX || !row.code.chars().all(shaped);
    let words = "a code has 1 to 16 capital letters, digits, - or _";
    problems.is(wrong, line, row, "code", words);
}

fn levels(problems: &mut Problems, line: u64, row: &Disposition) {
    let empty = |at: usize| row.levels[at].is_empty();
    problems.is(empty(0), line, row, "level1", "the first level is missing");
    let gap = empty(1) && !empty(2);
    let words = "a third level stands below a second; fill it";
    problems.is(gap, line, row, "level2", words);
}

fn flags(problems: &mut Problems, line: u64, row: &Disposition) {
    let mut is = |wrong, column, words| problems.is(wrong, line, row, column, words);
    let spoken = row.holder || row.third_party || row.effective_contact || row.accepted_sale;
    is(
        spoken && !row.human,
        "human",
        "nobody can be holder, third party, contact or buyer whom no person spoke for; set human to 1",
    );
    is(
        row.holder && row.third_party,
        "third_party",
        "the holder is no third party; set one of the two to 0",
    );
    is(
        row.effective_contact && !row.holder,
        "effective_contact",
        "an effective contact is the holder hearing the offer; set holder to 1",
    );
    is(
        row.accepted_sale && !row.effective_contact,
        "accepted_sale",
        "a sale without an effective contact; set effective_contact to 1",
    );
    is(
        row.suppresses && !row.closes_record,
        "closes_record",
        "whom nobody may call again cannot stay open; set closes_record to 1",
    );
    is(
        row.call_back.is_some() && row.closes_record,
        "call_back",
        "it closes the record, so that no call can be promised with it; leave one of the two out",
    );
}

fn retry(problems: &mut Problems, line: u64, row: &Disposition) {
    let rule = &row.retry;
    let mut is = |wrong, column, words| problems.is(wrong, line, row, column, words);
    is(
        rule.invalidates_phone && rule.next_phone == NextPhone::Same,
        "next_phone",
        "the phone is no good, so that it cannot be the next; write next or best",
    );
    // A call that never left goes back as the gate says that held it.
    let only_refused = row.occasions == [Occasion::Ended(Outcome::Refused)];
    let ends = row.closes_record || row.retired || rule.invalidates_phone || only_refused;
    is(
        rule.wait.is_zero() && !ends,
        "wait_min",
        "the person would be called again at once; write minutes to wait",
    );
}

fn occasions_of(problems: &mut Problems, line: u64, row: &Disposition) {
    let mut is = |wrong, column, words| problems.is(wrong, line, row, column, words);
    is(
        !row.occasions.is_empty() && row.origin == Origin::Agent,
        "origin",
        "the system sets it by itself; write S or \"S A\"",
    );
    is(
        !row.occasions.is_empty() && row.retired,
        "retired",
        "the system still sets it; let another row take its occasions first",
    );
    for occasion in &row.occasions {
        match occasion {
            Occasion::Ended(outcome) => is(
                outcome.answered_by_human() != row.human,
                "human",
                "it is set where calls end in a way that says whether a person was there; human must agree",
            ),
            Occasion::KeyOptOut => is(
                !row.suppresses,
                "suppresses",
                "it is set on who asks never to be called again; set suppresses to 1",
            ),
            Occasion::KeyCallBack => is(
                row.call_back != Some(CallBack::Anyone),
                "call_back",
                "it is set on who asks to be called back; write anyone",
            ),
            Occasion::Untyped => is(
                row.closes_record,
                "closes_record",
                "it is set where nobody said what a call was: that closes nothing",
            ),
        }
    }
}

fn together(problems: &mut Problems, rows: &[(u64, Disposition)]) {
    let mut codes = BTreeMap::new();
    let mut paths = BTreeMap::new();
    let mut occasions: BTreeMap<Occasion, &str> = BTreeMap::new();
    for (line, row) in rows {
        if let Some(first) = codes.insert(&row.code, *line) {
            let words = format!("the code stands in line {first} already; codes are unique");
            problems.is(true, *line, row, "code", &words);
        }
        let path = row.levels.each_ref().map(|level| level.to_lowercase());
        if !row.retired
            && let Some(other) = paths.insert(path, &row.code)
        {
            let words = format!("the same levels as {other}; advisors could not tell them apart");
            problems.is(true, *line, row, "level1", &words);
        }
        for occasion in &row.occasions {
            if let Some(other) = occasions.insert(*occasion, &row.code) {
                let words = format!("{other} is set on `{}` already", occasion.word());
                problems.is(true, *line, row, "set_on", &words);
            }
        }
    }
    missing(problems, rows, &occasions.keys().copied().collect());
    ranks(problems, rows);
}

/// Every occasion has its row: what the system sets cannot be removed.
fn missing(problems: &mut Problems, rows: &[(u64, Disposition)], known: &BTreeSet<Occasion>) {
    let last = rows.last().map_or(1, |(line, _)| *line);
    for occasion in Occasion::all().filter(|occasion| !known.contains(occasion)) {
        problems.0.push(RowProblem {
            line: last,
            column: "set_on",
            code: String::new(),
            words: format!(
                "no row is set on `{}`; the system needs one to note such calls",
                occasion.word()
            ),
        });
    }
}

/// A sale is the best that can be said of a record.
fn ranks(problems: &mut Problems, rows: &[(u64, Disposition)]) {
    let others = rows.iter().filter(|(_, row)| !row.accepted_sale);
    let highest = others.map(|(_, row)| row.rank).max().unwrap_or(0);
    for (line, row) in rows.iter().filter(|(_, row)| row.accepted_sale) {
        let words = "something that is no sale ranks as high or higher; a sale is the best result";
        problems.is(row.rank <= highest, *line, row, "rank", words);
    }
}
