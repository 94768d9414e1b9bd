//! The columns a rule may name.

use crate::cell::Kind;
use crate::text;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As its base writes it.
    pub name: String,
    /// What its cells are compared as.
    pub kind: Kind,
    /// What it holds, for who completes a rule.
    pub about: String,
}

/// All columns, in the order in which cells are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    columns: Vec<Column>,
    names: Vec<String>,
}

impl Schema {
    /// These columns; of two with one name the first is meant.
    pub fn new(columns: Vec<Column>) -> Schema {
        let names = columns.iter().map(|column| text::name(&column.name));
        Schema {
            names: names.collect(),
            columns,
        }
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Which column a name means: case, accents and signs do not matter.
    pub fn find(&self, name: &str) -> Option<usize> {
        let name = text::name(name);
        self.names.iter().position(|known| *known == name)
    }

    /// The names most like one that is unknown.
    pub(crate) fn nearest(&self, name: &str) -> Vec<String> {
        let name = text::name(name);
        let mut known: Vec<(usize, &Column)> = self
            .names
            .iter()
            .zip(&self.columns)
            .map(|(known, column)| (distance(known, &name), column))
            .collect();
        known.sort_by_key(|(distance, _)| *distance);
        let near = |(far, column): &(usize, &Column)| {
            (*far <= 2 + column.name.len() / 3).then(|| column.name.clone())
        };
        known.iter().filter_map(near).take(3).collect()
    }
}

/// Letters to be changed to make one name of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
