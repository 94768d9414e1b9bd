//! Rules over the columns of a list, held against its contacts. The list is walked once, in its order, a few
//! thousand at a time.

use chrono::NaiveDate;
use domain::{Contact, ListId};
use segments::{Cells, Column, Kind, KindGuess, Schema, Segment, Value};
use store::Store;
use wire::{SegmentCount, SegmentExample};

use crate::error::ApiError;

/// Contacts read at a time.
const PAGE: u32 = 5_000;
/// Contacts by which the kinds of columns are told.
const SAMPLE: u32 = 2_000;
/// The most columns of a base that can be named.
const COLUMNS_MAX: usize = 500;
/// Examples of each side.
const EXAMPLES: usize = 5;

/// Columns of every list, before those of the base.
const OWN: [(&str, Kind, &str); 4] = [
    ("documento", Kind::Text, "identity document"),
    ("nombre", Kind::Text, "name"),
    ("segmento", Kind::Text, "segment, as the base writes it"),
    ("telefonos", Kind::Number, "how many phones it has"),
];

/// The columns a rule over this list may name. Kinds are those of its first contacts: a cell that is not of its
/// column's kind counts as empty.
pub async fn columns(store: &dyn Store, list: ListId) -> Result<Schema, ApiError> {
    let own = OWN.map(|(name, kind, about)| Column {
        name: name.to_owned(),
        kind,
        about: about.to_owned(),
    });
    let of_base = sampled_columns(store, &[list]).await?;
    Ok(Schema::new(own.into_iter().chain(of_base).collect()))
}

/// The columns of the first contacts of these lists.
pub(crate) async fn sampled_columns(
    store: &dyn Store,
    lists: &[ListId],
) -> Result<Vec<Column>, ApiError> {
    let mut found: Vec<(String, KindGuess)> = Vec::new();
    for list in lists {
        let sample = store.list_contacts(*list, None, SAMPLE).await?;
        for (name, cell) in sample.iter().flat_map(|contact| &contact.attributes) {
            let place = found.iter().position(|(known, _)| known == name);
            let place = match place {
                Some(place) => place,
                None if found.len() < COLUMNS_MAX => {
                    found.push((name.clone(), KindGuess::default()));
                    found.len() - 1
                }
                None => continue,
            };
            found[place].1.see(cell);
        }
    }
    let column = |(name, guess): (String, KindGuess)| Column {
        name,
        kind: guess.kind(),
        about: "column of the base".to_owned(),
    };
    Ok(found.into_iter().map(column).collect())
}

/// Whom a rule takes of a list; `walked` is told after each page how many were looked at.
pub async fn count(
    store: &dyn Store,
    list: ListId,
    rule: &str,
    today: NaiveDate,
    mut walked: impl FnMut(u64),
) -> Result<SegmentCount, ApiError> {
    let schema = columns(store, list).await?;
    let segment = match rule.trim() {
        "" => None,
        rule => Some(read(rule, &schema)?),
    };
    let mut count = SegmentCount {
        rule: rule.to_owned(),
        contacts: 0,
        taken: 0,
        examples: Vec::new(),
        left_out: Vec::new(),
    };
    let mut after = None;
    loop {
        let page = store.list_contacts(list, after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(count);
        };
        after = Some(last.id);
        for contact in &page {
            look_at(contact, &schema, segment.as_ref(), today, &mut count);
        }
        walked(count.contacts);
    }
}

/// Reads a rule; the error shows where it is wrong.
pub fn read(rule: &str, schema: &Schema) -> Result<Segment, ApiError> {
    let pointed = |error: segments::SegmentError| {
        let words = format!("the rule cannot be read:\n{}", error.pointed(rule));
        ApiError::Invalid(words)
    };
    Segment::parse(rule, schema).map_err(pointed)
}

fn look_at(
    contact: &Contact,
    schema: &Schema,
    segment: Option<&Segment>,
    today: NaiveDate,
    count: &mut SegmentCount,
) {
    let row = Row { contact, schema };
    let taken = segment.is_none_or(|segment| segment.takes(&row, today));
    count.contacts += 1;
    count.taken += u64::from(taken);
    let side = match taken {
        true => &mut count.examples,
        false => &mut count.left_out,
    };
    if side.len() < EXAMPLES {
        let looked_at = segment.map_or(&[][..], Segment::columns);
        let cell = |place: &usize| (schema.columns()[*place].name.clone(), row.text(*place));
        side.push(SegmentExample {
            contact: contact.id.get(),
            cells: looked_at.iter().map(cell).collect(),
        });
    }
}

/// A contact as a row of cells.
struct Row<'a> {
    contact: &'a Contact,
    schema: &'a Schema,
}

impl Row<'_> {
    /// The cell as the base writes it.
    fn text(&self, column: usize) -> String {
        match self.cell(column) {
            Value::Number(number) if column < OWN.len() => number.to_string(),
            _ => self.of_base(column).to_owned(),
        }
    }

    fn of_base(&self, column: usize) -> &str {
        match column {
            0 => &self.contact.document,
            1 => &self.contact.name,
            2 => &self.contact.segment,
            _ => {
                let name = &self.schema.columns()[column].name;
                let mut cells = self.contact.attributes.iter();
                cells
                    .find(|(known, _)| known == name)
                    .map_or("", |(_, cell)| cell)
            }
        }
    }
}

impl Cells for Row<'_> {
    fn cell(&self, column: usize) -> Value<'_> {
        match column {
            3 => Value::Number(self.contact.phones.len() as f64),
            _ => Value::read(self.schema.columns()[column].kind, self.of_base(column)),
        }
    }
}

#[cfg(test)]
mod tests;
