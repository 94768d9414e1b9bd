//! A contact of a campaign as cells: those of its base, and what was tried with it.

use std::borrow::Cow;

use segments::{Cells, Value};
use store::SegmentSubject;

use super::{CampaignColumns, OWN};

/// A contact of a campaign as a row of cells.
#[derive(Clone, Copy, Debug)]
pub struct SubjectRow<'a> {
    pub(super) subject: &'a SegmentSubject,
    pub(super) columns: &'a CampaignColumns,
}

impl SubjectRow<'_> {
    /// The cell as people read it.
    pub fn text(&self, column: usize) -> Cow<'_, str> {
        match self.cell(column) {
            Value::Number(number) if column < OWN.len() => Cow::Owned(number.to_string()),
            Value::Date(day) if column < OWN.len() => Cow::Owned(day.to_string()),
            _ => Cow::Borrowed(self.written(column)),
        }
    }

    fn written(&self, column: usize) -> &str {
        let contact = &self.subject.contact;
        match column {
            0 => &contact.document,
            1 => &contact.name,
            2 => &contact.segment,
            4 => self.columns.list_name(contact.list),
            8 => self.subject.code.as_deref().unwrap_or(""),
            10 => self.subject.history.best_code.as_deref().unwrap_or(""),
            _ => {
                let name = &self.columns.schema.columns()[column].name;
                let mut cells = contact.attributes.iter();
                cells
                    .find(|(known, _)| known == name)
                    .map_or("", |(_, cell)| cell)
            }
        }
    }
}

impl Cells for SubjectRow<'_> {
    fn cell(&self, column: usize) -> Value<'_> {
        let history = &self.subject.history;
        match column {
            3 => Value::Number(f64::from(self.subject.phones)),
            5 => Value::Number(f64::from(history.attempts)),
            6 => Value::Number(f64::from(history.answered)),
            7 => history
                .last_at
                .and_then(|at| self.columns.clock.date(at))
                .map_or(Value::Missing, Value::Date),
            9 => Value::Number(f64::from(self.subject.pass)),
            _ => Value::read(
                self.columns.schema.columns()[column].kind,
                self.written(column),
            ),
        }
    }
}
