//! Registers of numbers that must not be called.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A register: what is known of it, and whether campaigns may go by that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Register {
    /// Its name.
    pub register: String,
    /// The snapshot in force; none: nothing was loaded.
    pub snapshot: Option<RegisterSnapshot>,
    /// What each law pack that demands it says of its age.
    pub demanded_by: Vec<RegisterDemand>,
}

/// What a law pack says of a register's age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterDemand {
    /// Pack and version.
    pub pack: String,
    /// The rule.
    pub rule: String,
    /// How old it is, in the days the rule counts in; none: nothing was loaded.
    pub age: Option<u32>,
    /// `fresh`; `late`: only where a manager says so; `old`, `missing`: no call.
    pub state: String,
    /// Whether campaigns under the pack may call.
    pub may_call: bool,
}

/// A register as somebody fetched it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterSnapshot {
    /// Its number.
    pub id: i64,
    /// Of which register.
    pub register: String,
    /// The day it tells of, such as `2026-11-30`.
    pub as_of: String,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// When it came into force, in ms since 1970 UTC.
    pub loaded_at: i64,
    /// Who loaded it.
    pub loaded_by: String,
    /// What its file was called.
    pub file_name: String,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
    /// Numbers in it.
    pub numbers: u64,
    /// Numbers that were in the file more than once.
    pub repeated: u64,
    /// Lines of the file that are no number.
    pub rejected: u64,
    /// Numbers of our contacts that are in it; none: not counted yet.
    pub hits: Option<u64>,
    /// When another took its place, in ms since 1970 UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaced_at: Option<i64>,
    /// The manager who lets it be used though it is late.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub overridden: Option<RegisterOverride>,
}

/// That a manager lets a late snapshot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterOverride {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Let a late snapshot be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterOverrideForm {
    /// Why, in 1 to 500 characters.
    pub reason: String,
}
