//! Requests of people for their rights: each has a last day, counted on the business calendar of a law
//! pack; what is late is told.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use chrono::NaiveDate;
use domain::{PersonId, Timestamp};
use law::Pack;
use serde::Deserialize;
use store::{NewRequest, RequestRow, Store};
use utoipa::IntoParams;
use wire::{RightsAnswerForm, RightsForm, RightsRequest};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// Longest text that is kept of a request.
const WORDS_MAX: usize = 2_000;

/// Takes a request in; its last day follows from the pack.
pub async fn open_request(
    store: &dyn Store,
    form: &RightsForm,
    by: &str,
    at: Timestamp,
) -> Result<RightsRequest, ApiError> {
    let no = |words: String| Err(ApiError::Invalid(words));
    let pack = Pack::by_id(form.pack.as_deref().unwrap_or("co"));
    let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
    let today = pack.today(at).unwrap_or_default();
    let day = match &form.received_on {
        None => today,
        Some(text) => match text.parse::<NaiveDate>() {
            Ok(day) if day <= today => day,
            Ok(day) => return no(format!("{day} is still to come")),
            Err(_) => return no(format!("`{text}` is no date; write it as 2026-11-30")),
        },
    };
    let Some((rule, term)) = pack.term(&form.kind, day) else {
        let words = format!("`{}` has no term for a `{}`", pack.label(), form.kind);
        return no(words);
    };
    if form.words.chars().count() > WORDS_MAX || form.channel.chars().count() > 100 {
        return no(format!(
            "`words` has {WORDS_MAX} characters at most, `channel` 100"
        ));
    }
    let due = pack.business_day_after(day, term.days);
    let new = NewRequest {
        person: form.person.map(PersonId::new),
        kind: form.kind.clone(),
        received_at: if day == today { at } else { pack.begins(day) },
        received_by: by.to_owned(),
        channel: form.channel.clone(),
        words: form.words.clone(),
        pack: pack.label(),
        rule: rule.id.clone(),
        due_on: due.to_string(),
        due_at: pack.begins(due.succ_opt().unwrap_or(due)),
    };
    let id = store.open_request(&new).await?;
    let row = RequestRow {
        id,
        request: new,
        extended: None,
        closed: None,
        sha256: None,
    };
    Ok(request_shown(&row, at))
}

/// Takes more time for a request, as often as the law has it: once, before the first time is over.
pub async fn extend_request(
    store: &dyn Store,
    id: i64,
    told: &str,
    at: Timestamp,
) -> Result<RightsRequest, ApiError> {
    let row = found(store, id).await?;
    let request = &row.request;
    let pack_id = request.pack.split('@').next().unwrap_or_default();
    let pack = Pack::by_id(pack_id).map_err(ApiError::internal)?;
    let received = pack.today(request.received_at).unwrap_or_default();
    let more = pack
        .term(&request.kind, received)
        .map_or(0, |(_, term)| term.more);
    let no = |words: &str| Err(ApiError::Conflict(words.to_owned()));
    if more == 0 {
        return no("its term cannot be extended");
    }
    if at >= request.due_at {
        return no("its last day is over: it is late, and cannot be extended any more");
    }
    if !(1..=WORDS_MAX).contains(&told.trim().chars().count()) {
        return no("say what the person was told, and why");
    }
    let due = request.due_on.parse::<NaiveDate>().unwrap_or(received);
    let due = pack.business_day_after(due, more);
    let due_at = pack.begins(due.succ_opt().unwrap_or(due));
    let text = due.to_string();
    store
        .extend_request(id, (&text, due_at), told.trim(), at)
        .await?;
    Ok(request_shown(&found(store, id).await?, at))
}

/// Closes a request with its answer.
pub async fn close_request(
    store: &dyn Store,
    id: i64,
    by: &str,
    form: &RightsAnswerForm,
    at: Timestamp,
) -> Result<RightsRequest, ApiError> {
    let words = form.words.trim();
    if !(1..=WORDS_MAX).contains(&words.chars().count()) {
        return Err(ApiError::Invalid(
            "say in `words` how it was answered, in 1 to 2,000 characters".to_owned(),
        ));
    }
    let sha256 = form.sha256.as_deref();
    store.close_request(id, by, words, sha256, at).await?;
    Ok(request_shown(&found(store, id).await?, at))
}

async fn found(store: &dyn Store, id: i64) -> Result<RequestRow, ApiError> {
    let rows = store.requests(None, false).await?;
    let row = rows.into_iter().find(|row| row.id == id);
    row.ok_or_else(|| ApiError::NotFound(format!("request {id}")))
}

/// Requests, those due first first.
pub async fn requests(
    store: &dyn Store,
    person: Option<PersonId>,
    open_only: bool,
    at: Timestamp,
) -> Result<Vec<RightsRequest>, ApiError> {
    let rows = store.requests(person, open_only).await?;
    Ok(rows.iter().map(|row| request_shown(row, at)).collect())
}

fn request_shown(row: &RequestRow, at: Timestamp) -> RightsRequest {
    let request = &row.request;
    let pack_id = request.pack.split('@').next().unwrap_or_default();
    let days_left = Pack::by_id(pack_id).ok().and_then(|pack| {
        let (today, due) = (pack.today(at)?, request.due_on.parse::<NaiveDate>().ok()?);
        let (left, late) = (
            pack.business_days(today, due),
            pack.business_days(due, today),
        );
        Some(i64::from(left) - i64::from(late))
    });
    let closed = row.closed.as_ref();
    RightsRequest {
        id: row.id,
        person: request.person.map(PersonId::get),
        kind: request.kind.clone(),
        received_at: request.received_at.as_millis(),
        received_by: request.received_by.clone(),
        channel: request.channel.clone(),
        words: request.words.clone(),
        pack: request.pack.clone(),
        rule: request.rule.clone(),
        due_on: request.due_on.clone(),
        days_left: days_left.unwrap_or(0),
        overdue: closed.is_none() && at >= request.due_at,
        extension: row.extended.as_ref().map(|(_, told)| told.clone()),
        closed_at: closed.map(|(at, _, _)| at.as_millis()),
        closed_by: closed.map(|(_, by, _)| by.clone()),
        outcome: closed.map(|(_, _, outcome)| outcome.clone()),
        sha256: row.sha256.clone(),
    }
}

/// Which requests.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Of this person.
    person: Option<i64>,
    /// Closed ones too.
    all: bool,
}

/// Requests for rights that are open, those due first first.
#[utoipa::path(get, path = "/api/v1/rights", tag = "rights", params(Wanted),
    responses((status = 200, body = [RightsRequest])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<RightsRequest>>, ApiError> {
    caller.supervisor()?;
    let person = wanted.person.map(PersonId::new);
    requests(app.store.as_ref(), person, !wanted.all, now())
        .await
        .map(Json)
}

/// Take a request in: the answer has its last day.
#[utoipa::path(post, path = "/api/v1/rights", tag = "rights", request_body = RightsForm,
    responses((status = 201, body = RightsRequest), (status = 422, body = wire::Problem)))]
pub(crate) async fn open(
    caller: Caller,
    Json(form): Json<RightsForm>,
) -> Result<(StatusCode, Json<RightsRequest>), ApiError> {
    caller.supervisor()?;
    let store = caller.store.as_ref();
    let taken = open_request(store, &form, &caller.user.name, now()).await?;
    Ok((StatusCode::CREATED, Json(taken)))
}

/// Take the longer term, having told the person why.
#[utoipa::path(post, path = "/api/v1/rights/{id}/extend", tag = "rights",
    request_body = RightsAnswerForm,
    responses((status = 200, body = RightsRequest), (status = 409, body = wire::Problem)))]
pub(crate) async fn extend(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<RightsAnswerForm>,
) -> Result<Json<RightsRequest>, ApiError> {
    caller.admin()?;
    extend_request(caller.store.as_ref(), id, &form.words, now())
        .await
        .map(Json)
}

/// Close a request with its answer.
#[utoipa::path(post, path = "/api/v1/rights/{id}/close", tag = "rights",
    request_body = RightsAnswerForm,
    responses((status = 200, body = RightsRequest), (status = 404, body = wire::Problem)))]
pub(crate) async fn close(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<RightsAnswerForm>,
) -> Result<Json<RightsRequest>, ApiError> {
    caller.admin()?;
    let store = caller.store.as_ref();
    close_request(store, id, &caller.user.name, &form, now())
        .await
        .map(Json)
}
