//! A supervisor on an advisor's call.

use serde::Deserialize;
use utoipa::ToSchema;

/// Whose call to join, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupervisionForm {
    /// The advisor, by id.
    pub agent: i64,
    /// Who hears the supervisor: nobody (`listen`), the advisor (`whisper`) or all (`barge`).
    pub mode: String,
}

/// What an advisor is to do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentStateForm {
    /// `ready`, `break` or `logout`.
    pub to: String,
}
