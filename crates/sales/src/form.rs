//! The form of a campaign's sales sheets, as data: its fields, of which kind, and when each is asked for.

use std::collections::BTreeSet;

use regex::Regex;
use serde::Deserialize;

use crate::setting::{InvalidSetting, Setting, Words, read, sound, twice};

/// A form.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaleForm {
    /// The field that has what the sale is worth, of kind `money`; without one it is the price of what was chosen.
    pub value: Option<String>,
    /// National numbers are of this country.
    #[serde(default = "colombia")]
    pub country: String,
    /// Its fields, in their order.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// A field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its word: lower-case letters, digits and `_`.
    pub key: String,
    /// Its name.
    pub label: Words,
    /// What is written in it.
    pub kind: Kind,
    /// It may not stay empty.
    #[serde(default)]
    pub required: bool,
    /// The whole of it must be so: a regular expression.
    pub pattern: Option<String>,
    /// In characters of a text, units of a number or sum, years from today of a date.
    pub min: Option<i64>,
    /// Likewise.
    pub max: Option<i64>,
    /// What may be chosen.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// What may be chosen is of this kind in the portfolio.
    pub portfolio: Option<String>,
    /// It is asked for only then.
    pub when: Option<Condition>,
    #[serde(skip)]
    pub(crate) whole: Option<Regex>,
}

/// What is written in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Words.
    Text,
    /// A whole number.
    Number,
    /// A day.
    Date,
    /// An identity document.
    Document,
    /// A telephone number.
    Phone,
    /// One of several.
    Choice,
    /// A sum, in whole units of the currency.
    Money,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its word.
    pub key: String,
    /// Its name.
    pub label: Words,
}

/// When a field is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// This field, which stands before it,
    pub field: String,
    /// is one of these.
    pub is: Vec<String>,
}

impl Field {
    /// The word of its kind.
    pub const fn kind_word(&self) -> &'static str {
        match self.kind {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::Document => "document",
            Kind::Phone => "phone",
            Kind::Choice => "choice",
            Kind::Money => "money",
        }
    }
}

impl SaleForm {
    /// The house's own, for a floor that sells phones and plans by telephone.
    pub fn house() -> SaleForm {
        SaleForm::read(Setting::Form.house())
            .expect("the form compiled in is read by this crate's tests")
    }

    /// From its text, or all that is wrong with it.
    pub fn read(text: &str) -> Result<SaleForm, InvalidSetting> {
        let mut form: SaleForm = read(text)?;
        let mut problems = twice("field", form.fields.iter().map(|field| field.key.as_str()));
        let mut before = BTreeSet::new();
        for field in &mut form.fields {
            problems.extend(faults(field, &before));
            if let Some(pattern) = &field.pattern {
                match Regex::new(&format!("^(?:{pattern})$")) {
                    Ok(whole) => field.whole = Some(whole),
                    Err(error) => problems.push(format!("field {}: pattern: {error}", field.key)),
                }
            }
            before.insert(field.key.clone());
        }
        if let Some(value) = &form.value {
            let money = form
                .field(value)
                .is_some_and(|field| field.kind == Kind::Money);
            if !money {
                problems.push(format!("value: \"{value}\" is no field of kind money"));
            }
        }
        sound(form, problems)
    }

    /// A field by its word.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

fn faults(field: &Field, before: &BTreeSet<String>) -> Vec<String> {
    let mut said = Vec::new();
    let mut say = |words: &str| said.push(format!("field {}: {words}", field.key));
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if field.key.is_empty() || !field.key.chars().all(plain) {
        say("a key has lower-case letters, digits and _ alone");
    }
    let chosen = !field.options.is_empty() || field.portfolio.is_some();
    match field.kind {
        Kind::Choice if !chosen => say("say what may be chosen: options, or portfolio"),
        Kind::Choice => {}
        _ if chosen => say("options and portfolio are for fields of kind choice"),
        _ => {}
    }
    if !field.options.is_empty() && field.portfolio.is_some() {
        say("either options or portfolio, not both");
    }
    if field.min.zip(field.max).is_some_and(|(min, max)| min > max) {
        say("min is above max");
    }
    if let Some(when) = &field.when {
        if !before.contains(&when.field) {
            say("when names a field that does not stand before it");
        }
        if when.is.is_empty() {
            say("when: say what the other field is");
        }
    }
    said.extend(twice(
        &format!("field {}: option", field.key),
        field.options.iter().map(|option| option.key.as_str()),
    ));
    said
}

fn colombia() -> String {
    "57".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_with_a_form_is_told_at_once() {
        let text = "value = \"nota\"\n\
            [[field]]\nkey = \"Nota\"\nlabel = { es = \"Nota\", en = \"Note\" }\nkind = \"text\"\nmin = 9\nmax = 2\n\
            [[field]]\nkey = \"pago\"\nlabel = { es = \"Pago\", en = \"Pay\" }\nkind = \"choice\"\n\
            [[field]]\nkey = \"pago\"\nlabel = { es = \"Pago\", en = \"Pay\" }\nkind = \"text\"\npattern = \"(\"\n\
            when = { field = \"otra\", is = [] }\n";
        let Err(InvalidSetting::Says(problems)) = SaleForm::read(text) else {
            panic!("nothing of it can be used");
        };
        let all = problems.join("\n");
        for word in [
            "comes twice",
            "lower-case",
            "above max",
            "may be chosen",
            "pattern",
            "before it",
            "is.",
            "no field of kind money",
        ] {
            assert!(all.contains(word.trim_end_matches('.')), "{word}: {all}");
        }
    }

    #[test]
    fn the_houses_form_has_what_a_sale_of_phones_needs() {
        let form = SaleForm::house();
        for key in [
            "documento",
            "nombre",
            "equipo",
            "plan",
            "direccion",
            "valor",
        ] {
            assert!(form.field(key).is_some_and(|field| field.required), "{key}");
        }
        assert_eq!(form.value.as_deref(), Some("valor"));
    }
}
