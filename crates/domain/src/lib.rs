//! The words of the call centre: ids, phones, time, outcomes, dispositions and
//! the facts ([`Event`]) the record is made of.
//!
//! No I/O, no clock, no serialisation: JSON lives in `wire`, rows in `store`.

mod agent;
mod call;
mod contact;
mod disposition;
mod event;
mod id;
mod keyed;
mod outcome;
mod phone;
mod rate;
mod time;
mod trunk;

pub use agent::{AgentProfile, LineMode};
pub use call::{Cause, DialMode, EndedBy, Intent, PacingRecord, SignallingRecord};
pub use contact::{Contact, ContactPhone, Gate, WorkItem, WorkState, WorkUpdate};
pub use disposition::{Disposition, Origin, RetryRule};
pub use event::{AgentStatus, CampaignState, Event, Recorded, Typification};
pub use id::{AgentId, AttemptId, CampaignId, ContactId, ListId, PersonId, TrunkId, UserId};
pub use keyed::{Keyed, KeyedSet};
pub use outcome::{Outcome, UnknownOutcome};
pub use phone::{InvalidPhone, PhoneNumber};
pub use rate::{InvalidRate, Rate};
pub use time::{InvalidSpan, Timestamp, parse_span};
pub use trunk::{Secret, Trunk, TrunkTransport};
