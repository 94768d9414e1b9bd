//! Whom to call, when, and how often: campaigns and their rules, the hopper,
//! retries, and the catalogue of typifications.

mod budget;
mod caller_id;
mod campaign;
mod catalogue;
mod contact_limits;
mod contradiction;
mod edited_rows;
mod edited_table;
mod hopper;
mod hours;
mod mix;
mod recording;
mod retry;
mod return_schedule;
mod segmentation;
mod spread;
mod zone;

pub use budget::over_budget;
pub use caller_id::{
    CallerIdChoice, CallerIdUse, CallerIds, JUDGED_FROM, RESTS_FOR, Region, RestBelow, Rotation,
};
pub use campaign::{Campaign, InvalidCampaign, RING_TIMEOUT_MAX, RING_TIMEOUT_MIN};
pub use catalogue::{CATALOGUE_COLUMNS, Catalogue, InvalidCatalogue, RowProblem};
pub use contact_limits::ContactLimits;
pub use contradiction::{ContradictionRule, InvalidRules, Signals};
pub use edited_rows::{EditedColumn, EditedRow, read_edited};
pub use hopper::Hopper;
pub use hours::{CampaignHours, InvalidHours};
pub use law::DayClock;
pub use mix::{Mix, MixAsk, MixTurn};
pub use recording::{Consent, RecordFrom, RecordingRules, Retention};
pub use retry::{After, defer, exhaust, give_back, suppress};
pub use return_schedule::{CAUGHT_UP_MAX, DueReturn, ReturnSchedule, WrittenReturn};
pub use segmentation::{
    CampaignSegment, HOUR_UNKNOWN, InvalidSegmentation, Left, Quota, QuotaOf, REST_NAME, Rest,
    SEGMENTS_MAX, SegmentOrder, SegmentTally, Segmentation, hours_from, rank,
};
pub use spread::{LegalDay, SpreadPace};
pub use zone::{zone_of, zone_of_number};
