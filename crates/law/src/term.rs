//! Terms: in how many business days somebody who asks for their rights must be answered.

use std::fmt;

use chrono::NaiveDate;

use crate::Pack;
use crate::rule::{Rule, Value};

/// A term for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// To what: `consulta`, `reclamo`.
    pub of: String,
    /// Business days, from the day after it came in.
    pub days: u32,
    /// So many more where the person is told why before the first are over.
    pub more: u32,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} answered in {} business days", self.of, self.days)?;
        match self.more {
            0 => Ok(()),
            more => write!(f, ", {more} more if told why"),
        }
    }
}

impl Pack {
    /// The rule for answers to such a request in force on a day.
    pub fn term(&self, of: &str, day: NaiveDate) -> Option<(&Rule, &Term)> {
        let in_force = self.rules.iter().filter(|rule| rule.in_force(day));
        let terms = in_force.filter_map(|rule| match &rule.value {
            Value::Term(term) if term.of == of => Some((rule, term)),
            _ => None,
        });
        // Of several the shortest: the stricter wins.
        terms.min_by_key(|(_, term)| term.days)
    }
}
