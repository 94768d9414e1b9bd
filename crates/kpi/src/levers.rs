//! What would bring a day to its goal, in words a supervisor acts on: more hours, or more of the base.

use std::time::Duration;

use domain::Timestamp;

use crate::projection::Projection;
use crate::rounding::half_up;

/// Records that can still be called, and how fast they go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BaseLeft {
    /// Records ready to be called, now or later.
    pub records: u64,
    /// Records worked an hour, as it was today.
    pub per_hour: f64,
}

impl BaseLeft {
    /// When none is left at that pace, each called once; `None` at no pace, or beyond a week.
    pub fn exhausted_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.records == 0 {
            return Some(now);
        }
        let hours = self.records as f64 / self.per_hour;
        let week = Duration::from_secs(7 * 86_400).as_secs_f64() / 3_600.0;
        (hours.is_finite() && hours < week).then(|| now + Duration::from_secs_f64(hours * 3_600.0))
    }
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Lever {
    /// So many advisor-hours more, of the hours that are left.
    Hours(f64),
    /// Call a segment again whose records are out of play.
    Recycle(String),
    /// Ask for more base: none of ours can be called again.
    MoreBase,
}

impl Lever {
    /// Stable word.
    pub const fn code(&self) -> &'static str {
        match self {
            Lever::Hours(_) => "advisor_hours",
            Lever::Recycle(_) => "recycle",
            Lever::MoreBase => "more_base",
        }
    }

    /// In Spanish.
    pub fn words(&self) -> String {
        match self {
            Lever::Hours(hours) => format!("{} horas-asesor más", half_up(*hours, 0)),
            Lever::Recycle(segment) => format!("reciclar el segmento {segment}"),
            Lever::MoreBase => "cargar más base".to_owned(),
        }
    }
}

/// What can be done for a goal that the projection misses; nothing where it does not. `factor` is what an hour that is left
/// weighs, `base_ends` whether the base is exhausted before the shifts are.
pub fn levers(
    projection: &Projection,
    factor: f64,
    base_ends: bool,
    segment: Option<&str>,
) -> Vec<Lever> {
    let short = projection.hours_short.filter(|short| *short > 0.0);
    let Some(short) = short else {
        return Vec::new();
    };
    let again = segment.map(|name| Lever::Recycle(name.to_owned()));
    let mut levers = Vec::new();
    // Hours without records to call are no lever.
    if !base_ends && factor > 0.0 {
        levers.push(Lever::Hours(short / factor));
    }
    levers.extend(again);
    if levers.is_empty() {
        levers.push(Lever::MoreBase);
    }
    levers
}

/// The same as one sentence; empty without levers.
pub fn levers_in_words(levers: &[Lever]) -> String {
    let words: Vec<_> = levers.iter().map(Lever::words).collect();
    words.join(", o ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::{Prior, Standing, project};

    fn example(goal: f64) -> Projection {
        let prior = Prior {
            alpha: 9.1,
            beta: 100.0,
        };
        let day = Standing {
            sales: 7,
            exposure: 100.0,
            rest: 66.5,
            goal: Some(goal),
        };
        project(Some(prior), &day).expect("there is a prior")
    }

    #[test]
    fn the_example_asks_for_33_hours_or_segment_b() {
        let all = levers(&example(15.0), 1.0, false, Some("B"));
        assert_eq!(
            levers_in_words(&all),
            "33 horas-asesor más, o reciclar el segmento B"
        );
        // In hours that are worth half as much it takes twice as many.
        let all = levers(&example(15.0), 0.5, false, None);
        assert_eq!(levers_in_words(&all), "66 horas-asesor más");
    }

    #[test]
    fn hours_are_no_lever_without_base_and_nothing_is_where_the_goal_is_near() {
        let all = levers(&example(15.0), 1.0, true, Some("B"));
        assert_eq!(all, [Lever::Recycle("B".to_owned())]);
        assert_eq!(levers(&example(15.0), 1.0, true, None), [Lever::MoreBase]);
        assert_eq!(levers(&example(9.0), 1.0, false, Some("B")), []);
    }

    #[test]
    fn the_base_ends_when_it_is_called_through() {
        let now = Timestamp::from_millis(0);
        let left = |records, per_hour| BaseLeft { records, per_hour }.exhausted_at(now);
        let in_two = Timestamp::from_millis(2 * 3_600_000);
        assert_eq!(left(120, 60.0), Some(in_two));
        assert_eq!(left(0, 0.0), Some(now));
        assert_eq!(left(5, 0.0), None);
        assert_eq!(left(1_000_000, 1.0), None);
    }
}
