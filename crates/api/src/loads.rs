//! The loads of a list: their actas as JSON and as a page, and taking one back as a whole.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use domain::ListId;
use intake::{Acta, Language};
use serde::Deserialize;
use store::{ImportId, LoadRow, Store};
use utoipa::IntoParams;
use wire::{Load, RevertForm, Reverted};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;

/// The loads of a list, those taken back too, oldest first.
#[utoipa::path(get, path = "/api/v1/lists/{id}/loads", tag = "lists", responses((status = 200, body = [Load])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<Load>>, ApiError> {
    caller.supervisor()?;
    let loads = app.store.loads(ListId::new(id)).await?;
    Ok(Json(
        loads.iter().map(load_shown).collect::<Result<_, _>>()?,
    ))
}

/// A load in public words.
pub fn load_shown(row: &LoadRow) -> Result<Load, ApiError> {
    let reverted = row.reverted.as_ref();
    Ok(Load {
        id: row.id.0,
        contacts: row.contacts,
        reverted_at: reverted.map(|(at, _)| at.as_millis()),
        reverted_by: reverted.map(|(_, by)| by.clone()),
        acta: serde_json::from_str(&row.acta).map_err(ApiError::internal)?,
    })
}

/// How the page is to be.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// `es` (default) or `en`.
    lang: Option<String>,
}

/// The acta de cargue of a load as a page to print, on A4 or Letter.
#[utoipa::path(get, path = "/api/v1/lists/{id}/loads/{load}/acta", tag = "lists", params(Wanted),
    responses((status = 200, content_type = "text/html"), (status = 404, body = wire::Problem)))]
pub(crate) async fn acta(
    State(app): State<App>,
    caller: Caller,
    Path((list, load)): Path<(i64, i64)>,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, ApiError> {
    caller.supervisor()?;
    let language = wanted.lang.as_deref().unwrap_or("es").parse();
    let language = language.map_err(ApiError::Invalid)?;
    let row = find_load(app.store.as_ref(), ListId::new(list), Some(ImportId(load))).await?;
    Ok(Html(acta_page(&row, language)?))
}

/// The acta of a load as a page.
pub fn acta_page(row: &LoadRow, language: Language) -> Result<String, ApiError> {
    let acta: Acta = serde_json::from_str(&row.acta).map_err(ApiError::internal)?;
    let reverted = row.reverted.as_ref();
    let reverted = reverted.map(|(at, by)| (at.as_millis(), by.as_str()));
    Ok(acta.page(row.id.0, reverted, language))
}

/// A load of a list by its number; without one, the last that was not taken back.
pub async fn find_load(
    store: &dyn Store,
    list: ListId,
    load: Option<ImportId>,
) -> Result<LoadRow, ApiError> {
    let wanted = |row: &LoadRow| match load {
        Some(load) => row.id == load,
        None => row.reverted.is_none(),
    };
    let found = store.loads(list).await?.into_iter().rev().find(wanted);
    found.ok_or_else(|| match load {
        Some(load) => ApiError::NotFound(format!("load {} of this list", load.0)),
        None => ApiError::NotFound("load of this list that could be taken".to_owned()),
    })
}

/// Take a load back as a whole, while nobody of it was called. In the audit log.
#[utoipa::path(post, path = "/api/v1/lists/{id}/loads/{load}/revert", tag = "lists", request_body = RevertForm,
    responses((status = 200, body = Reverted), (status = 409, body = wire::Problem), (status = 404, body = wire::Problem)))]
pub(crate) async fn revert(
    State(app): State<App>,
    caller: Caller,
    Path((list, load)): Path<(i64, i64)>,
    Json(form): Json<RevertForm>,
) -> Result<Json<Reverted>, ApiError> {
    caller.admin()?;
    let store = caller.store.as_ref();
    let row = find_load(store, ListId::new(list), Some(ImportId(load))).await?;
    let gone = revert_load(store, &row, form.contacts, &caller.user.name).await?;
    app.control.config_changed();
    Ok(Json(Reverted {
        load,
        contacts: gone,
    }))
}

/// Takes a load back, if whoever asks knows how many contacts go.
pub async fn revert_load(
    store: &dyn Store,
    row: &LoadRow,
    contacts: u64,
    by: &str,
) -> Result<u64, ApiError> {
    if row.reverted.is_some() {
        let words = format!("load {} was taken back already", row.id.0);
        return Err(ApiError::Conflict(words));
    }
    if contacts != row.contacts {
        return Err(ApiError::Conflict(format!(
            "load {} brought {} contacts, not {contacts}; nothing was taken back",
            row.id.0, row.contacts
        )));
    }
    Ok(store.revert_load(row.id, by, now()).await?)
}
