//! The catalogue of indicators: definitions, formulas, variants and targets.
//! Names, reports and API answers derive from [`CATALOGUE`]; figures from
//! [`compute`]. A zero denominator gives no value (`s/d`), never 0.

mod bound;
mod catalogue;
mod compute;
mod facts;

pub use bound::upper_bound;
pub use catalogue::{CATALOGUE, Definition, Unit, VERSION};
pub use compute::{KpiValue, compute};
pub use facts::{AttemptSet, Facts};
