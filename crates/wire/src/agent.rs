//! Agents as configured.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An agent to make or change; what is absent keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AgentForm {
    /// Name on screens, unique.
    pub name: Option<String>,
    /// User part of the phone's address of record.
    pub sip_user: Option<String>,
    /// Password of the phone; generated for a new agent when absent.
    pub sip_password: Option<String>,
    /// Names of the campaigns they take calls for.
    pub campaigns: Option<Vec<String>>,
    /// `nailed_up` (default) or `per_call`.
    pub line: Option<String>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Agent {
    /// Which.
    pub id: i64,
    /// Name on screens.
    pub name: String,
    /// User part of the phone's address of record.
    pub sip_user: String,
    /// Shown once, when it was generated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip_password: Option<String>,
    /// Names of the campaigns they take calls for.
    pub campaigns: Vec<String>,
    /// `nailed_up` or `per_call`.
    pub line: String,
}
