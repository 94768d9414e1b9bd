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
    /// Put before every number: short for the one rule `* put PREFIX` in `called`.
    pub prefix: Option<String>,
    /// How called numbers are written: the first rule that fits, such as `+57/12 strip 2 put 03`
    /// (numbers of 12 digits in 57: two digits less, `03` in front); `*` fits all. None fits:
    /// `+` and the digits of E.164.
    pub called: Option<Vec<String>>,
    /// How calling numbers are written; likewise.
    pub calling: Option<Vec<String>>,
    /// Fields of its INVITEs: `add NAME: VALUE`, `set NAME: VALUE`, `remove NAME`; a value may hold
    /// `{called}`, `{calling}`, `{attempt}`, `{trunk}`.
    pub headers: Option<Vec<String>>,
    /// The user in From where it is not the number; empty: the number.
    pub from_user: Option<String>,
    /// The host in From where it is not our domain; empty: our domain.
    pub from_domain: Option<String>,
    /// P-Asserted-Identity with the number; yes when absent.
    pub asserted: Option<bool>,
    /// Remote-Party-ID with the number.
    pub remote_party: Option<bool>,
    /// `Privacy: id` and an anonymous From.
    pub private: Option<bool>,
    /// Diversion from this number, in E.164; empty: none.
    pub diversion: Option<String>,
    /// History-Info beside Diversion.
    pub history_info: Option<bool>,
    /// For how long to register with the carrier, such as `300s`; `0s`: not at all.
    pub register: Option<String>,
    /// Whether its audio is protected (SDES, RFC 4568), which `tls` alone allows: `off`, `offered`
    /// (default: a key beside audio in clear) or `required` (RTP/SAVP or no call).
    pub srtp: Option<String>,
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
    /// How called numbers are written.
    pub called: Vec<String>,
    /// How calling numbers are written.
    pub calling: Vec<String>,
    /// Rules for the fields of its INVITEs.
    pub headers: Vec<String>,
    /// The user in From where it is not the number.
    pub from_user: Option<String>,
    /// The host in From where it is not our domain.
    pub from_domain: Option<String>,
    /// P-Asserted-Identity with the number.
    pub asserted: bool,
    /// Remote-Party-ID with the number.
    pub remote_party: bool,
    /// `Privacy: id` and an anonymous From.
    pub private: bool,
    /// Diversion from this number.
    pub diversion: Option<String>,
    /// History-Info beside Diversion.
    pub history_info: bool,
    /// For how long we register with the carrier, in seconds.
    pub register_s: Option<u64>,
    /// Whether its audio is protected: `off`, `offered` or `required`.
    pub srtp: String,
    /// Whether it may be used.
    pub enabled: bool,
}
