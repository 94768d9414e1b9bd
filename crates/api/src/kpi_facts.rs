//! What indicators are computed from, whole: the counts of the record, with the goal of the period and the advisor-days that
//! goals and rosters make of it.

use std::time::Duration;

use campaigns::{Campaign, DayClock};
use domain::Timestamp;
use kpi::{DayHour, DayPlan, Facts, Goal, HourFacts, PastHour, Period, Shift, advisor_days};
use store::Store;

use crate::error::ApiError;

const HOUR: Duration = Duration::from_secs(3_600);
/// Most days whose goals and rosters are looked at: ten years.
const DAYS_MAX: i64 = 3_660;

/// Goals and rosters of a campaign over a time.
pub(crate) struct Agreed {
    pub(crate) clock: DayClock,
    /// First and last day.
    pub(crate) days: (i64, i64),
    pub(crate) goals: Vec<Goal>,
    pub(crate) shifts: Vec<Shift>,
}

impl Agreed {
    /// What was agreed for the days of a time, with the shifts of those who serve the campaign.
    pub(crate) async fn of(
        store: &dyn Store,
        campaign: &Campaign,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Agreed, ApiError> {
        let clock = DayClock::of(&campaign.law_pack);
        let last = clock.day(to - Duration::from_millis(1));
        let days = (clock.day(from).max(last - DAYS_MAX), last);
        let agents = store.agents().await?;
        let serves = |id| {
            let mut all = agents.iter();
            all.any(|agent| agent.id == id && agent.campaigns.contains(&campaign.id))
        };
        let rows = store.roster(days).await?;
        let ours = rows.iter().filter(|row| serves(row.agent));
        Ok(Agreed {
            clock,
            days,
            goals: store.goals(campaign.id, days).await?,
            shifts: ours.map(|row| row.shift(clock.begins(row.day))).collect(),
        })
    }

    fn is_of_whole_days(&self, period: &Period) -> bool {
        let begins = |at| self.clock.begins(self.clock.day(at)) == at;
        begins(period.from) && begins(period.to)
    }

    /// A day of it.
    pub(crate) fn plan(&self, day: i64, past: &[PastHour]) -> DayPlan {
        let of_day = |shift: &&Shift| shift.day == day;
        let shifts = self.shifts.iter().filter(of_day).cloned().collect();
        DayPlan::new(day, hours_of(self.clock, day), shifts, past)
    }

    /// The goal of a period: of whole days what was agreed for them, of a part of a day its share.
    fn goal(&self, period: &Period, past: &[PastHour]) -> Option<f64> {
        let of_day = |day| {
            let plan = self.plan(day, past);
            plan.goal(&self.goals, period.from, period.to)
        };
        let agreed = |day: &i64| self.goals.iter().any(|goal| goal.day == *day);
        let mut days = (self.days.0..=self.days.1).filter(agreed).peekable();
        days.peek()?;
        days.map(of_day).sum()
    }
}

/// The hours of a day by a clock; a day on which it changes has 23 or 25.
pub(crate) fn hours_of(clock: DayClock, day: i64) -> Vec<DayHour> {
    let (mut from, end) = (clock.begins(day), clock.begins(day + 1));
    let mut hours = Vec::new();
    while from < end {
        let hour = u8::try_from(clock.hour(from)).unwrap_or_default();
        let to = (from + HOUR).min(end);
        hours.push(DayHour { hour, from, to });
        from = to;
    }
    hours
}

/// Whether the hours of a day are those of the counters, which are full hours of UTC.
pub(crate) fn is_by_full_hours(clock: DayClock, day: i64) -> bool {
    let full = |at: Timestamp| at.as_millis().rem_euclid(HOUR.as_millis() as i64) == 0;
    full(clock.begins(day)) && full(clock.begins(day + 1))
}

/// The hours of a day in which something was done. Where its clock is off the full hours, each is counted of its calls and of
/// the agents' log: slower, and as exact.
pub(crate) async fn day_by_hour(
    store: &dyn Store,
    campaign: &Campaign,
    clock: DayClock,
    day: i64,
) -> Result<Vec<HourFacts>, ApiError> {
    let (begin, end) = (clock.begins(day), clock.begins(day + 1));
    if is_by_full_hours(clock, day) {
        return Ok(store.hours(campaign.id, begin, end).await?);
    }
    let (mut done, mut records) = (Vec::new(), 0);
    for hour in hours_of(clock, day) {
        let (from, to) = (hour.from, hour.to);
        let facts = store.facts(campaign.id, &Period::new(from, to)).await?;
        let there = store.presences(campaign.id, from, to, clock).await?;
        if facts.attempts == 0 && there.is_empty() {
            continue;
        }
        let so_far = store.facts(campaign.id, &Period::new(begin, to)).await?;
        done.push(HourFacts {
            facts,
            new_records: so_far.worked.saturating_sub(records),
            connected: there.iter().map(|one| (one.agent, one.connected)).collect(),
            ..HourFacts::new(from)
        });
        records = so_far.worked;
    }
    Ok(done)
}

/// Days of the past that say what hours of the day are worth, and how alike days are.
const PAST_DAYS: i64 = 28;

/// What the days before a day sold in which hours.
pub(crate) async fn past_of(
    store: &dyn Store,
    campaign: &Campaign,
    clock: DayClock,
    day: i64,
) -> Result<Vec<PastHour>, ApiError> {
    let (from, to) = (clock.begins(day - PAST_DAYS), clock.begins(day));
    Ok(store.past_hours(campaign.id, from, to, clock).await?)
}

/// The counts of a campaign and period, with its goal and its advisor-days.
pub(crate) async fn facts_of(
    store: &dyn Store,
    campaign: &Campaign,
    period: &Period,
) -> Result<Facts, ApiError> {
    let mut facts = store.facts(campaign.id, period).await?;
    let agreed = Agreed::of(store, campaign, period.from, period.to).await?;
    let presences = store
        .presences(campaign.id, period.from, period.to, agreed.clock)
        .await?;
    let usual = store.usual_shift(campaign.id).await?;
    // Only a goal that is to be spread over part of a day needs the past.
    let past = match agreed.goals.is_empty() || agreed.is_of_whole_days(period) {
        true => Vec::new(),
        false => past_of(store, campaign, agreed.clock, agreed.days.1).await?,
    };
    facts.goal = agreed.goal(period, &past);
    facts.advisor_days = advisor_days(&presences, &agreed.shifts, usual);
    Ok(facts)
}
