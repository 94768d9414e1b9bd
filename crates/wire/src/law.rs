//! Law packs: what binds calls, and where it is written.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The law of one country, in the version that is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LawPack {
    /// Short name, as campaigns bear it.
    pub id: String,
    /// Version of its text.
    pub version: String,
    /// Name for people.
    pub name: String,
    /// Time zone that counts where a person's own is not known.
    pub zone: String,
    /// Whether calls under it may only leave towards the machine itself.
    pub loopback_only: bool,
    /// Every rule of it.
    pub rules: Vec<LawRule>,
}

/// One rule of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LawRule {
    /// Stable id, as refused calls bear it.
    pub id: String,
    /// What it limits.
    pub says: String,
    /// The purposes of calls that it binds.
    pub purposes: Vec<String>,
    /// First day it binds, such as `2023-10-10`.
    pub valid_from: String,
    /// Last day; absent while in force.
    pub valid_to: Option<String>,
    /// Where it is written.
    pub source: String,
}
