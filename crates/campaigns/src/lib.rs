//! Whom to call, when, and how often: campaigns and their rules, the hopper,
//! retries, and the catalogue of typifications.

mod campaign;
mod catalogue;
mod hopper;
mod retry;

pub use campaign::{Campaign, InvalidCampaign, RING_TIMEOUT_MAX, RING_TIMEOUT_MIN};
pub use catalogue::{Catalogue, InvalidCatalogue, UNTYPIFIED};
pub use hopper::Hopper;
pub use retry::{After, defer, give_back, suppress};
