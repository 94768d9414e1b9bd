//! Chains of rows: numbered without a gap, each with the hash of the one before it. Who changes, takes
//! out or puts in a row is seen, for the hashes after it do not fit any more. The audit log and the
//! certificates of erasures are such chains.

use sha2::{Digest as _, Sha256};

/// How far a chain was followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// Number of the last row; 0 before the first.
    pub(super) number: i64,
    /// Its hash; empty before the first.
    pub(super) sha256: String,
}

/// A row of a chain, as it is kept.
pub(super) struct Link<'a> {
    pub(super) number: i64,
    /// The hash it says the row before it has.
    pub(super) previous: &'a str,
    /// The hash it says it has.
    pub(super) sha256: &'a str,
    /// What its hash is of.
    pub(super) text: &'a str,
}

/// What is wrong with a row, in words that follow its number.
pub(super) struct Fault {
    pub(super) number: i64,
    pub(super) what: String,
}

impl Head {
    /// Goes on over the next row, and tells what is wrong with it or between it and the last.
    pub(super) fn follow(&mut self, link: &Link<'_>) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |number, what: &str| {
            let what = what.to_owned();
            faults.push(Fault { number, what });
        };
        let next = self.number + 1;
        if link.number == next + 1 {
            fault(next, "is missing");
        } else if link.number > next {
            fault(next, &format!("to {} are missing", link.number - 1));
        } else if link.number < next {
            fault(link.number, "was put in");
        }
        if sha256(link.text) != link.sha256 {
            fault(link.number, "was changed");
        } else if link.number == next && link.previous != self.sha256 {
            match self.number {
                0 => fault(
                    link.number,
                    "does not begin the chain: what was before it changed",
                ),
                last => fault(
                    last,
                    "was changed, with a new hash: the next one names another",
                ),
            }
        }
        self.number = link.number;
        self.sha256 = link.sha256.to_owned();
        faults
    }
}

/// The hash of a text, in hexadecimal.
pub(super) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
