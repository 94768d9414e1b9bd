//! Why a person may be called (Ley 1581 of 2012; CO-4): being the client's customer, or an authorisation that can
//! be shown. That somebody else named them is none.

use crate::phone::is_nothing;
use crate::plain::plain;

/// Answers that say there is none.
const NONE: &[&str] = &[
    "no",
    "n",
    "0",
    "false",
    "falso",
    "ninguna",
    "ninguno",
    "sin",
    "pendiente",
];
/// Beginnings of answers that are none in law.
const REFUSED: &[&str] = &["referid", "referral", "sin ", "no ", "revocad", "revoked"];

/// Whether a text is a basis.
pub(crate) fn is_one(text: &str) -> bool {
    let words = plain(text);
    let words = words.trim();
    !words.is_empty()
        && !is_nothing(text)
        && !NONE.contains(&words)
        && !REFUSED.iter().any(|start| words.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn a_referral_or_nothing_is_no_basis() {
        for basis in [
            "cliente",
            "Cliente Claro",
            "AUT-2026-00017",
            "1",
            "si",
            "Sí",
        ] {
            assert!(is_one(basis), "{basis}");
        }
        for none in [
            "",
            " ",
            "NO",
            "no autoriza",
            "Referido",
            "REFERIDA POR OTRO",
            "n/a",
            "Sin autorización",
            "revocada",
        ] {
            assert!(!is_one(none), "{none}");
        }
    }
}
