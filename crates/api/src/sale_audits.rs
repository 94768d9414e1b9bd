//! The audit of sales: by supervisors; the advisor of the sale acknowledges or disputes it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use domain::{SaleId, Timestamp};
use sales::{Answer, Doer};
use store::{NewSaleAudit, Store};
use wire::{SaleAudit, SaleAuditForm, SaleAuditReplyForm};

use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::sales::{Viewer, audit_shown};

/// Longest words, in characters.
const WORDS_MAX: usize = 2_000;

/// Audits a sale by the scorecard in force.
pub async fn audit_sale(
    store: &dyn Store,
    viewer: Viewer,
    id: SaleId,
    form: &SaleAuditForm,
    at: Timestamp,
) -> Result<SaleAudit, ApiError> {
    viewer.sale(store, id).await?;
    if viewer.doer()? != Doer::Supervisor {
        return Err(ApiError::NotAllowed);
    }
    bounded(&form.note)?;
    let mut answers = BTreeMap::new();
    for (key, word) in &form.answers {
        let answer = Answer::from_word(word).ok_or_else(|| {
            ApiError::Invalid(format!(
                "`{word}` answers nothing for {key}; use yes, no or na"
            ))
        })?;
        answers.insert(key.clone(), answer);
    }
    let new = NewSaleAudit {
        sale: id,
        answers,
        note: form.note.clone(),
        at,
    };
    Ok(audit_shown(&store.audit_sale(&new).await?))
}

fn bounded(words: &str) -> Result<(), ApiError> {
    match words.chars().count() > WORDS_MAX {
        true => Err(ApiError::Invalid(format!("{WORDS_MAX} characters at most"))),
        false => Ok(()),
    }
}

/// Audit a sale: an answer to each criterion of the scorecard in force. A critical error fails whatever the points, and a sale that is to be
/// audited is legalised only after an audit that it passed. In the audit log.
#[utoipa::path(post, path = "/api/v1/sales/{id}/audits", tag = "sales", request_body = SaleAuditForm,
    responses((status = 200, body = SaleAudit), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn make(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<SaleAuditForm>,
) -> Result<Json<SaleAudit>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let store = caller.store.as_ref();
    audit_sale(store, viewer, SaleId::new(id), &form, now())
        .await
        .map(Json)
}

/// Acknowledge the last audit of your sale, or dispute it. In the audit log.
#[utoipa::path(post, path = "/api/v1/sales/{id}/audits/reply", tag = "sales", request_body = SaleAuditReplyForm,
    responses((status = 204), (status = 404, body = wire::Problem), (status = 409, body = wire::Problem)))]
pub(crate) async fn reply(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<SaleAuditReplyForm>,
) -> Result<StatusCode, ApiError> {
    let viewer = Viewer::of(&caller)?;
    if viewer.doer()? != Doer::Advisor {
        return Err(ApiError::NotAllowed);
    }
    bounded(&form.words)?;
    let store = caller.store.as_ref();
    let id = SaleId::new(id);
    viewer.sale(store, id).await?;
    store
        .reply_to_audit(id, form.disputes, &form.words, now())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
