//! A file of the client's crossed with our sales: by key, into moves and a list of differences. Reading the same file
//! again moves nothing: a line that moved a sale is known by what it said.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::course::{Doer, OTHER, Reason, ways_from};
use crate::exchange::{Column, Mapping, Purpose};
use crate::identity::IdentityPolicy;
use crate::stage::Stage;
use crate::standing::{Fact, Standing};

/// A row of the file: its line, and its cells by heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Line of the file, the headings being 1.
    pub line: u64,
    /// Cells by heading.
    pub cells: BTreeMap<String, String>,
}

/// A sale of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSale {
    /// Its number.
    pub sale: i64,
    /// How it stands.
    pub standing: Standing,
    /// Stages it was at before.
    pub passed: BTreeSet<Stage>,
    /// What lines of files that moved it said ([`PlannedMove::said`]).
    pub heard: BTreeSet<String>,
    /// Its fields, by the names that mappings use.
    pub fields: BTreeMap<String, String>,
}

/// What a line moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedMove {
    /// The sale.
    pub sale: i64,
    /// Line of the file.
    pub line: u64,
    /// Where to, one after the other, each with its reason.
    pub to: Vec<(Stage, Option<String>)>,
    /// Words of the file about it.
    pub note: String,
    /// What the line said, without the customer: the same line moves a sale once.
    pub said: String,
}

/// What does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Line of the file; none: a sale of ours that the file does not have.
    pub line: Option<u64>,
    /// Which sale; none where none was found.
    pub sale: Option<i64>,
    /// What.
    pub what: Differs,
    /// In words.
    pub words: String,
}

/// What may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Differs {
    /// The key is empty.
    NoKey,
    /// No sale of ours has the key.
    UnknownKey,
    /// Several have.
    AmbiguousKey,
    /// The same row again.
    Repeated,
    /// Rows of one key that do not say the same.
    Contradictory,
    /// A word for a stage that the mapping does not know.
    UnknownStage,
    /// The sale may not go there.
    MayNotFollow,
    /// A value that is not ours.
    OtherValue,
    /// A sale of ours is under way, and the file does not have it.
    NotInFile,
}

impl Differs {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Differs::NoKey => "no_key",
            Differs::UnknownKey => "unknown_key",
            Differs::AmbiguousKey => "ambiguous_key",
            Differs::Repeated => "repeated",
            Differs::Contradictory => "contradictory",
            Differs::UnknownStage => "unknown_stage",
            Differs::MayNotFollow => "may_not_follow",
            Differs::OtherValue => "other_value",
            Differs::NotInFile => "not_in_file",
        }
    }
}

/// What a file comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Crossing {
    /// Rows read.
    pub rows: u64,
    /// What moves.
    pub moves: Vec<PlannedMove>,
    /// Rows that say what we know.
    pub unchanged: u64,
    /// What does not agree, in the order of the lines.
    pub differences: Vec<Difference>,
}

/// Crosses the rows of a file with sales.
pub fn cross(
    mapping: &Mapping,
    records: &[Record],
    sales: &[KnownSale],
    policy: &IdentityPolicy,
) -> Crossing {
    let mut crossing = Crossing {
        rows: records.len() as u64,
        ..Crossing::default()
    };
    let ours = by_key(mapping, sales);
    let mut found = BTreeSet::new();
    for rows in rows_of_a_key(mapping, records, &mut crossing) {
        let Some(sale) = sale_of(&ours, &rows, &mut crossing) else {
            continue;
        };
        found.insert(sale.sale);
        let Some(row) = one_of(mapping, &rows, sale, &mut crossing) else {
            continue;
        };
        judge(mapping, row, sale, policy, &mut crossing);
    }
    for sale in sales.iter().filter(|sale| awaited(mapping, sale)) {
        if !found.contains(&sale.sale) {
            let words = format!("it is {} here and not in the file", sale.standing.stage);
            crossing.differ(None, Some(sale.sale), Differs::NotInFile, words);
        }
    }
    crossing
        .differences
        .sort_by_key(|differs| (differs.line.is_none(), differs.line, differs.sale));
    crossing
}

/// Whether a file should have a sale: it is at a stage whose word the mapping knows, and not over.
fn awaited(mapping: &Mapping, sale: &KnownSale) -> bool {
    let stage = sale.standing.stage;
    let known = mapping.stages.values().any(|word| word == stage.word());
    known && !stage.is_terminal() && stage != Stage::Delivered
}

impl Crossing {
    fn differ(&mut self, line: Option<u64>, sale: Option<i64>, what: Differs, words: String) {
        self.differences.push(Difference {
            line,
            sale,
            what,
            words,
        });
    }
}

type Ours<'s> = BTreeMap<String, Vec<&'s KnownSale>>;

fn by_key<'s>(mapping: &Mapping, sales: &'s [KnownSale]) -> Ours<'s> {
    let mut ours: Ours<'s> = BTreeMap::new();
    for sale in sales {
        let field = |name: &str| sale.fields.get(name).map(String::as_str);
        if let Some(key) = key(mapping, |column| field(&column.field)) {
            ours.entry(key).or_default().push(sale);
        }
    }
    ours
}

/// A key as it is compared; none where a part of it is missing.
fn key<'t>(mapping: &Mapping, cell: impl Fn(&Column) -> Option<&'t str>) -> Option<String> {
    let part = |column| {
        let text = cell(column)?.trim();
        let compared = column.compared(text, mapping.date.as_deref());
        // What cannot be read as what it should be finds nothing, but is no empty key.
        (!text.is_empty()).then(|| compared.unwrap_or_else(|| text.to_owned()))
    };
    let parts: Option<Vec<String>> = mapping.keys().map(part).collect();
    parts.map(|parts| parts.join("\u{1f}"))
}

/// The rows of each key, in the order of the first.
fn rows_of_a_key<'r>(
    mapping: &Mapping,
    records: &'r [Record],
    crossing: &mut Crossing,
) -> Vec<(String, Vec<&'r Record>)> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<(String, Vec<&Record>)> = Vec::new();
    for record in records {
        let cell = |name: &str| record.cells.get(name).map(String::as_str);
        match key(mapping, |column| cell(&column.name)) {
            None => {
                let names: Vec<_> = mapping.keys().map(|column| column.name.as_str()).collect();
                let words = format!(
                    "nothing stands in {}; fill it in and read the file again",
                    names.join(" and ")
                );
                crossing.differ(Some(record.line), None, Differs::NoKey, words);
            }
            Some(key) => match places.get(&key) {
                Some(place) => groups[*place].1.push(record),
                None => {
                    places.insert(key.clone(), groups.len());
                    groups.push((key, vec![record]));
                }
            },
        }
    }
    groups
}

fn sale_of<'s>(
    ours: &Ours<'s>,
    (key, rows): &(String, Vec<&Record>),
    crossing: &mut Crossing,
) -> Option<&'s KnownSale> {
    let line = rows.first().map(|row| row.line);
    let found = ours.get(key).map_or(&[][..], Vec::as_slice);
    let open = found
        .iter()
        .filter(|sale| !sale.standing.stage.is_terminal());
    let open: Vec<_> = open.collect();
    match (found, open.as_slice()) {
        ([], _) => {
            let words = "no sale of ours has this key".to_owned();
            crossing.differ(line, None, Differs::UnknownKey, words);
            None
        }
        ([sale], _) => Some(sale),
        (_, [sale]) => Some(sale),
        _ => {
            let numbers: Vec<_> = found.iter().map(|sale| sale.sale.to_string()).collect();
            let words = format!(
                "sales {} have this key; name another column as key",
                numbers.join(", ")
            );
            crossing.differ(line, None, Differs::AmbiguousKey, words);
            None
        }
    }
}

/// The row that counts among several of a key: one that all the others repeat.
fn one_of<'r>(
    mapping: &Mapping,
    (_, rows): &(String, Vec<&'r Record>),
    sale: &KnownSale,
    crossing: &mut Crossing,
) -> Option<&'r Record> {
    let (first, others) = rows.split_first()?;
    let told = |row: &Record| -> Vec<String> {
        let columns = mapping
            .columns
            .iter()
            .filter(|column| column.purpose != Purpose::Value);
        let cell = |column: &Column| {
            let text = row.cells.get(&column.name).map_or("", String::as_str);
            let read = column.compared(text, mapping.date.as_deref());
            read.unwrap_or_else(|| crate::value::folded(text))
        };
        columns.map(cell).collect()
    };
    let differ = others.iter().any(|row| told(row) != told(first));
    for row in others {
        let (what, words) = match differ {
            true => (
                Differs::Contradictory,
                format!(
                    "line {} has the same key and says otherwise; neither is taken",
                    first.line
                ),
            ),
            false => (
                Differs::Repeated,
                format!("it repeats line {}; taken once", first.line),
            ),
        };
        crossing.differ(Some(row.line), Some(sale.sale), what, words);
    }
    if differ {
        let words = "another line has the same key and says otherwise; neither is taken".to_owned();
        crossing.differ(
            Some(first.line),
            Some(sale.sale),
            Differs::Contradictory,
            words,
        );
        return None;
    }
    Some(first)
}

fn judge(
    mapping: &Mapping,
    row: &Record,
    sale: &KnownSale,
    policy: &IdentityPolicy,
    crossing: &mut Crossing,
) {
    let cell = |purpose| {
        let column = mapping.column_for(purpose)?;
        row.cells.get(&column.name).map(|text| text.trim())
    };
    let (line, id) = (Some(row.line), Some(sale.sale));
    if other_values(mapping, row, sale, crossing) {
        return;
    }
    let text = cell(Purpose::Stage).unwrap_or_default();
    if text.is_empty() {
        crossing.unchanged += 1;
        return;
    }
    let Some(stage) = mapping.stage(text) else {
        let words = format!("\"{text}\" is no stage the mapping knows; add it there");
        crossing.differ(line, id, Differs::UnknownStage, words);
        return;
    };
    let why = cell(Purpose::Reason).unwrap_or_default();
    let when = mapping.column_for(Purpose::At).zip(cell(Purpose::At));
    let when = when.map(|(column, text)| {
        let day = column.compared(text, mapping.date.as_deref());
        day.unwrap_or_else(|| text.to_owned())
    });
    let said = format!(
        "{stage}|{}|{}",
        when.unwrap_or_default(),
        mapping.reason(why).unwrap_or_default()
    );
    let standing = &sale.standing;
    if standing.stage == stage || sale.heard.contains(&said) {
        crossing.unchanged += 1;
        return;
    }
    let reason = reason_for(mapping, why);
    let note = match why.is_empty() {
        true => format!("dice el archivo: {text}"),
        false => why.to_owned(),
    };
    match path(mapping, standing, stage, &reason, &note, policy) {
        Ok(to) => crossing.moves.push(PlannedMove {
            sale: sale.sale,
            line: row.line,
            to,
            note,
            said,
        }),
        // A report that still tells of a stage long passed contradicts nothing.
        Err(_) if sale.passed.contains(&stage) => crossing.unchanged += 1,
        Err(words) => crossing.differ(line, id, Differs::MayNotFollow, words),
    }
}

/// Notes values that are not ours; whether there are any.
fn other_values(
    mapping: &Mapping,
    row: &Record,
    sale: &KnownSale,
    crossing: &mut Crossing,
) -> bool {
    let mut differs = false;
    let compared = mapping
        .columns
        .iter()
        .filter(|column| column.purpose == Purpose::Compare);
    for column in compared {
        let theirs = row.cells.get(&column.name).map_or("", |text| text.trim());
        let ours = sale.fields.get(&column.field).map_or("", String::as_str);
        if theirs.is_empty() || ours.is_empty() {
            continue;
        }
        let date = mapping.date.as_deref();
        let read = column.compared(theirs, date);
        if read.is_none() || read != column.compared(ours, None) {
            let words = format!(
                "{} is not what our {} is; the sale is left as it is",
                column.name, column.field
            );
            crossing.differ(Some(row.line), Some(sale.sale), Differs::OtherValue, words);
            differs = true;
        }
    }
    differs
}

/// The reason of a move: theirs where the mapping knows it.
fn reason_for(mapping: &Mapping, why: &str) -> String {
    mapping.reason(why).unwrap_or(OTHER).to_owned()
}

/// The moves that bring a sale to a stage: one, or two through a stage the mapping lets files pass over.
fn path(
    mapping: &Mapping,
    standing: &Standing,
    to: Stage,
    reason: &str,
    note: &str,
    policy: &IdentityPolicy,
) -> Result<Vec<(Stage, Option<String>)>, String> {
    let step = |from: &Standing, to: Stage| {
        from.may(to, Doer::BackOffice, Some(reason), note, policy)
            .map(|way| {
                (
                    to,
                    matches!(way.reason, Reason::OneOf(_)).then(|| reason.to_owned()),
                )
            })
    };
    let direct = match step(standing, to) {
        Ok(only) => return Ok(vec![only]),
        Err(refusal) => refusal,
    };
    let through = mapping
        .through
        .iter()
        .filter_map(|word| Stage::from_word(word));
    for stage in through.filter(|stage| ways_from(standing.stage).any(|way| way.to == *stage)) {
        let Ok(first) = step(standing, stage) else {
            continue;
        };
        if let Ok(second) = step(&standing.clone().after(&Fact::Moved(stage)), to) {
            return Ok(vec![first, second]);
        }
    }
    Err(direct.to_string())
}

#[cfg(test)]
mod tests;
