//! Fills what a lost packet left, by what was heard before it: the last pitch period again and
//! again, softer from 10 ms on and silent after 60, as ITU-T G.711 appendix I does. The packet
//! after the loss is known when this is asked, so that nothing is guessed about its length.

use crate::codec::SAMPLE_RATE;

/// The shortest and longest pitch period looked for: 200 to 66 Hz.
const PERIOD_MIN: usize = 40;
const PERIOD_MAX: usize = 120;
/// What is compared with what came a period before.
const COMPARED: usize = 80;
/// Samples of history that are needed.
pub(crate) const HISTORY: usize = PERIOD_MAX + COMPARED;
/// What is filled at most; a longer loss is silence.
pub(crate) const FILLED_MAX: usize = 60 * SAMPLE_RATE as usize / 1_000;
/// Full strength for so long; a fifth less for each such span after it.
const STEP: usize = 10 * SAMPLE_RATE as usize / 1_000;

/// What might have been said after `history`.
pub(crate) fn conceal(history: &[i16; HISTORY], gap: &mut [i16]) {
    let period = period(history);
    let last = &history[HISTORY - period..];
    for (n, sample) in gap.iter_mut().enumerate() {
        let fifths = 5_usize.saturating_sub(n.saturating_sub(STEP).div_ceil(STEP)) as i32;
        *sample = (i32::from(last[n % period]) * fifths / 5) as i16;
    }
}

/// The shift at which the history is most like itself.
fn period(history: &[i16; HISTORY]) -> usize {
    let newest = &history[HISTORY - COMPARED..];
    let likeness = |period: usize| {
        let before = &history[HISTORY - COMPARED - period..HISTORY - period];
        let (mut same, mut energy) = (0_f32, 1_f32);
        for (a, b) in newest.iter().zip(before) {
            same += f32::from(*a) * f32::from(*b);
            energy += f32::from(*b) * f32::from(*b);
        }
        same / energy.sqrt()
    };
    (PERIOD_MIN..=PERIOD_MAX)
        .map(|period| (period, likeness(period)))
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map_or(PERIOD_MAX, |(period, _)| period)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(hertz: f64, n: usize) -> i16 {
        (8_000.0 * (std::f64::consts::TAU * hertz * n as f64 / f64::from(SAMPLE_RATE)).sin()) as i16
    }

    #[test]
    fn a_steady_tone_goes_on_without_a_jump_and_fades() {
        for hertz in [100.0, 160.0, 440.0, 1_000.0] {
            let history = std::array::from_fn(|n| wave(hertz, n));
            let mut gap = [0; FILLED_MAX];
            conceal(&history, &mut gap);
            let first = &gap[..STEP];
            let off = first.iter().zip(HISTORY..);
            let worst = off.map(|(sample, n)| (sample - wave(hertz, n)).unsigned_abs());
            assert!(worst.max() < Some(2_500), "{hertz} Hz");
            let loudest = |part: &[i16]| part.iter().map(|s| s.unsigned_abs()).max();
            assert!(
                loudest(&gap[4 * STEP..5 * STEP]) < Some(4_000),
                "{hertz} Hz"
            );
        }
    }

    #[test]
    fn silence_is_followed_by_silence() {
        let mut gap = [7; 160];
        conceal(&[0; HISTORY], &mut gap);
        assert_eq!(gap, [0; 160]);
    }
}
