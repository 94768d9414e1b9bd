//! The catalogue of indicators as an algebra: terms, expressions over them, definitions and variants, targets. Names,
//! formulas, reports and API answers derive from [`CATALOGUE`]; figures from [`compute`]. A zero denominator gives no
//! value (`s/d`), never 0.

mod bound;
mod catalogue;
mod choice;
mod compute;
mod day;
mod document;
mod facts;
mod goal;
mod levers;
mod light;
mod management;
mod projection;
mod roster;
mod rounding;
mod shortfall;
mod span;
mod term;

pub use bound::upper_bound;
pub use catalogue::{CATALOGUE, Cutoff, Definition, Method, Source, Unit, VERSION};
pub use choice::{
    Choice, InvalidChoice, Judged, Notice, RECOMMENDED, Recommended, Side, judge, read_target,
};
pub use compute::{KpiValue, NO_FIGURE, compute, value};
pub use day::{DayHour, DayPlan};
pub use document::document;
pub use facts::{AttemptSet, Facts, HourFacts, Period};
pub use goal::{Goal, goal_of_day, goal_of_hour};
pub use levers::{BaseLeft, Lever, levers, levers_in_words};
pub use light::{Light, NEAR, STRICT};
pub use management::{Compared, Dimension, PartFacts, Told, compared, told, told_by};
pub use projection::{HourFactors, PastHour, Prior, Projection, Standing, project};
pub use roster::{Presence, RosterRow, Shift, advisor_days, departures, rostered_hours};
pub use rounding::half_up;
pub use shortfall::Shortfall;
pub use span::{DAYS_TOLD_MAX, DaySpan, Step, span_before, spans};
pub use term::{Expr, Term};
