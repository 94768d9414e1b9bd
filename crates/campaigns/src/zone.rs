//! Whose clock counts for a contact: the zone that their base names, else the one of their number's area.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use domain::{Contact, PhoneNumber};

const NUMBERS: &str = include_str!("../data/number_zones.csv");

/// Columns of a base that name a zone (IANA), as bases call them.
const COLUMNS: [&str; 5] = [
    "zona_horaria",
    "zona horaria",
    "timezone",
    "time_zone",
    "tz",
];
/// Digits of the longest beginning in the table: a country and its area.
const PREFIX_MAX: usize = 4;

/// The IANA zone of a contact, where it is known.
pub fn zone_of(contact: &Contact) -> Option<&str> {
    let named = contact.attributes.iter().find(|(column, zone)| {
        let column = column.trim();
        let names_it = COLUMNS.iter().any(|name| column.eq_ignore_ascii_case(name));
        names_it && law::is_zone(zone.trim())
    });
    if let Some((_, zone)) = named {
        return Some(zone.trim());
    }
    contact
        .phones
        .iter()
        .find_map(|phone| zone_of_number(phone.number))
}

/// The zone of a number, by how it begins; none where such numbers are of several.
pub fn zone_of_number(number: PhoneNumber) -> Option<&'static str> {
    let digits = number.as_u64().to_string();
    let longest = PREFIX_MAX.min(digits.len());
    (1..=longest)
        .rev()
        .find_map(|len| table().get(&digits[..len]).copied())
}

fn table() -> &'static BTreeMap<&'static str, &'static str> {
    static TABLE: OnceLock<BTreeMap<&str, &str>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = NUMBERS
            .lines()
            .filter(|line| !line.starts_with('#'))
            .skip(1);
        rows.filter_map(|line| line.split_once(',')).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ContactId, ContactPhone, ListId, PersonId};

    fn contact(number: &str, attributes: &[(&str, &str)]) -> Contact {
        Contact {
            id: ContactId::new(1),
            list: ListId::new(1),
            person: PersonId::new(1),
            document: String::new(),
            name: String::new(),
            segment: String::new(),
            phones: vec![ContactPhone {
                ordinal: 0,
                number: PhoneNumber::from_e164(number).expect("a number"),
                attempts: 0,
                usable: true,
            }],
            attributes: attributes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn the_base_says_whose_clock_counts_and_else_the_number() {
        let zone =
            |number, attributes: &[_]| zone_of(&contact(number, attributes)).map(str::to_owned);
        assert_eq!(
            zone("+573001234567", &[]).as_deref(),
            Some("America/Bogota")
        );
        assert_eq!(
            zone("+12125550100", &[]).as_deref(),
            Some("America/New_York")
        );
        assert_eq!(zone("+447700900123", &[]).as_deref(), Some("Europe/London"));
        assert_eq!(
            zone("+526641234567", &[]),
            None,
            "the border has other clocks"
        );
        let named = [("Zona_Horaria", " Europe/Madrid ")];
        assert_eq!(
            zone("+573001234567", &named).as_deref(),
            Some("Europe/Madrid")
        );
        let nonsense = [("tz", "la de aquí")];
        assert_eq!(
            zone("+573001234567", &nonsense).as_deref(),
            Some("America/Bogota")
        );
    }

    #[test]
    fn every_zone_of_the_table_is_one() {
        assert!(table().values().all(|zone| law::is_zone(zone)));
        assert!(table().keys().all(|prefix| prefix.len() <= PREFIX_MAX));
    }
}
