//! The ledger of abandoned calls: of each campaign and legal period, how many more the limit leaves. A period is so many
//! days of the pack's clock; the first begins with the day of the campaign's first call, the next on the day after it.

use chrono::{Days, NaiveDate};
use domain::{Gate, Rate, Timestamp};

use crate::Pack;
use crate::rule::Value;

/// People who answered in a period, and those of them whom no agent took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AbandonLedger {
    /// Answered by a person.
    pub live: u64,
    /// Of those, abandoned.
    pub abandoned: u64,
}

impl AbandonLedger {
    /// How many more may be abandoned: `floor(limit * live) - abandoned`; negative where it is overdrawn.
    pub fn left(self, limit: Rate) -> i64 {
        // A share such as 3 % is no binary fraction: 3 % of 100 calls is 3 calls, not a hair less.
        let allowed = (limit.get() * self.live as f64 + 1e-9).floor() as i64;
        allowed - i64::try_from(self.abandoned).unwrap_or(i64::MAX)
    }
}

impl Pack {
    /// When the period of an instant begins, and the next one, for a campaign whose first call left at `first`.
    pub fn abandon_period(
        &self,
        first: Timestamp,
        at: Timestamp,
    ) -> Option<(Timestamp, Timestamp)> {
        let (first, today) = (self.today(first)?, self.today(at.max(first))?);
        let length = self.limits.abandon_period.as_secs() / 86_400;
        let gone = u64::try_from((today - first).num_days()).ok()? / length;
        let begins = |number: u64| -> Option<NaiveDate> {
            first.checked_add_days(Days::new(number.checked_mul(length)?))
        };
        Some((self.begins(begins(gone)?), self.begins(begins(gone + 1)?)))
    }

    /// Whether the ledger of a period holds each call: where a rule says from how many answers on, and so many there
    /// were. Where none does, pacing's aim alone keeps it.
    pub fn abandon_binds(&self, ledger: AbandonLedger) -> bool {
        let from = self.limits.abandon_from;
        from.is_some_and(|from| ledger.live >= u64::from(from))
    }

    /// The rule of the limit, as a refused call names it.
    pub fn abandon_gate(&self) -> Gate {
        let limit = self.abandon_limit();
        let named = self
            .rules
            .iter()
            .filter(|rule| rule.id.ends_with(".abandon-limit"));
        let mut strict = named.filter(|rule| rule.value == Value::Share(limit));
        Gate {
            rule: strict
                .next()
                .map_or("abandon-limit", |rule| &rule.id)
                .to_owned(),
            pack: self.label(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bogota(text: &str) -> Timestamp {
        let parsed = chrono::DateTime::parse_from_rfc3339(&format!("{text}-05:00"));
        Timestamp::from_millis(parsed.expect("RFC 3339").timestamp_millis())
    }

    #[test]
    fn what_is_left_is_the_floor_of_the_share_less_what_was_abandoned() {
        let limit: Rate = "3%".parse().expect("a share");
        let left = |live, abandoned| AbandonLedger { live, abandoned }.left(limit);
        for (live, allowed) in [
            (0, 0),
            (33, 0),
            (34, 1),
            (100, 3),
            (300, 9),
            (1_000, 30),
            (9_999, 299),
        ] {
            assert_eq!(left(live, 0), allowed, "of {live}");
        }
        assert_eq!(left(100, 3), 0);
        assert_eq!(left(100, 5), -2);
    }

    #[test]
    fn periods_are_days_of_the_packs_clock_from_that_of_the_first_call_on() {
        let pack = Pack::colombia();
        let first = bogota("2026-11-03T15:20:00");
        let period = |at| pack.abandon_period(first, bogota(at));
        let november = (bogota("2026-11-03T00:00:00"), bogota("2026-12-03T00:00:00"));
        assert_eq!(period("2026-11-03T15:20:00"), Some(november));
        assert_eq!(period("2026-12-02T23:59:59"), Some(november));
        let december = (november.1, bogota("2027-01-02T00:00:00"));
        assert_eq!(period("2026-12-03T00:00:00"), Some(december));
        assert_eq!(
            period("2026-11-01T00:00:00"),
            Some(november),
            "a clock set back"
        );
        assert_eq!(pack.abandon_gate().rule, "CO-8.abandon-limit");
    }

    #[test]
    fn a_period_is_data() {
        let text = include_str!("../../../config/law/co.toml");
        let short = text.replacen("span = \"30d\"", "span = \"7d\"", 1);
        let pack = Pack::from_toml(&short).expect("sound");
        let first = bogota("2026-11-03T15:20:00");
        let period = pack.abandon_period(first, bogota("2026-11-10T00:00:00"));
        let begins = bogota("2026-11-10T00:00:00");
        assert_eq!(period, Some((begins, bogota("2026-11-17T00:00:00"))));
        let odd = text.replacen("span = \"30d\"", "span = \"36h\"", 1);
        let problem = Pack::from_toml(&odd)
            .expect_err("no whole days")
            .to_string();
        assert!(problem.contains("whole days"), "{problem}");
    }

    proptest! {
        #[test]
        fn each_instant_lies_in_its_period_and_periods_follow_one_another(
            first in 0..2_000_000_000_000i64, later in 0..200_000_000_000i64,
        ) {
            let pack = Pack::colombia();
            let (first, at) = (Timestamp::from_millis(first), Timestamp::from_millis(first + later));
            let (from, to) = pack.abandon_period(first, at).expect("in the calendar");
            prop_assert!(from <= at && at < to);
            let next = pack.abandon_period(first, to).expect("in the calendar");
            prop_assert_eq!(next.0, to);
        }
    }
}
