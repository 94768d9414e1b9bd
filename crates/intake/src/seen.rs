//! Who was in the file already. Holds hashes of documents and phones only: all
//! that grows with the file, some 50 bytes for each contact.

use std::collections::HashSet;

use domain::PhoneNumber;
use sha2::{Digest, Sha256};

use crate::acta::DuplicateBy;

#[derive(Default)]
pub(crate) struct Seen {
    /// First half of the SHA-256 of each document.
    documents: HashSet<u128>,
    phones: HashSet<u64>,
    /// Phones of contacts without a document.
    undocumented: HashSet<u64>,
}

/// What a contact is to those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// The same person.
    Duplicate(DuplicateBy),
    /// Another person; `shares_phone` when one with the same phone came before.
    New { shares_phone: bool },
}

impl Seen {
    /// Compares a contact with those before it and keeps it.
    ///
    /// Without a document a contact is a duplicate when each of its phones came
    /// before without a document too: nothing tells the two apart.
    pub(crate) fn meet(&mut self, document: &str, phones: &[PhoneNumber]) -> Known {
        let phones = phones.iter().map(|phone| phone.as_u64());
        if document.is_empty() {
            if phones
                .clone()
                .all(|phone| self.undocumented.contains(&phone))
            {
                return Known::Duplicate(DuplicateBy::Phone);
            }
            self.undocumented.extend(phones.clone());
        } else if !self.documents.insert(hash(document)) {
            return Known::Duplicate(DuplicateBy::Document);
        }
        let mut shares_phone = false;
        for phone in phones {
            shares_phone |= !self.phones.insert(phone);
        }
        Known::New { shares_phone }
    }
}

fn hash(document: &str) -> u128 {
    let hash = Sha256::digest(document.as_bytes());
    hash.iter()
        .take(16)
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phones(numbers: &[&str]) -> Vec<PhoneNumber> {
        let number = |n: &&str| PhoneNumber::from_e164(n).expect("a number");
        numbers.iter().map(number).collect()
    }

    const MINE: &str = "573001234567";
    const HOME: &str = "576012345678";
    const NEW: Known = Known::New {
        shares_phone: false,
    };
    const SHARES: Known = Known::New { shares_phone: true };

    #[test]
    fn a_household_that_shares_a_phone_is_no_duplicate() {
        let mut seen = Seen::default();
        assert_eq!(seen.meet("1", &phones(&[HOME])), NEW);
        assert_eq!(seen.meet("2", &phones(&[HOME])), SHARES);
        assert_eq!(seen.meet("", &phones(&[HOME])), SHARES);
    }

    #[test]
    fn the_same_document_is_the_same_person_whatever_the_phone() {
        let mut seen = Seen::default();
        seen.meet("1", &phones(&[HOME]));
        assert_eq!(
            seen.meet("1", &phones(&[MINE])),
            Known::Duplicate(DuplicateBy::Document)
        );
    }

    #[test]
    fn without_documents_the_phones_decide() {
        let mut seen = Seen::default();
        assert_eq!(seen.meet("", &phones(&[HOME])), NEW);
        assert_eq!(seen.meet("", &phones(&[HOME, MINE])), SHARES);
        assert_eq!(
            seen.meet("", &phones(&[MINE])),
            Known::Duplicate(DuplicateBy::Phone)
        );
    }
}
