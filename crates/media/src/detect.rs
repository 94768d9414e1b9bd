//! What the network says in tones before anybody answers: busy, reorder (congestion), and the
//! special information tones that go before a recorded announcement (ITU-T E.180 and E.182; the
//! American four of Telcordia GR-1162); and fax machines (`fax.rs`), after an answer too. Samples in, at most one verdict out; knows no packets.
//!
//! Cadences are those of the country first (`country.rs`), then what many others use. Ringing tone and
//! music give no verdict.

use crate::Country;
use crate::codec::SAMPLE_RATE;
use crate::fax::Fax;
use crate::tone::share_at;

/// What was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Heard {
    /// The called line is busy.
    BusyTone,
    /// No way through the network.
    ReorderTone,
    /// The three tones of E.180, which say only that an announcement follows.
    Sit,
    /// Special information tone: there is no such number.
    SitVacant,
    /// Special information tone: number changed or out of service.
    SitIntercept,
    /// Special information tone: no circuit.
    SitNoCircuit,
    /// Special information tone: the switch cannot complete the call.
    SitReorder,
    /// A fax machine or modem that was called.
    FaxCed,
    /// A fax machine that calls.
    FaxCng,
}

impl Heard {
    /// Every verdict.
    pub const ALL: [Heard; 9] = [
        Heard::BusyTone,
        Heard::ReorderTone,
        Heard::Sit,
        Heard::SitVacant,
        Heard::SitIntercept,
        Heard::SitNoCircuit,
        Heard::SitReorder,
        Heard::FaxCed,
        Heard::FaxCng,
    ];

    /// The word used in tables and reports.
    pub const fn word(self) -> &'static str {
        match self {
            Heard::BusyTone => "busy_tone",
            Heard::ReorderTone => "reorder_tone",
            Heard::Sit => "sit",
            Heard::SitVacant => "sit_vacant",
            Heard::SitIntercept => "sit_intercept",
            Heard::SitNoCircuit => "sit_no_circuit",
            Heard::SitReorder => "sit_reorder",
            Heard::FaxCed => "fax_ced",
            Heard::FaxCng => "fax_cng",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Heard> {
        Self::ALL.into_iter().find(|heard| heard.word() == word)
    }
}

/// Samples judged at a time: in 20 ms a tone 15 Hz off is still seen, and of neighbours 30 Hz apart
/// the nearer one is the stronger.
const BLOCK: usize = (SAMPLE_RATE / 50) as usize;
const BLOCK_MS: u32 = 20;
/// Below this mean square nothing is heard: about -50 dBm0.
const QUIET: f64 = 1_600.0;
/// Of the power of a block, this much must lie at the frequency of a tone.
const PURE: f64 = 0.6;
/// Tones that count, in hertz. Carriers are up to 15 Hz off.
const TONES: [u16; 10] = [400, 425, 440, 914, 950, 985, 1371, 1400, 1429, 1785];
/// The usual one of the tones that busy and reorder are made of; 400 and 440 Hz are not told from it.
const PROGRESS: u16 = 425;
/// What North America uses for it, sounded together: so much of the power must lie at the weaker one.
const PAIR: [u16; 2] = [480, 620];
const WEAKER: f64 = 0.15;
/// Cycles that must be alike before a cadence is believed.
const CYCLES: usize = 3;
/// How far a part of a cadence may be off: its ends fall anywhere in a block.
const OFF_MS: u32 = 60;

/// Parts of a cadence in ms, on and off in turn, and what it means where the country does not say otherwise.
const CADENCES: [(&[u32], Heard); 6] = [
    (&[250, 250], Heard::BusyTone),
    (&[350, 350], Heard::BusyTone),
    (&[500, 500], Heard::BusyTone),
    (&[100, 700, 300, 700], Heard::ReorderTone),
    (&[120, 120], Heard::ReorderTone),
    (&[200, 200], Heard::ReorderTone),
];

/// A stretch of one tone, or of none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    /// Which of [`TONES`]; `None`: silence.
    tone: Option<u16>,
    ms: u32,
}

/// Samples of a call after its answer in which a fax machine speaks up: one that was called does so within seconds.
const FAX_WITHIN: u32 = 12 * SAMPLE_RATE;

/// Listens to one call until it is answered, and then for a fax machine.
#[derive(Debug, Default)]
pub struct Detector {
    fax: Fax,
    country: Option<&'static Country>,
    /// Samples left in which it listens for a fax machine alone; `None`: for everything, without end.
    left: Option<u32>,
    block: Vec<i16>,
    /// Whole stretches, the newest last.
    past: Vec<Stretch>,
    now: Option<Stretch>,
    said: bool,
}

/// Stretches worth keeping: three cycles of the longest cadence.
const PAST_MAX: usize = CYCLES * 6;

impl Detector {
    /// Listens to a network of this country.
    pub fn of(country: &'static Country) -> Detector {
        Detector {
            country: Some(country),
            ..Detector::default()
        }
    }

    /// Listens for a fax machine alone, in the first seconds after an answer.
    pub fn of_fax() -> Detector {
        Detector {
            left: Some(FAX_WITHIN),
            ..Detector::default()
        }
    }

    /// Takes what came next; says what it was, once.
    pub fn hear(&mut self, samples: &[i16]) -> Option<Heard> {
        if self.said {
            return None;
        }
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(u32::try_from(samples.len()).unwrap_or(u32::MAX));
            self.said = *left == 0;
        }
        for sample in samples {
            self.block.push(*sample);
            if self.block.len() == BLOCK {
                let quiet = is_quiet(&self.block);
                let fax = self.fax.take((!quiet).then_some(&self.block));
                let heard = fax.or_else(|| match (self.left, quiet) {
                    (Some(_), _) => None,
                    (None, true) => self.take(Kind::Silence),
                    (None, false) => self.take(kind_of(&self.block)),
                });
                self.block.clear();
                if let Some(heard) = heard {
                    self.said = true;
                    return Some(heard);
                }
            }
        }
        None
    }

    fn take(&mut self, kind: Kind) -> Option<Heard> {
        let tone = match kind {
            Kind::Silence => None,
            Kind::Tone(hertz) => Some(hertz),
            // Half a block of tone, half of silence: it belongs to what went before.
            Kind::Mixed => self.now?.tone,
        };
        match &mut self.now {
            Some(now) if now.tone == tone => now.ms += BLOCK_MS,
            _ => {
                let ms = BLOCK_MS;
                if let Some(over) = self.now.replace(Stretch { tone, ms }) {
                    return self.ended(over);
                }
            }
        }
        None
    }

    fn ended(&mut self, over: Stretch) -> Option<Heard> {
        self.past.push(over);
        if self.past.len() > PAST_MAX {
            self.past.remove(0);
        }
        self.sit().or_else(|| self.cadence())
    }

    /// Three tones that rise, hardly parted.
    fn sit(&self) -> Option<Heard> {
        let parted = |s: &&Stretch| s.tone.is_some() || s.ms > 3 * BLOCK_MS;
        let heard: Vec<&Stretch> = self.past.iter().rev().filter(parted).take(3).collect();
        let [third, second, first] = heard[..] else {
            return None;
        };
        let long_enough = |s: &Stretch| (160..=560).contains(&s.ms);
        if !(long_enough(first) && long_enough(second) && long_enough(third)) {
            return None;
        }
        Some(match (first.tone?, second.tone?, third.tone?) {
            (950, 1400, 1785) => Heard::Sit,
            // The first and second tone tell two of them apart, their length the others.
            (985, 1371, 1785) => Heard::SitVacant,
            (914, 1371, 1785) => Heard::SitIntercept,
            (985, 1429, 1785) => Heard::SitNoCircuit,
            (914, 1429, 1785) => Heard::SitReorder,
            (914 | 950 | 985, 1371 | 1400 | 1429, 1785) => Heard::Sit,
            _ => return None,
        })
    }

    fn cadence(&self) -> Option<Heard> {
        let country = self.country.unwrap_or_else(Country::usual);
        let own = [
            (&country.busy.parts[..], Heard::BusyTone),
            (&country.congestion.parts[..], Heard::ReorderTone),
        ];
        self.best_of(&own).or_else(|| self.best_of(&CADENCES))
    }

    fn best_of(&self, cadences: &[(&[u32], Heard)]) -> Option<Heard> {
        let all = cadences.iter();
        let fitting = all.filter_map(|(parts, heard)| Some((self.misfit(parts)?, *heard)));
        fitting
            .min_by_key(|(misfit, _)| *misfit)
            .map(|(_, heard)| heard)
    }

    /// How badly the last cycles fit a cadence, in ms; `None`: not at all. It must end with a whole
    /// silence, so that a tone which goes on is not taken for one that stopped.
    fn misfit(&self, parts: &[u32]) -> Option<u32> {
        let wanted = parts.len() * CYCLES;
        let start = self.past.len().checked_sub(wanted)?;
        let mut worst = 0;
        for (at, stretch) in self.past[start..].iter().enumerate() {
            let on = at % 2 == 0;
            if on != (stretch.tone == Some(PROGRESS)) || (!on && stretch.tone.is_some()) {
                return None;
            }
            let off = stretch.ms.abs_diff(parts[at % parts.len()]);
            if off > OFF_MS {
                return None;
            }
            worst += off;
        }
        Some(worst / u32::try_from(wanted).ok()?)
    }
}

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Silence,
    Tone(u16),
    /// Something else: speech, music, or the edge of a tone.
    Mixed,
}

fn is_quiet(block: &[i16]) -> bool {
    let power: f64 = block.iter().map(|s| f64::from(*s).powi(2)).sum();
    power / (block.len() as f64) < QUIET
}

fn kind_of(block: &[i16]) -> Kind {
    let best = TONES
        .iter()
        .map(|hertz| (share_at(*hertz, block), *hertz))
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    match best {
        Some((share, 400 | 425 | 440)) if share >= PURE => Kind::Tone(PROGRESS),
        Some((share, hertz)) if share >= PURE => Kind::Tone(hertz),
        _ if is_pair(block) => Kind::Tone(PROGRESS),
        _ => Kind::Mixed,
    }
}

fn is_pair(block: &[i16]) -> bool {
    let [low, high] = PAIR.map(|hertz| share_at(hertz, block));
    low + high >= PURE && low.min(high) >= WEAKER
}

#[cfg(test)]
#[path = "detect/tests.rs"]
mod tests;
