//! Route plans as configured.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A route plan to make or change; what is absent keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RoutePlanForm {
    /// Unique name.
    pub name: Option<String>,
    /// All of its rows.
    pub routes: Option<Vec<RouteRow>>,
}

/// A row: called numbers that begin with `prefix` may leave over `trunk`. Of the rows that fit, the
/// longest prefix goes first, then the lowest priority, then the lowest cost; rows alike in all
/// three share the calls by weight; what one cannot take goes to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RouteRow {
    /// Name of the trunk.
    pub trunk: String,
    /// Such as `+573`; `*` or absent: all numbers.
    pub prefix: Option<String>,
    /// Lower ones first; 0 when absent.
    pub priority: Option<u16>,
    /// Part of the calls among its like; 1 when absent.
    pub weight: Option<u16>,
    /// What a minute costs, in whatever currency the site counts in.
    pub cost: Option<f64>,
}

/// A route plan.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RoutePlan {
    /// Which.
    pub id: i64,
    /// Unique name.
    pub name: String,
    /// Its rows.
    pub routes: Vec<RouteRow>,
}
