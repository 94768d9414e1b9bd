//! The catalogue of indicators, and which variant a campaign compares with which target.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::CampaignId;
use kpi::{CATALOGUE, Choice, Definition, NO_FIGURE, RECOMMENDED, Recommended, Side};
use store::Store;
use wire::{KpiDefinition, KpiTarget, KpiTargetForm};

use crate::App;
use crate::auth::Caller;
use crate::campaigns::find;
use crate::error::ApiError;

/// Every indicator and variant there is, in the order of reports.
#[utoipa::path(get, path = "/api/v1/kpis", tag = "kpis",
    responses((status = 200, body = [KpiDefinition])))]
pub(crate) async fn catalogue(caller: Caller) -> Result<Json<Vec<KpiDefinition>>, ApiError> {
    caller.reader()?;
    Ok(Json(kpi_catalogue()))
}

/// Which variant of each indicator a campaign compares, and with which target.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/kpi-targets", tag = "kpis",
    responses((status = 200, body = [KpiTarget]), (status = 404, body = wire::Problem)))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<KpiTarget>>, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    kpi_targets(app.store.as_ref(), id).await.map(Json)
}

/// Choose the variant that is compared for an indicator, and the campaign's own target. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/kpi-targets/{indicator}", tag = "kpis",
    request_body = KpiTargetForm,
    responses((status = 200, body = KpiTarget), (status = 404, body = wire::Problem),
              (status = 422, body = wire::Problem)))]
pub(crate) async fn put(
    caller: Caller,
    Path((id, indicator)): Path<(i64, String)>,
    Json(form): Json<KpiTargetForm>,
) -> Result<Json<KpiTarget>, ApiError> {
    caller.admin()?;
    let choice = Choice {
        indicator,
        variant: form.variant,
        target: form.target,
    };
    put_kpi_target(caller.store.as_ref(), CampaignId::new(id), &choice)
        .await
        .map(Json)
}

/// Go back to what is recommended. In the audit log.
#[utoipa::path(delete, path = "/api/v1/campaigns/{id}/kpi-targets/{indicator}", tag = "kpis",
    responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn reset(
    caller: Caller,
    Path((id, indicator)): Path<(i64, String)>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    reset_kpi_target(caller.store.as_ref(), CampaignId::new(id), &indicator).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Every definition, in the order of reports.
pub fn kpi_catalogue() -> Vec<KpiDefinition> {
    let shown = |definition: &Definition| KpiDefinition {
        id: definition.id.to_owned(),
        indicator: definition.indicator().to_owned(),
        name: definition.name.to_owned(),
        name_en: definition.name_en.to_owned(),
        formula: definition.formula(),
        formula_en: definition.formula_en(),
        cutoff: definition.cutoff.word().to_owned(),
        cutoff_words: definition.cutoff.names().0.to_owned(),
        unit: definition.unit.word().to_owned(),
        decimals: definition.decimals,
        source: definition.source.words(),
        version: definition.version,
        drill: definition.drill().map(|set| set.word().to_owned()),
    };
    CATALOGUE.iter().map(shown).collect()
}

/// What a campaign compares, indicator by indicator.
pub async fn kpi_targets(
    store: &dyn Store,
    campaign: CampaignId,
) -> Result<Vec<KpiTarget>, ApiError> {
    let choices = store.kpi_choices(campaign).await?;
    let of = |row: &Recommended| {
        let own = choices.iter().find(|own| own.indicator == row.indicator);
        target_shown(row, own)
    };
    Ok(RECOMMENDED.iter().map(of).collect())
}

fn target_shown(row: &Recommended, own: Option<&Choice>) -> KpiTarget {
    let target = own.and_then(|own| own.target).or(row.target);
    let variant = own.map_or(row.variant, |own| own.variant.as_str());
    let definition = Definition::of(variant);
    let shown = definition
        .zip(target)
        .map(|(definition, target)| definition.unit.shown(target, definition.decimals));
    let of_indicator = |other: &&Definition| other.indicator() == row.indicator;
    let variants = CATALOGUE.iter().filter(of_indicator);
    KpiTarget {
        indicator: row.indicator.to_owned(),
        variant: variant.to_owned(),
        target,
        shown: shown.unwrap_or_else(|| NO_FIGURE.to_owned()),
        side: match row.side {
            Side::AtLeast => "at_least",
            Side::AtMost => "at_most",
        }
        .to_owned(),
        own: own.is_some(),
        variants: variants.map(|other| other.id.to_owned()).collect(),
    }
}

/// Chooses what is compared for an indicator.
pub async fn put_kpi_target(
    store: &dyn Store,
    campaign: CampaignId,
    choice: &Choice,
) -> Result<KpiTarget, ApiError> {
    find(store, campaign).await?;
    let check = choice.check();
    check.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    store.put_kpi_choice(campaign, choice).await?;
    let row = RECOMMENDED
        .iter()
        .find(|row| row.indicator == choice.indicator)
        .expect("a choice that was checked is of an indicator of the table");
    Ok(target_shown(row, Some(choice)))
}

/// Goes back to what is recommended for an indicator.
pub async fn reset_kpi_target(
    store: &dyn Store,
    campaign: CampaignId,
    indicator: &str,
) -> Result<(), ApiError> {
    find(store, campaign).await?;
    match store.remove_kpi_choice(campaign, indicator).await? {
        true => Ok(()),
        false => Err(ApiError::NotFound(format!(
            "choice for `{indicator}` in this campaign"
        ))),
    }
}
