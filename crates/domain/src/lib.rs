//! The words of the call centre: ids, phones, time, outcomes, dispositions and
//! the facts ([`Event`]) the record is made of.
//!
//! No I/O, no clock, no serialisation: JSON lives in `wire`, rows in `store`.

mod agent;
mod call;
mod consent;
mod contact;
mod disposition;
mod event;
mod header_rule;
mod id;
mod keyed;
mod masking;
mod number_rule;
mod occasion;
mod outcome;
mod phone;
mod prior_call;
mod promise;
mod quality;
mod rate;
mod recording;
mod register;
mod route;
mod sound;
mod supervision;
mod time;
mod transfer;
mod trunk;

pub use agent::{AgentProfile, LineKind, LineMode};
pub use call::{Cause, DialMode, EndedBy, Intent, PacingRecord, SignallingRecord, Under};
pub use consent::{AgreedTo, LeavesUnder, OtherHours, PersonConsent};
pub use contact::{Contact, ContactPhone, Gate, WorkItem, WorkState, WorkUpdate};
pub use disposition::{CallBack, Disposition, NextPhone, Origin, RetryRule};
pub use event::{AgentStatus, CampaignState, Event, Recorded, Stranger, Typification};
pub use header_rule::{HEADER_RULES_MAX, HeaderRule, HeaderWords};
pub use id::{
    AgentId, AttemptId, CampaignId, CatalogueId, ConsentId, ContactId, DestinationId, EvidenceId,
    ListId, OfferId, PersonId, PromptId, RoutePlanId, SaleId, SegmentId, TrunkId, UserId,
    WebHookId,
};
pub use keyed::{Keyed, KeyedSet};
pub use masking::hidden;
pub use number_rule::{InvalidRule, NUMBER_RULES_MAX, NumberRule, read, written};
pub use occasion::Occasion;
pub use outcome::{Outcome, UnknownOutcome};
pub use phone::{InvalidPhone, PhoneNumber};
pub use prior_call::{PriorCall, Reach};
pub use promise::{Promise, Purpose};
pub use quality::{CallLeg, LegQuality};
pub use rate::{InvalidRate, Rate};
pub use recording::{NoRecording, RecordingFact};
pub use register::{Listing, RegisterSnapshot};
pub use route::{CostPerMinute, Prefix, ROUTES_MAX, Route, RoutePlan, ways};
pub use sound::SoundUse;
pub use supervision::Supervision;
pub use time::{InvalidSpan, Timestamp, parse_span};
pub use transfer::{
    Destination, DestinationPlace, TransferIntent, TransferKind, TransferRoute, TransferTarget,
};
pub use trunk::{
    CallerIdentity, InvalidTrunk, REGISTER_EXPIRES_MAX, REGISTER_EXPIRES_MIN, Secret, Srtp, Trunk,
    TrunkTransport,
};
