//! Trunks as configured.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A trunk to make or change; what is absent keeps its value.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrunkForm {
    /// Unique name.
    pub name: Option<String>,
    /// Host name or IP address of the carrier.
    pub host: Option<String>,
    /// Port; 5060 when absent (5061 for `tls`); 0: as the carrier's name servers say (SRV).
    pub port: Option<u16>,
    /// `udp` (default), `tcp` or `tls`.
    pub transport: Option<String>,
    /// Calls at once; 30 when absent.
    pub channels_max: Option<u32>,
    /// New calls per second; 10 when absent.
    pub calls_per_second_max: Option<f64>,
    /// Digest user, where the carrier asks for one.
    pub user: Option<String>,
    /// Digest password.
    pub password: Option<String>,
    /// Put before the number.
    pub prefix: Option<String>,
    /// Whether it may be used.
    pub enabled: Option<bool>,
}

/// A trunk. Its password is never shown.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Trunk {
    /// Which.
    pub id: i64,
    /// Unique name.
    pub name: String,
    /// Host name or IP address of the carrier.
    pub host: String,
    /// Port; 0: as the carrier's name servers say (SRV).
    pub port: u16,
    /// `udp`, `tcp` or `tls`.
    pub transport: String,
    /// Calls at once.
    pub channels_max: u32,
    /// New calls per second.
    pub calls_per_second_max: f64,
    /// Digest user.
    pub user: Option<String>,
    /// Put before the number.
    pub prefix: String,
    /// Whether it may be used.
    pub enabled: bool,
}
