//! Whom to call, when, and how often: campaigns and their rules, the hopper,
//! retries, and the catalogue of typifications.

mod caller_id;
mod campaign;
mod catalogue;
mod contact_limits;
mod hopper;
mod mix;
mod recording;
mod retry;
mod segmentation;

pub use caller_id::{
    CallerIdChoice, CallerIdUse, CallerIds, JUDGED_FROM, RESTS_FOR, Region, RestBelow, Rotation,
};
pub use campaign::{Campaign, InvalidCampaign, RING_TIMEOUT_MAX, RING_TIMEOUT_MIN};
pub use catalogue::{Catalogue, InvalidCatalogue, UNTYPIFIED};
pub use contact_limits::ContactLimits;
pub use hopper::Hopper;
pub use mix::{Mix, MixAsk, MixTurn};
pub use recording::{Consent, RecordFrom, RecordingRules, Retention};
pub use retry::{After, defer, give_back, suppress};
pub use segmentation::{
    CampaignSegment, HOUR_UNKNOWN, InvalidSegmentation, Left, Quota, QuotaOf, REST_NAME, Rest,
    SEGMENTS_MAX, SegmentOrder, SegmentTally, Segmentation, day_begins, hours_from, local_day,
    local_hour, rank,
};
