//! Any rate to the telephone's 8000 samples a second, and any loudness to that of a voice on the line. Samples in memory
//! in and out; a windowed-sinc low-pass (Kaiser) takes away what the telephone cannot carry before it would come back as
//! something else.

use std::f64::consts::PI;

use crate::codec::SAMPLE_RATE;

/// Rates that are taken.
pub const RATES: std::ops::RangeInclusive<u32> = 4_000..=192_000;

/// What passes: the telephone's band ends at 3400 Hz, and at 4000 Hz nothing may be left.
const CUTOFF: f64 = 3_700.0;
const TRANSITION: f64 = 600.0;
/// By how many decibels the rest is damped, and the window that does it (Kaiser 1974).
const DAMPED_DB: f64 = 70.0;

/// `samples` of `rate` a second as 8000 a second, on the same scale.
pub fn to_telephone(samples: &[f32], rate: u32) -> Vec<f32> {
    if rate == SAMPLE_RATE || rate == 0 {
        return samples.to_vec();
    }
    let filter = Filter::of(rate);
    let (step, per) = (u64::from(rate), u64::from(SAMPLE_RATE));
    let length = samples.len() as u64 * per / step;
    (0..length)
        .map(|n| filter.at(samples, n * step / per, n * step % per))
        .collect()
}

/// A low-pass whose taps are looked up between the places of a fine table.
struct Filter {
    /// One side of the kernel, `FINE` entries a sample.
    kernel: Vec<f32>,
    /// Samples to either side.
    reach: u64,
}

/// Entries of the table for each sample; between them it is as good as straight.
const FINE: usize = 256;

impl Filter {
    fn of(rate: u32) -> Filter {
        let rate = f64::from(rate);
        // A slow recording has nothing above its own half.
        let cutoff = CUTOFF.min(0.46 * rate) / rate;
        let width = (TRANSITION / rate).min(0.04);
        let reach = ((DAMPED_DB - 8.0) / (2.285 * 2.0 * PI * width) / 2.0).ceil();
        let beta = 0.1102 * (DAMPED_DB - 8.7);
        let entries = reach as usize * FINE + 2;
        let kernel = (0..entries).map(|entry| {
            let at = entry as f64 / FINE as f64;
            let inside = (1.0 - (at / reach).powi(2)).max(0.0);
            let window = bessel(beta * inside.sqrt()) / bessel(beta);
            (2.0 * cutoff * sinc(2.0 * cutoff * at) * window) as f32
        });
        Filter {
            kernel: kernel.collect(),
            reach: reach as u64,
        }
    }

    /// The value at `whole` and so many 8000ths of a sample.
    fn at(&self, samples: &[f32], whole: u64, part: u64) -> f32 {
        let first = (whole + 1).saturating_sub(self.reach);
        let last = (whole + self.reach).min(samples.len().saturating_sub(1) as u64);
        let centre = whole as f64 + part as f64 / f64::from(SAMPLE_RATE);
        (first..=last)
            .zip(samples.get(first as usize..).unwrap_or_default())
            .map(|(at, sample)| sample * self.tap((at as f64 - centre).abs()))
            .sum()
    }

    fn tap(&self, away: f64) -> f32 {
        let place = away * FINE as f64;
        let entry = place as usize;
        match self.kernel.get(entry..entry + 2) {
            Some(&[near, far]) => near + (far - near) * (place - entry as f64) as f32,
            _ => 0.0,
        }
    }
}

fn sinc(x: f64) -> f64 {
    match x {
        0.0 => 1.0,
        x => (PI * x).sin() / (PI * x),
    }
}

/// The modified Bessel function of order zero, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while term > sum * 1e-12 {
        term *= (x / (2.0 * n)).powi(2);
        sum += term;
        n += 1.0;
    }
    sum
}

/// How loud speech is meant to be, as the root of its mean square while somebody speaks: about -20 dB of the largest
/// sine, what telephones send (ITU-T P.56 measures it so).
pub const VOICE_RMS: f32 = 2_300.0;
/// No sample beyond this: 3 dB are left for those who add something.
pub const PEAK_MAX: f32 = 23_000.0;
/// By how much a recording is made louder at most: beyond, it is noise that would be heard.
const GAIN_MAX: f32 = 16.0;
/// A recording whose loudest 20 ms are below this holds no sound.
const SILENT_RMS: f32 = 10.0;
const BLOCK: usize = (SAMPLE_RATE / 50) as usize;

/// Brings samples on the scale of 16 bits to the loudness of a voice; `None`: there is no sound in them.
pub fn level(samples: &[f32]) -> Option<Vec<i16>> {
    let power = |block: &[f32]| block.iter().map(|s| s * s).sum::<f32>() / block.len() as f32;
    let blocks: Vec<f32> = samples.chunks(BLOCK).map(power).collect();
    let loudest = blocks.iter().copied().fold(0.0, f32::max);
    if loudest.sqrt() < SILENT_RMS {
        return None;
    }
    // Pauses are not speech: what is 25 dB below the loudest does not count.
    let spoken: Vec<f32> = blocks
        .into_iter()
        .filter(|p| *p > loudest / 300.0)
        .collect();
    let rms = (spoken.iter().sum::<f32>() / spoken.len() as f32).sqrt();
    let peak = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
    let gain = (VOICE_RMS / rms).min(PEAK_MAX / peak).min(GAIN_MAX);
    Some(samples.iter().map(|s| (s * gain).round() as i16).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tone::share_at;
    use std::f64::consts::TAU;

    fn sine(hertz: f64, rate: u32, amplitude: f64) -> Vec<f32> {
        (0..rate)
            .map(|n| (TAU * hertz * f64::from(n) / f64::from(rate)).sin() * amplitude)
            .map(|s| s as f32)
            .collect()
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn a_tone_keeps_its_frequency_and_level_from_every_rate() {
        for rate in [
            4_000, 6_000, 11_025, 16_000, 22_050, 32_000, 44_100, 44_101, 48_000, 192_000,
        ] {
            let out = to_telephone(&sine(1_000.0, rate, 8_000.0), rate);
            assert!(out.len().abs_diff(8_000) <= 1, "{rate}: {}", out.len());
            let middle: Vec<i16> = out[1_000..7_000].iter().map(|s| *s as i16).collect();
            assert!(share_at(1_000, &middle) > 0.999, "{rate}");
            let level = rms(&out[1_000..7_000]) / rms(&sine(1_000.0, 8_000, 8_000.0));
            assert!((level - 1.0).abs() < 0.01, "{rate}: {level}");
        }
    }

    #[test]
    fn what_the_telephone_cannot_carry_is_gone_and_does_not_come_back_as_something_else() {
        for (hertz, rate) in [
            (4_100.0, 48_000),
            (7_000.0, 48_000),
            (5_000.0, 11_025),
            (20_000.0, 44_100),
        ] {
            let out = to_telephone(&sine(hertz, rate, 8_000.0), rate);
            let left = 20.0 * (rms(&out[1_000..7_000]) / rms(&sine(hertz, rate, 8_000.0))).log10();
            assert!(left < -60.0, "{hertz} Hz of {rate}: {left} dB");
        }
        let kept = to_telephone(&sine(3_300.0, 48_000, 8_000.0), 48_000);
        assert!(rms(&kept[1_000..7_000]) > 0.97 * rms(&sine(3_300.0, 8_000, 8_000.0)));
    }

    #[test]
    fn soft_and_loud_recordings_come_to_the_loudness_of_a_voice() {
        for amplitude in [300.0, 3_000.0, 32_000.0] {
            let mut speech = sine(500.0, 8_000, amplitude);
            // Half of it is a pause, which does not count.
            speech.extend([0.0; 8_000]);
            let even = level(&speech).expect("there is sound in it");
            let spoken: Vec<f32> = even[..8_000].iter().map(|s| f32::from(*s)).collect();
            assert!((rms(&spoken) / VOICE_RMS - 1.0).abs() < 0.02, "{amplitude}");
        }
    }

    #[test]
    fn a_single_crack_does_not_clip_and_hiss_is_not_made_speech() {
        let mut crack = sine(500.0, 8_000, 400.0);
        crack[4_000] = 32_000.0;
        let even = level(&crack).expect("there is sound in it");
        assert!(even.iter().all(|s| f32::from(*s).abs() <= PEAK_MAX));
        let hiss = level(&sine(500.0, 8_000, 20.0)).expect("a little");
        assert!(hiss.iter().all(|s| s.unsigned_abs() <= 321));
        assert_eq!(level(&[0.0; 800]), None);
        assert_eq!(level(&[]), None);
    }
}
