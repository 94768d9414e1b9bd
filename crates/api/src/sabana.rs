//! The sábana: a row for each sale accepted in a period, every stage dated, as it stood at an instant.

use std::collections::BTreeMap;

use ::sales::{AuditState, Stage, Verdict};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use domain::{AgentId, CampaignId, SaleId, Timestamp};
use intake::csv_line;
use serde::Deserialize;
use store::{Paper, SaleFilter, SaleMoveRow, SaleRow, Store};
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
    let sheets = store.newest_papers(&filter, Paper::Sheet).await?;
    let sheets: BTreeMap<SaleId, Timestamp> =
        sheets.into_iter().map(|(id, row)| (id, row.at)).collect();
    let mut rows = Vec::new();
    for sale in store.sales(&filter).await? {
        let Some(moves) = moves.get(&sale.id) else {
            continue;
        };
        let stands = moves.last().map(|last| last.to);
        if stands == Some(Stage::Annulled) && sale.by_correction {
            continue;
        }
        let agent = sale.agent.and_then(|agent| agents.get(&agent).cloned());
        let value = value_at(store, &sale, sheets.get(&sale.id).copied(), as_of).await?;
        let audit = audit_at(store, &sale, moves, as_of).await?;
        rows.push(row_of(&sale, moves, agent, (value, audit)));
    }
    Ok(rows)
}

/// What a sale was worth by the sheet that was the newest at an instant. A sheet that was erased with its customer, or that is
/// of before versions kept their value, says nothing: then what is known now.
async fn value_at(
    store: &dyn Store,
    sale: &SaleRow,
    newest: Option<Timestamp>,
    as_of: Timestamp,
) -> Result<i64, ApiError> {
    match newest {
        Some(at) if at > as_of => {
            let versions = store.papers(sale.id, Paper::Sheet).await?;
            let then = versions.iter().find(|version| version.at <= as_of);
            Ok(then.map_or(0, |version| version.value.unwrap_or(sale.value)))
        }
        Some(_) | None => Ok(sale.value),
    }
}

/// How the audit of a sale stood at an instant: decided when it was validated, and the last one by then.
async fn audit_at(
    store: &dyn Store,
    sale: &SaleRow,
    moves: &[SaleMoveRow],
    as_of: Timestamp,
) -> Result<AuditState, ApiError> {
    if !moves.iter().any(|row| row.to == Stage::Validated) {
        return Ok(AuditState::Undecided);
    }
    if !matches!(sale.audit, AuditState::Passed | AuditState::Failed) {
        return Ok(sale.audit);
    }
    let audits = store.sale_audits(sale.id).await?;
    let last = audits.iter().rev().find(|audit| audit.at <= as_of);
    Ok(match last.map(|audit| audit.verdict) {
        Some(Verdict::Passed) => AuditState::Passed,
        Some(_) => AuditState::Failed,
        None if sale.audit_why.is_empty() => AuditState::NotDue,
        None => AuditState::Due,
    })
}

fn row_of(
    sale: &SaleRow,
    moves: &[SaleMoveRow],
    agent: Option<String>,
    (value, audit): (i64, AuditState),
) -> SabanaRow {
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
        value,
        stages: stages.collect(),
        lost_by: last
            .filter(|_| stage.is_lost())
            .and_then(|last| last.reason.clone()),
        returned: u32::try_from(returned).unwrap_or(u32::MAX),
        audit: audit.word().to_owned(),
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
