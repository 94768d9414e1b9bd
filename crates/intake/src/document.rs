//! Identity documents, made comparable: no dots, blanks or kind before the
//! number; kinds with a numbering of their own keep it as a prefix.

use crate::plain::plain;

/// A document as read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Document {
    /// Normalised; empty where there is none.
    pub(crate) text: String,
    /// A spreadsheet rounded it, so it names nobody and was left empty.
    pub(crate) rounded: bool,
}

/// Longest text taken for a document.
const LENGTH_MAX: usize = 40;

impl Document {
    /// Reads a cell; `kind` is the cell of the kind of document, or empty.
    pub(crate) fn read(cell: &str, kind: &str) -> Document {
        let cell = cell.trim().trim_start_matches('\'');
        let (own_kind, number) = split_kind(cell);
        if is_rounded(number) {
            return Document {
                text: String::new(),
                rounded: true,
            };
        }
        let prefix = prefix_of(if own_kind.is_empty() { kind } else { own_kind });
        let number = without_check_digit(without_decimals(number), prefix);
        let mut text: String = number
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_uppercase)
            .collect();
        if text.bytes().all(|b| b.is_ascii_digit()) {
            text = text.trim_start_matches('0').to_owned();
        }
        if text.len() > LENGTH_MAX || !text.bytes().any(|b| b.is_ascii_digit()) {
            return Document::default();
        }
        Document {
            text: format!("{prefix}{text}"),
            rounded: false,
        }
    }
}

/// `CC 1020304050` into kind and number.
fn split_kind(cell: &str) -> (&str, &str) {
    let Some(start) = cell.find(|c: char| c.is_ascii_digit()) else {
        return ("", cell);
    };
    let kind = cell[..start].trim_end_matches([' ', '.', ':', '-', '#']);
    if is_kind(kind) {
        (kind, &cell[start..])
    } else {
        ("", cell)
    }
}

fn is_kind(text: &str) -> bool {
    matches!(
        plain(text).replace(' ', "").as_str(),
        "cc" | "ce"
            | "ti"
            | "nit"
            | "pa"
            | "pas"
            | "pasaporte"
            | "ppt"
            | "pep"
            | "rc"
            | "cedula"
            | "nuip"
            | "no"
            | "num"
            | "numero"
            | "cedulano"
            | "ccno"
            | "documento"
            | "identificacion"
            | "cedulaciudadania"
            | "ceduladeciudadania"
            | "cedulaextranjeria"
            | "ceduladeextranjeria"
            | "tarjetaidentidad"
            | "tarjetadeidentidad"
            | "registrocivil"
    )
}

/// Citizens' cards and minors' cards share one numbering; the others do not.
fn prefix_of(kind: &str) -> &'static str {
    match plain(kind).replace(' ', "").as_str() {
        "ce" | "cedulaextranjeria" | "ceduladeextranjeria" => "CE",
        "nit" => "NIT",
        "pa" | "pas" | "pp" | "pasaporte" | "passport" => "PA",
        "ppt" => "PPT",
        "pep" => "PEP",
        _ => "",
    }
}

fn is_rounded(number: &str) -> bool {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else {
        return false;
    };
    let numeric = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'+'))
    };
    mantissa.contains(['.', ',']) && numeric(mantissa) && numeric(exponent)
}

fn without_decimals(number: &str) -> &str {
    match number.rsplit_once(['.', ',']) {
        Some((whole, "0" | "00")) if whole.len() >= 4 => whole,
        _ => number,
    }
}

/// `900123456-7`: the digit after the dash is computed from the others.
fn without_check_digit<'n>(number: &'n str, prefix: &str) -> &'n str {
    match number.rsplit_once('-') {
        Some((company, digit)) if prefix == "NIT" && digit.trim().len() == 1 => company,
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads_as(cell: &str, kind: &str, text: &str) {
        assert_eq!(Document::read(cell, kind).text, text, "{cell:?} {kind:?}");
    }

    #[test]
    fn one_person_has_one_document_however_written() {
        for cell in [
            "1020304050",
            "1.020.304.050",
            "CC 1020304050",
            "CC-1020304050",
            "Cédula de ciudadanía 1.020.304.050",
            "C.C. No. 1020304050",
            "T.I. 1 020 304 050",
            " 1 020 304 050 ",
            "C.C. 1.020.304.050",
            "01020304050",
            "1020304050.0",
            "'1020304050",
        ] {
            reads_as(cell, "", "1020304050");
        }
        reads_as("1020304050", "CC", "1020304050");
    }

    #[test]
    fn kinds_with_their_own_numbers_do_not_collide() {
        reads_as("123456", "CE", "CE123456");
        reads_as("CE 123456", "", "CE123456");
        reads_as("900.123.456-7", "NIT", "NIT900123456");
        reads_as("AB123456", "Pasaporte", "PAAB123456");
    }

    #[test]
    fn what_is_no_document_is_empty() {
        for cell in ["", "N/A", "0", "000", "-", "no tiene"] {
            reads_as(cell, "", "");
        }
        assert!(Document::read("1,02E+09", "").rounded);
    }
}
