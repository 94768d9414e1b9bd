//! The distribution of a sum of many chances, some of them negative, as a
//! curve: the normal one, corrected for skew and kurtosis (Edgeworth's second
//! order), and for the steps of one that such a sum goes in.

use crate::exp::exp;
use crate::forecast::{AtPoints, POINTS};

/// Cumulants of a sum, at each point.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Curve {
    mean: AtPoints,
    variance: AtPoints,
    third: AtPoints,
    fourth: AtPoints,
}

/// Sums of the powers of chances: all that the cumulants need, whatever
/// factor the chances are taken by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Powers {
    sums: [AtPoints; 4],
}

impl Powers {
    /// So many more with this chance.
    pub(crate) fn add(&mut self, count: u32, chance: &AtPoints) {
        let [first, second, third, fourth] = &mut self.sums;
        let count = f64::from(count);
        for point in 0..POINTS {
            let chance = chance[point];
            let mut power = count * chance;
            first[point] += power;
            power *= chance;
            second[point] += power;
            power *= chance;
            third[point] += power;
            power *= chance;
            fourth[point] += power;
        }
    }
}

impl Curve {
    /// All of these, with their chances times a factor that leaves none above
    /// 1, each adding `sign` to the sum.
    pub(crate) fn add_all(&mut self, powers: &Powers, factor: f64, sign: f64) {
        let [first, second, third, fourth] = &powers.sums;
        let (square, cube) = (factor * factor, factor * factor * factor);
        for point in 0..POINTS {
            let one = factor * first[point];
            let two = square * second[point];
            let three = cube * third[point];
            let four = square * square * fourth[point];
            self.mean[point] += sign * one;
            self.variance[point] += one - two;
            self.third[point] += sign * (one - 3.0 * two + 2.0 * three);
            self.fourth[point] += one - 7.0 * two + 12.0 * three - 6.0 * four;
        }
    }

    /// So many more with this chance, each adding `sign` to the sum.
    pub(crate) fn add(&mut self, count: u32, chance: &AtPoints, sign: f64) {
        let mut powers = Powers::default();
        powers.add(count, chance);
        self.add_all(&powers, 1.0, sign);
    }

    /// Adds another sum, which depends on nothing in this one.
    pub(crate) fn plus(&mut self, other: &Curve) {
        for point in 0..POINTS {
            self.mean[point] += other.mean[point];
            self.variance[point] += other.variance[point];
            self.third[point] += other.third[point];
            self.fourth[point] += other.fourth[point];
        }
    }

    /// The chance that the sum is at most this.
    pub(crate) fn at_most(&self, most: i64) -> AtPoints {
        let mut x = [0.0; POINTS];
        let mut bell = [0.0; POINTS];
        let mut per_variance = [0.0; POINTS];
        for point in 0..POINTS {
            per_variance[point] = 1.0 / self.variance[point].max(1e-6);
            x[point] = (most as f64 + 0.5 - self.mean[point]) * per_variance[point].sqrt();
            bell[point] = -0.5 * x[point] * x[point];
        }
        exp(&mut bell);
        let mut below = [0.0; POINTS];
        for point in 0..POINTS {
            let (x, bell) = (x[point], bell[point] * NORMAL);
            let one = per_variance[point];
            let skew = self.third[point] * one * one.sqrt();
            let kurtosis = self.fourth[point] * one * one;
            let square = x * x;
            let first = skew / 6.0 * (square - 1.0);
            let second = kurtosis / 24.0 * (square - 3.0)
                + skew * skew / 72.0 * (square * square - 10.0 * square + 15.0)
                - one / 24.0; // Sheppard's: whole numbers vary more than a curve
            let off = bell * (first + x * second);
            below[point] = (normal_below(x, bell) - off).clamp(0.0, 1.0);
        }
        below
    }
}

/// One over the square root of twice pi.
const NORMAL: f64 = 0.398_942_280_401_432_7;

/// The standard normal distribution (Abramowitz and Stegun 26.2.17, error
/// below 1e-7), with its density at the same place.
fn normal_below(x: f64, bell: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let poly = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = bell * poly;
    if x > 0.0 { 1.0 - tail } else { tail }
}
