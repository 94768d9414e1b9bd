//! What the parts of a day weigh: hours rostered times the factor of the hour (rulings 14, 15). The same weights spread the
//! goal of the day and project its close.

use std::collections::BTreeMap;

use domain::Timestamp;

use crate::goal::{Goal, goal_of_day, goal_of_hour, has_hours};
use crate::projection::{HourFactors, PastHour};
use crate::roster::{Shift, rostered_hours};

/// An hour of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayHour {
    /// 0 to 23.
    pub hour: u8,
    /// From.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
}

/// A day with who is rostered and what its hours are worth.
#[derive(Clone, Debug)]
pub struct DayPlan {
    /// The day, counted from 1970.
    pub day: i64,
    /// Its hours, in order.
    pub hours: Vec<DayHour>,
    /// Its shifts.
    pub shifts: Vec<Shift>,
    /// What hours of the day are worth.
    pub factors: HourFactors,
    /// Advisor-hours of past days by hour: what a goal is spread by where nobody loaded a roster.
    past: BTreeMap<u8, f64>,
}

impl DayPlan {
    /// A day, given the campaign's past ones.
    pub fn new(day: i64, hours: Vec<DayHour>, shifts: Vec<Shift>, past: &[PastHour]) -> DayPlan {
        let mut connected = BTreeMap::new();
        for one in past {
            *connected.entry(one.hour).or_default() += one.connected;
        }
        DayPlan {
            day,
            hours,
            shifts,
            factors: HourFactors::of(past),
            past: connected,
        }
    }

    /// Weighted advisor-hours rostered in a part of the day.
    pub fn rostered(&self, from: Timestamp, to: Timestamp) -> f64 {
        let weighted = |hour: &DayHour| {
            let hours = rostered_hours(&self.shifts, from.max(hour.from), to.min(hour.to));
            hours * self.factors.get(hour.hour)
        };
        self.hours.iter().map(weighted).sum()
    }

    /// The same for spreading a goal: by the past where nobody is rostered all day.
    fn weight(&self, from: Timestamp, to: Timestamp) -> f64 {
        if !self.shifts.is_empty() {
            return self.rostered(from, to);
        }
        let weighted = |hour: &DayHour| {
            let usual = self.past.get(&hour.hour).copied().unwrap_or_default();
            usual * self.factors.get(hour.hour) * hour.part(from, to)
        };
        self.hours.iter().map(weighted).sum()
    }

    /// The goal of a part of the day: of its hours where these have goals of their own, else its share of the day's. `None`
    /// without a goal, and where a share is wanted of a day nobody is rostered for and whose like is unknown.
    pub fn goal(&self, goals: &[Goal], from: Timestamp, to: Timestamp) -> Option<f64> {
        let (begins, ends) = (self.hours.first()?.from, self.hours.last()?.to);
        if has_hours(goals, self.day) {
            let of = |hour: &DayHour| {
                let goal = goal_of_hour(goals, self.day, hour.hour).unwrap_or_default();
                goal * hour.part(from, to)
            };
            return Some(self.hours.iter().map(of).sum());
        }
        let goal = goal_of_day(goals, self.day)?;
        if from <= begins && to >= ends {
            return Some(goal);
        }
        let whole = self.weight(begins, ends);
        (whole > 0.0).then(|| goal * self.weight(from, to) / whole)
    }
}

impl DayHour {
    /// How much of it lies in a time, from 0 to 1.
    fn part(&self, from: Timestamp, to: Timestamp) -> f64 {
        let within = self.to.min(to).since(self.from.max(from));
        within.as_secs_f64() / self.to.since(self.from).as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::AgentId;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(minutes: u32) -> Timestamp {
        Timestamp::from_millis(0) + Duration::from_secs(60) * minutes
    }

    fn hours() -> Vec<DayHour> {
        let hour = |hour: u8| DayHour {
            hour,
            from: Timestamp::from_millis(0) + HOUR * u32::from(hour),
            to: Timestamp::from_millis(0) + HOUR * u32::from(hour + 1),
        };
        (0..24).map(hour).collect()
    }

    fn shift(agent: i64, from: u32, to: u32) -> Shift {
        Shift {
            agent: AgentId::new(agent),
            day: 0,
            from: at(from * 60),
            to: at(to * 60),
            breaks: Vec::new(),
        }
    }

    fn goal(hour: Option<u8>, sales: f64) -> Goal {
        Goal {
            day: 0,
            hour,
            agent: None,
            sales,
            value: None,
        }
    }

    fn past(hour: u8, sales: u64) -> PastHour {
        PastHour {
            day: -1,
            hour,
            sales,
            connected: 100.0,
        }
    }

    #[test]
    fn the_goal_of_a_day_spreads_over_its_rostered_hours() {
        // Two advisors from 8 to 12, one more from 10 on: 8 + 2 hours.
        let shifts = vec![shift(1, 8, 12), shift(2, 8, 12), shift(3, 10, 12)];
        let plan = DayPlan::new(0, hours(), shifts, &[]);
        let goals = [goal(None, 20.0)];
        let to = |minutes| plan.goal(&goals, at(0), at(minutes));
        assert_eq!(to(8 * 60), Some(0.0));
        assert_eq!(to(9 * 60 + 30), Some(6.0));
        assert_eq!(to(10 * 60), Some(8.0));
        assert_eq!(to(12 * 60), Some(20.0));
        assert_eq!(to(24 * 60), Some(20.0));
    }

    #[test]
    fn a_better_hour_has_more_of_the_goal() {
        let past = [past(8, 300), past(9, 100)];
        let plan = DayPlan::new(0, hours(), vec![shift(1, 8, 10)], &past);
        let first = plan.goal(&[goal(None, 10.0)], at(480), at(540));
        // Factors near 1.5 and 0.5, drawn a little towards 1.
        assert!(
            first.is_some_and(|first| (first - 7.4).abs() < 0.1),
            "{first:?}"
        );
        let parts = plan.rostered(at(480), at(540)) + plan.rostered(at(540), at(600));
        assert!((parts - plan.rostered(at(0), at(1_440))).abs() < 1e-9);
        assert!((parts - 2.0).abs() < 1e-9, "as many hours as there are");
    }

    #[test]
    fn hours_with_goals_of_their_own_are_not_spread() {
        let goals = [goal(None, 20.0), goal(Some(8), 3.0), goal(Some(9), 4.0)];
        let plan = DayPlan::new(0, hours(), Vec::new(), &[]);
        assert_eq!(plan.goal(&goals, at(0), at(510)), Some(1.5));
        assert_eq!(plan.goal(&goals, at(0), at(1_440)), Some(7.0));
    }

    #[test]
    fn without_roster_the_past_spreads_and_without_either_only_the_whole_day_is_known() {
        let goals = [goal(None, 20.0)];
        let plan = DayPlan::new(0, hours(), Vec::new(), &[past(8, 10), past(9, 10)]);
        assert_eq!(plan.goal(&goals, at(0), at(540)), Some(10.0));
        assert_eq!(plan.rostered(at(0), at(540)), 0.0);
        let unknown = DayPlan::new(0, hours(), Vec::new(), &[]);
        assert_eq!(unknown.goal(&goals, at(0), at(540)), None);
        assert_eq!(unknown.goal(&goals, at(0), at(1_440)), Some(20.0));
        assert_eq!(unknown.goal(&[], at(0), at(1_440)), None);
    }
}
