//! A source on the SIP side that is not heard for a while.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A ban: too many wrong logins came from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SipBan {
    /// The address; over IPv6 that of its network.
    pub source: String,
    /// Why: `wrong_logins`.
    pub reason: String,
    /// For how many seconds it still holds.
    pub expires_in_s: u64,
    /// Until when.
    pub until: i64,
    /// How many wrong logins led to it.
    pub wrong_logins: u32,
}
