//! Contact lists: loaded from files, with their actas.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::ListId;
use futures_util::StreamExt as _;
use intake::{ImportOptions, Preview};
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;
use utoipa::IntoParams;
use wire::{ContactList, LoadColumn, LoadPreview, Loaded};

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::import::{ImportRequest, Origin, load};

/// Every list, newest first.
#[utoipa::path(get, path = "/api/v1/lists", tag = "lists", responses((status = 200, body = [ContactList])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<ContactList>>, ApiError> {
    caller.supervisor()?;
    let lists = app.store.lists().await?;
    let shown = lists.into_iter().map(|list| ContactList {
        id: list.id.get(),
        name: list.name,
        created_at: list.created_at.as_millis(),
        contacts: list.contacts,
    });
    Ok(Json(shown.collect()))
}

/// The actas de cargue of a list, oldest first.
#[utoipa::path(get, path = "/api/v1/lists/{id}/actas", tag = "lists", responses((status = 200)))]
pub(crate) async fn actas(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<serde_json::Value>>, ApiError> {
    caller.supervisor()?;
    let texts = app.store.actas(ListId::new(id)).await?;
    let actas = texts.iter().map(|text| serde_json::from_str(text));
    Ok(Json(
        actas
            .collect::<Result<_, _>>()
            .map_err(ApiError::internal)?,
    ))
}

/// How to load a base.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Upload {
    /// Name of the list; made if there is none.
    name: String,
    /// What the file is called, for the acta.
    file_name: Option<String>,
    /// Read and account, but keep nothing.
    #[serde(default)]
    dry_run: bool,
    /// Changes to the guessed mapping: `role=column`, separated by commas.
    mapping: Option<String>,
    /// Sheet of a workbook.
    sheet: Option<String>,
    /// Why these people may be called.
    legal_basis: Option<String>,
    /// Load it although it was loaded before.
    #[serde(default)]
    again: bool,
}

/// Load a base: the body is the file, CSV or XLSX, in the clear or encrypted (age, OpenPGP, AES zip). In the audit log.
#[utoipa::path(post, path = "/api/v1/lists/import", tag = "lists", params(Upload),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = Loaded), (status = 200, body = Loaded), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    Query(upload): Query<Upload>,
    body: Body,
) -> Result<Response, ApiError> {
    caller.admin()?;
    if upload.name.trim().is_empty() {
        return Err(ApiError::Invalid(
            "the list has no name; give it one".to_owned(),
        ));
    }
    let file = spool(body).await?;
    let mut options = ImportOptions::new(upload.name);
    options.sheet = upload.sheet;
    if let Some(basis) = upload.legal_basis {
        options.legal_basis = basis;
    }
    let request = ImportRequest {
        path: file.path().to_owned(),
        file_name: Some(upload.file_name.unwrap_or_else(|| "base".to_owned())),
        options,
        mapping: upload
            .mapping
            .iter()
            .flat_map(|texts| texts.split(','))
            .map(str::to_owned)
            .collect(),
        dry_run: upload.dry_run,
        origin: Origin {
            by: caller.user.name.clone(),
            again: upload.again,
            keys: app.reception.keyring(app.store.as_ref(), None).await?,
            plaintext_max: app.reception.plaintext_max,
            ..Origin::default()
        },
    };
    let imported = load(caller.store.clone(), request, |_| {}).await?;
    app.control.config_changed();
    let status = match imported.list {
        Some(_) => StatusCode::CREATED,
        None => StatusCode::OK,
    };
    let loaded = Loaded {
        list: imported.list.map(ListId::get),
        load: imported.load.map(|load| load.0),
        acta: serde_json::to_value(&imported.acta).map_err(ApiError::internal)?,
        preview: upload.dry_run.then(|| preview_shown(imported.preview)),
    };
    Ok((status, Json(loaded)).into_response())
}

/// What a file was found to be, in public words: a guess for each column, and what it was set to since.
fn preview_shown(preview: Preview) -> LoadPreview {
    let columns = preview.mapping.columns.into_iter().zip(preview.guesses);
    let columns = columns.map(|(column, guess)| LoadColumn {
        heading: column.heading,
        role: column.role.english().to_owned(),
        confidence: guess.confidence.code().to_owned(),
        reason: guess.reason,
    });
    LoadPreview {
        sheets: preview.sheets,
        columns: columns.collect(),
        rows: preview.rows,
    }
}

/// Writes the upload to a file of its own, gone when dropped: workbooks are
/// read from any place, and a base may be larger than memory.
pub(crate) async fn spool(body: Body) -> Result<tempfile::NamedTempFile, ApiError> {
    let file = tempfile::NamedTempFile::new().map_err(ApiError::internal)?;
    let handle = file.reopen().map_err(ApiError::internal)?;
    let mut out = tokio::fs::File::from_std(handle);
    let mut chunks = body.into_data_stream();
    let mut size = 0_usize;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| ApiError::Invalid("the upload broke off".to_owned()))?;
        size += chunk.len();
        if size > crate::UPLOAD_MAX {
            return Err(ApiError::Invalid(
                "the file is larger than 1 GiB; split it".to_owned(),
            ));
        }
        out.write_all(&chunk).await.map_err(ApiError::internal)?;
    }
    out.flush().await.map_err(ApiError::internal)?;
    Ok(file)
}
