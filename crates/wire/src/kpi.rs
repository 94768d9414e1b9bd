//! Indicators: the catalogue, the figures of a campaign and period, and what a campaign compares with which target.

use serde::{Deserialize, Serialize};
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
    /// `share`, `number`, `seconds`, `money`.
    pub unit: String,
    /// Absent where the denominator is zero.
    pub value: Option<f64>,
    /// The value as people read it, rounded half up; `s/d` where there is none.
    pub shown: String,
    /// Above the line.
    pub numerator: Option<f64>,
    /// Below the line.
    pub denominator: Option<f64>,
    /// What is agreed, where this is the variant that the campaign compares.
    pub target: Option<f64>,
    /// Whether this is the variant that the campaign compares.
    pub chosen: bool,
    /// Whether the target is met; absent without figure or target.
    pub met: Option<bool>,
    /// What is to be said of the comparison: `met_by_machines`, `out_of_reach`.
    pub notices: Vec<KpiNotice>,
    /// The calls behind the numerator: `GET /api/v1/attempts?set=` this.
    pub drill: Option<String>,
    /// The calls behind the denominator.
    pub denominator_drill: Option<String>,
    /// Version of this definition.
    pub version: u16,
}

/// What is to be said of a figure that is compared with a target.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct KpiNotice {
    /// Stable word.
    pub code: String,
    /// In words.
    pub words: String,
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
    /// The base is what was received since then; absent: all that the campaign received.
    pub received_from: Option<i64>,
    /// Version of the definitions.
    pub definitions: String,
    /// In the order of the catalogue.
    pub kpis: Vec<Kpi>,
}

/// A definition of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct KpiDefinition {
    /// Stable id.
    pub id: String,
    /// The indicator it is a variant of; itself where it is none.
    pub indicator: String,
    /// Name in Spanish.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// The formula in Spanish.
    pub formula: String,
    /// The formula in English.
    pub formula_en: String,
    /// What belongs to a period: `invite`, `received`, `accepted`, `legalised`, `clock`.
    pub cutoff: String,
    /// The same in words.
    pub cutoff_words: String,
    /// `share`, `number`, `seconds`, `money`.
    pub unit: String,
    /// Decimals shown.
    pub decimals: u8,
    /// Where the definition comes from.
    pub source: String,
    /// Rises when it changes its meaning.
    pub version: u16,
    /// The calls of the numerator.
    pub drill: Option<String>,
}

/// What a campaign compares for an indicator.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct KpiTarget {
    /// The indicator.
    pub indicator: String,
    /// The variant compared.
    pub variant: String,
    /// With what; absent: nothing is agreed.
    pub target: Option<f64>,
    /// The target as people read it.
    pub shown: String,
    /// `at_least` or `at_most`.
    pub side: String,
    /// Whether the campaign chose it itself; otherwise it is what is recommended.
    pub own: bool,
    /// Every variant there is.
    pub variants: Vec<String>,
}

/// A choice to make.
#[derive(Clone, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KpiTargetForm {
    /// The variant to compare; the indicator's own id or that of a variant.
    pub variant: String,
    /// The campaign's own target, a share from 0 to 1; the recommended one when absent.
    pub target: Option<f64>,
}
