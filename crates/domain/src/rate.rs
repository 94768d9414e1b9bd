//! A share between 0 and 1. Never a percentage in a float: people read and
//! write `3%`, code holds 0.03.

use std::fmt;
use std::str::FromStr;

/// A share from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Rate(f64);

impl Rate {
    /// Nothing.
    pub const ZERO: Rate = Rate(0.0);

    /// A share; `None` unless it lies in 0..=1.
    pub fn new(share: f64) -> Option<Rate> {
        (0.0..=1.0).contains(&share).then_some(Rate(share))
    }

    /// `part` of `whole`; `None` when there is no whole ("s/d", never 0).
    pub fn of(part: u64, whole: u64) -> Option<Rate> {
        if whole == 0 || part > whole {
            return None;
        }
        Some(Rate(part as f64 / whole as f64))
    }

    /// The share as a number from 0 to 1.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.*}%", f.precision().unwrap_or(1), self.0 * 100.0)
    }
}

/// A share nobody could read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRate(String);

impl fmt::Display for InvalidRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\"{}\" is not a share; write it as 3% or 2.5%, from 0% to 100%",
            self.0
        )
    }
}

impl std::error::Error for InvalidRate {}

impl FromStr for Rate {
    type Err = InvalidRate;

    fn from_str(text: &str) -> Result<Rate, InvalidRate> {
        let bad = || InvalidRate(text.to_owned());
        let digits = text.trim().strip_suffix('%').ok_or_else(bad)?;
        let percent: f64 = digits.trim().replace(',', ".").parse().map_err(|_| bad())?;
        Rate::new(percent / 100.0).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_reads_and_prints_as_percent() {
        let rate: Rate = "3%".parse().expect("a plain percentage");
        assert!((rate.get() - 0.03).abs() < 1e-12);
        assert_eq!(rate.to_string(), "3.0%");
        assert_eq!(
            format!("{:.2}", Rate::of(230, 9_600).expect("a whole")),
            "2.40%"
        );
        for bad in ["3", "0.03", "120%", "-1%", "NaN%", ""] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_share_of_nothing_is_no_share() {
        assert_eq!(Rate::of(0, 0), None);
    }
}
