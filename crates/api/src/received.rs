//! Files that clients sent, and the keys that answers to them are encrypted to.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{CampaignId, ListId};
use reception::{Recipient, RecipientKind};
use serde::Deserialize;
use store::{CampaignKey, ReceptionFilter, ReceptionId, ReceptionRow, ReceptionState, Store};
use utoipa::IntoParams;
use wire::{ClientKey, ClientKeyForm, ReceivedFile, ReceptionPage, ReturnPlan, ReturnedFile};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::gestion::optional_day;
use crate::return_file::{return_file, return_files, sealed_return};
use crate::returns::return_plan;

/// Most files on a page.
const PAGE_MAX: u32 = 1_000;

/// Which files.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// That came by this drop folder.
    place: Option<String>,
    /// `taken`, `loaded`, `refused` or `reverted`.
    state: Option<String>,
    /// Cursor: the `next` of the page before.
    before: Option<i64>,
    /// At most so many, up to 1,000.
    limit: Option<u32>,
}

/// Files that were taken in, newest first.
#[utoipa::path(get, path = "/api/v1/reception", tag = "reception", params(Wanted),
    responses((status = 200, body = ReceptionPage)))]
pub(crate) async fn page(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<ReceptionPage>, ApiError> {
    caller.supervisor()?;
    let limit = wanted.limit.unwrap_or(100).clamp(1, PAGE_MAX);
    let filter = ReceptionFilter {
        place: wanted.place,
        state: wanted.state.as_deref().map(reception_state).transpose()?,
        before: wanted.before.map(ReceptionId),
        limit,
    };
    let rows = app.store.received_files(&filter).await?;
    let full = rows.len() == limit as usize;
    let next = rows.last().filter(|_| full).map(|row| row.id.0);
    let files = rows.iter().map(received_shown).collect();
    Ok(Json(ReceptionPage { files, next }))
}

/// A state by its word.
pub fn reception_state(word: &str) -> Result<ReceptionState, ApiError> {
    let found = ReceptionState::ALL
        .into_iter()
        .find(|state| state.word() == word);
    found.ok_or_else(|| {
        ApiError::Invalid(format!(
            "`{word}` is no state of a file; use taken, loaded, refused or reverted"
        ))
    })
}

/// A file in public words.
pub fn received_shown(row: &ReceptionRow) -> ReceivedFile {
    let opened = row.opened.as_ref();
    let refused = row.refused.as_ref();
    ReceivedFile {
        id: row.id.0,
        place: Some(row.file.place.clone()).filter(|place| !place.is_empty()),
        file_name: row.file.file_name.clone(),
        sha256: row.file.sha256.clone(),
        bytes: row.file.bytes,
        received_at: row.file.at.as_millis(),
        received_by: row.file.by.clone(),
        state: row.state.word().to_owned(),
        envelope: opened.map(|it| it.envelope.clone()),
        signer: opened
            .map(|it| it.signer.clone())
            .filter(|it| !it.is_empty()),
        content_sha256: opened.map(|it| it.sha256.clone()),
        list: row.list.as_ref().map(|(id, _)| id.get()),
        list_name: row.list.as_ref().map(|(_, name)| name.clone()),
        load: row.import.map(|import| import.0),
        ended_at: row.ended_at.map(|at| at.as_millis()),
        code: refused.map(|it| it.code.clone()),
        reason: refused.map(|it| it.words.clone()),
        reason_es: refused.map(|it| it.spanish.clone()),
    }
}

/// The client's key of a campaign.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/client-key", tag = "reception",
    responses((status = 200, body = ClientKey), (status = 404, body = wire::Problem)))]
pub(crate) async fn key(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<ClientKey>, ApiError> {
    caller.supervisor()?;
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    let (key, row) = client_key(app.store.as_ref(), campaign.id).await?;
    Ok(Json(client_key_shown(&key, &row)))
}

/// Set the client's key of a campaign: what return files are encrypted to, and whose signatures count. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/client-key", tag = "reception", request_body = ClientKeyForm,
    responses((status = 200, body = ClientKey), (status = 422, body = wire::Problem)))]
pub(crate) async fn set_key(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<ClientKeyForm>,
) -> Result<Json<ClientKey>, ApiError> {
    caller.admin()?;
    let store = caller.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let key = read_client_key(&form.key)?;
    let row = put_client_key(store, campaign.id, &key, &caller.user.name).await?;
    Ok(Json(client_key_shown(&key, &row)))
}

/// Take the client's key of a campaign away. In the audit log.
#[utoipa::path(delete, path = "/api/v1/campaigns/{id}/client-key", tag = "reception",
    responses((status = 204), (status = 404, body = wire::Problem)))]
pub(crate) async fn remove_key(
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    let store = caller.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    match store.remove_campaign_key(campaign.id).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(no_key(&campaign.name)),
    }
}

fn no_key(campaign: &str) -> ApiError {
    ApiError::NotFound(format!(
        "client's key of the campaign {campaign}; set one (cadencia reception recipient set)"
    ))
}

/// A key that somebody gives.
pub fn read_client_key(text: &str) -> Result<Recipient, ApiError> {
    Recipient::parse(text).map_err(|problem| ApiError::Invalid(problem.to_string()))
}

/// Keeps a client's key.
pub async fn put_client_key(
    store: &dyn Store,
    campaign: CampaignId,
    key: &Recipient,
    by: &str,
) -> Result<CampaignKey, ApiError> {
    let row = CampaignKey {
        campaign,
        key: key.text().to_owned(),
        name: key.name(),
        at: now(),
        by: by.to_owned(),
    };
    store.put_campaign_key(&row).await?;
    Ok(row)
}

/// The client's key of a campaign, and when it was set.
pub async fn client_key(
    store: &dyn Store,
    campaign: CampaignId,
) -> Result<(Recipient, CampaignKey), ApiError> {
    match store.campaign_key(campaign).await? {
        Some(row) => Ok((read_client_key(&row.key)?, row)),
        None => Err(no_key(&find(store, campaign).await?.name)),
    }
}

/// A client's key in public words.
pub fn client_key_shown(key: &Recipient, row: &CampaignKey) -> ClientKey {
    let kind = match key.kind() {
        RecipientKind::Age => "age",
        RecipientKind::OpenPgp => "open_pgp",
    };
    ClientKey {
        kind: kind.to_owned(),
        name: key.name(),
        set_at: row.at.as_millis(),
        set_by: row.by.clone(),
    }
}

/// Which list a return file is of, and which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Returned {
    /// The list.
    list: i64,
    /// A day that is over, such as `2026-11-30`, by the clock of the campaign's law pack; today, as it stands, when absent.
    day: Option<String>,
}

/// What became of the records of a list, encrypted to the client's key. In the audit log. Written again for a day, it is the
/// next version.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/return-file", tag = "reception",
    params(Returned),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = wire::Problem),
        (status = 409, body = wire::Problem)))]
pub(crate) async fn returned(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Returned>,
) -> Result<Response, ApiError> {
    caller.admin()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let (key, _) = client_key(store, campaign.id).await?;
    let list = ListId::new(wanted.list);
    let day = optional_day(&wanted.day)?;
    let mut file = return_file(store, &campaign, list, day, now()).await?;
    let keys = app.reception.keyring(store, Some(campaign.id)).await?;
    file.row.by.clone_from(&caller.user.name);
    caller.store.put_return_file(&file.row).await?;
    let (name, bytes) = sealed_return(file, key, keys).await?;
    let named = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, named),
    ];
    Ok((headers, Bytes::from(bytes)).into_response())
}

/// The files that went back, the last version of each, and which are to be written again since calls of their day were
/// said to be something else.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/return-files", tag = "reception",
    responses((status = 200, body = [ReturnedFile]), (status = 404, body = wire::Problem)))]
pub(crate) async fn returned_before(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<ReturnedFile>>, ApiError> {
    caller.supervisor()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    return_files(store, &campaign).await.map(Json)
}

/// When return files of the campaign go out by themselves, and which are due.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/return-files/due", tag = "reception",
    responses((status = 200, body = ReturnPlan), (status = 404, body = wire::Problem)))]
pub(crate) async fn return_due(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<ReturnPlan>, ApiError> {
    caller.supervisor()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let plan = return_plan(store, &app.reception, &campaign).await?;
    let none = || {
        ApiError::NotFound(format!(
            "place of the campaign {} that says when return files go (return_at)",
            campaign.name
        ))
    };
    plan.map(Json).ok_or_else(none)
}
