//! A number or document that somebody typed, read as a base's would be.

use domain::PhoneNumber;

use crate::document::Document;
use crate::options::ImportOptions;
use crate::phone::NumberPlan;

/// A number as people write it in Colombia, or any in E.164; `None` if it cannot be called.
pub fn number(text: &str) -> Option<PhoneNumber> {
    let plan = NumberPlan::new(&ImportOptions::new("")).ok()?;
    let read = plan.read(text, &|| None).numbers.into_iter().next();
    read.or_else(|| PhoneNumber::from_e164(text.trim()).ok())
}

/// The one number a cell of a base holds, of any country, and which named rules mended it: as a load reads it.
pub fn number_with_repairs(text: &str) -> (Option<PhoneNumber>, Vec<&'static str>) {
    let mut options = ImportOptions::new("");
    options.foreign_numbers = true;
    let Ok(plan) = NumberPlan::new(&options) else {
        return (None, Vec::new());
    };
    let read = plan.read(text, &|| None);
    match read.numbers.as_slice() {
        [number] => (Some(*number), read.repairs),
        _ => (None, read.repairs),
    }
}

/// An identity document as it is compared; empty if it names nobody.
pub fn document(text: &str) -> String {
    Document::read(text, "").text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_as_what_was_loaded() {
        let typed = [
            "300 123 4567",
            "+57 300 123 4567",
            "573001234567",
            "(300) 123-4567",
        ];
        let numbers = typed.map(|text| number(text).map(PhoneNumber::dialable));
        assert!(
            numbers
                .iter()
                .all(|number| number.as_deref() == Some("+573001234567")),
            "{numbers:?}"
        );
        assert_eq!(number("hola"), None);
        assert_eq!(document("CC 1.020.304.050"), "1020304050");
        assert_eq!(document("nadie"), "");
    }
}
