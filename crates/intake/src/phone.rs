//! A phone as people and spreadsheets write it, made E.164: named repairs
//! first, then the number plan's own metadata decides.
//!
//! Numbers whose digits a spreadsheet rounded are refused, never completed:
//! calling them would call a stranger.

use domain::PhoneNumber;
use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type};

use crate::acta::Reason;
use crate::error::IntakeError;
use crate::options::ImportOptions;
use crate::phone_colombia::{self, National};
use crate::plain::plain;

/// Longest cell read as phones; what is longer is a text.
const CELL_MAX: usize = 200;

/// What was found in one cell.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Phones {
    pub(crate) numbers: Vec<PhoneNumber>,
    pub(crate) left_out: Vec<Reason>,
    pub(crate) repairs: Vec<&'static str>,
}

/// The number plan of a region.
pub(crate) struct NumberPlan {
    region: Id,
    foreign: bool,
}

impl NumberPlan {
    pub(crate) fn new(options: &ImportOptions) -> Result<NumberPlan, IntakeError> {
        let region = options
            .region
            .trim()
            .to_ascii_uppercase()
            .parse()
            .map_err(|_| IntakeError::Option {
                why: format!(
                    "\"{}\" is no region; write two letters, such as CO",
                    options.region
                ),
            })?;
        Ok(NumberPlan {
            region,
            foreign: options.foreign_numbers,
        })
    }

    /// All phones of a cell. `area` tells the area of the row's city; asked
    /// only when a local number needs it.
    pub(crate) fn read(&self, cell: &str, area: &dyn Fn() -> Option<u8>) -> Phones {
        let mut found = Phones::default();
        let cell = cell.trim().trim_start_matches('\'');
        if is_nothing(cell) {
            return found;
        }
        if cell.len() > CELL_MAX {
            found.left_out.push(Reason::InvalidPhone);
            return found;
        }
        match self.one(cell, area, &mut found.repairs) {
            Ok(number) => found.numbers.push(number),
            Err(reason) => self.several(cell, reason, area, &mut found),
        }
        found
    }

    /// A cell that is no single number: several of them, or none.
    fn several(
        &self,
        cell: &str,
        reason: Reason,
        area: &dyn Fn() -> Option<u8>,
        found: &mut Phones,
    ) {
        let mut pieces = split(cell, &['/', '|', ';', ',', '\n', '\\', '&']);
        if pieces.len() < 2 {
            pieces = split(cell, &[' ', '-', '\t']);
            // Blanks and dashes also stand inside one number.
            if !pieces.iter().all(|piece| piece.len() >= 7) {
                pieces.clear();
            }
        }
        if pieces.len() < 2 || reason == Reason::DigitsLost {
            found.left_out.push(reason);
            return;
        }
        found.repairs.clear();
        for piece in pieces.into_iter().filter(|piece| !is_nothing(piece)) {
            match self.one(piece, area, &mut found.repairs) {
                Ok(number) => found.numbers.push(number),
                Err(reason) => found.left_out.push(reason),
            }
        }
        if !found.numbers.is_empty() {
            found.repairs.push("varios teléfonos en una celda");
        }
    }

    fn one(
        &self,
        text: &str,
        area: &dyn Fn() -> Option<u8>,
        repairs: &mut Vec<&'static str>,
    ) -> Result<PhoneNumber, Reason> {
        let mut made = Vec::new();
        let written = unwrap_number(text, &mut made)?;
        let number = if self.region == Id::CO {
            self.colombian(&written, area, &mut made)?
        } else {
            self.of_region(&written)?
        };
        repairs.append(&mut made);
        Ok(number)
    }

    fn colombian(
        &self,
        written: &Written,
        area: &dyn Fn() -> Option<u8>,
        repairs: &mut Vec<&'static str>,
    ) -> Result<PhoneNumber, Reason> {
        let digits = match phone_colombia::national(&written.digits, written.plus, area)? {
            National::Home { digits, repair } => {
                repairs.extend(repair);
                format!("57{digits}")
            }
            National::Abroad { digits, repair } => {
                repairs.extend(repair);
                digits
            }
        };
        self.check(&digits)
    }

    fn of_region(&self, written: &Written) -> Result<PhoneNumber, Reason> {
        let (region, text) = match (written.plus, written.digits.strip_prefix("00")) {
            (true, _) => (None, format!("+{}", written.digits)),
            (false, Some(rest)) => (None, format!("+{rest}")),
            (false, None) => (Some(self.region), written.digits.clone()),
        };
        let number = phonenumber::parse(region, &text).map_err(|_| Reason::InvalidPhone)?;
        let e164 = number.format().mode(Mode::E164).to_string();
        self.check(e164.trim_start_matches('+'))
    }

    /// Whether the number plan of its country knows it as somebody's phone.
    fn check(&self, digits: &str) -> Result<PhoneNumber, Reason> {
        let ours = PhoneNumber::from_e164(digits).map_err(|_| Reason::InvalidPhone)?;
        let number =
            phonenumber::parse(None, format!("+{digits}")).map_err(|_| Reason::InvalidPhone)?;
        match number.number_type(&DATABASE) {
            Type::FixedLine
            | Type::Mobile
            | Type::FixedLineOrMobile
            | Type::PersonalNumber
            | Type::Voip => {}
            // Matches no kind of number: what `is_valid` asks, asked once.
            Type::Unknown => return Err(Reason::InvalidPhone),
            _ => return Err(Reason::ServiceNumber),
        }
        if !self.foreign && number.country().id() != Some(self.region) {
            return Err(Reason::ForeignPhone);
        }
        Ok(ours)
    }
}

/// The digits of one number as written.
struct Written {
    digits: String,
    plus: bool,
}

/// Takes off what is no digit: labels, extensions, spreadsheet notation, signs.
fn unwrap_number(text: &str, repairs: &mut Vec<&'static str>) -> Result<Written, Reason> {
    let text = text.trim();
    let text = without_extension(text, repairs);
    let text = without_label(text, repairs);
    let text = without_note(text, repairs);
    if let Some(whole) = scientific(text) {
        repairs.push("notación científica");
        return Ok(Written {
            digits: whole?,
            plus: false,
        });
    }
    let text = without_decimals(text, repairs);
    let plus = text.starts_with('+') || text.starts_with("(+");
    let mut digits = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '.' | '-' | '(' | ')' | '\u{a0}' | '\u{2013}' | '_' | '\t' => {}
            '+' if digits.is_empty() => {}
            ',' if thousands(text) => {}
            _ => return Err(Reason::InvalidPhone),
        }
    }
    if digits.is_empty() || digits.len() > 20 {
        return Err(Reason::InvalidPhone);
    }
    Ok(Written { digits, plus })
}

/// `3.001234567E9` in full; an error when the mantissa has fewer digits than
/// the number.
fn scientific(text: &str) -> Option<Result<String, Reason>> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent = exponent.trim().trim_start_matches('+');
    let exponent: usize = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 1 || !digits(whole) || !digits(fraction) {
        return None;
    }
    // A trailing zero may have been dropped by an exact writer or rounded off
    // by a screen format; nobody can tell, so the number is refused.
    let kept = fraction.trim_end_matches('0').len();
    if fraction.len() < exponent || kept > exponent {
        return Some(Err(Reason::DigitsLost));
    }
    Some(Ok(format!("{whole}{}", &fraction[..exponent])))
}

/// `3001234567.0`, `3001234567,00`: a number cell printed with decimals.
fn without_decimals<'t>(text: &'t str, repairs: &mut Vec<&'static str>) -> &'t str {
    let Some((whole, decimals)) = text.rsplit_once(['.', ',']) else {
        return text;
    };
    let zeros = matches!(decimals, "0" | "00") && whole.len() >= 7;
    if zeros && whole.bytes().all(|b| b.is_ascii_digit() || b == b'+') {
        repairs.push("decimales de hoja de cálculo");
        return whole;
    }
    text
}

/// `3,001,234,567`: commas every three digits.
fn thousands(text: &str) -> bool {
    let mut groups = text.split(',');
    groups
        .next()
        .is_some_and(|first| (1..=3).contains(&first.len()))
        && groups.all(|group| group.len() == 3)
}

fn without_extension<'t>(text: &'t str, repairs: &mut Vec<&'static str>) -> &'t str {
    let lower = text.to_ascii_lowercase();
    for mark in ["ext", " x", "#"] {
        if let Some(at) = lower.find(mark) {
            let digits = text[..at].bytes().filter(u8::is_ascii_digit).count();
            if digits >= 7 {
                repairs.push("extensión quitada");
                return text[..at].trim_end();
            }
        }
    }
    text
}

/// `Cel: 300…`, `tel:+57…`: a word before the number.
fn without_label<'t>(text: &'t str, repairs: &mut Vec<&'static str>) -> &'t str {
    let Some(start) = text.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(') else {
        return text;
    };
    let label = plain(&text[..start]);
    let known = label.split(' ').all(|word| {
        matches!(
            word,
            "tel"
                | "telefono"
                | "cel"
                | "celular"
                | "movil"
                | "fijo"
                | "casa"
                | "oficina"
                | "trabajo"
                | "whatsapp"
                | "wsp"
                | "wa"
                | "numero"
                | "num"
                | "no"
                | "phone"
                | "mobile"
                | "contacto"
                | "linea"
        )
    });
    if start > 0 && known {
        repairs.push("rótulo quitado");
        return &text[start..];
    }
    text
}

/// `3001234567 (mamá)`: words after a whole number.
fn without_note<'t>(text: &'t str, repairs: &mut Vec<&'static str>) -> &'t str {
    let Some(start) = text.find(char::is_alphabetic) else {
        return text;
    };
    let (number, note) = text.split_at(start);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if digits < 7 || note.bytes().any(|b| b.is_ascii_digit()) {
        return text;
    }
    repairs.push("nota quitada");
    number.trim_end_matches([' ', '(', '-', ':', ',', '.', '*'])
}

fn split<'t>(cell: &'t str, marks: &[char]) -> Vec<&'t str> {
    cell.split(|c| marks.contains(&c))
        .flat_map(|piece| piece.split(" - "))
        .flat_map(|piece| piece.split(" y "))
        .flat_map(|piece| piece.split(" o "))
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// What people write where there is no phone.
pub(crate) fn is_nothing(cell: &str) -> bool {
    let word = plain(cell);
    word.bytes().all(|b| b == b'0')
        || matches!(
            word.as_str(),
            "n a"
                | "na"
                | "nan"
                | "null"
                | "none"
                | "no"
                | "no tiene"
                | "no aplica"
                | "ninguno"
                | "sin dato"
                | "sin datos"
                | "sin telefono"
                | "s d"
                | "nd"
                | "n d"
                | "x"
                | "xx"
                | "xxx"
        )
}

#[cfg(test)]
mod tests;
