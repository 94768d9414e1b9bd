//! The exponential of many numbers at once, in plain arithmetic: a compiler
//! makes vector instructions of it, and it gives the same bits on any machine,
//! which the system's own does not promise.

/// Below this the result is as good as zero.
const LEAST: f64 = -700.0;
/// Added to a number, leaves its nearest integer in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// Two parts of the logarithm of 2: the first has zeros to spare, so that
/// its multiples are exact.
const LN_2: (f64, f64) = (0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10);

/// Each number's exponential in place of it; none may be above 700.
pub(crate) fn exp<const N: usize>(numbers: &mut [f64; N]) {
    for number in numbers {
        let x = number.max(LEAST);
        let rounded = x * std::f64::consts::LOG2_E + ROUND;
        let whole = rounded - ROUND;
        let r = x - whole * LN_2.0 - whole * LN_2.1; // at most half of LN_2
        let power = f64::from_bits(rounded.to_bits().wrapping_add(1_023) << 52);
        *number = taylor(r) * power;
    }
}

/// 1 + r + r²/2! + ... + r¹²/12!, the rest being below 1e-15 here.
#[inline(always)]
fn taylor(r: f64) -> f64 {
    const OVER_FACTORIAL: [f64; 12] = [
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let mut sum = 1.0 / 479_001_600.0;
    for factor in OVER_FACTORIAL {
        sum = sum * r + factor;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_exponential() {
        for thousandth in -699_000..=20_000 {
            let x = f64::from(thousandth) * 1e-3 + 1e-7;
            let mut found = [x];
            exp(&mut found);
            let off = found[0] / x.exp() - 1.0;
            assert!(off.abs() < 4e-15, "{x}: off by {off}");
        }
    }

    #[test]
    fn what_is_far_below_is_next_to_nothing() {
        let mut found = [-1e9, f64::NEG_INFINITY];
        exp(&mut found);
        assert!(found.iter().all(|x| *x < 1e-300), "{found:?}");
    }
}
