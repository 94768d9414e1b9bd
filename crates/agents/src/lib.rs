//! What each agent may do next: the state machine of one agent
//! ([`Agent`]) and everybody on the floor ([`Roster`]).
//!
//! Knows nothing of calls but their ids: whoever places and ends calls tells
//! it, and turns each [`Change`] into a fact of the record.

mod change;
mod roster;
mod state;

pub use change::{Booked, Change, Expired, Refusal};
pub use roster::Roster;
pub use state::{Agent, BREAK_MAX, LOST_MAX, RAISING_MAX, READY_MAX, State};
