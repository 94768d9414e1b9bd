//! The informe de gestión over HTTP.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use campaigns::Campaign;
use chrono::NaiveDate;
use domain::{CampaignId, ListId};
use serde::Deserialize;
use store::Role;
use utoipa::IntoParams;

use super::sheets::{CsvSheet, GestionForm, write_gestion_file};
use super::{GestionWanted, gestion};
use crate::App;
use crate::audit;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::evidence_zip::pieces;

/// Which records.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of the loads of a month such as `2026-11`; this one when nothing is said.
    month: Option<String>,
    /// Of the loads from this day on, such as `2026-11-03`,
    from: Option<String>,
    /// until this day, which is not included.
    to: Option<String>,
    /// Of this list alone.
    list: Option<i64>,
    /// As it stood when this day ended; now when absent.
    as_of: Option<String>,
    /// `csv` (default), `xlsx`, or `json`: its sums alone.
    format: Option<String>,
}

impl Wanted {
    fn span(&self, campaign: &Campaign) -> Result<(NaiveDate, NaiveDate), ApiError> {
        let days = (optional_day(&self.from)?, optional_day(&self.to)?);
        GestionWanted::span(campaign, now(), self.month.as_deref(), days)
    }
}

/// A day, where one is said.
pub(crate) fn optional_day(text: &Option<String>) -> Result<Option<NaiveDate>, ApiError> {
    text.as_deref().map(day_of).transpose()
}

fn day_of(text: &str) -> Result<NaiveDate, ApiError> {
    let words = || ApiError::Invalid(format!("`{text}` is no date; write it as 2026-11-30"));
    text.parse().map_err(|_| words())
}

/// Every record received within a span with what became of it, adding up to what was received, as CSV or XLSX. Documents are
/// masked, and phones too but to administrators. In the audit log.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/gestion", tag = "reports", params(Wanted),
    responses((status = 200, body = wire::GestionTotals), (status = 404, body = wire::Problem),
        (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    noted: audit::From,
    Path(id): Path<i64>,
    Query(asked): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.reader()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let (from, to) = asked.span(&campaign)?;
    let sums_alone = asked.format.as_deref() == Some("json");
    let word = asked.format.as_deref().filter(|_| !sums_alone);
    let form = GestionForm::from_word(word.unwrap_or("csv"))?;
    let wanted = GestionWanted {
        lists: asked.list.map(ListId::new).into_iter().collect(),
        from,
        to,
        as_of: optional_day(&asked.as_of)?,
        masked: caller.user.role != Role::Admin,
    };
    let subject = format!("campaign {}", campaign.id);
    let detail = format!("records received from {from} until {to}");
    audit::note(store, &caller, &noted, "report.gestion", subject, detail).await?;
    if sums_alone {
        let mut nowhere = CsvSheet::begin(std::io::sink())?;
        let totals = gestion(store, &campaign, &wanted, now(), &mut nowhere).await?;
        return Ok(Json(totals).into_response());
    }
    let folder = tempfile::tempdir().map_err(ApiError::internal)?;
    let path = folder.path().join("gestion");
    let totals = write_gestion_file(store, &campaign, &wanted, now(), (form, &path)).await?;
    // Open, it is read to its end; its name goes with the folder.
    let file = tokio::fs::File::open(&path).await;
    let file = file.map_err(ApiError::internal)?;
    let kind = match form {
        GestionForm::Csv => "text/csv; charset=utf-8",
        GestionForm::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let named = format!(
        "attachment; filename=\"gestion-{}-{}.{}\"",
        campaign.id,
        totals.day,
        form.ending()
    );
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, named),
    ];
    Ok((headers, Body::from_stream(pieces(file))).into_response())
}
