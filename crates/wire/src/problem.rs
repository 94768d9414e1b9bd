//! An error as the API tells it: a stable code for programs, words for people.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What went wrong and what to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Stable code, such as `not_found`.
    pub code: String,
    /// What happened and what to do next.
    pub message: String,
}
