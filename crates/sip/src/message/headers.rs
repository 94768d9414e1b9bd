//! The header fields of a message, in order, as text. Names are kept in their long form; values
//! are unfolded, trimmed, and decoded as UTF-8, or as Latin-1 where they are not UTF-8.

use super::{Injection, names};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// Ordered header fields; names compare without case, compact forms equal long ones.
#[derive(Clone, Default)]
pub struct Headers {
    /// All values, in no order, and what was removed since the last [`Self::tidy`].
    text: String,
    fields: Vec<Field>,
}

/// One field: its name, and where its value stands in the text.
#[derive(Clone)]
struct Field {
    name: Cow<'static, str>,
    value: Range<usize>,
}

impl Field {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl Headers {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// No fields, and room for those of a message whose head has `bytes`.
    pub(super) fn of_head(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            fields: Vec::with_capacity(16),
        }
    }

    /// The value of the first field called `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = names::sought(name);
        let field = self.fields.iter().find(|field| field.is(name))?;
        Some(self.value(field))
    }

    fn value(&self, field: &Field) -> &str {
        &self.text[field.value.clone()]
    }

    /// The values of all fields called `name`, one per header line (a line may hold a list).
    pub fn get_all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let name = names::sought(name);
        self.fields
            .iter()
            .filter(move |field| field.is(name))
            .map(|field| self.value(field))
    }

    /// Whether a field called `name` is there.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Appends a field. The serialiser writes line breaks as blanks, so that no value can become a
    /// second field; text that people or bases supply goes through [`Self::try_push`].
    pub fn push(&mut self, name: &str, value: impl AsRef<str>) {
        self.push_as(names::canonical(name), value.as_ref());
    }

    /// Appends a field whose name is as it is kept.
    pub(super) fn push_as(&mut self, name: Cow<'static, str>, value: &str) {
        let field = self.field(name, value);
        self.fields.push(field);
    }

    fn field(&mut self, name: Cow<'static, str>, value: &str) -> Field {
        let start = self.text.len();
        self.text.push_str(value);
        let value = start..self.text.len();
        Field { name, value }
    }

    /// Appends a field, refusing a name that is no token and a value with CR, LF or NUL.
    pub fn try_push(&mut self, name: &str, value: impl AsRef<str>) -> Result<(), Injection> {
        let value = value.as_ref();
        if !super::lexer::is_token(name) || !super::lexer::is_one_line(value) {
            return Err(Injection {
                field: name.escape_default().to_string(),
            });
        }
        self.push(name, value);
        Ok(())
    }

    /// Puts a field before all others, as a proxy or client does with its Via.
    pub fn push_front(&mut self, name: &str, value: impl AsRef<str>) {
        let field = self.field(names::canonical(name), value.as_ref());
        self.fields.insert(0, field);
    }

    /// Replaces all fields called `name` by one, in the place of the first.
    pub fn set(&mut self, name: &str, value: impl AsRef<str>) {
        let long = names::canonical(name);
        let place = self.fields.iter().position(|field| field.is(&long));
        self.remove(name);
        let place = place.unwrap_or(self.fields.len());
        let field = self.field(long, value.as_ref());
        self.fields.insert(place, field);
    }

    /// Removes all fields called `name`; says how many there were.
    pub fn remove(&mut self, name: &str) -> usize {
        let name = names::sought(name);
        let before = self.fields.len();
        self.fields.retain(|field| !field.is(name));
        let removed = before - self.fields.len();
        if removed > 0 {
            self.tidy();
        }
        removed
    }

    /// Writes the text anew once most of it belongs to fields that are gone.
    fn tidy(&mut self) {
        let used: usize = self.fields.iter().map(|field| field.value.len()).sum();
        if self.text.len() <= 2 * used + 256 {
            return;
        }
        let old = std::mem::take(&mut self.text);
        for field in &mut self.fields {
            let start = self.text.len();
            self.text.push_str(&old[field.value.clone()]);
            field.value = start..self.text.len();
        }
    }

    /// Name and value of each field, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields
            .iter()
            .map(|field| (field.name.as_ref(), self.value(field)))
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

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_values_and_their_order_however_often_one_is_set() {
        let mut headers = Headers::new();
        headers.push("f", "<sip:a@h>");
        headers.push("CSeq", "0 REGISTER");
        headers.push("X-Site", "bogota");
        for number in 1..10_000 {
            headers.set("CSeq", format!("{number} REGISTER"));
        }
        let fields: Vec<_> = headers.iter().collect();
        let wanted = [
            ("From", "<sip:a@h>"),
            ("CSeq", "9999 REGISTER"),
            ("X-Site", "bogota"),
        ];
        assert_eq!(fields, wanted);
        assert!(headers.text.len() < 1_000, "{}", headers.text.len());
        assert_eq!(headers.remove("from"), 1);
        assert_eq!(headers.get("x-site"), Some("bogota"));
    }
}
