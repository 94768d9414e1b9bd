//! Evidence of sales: sealed when it comes, opened by range for who may see it, each time with a word in the audit log before.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{EvidenceId, SaleId, Timestamp};
use recorder::{MasterKeys, SealedFile};
use sales::{IdentityPolicy, Setting};
use serde::Deserialize;
use store::{EvidenceRow, NewEvidence, Store};
use utoipa::IntoParams;
use wire::SaleEvidence;

use crate::App;
use crate::audit::{self, From};
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::evidence::sha256_of_bytes;
use crate::range::{Wanted, wanted};
use crate::sales::{Viewer, evidence_shown};

/// Most bytes of a file of evidence.
pub const EVIDENCE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// How a file begins, and what it is. Nothing else is taken: what is opened beside a sale must not be a program.
const KINDS: [(&[u8], &str); 5] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
    (b"RIFF", "audio/wav"),
    (b"OggS", "audio/ogg"),
];

/// A file to be attached.
#[derive(Clone, Debug)]
pub struct EvidenceFile {
    /// Its kind, of the identity policy.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Attaches evidence to a sale.
pub async fn attach(
    store: &dyn Store,
    keys: &MasterKeys,
    viewer: Viewer,
    id: SaleId,
    file: EvidenceFile,
    at: Timestamp,
) -> Result<SaleEvidence, ApiError> {
    let row = viewer.sale(store, id).await?;
    viewer.doer()?;
    let (_, text) = store.sale_setting(row.campaign, Setting::Identity).await?;
    let policy = IdentityPolicy::read(&text).map_err(ApiError::internal)?;
    if policy.kind(&file.kind).is_none() {
        let kinds: Vec<_> = policy.kinds.iter().map(|kind| kind.kind.as_str()).collect();
        return Err(ApiError::Invalid(format!(
            "`{}` is no kind of evidence here; use one of {}",
            file.kind,
            kinds.join(", ")
        )));
    }
    let media_type = media_type(&file.content)?;
    let sha256 = sha256_of_bytes(&file.content);
    let sealed = keys.seal_evidence(id, &sha256, &file.content);
    let new = NewEvidence {
        row: EvidenceRow {
            id: EvidenceId::new(0),
            sale: id,
            kind: file.kind,
            name: file
                .name
                .chars()
                .filter(|c| !c.is_control())
                .take(200)
                .collect(),
            media_type: media_type.to_owned(),
            bytes: file.content.len() as u64,
            sha256,
            at,
            by: String::new(),
            erased_at: None,
        },
        sealed_key: sealed.sealed_key,
        sealed: sealed.content,
    };
    Ok(evidence_shown(&store.put_evidence(&new).await?))
}

fn media_type(content: &[u8]) -> Result<&'static str, ApiError> {
    if content.len() > EVIDENCE_BYTES_MAX {
        return Err(ApiError::Invalid(format!(
            "the file has more than {} MiB; scan it smaller",
            EVIDENCE_BYTES_MAX >> 20
        )));
    }
    let known = KINDS.iter().find(|(begins, _)| content.starts_with(begins));
    known.map(|(_, kind)| *kind).ok_or_else(|| {
        ApiError::Invalid(
            "evidence is a JPEG, PNG, PDF, WAV or Ogg file; save it as one".to_owned(),
        )
    })
}

/// The content of evidence, opened and compared with what was attached.
pub async fn evidence_content(
    store: &dyn Store,
    keys: &MasterKeys,
    row: &EvidenceRow,
) -> Result<Vec<u8>, ApiError> {
    let gone = || ApiError::NotFound(format!("content of evidence {}: it was erased", row.id));
    let (sealed_key, content) = store.evidence_content(row.id).await?.ok_or_else(gone)?;
    let sealed = SealedFile {
        sealed_key,
        content,
    };
    let content = keys
        .open_evidence(row.sale, &row.sha256, &sealed)
        .map_err(|fault| ApiError::Conflict(format!("evidence {}: {fault}", row.id)))?;
    match sha256_of_bytes(&content) == row.sha256 {
        true => Ok(content),
        false => Err(ApiError::Conflict(format!(
            "evidence {} is not what was attached; it is not shown",
            row.id
        ))),
    }
}

/// What it is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meant {
    /// Kind of evidence, of the identity policy.
    kind: String,
    /// Name of the file.
    #[serde(default)]
    name: String,
}

/// Attach evidence to a sale: the bytes of a JPEG, PNG, PDF, WAV or Ogg file, 10 MiB at most. It is sealed before it is kept. In the
/// audit log.
#[utoipa::path(post, path = "/api/v1/sales/{id}/evidence", tag = "sales", params(Meant),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = SaleEvidence), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(meant): Query<Meant>,
    content: Bytes,
) -> Result<Json<SaleEvidence>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let file = EvidenceFile {
        kind: meant.kind,
        name: meant.name,
        content: content.to_vec(),
    };
    let (store, keys) = (caller.store.as_ref(), &app.vault.keys);
    attach(store, keys, viewer, SaleId::new(id), file, now())
        .await
        .map(Json)
}

/// The content of evidence, by range; each request is in the audit log. Not for the client.
#[utoipa::path(get, path = "/api/v1/sales/{id}/evidence/{evidence}", tag = "sales",
    responses((status = 200, content_type = "application/octet-stream"), (status = 206), (status = 416),
        (status = 403, body = wire::Problem), (status = 404, body = wire::Problem)))]
pub(crate) async fn content(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path((id, evidence)): Path<(i64, i64)>,
    request: Request,
) -> Result<Response, ApiError> {
    let viewer = Viewer::of(&caller)?;
    viewer.doer()?;
    let store = app.store.as_ref();
    let sale = viewer.sale(store, SaleId::new(id)).await?;
    let rows = store.evidence(sale.id).await?;
    let row = rows.iter().find(|row| row.id.get() == evidence);
    let row = row.ok_or_else(|| ApiError::NotFound(format!("evidence {evidence} of sale {id}")))?;
    let etag = format!("\"{}\"", &row.sha256);
    let (status, range) = match wanted(request.headers(), row.bytes, &etag) {
        Wanted::Whole => (StatusCode::OK, 0..row.bytes),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Unsatisfiable => {
            let of = [(CONTENT_RANGE, format!("bytes */{}", row.bytes))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, of).into_response());
        }
    };
    let detail = format!(
        "evidence {evidence}, bytes {}-{}",
        range.start,
        range.end.max(1) - 1
    );
    audit::note(
        store,
        &caller,
        &from,
        "sale.evidence_read",
        format!("sale {id}"),
        detail,
    )
    .await?;
    let content = evidence_content(store, &app.vault.keys, row).await?;
    let (first, end) = (
        range.start as usize,
        (range.end as usize).min(content.len()),
    );
    let part = content.get(first..end).unwrap_or_default().to_vec();
    let head = [
        (CONTENT_TYPE, row.media_type.clone()),
        (ACCEPT_RANGES, "bytes".to_owned()),
        (ETAG, etag),
        // Somebody's identity lies in no cache.
        (CACHE_CONTROL, "no-store".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"evidencia-{evidence}\""),
        ),
    ];
    let mut answer = (status, head, part).into_response();
    let sniff = HeaderName::from_static("x-content-type-options");
    answer
        .headers_mut()
        .insert(sniff, HeaderValue::from_static("nosniff"));
    if status == StatusCode::PARTIAL_CONTENT {
        let of = format!("bytes {}-{}/{}", range.start, range.end - 1, row.bytes);
        if let Ok(of) = of.parse() {
            answer.headers_mut().insert(CONTENT_RANGE, of);
        }
    }
    Ok(answer)
}
