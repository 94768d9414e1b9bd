//! What is set aside for a sale in the client's tool: material, where it goes, who may take it, and when.

use std::collections::BTreeMap;

use crate::sheet::FieldProblem;
use crate::value;

/// The fields of a reservation: key, and whether it may stay empty.
pub const RESERVATION_FIELDS: [(&str, bool); 10] = [
    ("material", true),
    ("inventory", true),
    ("address", true),
    ("authorised", true),
    ("authorised_id", true),
    ("phone", true),
    ("other_phone", false),
    ("slot_date", true),
    ("slot_hours", false),
    ("order", false),
];

/// A reservation in which nothing is wrong: values by field.
///
/// `material` is an item of the portfolio or the client's own code, `inventory` the place its stock is taken from,
/// `authorised` and `authorised_id` whoever may receive it, `slot_date` and `slot_hours` (`08:00-12:00`) when,
/// `order` the number the client's tool gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reservation {
    /// Values, in the form they are kept in.
    pub values: BTreeMap<String, String>,
}

impl Reservation {
    /// Checks what was written. National numbers are of `country`.
    pub fn check(
        written: &BTreeMap<String, String>,
        country: &str,
    ) -> Result<Reservation, Vec<FieldProblem>> {
        let mut reservation = Reservation::default();
        let mut problems = Vec::new();
        for (key, required) in RESERVATION_FIELDS {
            let text = written.get(key).map_or("", |text| text.trim());
            match (text.is_empty(), required) {
                (true, true) => {
                    problems.push(problem(key, ("missing", "it is missing; fill it in")))
                }
                (true, false) => {}
                (false, _) => match kept(key, text, country) {
                    Ok(value) => {
                        reservation.values.insert(key.to_owned(), value);
                    }
                    Err(wrong) => problems.push(problem(key, wrong)),
                },
            }
        }
        let known = |key: &&String| RESERVATION_FIELDS.iter().any(|(known, _)| known == key);
        let strange = written.keys().filter(|key| !known(key));
        let unknown = ("unknown", "a reservation has no such field");
        problems.extend(strange.map(|key| problem(key, unknown)));
        match problems.is_empty() {
            true => Ok(reservation),
            false => Err(problems),
        }
    }
}

/// What is wrong with a value, by its code and in words.
type Wrong = (&'static str, &'static str);

fn problem(field: &str, (code, words): Wrong) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code,
        words: words.to_owned(),
    }
}

fn kept(key: &str, text: &str, country: &str) -> Result<String, Wrong> {
    match key {
        "authorised_id" => value::document(text)
            .ok_or(("document", "write the document: 4 to 20 digits or letters")),
        "phone" | "other_phone" => value::phone(text, country)
            .map(|phone| phone.dialable())
            .ok_or(("phone", "write ten digits, or + and the whole number")),
        "slot_date" => value::date(text, None)
            .map(|day| day.to_string())
            .ok_or(("date", "write a day, such as 2026-12-01")),
        "slot_hours" => hours(text).ok_or(("hours", "write the hours as 08:00-12:00")),
        _ if text.chars().count() > 300 => Err(("high", "it is too long; 300 characters at most")),
        _ => Ok(text.to_owned()),
    }
}

fn hours(text: &str) -> Option<String> {
    let (from, to) = text.split_once('-')?;
    let time = |text: &str| chrono::NaiveTime::parse_from_str(text.trim(), "%H:%M").ok();
    let (from, to) = (time(from)?, time(to)?);
    (from < to).then(|| format!("{}-{}", from.format("%H:%M"), to.format("%H:%M")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_is_kept_in_one_form_or_told_what_is_wrong() {
        let written = [
            ("material", "MOTO-G"),
            ("inventory", "Bodega Medellín"),
            ("address", "Calle 10 # 20-30"),
            ("authorised", "Luis Pérez"),
            ("authorised_id", "71.234.567"),
            ("phone", "300 123 4567"),
            ("slot_date", "04/12/2026"),
            ("slot_hours", "8:00-12:00"),
        ];
        let mut written: BTreeMap<String, String> = written
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let kept = Reservation::check(&written, "57").expect("nothing is wrong");
        assert_eq!(kept.values["authorised_id"], "71234567");
        assert_eq!(kept.values["slot_hours"], "08:00-12:00");
        written.insert("slot_hours".to_owned(), "12:00-8:00".to_owned());
        written.insert("color".to_owned(), "azul".to_owned());
        written.remove("material");
        let problems = Reservation::check(&written, "57").expect_err("much is wrong");
        let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
        assert_eq!(fields, ["material", "slot_hours", "color"]);
    }
}
