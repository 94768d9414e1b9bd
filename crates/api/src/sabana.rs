//! The sábana: a row for each sale accepted in a period, every stage dated, as it stood at an instant.

use std::collections::BTreeMap;

use ::sales::{AuditState, Stage};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use domain::{AgentId, CampaignId, SaleId, Timestamp};
use intake::csv_line;
use serde::Deserialize;
use store::{SaleFilter, SaleMoveRow, SaleRow, Store};
use utoipa::IntoParams;
use wire::SabanaRow;

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::sales::Viewer;

/// Sales accepted in `from..to`, as they stood at `as_of`. Those annulled since their call was no sale are left out from then on.
pub async fn sabana(
    store: &dyn Store,
    campaign: CampaignId,
    (from, to): (Timestamp, Timestamp),
    as_of: Timestamp,
    agent: Option<AgentId>,
) -> Result<Vec<SabanaRow>, ApiError> {
    let filter = SaleFilter {
        campaign: Some(campaign),
        agent,
        from: Some(from),
        to: Some(to),
        ..SaleFilter::default()
    };
    let agents = store.agents().await?;
    let agents: BTreeMap<_, _> = agents
        .into_iter()
        .map(|agent| (agent.id, agent.name))
        .collect();
    let mut moves: BTreeMap<SaleId, Vec<SaleMoveRow>> = BTreeMap::new();
    for row in store.sale_moves(&filter).await? {
        if row.at <= as_of {
            moves.entry(row.sale).or_default().push(row);
        }
    }
    let rows = store.sales(&filter).await?;
    let row = |sale: &SaleRow| {
        let moves = moves.get(&sale.id)?;
        let stands = moves.last()?.to;
        if stands == Stage::Annulled && sale.by_correction {
            return None;
        }
        let agent = sale.agent.and_then(|agent| agents.get(&agent).cloned());
        Some(row_of(sale, moves, agent))
    };
    Ok(rows.iter().filter_map(row).collect())
}

fn row_of(sale: &SaleRow, moves: &[SaleMoveRow], agent: Option<String>) -> SabanaRow {
    let last = moves.last();
    let stage = last.map_or(Stage::Accepted, |last| last.to);
    let stages = moves
        .iter()
        .map(|row| (row.to.word().to_owned(), row.at.as_millis()));
    let returned = moves
        .iter()
        .filter(|row| row.to == Stage::ReturnedToAdvisor)
        .count();
    SabanaRow {
        sale: sale.id.get(),
        attempt: sale.attempt.get(),
        agent,
        code: sale.code.clone(),
        stage: stage.word().to_owned(),
        value: sale.value,
        stages: stages.collect(),
        lost_by: last
            .filter(|_| stage.is_lost())
            .and_then(|last| last.reason.clone()),
        returned: u32::try_from(returned).unwrap_or(u32::MAX),
        audit: match moves.iter().any(|row| row.to == Stage::Validated) {
            true => sale.audit.word().to_owned(),
            false => AuditState::Undecided.word().to_owned(),
        },
    }
}

/// The same as CSV, every stage with its day and time in a zone.
pub fn sabana_csv(rows: &[SabanaRow], zone: &str) -> String {
    let before = [
        "venta",
        "intento",
        "asesor",
        "tipificacion",
        "etapa",
        "valor",
    ];
    let after = ["causa_perdida", "devoluciones_asesor", "auditoria"];
    let stages = Stage::ALL.map(|stage| stage.word().to_owned());
    let headings = before.map(str::to_owned).into_iter().chain(stages.clone());
    let headings: Vec<String> = headings.chain(after.map(str::to_owned)).collect();
    let mut text = format!("\u{feff}{}", csv_line(&headings, ';'));
    for row in rows {
        let mut cells = vec![
            row.sale.to_string(),
            row.attempt.to_string(),
            row.agent.clone().unwrap_or_default(),
            row.code.clone(),
            row.stage.clone(),
            row.value.to_string(),
        ];
        cells.extend(stages.iter().map(|stage| {
            let at = row.stages.get(stage).copied().map(Timestamp::from_millis);
            at.and_then(|at| law::text_in(zone, at)).unwrap_or_default()
        }));
        cells.extend([
            row.lost_by.clone().unwrap_or_default(),
            row.returned.to_string(),
            row.audit.clone(),
        ]);
        text.push_str(&csv_line(&cells, ';'));
    }
    text
}

/// Which sales, and as of when.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Accepted at or after, in ms since 1970 UTC.
    from: i64,
    /// Accepted before; now when absent.
    to: Option<i64>,
    /// As they stood then; now when absent.
    as_of: Option<i64>,
    /// `json` (default) or `csv`.
    format: Option<String>,
}

/// The sábana of a campaign: a row for each sale accepted in a period, every stage dated, as it stood at an instant. Of an advisor, their
/// own.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/sabana", tag = "sales", params(Wanted),
    responses((status = 200, body = [SabanaRow]), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    let instant = |ms: Option<i64>| ms.map_or_else(now, Timestamp::from_millis);
    let span = (Timestamp::from_millis(wanted.from), instant(wanted.to));
    let as_of = instant(wanted.as_of);
    let rows = sabana(app.store.as_ref(), campaign.id, span, as_of, viewer.agent).await?;
    if wanted.format.as_deref() != Some("csv") {
        return Ok(Json(rows).into_response());
    }
    let pack =
        law::Pack::by_id(&campaign.law_pack).map_err(|e| ApiError::Invalid(e.to_string()))?;
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"sabana.csv\""),
    ] {
        headers.insert(name, axum::http::HeaderValue::from_static(value));
    }
    Ok((headers, sabana_csv(&rows, pack.zone())).into_response())
}
