//! Limits of the law as data, checked at the instant a call would leave.
//!
//! A [`Pack`] is one country's rules, read from a TOML text compiled into the
//! crate: each rule has an id, a value, the dates it binds and its source. Here
//! are the calling hours and holidays ([`Pack::may_call`]) and the plain limits
//! (ring, abandon). Rules that need a history of contacts (CO-2: attempts per
//! day, gap) are stored in the pack but not enforced yet.
//!
//! No clock and no files: the caller gives the instant.

mod error;
pub mod holidays;
mod hours;
mod pack;
mod pack_file;
mod refusal;
mod rule;

pub use error::LawError;
pub use pack::Pack;
pub use refusal::Refusal;
pub use rule::{Purpose, Rule, Value, Window};
