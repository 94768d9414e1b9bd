//! The sums of an informe de gestión.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// What an informe de gestión says, summed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GestionTotals {
    /// The campaign.
    pub campaign: String,
    /// Of the loads from this day on, by the clock of the campaign's law pack,
    pub from: String,
    /// until this day, which is not included.
    pub to: String,
    /// As it stood when this day ended; or stands, on it.
    pub day: String,
    /// Rows received.
    pub received: u64,
    /// Rows by state: `virgen`, `en_gestion`, `agotado`, `cerrado`, `excluido`. They add up to the rows received.
    pub states: BTreeMap<String, u64>,
    /// Those excluded, by reason.
    pub reasons: BTreeMap<String, u64>,
    /// 1, and one more for each correction, made after the day, of a call of that day.
    pub version: u32,
    /// When the last of those was made, in ms since 1970 UTC.
    pub restated_at: Option<i64>,
}
