//! Rules over the columns of a list, held against its contacts. The list is walked once, in its order, a few
//! thousand at a time.

use chrono::NaiveDate;
use domain::{Contact, ContactId, ListId};
use segments::{Cells, Column, Kind, KindGuess, Schema, Segment, Value};
use store::{ContactTexts, Store};
use wire::{SegmentCount, SegmentExample};

use self::text_row::{Finder, TextRow};
use crate::error::ApiError;

/// Contacts read at a time.
const PAGE: u32 = 10_000;
/// Contacts looked at before others go on.
const AT_ONCE: usize = 256;
/// Contacts by which the kinds of columns are told.
const SAMPLE: u32 = 2_000;
/// The most columns of a base that can be named.
const COLUMNS_MAX: usize = 500;
/// The place of `telefonos`.
const PHONES: usize = 3;
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

/// Whom a rule takes of a list; `walked` is told after each page how many were looked at. A page is looked at while the
/// next one is read.
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
    let test = Test::new(&schema, segment.as_ref(), today);
    let phones = test.columns.contains(&PHONES);
    let (mut before, mut page) = (None, store.contact_texts(list, None, PAGE, phones).await?);
    while let Some(texts) = page {
        let after = Some(texts.last);
        let next = store.contact_texts(list, after, PAGE, phones);
        let look = async {
            match test.look_at_texts(&texts.lines, &mut count).await {
                true => Ok(()),
                false => by_contact(store, list, before, texts.last, &test, &mut count).await,
            }
        };
        let (next, looked) = tokio::join!(next, look);
        looked?;
        walked(count.contacts);
        (before, page) = (after, next?);
    }
    Ok(count)
}

/// The same for a page whose lines cannot be told apart: a base may have any sign in its names.
async fn by_contact(
    store: &dyn Store,
    list: ListId,
    mut after: Option<ContactId>,
    last: ContactId,
    test: &Test<'_>,
    count: &mut SegmentCount,
) -> Result<(), ApiError> {
    while after.is_none_or(|after| after < last) {
        let contacts = store.list_contacts(list, after, SAMPLE).await?;
        for contact in contacts.iter().filter(|contact| contact.id <= last) {
            let row = Row {
                contact,
                schema: test.schema,
            };
            test.look_at(contact.id.get(), &row, |column| row.text(column), count);
        }
        after = Some(contacts.last().map_or(last, |contact| contact.id));
    }
    Ok(())
}

/// Reads a rule; the error shows where it is wrong.
pub fn read(rule: &str, schema: &Schema) -> Result<Segment, ApiError> {
    let pointed = |error: segments::SegmentError| {
        let words = format!("the rule cannot be read:\n{}", error.pointed(rule));
        ApiError::Invalid(words)
    };
    Segment::parse(rule, schema).map_err(pointed)
}

/// A rule that contacts are held against.
struct Test<'a> {
    schema: &'a Schema,
    segment: Option<&'a Segment>,
    today: NaiveDate,
    columns: &'a [usize],
    finders: Vec<Finder>,
}

impl<'a> Test<'a> {
    fn new(schema: &'a Schema, segment: Option<&'a Segment>, today: NaiveDate) -> Test<'a> {
        let columns = segment.map_or(&[][..], Segment::columns);
        let of_base = columns.iter().filter(|column| **column >= OWN.len());
        let finder = |column: &usize| Finder::new(*column, &schema.columns()[*column].name);
        Test {
            schema,
            segment,
            today,
            columns,
            finders: of_base.map(finder).collect(),
        }
    }

    /// False, and nothing is counted, where the lines cannot be told apart. Lets others go on now and then: the page
    /// that follows is not asked for at once, but in a few steps that this would hold up.
    async fn look_at_texts(&self, lines: &str, count: &mut SegmentCount) -> bool {
        let before = count.clone();
        for (place, line) in lines.split(ContactTexts::LINE).enumerate() {
            let Some((id, parts)) = TextRow::parts(line) else {
                *count = before;
                return false;
            };
            let row = TextRow::new(self, parts);
            self.look_at(id, &row, |column| row.text(column), count);
            if place % AT_ONCE == AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
        }
        true
    }

    fn look_at(
        &self,
        id: i64,
        row: &impl Cells,
        text: impl Fn(usize) -> String,
        count: &mut SegmentCount,
    ) {
        let taken = self
            .segment
            .is_none_or(|segment| segment.takes(row, self.today));
        count.contacts += 1;
        count.taken += u64::from(taken);
        let side = match taken {
            true => &mut count.examples,
            false => &mut count.left_out,
        };
        if side.len() < EXAMPLES {
            let cell = |place: &usize| (self.schema.columns()[*place].name.clone(), text(*place));
            side.push(SegmentExample {
                contact: id,
                cells: self.columns.iter().map(cell).collect(),
            });
        }
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
            PHONES => Value::Number(self.contact.phones.len() as f64),
            _ => Value::read(self.schema.columns()[column].kind, self.of_base(column)),
        }
    }
}

mod text_row;

#[cfg(test)]
mod tests;
