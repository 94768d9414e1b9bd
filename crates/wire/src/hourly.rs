//! Hora a hora: a day of a campaign by the hour, and how it will close.

use serde::Serialize;
use utoipa::ToSchema;

/// A day by the hour.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HourlyReport {
    /// Campaign.
    pub campaign: String,
    /// The day, as 2026-12-01, by the clock of the campaign's law pack.
    pub day: String,
    /// As it stood then, in ms since 1970 UTC: now, or the end of a day that is over.
    pub at: i64,
    /// Version of the definitions.
    pub definitions: String,
    /// Hours in which something was done, planned or agreed, in order.
    pub hours: Vec<HourlyRow>,
    /// The day so far. Records are distinct ones: those of the hours do not add up to them.
    pub total: HourlyRow,
    /// The goal of the whole day; absent: none.
    pub goal: Option<f64>,
    /// Sales still missing to it.
    pub gap: Option<f64>,
    /// Advisor-hours still rostered.
    pub hours_left: f64,
    /// Sales an advisor-hour that the goal needs from now on.
    pub required_pace: Option<f64>,
    /// How the day will close; absent where neither the past nor the day says anything.
    pub projection: Option<HourlyProjection>,
    /// The base that can still be called.
    pub base: HourlyBase,
    /// What would bring the day to its goal; empty where the projection reaches it.
    pub levers: Vec<HourlyLever>,
    /// The levers as one sentence.
    pub levers_words: String,
    /// What is to be known of these figures.
    pub notes: Vec<String>,
}

/// An hour, or the day so far.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HourlyRow {
    /// The hour, 0 to 23; absent: the day so far.
    pub hour: Option<u8>,
    /// From, in ms since 1970 UTC.
    pub from: i64,
    /// Advisors who were connected.
    pub agents: u64,
    /// Hours they were, breaks included.
    pub connected_h: f64,
    /// Of those, without breaks and lost lines.
    pub productive_h: f64,
    /// Calls whose INVITE left.
    pub attempts: u64,
    /// Answered by a person.
    pub answered: u64,
    /// Effective contacts.
    pub contacts: u64,
    /// Records worked: distinct ones of the hour, of the day in the total.
    pub records: u64,
    /// Accepted sales.
    pub sales: u64,
    /// The goal of the hour; of the day so far in the total.
    pub goal: Option<f64>,
    /// Sales by goal.
    pub attainment: Option<f64>,
    /// Distinct records worked since the day began.
    pub records_so_far: u64,
    /// Sales since the day began.
    pub sales_so_far: u64,
    /// The goal to the end of the hour, or to now.
    pub goal_so_far: Option<f64>,
    /// Sales so far by the goal so far.
    pub attainment_so_far: Option<f64>,
    /// Sales by advisor-days: hours connected by those of each one's shift.
    pub ratio: Option<f64>,
    /// Sales by hours connected.
    pub sales_per_hour: Option<f64>,
    /// Records worked by hours connected.
    pub records_per_hour: Option<f64>,
    /// Value sold by advisor-days; absent where values are not recorded.
    pub productivity: Option<f64>,
}

/// How a day will close.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct HourlyProjection {
    /// Sales at the close, in the mean.
    pub close: f64,
    /// The range: its low end.
    pub low: u64,
    /// Its high end.
    pub high: u64,
    /// How sure it is by name.
    pub nominal: f64,
    /// How sure it is: sales are whole, so its ends hold more.
    pub exact: f64,
    /// Close by goal.
    pub attainment: Option<f64>,
    /// How likely the goal is reached.
    pub goal_probability: Option<f64>,
    /// Sales a weighted advisor-hour, as now believed.
    pub rate: f64,
    /// What past days say of it, as sales: the shape of the Gamma; absent without past.
    pub prior_sales: Option<f64>,
    /// In how many weighted advisor-hours: its rate.
    pub prior_hours: Option<f64>,
    /// Weighted advisor-hours so far.
    pub hours_so_far: f64,
    /// Weighted advisor-hours still rostered.
    pub hours_to_come: f64,
}

/// What can still be called.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct HourlyBase {
    /// Records ready, now or later.
    pub left: u64,
    /// When none is left at the pace of the day so far, each called once, in ms since 1970 UTC; absent: not within a week.
    pub exhausted_at: Option<i64>,
    /// Whether that is before the last shift ends.
    pub ends_before_shifts: bool,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct HourlyLever {
    /// `advisor_hours`, `recycle`, `more_base`.
    pub code: String,
    /// In words.
    pub words: String,
}
