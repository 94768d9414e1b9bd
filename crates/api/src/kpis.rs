//! Indicators of a campaign and period, from the one catalogue.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{CampaignId, Timestamp};
use serde::Deserialize;
use store::Store;
use utoipa::IntoParams;
use wire::{Kpi, KpiReport};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;

/// Which period.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Period {
    /// From, in ms since 1970 UTC; the beginning when absent.
    from: Option<i64>,
    /// Until, not included; now when absent.
    to: Option<i64>,
}

/// The indicators of a campaign and period. `drill` names the calls behind one.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/kpis", tag = "kpis", params(Period),
    responses((status = 200, body = KpiReport), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(period): Query<Period>,
) -> Result<Json<KpiReport>, ApiError> {
    caller.supervisor()?;
    let from = Timestamp::from_millis(period.from.unwrap_or(0));
    let to = period.to.map_or_else(now, Timestamp::from_millis);
    Ok(Json(
        report(app.store.as_ref(), CampaignId::new(id), from, to).await?,
    ))
}

/// The indicators of a campaign and period.
pub async fn report(
    store: &dyn Store,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<KpiReport, ApiError> {
    let named = find(store, campaign).await?;
    let facts = store.facts(campaign, from, to).await?;
    Ok(KpiReport {
        campaign: named.name,
        from: from.as_millis(),
        to: to.as_millis(),
        definitions: kpi::VERSION.to_owned(),
        kpis: kpi::compute(&facts).into_iter().map(shown).collect(),
    })
}

fn shown(kpi: kpi::KpiValue) -> Kpi {
    let definition = kpi.definition;
    Kpi {
        id: definition.id.to_owned(),
        name: definition.name.to_owned(),
        formula: definition.formula.to_owned(),
        unit: definition.unit.word().to_owned(),
        shown: kpi.shown(),
        value: kpi.value,
        numerator: kpi.numerator,
        denominator: kpi.denominator,
        target: definition.target,
        drill: definition.drill.map(|set| set.word().to_owned()),
    }
}
