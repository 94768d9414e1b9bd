//! Whom to call, when, and how often: campaigns and their rules, the hopper,
//! retries, and the catalogue of typifications.

mod campaign;

pub use campaign::{Campaign, InvalidCampaign, RING_TIMEOUT_MAX, RING_TIMEOUT_MIN};
