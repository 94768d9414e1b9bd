//! The informe gerencial over HTTP.

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use campaigns::Campaign;
use domain::CampaignId;
use intake::Language;
use serde::Deserialize;
use store::Role;
use utoipa::IntoParams;
use wire::GerencialReport;

use super::{GerencialForm, GerencialWanted, gerencial, plans};
use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::gestion::{GestionWanted, optional_day};

/// Nothing but what is in the page.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Which days, and how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// A month such as `2026-11`; this one when nothing is said.
    month: Option<String>,
    /// From this day on, such as `2026-11-03`,
    from: Option<String>,
    /// until this day, which is not included.
    to: Option<String>,
    /// The base is what was received from this day on; all that the campaign received when absent.
    received_from: Option<String>,
    /// What became of sales as it stood when this day ended; now when absent.
    as_of: Option<String>,
    /// `json` (default), `csv`, `xlsx` or `html`.
    format: Option<String>,
    /// `es` (default) or `en`.
    lang: Option<String>,
}

impl Wanted {
    fn meant(&self, campaign: &Campaign) -> Result<GerencialWanted, ApiError> {
        let days = (optional_day(&self.from)?, optional_day(&self.to)?);
        let (from, to) = GestionWanted::span(campaign, now(), self.month.as_deref(), days)?;
        let language = self.lang.as_deref().map(str::parse::<Language>);
        Ok(GerencialWanted {
            from,
            to,
            received_from: optional_day(&self.received_from)?,
            as_of: optional_day(&self.as_of)?,
            language: language
                .transpose()
                .map_err(ApiError::Invalid)?
                .unwrap_or_default(),
        })
    }
}

/// A campaign over some days against its targets: indicators with their lights, evolution, parts, pipeline of sales, causes of
/// loss, and what is to be planned; as JSON, CSV, a workbook with charts or a page to print.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/gerencial", tag = "reports", params(Wanted),
    responses((status = 200, body = GerencialReport), (status = 404, body = wire::Problem),
        (status = 422, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(asked): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.reader()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let form = GerencialForm::from_word(asked.format.as_deref().unwrap_or("json"))?;
    let wanted = asked.meant(&campaign)?;
    let mut report = gerencial(store, &campaign, &wanted, now()).await?;
    if caller.user.role == Role::Client {
        plans::withhold(&mut report.plans);
    }
    let bytes = form.bytes(&report, &campaign)?;
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    set(CONTENT_TYPE, form.media_type());
    match form {
        GerencialForm::Json => {}
        GerencialForm::Html => set(CONTENT_SECURITY_POLICY, PAGE_POLICY),
        GerencialForm::Csv | GerencialForm::Xlsx => {
            let named = format!(
                "attachment; filename=\"gerencial-{}-{}.{}\"",
                campaign.id,
                report.from,
                form.ending()
            );
            set(CONTENT_DISPOSITION, &named);
        }
    }
    Ok(response)
}
