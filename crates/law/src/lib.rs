//! Limits of the law as data, checked at the instant a call would leave.
//!
//! A [`Pack`] is one country's rules, read from a TOML text (`config/law/`, compiled in): each
//! rule has an id, a value, the dates it binds and its source. Here are the calling hours and
//! holidays ([`Pack::may_call`]), how often a person may be called ([`Pack::may_contact`]), what
//! their consent opens, and the plain limits (ring, abandon).
//!
//! No clock and no files: the caller gives the instant.

mod abandon;
mod book;
mod consent;
mod day_clock;
mod error;
mod frequency;
pub mod holidays;
mod hours;
mod hours_of_day;
mod pack;
mod pack_file;
mod refusal;
mod register;
mod rule;
mod term;

pub use abandon::AbandonLedger;
pub use book::{Book, Edition};
pub use consent::MayOpen;
pub use day_clock::DayClock;
pub use domain::Purpose;
pub use error::LawError;
pub use frequency::{Counted, Frequency, HOUSE, HouseLimit, NextCall, Within};
pub use hours_of_day::{HoursOfDay, instant_in, is_zone, text_in};
pub use pack::Pack;
pub use refusal::Refusal;
pub use register::{Freshness, HOUSE_LIST, HOUSE_LIST_PREFIX, Register};
pub use rule::{Rule, Value, Window};
pub use term::Term;
