//! The tones of countries, as data (`data/tones.txt`): what an agent hears who waits for another phone, and what tests
//! play as a network would.

use std::sync::LazyLock;

/// One tone: its frequencies and its cadence.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cadence {
    /// One, or two that sound together.
    pub hertz: Vec<u16>,
    /// Ms on and off in turn.
    pub parts: Vec<u32>,
}

impl Cadence {
    /// Ms of one cycle.
    pub fn cycle_ms(&self) -> u32 {
        self.parts.iter().sum()
    }

    /// Whether it sounds so many ms into its cycle.
    pub fn sounds_at(&self, ms: u32) -> bool {
        let mut end = 0;
        let part = self.parts.iter().position(|part| {
            end += part;
            ms < end
        });
        part.is_some_and(|part| part % 2 == 0)
    }
}

/// What a country's network says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Country {
    /// Two letters (ISO 3166-1), small.
    pub code: String,
    /// The far phone is being rung.
    pub ringback: Cadence,
    /// The far phone is busy.
    pub busy: Cadence,
    /// There is no way through.
    pub congestion: Cadence,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let text = include_str!("../data/tones.txt");
    read(text).expect("the tests read the table that is built in")
});

impl Country {
    /// Every country of the table, the usual one first.
    pub fn all() -> &'static [Country] {
        &COUNTRIES
    }

    /// The usual one: Colombia.
    pub fn usual() -> &'static Country {
        &COUNTRIES[0]
    }

    /// By its two letters.
    pub fn of(code: &str) -> Option<&'static Country> {
        COUNTRIES.iter().find(|country| country.code == code)
    }
}

/// The countries of a table in its order; `None` where a line is none, or a tone of a country is missing.
fn read(text: &str) -> Option<Vec<Country>> {
    let mut rows = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let mut words = line.split_whitespace();
        let (code, tone) = (words.next()?, words.next()?);
        let hertz: Option<Vec<u16>> = words
            .next()?
            .split('+')
            .map(|hertz| hertz.parse().ok())
            .collect();
        let parts: Option<Vec<u32>> = words.map(|ms| ms.parse().ok()).collect();
        let (hertz, parts) = (hertz?, parts?);
        let sound = (1..=2).contains(&hertz.len()) && parts.len() >= 2 && parts.len() % 2 == 0;
        rows.push((code, tone, sound.then_some(Cadence { hertz, parts })?));
    }
    let mut countries: Vec<Country> = Vec::new();
    for (code, _, _) in &rows {
        if countries.iter().any(|country| country.code == *code) {
            continue;
        }
        let of = |wanted: &str| {
            let mut own = rows.iter().filter(|row| row.0 == *code && row.1 == wanted);
            own.next().map(|row| row.2.clone())
        };
        countries.push(Country {
            code: (*code).to_owned(),
            ringback: of("ringback")?,
            busy: of("busy")?,
            congestion: of("congestion")?,
        });
    }
    Some(countries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ToneKind;
    use crate::codec::SAMPLE_RATE;
    use crate::detect::{Detector, Heard};
    use crate::tone::share_at;

    fn play(cadence: &'static Cadence, cycles: u32) -> Vec<i16> {
        let tone = ToneKind::Cadence(cadence);
        (0..tone.cycle() * cycles).map(|n| tone.sample(n)).collect()
    }

    #[test]
    fn every_country_has_its_tones_and_colombia_is_the_usual_one() {
        assert_eq!(Country::usual().code, "co");
        assert!(Country::all().len() >= 11);
        assert_eq!(Country::of("xx"), None);
        for country in Country::all() {
            for cadence in [&country.ringback, &country.busy, &country.congestion] {
                let on = play(cadence, 1);
                let on = &on[..(cadence.parts[0] * SAMPLE_RATE / 1_000) as usize];
                let share: f64 = cadence.hertz.iter().map(|hertz| share_at(*hertz, on)).sum();
                assert!(share > 0.9, "{} {cadence:?}: {share}", country.code);
            }
        }
    }

    #[test]
    fn busy_and_congestion_of_every_country_are_heard_and_ringing_is_not() {
        let heard = |country, samples: &[i16]| {
            let mut detector = Detector::of(country);
            samples.chunks(160).find_map(|packet| detector.hear(packet))
        };
        for country in Country::all() {
            let ringing = heard(country, &play(&country.ringback, 6));
            assert_eq!(ringing, None, "{}", country.code);
        }
        for country in Country::all() {
            let said = heard(country, &play(&country.busy, 10));
            assert_eq!(said, Some(Heard::BusyTone), "{}", country.code);
            // Where both are one tone it is a busy line, as it mostly is.
            if country.congestion != country.busy {
                let said = heard(country, &play(&country.congestion, 10));
                assert_eq!(said, Some(Heard::ReorderTone), "{}", country.code);
            }
        }
    }

    #[test]
    fn a_table_that_is_none_is_not_read() {
        for wrong in [
            "co ringback 425 1000 4000",
            "co ringback 425 1000",
            "co ringback x 1000 4000",
            "co ringback 1+2+3 1000 4000",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
