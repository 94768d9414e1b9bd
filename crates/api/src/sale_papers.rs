//! Sheets and reservations of sales: checked whole, and kept only where nothing is wrong.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use chrono::NaiveDate;
use domain::{CampaignId, SaleId, Timestamp, hidden};
use law::Pack;
use sales::{FieldProblem, Kind, Reservation, SaleForm, Setting, Sheet, SheetSubject};
use store::{NewPaper, Paper, SaleRow, Store};
use wire::{Sale, SalePaperForm, SaleRecord};

use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::sales::{Shelf, Viewer};

/// Most fields of a sheet, and longest value in bytes: more is no sheet.
const FIELDS_MAX: usize = 300;
const VALUE_MAX: usize = 8 * 1024;

/// Writes the sheet of a sale.
pub async fn put_sheet(
    store: &dyn Store,
    viewer: Viewer,
    id: SaleId,
    written: &BTreeMap<String, String>,
    at: Timestamp,
) -> Result<Sale, ApiError> {
    let row = viewer.sale(store, id).await?;
    let doer = viewer.doer()?;
    within_bounds(written)?;
    let (version, form) = form_of(store, row.campaign).await?;
    let portfolio = store.portfolio(row.campaign, Some(id)).await?;
    let against = SheetSubject {
        portfolio: &portfolio,
        today: today(store, row.campaign, at).await?,
    };
    let sheet = Sheet::check(&form, written, against).map_err(refused)?;
    let new = NewPaper {
        sale: id,
        paper: Paper::Sheet,
        form: version,
        value: sheet.worth(&form, &portfolio),
        items: sheet.items(&form).map(str::to_owned).collect(),
        values: sheet.values,
        doer,
        at,
    };
    kept(store, viewer, &new).await
}

/// Writes the reservation of a sale.
pub async fn put_reservation(
    store: &dyn Store,
    viewer: Viewer,
    id: SaleId,
    written: &BTreeMap<String, String>,
    at: Timestamp,
) -> Result<Sale, ApiError> {
    let row = viewer.sale(store, id).await?;
    let doer = viewer.desk()?;
    within_bounds(written)?;
    let (version, form) = form_of(store, row.campaign).await?;
    let reservation = Reservation::check(written, &form.country).map_err(refused)?;
    let new = NewPaper {
        sale: id,
        paper: Paper::Reservation,
        form: version,
        value: 0,
        items: Vec::new(),
        values: reservation.values,
        doer,
        at,
    };
    kept(store, viewer, &new).await
}

async fn kept(store: &dyn Store, viewer: Viewer, new: &NewPaper) -> Result<Sale, ApiError> {
    let row: SaleRow = store.put_paper(new).await?;
    let (shown, _) = Shelf::of(store, viewer, new.at).await?.show(&row).await?;
    Ok(shown)
}

/// The form of a campaign, and its version.
pub(crate) async fn form_of(
    store: &dyn Store,
    campaign: CampaignId,
) -> Result<(u32, SaleForm), ApiError> {
    let (version, text) = store.sale_setting(campaign, Setting::Form).await?;
    Ok((version, SaleForm::read(&text).map_err(ApiError::internal)?))
}

/// The day it is by the clock of a campaign.
pub(crate) async fn today(
    store: &dyn Store,
    campaign: CampaignId,
    at: Timestamp,
) -> Result<NaiveDate, ApiError> {
    let campaign = find(store, campaign).await?;
    let pack = Pack::by_id(&campaign.law_pack).map_err(|e| ApiError::Invalid(e.to_string()))?;
    Ok(pack.today(at).unwrap_or_default())
}

fn within_bounds(written: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let long = written
        .iter()
        .any(|(key, value)| key.len() > 100 || value.len() > VALUE_MAX);
    match long || written.len() > FIELDS_MAX {
        true => Err(ApiError::Invalid(format!(
            "a sheet has {FIELDS_MAX} fields at most, each of {VALUE_MAX} bytes at most"
        ))),
        false => Ok(()),
    }
}

pub(crate) fn refused(problems: Vec<FieldProblem>) -> ApiError {
    ApiError::Fields(problems)
}

/// Takes out of a sale what says who the customer is: for who only reads.
pub(crate) async fn hide(
    store: &dyn Store,
    campaign: CampaignId,
    record: &mut SaleRecord,
) -> Result<(), ApiError> {
    let (_, form) = form_of(store, campaign).await?;
    let open = |key: &str| {
        let kind = form.field(key).map(|field| field.kind);
        matches!(kind, Some(Kind::Choice | Kind::Money | Kind::Number))
    };
    for paper in [&mut record.sheet, &mut record.reservation]
        .into_iter()
        .flatten()
    {
        for (key, value) in &mut paper.values {
            if !open(key) && !["material", "slot_date", "slot_hours"].contains(&key.as_str()) {
                *value = hidden(value);
            }
        }
    }
    record.moves.iter_mut().for_each(|m| m.note.clear());
    record
        .evidence
        .iter_mut()
        .for_each(|evidence| evidence.name.clear());
    for audit in &mut record.audits {
        audit.note.clear();
        if let Some(reply) = &mut audit.reply {
            reply.words.clear();
        }
    }
    Ok(())
}

/// Write the sheet of a sale: a new version, kept only where nothing is wrong with it. Everything that is comes back at once, by
/// field. In the audit log.
#[utoipa::path(put, path = "/api/v1/sales/{id}/sheet", tag = "sales", request_body = SalePaperForm,
    responses((status = 200, body = Sale), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn sheet(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<SalePaperForm>,
) -> Result<Json<Sale>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let store = caller.store.as_ref();
    put_sheet(store, viewer, SaleId::new(id), &form.values, now())
        .await
        .map(Json)
}

/// Write the reservation of a sale that is validated: material, address, authorised person and id, phones, inventory, slot. In the
/// audit log.
#[utoipa::path(put, path = "/api/v1/sales/{id}/reservation", tag = "sales", request_body = SalePaperForm,
    responses((status = 200, body = Sale), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn reservation(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<SalePaperForm>,
) -> Result<Json<Sale>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let store = caller.store.as_ref();
    put_reservation(store, viewer, SaleId::new(id), &form.values, now())
        .await
        .map(Json)
}
