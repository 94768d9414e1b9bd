//! What stands in a cell, and what a column's cells are read as.

use chrono::NaiveDate;

/// Digits that a number keeps; longer ones are documents and phones, which are texts.
const DIGITS_MAX: usize = 15;

/// What the cells of a column are compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As texts.
    Text,
    /// As numbers.
    Number,
    /// As days.
    Date,
}

/// A cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing, or nothing of its column's kind.
    Missing,
    /// A text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A day.
    Date(NaiveDate),
}

impl<'a> Value<'a> {
    /// What a base's cell holds, as its column is read.
    pub fn read(kind: Kind, cell: &'a str) -> Value<'a> {
        let cell = cell.trim();
        if cell.is_empty() {
            return Value::Missing;
        }
        match kind {
            Kind::Text => Value::Text(cell),
            Kind::Number => number(cell).map_or(Value::Missing, Value::Number),
            Kind::Date => date(cell).map_or(Value::Missing, Value::Date),
        }
    }
}

/// What a column is, from the cells that were seen of it.
#[derive(Clone, Copy, Debug)]
pub struct KindGuess {
    numbers: bool,
    dates: bool,
    seen: bool,
}

impl Default for KindGuess {
    fn default() -> KindGuess {
        KindGuess {
            numbers: true,
            dates: true,
            seen: false,
        }
    }
}

impl KindGuess {
    /// Looks at another cell.
    pub fn see(&mut self, cell: &str) {
        let cell = cell.trim();
        if !cell.is_empty() {
            self.seen = true;
            self.numbers = self.numbers && number(cell).is_some() && !is_code(cell);
            self.dates = self.dates && date(cell).is_some();
        }
    }

    /// A column of empty cells is one of texts.
    pub fn kind(self) -> Kind {
        match self {
            KindGuess { seen: false, .. } => Kind::Text,
            KindGuess { dates: true, .. } => Kind::Date,
            KindGuess { numbers: true, .. } => Kind::Number,
            _ => Kind::Text,
        }
    }
}

/// Digits that are a name: with a zero before them, or too many.
fn is_code(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let zero_led = cell.starts_with('0') && cell.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    zero_led || digits > DIGITS_MAX
}

/// A number as bases write it: `1234`, `-1.234.567,89`, `1,234.56`, `$ 1.000`, `12 %`. One point before
/// exactly three digits parts thousands, as in Spanish.
fn number(cell: &str) -> Option<f64> {
    let bare = cell
        .trim_start_matches(['$', ' '])
        .trim_end_matches(['%', ' ']);
    let (sign, digits) = match bare.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, bare),
    };
    let legal = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    let starts = digits.starts_with(|c: char| c.is_ascii_digit());
    if !starts || !digits.chars().all(legal) || digits.ends_with(['.', ',']) {
        return None;
    }
    let decimal = decimal_mark(digits);
    let mut plain = String::with_capacity(digits.len());
    for (place, c) in digits.char_indices() {
        match c {
            _ if Some(place) == decimal => plain.push('.'),
            '.' | ',' => {}
            digit => plain.push(digit),
        }
    }
    plain.parse::<f64>().ok().map(|number| sign * number)
}

/// Where the decimals begin.
fn decimal_mark(digits: &str) -> Option<usize> {
    let marks: Vec<(usize, char)> = digits
        .char_indices()
        .filter(|(_, c)| !c.is_ascii_digit())
        .collect();
    let (last, mark) = *marks.last()?;
    let both = marks.iter().any(|(_, other)| *other != mark);
    let repeated = marks.iter().filter(|(_, other)| *other == mark).count() > 1;
    let after = digits.len() - last - 1;
    let thousands = mark == '.' && after == 3 && !digits.starts_with('0');
    match (both, repeated) {
        (_, true) => None,
        (true, false) => Some(last),
        (false, false) => (!thousands).then_some(last),
    }
}

/// A day as bases write it: `2026-11-30`, `30/11/2026`, `30-11-2026`; hours after it are left out.
fn date(cell: &str) -> Option<NaiveDate> {
    let day = cell.split([' ', 'T']).next()?;
    if !(8..=10).contains(&day.len()) {
        return None;
    }
    ["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y/%m/%d"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(day, form).ok())
        .filter(|day| (1900..=2200).contains(&chrono::Datelike::year(day)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_spanish_and_english_bases_write_them() {
        for (cell, wanted) in [
            ("1234", 1_234.0),
            ("1.234", 1_234.0),
            ("0.125", 0.125),
            ("1.5", 1.5),
            ("1,5", 1.5),
            ("1.234.567,89", 1_234_567.89),
            ("1,234,567.89", 1_234_567.89),
            ("$ 99.900", 99_900.0),
            ("-12 %", -12.0),
        ] {
            assert_eq!(number(cell), Some(wanted), "{cell}");
        }
        for cell in ["", "-", "1.", "uno", "1e9", "12a", ".5"] {
            assert_eq!(number(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_column_is_what_all_its_cells_are() {
        let kind = |cells: &[&str]| {
            let mut guess = KindGuess::default();
            cells.iter().for_each(|cell| guess.see(cell));
            guess.kind()
        };
        assert_eq!(kind(&["30", "", "45"]), Kind::Number);
        assert_eq!(kind(&["30", "treinta"]), Kind::Text);
        assert_eq!(kind(&["2026-11-30", "01/12/2026 10:00"]), Kind::Date);
        assert_eq!(kind(&["00123", "00124"]), Kind::Text);
        assert_eq!(kind(&["", " "]), Kind::Text);
    }
}
