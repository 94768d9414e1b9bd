//! The catalogue of indicators: definitions, formulas, variants and targets.
//! Folds [`Facts`] (counts the store made) into values; reads no database and
//! no clock. Zero denominators are "s/d", never 0.

mod facts;

pub use facts::{AttemptSet, Facts};
