//! How many of some events happen, each with a chance of its own: the exact
//! distribution, at all points of a forecast at once. Numbers too unlikely to
//! matter are left out, at either end.

use crate::forecast::{AtPoints, POINTS};

/// Numbers less likely than this at every point are left out.
const UNLIKELY: f64 = 1e-11;

/// The chance of each number.
#[derive(Clone, Debug)]
pub(crate) struct Numbers {
    /// The least number that is likely at all.
    from: usize,
    /// By number, from 0; nothing below `from`.
    chance: Vec<AtPoints>,
}

impl Numbers {
    /// Nothing happens yet.
    pub(crate) fn none() -> Numbers {
        let mut chance = Vec::with_capacity(64);
        chance.push([1.0; POINTS]);
        Numbers { from: 0, chance }
    }

    /// One event more, with these chances.
    pub(crate) fn add(&mut self, event: &AtPoints) {
        self.chance.push([0.0; POINTS]);
        for number in (self.from + 1..self.chance.len()).rev() {
            let below = self.chance[number - 1];
            let here = &mut self.chance[number];
            for ((here, below), event) in here.iter_mut().zip(below).zip(event) {
                *here += event * (below - *here);
            }
        }
        for (none, event) in self.chance[self.from].iter_mut().zip(event) {
            *none *= 1.0 - event;
        }
        let unlikely = |chance: &AtPoints| chance.iter().all(|chance| *chance < UNLIKELY);
        if self.chance.len() > self.from + 1 {
            if self.chance.last().is_some_and(unlikely) {
                self.chance.pop();
            }
            if unlikely(&self.chance[self.from]) {
                self.chance[self.from] = [0.0; POINTS];
                self.from += 1;
            }
        }
    }

    /// The chance at each point that this number, which depends on nothing in
    /// the other, is at most the other and so many more.
    pub(crate) fn at_most_as_many_as(&self, other: &Numbers, more: i64) -> AtPoints {
        let mut sum = [0.0; POINTS];
        let mut upto = [0.0; POINTS];
        let mut counted = self.from;
        for (number, chance) in other.chance.iter().enumerate().skip(other.from) {
            let most = i64::try_from(number)
                .unwrap_or(i64::MAX)
                .saturating_add(more);
            let Ok(most) = usize::try_from(most) else {
                continue;
            };
            while counted <= most && counted < self.chance.len() {
                let here = self.chance[counted];
                upto.iter_mut()
                    .zip(here)
                    .for_each(|(sum, chance)| *sum += chance);
                counted += 1;
            }
            for ((sum, chance), upto) in sum.iter_mut().zip(chance).zip(upto) {
                *sum += chance * upto;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(chances: &[f64]) -> Numbers {
        let mut numbers = Numbers::none();
        chances
            .iter()
            .for_each(|chance| numbers.add(&[*chance; POINTS]));
        numbers
    }

    #[test]
    fn a_few_events_are_as_likely_as_counted_by_hand() {
        let numbers = of(&[0.5, 0.2]);
        let found: Vec<f64> = numbers.chance.iter().map(|chance| chance[3]).collect();
        for (found, wanted) in found.iter().zip([0.4, 0.5, 0.1]) {
            assert!((found - wanted).abs() < 1e-12, "{numbers:?}");
        }
        let none = of(&[]);
        let found = |more| numbers.at_most_as_many_as(&none, more)[0];
        assert_eq!(found(-1), 0.0);
        assert!((found(0) - 0.4).abs() < 1e-12);
        assert!((found(1) - 0.9).abs() < 1e-12);
        assert!((found(i64::MAX) - 1.0).abs() < 1e-12);
        let against = numbers.at_most_as_many_as(&of(&[0.1]), 0)[0];
        assert!((against - (0.9 * 0.4 + 0.1 * 0.9)).abs() < 1e-12);
    }

    #[test]
    fn what_is_left_out_is_too_little_to_see() {
        let many = of(&[0.9; 400]);
        assert!(many.from > 250 && many.chance.len() - many.from < 120);
        let total: f64 = many.chance.iter().map(|chance| chance[0]).sum();
        assert!((total - 1.0).abs() < 1e-8, "{total}");
    }

    #[test]
    fn what_is_certain_or_impossible_stays_so() {
        let numbers = of(&[1.0, 0.0, 1.0]);
        assert_eq!((numbers.from, numbers.chance.len()), (2, 3));
        assert_eq!(numbers.chance[2][0], 1.0);
    }
}
