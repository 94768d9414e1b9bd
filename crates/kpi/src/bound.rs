//! How high a share may really be, given a small count: the exact one-sided
//! bound of Clopper and Pearson (1934).

/// The share that `part` of `whole` stays under with 95 % confidence; `None`
/// without a whole.
pub fn upper_bound(part: u64, whole: u64) -> Option<f64> {
    if whole == 0 || part > whole {
        return None;
    }
    if part == whole {
        return Some(1.0);
    }
    let (mut low, mut high) = (part as f64 / whole as f64, 1.0);
    // 60 halvings are finer than a float between 0 and 1 can tell.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if at_most(part, whole, middle) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

/// P(X ≤ part) of a binomial: from the largest term down, until terms no
/// longer count, so that a million calls cost a few thousand steps.
fn at_most(part: u64, whole: u64, share: f64) -> f64 {
    let (n, odds) = (whole as f64, share / (1.0 - share));
    let k = part as f64;
    let ln_term = ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
        + k * share.ln()
        + (n - k) * (1.0 - share).ln();
    let mut term = ln_term.exp();
    let mut sum = 0.0;
    let mut i = k;
    loop {
        sum += term;
        if i == 0.0 || term < sum * 1e-17 {
            return sum;
        }
        term *= i / ((n - i + 1.0) * odds);
        i -= 1.0;
    }
}

/// Stirling's series; exact enough from 10 up, summed below.
fn ln_factorial(n: f64) -> f64 {
    if n < 10.0 {
        return (2..=n as u32).map(|i| f64::from(i).ln()).sum();
    }
    let x = n + 1.0;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + 1.0 / (12.0 * x)
        - 1.0 / (360.0 * x.powi(3))
        + 1.0 / (1_260.0 * x.powi(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_those_of_the_tables() {
        let bound = |part, whole| (upper_bound(part, whole).expect("a whole") * 1e6).round() / 1e4;
        assert_eq!(bound(230, 9_600), 2.6687);
        // Without an event: 1 - 0.05^(1/n).
        assert!((upper_bound(0, 100).expect("a whole") - (1.0 - 0.05_f64.powf(0.01))).abs() < 1e-9);
        assert_eq!(upper_bound(7, 7), Some(1.0));
        assert_eq!(upper_bound(0, 0), None);
    }
}
