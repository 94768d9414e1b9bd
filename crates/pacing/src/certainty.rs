//! How high a rate may really be when so many of so many were abandoned: the
//! exact upper bound of Clopper and Pearson (1934), honest however small the
//! counts are. A plain ratio says 0 % after ten calls and means nothing.

/// Halvings of the interval searched: beyond what a double can tell apart.
const HALVINGS: usize = 60;
/// The same, of a number of calls: a thousandth of one is near enough.
const HALVINGS_OF_CALLS: usize = 32;
/// Terms of the continued fraction: it needs about the root of the count.
const TERMS: usize = 4_000;

/// The rate that `abandoned` of `live` stay under in a share `sure` of all
/// cases: a higher one would have shown so few with chance `1 - sure` at most.
pub fn upper_bound(abandoned: u64, live: u64, sure: f64) -> f64 {
    if abandoned >= live {
        return 1.0;
    }
    let (abandoned, live) = (abandoned as f64, live as f64);
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if beta_below(middle, abandoned + 1.0, live - abandoned) < sure {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The most of `live` calls that may be abandoned with the upper bound still
/// under `limit`. Not whole: the bound is continuous, and a budget steers
/// better by a number that does not jump. Negative where even none is too many.
pub(crate) fn abandoned_max(live: f64, limit: f64, sure: f64) -> f64 {
    let holds = |abandoned: f64| beta_below(limit, abandoned + 1.0, live - abandoned) >= sure;
    if live < 1.0 || !holds(0.0) {
        return -1.0;
    }
    let (mut low, mut high) = (0.0, limit * live);
    for _ in 0..HALVINGS_OF_CALLS {
        let middle = (low + high) / 2.0;
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The beta distribution (regularised incomplete beta function), by the
/// continued fraction of DLMF 8.17.22, evaluated by Lentz's method.
fn beta_below(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_below(1.0 - x, b, a);
    }
    let front = a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b);
    front.exp() / (a * fraction(x, a, b))
}

fn fraction(x: f64, a: f64, b: f64) -> f64 {
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let (mut value, mut c, mut d) = (1.0, 1.0, 0.0);
    for term in 1..TERMS {
        let half = (term / 2) as f64;
        let numerator = if term % 2 == 0 {
            half * (b - half) * x / ((a + 2.0 * half - 1.0) * (a + 2.0 * half))
        } else {
            -(a + half) * (a + b + half) * x / ((a + 2.0 * half) * (a + 2.0 * half + 1.0))
        };
        d = 1.0 / away(1.0 + numerator * d);
        c = away(1.0 + numerator / c);
        value *= c * d;
        if (c * d - 1.0).abs() < 1e-15 {
            break;
        }
    }
    value
}

fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// Stirling's series, from an argument at which it is exact enough.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 12.0 {
        product *= x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series = (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1_260.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chance of at most `most` of `live` at a rate, term by term.
    fn binomial_upto(most: u64, live: u64, rate: f64) -> f64 {
        let mut term = (live as f64 * (-rate).ln_1p()).exp();
        let mut sum = term;
        for k in 1..=most {
            term *= (live - k + 1) as f64 / k as f64 * rate / (1.0 - rate);
            sum += term;
        }
        sum
    }

    #[test]
    fn bounds_are_those_of_the_tables() {
        // None of n: 1 - 0.05^(1/n), the "rule of three".
        for live in [1_u64, 10, 100, 1_000] {
            let exact = 1.0 - 0.05_f64.powf(1.0 / live as f64);
            assert!((upper_bound(0, live, 0.95) - exact).abs() < 1e-9, "{live}");
        }
        for (abandoned, live) in [(1, 10), (3, 60), (25, 1_000), (290, 10_000)] {
            let rate = upper_bound(abandoned, live, 0.95);
            let tail = binomial_upto(abandoned, live, rate);
            assert!((tail - 0.05).abs() < 1e-6, "{abandoned}/{live}: {tail}");
        }
        assert_eq!(upper_bound(5, 5, 0.95), 1.0);
        assert_eq!(upper_bound(0, 0, 0.95), 1.0);
    }

    #[test]
    fn the_bound_covers_the_true_rate_as_often_as_it_says_at_any_count() {
        for live in [5_u64, 20, 60, 200, 1_000] {
            for rate in [0.005, 0.01, 0.03, 0.05] {
                // Counts whose bound lies under the true rate are wrong.
                let wrong = (0..live)
                    .take_while(|abandoned| upper_bound(*abandoned, live, 0.95) < rate)
                    .last();
                let missed = wrong.map_or(0.0, |most| binomial_upto(most, live, rate));
                assert!(missed <= 0.05 + 1e-9, "{rate} of {live}: {missed}");
            }
        }
    }

    #[test]
    fn the_budget_grows_towards_the_limit_and_is_none_at_first() {
        assert!(
            abandoned_max(60.0, 0.03, 0.95) < 0.0,
            "0 of 60 may be 4.9 %"
        );
        let share = |live: f64| abandoned_max(live, 0.03, 0.95) / live;
        assert!(share(1_000.0) < share(10_000.0) && share(10_000.0) < 0.03);
        assert!(share(1_000_000.0) > 0.029);
        let most = abandoned_max(1_000.0, 0.03, 0.95).floor() as u64;
        assert!(upper_bound(most, 1_000, 0.95) <= 0.03);
        assert!(upper_bound(most + 1, 1_000, 0.95) > 0.03);
    }
}
