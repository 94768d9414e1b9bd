//! What agents do after a call: how long they typify, and as what.

use crate::callee::Callee;
use crate::dice::Dice;

/// What calls with people turn out to be: code of the house's catalogue and
/// weight. Roughly a renewal campaign that sells to one in twenty.
const CODES: &[(&str, u64)] = &[
    ("NI07", 30),
    ("NI01", 15),
    ("NI02", 10),
    ("AB03", 15),
    ("TE02", 12),
    ("CE01", 7),
    ("VE01", 5),
    ("TE03", 3),
    ("NV05", 2),
    ("EX01", 1),
];

/// What the agent says the call was.
pub(crate) fn typification(callee: Callee, dice: &mut Dice) -> &'static str {
    if callee == Callee::Machine {
        return "NC03";
    }
    let total = CODES.iter().map(|(_, weight)| weight).sum();
    let mut drawn = dice.below(total);
    for (code, weight) in CODES {
        if drawn < *weight {
            return code;
        }
        drawn -= weight;
    }
    CODES[0].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_may_set_every_code_they_use() {
        let catalogue = campaigns::Catalogue::spanish();
        for code in CODES.iter().map(|(code, _)| *code).chain(["NC03"]) {
            let row = catalogue.get(code).expect(code);
            assert_ne!(row.origin, domain::Origin::System, "{code}");
        }
    }
}
