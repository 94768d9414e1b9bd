//! A contact as text, of which only the columns that a rule names are looked for. Attributes are JSON as the store
//! writes it, without spaces: `[["ciudad","Cali"],["saldo","12"]]`. Inside a text of it every quote has a backslash
//! before it, so that `["ciudad","` is always the beginning of that column.

use std::borrow::Cow;

use segments::{Cells, Value};
use store::ContactTexts;

use super::{OWN, PHONES, Test};

/// Looks for a column of the base.
pub(super) struct Finder {
    column: usize,
    begins: String,
}

impl Finder {
    pub(super) fn new(column: usize, name: &str) -> Finder {
        let name = serde_json::to_string(name).expect("a text always serialises");
        Finder {
            column,
            begins: format!("[{name},\""),
        }
    }

    fn find<'a>(&self, attributes: &'a str) -> Cow<'a, str> {
        let Some(at) = attributes.find(&self.begins) else {
            return Cow::Borrowed("");
        };
        let from = at + self.begins.len();
        let (mut escaped, mut skip) = (false, false);
        for (place, byte) in attributes.as_bytes()[from..].iter().enumerate() {
            match byte {
                _ if skip => skip = false,
                b'\\' => (escaped, skip) = (true, true),
                b'"' if !escaped => return Cow::Borrowed(&attributes[from..from + place]),
                b'"' => {
                    let quoted = &attributes[from - 1..=from + place];
                    return Cow::Owned(serde_json::from_str(quoted).unwrap_or_default());
                }
                _ => {}
            }
        }
        Cow::Borrowed("")
    }
}

/// The parts of a contact after its number.
pub(super) type Parts<'a> = [&'a str; 5];

/// A contact as a row of cells.
pub(super) struct TextRow<'a> {
    test: &'a Test<'a>,
    parts: Parts<'a>,
    found: Vec<Cow<'a, str>>,
}

impl<'a> TextRow<'a> {
    /// Number and parts of a line; `None` where it has more or fewer.
    pub(super) fn parts(line: &'a str) -> Option<(i64, Parts<'a>)> {
        let mut parts = line.splitn(6, ContactTexts::FIELD);
        let id = parts.next()?.parse().ok()?;
        let mut next = || parts.next();
        let parts = [next()?, next()?, next()?, next()?, next()?];
        let attributes = parts[4];
        (attributes.starts_with('[') && attributes.ends_with(']')).then_some((id, parts))
    }

    pub(super) fn new(test: &'a Test<'a>, parts: Parts<'a>) -> TextRow<'a> {
        let found = test.finders.iter().map(|finder| finder.find(parts[4]));
        TextRow {
            test,
            parts,
            found: found.collect(),
        }
    }

    /// The cell as the base writes it.
    pub(super) fn text(&self, column: usize) -> String {
        match column {
            PHONES => self.parts[0].to_owned(),
            _ => self.written(column).to_owned(),
        }
    }

    fn written(&self, column: usize) -> &str {
        if column < OWN.len() {
            return self.parts[column + 1];
        }
        let mut finders = self.test.finders.iter().zip(&self.found);
        finders
            .find(|(finder, _)| finder.column == column)
            .map_or("", |(_, cell)| cell)
    }
}

impl Cells for TextRow<'_> {
    fn cell(&self, column: usize) -> Value<'_> {
        match column {
            PHONES => self.parts[0].parse().map_or(Value::Missing, Value::Number),
            _ => Value::read(
                self.test.schema.columns()[column].kind,
                self.written(column),
            ),
        }
    }
}
