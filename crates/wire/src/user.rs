//! Those who may log in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A user to make or change; what is absent keeps its value.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UserForm {
    /// Unique log-in name.
    pub name: Option<String>,
    /// `admin`, `supervisor` or `advisor`.
    pub role: Option<String>,
    /// Password, 8 characters at least; generated for a new user when absent.
    pub password: Option<String>,
    /// Name of the agent they are, for advisors.
    pub agent: Option<String>,
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct User {
    /// Which.
    pub id: i64,
    /// Unique log-in name.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// The agent they are.
    pub agent: Option<i64>,
    /// Shown once, when it was generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}
