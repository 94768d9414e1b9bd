//! A made-up base as a client would send it: Spanish headings, `;`, some bad
//! rows and duplicates. The same seed gives the same bytes; nobody in it exists.

use std::io::{self, Write};

const NAMES: &[&str] = &[
    "Ana",
    "Luis",
    "María",
    "Carlos",
    "Sofía",
    "Andrés",
    "Paola",
    "Jorge",
    "Diana",
    "Camilo",
    "Ángela",
    "Óscar",
    "Yesenia",
    "Julián",
    "Natalia",
    "Héctor",
    "Luz Marina",
    "José Luis",
];

const SURNAMES: &[&str] = &[
    "Rodríguez",
    "Gómez",
    "Peña",
    "Muñoz",
    "Martínez",
    "Ospina",
    "Zuluaga",
    "Cárdenas",
    "Quintero",
    "Ñustes",
    "Ríos",
    "Cañón",
    "Vélez",
    "Salazar",
    "Beltrán",
    "Arango",
];

/// City and the area of its landlines.
const CITIES: &[(&str, u64)] = &[
    ("Bogotá D.C.", 1),
    ("Medellín", 4),
    ("Cali", 2),
    ("Barranquilla", 5),
    ("Bucaramanga", 7),
    ("Pereira", 6),
    ("Ibagué", 8),
];

const SEGMENTS: &[&str] = &["Oro", "Plata", "Bronce", "Nuevo"];

const PLANS: &[&str] = &[
    "Pospago 30 GB",
    "Pospago 60 GB",
    "Prepago",
    "Hogar 300 Mbps, TV",
    "\"Todo Claro\" ilimitado",
];

/// Mobile prefixes in use in every edition of the number plan.
const MOBILES: &[u64] = &[300, 301, 304, 310, 311, 312, 313, 315, 320, 321];

/// Writes a base of `rows` rows (documento; nombre; celular; telefono fijo;
/// segmento; ciudad; plan): about 3 % cannot be called, 2 % are repeated.
pub fn write(rows: u32, seed: u64, out: &mut impl Write) -> io::Result<()> {
    let mut dice = Dice(seed);
    out.write_all(b"documento;nombre;celular;telefono fijo;segmento;ciudad;plan\r\n")?;
    let mut last = String::new();
    for index in 0..rows {
        let repeated = index > 0 && dice.percent(2);
        if !repeated {
            last = row(index, &mut dice);
        }
        out.write_all(last.as_bytes())?;
        out.write_all(b"\r\n")?;
    }
    out.flush()
}

fn row(index: u32, dice: &mut Dice) -> String {
    // Distinct by construction: the base's real duplicates are the repeated rows.
    let document = 1_000_000_000 + u64::from(index) * 7 + dice.below(7);
    let name = format!(
        "{} {} {}",
        dice.pick(NAMES),
        dice.pick(SURNAMES),
        dice.pick(SURNAMES)
    );
    let (city, area) = CITIES[dice.index(CITIES.len())];
    let mobile = mobile(index, dice);
    let landline = landline(area, dice);
    let (mobile, landline) = match dice.below(100) {
        0 => (String::new(), String::new()),
        1 => (scientific(&mobile), String::new()),
        2 => (mobile[..8].to_owned(), "018000123456".to_owned()),
        _ => (written(&mobile, dice), landline),
    };
    format!(
        "{};{name};{mobile};{landline};{};{city};{}",
        dotted(document, dice),
        dice.pick(SEGMENTS),
        quoted(dice.pick(PLANS)),
    )
}

/// Ten digits, another for each row.
fn mobile(index: u32, dice: &mut Dice) -> String {
    let prefix = MOBILES[dice.index(MOBILES.len())];
    // 7919 has no common factor with ten million: no two rows share a number
    // until the base has as many.
    let subscriber = (u64::from(index) * 7_919 + 1_234_567) % 10_000_000;
    format!("{prefix}{subscriber:07}")
}

fn landline(area: u64, dice: &mut Dice) -> String {
    let number = 2_000_000 + dice.below(6_000_000);
    match dice.below(10) {
        0..=5 => String::new(),
        6 | 7 => format!("60{area}{number}"),
        8 => format!("{number}"),
        _ => format!("({area}) {number}"),
    }
}

/// As hands and programs write it.
fn written(mobile: &str, dice: &mut Dice) -> String {
    match dice.below(10) {
        0 => format!("+57 {} {}", &mobile[..3], &mobile[3..]),
        1 => format!("57{mobile}"),
        2 => format!("{} {} {}", &mobile[..3], &mobile[3..6], &mobile[6..]),
        3 => format!("{mobile}.0"),
        _ => mobile.to_owned(),
    }
}

fn scientific(mobile: &str) -> String {
    format!("{},{}E+09", &mobile[..1], &mobile[1..6])
}

fn dotted(document: u64, dice: &mut Dice) -> String {
    let digits = document.to_string();
    if !dice.percent(10) || digits.len() != 10 {
        return digits;
    }
    format!(
        "{}.{}.{}.{}",
        &digits[..1],
        &digits[1..4],
        &digits[4..7],
        &digits[7..]
    )
}

fn quoted(text: &str) -> String {
    if text.contains('"') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// SplitMix64: small, and the same on every machine and in every version.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("smaller than a usize")
    }

    fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.index(texts.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DryRun, ImportOptions, Source, import};

    fn sample(rows: u32, seed: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(rows, seed, &mut bytes).expect("memory takes all");
        bytes
    }

    #[test]
    fn the_same_seed_gives_the_same_base() {
        assert_eq!(sample(300, 7), sample(300, 7));
        assert_ne!(sample(300, 7), sample(300, 8));
    }

    #[test]
    fn most_of_it_can_be_called_and_some_of_it_cannot() {
        let bytes = sample(3_000, 1);
        let mut source = Source::stream("base-claro.csv", &bytes[..]);
        let options = ImportOptions::new("Claro");
        let acta = import(&mut source, &options, &mut DryRun, &mut |_| {}).expect("ours");
        assert!(acta.balances());
        assert_eq!(acta.received, 3_000);
        assert!((2_700..2_970).contains(&acta.valid), "{acta}");
        assert!(acta.duplicates.by_document > 20, "{acta}");
        assert!(acta.rejected.len() >= 3, "{acta}");
        assert!(acta.warnings.is_empty(), "{acta}");
    }
}
