//! What people write in a field, as it is kept: sums and documents without dots, days as ISO 8601, telephones as E.164.

use chrono::{Datelike, NaiveDate};
use domain::PhoneNumber;

/// A whole number: dots or spaces may set thousands apart.
pub(crate) fn number(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let plain = ungrouped(digits)?;
    plain.parse::<i64>().ok().map(|number| sign * number)
}

/// A sum in whole units: `$ 1.250.000`, `1250000`, `1.250.000,00`.
pub(crate) fn money(text: &str) -> Option<i64> {
    let text = text
        .trim_start_matches("COP")
        .trim()
        .trim_start_matches('$')
        .trim();
    let whole = match text.rsplit_once([',', '.']) {
        Some((whole, cents)) if cents.len() <= 2 => {
            // Cents that are none: a sum that has some is not to be rounded unseen.
            cents.bytes().all(|byte| byte == b'0').then_some(whole)?
        }
        _ => text,
    };
    ungrouped(whole)?.parse().ok()
}

/// Digits without the dots, commas or spaces between groups of three.
fn ungrouped(text: &str) -> Option<String> {
    let groups: Vec<&str> = text.split(['.', ',', ' ', '\'']).collect();
    let digits =
        |group: &&str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match groups.as_slice() {
        [one] => digits(one),
        [first, rest @ ..] => {
            digits(first)
                && first.len() <= 3
                && rest.iter().all(|group| digits(group) && group.len() == 3)
        }
        [] => false,
    };
    whole.then(|| groups.concat())
}

/// A day: `2026-12-01`, `01/12/2026`, or as `format` says.
pub(crate) fn date(text: &str, format: Option<&str>) -> Option<NaiveDate> {
    // An instant of the day will do.
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    let parsed = match format {
        Some(format) => NaiveDate::parse_from_str(text, format)
            .or_else(|_| NaiveDate::parse_from_str(day, format)),
        None => NaiveDate::parse_from_str(day, "%Y-%m-%d")
            .or_else(|_| NaiveDate::parse_from_str(day, "%d/%m/%Y")),
    };
    parsed
        .ok()
        .filter(|date| (1900..=2200).contains(&date.year()))
}

/// An identity document: letters and digits alone.
pub(crate) fn document(text: &str) -> Option<String> {
    let kept = |c: &char| !matches!(c, '.' | ',' | ' ' | '-');
    let plain: String = text.chars().filter(kept).collect();
    let sound = (4..=20).contains(&plain.len()) && plain.bytes().all(|b| b.is_ascii_alphanumeric());
    sound.then(|| plain.to_ascii_uppercase())
}

/// A telephone number; national ones are of `country`.
pub(crate) fn phone(text: &str, country: &str) -> Option<PhoneNumber> {
    let kept = |c: &char| !matches!(c, ' ' | '-' | '.' | '(' | ')');
    let plain: String = text.chars().filter(kept).collect();
    let full = match plain.strip_prefix('+') {
        Some(_) => plain,
        None if plain.len() == 10 => format!("+{country}{plain}"),
        None if plain.starts_with(country) && plain.len() == 10 + country.len() => {
            format!("+{plain}")
        }
        None => return None,
    };
    PhoneNumber::from_e164(&full).ok()
}

/// Words as they are compared: without case, accents or double spaces.
pub(crate) fn folded(text: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'ä' => 'a',
        'é' | 'è' | 'ë' => 'e',
        'í' | 'ì' | 'ï' => 'i',
        'ó' | 'ò' | 'ö' => 'o',
        'ú' | 'ù' | 'ü' => 'u',
        other => other,
    };
    let lower = text.to_lowercase();
    let words: Vec<String> = lower
        .split_whitespace()
        .map(|word| word.chars().map(plain).collect())
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_as_people_write_them_and_cents_are_not_rounded() {
        for text in [
            "1250000",
            "1.250.000",
            "$ 1.250.000",
            "1,250,000.00",
            "COP 1.250.000,00",
        ] {
            assert_eq!(money(text), Some(1_250_000), "{text}");
        }
        for text in ["", "1.25.000", "12,50", "un millón", "-5", "1..000"] {
            assert_eq!(money(text), None, "{text}");
        }
        assert_eq!(
            (number("-12"), number("1.200"), number("1.2")),
            (Some(-12), Some(1_200), None)
        );
    }

    #[test]
    fn days_documents_and_telephones_are_kept_in_one_form() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 1);
        assert_eq!(date("01/12/2026", None), day);
        assert_eq!(date("2026-12-01T10:00", None), day);
        assert_eq!(date("12-01-2026", Some("%m-%d-%Y")), day);
        assert_eq!(date("31/02/2026", None), None);
        assert_eq!(document("1.020.304.050").as_deref(), Some("1020304050"));
        assert_eq!(document("x"), None);
        let dialable = |text| phone(text, "57").map(PhoneNumber::dialable);
        for text in ["300 123 4567", "+57 300 123 4567", "573001234567"] {
            assert_eq!(dialable(text).as_deref(), Some("+573001234567"), "{text}");
        }
        assert_eq!(dialable("1234567"), None);
    }
}
