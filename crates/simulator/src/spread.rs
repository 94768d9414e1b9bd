//! How a length of time is spread, as it was seen: the means of equal shares of
//! all that was seen, shortest first. Keeps the mean exactly, and the shape as
//! well as there are shares.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dice::Dice;

/// Shares that tell a long tail from a short one and still fit on a page.
const SHARES_MAX: usize = 40;

/// The means of equal shares, in milliseconds, shortest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spread(Vec<u64>);

impl Spread {
    /// Of lengths as they were seen.
    pub fn of(seen: impl IntoIterator<Item = Duration>) -> Spread {
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let mut seen: Vec<u64> = seen.into_iter().map(millis).collect();
        seen.sort_unstable();
        let shares = seen.len().min(SHARES_MAX);
        let share = |n: usize| &seen[n * seen.len() / shares..(n + 1) * seen.len() / shares];
        Spread((0..shares).map(|n| mean_of(share(n))).collect())
    }

    /// Nothing was seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The mean of all.
    pub fn mean(&self) -> Option<Duration> {
        (!self.0.is_empty()).then(|| Duration::from_millis(mean_of(&self.0)))
    }

    /// The same shape, so much longer.
    pub(crate) fn scaled(&self, by: f64) -> Spread {
        let longer = |millis: &u64| (*millis as f64 * by).round() as u64;
        Spread(self.0.iter().map(longer).collect())
    }

    /// One of them; `None` where nothing was seen. Evenly around the mean of a
    /// share, half-way to its nearer neighbour, so that the mean stays.
    pub(crate) fn draw(&self, dice: &mut Dice) -> Option<Duration> {
        let place = dice.below(self.0.len() as u64) as usize;
        let middle = *self.0.get(place)?;
        let gap = |other: Option<&u64>| other.map(|other| other.abs_diff(middle));
        let before = gap(place.checked_sub(1).and_then(|place| self.0.get(place)));
        let after = gap(self.0.get(place + 1));
        let half = before.into_iter().chain(after).min().unwrap_or(0) / 2;
        Some(dice.millis(middle - half.min(middle), middle + half + 1))
    }
}

/// Of at least one. Lengths of ages, where a clock was wrong, add up as well.
fn mean_of(millis: &[u64]) -> u64 {
    let sum: u128 = millis.iter().copied().map(u128::from).sum();
    u64::try_from(sum / millis.len() as u128).expect("a mean is no more than the most")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_is_spread_as_what_was_seen() {
        let mut dice = Dice::new(5);
        let seen: Vec<_> = (0..4_000)
            .map(|_| dice.about(Duration::from_secs(60)))
            .collect();
        let spread = Spread::of(seen.iter().copied());
        let drawn: Vec<_> = (0..20_000).filter_map(|_| spread.draw(&mut dice)).collect();
        let mean =
            |of: &[Duration]| of.iter().map(Duration::as_secs_f64).sum::<f64>() / of.len() as f64;
        assert!((mean(&drawn) / mean(&seen) - 1.0).abs() < 0.02);
        let short = |of: &[Duration]| {
            of.iter().filter(|span| span.as_secs() < 30).count() as f64 / of.len() as f64
        };
        assert!((short(&drawn) - short(&seen)).abs() < 0.02);
    }

    #[test]
    fn of_few_or_none_it_makes_the_best() {
        let mut dice = Dice::new(5);
        assert_eq!(Spread::of([]).draw(&mut dice), None);
        let second = Duration::from_secs(1);
        assert_eq!(Spread::of([second]).draw(&mut dice), Some(second));
        assert_eq!(Spread::of([second, 3 * second]).mean(), Some(2 * second));
    }
}
