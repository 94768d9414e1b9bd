//! The header fields of a message, in order, as text. Names are kept in their long form; values
//! are unfolded, trimmed, and decoded as UTF-8, or as Latin-1 where they are not UTF-8.

use super::{Injection, names};
use std::borrow::Cow;

/// Ordered header fields; names compare without case, compact forms equal long ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    fields: Vec<(Cow<'static, str>, String)>,
}

impl Headers {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of the first field called `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = names::sought(name);
        let field = self
            .fields
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(&field.1)
    }

    /// The values of all fields called `name`, one per header line (a line may hold a list).
    pub fn get_all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let name = names::sought(name);
        self.fields
            .iter()
            .filter(move |(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether a field called `name` is there.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Appends a field. The serialiser writes line breaks as blanks, so that no value can become a
    /// second field; text that people or bases supply goes through [`Self::try_push`].
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.fields.push((names::canonical(name), value.into()));
    }

    /// Appends a field, refusing a name that is no token and a value with CR, LF or NUL.
    pub fn try_push(&mut self, name: &str, value: impl Into<String>) -> Result<(), Injection> {
        let value = value.into();
        if !super::lexer::is_token(name) || !super::lexer::is_one_line(&value) {
            return Err(Injection {
                field: name.escape_default().to_string(),
            });
        }
        self.push(name, value);
        Ok(())
    }

    /// Puts a field before all others, as a proxy or client does with its Via.
    pub fn push_front(&mut self, name: &str, value: impl Into<String>) {
        self.fields
            .insert(0, (names::canonical(name), value.into()));
    }

    /// Replaces all fields called `name` by one, in the place of the first.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let long = names::canonical(name);
        let place = self
            .fields
            .iter()
            .position(|(field, _)| field.eq_ignore_ascii_case(&long));
        self.remove(name);
        let place = place.unwrap_or(self.fields.len());
        self.fields.insert(place, (long, value.into()));
    }

    /// Removes all fields called `name`; says how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        let name = names::sought(name);
        let before = self.fields.len();
        self.fields
            .retain(|(field, _)| !field.eq_ignore_ascii_case(name));
        before - self.fields.len()
    }

    /// Name and value of each field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}
