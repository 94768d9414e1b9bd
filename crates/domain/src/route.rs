//! Which trunk carries which call: rows of a route plan. The longest prefix goes first, then the
//! lowest priority, then the lowest cost; rows alike in all three share the calls by weight. What
//! one cannot take overflows to the next.

use std::fmt;
use std::str::FromStr;

use crate::number_rule::InvalidRule;
use crate::{PhoneNumber, RoutePlanId, TrunkId};

/// Rows of a plan: every prefix of a country at a dozen carriers.
pub const ROUTES_MAX: usize = 20_000;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// For called numbers that begin so; none: for all.
    pub prefix: Prefix,
    /// Over which trunk.
    pub trunk: TrunkId,
    /// Lower ones first.
    pub priority: u16,
    /// Part of the calls among its like; 0 takes what the others leave.
    pub weight: u16,
    /// What a minute costs; rows that do not say come after those that do.
    pub cost: Option<CostPerMinute>,
}

impl Route {
    /// All numbers over one trunk.
    pub fn over(trunk: TrunkId) -> Route {
        Route {
            prefix: Prefix::default(),
            trunk,
            priority: 0,
            weight: 1,
            cost: None,
        }
    }

    /// Its place among rows of the same prefix.
    pub fn rank(&self) -> (u16, u64) {
        let cost = self.cost.map_or(u64::MAX, |cost| cost.0);
        (self.priority, cost)
    }
}

/// The rows for a number, in the order in which they are tried.
pub fn ways(routes: &[Route], number: PhoneNumber) -> Vec<&Route> {
    let mut ways: Vec<_> = routes
        .iter()
        .filter(|route| route.prefix.fits(number))
        .collect();
    ways.sort_by_key(|route| (std::cmp::Reverse(route.prefix.digits().len()), route.rank()));
    ways
}

/// A route plan: rows under a name that campaigns use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoutePlan {
    /// Which.
    pub id: RoutePlanId,
    /// Unique name people use.
    pub name: String,
    /// In the order they were given.
    pub routes: Vec<Route>,
}

/// The digits a number in E.164 begins with; none fits all numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix(String);

impl Prefix {
    /// The digits, without plus.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// Whether a number begins so.
    pub fn fits(&self, number: PhoneNumber) -> bool {
        number.as_u64().to_string().starts_with(&self.0)
    }
}

impl FromStr for Prefix {
    type Err = InvalidRule;

    fn from_str(text: &str) -> Result<Prefix, InvalidRule> {
        let digits = match text {
            "*" => "",
            _ => text.strip_prefix('+').unwrap_or(text),
        };
        if digits.len() > 15
            || digits.starts_with('0')
            || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            let text = text.escape_debug();
            return Err(InvalidRule(format!(
                "`{text}` is no prefix of numbers in E.164, such as +573 (or * for all)"
            )));
        }
        Ok(Prefix(digits.to_owned()))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_str() {
            "" => f.write_str("*"),
            digits => write!(f, "+{digits}"),
        }
    }
}

/// What a minute costs, in millionths of whatever currency the site counts in: only compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CostPerMinute(u64);

impl CostPerMinute {
    /// From the amount people write; `None` where it is no price.
    pub fn new(amount: f64) -> Option<CostPerMinute> {
        let fits = amount.is_finite() && (0.0..=1e9).contains(&amount);
        fits.then(|| CostPerMinute((amount * 1e6).round() as u64))
    }

    /// As stored.
    pub const fn from_millionths(millionths: u64) -> CostPerMinute {
        CostPerMinute(millionths)
    }

    /// As stored.
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// The amount.
    pub fn amount(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_fits_what_begins_so() {
        let number = PhoneNumber::from_e164("+573001234567").expect("a number");
        for (text, fits) in [
            ("+573", true),
            ("57300", true),
            ("*", true),
            ("+571", false),
        ] {
            let prefix: Prefix = text.parse().expect("a prefix");
            assert_eq!(prefix.fits(number), fits, "{text}");
        }
        for text in ["+0", "+57x", "1234567890123456", "5 7"] {
            text.parse::<Prefix>().expect_err(text);
        }
    }

    #[test]
    fn priority_goes_before_cost_and_an_unknown_cost_comes_last() {
        let row = |priority, cost| Route {
            priority,
            cost: CostPerMinute::new(cost),
            ..Route::over(TrunkId::new(1))
        };
        assert!(row(1, 9.0).rank() < row(2, 0.1).rank());
        assert!(row(1, 0.012).rank() < row(1, 0.013).rank());
        assert!(row(1, 0.013).rank() < row(1, f64::NAN).rank());
    }
}
