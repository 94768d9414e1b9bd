//! Reports by schedule: which is due when ([`Clockwork`]), of which days ([`Period`]), and when one that did not arrive is tried
//! again ([`retry_after`]). Decides and does nothing: the time, and chance, come from outside; how a report is made and sent
//! is `delivery`'s.

mod clockwork;
mod period;
mod report;
mod retry;
mod schedule;

pub use clockwork::{CAUGHT_UP_MAX, Clockwork, Due};
pub use period::Period;
pub use report::{Format, Report};
pub use retry::{TRIES_MAX, retry_after};
pub use schedule::{Schedule, ScheduleError, ScheduleId};
