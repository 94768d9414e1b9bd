//! The sheet of a sale: values by field, put in the form they are kept in, or everything that is wrong with them at once.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::form::{Field, Kind, SaleForm};
use crate::portfolio::Portfolio;
use crate::value;

/// A sheet in which nothing is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Values by field, in the form they are kept in.
    pub values: BTreeMap<String, String>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    /// Its key.
    pub field: String,
    /// The same in a word that pages say in their own language: `missing`, `low`, `phone`, ...
    pub code: &'static str,
    /// What is wrong, and what to do.
    pub words: String,
}

/// What is wrong with a value, by its code and in words.
type Wrong = (&'static str, String);

/// What a sheet is checked against.
#[derive(Clone, Copy, Debug)]
pub struct SheetSubject<'a> {
    /// What may be sold.
    pub portfolio: &'a Portfolio,
    /// The day it is.
    pub today: NaiveDate,
}

impl Sheet {
    /// Checks what was written in a form.
    pub fn check(
        form: &SaleForm,
        written: &BTreeMap<String, String>,
        against: SheetSubject<'_>,
    ) -> Result<Sheet, Vec<FieldProblem>> {
        let mut sheet = Sheet::default();
        let mut problems = Vec::new();
        for field in &form.fields {
            let text = written.get(&field.key).map_or("", |text| text.trim());
            match kept(form, field, text, &sheet, against) {
                Ok(None) => {}
                Ok(Some(value)) => {
                    sheet.values.insert(field.key.clone(), value);
                }
                Err(wrong) => problems.push(problem(&field.key, wrong)),
            }
        }
        let strange = written.keys().filter(|key| form.field(key).is_none());
        let unknown = || wrong("unknown", "the form has no such field; leave it out");
        problems.extend(strange.map(|key| problem(key, unknown())));
        match problems.is_empty() {
            true => Ok(sheet),
            false => Err(problems),
        }
    }

    /// What the sale is worth, in whole units of the currency.
    pub fn worth(&self, form: &SaleForm, portfolio: &Portfolio) -> i64 {
        if let Some(field) = &form.value {
            let value = self.values.get(field).and_then(|value| value.parse().ok());
            return value.unwrap_or_default();
        }
        self.items(form)
            .filter_map(|code| portfolio.item(code))
            .map(|item| item.price)
            .sum()
    }

    /// What of the portfolio is sold.
    pub fn items<'s>(&'s self, form: &'s SaleForm) -> impl Iterator<Item = &'s str> {
        let chosen = form.fields.iter().filter(|field| field.portfolio.is_some());
        chosen.filter_map(|field| self.values.get(&field.key).map(String::as_str))
    }
}

fn problem(field: &str, (code, words): Wrong) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code,
        words,
    }
}

fn wrong(code: &'static str, words: impl Into<String>) -> Wrong {
    (code, words.into())
}

/// A value in the form it is kept in; none where nothing was written.
fn kept(
    form: &SaleForm,
    field: &Field,
    text: &str,
    before: &Sheet,
    against: SheetSubject<'_>,
) -> Result<Option<String>, Wrong> {
    if let Some(when) = &field.when {
        let asked = before
            .values
            .get(&when.field)
            .is_some_and(|value| when.is.contains(value));
        if !asked {
            return match text.is_empty() {
                true => Ok(None),
                false => Err(wrong(
                    "not_asked",
                    format!(
                        "it is asked for only when {} is {}; leave it empty",
                        when.field,
                        when.is.join(" or ")
                    ),
                )),
            };
        }
    }
    if text.is_empty() {
        return match field.required {
            true => Err(wrong("missing", "it is missing; fill it in")),
            false => Ok(None),
        };
    }
    if field
        .whole
        .as_ref()
        .is_some_and(|whole| !whole.is_match(text))
    {
        let words = "it is not written as it should be; look at what is asked for";
        return Err(wrong("pattern", words));
    }
    written(form, field, text, against).map(Some)
}

fn written(
    form: &SaleForm,
    field: &Field,
    text: &str,
    against: SheetSubject<'_>,
) -> Result<String, Wrong> {
    match field.kind {
        Kind::Text => {
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            within(field, length, "characters").map(|()| text.to_owned())
        }
        Kind::Number => {
            let number =
                value::number(text).ok_or_else(|| wrong("number", "write a whole number"))?;
            within(field, number, "").map(|()| number.to_string())
        }
        Kind::Money => {
            let sum = value::money(text)
                .ok_or_else(|| wrong("money", "write a sum without cents, such as 1.250.000"))?;
            within(field, sum, "").map(|()| sum.to_string())
        }
        Kind::Date => day(field, text, against.today),
        Kind::Document => value::document(text)
            .ok_or_else(|| wrong("document", "write the document: 4 to 20 digits or letters")),
        Kind::Phone => value::phone(text, &form.country)
            .map(|phone| phone.dialable())
            .ok_or_else(|| wrong("phone", "write ten digits, or + and the whole number")),
        Kind::Choice => chosen(field, text, against),
    }
}

fn within(field: &Field, amount: i64, unit: &str) -> Result<(), Wrong> {
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    match (field.min, field.max) {
        (Some(min), _) if amount < min => Err(wrong(
            "low",
            format!("it is {amount}{unit}; {min} at least"),
        )),
        (_, Some(max)) if amount > max => Err(wrong(
            "high",
            format!("it is {amount}{unit}; {max} at most"),
        )),
        _ => Ok(()),
    }
}

/// A day within so many years of today.
fn day(field: &Field, text: &str, today: NaiveDate) -> Result<String, Wrong> {
    let day = value::date(text, None)
        .ok_or_else(|| wrong("date", "write a day, such as 2026-12-01 or 01/12/2026"))?;
    let shifted = |years: i64| {
        let year = i32::try_from(i64::from(today.year()) + years).ok()?;
        // On 29 February, the day before in other years.
        today
            .with_year(year)
            .or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
    };
    match (field.min.and_then(shifted), field.max.and_then(shifted)) {
        (Some(first), _) if day < first => Err(wrong("early", format!("it is before {first}"))),
        (_, Some(last)) if day > last => Err(wrong("late", format!("it is after {last}"))),
        _ => Ok(day.to_string()),
    }
}

fn chosen(field: &Field, text: &str, against: SheetSubject<'_>) -> Result<String, Wrong> {
    if let Some(kind) = &field.portfolio {
        let sold = against.portfolio.sellable(kind, text, against.today);
        return sold.map_err(|words| wrong("not_sold", words));
    }
    let same = |word: &str| value::folded(word) == value::folded(text);
    let found = field
        .options
        .iter()
        .find(|option| same(&option.key) || same(&option.label.es) || same(&option.label.en));
    found.map(|option| option.key.clone()).ok_or_else(|| {
        let keys: Vec<_> = field
            .options
            .iter()
            .map(|option| option.key.as_str())
            .collect();
        wrong("option", format!("choose one of {}", keys.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::portfolio::tests::portfolio;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, 1).expect("a day")
    }

    fn full() -> BTreeMap<String, String> {
        let values = [
            ("tipo_documento", "Cédula de ciudadanía"),
            ("documento", "1.020.304.050"),
            ("expedicion", "03/05/2010"),
            ("nombre", "Ana María Pérez"),
            ("linea", "300 123 4567"),
            ("equipo", "MOTO-G"),
            ("plan", "PLAN-40"),
            ("pago", "financiado"),
            ("cuotas", "12"),
            ("valor", "$ 1.250.000"),
            ("departamento", "Antioquia"),
            ("ciudad", "Medellín"),
            ("direccion", "Calle 10 # 20-30"),
        ];
        values
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into()
    }

    fn check(written: &BTreeMap<String, String>) -> Result<Sheet, Vec<FieldProblem>> {
        let portfolio = portfolio();
        let against = SheetSubject {
            portfolio: &portfolio,
            today: today(),
        };
        Sheet::check(&SaleForm::house(), written, against)
    }

    #[test]
    fn a_full_sheet_is_kept_in_one_form() {
        let sheet = check(&full()).expect("nothing is wrong");
        let value = |key: &str| sheet.values.get(key).map(String::as_str);
        assert_eq!(value("documento"), Some("1020304050"));
        assert_eq!(value("tipo_documento"), Some("cc"));
        assert_eq!(value("linea"), Some("+573001234567"));
        assert_eq!(value("expedicion"), Some("2010-05-03"));
        let form = SaleForm::house();
        assert_eq!(sheet.worth(&form, &portfolio()), 1_250_000);
        assert_eq!(
            sheet.items(&form).collect::<Vec<_>>(),
            ["MOTO-G", "PLAN-40"]
        );
        // What is kept is read again as the same.
        assert_eq!(check(&sheet.values), Ok(sheet));
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_by_field() {
        let mut written = full();
        for (key, value) in [
            ("nombre", "Ana"),
            ("linea", "123"),
            ("equipo", "GONE"),
            ("cuotas", "48"),
            ("valor", "12,50"),
            ("expedicion", "2027-01-01"),
            ("correo", "ana"),
            ("color", "azul"),
        ] {
            written.insert(key.to_owned(), value.to_owned());
        }
        written.remove("ciudad");
        let problems = check(&written).expect_err("much is wrong");
        let fields: Vec<_> = problems
            .iter()
            .map(|problem| problem.field.as_str())
            .collect();
        assert_eq!(
            fields,
            [
                "expedicion",
                "nombre",
                "linea",
                "correo",
                "equipo",
                "cuotas",
                "valor",
                "ciudad",
                "color"
            ]
        );
        assert!(problems[4].words.contains("none left"), "{:?}", problems[4]);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(
            codes,
            [
                "late", "low", "phone", "pattern", "not_sold", "high", "money", "missing",
                "unknown"
            ]
        );
    }

    #[test]
    fn a_field_is_asked_for_only_when_its_condition_holds() {
        let mut written = full();
        written.insert("pago".to_owned(), "contado".to_owned());
        let problems = check(&written).expect_err("instalments of what?");
        assert_eq!(problems[0].field, "cuotas");
        written.remove("cuotas");
        assert!(check(&written).is_ok());
    }
}
