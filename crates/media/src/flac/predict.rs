//! A channel of a frame (RFC 9639, section 9.2): constant, or what a predictor leaves of it, written
//! as Rice codes. Several predictors are tried and the shortest is written: fixed ones, and linear
//! ones of a few orders (autocorrelation of the windowed samples, Levinson and Durbin).

use super::bits::Bits;

/// Orders of linear prediction that are tried; past twelve speech of 8 kHz gains nothing.
const ORDERS: [usize; 3] = [4, 8, 12];
const ORDER_MAX: usize = 12;
/// Bits of a coefficient.
const PRECISION: u32 = 12;
/// Most partitions of a frame: 2 to this power.
const PARTITIONS_MAX: u32 = 5;
/// The largest Rice parameter of four bits; 15 means something else.
const RICE_MAX: u32 = 14;

/// Writes a channel.
pub(super) fn subframe(bits: &mut Bits, samples: &[i32], depth: u32) {
    let ored = samples.iter().fold(0, |all, sample| all | sample);
    let constant = samples.iter().all(|sample| *sample == samples[0]);
    // Bits that are zero in every sample are said once; a channel of zeros has none to say.
    let wasted = match ored {
        0 => 0,
        some => some.trailing_zeros().min(depth - 1),
    };
    let samples: Vec<i32> = samples.iter().map(|sample| sample >> wasted).collect();
    let depth = depth - wasted;
    if constant {
        kind(bits, 0, wasted);
        return bits.signed(samples[0], depth);
    }
    let verbatim = samples.len() as u64 * u64::from(depth);
    let best = Predictor::all(&samples)
        .into_iter()
        .filter_map(|predictor| Written::of(predictor, &samples, depth))
        .min_by_key(|written| written.cost)
        .filter(|written| written.cost < verbatim);
    match best {
        Some(written) => written.put(bits, &samples, depth, wasted),
        None => {
            kind(bits, 1, wasted);
            samples
                .iter()
                .for_each(|sample| bits.signed(*sample, depth));
        }
    }
}

/// The head of a subframe: a zero, its kind, and how many bits are wasted.
fn kind(bits: &mut Bits, kind: u64, wasted: u32) {
    bits.put(kind, 7);
    match wasted {
        0 => bits.put(0, 1),
        wasted => {
            bits.put(1, 1);
            bits.unary(wasted - 1);
        }
    }
}

/// What guesses a sample from those before it.
enum Predictor {
    /// Differences of this order, 0 to 4.
    Fixed(usize),
    /// A weighted sum, of the newest first, shifted down.
    Linear { weights: Vec<i32>, shift: u32 },
}

impl Predictor {
    fn all(samples: &[i32]) -> Vec<Predictor> {
        let fixed = (0..=4).filter(|order| *order < samples.len());
        fixed.map(Predictor::Fixed).chain(linear(samples)).collect()
    }

    fn order(&self) -> usize {
        match self {
            Predictor::Fixed(order) => *order,
            Predictor::Linear { weights, .. } => weights.len(),
        }
    }

    /// What is left of each sample after the first ones; `None`: more than is ever worth it.
    fn residual(&self, samples: &[i32]) -> Option<Vec<i32>> {
        let guess = |past: &[i32]| -> i64 {
            let back = |n: usize| i64::from(past[past.len() - n]);
            match self {
                Predictor::Fixed(0) => 0,
                Predictor::Fixed(1) => back(1),
                Predictor::Fixed(2) => 2 * back(1) - back(2),
                Predictor::Fixed(3) => 3 * (back(1) - back(2)) + back(3),
                Predictor::Fixed(_) => 4 * (back(1) + back(3)) - 6 * back(2) - back(4),
                Predictor::Linear { weights, shift } => {
                    let newest_first = past.iter().rev().zip(weights);
                    let sum: i64 = newest_first
                        .map(|(sample, weight)| i64::from(*sample) * i64::from(*weight))
                        .sum();
                    sum >> shift
                }
            }
        };
        (self.order()..samples.len())
            .map(|n| i32::try_from(i64::from(samples[n]) - guess(&samples[..n])).ok())
            .map(|left| left.filter(|left| left.unsigned_abs() < 1 << 28))
            .collect()
    }
}

/// A predictor with what it leaves, and how many bits that takes.
struct Written {
    predictor: Predictor,
    residual: Vec<i32>,
    /// 2 to this power.
    partitions: u32,
    rice: Vec<u32>,
    cost: u64,
}

impl Written {
    fn of(predictor: Predictor, samples: &[i32], depth: u32) -> Option<Written> {
        let residual = predictor.residual(samples)?;
        let order = predictor.order();
        let head = match &predictor {
            Predictor::Fixed(_) => 0,
            Predictor::Linear { weights, .. } => 9 + weights.len() as u64 * u64::from(PRECISION),
        };
        let fits = |power: &u32| {
            let size = samples.len() >> power;
            samples.len() == size << power && size > order
        };
        let (partitions, rice, cost) = (0..=PARTITIONS_MAX)
            .filter(fits)
            .map(|power| {
                let parts = split(&residual, samples.len(), order, power);
                let (rice, costs): (Vec<u32>, Vec<u64>) = parts.map(cheapest).unzip();
                (power, rice, costs.iter().map(|cost| cost + 4).sum::<u64>())
            })
            .min_by_key(|(_, _, cost)| *cost)?;
        Some(Written {
            cost: cost + head + order as u64 * u64::from(depth),
            predictor,
            residual,
            partitions,
            rice,
        })
    }

    fn put(&self, bits: &mut Bits, samples: &[i32], depth: u32, wasted: u32) {
        let order = self.predictor.order();
        match &self.predictor {
            Predictor::Fixed(order) => kind(bits, 0b1000 | *order as u64, wasted),
            Predictor::Linear { weights, .. } => {
                kind(bits, 0b10_0000 | (weights.len() as u64 - 1), wasted);
            }
        }
        let first = &samples[..order];
        first.iter().for_each(|sample| bits.signed(*sample, depth));
        if let Predictor::Linear { weights, shift } = &self.predictor {
            bits.put(u64::from(PRECISION) - 1, 4);
            bits.put(u64::from(*shift), 5);
            weights
                .iter()
                .for_each(|weight| bits.signed(*weight, PRECISION));
        }
        bits.put(0, 2);
        bits.put(u64::from(self.partitions), 4);
        let parts = split(&self.residual, samples.len(), order, self.partitions);
        for (part, rice) in parts.zip(&self.rice) {
            bits.put(u64::from(*rice), 4);
            for left in part {
                let folded = folded(*left);
                bits.unary(folded >> rice);
                bits.put(u64::from(folded), *rice);
            }
        }
    }
}

/// The parts of a residual; the first lacks what was written as it is.
fn split(
    residual: &[i32],
    samples: usize,
    order: usize,
    power: u32,
) -> impl Iterator<Item = &[i32]> {
    let size = samples >> power;
    let (first, others) = residual.split_at(size - order);
    std::iter::once(first).chain(others.chunks(size))
}

/// The Rice parameter that writes a part in the fewest bits, and how many.
fn cheapest(part: &[i32]) -> (u32, u64) {
    let sum: u64 = part.iter().map(|left| u64::from(folded(*left))).sum();
    let mean = (sum / part.len().max(1) as u64).max(1);
    let near = mean.ilog2();
    let tried = near.saturating_sub(1)..=(near + 1).min(RICE_MAX);
    let cost = |rice: u32| -> u64 {
        let ones = part.iter().map(|left| u64::from(folded(*left) >> rice));
        ones.sum::<u64>() + part.len() as u64 * u64::from(rice + 1)
    };
    let best = tried.map(|rice| (rice, cost(rice)));
    best.min_by_key(|(_, cost)| *cost)
        .unwrap_or((RICE_MAX, u64::MAX >> 8))
}

/// Small sizes of either sign as small numbers.
fn folded(left: i32) -> u32 {
    (left << 1 ^ left >> 31) as u32
}

/// Linear predictors of a few orders.
fn linear(samples: &[i32]) -> Vec<Predictor> {
    if samples.len() <= 4 * ORDER_MAX {
        return Vec::new();
    }
    let of_orders = levinson(&autocorrelation(samples));
    let wanted = of_orders
        .into_iter()
        .filter(|weights| ORDERS.contains(&weights.len()));
    wanted.filter_map(|weights| quantised(&weights)).collect()
}

/// Of the samples under a Welch window.
fn autocorrelation(samples: &[i32]) -> [f64; ORDER_MAX + 1] {
    let middle = (samples.len() - 1) as f64 / 2.0;
    let windowed: Vec<f64> = samples
        .iter()
        .enumerate()
        .map(|(n, sample)| {
            let off = (n as f64 - middle) / (middle + 1.0);
            f64::from(*sample) * (1.0 - off * off)
        })
        .collect();
    std::array::from_fn(|lag| {
        let pairs = windowed.iter().zip(&windowed[lag..]);
        pairs.map(|(a, b)| a * b).sum()
    })
}

/// The weights of every order up to the highest.
fn levinson(correlation: &[f64; ORDER_MAX + 1]) -> Vec<Vec<f64>> {
    let mut error = correlation[0];
    let mut weights: Vec<f64> = Vec::new();
    let mut all = Vec::new();
    for order in 1..=ORDER_MAX {
        if error <= 0.0 {
            break;
        }
        let known = weights.iter().zip(correlation[1..order].iter().rev());
        let known: f64 = known.map(|(weight, value)| weight * value).sum();
        let reflection = (correlation[order] - known) / error;
        let mirrored: Vec<f64> = weights.iter().rev().copied().collect();
        for (weight, other) in weights.iter_mut().zip(mirrored) {
            *weight -= reflection * other;
        }
        weights.push(reflection);
        error *= 1.0 - reflection * reflection;
        all.push(weights.clone());
    }
    all
}

/// Weights as whole numbers and the shift that goes with them.
fn quantised(weights: &[f64]) -> Option<Predictor> {
    let largest = weights
        .iter()
        .fold(0.0_f64, |max, weight| max.max(weight.abs()));
    if !largest.is_finite() || largest == 0.0 {
        return None;
    }
    // The largest fits the precision with its sign; a shift is 0 to 15.
    let room = f64::from(PRECISION - 1) - largest.log2().floor() - 1.0;
    if room < 0.0 {
        return None;
    }
    let shift = (room as u32).min(15);
    let limit = (1 << (PRECISION - 1)) - 1;
    // What rounding takes from one weight the next one gives back.
    let mut carried = 0.0;
    let whole = weights.iter().map(|weight| {
        let exact = weight * f64::from(1_u32 << shift) + carried;
        let rounded = (exact.round() as i32).clamp(-limit - 1, limit);
        carried = exact - f64::from(rounded);
        rounded
    });
    Some(Predictor::Linear {
        weights: whole.collect(),
        shift,
    })
}
