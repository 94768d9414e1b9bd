//! A trunk asked whether it is there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrunkTest {
    /// The name of the trunk.
    pub trunk: String,
    /// Whether an address answered so that calls may be tried.
    pub ok: bool,
    /// What to know or do, where that is of the whole trunk: `dns` means that its host has no address.
    pub problem: Option<String>,
    /// The same for people.
    pub says: String,
    /// What each address said.
    pub addresses: Vec<TrunkTestAddress>,
}

/// What an address of a trunk said to OPTIONS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrunkTestAddress {
    /// Which.
    pub address: String,
    /// `ok`: it answers; `credentials`: it answers and asks who calls (401, 407); `refused`: 403;
    /// `unavailable`: 408 or 503; `timeout`: no answer; `connect`: no connection.
    pub result: String,
    /// The same for people, and what to do.
    pub says: String,
    /// From OPTIONS to the answer.
    pub round_trip_ms: Option<f64>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The methods it allows.
    pub allow: Vec<String>,
    /// What it calls itself.
    pub server: Option<String>,
}
