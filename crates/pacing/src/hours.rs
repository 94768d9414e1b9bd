//! How willingly people answer at each hour of the day, as earlier days had
//! it. Hours are those of universal time: only that the same hour of two days
//! is the same hour matters, not what a clock on the wall calls it.

use crate::learnt::{rounded, sound};

const HOURS: usize = 24;
const HOUR_MILLIS: i64 = 3_600_000;
/// Expected answers that an hour must have before half of what it says of
/// itself, rather than of the day, is believed.
const BELIEVED_AT: f64 = 25.0;
/// Answers of an hour that are remembered, over the days.
const ANSWERS_MAX: f64 = 400.0;
/// Largest factor between an hour and the day.
const FACTOR_MAX: f64 = 4.0;

/// Calls that ended, and those of them that reached a person.
#[derive(Clone, Copy, Debug, Default)]
struct Hour {
    calls: f64,
    people: f64,
}

/// The day before, and what today adds to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hours {
    today: [Hour; HOURS],
    before: [Hour; HOURS],
    /// Logarithm of each hour's factor on the day, as far as known.
    factors: [Option<f64>; HOURS],
}

impl Hours {
    /// Starts from what earlier days kept.
    pub(crate) fn from_history(kept: &[(f64, f64)], weight: f64) -> Hours {
        let mut hours = Hours::default();
        for (hour, (calls, people)) in hours.before.iter_mut().zip(kept) {
            let (calls, people) = (sound(*calls), sound(*people).min(sound(*calls)));
            let weight = weight * (ANSWERS_MAX / people.max(1e-9)).min(1.0);
            *hour = Hour {
                calls: calls * weight,
                people: people * weight,
            };
        }
        hours.compare();
        hours
    }

    /// Today becomes one of the earlier days.
    pub(crate) fn turn_day(&mut self) {
        *self = Hours::from_history(&self.kept(), 1.0);
    }

    fn compare(&mut self) {
        if let Some(share) = self.share() {
            self.factors = self.before.map(|hour| factor(hour, share));
        }
    }

    /// What is to be kept.
    pub(crate) fn kept(&self) -> Vec<(f64, f64)> {
        self.before
            .iter()
            .zip(&self.today)
            .map(|(before, today)| {
                (
                    rounded(before.calls + today.calls),
                    rounded(before.people + today.people),
                )
            })
            .collect()
    }

    /// A call ended, or a person answered it.
    pub(crate) fn ended(&mut self, now: i64, person: bool) {
        let hour = &mut self.today[index(now.div_euclid(HOUR_MILLIS))];
        hour.calls += 1.0;
        hour.people += if person { 1.0 } else { 0.0 };
    }

    /// Share of calls that reached a person, over earlier days.
    pub(crate) fn share(&self) -> Option<f64> {
        let calls: f64 = self.before.iter().map(|hour| hour.calls).sum();
        let people: f64 = self.before.iter().map(|hour| hour.people).sum();
        (people >= 1.0).then(|| people / calls)
    }

    /// Logarithm of the factor on the day's share at an instant: a line from
    /// the middle of one hour to the middle of the next.
    pub(crate) fn at(&self, now: i64) -> f64 {
        let since = now.saturating_sub(HOUR_MILLIS / 2);
        let (before, into) = (
            since.div_euclid(HOUR_MILLIS),
            since.rem_euclid(HOUR_MILLIS) as f64 / HOUR_MILLIS as f64,
        );
        let (left, right) = (self.factors[index(before)], self.factors[index(before + 1)]);
        match (left, right) {
            (Some(left), Some(right)) => left + (right - left) * into,
            (Some(known), None) | (None, Some(known)) => known,
            (None, None) => 0.0,
        }
    }
}

fn factor(hour: Hour, share: f64) -> Option<f64> {
    if hour.people < 1.0 {
        return None;
    }
    let expected = hour.calls * share;
    let factor = (hour.people + BELIEVED_AT) / (expected + BELIEVED_AT);
    Some(factor.clamp(1.0 / FACTOR_MAX, FACTOR_MAX).ln())
}

fn index(hour: i64) -> usize {
    hour.rem_euclid(HOURS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: f64) -> i64 {
        (hours * HOUR_MILLIS as f64) as i64
    }

    /// 1,000 calls in each hour of a morning, more of them answered at ten.
    fn yesterday() -> Hours {
        let mut kept = vec![(0.0, 0.0); HOURS];
        for hour in kept.iter_mut().take(12).skip(8) {
            *hour = (1_000.0, 100.0);
        }
        kept[10].1 = 300.0;
        Hours::from_history(&kept, 1.0)
    }

    #[test]
    fn the_level_goes_from_the_middle_of_an_hour_to_that_of_the_next() {
        let hours = yesterday();
        let (nine, ten) = (hours.at(at(9.5)), hours.at(at(10.5)));
        assert!(ten - nine > 0.8, "{nine} {ten}");
        assert!((hours.at(at(10.0)) - (nine + ten) / 2.0).abs() < 1e-9);
        assert_eq!(hours.at(at(8.1)), hours.at(at(8.5)), "nothing before");
        assert_eq!(hours.at(at(24.0 + 9.5)), nine, "and so every day");
    }

    #[test]
    fn an_hour_of_few_calls_is_taken_for_a_usual_one() {
        let mut kept = vec![(1_000.0, 100.0); HOURS];
        kept[9] = (10.0, 3.0);
        let hours = Hours::from_history(&kept, 1.0);
        assert!(hours.at(at(9.5)).abs() < 0.1);
    }

    #[test]
    fn today_is_kept_for_tomorrow_and_does_not_move_today() {
        let mut hours = yesterday();
        let before = hours.at(at(9.5));
        (0..900).for_each(|call| hours.ended(at(9.5), call % 2 == 0));
        assert_eq!(hours.at(at(9.5)), before);
        assert_eq!(hours.kept()[9], (1_900.0, 550.0));
        hours.turn_day();
        assert!(hours.at(at(9.5)) > before + 0.3);
    }
}
