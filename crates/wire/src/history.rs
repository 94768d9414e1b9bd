//! What taking in the history of another system came to.

use serde::Serialize;
use utoipa::ToSchema;

/// Rows of one table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryPart {
    /// Rows read.
    pub rows: u64,
    /// Of these, those that were not here before.
    pub new: u64,
}

/// What taking in a history came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryAccount {
    /// Name of the campaign that holds it.
    pub campaign: String,
    /// False where it was only checked.
    pub written: bool,
    /// Contacts.
    pub contacts: HistoryPart,
    /// Attempts.
    pub attempts: HistoryPart,
    /// What was said of them.
    pub typifications: HistoryPart,
    /// What agents did with their time.
    pub agent_states: HistoryPart,
    /// Moves of sales.
    pub sales: HistoryPart,
    /// Goals.
    pub goals: HistoryPart,
    /// Agents who were not here before; they have no phone until they are given one.
    pub agents_made: Vec<String>,
}
