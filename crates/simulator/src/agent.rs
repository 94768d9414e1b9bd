//! What agents do after a call: as what they typify it.

use campaigns::Catalogue;
use domain::Origin;

use crate::callee::Callee;
use crate::dice::Dice;
use crate::model::Model;

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

/// What agents call a machine.
const MACHINE: &str = "NC03";

/// What the agent says the call was, where nothing was learnt.
pub(crate) fn typification(callee: Callee, model: &Model, dice: &mut Dice) -> String {
    if callee == Callee::Machine {
        let learnt = Some(&model.machine_code).filter(|code| !code.is_empty());
        return learnt.cloned().unwrap_or_else(|| MACHINE.to_owned());
    }
    let total = CODES.iter().map(|(_, weight)| weight).sum();
    let mut drawn = dice.below(total);
    for (code, weight) in CODES {
        if drawn < *weight {
            return (*code).to_owned();
        }
        drawn -= weight;
    }
    CODES[0].0.to_owned()
}

/// Whether an agent may say so. What only the system says is what it says of
/// calls that nobody typified in time.
pub(crate) fn may_say(catalogue: &Catalogue, code: &str) -> bool {
    let row = catalogue.get(code);
    row.is_some_and(|row| row.origin != Origin::System)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_may_set_every_code_they_use() {
        let catalogue = Catalogue::spanish();
        for code in CODES.iter().map(|(code, _)| *code).chain([MACHINE]) {
            assert!(may_say(&catalogue, code), "{code}");
        }
    }
}
