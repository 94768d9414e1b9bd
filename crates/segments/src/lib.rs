//! Who of a base belongs to a segment, as a rule that people write:
//!
//! ```text
//! ciudad in ("Bogotá", "Cali") and edad >= 30 and not plan contains "prepago"
//! [fecha de corte] > hoy - 30 o intentos = 0
//! ```
//! A rule is read against the columns there are ([`Schema`]), so that a wrong name or a number compared with
//! a text is told before anybody is counted ([`SegmentError`] says where, and what may stand there). Words are
//! Spanish or English (`y`/`and`, `o`/`or`, `no`/`not`, `en`/`in`, ...). Texts compare without case and accents.
//!
//! A cell that is empty, or no number where numbers are compared, belongs to no comparison: `edad < 30` is false
//! for whoever has no age, and so `no edad < 30` is true for them; ask `edad es vacío` where it matters.
//!
//! No clock: whoever asks says what day it is.

mod cell;
mod complete;
mod error;
mod expression;
mod lexer;
mod parser;
mod schema;
mod text;

pub use cell::{Kind, KindGuess, Value};
pub use complete::suggestions;
pub use error::SegmentError;
pub use expression::{Cells, Segment};
pub use schema::{Column, Schema};

/// The longest rule that is read, in bytes.
pub const RULE_MAX: usize = 4_096;
/// How deep it may be nested.
pub const DEPTH_MAX: usize = 32;
