//! Call-progress tones, as Colombia and most of Latin America and Europe use them (ITU-T E.180),
//! and a detector for one frequency (Goertzel), for tests and line checks.

use std::f64::consts::TAU;
use std::sync::LazyLock;

use crate::Cadence;
use crate::codec::SAMPLE_RATE;

/// What a tone means to the ear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToneKind {
    /// 425 Hz, 1 s on, 4 s off: the far side is being rung.
    Ringback,
    /// Two soft pips every ten seconds: you are waiting, the line is alive.
    Hold,
    /// 1000 Hz for 200 ms: a call is coming through to you.
    Beep,
    /// A steady tone of so many hertz, for tests, demonstrations and line checks.
    Steady(u16),
    /// A tone of a country's network.
    Cadence(&'static Cadence),
}

/// One second of a sine of 1 Hz: every whole frequency is found in it by stepping further.
static SINE: LazyLock<Vec<f32>> = LazyLock::new(|| {
    (0..SAMPLE_RATE)
        .map(|n| (TAU * f64::from(n) / f64::from(SAMPLE_RATE)).sin() as f32)
        .collect()
});

/// -10 dBm0 or so, the level E.180 asks of a tone.
const LOUD: f32 = 9_000.0;
const SOFT: f32 = 2_500.0;

const MS: u32 = SAMPLE_RATE / 1000;

impl ToneKind {
    /// Samples of one cycle of the cadence.
    pub fn cycle(self) -> u32 {
        match self {
            ToneKind::Ringback => 5_000 * MS,
            ToneKind::Hold => 10_000 * MS,
            ToneKind::Beep => 200 * MS,
            ToneKind::Steady(_) => 1_000 * MS,
            ToneKind::Cadence(cadence) => cadence.cycle_ms().max(1) * MS,
        }
    }

    /// The linear value of a sample of the cycle; it begins anew after [`ToneKind::cycle`].
    pub fn sample(self, position: u32) -> i16 {
        let position = position % self.cycle();
        let (hertz, level) = match self {
            ToneKind::Ringback if position < 1_000 * MS => (425, LOUD),
            ToneKind::Hold if is_pip(position) => (425, SOFT),
            ToneKind::Beep => (1_000, LOUD),
            ToneKind::Steady(hertz) => (u32::from(hertz), LOUD),
            ToneKind::Cadence(cadence) => return progress(cadence, position),
            ToneKind::Ringback | ToneKind::Hold => return 0,
        };
        (sine(hertz, position) * level) as i16
    }
}

fn sine(hertz: u32, position: u32) -> f32 {
    let phase = u64::from(hertz) * u64::from(position) % u64::from(SAMPLE_RATE);
    SINE[phase as usize]
}

/// A sample of a tone of a network; two frequencies share its power.
fn progress(cadence: &Cadence, position: u32) -> i16 {
    if !cadence.sounds_at(position / MS) {
        return 0;
    }
    let sum: f32 = cadence
        .hertz
        .iter()
        .map(|hertz| sine(u32::from(*hertz), position))
        .sum();
    (sum * LOUD / (cadence.hertz.len() as f32).sqrt()) as i16
}

/// Pips of 120 ms at the start and 240 ms later; both hold whole periods, so they do not click.
fn is_pip(position: u32) -> bool {
    position < 120 * MS || (240 * MS..360 * MS).contains(&position)
}

/// The share of the samples' power that lies at one frequency: near 1 for a pure tone, near 0 for
/// speech, silence or another tone. Give it 50 ms or more.
pub fn share_at(hertz: u16, samples: &[i16]) -> f64 {
    let total: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    if total == 0.0 {
        return 0.0;
    }
    let omega = TAU * f64::from(hertz) / f64::from(SAMPLE_RATE);
    let coefficient = 2.0 * omega.cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        (last, before) = (f64::from(*sample) + coefficient * last - before, last);
    }
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power / (total * samples.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(tone: ToneKind, from_ms: u32, to_ms: u32) -> Vec<i16> {
        (from_ms * MS..to_ms * MS).map(|n| tone.sample(n)).collect()
    }

    #[test]
    fn a_steady_tone_is_at_its_frequency_and_at_no_other() {
        for hertz in [300, 425, 440, 1000, 3400] {
            let tone = samples(ToneKind::Steady(hertz), 0, 200);
            assert!(share_at(hertz, &tone) > 0.95, "{hertz}");
            assert!(share_at(hertz + 60, &tone) < 0.05, "{hertz}");
        }
    }

    #[test]
    fn a_steady_tone_has_no_seam_between_cycles() {
        let tone = samples(ToneKind::Steady(437), 900, 1_100);
        assert!(share_at(437, &tone) > 0.98);
    }

    #[test]
    fn ringback_sounds_one_second_in_five() {
        assert!(share_at(425, &samples(ToneKind::Ringback, 0, 1_000)) > 0.95);
        assert!(
            samples(ToneKind::Ringback, 1_000, 5_000)
                .iter()
                .all(|s| *s == 0)
        );
        assert!(share_at(425, &samples(ToneKind::Ringback, 5_000, 6_000)) > 0.95);
    }

    #[test]
    fn hold_is_mostly_silence_and_softer() {
        let cycle = samples(ToneKind::Hold, 0, 10_000);
        let loud = cycle.iter().filter(|s| **s != 0).count();
        assert!(loud <= 240 * MS as usize && loud > 200 * MS as usize);
        assert!(cycle.iter().all(|s| s.abs() <= 2_500));
    }

    #[test]
    fn silence_has_no_share_of_anything() {
        assert_eq!(share_at(1000, &[0; 400]), 0.0);
        assert_eq!(share_at(1000, &[]), 0.0);
    }
}
