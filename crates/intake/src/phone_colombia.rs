//! Colombia's plan as people still write it. Since 2021 landlines are 60, the
//! area and seven digits; before, the area and seven, or seven alone; mobiles
//! took 03 from a landline, long distance 0 and the operator.
//!
//! Only the shape is decided here; whether the number exists is the metadata's.

use crate::acta::Reason;

/// A number told apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum National {
    /// Of Colombia: the national number, without 57.
    Home {
        digits: String,
        repair: Option<&'static str>,
    },
    /// Of another country, its code first.
    Abroad {
        digits: String,
        repair: Option<&'static str>,
    },
}

const OLD_AREA: &str = "indicativo de antes de 2021";

/// Tells what the digits mean; `plus` says that a country code comes first.
pub(crate) fn national(
    digits: &str,
    plus: bool,
    area: &dyn Fn() -> Option<u8>,
) -> Result<National, Reason> {
    if plus {
        return international(digits, None, area);
    }
    // The longest toll-free and premium numbers: 01 8000 12 34 56, 01 900 …
    if digits.starts_with("01800") || digits.starts_with("01900") || digits.starts_with("01901") {
        return Err(Reason::ServiceNumber);
    }
    if let Some(rest) = digits.strip_prefix("00").filter(|rest| rest.len() >= 9) {
        return international(rest, Some("prefijo internacional 00"), area);
    }
    let twice = digits.strip_prefix("5757").filter(|rest| rest.len() == 10);
    if let Some(rest) = twice {
        return home(rest.to_owned(), Some("código de país repetido"));
    }
    if let Some(rest) = digits.strip_prefix("57").filter(|rest| rest.len() == 10) {
        return home(rest.to_owned(), Some("código de país sin +"));
    }
    local(digits, area)
}

fn international(
    digits: &str,
    repair: Option<&'static str>,
    area: &dyn Fn() -> Option<u8>,
) -> Result<National, Reason> {
    let Some(rest) = digits.strip_prefix("57") else {
        return Ok(National::Abroad {
            digits: digits.to_owned(),
            repair,
        });
    };
    if rest.len() == 10 {
        return home(rest.to_owned(), repair);
    }
    local(rest, area)
}

/// A number without its country code, in any of the forms in use.
fn local(digits: &str, area: &dyn Fn() -> Option<u8>) -> Result<National, Reason> {
    let bytes = digits.as_bytes();
    match (bytes.len(), bytes) {
        (12, [b'0', b'3', b'3', ..]) => home(digits[2..].to_owned(), Some("prefijo 03")),
        (11, [b'0', b'3', ..] | [b'0', b'6', b'0', ..]) => {
            home(digits[1..].to_owned(), Some("cero inicial"))
        }
        (10, [b'5', b'7', code, first, ..]) if old_area(*code) && subscriber(*first) => {
            home(format!("60{}", &digits[2..]), Some(OLD_AREA))
        }
        (10, [b'0', b'5' | b'7' | b'9', code, ..]) if old_area(*code) => home(
            format!("60{}", &digits[2..]),
            Some("prefijo de larga distancia"),
        ),
        (9, [b'0', code, first, ..]) if old_area(*code) && subscriber(*first) => {
            home(format!("60{}", &digits[1..]), Some(OLD_AREA))
        }
        (8, [code, first, ..]) if old_area(*code) && subscriber(*first) => {
            home(format!("60{digits}"), Some(OLD_AREA))
        }
        (7, [first, ..]) if subscriber(*first) => match area() {
            Some(area) => home(
                format!("60{area}{digits}"),
                Some("fijo de 7 dígitos con su ciudad"),
            ),
            None => Err(Reason::UnknownArea),
        },
        (3..=5, _) => Err(Reason::ServiceNumber),
        _ => home(digits.to_owned(), None),
    }
}

fn home(digits: String, repair: Option<&'static str>) -> Result<National, Reason> {
    Ok(National::Home { digits, repair })
}

/// Areas were one digit; 3 was and is the mobiles'.
fn old_area(code: u8) -> bool {
    matches!(code, b'1' | b'2' | b'4'..=b'8')
}

fn subscriber(first: u8) -> bool {
    matches!(first, b'2'..=b'8')
}
