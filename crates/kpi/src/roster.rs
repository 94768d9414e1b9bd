//! Who works when: shifts of advisors, and how much of a time they cover. Times are instants; whoever reads a roster in
//! local hours turns them into these.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::{AgentId, Timestamp};

/// Minutes of a day.
const DAY_MIN: u16 = 1_440;

/// One shift of one advisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// Whose.
    pub agent: AgentId,
    /// The day it belongs to, counted from 1970 in the zone of the campaign.
    pub day: i64,
    /// From.
    pub from: Timestamp,
    /// Until.
    pub to: Timestamp,
    /// Breaks in it: from, until.
    pub breaks: Vec<(Timestamp, Timestamp)>,
}

impl Shift {
    /// How long it is, breaks included: so is what advisors are connected (ruling 12).
    pub fn length(&self) -> Duration {
        self.to.since(self.from)
    }

    /// How much of it lies in a time, breaks included.
    pub fn within(&self, from: Timestamp, to: Timestamp) -> Duration {
        self.to.min(to).since(self.from.max(from))
    }
}

/// When advisors leave their seats: breaks begin, shifts end that no other follows at once. As day and minute of it, in order.
pub fn departures(rows: &[RosterRow]) -> BTreeMap<AgentId, Vec<(i64, u16)>> {
    let begins: BTreeSet<(AgentId, i64)> = rows
        .iter()
        .map(|row| {
            (
                row.agent,
                row.day * i64::from(DAY_MIN) + i64::from(row.from_min),
            )
        })
        .collect();
    let mut of: BTreeMap<AgentId, Vec<(i64, u16)>> = BTreeMap::new();
    for row in rows {
        let times = of.entry(row.agent).or_default();
        times.extend(row.breaks.iter().map(|(from, _)| (row.day, *from)));
        let end = row.day * i64::from(DAY_MIN) + i64::from(row.to_min);
        if !begins.contains(&(row.agent, end)) {
            let minute = u16::try_from(end.rem_euclid(i64::from(DAY_MIN))).unwrap_or(0);
            times.push((end.div_euclid(i64::from(DAY_MIN)), minute));
        }
    }
    of.values_mut().for_each(|times| times.sort_unstable());
    of
}

/// One shift as it is written and kept: minutes of a local day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RosterRow {
    /// Whose.
    pub agent: AgentId,
    /// The day, counted from 1970.
    pub day: i64,
    /// From this minute of the day.
    pub from_min: u16,
    /// Until this one; at most 1,440.
    pub to_min: u16,
    /// Breaks in it: from, until.
    pub breaks: Vec<(u16, u16)>,
}

impl RosterRow {
    /// Why it makes no sense, if it does not.
    pub fn fault(&self) -> Option<&'static str> {
        if self.from_min >= self.to_min {
            return Some("a shift ends after it begins, on the same day");
        }
        if self.to_min > DAY_MIN {
            return Some("a shift ends by 24:00");
        }
        let mut from = self.from_min;
        for (begin, end) in &self.breaks {
            if *begin < from || begin >= end || *end > self.to_min {
                return Some("breaks lie within the shift, in order, and do not overlap");
            }
            from = *end;
        }
        None
    }

    /// Whether the same advisor is twice at work at once.
    pub fn overlaps(&self, other: &RosterRow) -> bool {
        let same = self.agent == other.agent && self.day == other.day;
        same && self.from_min < other.to_min && other.from_min < self.to_min
    }

    /// The shift, given when its day begins.
    pub fn shift(&self, begins: Timestamp) -> Shift {
        let at = |minute: u16| begins + Duration::from_secs(60) * u32::from(minute);
        let breaks = self.breaks.iter();
        Shift {
            agent: self.agent,
            day: self.day,
            from: at(self.from_min),
            to: at(self.to_min),
            breaks: breaks.map(|(from, to)| (at(*from), at(*to))).collect(),
        }
    }
}

/// Hours of shifts in a time, of everybody.
pub fn rostered_hours(shifts: &[Shift], from: Timestamp, to: Timestamp) -> f64 {
    let within = shifts.iter().map(|shift| shift.within(from, to));
    within.sum::<Duration>().as_secs_f64() / 3_600.0
}

/// How long an advisor was connected on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Presence {
    /// Who.
    pub agent: AgentId,
    /// The day, counted from 1970 in the zone of the campaign.
    pub day: i64,
    /// How long, breaks included.
    pub connected: Duration,
}

/// Advisor-days: what each advisor was connected on a day by the length of their shift of that day, by that of the campaign
/// where they had none (ruling 12). `None` where somebody was there whose shift nobody knows.
pub fn advisor_days(
    presences: &[Presence],
    shifts: &[Shift],
    usual: Option<Duration>,
) -> Option<f64> {
    let mut lengths: BTreeMap<(AgentId, i64), Duration> = BTreeMap::new();
    for shift in shifts {
        *lengths.entry((shift.agent, shift.day)).or_default() += shift.length();
    }
    let there = presences.iter().filter(|one| !one.connected.is_zero());
    there
        .map(|one| {
            let length = lengths.get(&(one.agent, one.day)).copied().or(usual)?;
            (!length.is_zero()).then(|| one.connected.as_secs_f64() / length.as_secs_f64())
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisors_leave_for_breaks_and_when_no_shift_follows() {
        let row = |day, from_min, to_min, breaks: &[(u16, u16)]| RosterRow {
            agent: AgentId::new(1),
            day,
            from_min,
            to_min,
            breaks: breaks.to_vec(),
        };
        let rows = [
            row(7, 480, 720, &[(600, 615)]),
            row(7, 720, 900, &[]),
            row(7, 960, 1_440, &[]),
            row(9, 0, 60, &[]),
        ];
        let told = departures(&rows);
        let expected = [(7, 600), (7, 900), (8, 0), (9, 60)];
        assert_eq!(told[&AgentId::new(1)], expected);
        let over_midnight = [row(7, 960, 1_440, &[]), row(8, 0, 60, &[])];
        assert_eq!(departures(&over_midnight)[&AgentId::new(1)], [(8, 60)]);
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    fn at(hours: u32) -> Timestamp {
        Timestamp::from_millis(0) + HOUR * hours
    }

    fn shift(agent: i64, day: i64, from: u32, to: u32) -> Shift {
        Shift {
            agent: AgentId::new(agent),
            day,
            from: at(from),
            to: at(to),
            breaks: Vec::new(),
        }
    }

    fn there(agent: i64, day: i64, minutes: u32) -> Presence {
        Presence {
            agent: AgentId::new(agent),
            day,
            connected: Duration::from_secs(60) * minutes,
        }
    }

    #[test]
    fn a_part_timer_who_was_there_all_of_her_shift_is_one_advisor_day() {
        let shifts = [shift(1, 0, 8, 16), shift(2, 0, 8, 12)];
        let presences = [there(1, 0, 480), there(2, 0, 240)];
        assert_eq!(advisor_days(&presences, &shifts, None), Some(2.0));
    }

    #[test]
    fn a_split_shift_counts_whole_and_other_days_not_at_all() {
        let shifts = [shift(1, 0, 8, 12), shift(1, 0, 14, 18), shift(1, 1, 32, 36)];
        assert_eq!(advisor_days(&[there(1, 0, 240)], &shifts, None), Some(0.5));
    }

    #[test]
    fn who_is_not_rostered_counts_by_the_usual_shift_or_makes_the_figure_unknown() {
        let presences = [there(1, 0, 240), there(2, 0, 0)];
        let usual = Some(HOUR * 8);
        assert_eq!(advisor_days(&presences, &[], usual), Some(0.5));
        assert_eq!(advisor_days(&presences, &[], None), None);
        assert_eq!(advisor_days(&[], &[], None), Some(0.0));
    }

    #[test]
    fn a_shift_that_makes_no_sense_is_told() {
        let row = |from_min, to_min, breaks: &[(u16, u16)]| RosterRow {
            agent: AgentId::new(1),
            day: 0,
            from_min,
            to_min,
            breaks: breaks.to_vec(),
        };
        assert_eq!(row(480, 960, &[(600, 615), (720, 780)]).fault(), None);
        for wrong in [
            row(960, 480, &[]),
            row(480, 480, &[]),
            row(480, 1_441, &[]),
            row(480, 960, &[(470, 500)]),
            row(480, 960, &[(600, 660), (650, 700)]),
            row(480, 960, &[(950, 970)]),
        ] {
            assert!(wrong.fault().is_some(), "{wrong:?}");
        }
        assert!(row(480, 720, &[]).overlaps(&row(719, 800, &[])));
        assert!(!row(480, 720, &[]).overlaps(&row(720, 800, &[])));
    }

    #[test]
    fn hours_of_shifts_are_cut_at_both_ends() {
        let shifts = [shift(1, 0, 8, 16), shift(2, 0, 12, 20)];
        assert_eq!(rostered_hours(&shifts, at(10), at(13)), 4.0);
        assert_eq!(rostered_hours(&shifts, at(20), at(24)), 0.0);
    }
}
