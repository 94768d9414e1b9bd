//! A rule that was read, and whom it takes.

use std::fmt;

use chrono::{Days, NaiveDate};

use crate::cell::Value;
use crate::error::SegmentError;
use crate::schema::Schema;
use crate::{parser, text};

/// A rule over the columns of a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    rule: String,
    test: Test,
    columns: Vec<usize>,
}

/// The cells of one contact, by the place of their column in the schema.
pub trait Cells {
    /// The cell of that column.
    fn cell(&self, column: usize) -> Value<'_>;
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
    Empty(usize),
    Compare(usize, Comparison, Literal),
    /// Between both, both included.
    Between(usize, Literal, Literal),
    OneOf(usize, Vec<Literal>),
    Contains(usize, String),
    Starts(usize, String),
    Ends(usize, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// What a cell is compared with. Texts are folded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Number(f64),
    Date(NaiveDate),
    /// So many days after today.
    Today(i64),
}

impl Segment {
    /// Reads a rule.
    pub fn parse(rule: &str, schema: &Schema) -> Result<Segment, SegmentError> {
        let (test, mut columns) = parser::parse(rule, schema)?;
        columns.sort_unstable();
        columns.dedup();
        Ok(Segment {
            rule: rule.to_owned(),
            test,
            columns,
        })
    }

    /// The rule as it was written.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The places of the columns it looks at, in order.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Whether it speaks of the day it is: tomorrow it may take others.
    pub fn speaks_of_today(&self) -> bool {
        self.test.speaks_of_today()
    }

    /// Whether a contact belongs to it on that day.
    pub fn takes(&self, contact: &impl Cells, today: NaiveDate) -> bool {
        self.test.holds(contact, today)
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rule)
    }
}

impl Test {
    fn speaks_of_today(&self) -> bool {
        let is_today = |literal: &Literal| matches!(literal, Literal::Today(_));
        match self {
            Test::All(tests) | Test::Any(tests) => tests.iter().any(Test::speaks_of_today),
            Test::Not(test) => test.speaks_of_today(),
            Test::Compare(_, _, with) => is_today(with),
            Test::Between(_, from, to) => is_today(from) || is_today(to),
            Test::OneOf(_, values) => values.iter().any(is_today),
            Test::Empty(_) | Test::Contains(..) | Test::Starts(..) | Test::Ends(..) => false,
        }
    }

    fn holds(&self, contact: &impl Cells, today: NaiveDate) -> bool {
        match self {
            Test::All(tests) => tests.iter().all(|test| test.holds(contact, today)),
            Test::Any(tests) => tests.iter().any(|test| test.holds(contact, today)),
            Test::Not(test) => !test.holds(contact, today),
            Test::Empty(column) => contact.cell(*column) == Value::Missing,
            Test::Compare(column, how, with) => {
                let order = order(contact.cell(*column), with, today);
                order.is_some_and(|order| how.fits(order))
            }
            Test::Between(column, from, to) => {
                let cell = contact.cell(*column);
                let from = order(cell, from, today).is_some_and(std::cmp::Ordering::is_ge);
                from && order(cell, to, today).is_some_and(std::cmp::Ordering::is_le)
            }
            Test::OneOf(column, values) => {
                let cell = contact.cell(*column);
                let mut values = values.iter();
                values.any(|value| order(cell, value, today).is_some_and(std::cmp::Ordering::is_eq))
            }
            Test::Contains(column, part) => {
                in_text(contact.cell(*column), |cell| cell.contains(part))
            }
            Test::Starts(column, part) => {
                in_text(contact.cell(*column), |cell| cell.starts_with(part))
            }
            Test::Ends(column, part) => in_text(contact.cell(*column), |cell| cell.ends_with(part)),
        }
    }
}

impl Comparison {
    fn fits(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::Unequal => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::AtMost => order.is_le(),
            Comparison::More => order.is_gt(),
            Comparison::AtLeast => order.is_ge(),
        }
    }
}

/// How a cell stands to a literal; `None`: it is empty, or of another kind.
fn order(cell: Value<'_>, literal: &Literal, today: NaiveDate) -> Option<std::cmp::Ordering> {
    match (cell, literal) {
        (Value::Text(cell), Literal::Text(wanted)) => Some(text::folded(cell).as_str().cmp(wanted)),
        (Value::Number(cell), Literal::Number(wanted)) => cell.partial_cmp(wanted),
        (Value::Date(cell), Literal::Date(wanted)) => Some(cell.cmp(wanted)),
        (Value::Date(cell), Literal::Today(days)) => {
            let span = Days::new(days.unsigned_abs());
            let wanted = match *days < 0 {
                true => today.checked_sub_days(span)?,
                false => today.checked_add_days(span)?,
            };
            Some(cell.cmp(&wanted))
        }
        _ => None,
    }
}

fn in_text(cell: Value<'_>, fits: impl FnOnce(&str) -> bool) -> bool {
    match cell {
        Value::Text(cell) => fits(&text::folded(cell)),
        _ => false,
    }
}
