//! What is left of a base: so many contacts alike in what was tried already.

use domain::PhoneNumber;
use serde::{Deserialize, Serialize};

/// Numbers tell the phone's place and the contact apart: more contacts than
/// are ever simulated.
const CONTACTS_PER_PHONE: u32 = 10_000_000;

/// Contacts that may still be called, alike in what was tried already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stock {
    /// How many.
    pub contacts: u32,
    /// Attempts made with each.
    #[serde(default)]
    pub attempts: u16,
    /// Phones each has that may be dialed.
    #[serde(default = "one")]
    pub phones: u8,
}

fn one() -> u8 {
    1
}

impl Stock {
    /// Nobody called them yet; one phone each.
    pub fn of_strangers(contacts: u32) -> Stock {
        Stock {
            contacts,
            attempts: 0,
            phones: 1,
        }
    }

    /// Phones each, within what numbers can tell apart.
    pub(crate) fn phones_each(&self) -> u8 {
        self.phones.clamp(1, 9)
    }
}

/// The number of a contact's phone.
pub(crate) fn number_of(contact: u32, ordinal: u8) -> PhoneNumber {
    let mut n = u64::from(CONTACTS_PER_PHONE) * u64::from(ordinal) + u64::from(contact);
    // Written by hand: a base has half a million of them.
    let mut text = *b"573000000000";
    for digit in text.iter_mut().skip(3).rev() {
        *digit += (n % 10) as u8;
        n /= 10;
    }
    let text = str::from_utf8(&text).expect("digits are text");
    PhoneNumber::from_e164(text).expect("12 digits with a country code are a number")
}

/// Whose number it is.
pub(crate) fn contact_of(phone: PhoneNumber) -> u32 {
    let n = phone.as_u64() % u64::from(CONTACTS_PER_PHONE);
    u32::try_from(n).expect("below ten million")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_whose_it_is() {
        for (contact, ordinal) in [(1, 0), (4_999_999, 8), (77, 3)] {
            assert_eq!(contact_of(number_of(contact, ordinal)), contact);
        }
        assert_ne!(number_of(5, 0), number_of(5, 1));
    }
}
