//! JSON shapes of the public API: what is promised to others. Values that may
//! be wrong are kept as they came; conversion into `domain` checks them.

mod desk;
mod live;
mod problem;
mod session;

pub use desk::{Desk, DeskContact, DeskDisposition, DeskPhone, TypifyForm};
pub use live::{Live, LiveAgent, LiveCalls, LiveCampaign, LivePacing};
pub use problem::Problem;
pub use session::{LogInForm, Role, Session, UnknownRole};
