//! What the network says in tones before anybody answers: busy, reorder (congestion), and the
//! special information tones that go before a recorded announcement (ITU-T E.180 and E.182; the
//! American four of Telcordia GR-1162). Samples in, at most one verdict out; knows no packets.
//!
//! The busy tone of Colombia is 425 Hz, a quarter of a second on and off; its congestion tone
//! 0.1 on, 0.7 off, 0.3 on, 0.7 off (E.180 supplement 2). Ringing tone (1 s on, 4 s off) and music
//! give no verdict.

use crate::codec::SAMPLE_RATE;
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
}

impl Heard {
    /// Every verdict.
    pub const ALL: [Heard; 7] = [
        Heard::BusyTone,
        Heard::ReorderTone,
        Heard::Sit,
        Heard::SitVacant,
        Heard::SitIntercept,
        Heard::SitNoCircuit,
        Heard::SitReorder,
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
const TONES: [u16; 9] = [425, 440, 914, 950, 985, 1371, 1400, 1429, 1785];
/// Cycles that must be alike before a cadence is believed.
const CYCLES: usize = 3;
/// How far a part of a cadence may be off: its ends fall anywhere in a block.
const OFF_MS: u32 = 60;

/// Parts of a cadence in ms, on and off in turn, and what it means.
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

/// Listens to one call until it is answered.
#[derive(Debug, Default)]
pub struct Detector {
    block: Vec<i16>,
    /// Whole stretches, the newest last.
    past: Vec<Stretch>,
    now: Option<Stretch>,
    said: bool,
}

/// Stretches worth keeping: three cycles of the longest cadence.
const PAST_MAX: usize = CYCLES * 4;

impl Detector {
    /// Takes what came next; says what it was, once.
    pub fn hear(&mut self, samples: &[i16]) -> Option<Heard> {
        if self.said {
            return None;
        }
        for sample in samples {
            self.block.push(*sample);
            if self.block.len() == BLOCK {
                let kind = kind_of(&self.block);
                self.block.clear();
                if let Some(heard) = self.take(kind) {
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
        let all = CADENCES.iter();
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
            if on != matches!(stretch.tone, Some(425 | 440)) || (!on && stretch.tone.is_some()) {
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

fn kind_of(block: &[i16]) -> Kind {
    let power: f64 = block.iter().map(|s| f64::from(*s).powi(2)).sum();
    if power / (block.len() as f64) < QUIET {
        return Kind::Silence;
    }
    let best = TONES
        .iter()
        .map(|hertz| (share_at(*hertz, block), *hertz))
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    match best {
        Some((share, hertz)) if share >= PURE => Kind::Tone(hertz),
        _ => Kind::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// Tones of so many hertz (0: none) and ms, one after another, with a little noise.
    fn sound(parts: &[(f64, u32)]) -> Vec<i16> {
        let (mut all, mut noise) = (Vec::new(), 1_u32);
        for (hertz, ms) in parts {
            for n in 0..ms * SAMPLE_RATE / 1_000 {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let hiss = f64::from(noise >> 16) / 65_536.0 * 40.0 - 20.0;
                let sine = (TAU * hertz * f64::from(n) / f64::from(SAMPLE_RATE)).sin();
                all.push((sine * 6_000.0 * f64::from(u8::from(*hertz > 0.0)) + hiss) as i16);
            }
        }
        all
    }

    fn verdict(parts: &[(f64, u32)], times: usize, from_ms: u32) -> Option<Heard> {
        let whole = sound(&parts.repeat(times));
        let from = (from_ms * SAMPLE_RATE / 1_000) as usize;
        let mut detector = Detector::default();
        // As packets bring it.
        let mut packets = whole[from..].chunks(160);
        packets.find_map(|packet| detector.hear(packet))
    }

    #[test]
    fn busy_and_reorder_tones_are_told_apart_wherever_they_are_met() {
        for from_ms in [0, 7, 130, 333] {
            for (hertz, ms) in [(425.0, 250), (425.0, 500), (430.0, 375), (418.0, 330)] {
                let cycle = [(hertz, ms), (0.0, ms)];
                let heard = verdict(&cycle, 8, from_ms);
                assert_eq!(heard, Some(Heard::BusyTone), "{hertz} Hz, {ms} ms");
            }
            let reorder = [(425.0, 100), (0.0, 700), (425.0, 300), (0.0, 700)];
            assert_eq!(verdict(&reorder, 6, from_ms), Some(Heard::ReorderTone));
            let fast = [(425.0, 120), (0.0, 120)];
            assert_eq!(verdict(&fast, 10, from_ms), Some(Heard::ReorderTone));
        }
    }

    #[test]
    fn ringing_tone_speech_and_silence_say_nothing() {
        let ringing = [(425.0, 1_000), (0.0, 4_000)];
        assert_eq!(verdict(&ringing, 6, 0), None);
        let twice = [(425.0, 400), (0.0, 200), (425.0, 400), (0.0, 2_000)];
        assert_eq!(verdict(&twice, 6, 0), None);
        assert_eq!(verdict(&[(0.0, 20_000)], 1, 0), None);
        let chatter: Vec<_> = (0..200)
            .map(|n| (150.0 + f64::from(n * 37 % 900), 30 + n as u32 * 53 % 170))
            .collect();
        assert_eq!(verdict(&chatter, 3, 0), None);
        assert_eq!(verdict(&[(425.0, 20_000)], 1, 0), None, "a steady tone");
    }

    #[test]
    fn the_special_information_tones_are_told_apart() {
        let after = [(425.0, 1_000), (0.0, 1_200)];
        for (tones, heard) in [
            ([(950.0, 330), (1400.0, 330), (1800.0, 330)], Heard::Sit),
            (
                [(985.2, 380), (1370.6, 274), (1776.7, 380)],
                Heard::SitVacant,
            ),
            (
                [(913.8, 274), (1370.6, 274), (1776.7, 380)],
                Heard::SitIntercept,
            ),
            (
                [(985.2, 380), (1428.5, 380), (1776.7, 380)],
                Heard::SitNoCircuit,
            ),
            (
                [(913.8, 274), (1428.5, 380), (1776.7, 380)],
                Heard::SitReorder,
            ),
        ] {
            let end = [(0.0, 400)];
            let whole: Vec<_> = after.iter().chain(&tones).chain(&end).copied().collect();
            for from_ms in [0, 11, 150] {
                assert_eq!(verdict(&whole, 1, from_ms), Some(heard), "{tones:?}");
            }
        }
    }

    #[test]
    fn it_says_so_once() {
        let mut detector = Detector::default();
        let busy = sound(&[(425.0, 250), (0.0, 250)].repeat(20));
        let said = busy.chunks(160).filter_map(|packet| detector.hear(packet));
        assert_eq!(said.count(), 1);
    }
}
