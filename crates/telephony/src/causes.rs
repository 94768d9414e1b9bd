//! The table from what the network said to what became of the attempt, as data
//! (`data/causes.txt`).

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::Outcome;

const TEXT: &str = include_str!("../data/causes.txt");

static CAUSES: LazyLock<Causes> = LazyLock::new(|| {
    Causes::read(TEXT).unwrap_or_else(|line| panic!("causes.txt: `{line}` is no cause"))
});

#[derive(Debug, Default)]
struct Causes {
    by_q850: HashMap<u16, Outcome>,
    by_status: HashMap<u16, Outcome>,
}

/// `None` where the status decides.
pub(crate) fn by_q850(cause: u16) -> Option<Outcome> {
    CAUSES.by_q850.get(&cause).copied()
}

/// What no line names is a trouble between us and the carrier.
pub(crate) fn by_status(status: u16) -> Outcome {
    let named = CAUSES.by_status.get(&status).copied();
    named.unwrap_or(Outcome::Congestion)
}

impl Causes {
    /// Reads the table, or says which line is wrong or says a thing twice.
    fn read(text: &str) -> Result<Causes, &str> {
        let mut causes = Causes::default();
        for line in text.lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            causes.take(line).ok_or(line)?;
        }
        Ok(causes)
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        let table = match words.next()? {
            "q850" => &mut self.by_q850,
            "sip" => &mut self.by_status,
            _ => return None,
        };
        let code = words.next()?.parse().ok()?;
        let word = words.next()?;
        let outcome = Outcome::ALL.iter().find(|outcome| outcome.word() == word)?;
        table.insert(code, *outcome).is_none().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_names_both_kinds() {
        let causes = Causes::read(TEXT).expect("every line is a cause");
        assert!(causes.by_q850.len() > 15 && causes.by_status.len() > 12);
    }

    #[test]
    fn a_line_that_is_no_cause_or_says_it_again_is_named() {
        for line in [
            "sip",
            "isup 17 busy",
            "sip busy",
            "sip 486 engaged",
            "q850 70000 busy",
        ] {
            assert_eq!(Causes::read(line).unwrap_err(), line);
        }
        let again = "sip 486 busy\nsip 486 rejected";
        assert_eq!(Causes::read(again).unwrap_err(), "sip 486 rejected");
    }
}
