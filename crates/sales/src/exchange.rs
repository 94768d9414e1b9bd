//! Files exchanged with the client's tools, as configuration: which of our fields is which column, how days and sums are
//! written, which columns are the key, and what their words for stages mean.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::setting::{InvalidSetting, read, sound, twice};
use crate::stage::Stage;
use crate::value;

/// A kind of file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// How days are written, as `%d/%m/%Y`; where it is not said they are read either way and written as ISO 8601.
    pub date: Option<String>,
    /// Between the cells of a CSV that is written.
    #[serde(default = "semicolon")]
    pub delimiter: String,
    /// Sales of these stages are written out; empty: all.
    #[serde(default)]
    pub of_stages: Vec<String>,
    /// Stages a sale is brought through where a file passes over them.
    #[serde(default)]
    pub through: Vec<String>,
    /// Their words for stages.
    #[serde(default)]
    pub stages: BTreeMap<String, String>,
    /// Their words for reasons.
    #[serde(default)]
    pub reasons: BTreeMap<String, String>,
    /// The columns, in their order.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its heading.
    pub name: String,
    /// Our field: of the sheet by its key, of the reservation as `reservation.order`, or `sale`, `attempt`, `stage`,
    /// `accepted_at`, `code`, `value`, `segment`.
    #[serde(default)]
    pub field: String,
    /// What it is for in a file that is read.
    #[serde(rename = "use", default)]
    pub purpose: Purpose,
    /// How its cells are read and compared.
    #[serde(default)]
    pub kind: CellKind,
}

/// What a column is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// It is written out, and not looked at when read.
    #[default]
    Value,
    /// It finds the sale.
    Key,
    /// It must be as ours.
    Compare,
    /// It says the stage.
    Stage,
    /// It says why.
    Reason,
    /// It says when.
    At,
}

/// How cells are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellKind {
    /// As words: without case, accents or double spaces.
    #[default]
    Text,
    /// As a day.
    Date,
    /// As a sum.
    Money,
    /// As a document.
    Document,
    /// As a telephone number of Colombia, or with its country.
    Phone,
}

impl Mapping {
    /// From its text, or all that is wrong with it.
    pub fn read(text: &str) -> Result<Mapping, InvalidSetting> {
        let mapping: Mapping = read(text)?;
        let mut problems = twice(
            "column",
            mapping.columns.iter().map(|column| column.name.as_str()),
        );
        for (words, what) in [
            (&mapping.of_stages, "of_stages"),
            (&mapping.through, "through"),
        ] {
            let strange = words.iter().filter(|word| Stage::from_word(word).is_none());
            problems.extend(strange.map(|word| format!("{what}: there is no stage \"{word}\"")));
        }
        let strange = mapping
            .stages
            .iter()
            .filter(|(_, word)| Stage::from_word(word).is_none());
        problems.extend(strange.map(|(theirs, word)| {
            format!("stages: \"{theirs}\" is said to be \"{word}\", which is no stage")
        }));
        for column in &mapping.columns {
            let told = matches!(column.purpose, Purpose::Key | Purpose::Compare);
            if told && column.field.is_empty() {
                problems.push(format!("column {}: say which field it is", column.name));
            }
        }
        if mapping.column_for(Purpose::Stage).is_some() && mapping.keys().next().is_none() {
            problems.push("column: say with use = \"key\" which columns find a sale".to_owned());
        }
        if let Some(format) = &mapping.date
            && value::date(&written_day("2026-12-01", Some(format)), Some(format)).is_none()
        {
            problems.push(format!(
                "date: \"{format}\" does not write whole days; %d/%m/%Y does"
            ));
        }
        if mapping.delimiter.chars().count() != 1 {
            problems.push("delimiter: one character".to_owned());
        }
        sound(mapping, problems)
    }

    /// The columns that find a sale.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| column.purpose == Purpose::Key)
    }

    pub(crate) fn column_for(&self, purpose: Purpose) -> Option<&Column> {
        self.columns.iter().find(|column| column.purpose == purpose)
    }

    /// Their word for a stage, as ours.
    pub(crate) fn stage(&self, text: &str) -> Option<Stage> {
        let folded = value::folded(text);
        let theirs = self
            .stages
            .iter()
            .find(|(word, _)| value::folded(word) == folded);
        Stage::from_word(theirs.map_or(folded.as_str(), |(_, word)| word.as_str()))
    }

    /// Their word for a reason, as ours.
    pub(crate) fn reason(&self, text: &str) -> Option<&str> {
        let folded = value::folded(text);
        let theirs = self
            .reasons
            .iter()
            .find(|(word, _)| value::folded(word) == folded);
        theirs.map(|(_, word)| word.as_str())
    }

    /// Whether a sale of this stage is written out.
    pub fn writes(&self, stage: Stage) -> bool {
        self.of_stages.is_empty() || self.of_stages.iter().any(|word| word == stage.word())
    }

    /// A line of the file that is written, from the fields of a sale.
    pub fn line(&self, fields: &BTreeMap<String, String>) -> Vec<String> {
        let cell = |column: &Column| {
            let ours = fields.get(&column.field).map_or("", String::as_str);
            match (column.purpose, column.kind) {
                (Purpose::Stage, _) => self.their_stage(ours),
                (_, CellKind::Date) => written_day(ours, self.date.as_deref()),
                _ => ours.to_owned(),
            }
        };
        self.columns.iter().map(cell).collect()
    }

    fn their_stage(&self, ours: &str) -> String {
        let theirs = self.stages.iter().find(|(_, word)| *word == ours);
        theirs.map_or(ours, |(word, _)| word.as_str()).to_owned()
    }
}

impl Column {
    /// Whether a file that is read must have it.
    pub fn decides(&self) -> bool {
        matches!(self.purpose, Purpose::Key | Purpose::Stage)
    }

    /// A cell as it is compared; none where it cannot be read as what it should be.
    pub(crate) fn compared(&self, text: &str, date: Option<&str>) -> Option<String> {
        let text = text.trim();
        match self.kind {
            CellKind::Text => Some(value::folded(text)),
            CellKind::Date => value::date(text, date)
                .or_else(|| value::date(text, None))
                .map(|day| day.to_string()),
            CellKind::Money => value::money(text).map(|sum| sum.to_string()),
            CellKind::Document => value::document(text),
            CellKind::Phone => value::phone(text, "57").map(|phone| phone.dialable()),
        }
    }
}

/// A day as a file has it.
fn written_day(ours: &str, format: Option<&str>) -> String {
    let Some((day, format)) = value::date(ours, None).zip(format) else {
        return ours.to_owned();
    };
    let mut text = String::new();
    // A format that says nothing of days makes no text, which its check finds.
    let written = std::fmt::Write::write_fmt(&mut text, format_args!("{}", day.format(format)));
    written.map_or_else(|_| String::new(), |()| text)
}

fn semicolon() -> String {
    ";".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_our_fields_as_their_columns() {
        let text = "date = \"%d/%m/%Y\"\nof_stages = [\"validada\"]\n[stages]\n\"POR RESERVAR\" = \"validada\"\n\
            [[column]]\nname = \"Cédula\"\nfield = \"documento\"\n\
            [[column]]\nname = \"Entrega\"\nfield = \"reservation.slot_date\"\nkind = \"date\"\n\
            [[column]]\nname = \"Estado\"\nfield = \"stage\"\nuse = \"stage\"\n\
            [[column]]\nname = \"Id\"\nfield = \"sale\"\nuse = \"key\"\n";
        let mapping = Mapping::read(text).expect("sound");
        let fields = [
            ("documento", "1020304050"),
            ("reservation.slot_date", "2026-12-04"),
            ("stage", "validada"),
            ("sale", "7"),
        ];
        let fields = fields
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        assert_eq!(
            mapping.line(&fields),
            ["1020304050", "04/12/2026", "POR RESERVAR", "7"]
        );
        assert!(mapping.writes(Stage::Validated) && !mapping.writes(Stage::Accepted));
    }

    #[test]
    fn all_that_is_wrong_with_a_mapping_is_told_at_once() {
        let text = "date = \"%Q\"\ndelimiter = \";;\"\nthrough = [\"ruta\"]\n[stages]\nX = \"nada\"\n\
            [[column]]\nname = \"A\"\nuse = \"stage\"\n[[column]]\nname = \"A\"\nuse = \"compare\"\n";
        let Err(InvalidSetting::Says(problems)) = Mapping::read(text) else {
            panic!("nothing of it can be used");
        };
        assert_eq!(problems.len(), 7, "{problems:?}");
    }
}
