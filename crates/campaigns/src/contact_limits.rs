//! How often a campaign lets one person be called, over all campaigns and bases: beside the law's limits, of which
//! the stricter always counts.

use std::time::Duration;

use law::{Counted, Frequency, HouseLimit, Within};

/// The most calls a day that can be set.
const PER_DAY_MAX: u32 = 50;
/// The most calls a week.
const PER_WEEK_MAX: u32 = 200;
/// The most attempts in a base.
const PER_BASE_MAX: u16 = 200;
/// The longest gap: calls are looked back at for eight days.
const GAP_MAX: Duration = Duration::from_secs(7 * 86_400);

/// Limits on calls to one person; `None`: the law's alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContactLimits {
    /// Calls in a calendar day of theirs.
    pub per_day: Option<u32>,
    /// Calls in a week of theirs, from Monday.
    pub per_week: Option<u32>,
    /// Time between two calls.
    pub gap: Option<Duration>,
    /// Attempts in one base, by whichever campaigns dial it.
    pub per_base: Option<u16>,
}

impl ContactLimits {
    /// As the gate judges them.
    pub fn rules(&self) -> Vec<HouseLimit> {
        let limit = |rule, max, within| HouseLimit {
            rule,
            limit: Frequency {
                counts: Counted::Attempts,
                max,
                within,
                unless_agent: false,
            },
        };
        let day = self
            .per_day
            .map(|max| limit("campaign.person_calls_per_day", max, Within::Day));
        let week = self
            .per_week
            .map(|max| limit("campaign.person_calls_per_week", max, Within::Week));
        let gap = self
            .gap
            .map(|gap| limit("campaign.person_gap", 1, Within::Last(gap)));
        [day, week, gap].into_iter().flatten().collect()
    }

    pub(crate) fn check(&self) -> Result<(), &'static str> {
        let within = |limit: Option<u32>, max| limit.is_none_or(|limit| (1..=max).contains(&limit));
        if !within(self.per_day, PER_DAY_MAX) || !within(self.per_week, PER_WEEK_MAX) {
            return Err(
                "a person may be called from 1 to 50 times a day and 200 a week; leave the limit out to have the law's alone",
            );
        }
        if self
            .per_base
            .is_some_and(|max| !(1..=PER_BASE_MAX).contains(&max))
        {
            return Err(
                "a person may be called from 1 to 200 times in a base; leave the limit out to have each campaign's alone",
            );
        }
        match self.gap {
            Some(gap) if gap > GAP_MAX => {
                Err("the time between two calls to a person is 7 days at most")
            }
            _ => Ok(()),
        }
    }
}
