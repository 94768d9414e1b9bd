//! What was done about a person lately: all that limits on calling them again look at.

use std::time::Duration;

use crate::{PhoneNumber, Timestamp};

/// A call that left for a person, whichever campaign and base it was of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PriorCall {
    /// When its INVITE left.
    pub at: Timestamp,
    /// The number it was to.
    pub phone: PhoneNumber,
    /// How far it came.
    pub reach: Reach,
}

/// How far a call came. Numbers are stored nowhere: it is derived from the outcome and the typification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    /// No person was heard.
    Nobody,
    /// A person answered and heard no agent.
    Abandoned,
    /// A person was spoken to, who did not hear the offer or is somebody else.
    Person,
    /// The one who was sought heard what the call was for; so too while nobody has said yet what it was.
    Contact,
}

impl PriorCall {
    /// Calls before this no limit of a day, a week or three days looks at.
    pub const LOOKED_BACK: Duration = Duration::from_secs(8 * 24 * 3_600);
    /// The most that are kept of one person: no limit allows so many.
    pub const KEPT_MAX: usize = 64;
}
