//! Reports by schedule, and what became of each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A schedule to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleForm {
    /// Unique name.
    pub name: String,
    /// Name of the campaign.
    pub campaign: String,
    /// `gestion`, `gerencial`, `kpi`, `hourly`, `sabana` or `parquet`.
    pub report: String,
    /// `csv`, `xlsx`, `json` or `parquet`; the usual of the report when absent.
    #[serde(default)]
    pub format: Option<String>,
    /// `today`, `yesterday` (when absent), `last_7_days`, `last_week`, `month_to_yesterday` or `last_month`, seen from the day
    /// it is due.
    #[serde(default)]
    pub period: Option<String>,
    /// When: minute, hour, day of the month, month and day of the week, such as `30 6 * * mon-fri`.
    pub cron: String,
    /// By the clock of this time zone; that of the campaign's law pack when absent.
    #[serde(default)]
    pub zone: Option<String>,
    /// Only Mondays to Fridays that are no holidays of that law pack.
    #[serde(default)]
    pub business_days: bool,
    /// A place that the configuration of the node names under `[delivery]`.
    pub place: String,
    /// Documents, names and numbers are not masked.
    #[serde(default)]
    pub clear: bool,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Schedule {
    /// Which.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Of which campaign.
    pub campaign: i64,
    /// What.
    pub report: String,
    /// As what.
    pub format: String,
    /// Of which days.
    pub period: String,
    /// When.
    pub cron: String,
    /// By the clock of this time zone.
    pub zone: String,
    /// Only on business days.
    pub business_days: bool,
    /// To which place.
    pub place: String,
    /// `folder`, `email` or `webhook`; none where this node has no such place.
    pub place_kind: Option<String>,
    /// Documents, names and numbers are not masked.
    pub clear: bool,
    /// When it is due next; none where it cannot be reckoned with.
    pub next_at: Option<i64>,
}

/// A run of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScheduleRun {
    /// Which.
    pub id: i64,
    /// Of which schedule.
    pub schedule: i64,
    /// When it was due.
    pub due_at: i64,
    /// So many before it were missed while nothing ran, and are not made good.
    pub missed: u32,
    /// Who asked for it outside of the schedule.
    pub asked_by: Option<String>,
    /// `waiting`, `running`, `arrived` or `dead`.
    pub state: String,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next, where it waits.
    pub next_at: Option<i64>,
    /// Why it failed last.
    pub fault: Option<String>,
    /// What the file is called.
    pub file: Option<String>,
    /// Its SHA-256.
    pub sha256: Option<String>,
    /// Its size.
    pub bytes: Option<u64>,
    /// When it arrived or died.
    pub ended_at: Option<i64>,
}
