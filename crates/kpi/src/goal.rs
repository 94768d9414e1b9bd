//! Goals: accepted sales agreed for a day, an hour, an advisor. How much of a day's is due by an hour is `day.rs`'s affair.

use domain::AgentId;

/// One goal that was agreed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// The day, counted from 1970 in the zone of the campaign.
    pub day: i64,
    /// The hour of that day; the whole day without.
    pub hour: Option<u8>,
    /// The advisor; everybody without.
    pub agent: Option<AgentId>,
    /// Accepted sales.
    pub sales: f64,
    /// Their value, in the currency of the campaign.
    pub value: Option<f64>,
}

/// The goal of a day of everybody: what was agreed for the day; else the sum of its hours; else that of its advisors.
pub fn goal_of_day(goals: &[Goal], day: i64) -> Option<f64> {
    let sum = |hours: bool, advisors: bool| {
        let of_kind = |goal: &&Goal| {
            goal.day == day && goal.hour.is_some() == hours && goal.agent.is_some() == advisors
        };
        let sales: Vec<f64> = goals
            .iter()
            .filter(of_kind)
            .map(|goal| goal.sales)
            .collect();
        (!sales.is_empty()).then(|| sales.iter().sum())
    };
    sum(false, false)
        .or_else(|| sum(true, false))
        .or_else(|| sum(false, true))
}

/// Whether hours of a day have goals of their own.
pub(crate) fn has_hours(goals: &[Goal], day: i64) -> bool {
    let mut hours = goals.iter().filter(|goal| goal.day == day);
    hours.any(|goal| goal.hour.is_some() && goal.agent.is_none())
}

/// The goal agreed for an hour itself.
pub fn goal_of_hour(goals: &[Goal], day: i64, hour: u8) -> Option<f64> {
    let of_hour = |goal: &&Goal| goal.day == day && goal.hour == Some(hour) && goal.agent.is_none();
    goals.iter().find(of_hour).map(|goal| goal.sales)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(day: i64, hour: Option<u8>, agent: Option<i64>, sales: f64) -> Goal {
        Goal {
            day,
            hour,
            agent: agent.map(AgentId::new),
            sales,
            value: None,
        }
    }

    #[test]
    fn the_goal_of_a_day_is_what_was_agreed_for_it_before_any_sum() {
        let mut goals = vec![
            goal(1, None, Some(7), 4.0),
            goal(1, None, Some(8), 5.0),
            goal(2, None, None, 99.0),
        ];
        assert_eq!(goal_of_day(&goals, 1), Some(9.0));
        goals.extend([goal(1, Some(9), None, 2.0), goal(1, Some(10), None, 3.0)]);
        assert_eq!(goal_of_day(&goals, 1), Some(5.0));
        goals.push(goal(1, None, None, 15.0));
        assert_eq!(goal_of_day(&goals, 1), Some(15.0));
        assert_eq!(goal_of_day(&goals, 3), None);
        assert_eq!(goal_of_hour(&goals, 1, 10), Some(3.0));
        assert_eq!(goal_of_hour(&goals, 1, 11), None);
    }

    #[test]
    fn a_goal_of_nothing_is_a_goal() {
        assert_eq!(goal_of_day(&[goal(1, None, None, 0.0)], 1), Some(0.0));
    }
}
