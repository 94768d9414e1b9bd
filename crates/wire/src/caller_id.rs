//! What each caller id did.

use serde::Serialize;
use utoipa::ToSchema;

/// A caller id of a campaign with what it did.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CallerId {
    /// For which campaign.
    pub campaign: String,
    /// The number shown.
    pub caller_id: String,
    /// Whether the campaign shows it still.
    pub in_use: bool,
    /// Calls placed.
    pub calls: u64,
    /// Of which answered, by whatever.
    pub answered: u64,
    /// Of which by a person.
    pub by_people: u64,
    /// Share answered; absent without calls.
    pub answer_rate: Option<f64>,
    /// Share answered by a person; absent without calls.
    pub people_rate: Option<f64>,
}
