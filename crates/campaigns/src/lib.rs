//! Whom to call, when, and how often: campaigns and their rules, the hopper,
//! retries, and the catalogue of typifications.

mod caller_id;
mod campaign;
mod catalogue;
mod contact_limits;
mod hopper;
mod recording;
mod retry;

pub use caller_id::{
    CallerIdChoice, CallerIdUse, CallerIds, JUDGED_FROM, RESTS_FOR, Region, RestBelow, Rotation,
};
pub use campaign::{Campaign, InvalidCampaign, RING_TIMEOUT_MAX, RING_TIMEOUT_MIN};
pub use catalogue::{Catalogue, InvalidCatalogue, UNTYPIFIED};
pub use contact_limits::ContactLimits;
pub use hopper::Hopper;
pub use recording::{Consent, RecordFrom, RecordingRules, Retention};
pub use retry::{After, defer, give_back, suppress};
