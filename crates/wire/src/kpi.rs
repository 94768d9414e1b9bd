//! Indicators of a campaign and period.

use serde::Serialize;
use utoipa::ToSchema;

/// One indicator, or a variant of one.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Kpi {
    /// Stable id.
    pub id: String,
    /// Name on screens.
    pub name: String,
    /// The formula in words.
    pub formula: String,
    /// `share`, `count`, `seconds`, ...
    pub unit: String,
    /// Absent where the denominator is zero.
    pub value: Option<f64>,
    /// The value as people read it; `s/d` where there is none.
    pub shown: String,
    /// Above the line.
    pub numerator: Option<f64>,
    /// Below the line.
    pub denominator: Option<f64>,
    /// What is agreed.
    pub target: Option<f64>,
    /// The calls behind it: `GET /api/v1/attempts?set=` this.
    pub drill: Option<String>,
}

/// The indicators of a campaign and period.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct KpiReport {
    /// Campaign.
    pub campaign: String,
    /// From, in ms since 1970 UTC.
    pub from: i64,
    /// Until, not included.
    pub to: i64,
    /// Version of the definitions.
    pub definitions: String,
    /// In the order of the catalogue.
    pub kpis: Vec<Kpi>,
}
