//! A row of the typification catalogue: what a call was, with the flags the
//! KPIs count and the rule for calling again. The rows themselves are data
//! (`campaigns/catalogue/`), versioned per campaign.

use std::time::Duration;

/// Who may set a disposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The system alone.
    System,
    /// An agent alone.
    Agent,
    /// Either.
    Both,
}

/// When and how the person may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRule {
    /// Earliest wait before the next attempt.
    pub wait: Duration,
    /// Prefer another phone of the person.
    pub other_phone: bool,
    /// How often this may happen in a row before the person is exhausted.
    pub times_max: Option<u8>,
    /// The phone is no good: never dial it again for this person.
    pub invalidates_phone: bool,
    /// False where the call cost the contact no attempt (NC06).
    pub costs_attempt: bool,
}

/// One typification: code, place in the tree, flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disposition {
    /// Stable code, such as `VE01`.
    pub code: String,
    /// The tree: one to three levels, Spanish.
    pub levels: [String; 3],
    /// Who may set it.
    pub origin: Origin,
    /// A human being was on the line.
    pub human: bool,
    /// It was someone other than the holder.
    pub third_party: bool,
    /// It was the holder.
    pub holder: bool,
    /// Holder reached and offer made.
    pub effective_contact: bool,
    /// The holder accepted a sale.
    pub accepted_sale: bool,
    /// The record is done with.
    pub closes_record: bool,
    /// The person must never be called again by this seller (EX01, TI05).
    pub suppresses: bool,
    /// When and how to try again, where the record stays open.
    pub retry: RetryRule,
}

impl Disposition {
    /// Rank for *mejor gestión*: accepted sale > effective contact > holder >
    /// third party > human > none. The latest wins a tie.
    pub fn rank(&self) -> u8 {
        match self {
            d if d.accepted_sale => 5,
            d if d.effective_contact => 4,
            d if d.holder => 3,
            d if d.third_party => 2,
            d if d.human => 1,
            _ => 0,
        }
    }
}
